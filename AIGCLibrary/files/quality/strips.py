"""Decodes large pictures strip by strip into a smaller copy, so that no more than a strip is in memory.

A PNG is unpacked as a stream; a strip of its rows, with the last row of the strip before it, is a picture of its own.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from isal import isal_zlib

if TYPE_CHECKING:
    from PIL.Image import Image

_STRIP = 4 << 20
"""Bytes of a strip, about."""
PEAK = 16 * _STRIP
"""Bytes that decoding in strips takes at most: a few copies of a strip."""
_PIECE = 1 << 20
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_AS_BYTES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""Mode whose pixels have as many bytes as those of a PNG, so that its filters can be undone."""
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
"""First column and row of the passes before the last one, and the steps from one pixel to the next (W3C PNG, 8.1)."""
_LAYOUTS: dict[tuple[int, int], tuple[str, str]] = {
    (0, 1): ("1", "1"), (0, 2): ("L", "L;2"), (0, 4): ("L", "L;4"), (0, 8): ("L", "L"), (0, 16): ("L", "L;16B"),
    (2, 8): ("RGB", "RGB"), (3, 1): ("P", "P;1"), (3, 2): ("P", "P;2"), (3, 4): ("P", "P;4"), (3, 8): ("P", "P"),
    (4, 8): ("LA", "LA"), (4, 16): ("LA", "LA;16B"), (6, 8): ("RGBA", "RGBA"),
}  # fmt: skip
"""Colour type and depth → mode and layout of Pillow."""


@dataclass(slots=True)
class _Png:
    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool
    palette: bytes = b""
    transparency: bytes = b""

    @property
    def row(self) -> int:
        """Bytes of a row, without its filter type."""
        return (self.width * self.depth * _CHANNELS[self.colour] + 7) // 8

    @property
    def pixel(self) -> int:
        """Bytes from which a filter predicts the next ones."""
        return max(1, self.depth * _CHANNELS[self.colour] // 8)


def png_in_strips(path: Path, factor: int) -> "Image | None":
    """Decode a PNG to a copy that is smaller by a factor.

    Args:
        path: A PNG whose chunks are known to be right.
        factor: By what width and height are divided.

    Returns:
        The small copy; None when strips of it cannot be decoded on their own: over four bytes a pixel. Of an
        interlaced picture, the last pass, which holds every other row, is enough; the others are unpacked only.

    Raises:
        ValueError: The data is damaged or ends too early.
    """
    from PIL import Image

    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        png = _head(data)
        if (png.colour, png.depth) not in _LAYOUTS or (png.interlaced and png.height < 2):
            return None
        height, down = (png.height // 2, max(1, factor // 2)) if png.interlaced else (png.height, factor)
        before = _earlier_passes(png) if png.interlaced else 0
        rows_each = max(1, _STRIP // png.row // down) * down
        small: Image.Image | None = None
        above, top = bytes(png.row), 0
        for raw in _rows(data, rows_each * (png.row + 1), height * (png.row + 1), before):
            rows = len(raw) // (png.row + 1)
            plain = _unfiltered(png, above, raw, rows)
            above = plain[-png.row :]
            strip = _visible(png, plain, rows).reduce((factor, down))
            if small is None:
                small = Image.new(strip.mode, (strip.width, -(-height // down)))
            small.paste(strip, (0, top // down))
            top += rows
        size = -(-png.width // factor), -(-png.height // factor)
        return small if small is None or small.size == size else small.resize(size)


def _earlier_passes(png: _Png) -> int:
    """Return the bytes of the passes before the last one of an interlaced picture (Adam7)."""
    whole = 0
    for left, top, across, down in _PASSES:
        part = replace(png, width=-(-(png.width - left) // across), height=-(-(png.height - top) // down))
        whole += (part.row + 1) * part.height if part.width > 0 and part.height > 0 else 0
    return whole


def _head(data: mmap) -> _Png:
    png: _Png | None = None
    for kind, start, size in _chunks(data):
        if kind == b"IHDR":
            head = data[start : start + 13]
            width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
            png = _Png(width, height, head[8], head[9], bool(head[12]))
        elif png is not None and kind == b"PLTE":
            png.palette = data[start : start + size]
        elif png is not None and kind == b"tRNS":
            png.transparency = data[start : start + size]
        elif kind == b"IDAT":
            break
    if png is None:
        raise ValueError("there is no header (IHDR)")
    return png


def _chunks(data: mmap) -> Iterator[tuple[bytes, int, int]]:
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], at + 8, size
        at += 12 + size


def _rows(data: mmap, strip: int, whole: int, before: int = 0) -> Iterator[bytes]:
    """Unpack the picture data, a strip at a time, without the bytes that stand before."""
    decoder, held, had = isal_zlib.decompressobj(), bytearray(), 0
    try:
        for kind, start, size in _chunks(data):
            for at in range(start, start + size, _PIECE) if kind == b"IDAT" else ():
                rest = data[at : min(start + size, at + _PIECE)]
                while rest and not decoder.eof:
                    held += decoder.decompress(rest, strip)
                    rest = decoder.unconsumed_tail
                    skipped = min(before, len(held))
                    del held[:skipped]
                    before -= skipped
                    while len(held) >= strip:
                        had += strip
                        yield bytes(held[:strip])
                        del held[:strip]
        held += decoder.flush()
        del held[:before]
    except isal_zlib.error as error:  # type: ignore[misc]  # its stub says object
        raise ValueError(str(error)) from None
    if had + len(held) < whole:
        raise ValueError(f"the picture data is truncated: {had + len(held)} of {whole} bytes")
    for at in range(0, whole - had, strip):
        yield bytes(held[at : min(at + strip, whole - had)])


def _unfiltered(png: _Png, above: bytes, raw: bytes, rows: int) -> bytes:
    """Undo the filters of rows, which may point to the row above them."""
    from PIL import Image

    mode = _AS_BYTES[png.pixel]
    packed = zlib.compress(b"\0" + above + raw, 0)
    strip = Image.frombytes(mode, (png.row // png.pixel, rows + 1), packed, "zip", mode)
    return strip.tobytes()[png.row :]


def _visible(png: _Png, plain: bytes, rows: int) -> "Image":
    from PIL import Image

    mode, layout = _LAYOUTS[png.colour, png.depth]
    strip = Image.frombytes(mode, (png.width, rows), plain, "raw", layout)
    if mode == "1":
        return strip.convert("L")
    if mode == "P":
        strip.putpalette(png.palette)
        if png.transparency:
            strip.info["transparency"] = png.transparency
        return strip.convert("RGBA" if png.transparency else "RGB")
    return strip


def raw_in_strips(path: Path, image: Any, factor: int) -> "Image | None":
    """Copy an uncompressed picture, as BMP and TIFF may be, to one that is smaller by a factor.

    Args:
        path: The picture.
        image: The same, opened by Pillow and not decoded.
        factor: By what width and height are divided.

    Returns:
        The small copy; None when the pixels are compressed.

    Raises:
        ValueError: The file ends too early.
    """
    from PIL import Image

    pieces = sorted(image.tile, key=lambda tile: tile[1][1])
    if any(tile[0] != "raw" or tile[1][::2] != (0, image.width) for tile in pieces):
        return None
    small: Image.Image | None = None
    with path.open("rb") as file:
        for top, strip in _merged(_raw_rows(image, pieces, file), factor):
            if strip.mode == "P":
                strip.putpalette(image.getpalette("RGB"))
            part = strip.convert("RGB" if strip.mode == "P" else "L" if strip.mode in ("1", "I;16") else strip.mode)
            part = part.reduce(factor)
            if small is None:
                small = Image.new(part.mode, (part.width, -(-image.height // factor)))
            small.paste(part, (0, top // factor))
    return small


def _raw_rows(image: Any, pieces: list[Any], file: BinaryIO) -> "Iterator[Image]":
    """Return the rows of uncompressed tiles from the top, in strips."""
    from PIL import Image

    for _, (_, top, _, bottom), offset, arguments in pieces:
        layout, stride, step = (*((arguments,) if isinstance(arguments, str) else arguments), 0, 1)[:3]
        row = stride or len(Image.new(image.mode, (image.width, 1)).tobytes("raw", layout))
        each = max(1, _STRIP // row)
        for start in range(0, bottom - top, each):
            rows = min(each, bottom - top - start)
            first = bottom - top - start - rows if step < 0 else start
            file.seek(offset + first * row)
            part = file.read(rows * row)
            if len(part) < rows * row:
                raise ValueError(f"the picture data is truncated: it ends at offset {file.tell()}")
            yield Image.frombytes(image.mode, (image.width, rows), part, "raw", layout, row, step)


def _merged(strips: "Iterator[Image]", factor: int) -> "Iterator[tuple[int, Image]]":
    """Put strips together so that each but the last has rows by the factor; with the offset of its first row."""
    from PIL import Image

    held: Image.Image | None = None
    top = 0
    for strip in strips:
        if held is None:
            held = strip
        else:
            both = Image.new(held.mode, (held.width, held.height + strip.height))
            both.paste(held, (0, 0))
            both.paste(strip, (0, held.height))
            held = both
        if rows := held.height // factor * factor:
            if rows < 64 and held.height < 64:
                continue
            yield top, held.crop((0, 0, held.width, rows))
            top += rows
            held = held.crop((0, rows, held.width, held.height)) if held.height > rows else None
    if held is not None:
        yield top, held
