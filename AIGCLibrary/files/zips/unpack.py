"""Unpacks one entry a piece at a time with bounded memory, checking size and CRC."""

import hashlib
import lzma
from collections.abc import Callable, Iterator
from typing import Any

from isal import isal_zlib

from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.zips.entry import ZipEntry
from AIGCLibrary.files.zips.methods import (
    BZIP2,
    DEFLATE64,
    DEFLATED,
    LARGEST_WINDOW,
    LZMA,
    METHODS,
    PIECE,
    PPMD,
    XZ,
    ZSTD,
    TooMuchMemoryError,
    decode_errors,
)

COSTS = {DEFLATED: 0.0016, DEFLATE64: 0.004, BZIP2: 0.06, LZMA: 0.08, ZSTD: 0.0016, XZ: 0.08, PPMD: 0.3}
"""Units of work for each byte that is unpacked, of data that packs badly."""
_ENTRY = 30.0


class EntryCheck:
    """Takes the packed bytes of an entry and returns the unpacked ones.

    Args:
        entry: What the directory says of it.
        hashed: The SHA-256 of the content is wanted.
        teller: Who says so, for messages.
        tick: Takes the work of unpacking.
    """

    def __init__(
        self,
        entry: ZipEntry,
        *,
        hashed: bool = False,
        teller: str = "the directory",
        tick: Callable[[float], None] = lambda _units: None,
    ) -> None:
        self.entry = entry
        self._tick, self._cost = tick, COSTS.get(entry.method, 0.0)
        tick(_ENTRY)
        self._teller = teller
        self.size = 0
        self.crc = 0
        self.problem: Finding | None = None
        self._hash = hashlib.sha256() if hashed else None
        self._decoder: Any = None
        self._head = b""
        self._slack = 0
        self._begun = entry.method != LZMA
        method = METHODS[entry.method]
        if method.make is not None:
            self._decoder = method.make()

    @property
    def sha256(self) -> str | None:
        """Hash of what was unpacked so far."""
        return self._hash.hexdigest() if self._hash else None

    @property
    def ended(self) -> bool:
        """True when the packed data says that it is at its end."""
        return self._decoder is not None and bool(self._decoder.eof)

    @property
    def unused(self) -> bytes:
        """What was fed behind the end of the packed data."""
        return bytes(self._decoder.unused_data) if self._decoder is not None else b""

    def feed(self, data: memoryview) -> Iterator[bytes | memoryview]:
        """Take packed bytes and return unpacked ones in pieces; nothing more once a problem is known."""
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
        if decoder.eof:
            self._slack += len(packed)
            return
        try:
            piece = decoder.decompress(packed, PIECE)
            while True:
                yield from self._counted(piece)
                if self.problem is not None or decoder.eof or decoder.needs_input or not piece:
                    break
                piece = decoder.decompress(b"", PIECE)
        except TooMuchMemoryError as error:
            self._takes_too_much(error.args[0])
        except decode_errors() as error:
            self._fail("zip.data", f"Entry '{self.entry.name}' cannot be unpacked: {error}.")

    def finish(self) -> Finding | None:
        """Return the verdict when all packed bytes were fed."""
        if self.problem is not None:
            return self.problem
        entry = self.entry
        if (
            self._decoder is not None
            and not self._decoder.eof
            and not (entry.method == LZMA and self.size == entry.size)
        ):
            self._fail("zip.data", f"The packed data of entry '{entry.name}' ends too early.", FindingKind.TRUNCATED)
        elif self.size != entry.size:
            self._fail(
                "zip.size", f"Entry '{entry.name}' has {self.size} bytes; {self._teller} says {entry.size}.",
                expected=str(entry.size), actual=str(self.size), unit="bytes",
            )  # fmt: skip
        elif self.crc != entry.crc:
            self._fail(
                "zip.crc", f"The CRC of entry '{entry.name}' is {self.crc:08x}; {self._teller} says {entry.crc:08x}.",
                expected=f"{entry.crc:08x}", actual=f"{self.crc:08x}",
            )  # fmt: skip
        elif slack := self._slack + len(self.unused):
            message = f"{slack} bytes stand behind the packed data of entry '{entry.name}'."
            return entry.finding("zip.slack", message, severity=Severity.WARNING)
        return self.problem

    def _counted(self, piece: bytes | memoryview) -> Iterator[bytes | memoryview]:
        if not len(piece):
            return
        self.size += len(piece)
        self._tick(self._cost * len(piece))
        if self.size > self.entry.size:
            self._fail(
                "zip.size", f"Entry '{self.entry.name}' unpacks to more than the {self.entry.size} bytes it declares.",
                FindingKind.UNSAFE, expected=str(self.entry.size), unit="bytes",
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
            # No match reaches back further than the entry is long, whatever its properties say.
            window = options["dict_size"] = min(options["dict_size"], max(4096, self.entry.size))
            if window > LARGEST_WINDOW:
                self._takes_too_much(window)
                return b""
            self._decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[options])
        except lzma.LZMAError as error:
            self._fail("zip.data", f"Entry '{self.entry.name}' cannot be unpacked: {error}.")
            return b""
        self._begun = True
        return self._head[4 + length :]

    def _takes_too_much(self, needed: int) -> None:
        self._fail(
            "zip.data", f"Entry '{self.entry.name}' cannot be unpacked: it needs {needed} bytes of memory.",
            FindingKind.UNSAFE, expected=f"at most {LARGEST_WINDOW}", actual=str(needed), unit="bytes",
        )  # fmt: skip

    def _fail(
        self,
        rule: str,
        message: str,
        kind: FindingKind = FindingKind.CORRUPT,
        *,
        expected: str | None = None,
        actual: str | None = None,
        unit: str | None = None,
    ) -> None:
        self.problem = self.entry.finding(rule, message, kind, expected=expected, actual=actual, unit=unit)
