"""The ways to pack an entry (APPNOTE 6.3.10, 4.4.5), and what unpacks them a piece at a time."""

import bz2
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from isal import igzip_lib, isal_zlib

STORED, DEFLATED, DEFLATE64, BZIP2, LZMA, ZSTD, XZ, PPMD = 0, 8, 9, 12, 14, 93, 95, 98
PIECE = 1 << 20
"""Most bytes unpacked at once."""
LARGEST_WINDOW = 128 << 20
"""Bytes that unpacking LZMA or PPMd may need; the strongest setting of usual programs needs 64 MiB."""
_SMALL = 4096
"""Packed bytes given to a decoder that cannot be stopped: they unpack to 4 MiB at most."""


class TooMuchMemoryError(Exception):
    """Unpacking takes more than `LARGEST_WINDOW`; its argument is how many bytes."""


@dataclass(frozen=True, slots=True)
class Method:
    """One way to pack.

    Args:
        title: Its name.
        make: Makes a decoder with `decompress(data, most)`, `eof`, `needs_input` and `unused_data`; None when we
            have none, or the content is not packed at all.
        package: What has to be installed for it.
    """

    title: str
    make: Callable[[], Any] | None = None
    package: str | None = None


class _Inflate64:
    """The decoder of Deflate64 with the face of the others."""

    def __init__(self) -> None:
        self._decoder: Any = import_module("inflate64").Inflater()
        self._rest: memoryview = memoryview(b"")
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def needs_input(self) -> bool:
        return not len(self._rest)

    def decompress(self, data: bytes | memoryview, _most: int) -> bytes:
        if len(data):
            self._rest = memoryview(bytes(self._rest) + bytes(data))
        piece, self._rest = self._rest[:_SMALL], self._rest[_SMALL:]
        made: bytes = self._decoder.inflate(bytes(piece))
        if self.eof:
            self.unused_data, self._rest = bytes(self._rest), memoryview(b"")
        return made


class _Ppmd:
    """The decoder of PPMd, variant I, with the face of the others; two bytes of parameters stand before its data."""

    def __init__(self) -> None:
        self._make: Callable[..., Any] = import_module("pyppmd").Ppmd8Decoder
        self._decoder: Any = None
        self._head = b""

    @property
    def eof(self) -> bool:
        return self._decoder is not None and bool(self._decoder.eof)

    @property
    def needs_input(self) -> bool:
        return self._decoder is None or bool(self._decoder.needs_input)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._decoder.unused_data) if self._decoder is not None else b""

    def decompress(self, data: bytes | memoryview, most: int) -> bytes:
        if self._decoder is None:
            self._head += bytes(data)
            if len(self._head) < 2:
                return b""
            self._begin(int.from_bytes(self._head[:2], "little"))
            data = self._head[2:]
        made: bytes = self._decoder.decode(bytes(data), most)
        return made

    def _begin(self, parameters: int) -> None:
        order, memory, restore = (parameters & 15) + 1, (parameters >> 4 & 255) + 1 << 20, parameters >> 12
        if order < 2 or restore > 1:
            raise ValueError(f"its parameters {parameters:#06x} are none of PPMd")
        if memory > LARGEST_WINDOW:
            raise TooMuchMemoryError(memory)
        self._decoder = self._make(order, memory, restore)


def _zstd() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise ImportError("backports.zstd")


METHODS = {
    STORED: Method("stored"),
    1: Method("shrunk"),
    6: Method("imploded"),
    DEFLATED: Method("deflated", lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)),
    DEFLATE64: Method("Deflate64", _Inflate64, "inflate64"),
    BZIP2: Method("bzip2", bz2.BZ2Decompressor),
    LZMA: Method("LZMA"),
    ZSTD: Method("Zstandard", lambda: _zstd().ZstdDecompressor(), "backports.zstd"),
    XZ: Method("xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)),
    PPMD: Method("PPMd", _Ppmd, "pyppmd"),
}


@cache
def can_unpack(method: int) -> bool:
    """Report whether entries packed so can be unpacked here, and so verified."""
    if method in (STORED, LZMA):
        return True
    known = METHODS.get(method)
    if known is None or known.make is None:
        return False
    try:
        known.make()
    except ImportError:
        return False
    return True


@cache
def decode_errors() -> tuple[type[Exception], ...]:
    """Return what decoders raise for broken data."""
    found: list[Any] = [isal_zlib.error, OSError, EOFError, ValueError, lzma.LZMAError, RuntimeError]
    if can_unpack(ZSTD):
        found.append(_zstd().ZstdError)
    return tuple(found)
