"""Unpacks one entry a piece at a time with bounded memory, checking size and CRC."""

import bz2
import hashlib
import lzma
from collections.abc import Iterator
from typing import Any

from isal import igzip_lib, isal_zlib

from AIGCLibrary.files.finding import Finding, Kind
from AIGCLibrary.files.zips.entry import BZIP2, DEFLATED, LZMA, STORED, XZ, Entry

PIECE = 1 << 20
"""Most bytes unpacked at once."""
_INFLATE_ERROR: Any = isal_zlib.error


class EntryCheck:
    """Takes the packed bytes of an entry and gives the unpacked ones.

    Args:
        entry: What the directory says of it.
        hashed: The SHA-256 of the content is wanted.
    """

    def __init__(self, entry: Entry, *, hashed: bool = False) -> None:
        self.entry = entry
        self.size = 0
        self.crc = 0
        self.problem: Finding | None = None
        self._hash = hashlib.sha256() if hashed else None
        self._decoder: Any = None
        self._head = b""
        self._begun = entry.method == STORED
        if entry.method == DEFLATED:
            self._decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
            self._begun = True
        elif entry.method == BZIP2:
            self._decoder = bz2.BZ2Decompressor()
            self._begun = True
        elif entry.method == XZ:
            self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ)
            self._begun = True

    @property
    def sha256(self) -> str | None:
        """Hash of what was unpacked so far."""
        return self._hash.hexdigest() if self._hash else None

    def feed(self, data: memoryview) -> Iterator[bytes | memoryview]:
        """Take packed bytes and give unpacked ones in pieces; nothing more once a problem is known."""
        if self.problem is not None:
            return
        if self._decoder is None and self._begun:
            yield from self._counted(data)
            return
        packed: bytes | memoryview = data
        if not self._begun:
            packed = self._begin_lzma(bytes(data))
            if self._decoder is None:
                return
        decoder = self._decoder
        try:
            piece = decoder.decompress(packed, PIECE)
            while True:
                yield from self._counted(piece)
                if self.problem is not None or decoder.eof or decoder.needs_input or not piece:
                    break
                piece = decoder.decompress(b"", PIECE)
        except (_INFLATE_ERROR, OSError, EOFError, ValueError, lzma.LZMAError) as error:
            self._fail("zip.data", f"Entry '{self.entry.name}' cannot be unpacked: {error}.")

    def finish(self) -> Finding | None:
        """Give the verdict when all packed bytes were fed."""
        if self.problem is not None:
            return self.problem
        entry = self.entry
        if (
            self._decoder is not None
            and not self._decoder.eof
            and not (entry.method == LZMA and self.size == entry.size)
        ):
            self._fail("zip.data", f"The packed data of entry '{entry.name}' ends too early.", Kind.TRUNCATED)
        elif self._decoder is not None and self._decoder.unused_data:
            self._fail(
                "zip.data", f"{len(self._decoder.unused_data)} bytes stand behind the data of entry '{entry.name}'."
            )
        elif self.size != entry.size:
            self._fail(
                "zip.size", f"Entry '{entry.name}' has {self.size} bytes; the directory says {entry.size}.",
                expected=str(entry.size), actual=str(self.size), unit="bytes",
            )  # fmt: skip
        elif self.crc != entry.crc:
            self._fail(
                "zip.crc", f"The CRC of entry '{entry.name}' is {self.crc:08x}; the directory says {entry.crc:08x}.",
                expected=f"{entry.crc:08x}", actual=f"{self.crc:08x}",
            )  # fmt: skip
        return self.problem

    def _counted(self, piece: bytes | memoryview) -> Iterator[bytes | memoryview]:
        if not len(piece):
            return
        self.size += len(piece)
        if self.size > self.entry.size:
            self._fail(
                "zip.size", f"Entry '{self.entry.name}' unpacks to more than the {self.entry.size} bytes it declares.",
                Kind.UNSAFE, expected=str(self.entry.size), unit="bytes",
            )  # fmt: skip
            return
        self.crc = isal_zlib.crc32(piece, self.crc)
        if self._hash:
            self._hash.update(piece)
        yield piece

    def _begin_lzma(self, data: bytes) -> bytes:
        """Read the properties before LZMA data: version (2 bytes), length (2 bytes), properties."""
        self._head += data
        if len(self._head) < 4 or len(self._head) < 4 + int.from_bytes(self._head[2:4], "little"):
            return b""
        length = int.from_bytes(self._head[2:4], "little")
        try:
            decode = lzma._decode_filter_properties  # type: ignore[attr-defined]  # noqa: SLF001 - as zipfile does
            options = decode(lzma.FILTER_LZMA1, self._head[4 : 4 + length])
            self._decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[options])
        except lzma.LZMAError as error:
            self._fail("zip.data", f"Entry '{self.entry.name}' cannot be unpacked: {error}.")
            return b""
        self._begun = True
        return self._head[4 + length :]

    def _fail(
        self,
        rule: str,
        message: str,
        kind: Kind = Kind.CORRUPT,
        *,
        expected: str | None = None,
        actual: str | None = None,
        unit: str | None = None,
    ) -> None:
        self.problem = self.entry.finding(rule, message, kind, expected=expected, actual=actual, unit=unit)
