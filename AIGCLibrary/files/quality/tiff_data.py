"""Decodes the pieces of a TIFF strictly where its usual decoder repairs them: JPEG, fax, PackBits, deflate."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.containers.jpeg import damage_of_jpeg
from AIGCLibrary.files.containers.tiff import PLACES, pairs_of
from AIGCLibrary.files.work import PICTURE

Tick = Callable[[float], None]

_COMPRESSION, _TABLES = 259, 347
_PHOTOMETRIC, _YCBCR, _DEFLATED = 262, 6, (8, 32946)
_JPEG, _OTHERS = 7, {2: "fax", 3: "fax", 4: "fax", 32773: "PackBits"}
_KNOWN = frozenset((256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325))
"""Tags by which FFmpeg's decoder finds the pixels; when it is strict, it refuses each that it does not know."""
_UNREAD = (34676, 34677, 50001)
"""Compressions (SGI Log, WebP) that Pillow knows by name, and decodes with some builds of its library only."""
_PORTION = 1 << 20
"""Bytes that are unpacked at once."""
_UNPACKING = 3000.0
"""Work of unpacking them."""
_LARGEST = 64 << 20
"""Bytes up to which a file is decoded a second time, since a copy of it is made."""


def check_tiff(path: Path, tick: Tick = lambda _units: None) -> Damage | None:
    """Report the first piece that its decoder had to repair; None when there is none, or nothing to repair it with.

    Args:
        path: A TIFF.
        tick: Called with the work of each page.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(path)
    except UnidentifiedImageError:
        return None
    with image:
        strict: _StrictDecoder | None = None
        for page in range(getattr(image, "n_frames", 1)):
            tick(PICTURE)
            image.seek(page)
            tags: Any = image.tag_v2  # type: ignore[attr-defined]  # of TIFF alone
            compression = tags.get(_COMPRESSION)
            if compression == _JPEG and (damage := _jpeg_damage(path, tags, page)):
                return damage
            tolerant = compression in _DEFLATED and tags.get(_PHOTOMETRIC) == _YCBCR  # another reader than else
            if tolerant and (damage := _deflate_damage(path, tags, page, tick)):
                return damage
            if compression not in _OTHERS or path.stat().st_size > _LARGEST:
                continue
            strict = strict or _StrictDecoder(path)
            if not strict.decodes(page):
                what = f"The {_OTHERS[compression]} data of page {page + 1} is damaged"
                return Damage(f"{what}: the decoder made up a part of the picture", 0, source="TIFF 6.0")
    return None


def _jpeg_damage(path: Path, tags: Any, page: int) -> Damage | None:
    tables = bytes(tags.get(_TABLES, b""))
    with path.open("rb") as file:
        for number, (offset, size) in enumerate(_pieces(tags), 1):
            file.seek(offset)
            piece = file.read(size)
            if damage := damage_of_jpeg(tables[:-2] + piece[2:] if tables else piece):
                return Damage(
                    f"Piece {number} of page {page + 1} is damaged: {damage.message}", offset,
                    truncated=damage.truncated, source=damage.source, serious=damage.serious,
                )  # fmt: skip
    return None


def _deflate_damage(path: Path, tags: Any, page: int, tick: Tick) -> Damage | None:
    with path.open("rb") as file:
        for number, (offset, size) in enumerate(_pieces(tags), 1):
            file.seek(offset)
            unpacker, left = zlib.decompressobj(), file.read(size)
            while left and not unpacker.eof:
                tick(_UNPACKING)
                try:
                    unpacker.decompress(left, _PORTION)
                except zlib.error as error:
                    what = f"Piece {number} of page {page + 1} cannot be unpacked: {error}"
                    return Damage(what, offset, source="TIFF 6.0")
                left = unpacker.unconsumed_tail
    return None


def _pieces(tags: Any) -> Iterator[tuple[int, int]]:
    for offsets, sizes in PLACES:
        yield from pairs_of(tags.get(offsets), tags.get(sizes))


class _StrictDecoder:
    """Decodes pages of a TIFF without repairing them.

    Args:
        path: The file; all pages are decoded from one copy of it.
    """

    def __init__(self, path: Path) -> None:
        import av

        data = bytearray(path.read_bytes())
        self._order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
        classic = int.from_bytes(data[2:4], self._order) == 42
        self._directories = _strip_tags(data, self._order) if classic else []
        self._packet = av.Packet(bytes(data))

    def decodes(self, page: int) -> bool:
        """Report whether a strict decoder reads a page, or refuses it for another reason than damage."""
        import av

        if page >= len(self._directories):
            return True
        # The decoder's own choice of a page refuses all but the first.
        memoryview(self._packet)[4:8] = self._directories[page].to_bytes(4, self._order)
        try:
            return bool(self._decoded(err_detect="explode"))
        except av.error.PatchWelcomeError:
            return True
        except av.error.FFmpegError:
            try:
                return not self._decoded()
            except av.error.FFmpegError:
                return True

    def _decoded(self, **options: str) -> list[Any]:
        import av

        context: Any = av.CodecContext.create("tiff", "r")
        context.thread_count = 1
        context.options = options
        return list(context.decode(self._packet))


def _strip_tags(data: bytearray, order: Literal["little", "big"]) -> list[int]:
    """Leave out of all directories what does not decide on the pixels; returns where they are."""
    at, seen = int.from_bytes(data[4:8], order), dict[int, None]()
    while at and at not in seen and at + 2 <= len(data):
        seen[at] = None
        count = int.from_bytes(data[at : at + 2], order)
        end = at + 2 + 12 * count
        entries = [bytes(data[place : place + 12]) for place in range(at + 2, end, 12)]
        kept = [entry for entry in entries if int.from_bytes(entry[:2], order) in _KNOWN]
        following = bytes(data[end : end + 4])
        data[at : at + 2] = len(kept).to_bytes(2, order)
        data[at + 2 : at + 2 + 12 * len(kept) + 4] = b"".join(kept) + following
        at = int.from_bytes(following, order)
    return list(seen)


def is_unread(path: Path) -> bool:
    """Report whether what a TIFF is compressed with is decoded by some builds of Pillow only."""
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(path)
    except UnidentifiedImageError:
        return False
    with image:
        return dict(getattr(image, "tag_v2", {})).get(_COMPRESSION) in _UNREAD
