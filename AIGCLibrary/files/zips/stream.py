"""Checks the entries of an archive by their local headers while it arrives, when its directory cannot be had before.

What local headers show beyond doubt is reported at once: names that lead elsewhere, encryption, contents that cannot be
unpacked or are not what their header says, too much of it. The directory, which stands at the end, is held against
what passed by; where an entry cannot be followed, everything is checked from the disk instead.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.zips.directory import Directory
from AIGCLibrary.files.zips.entry import ZipEntry, ZipError, decode_name, read_extra
from AIGCLibrary.files.zips.methods import LZMA, STORED, can_unpack
from AIGCLibrary.files.zips.unpack import EntryCheck
from AIGCLibrary.files.zips.walker import compare, local_sizes

_LOCAL = struct.Struct("<4s5H3L2H")
_ENDLESS = 1 << 62
"""Size of an entry whose sizes stand behind it."""
_DESCRIPTORS = (("<4sLQQ", 24), ("<LQQ", 20), ("<4sLLL", 16), ("<LLL", 12))
"""Data descriptors: with and without signature, with sizes of 64 and of 32 bits."""


@dataclass(slots=True)
class Passed:
    """An entry that passed by: what its local header says, and whether its content is so."""

    entry: ZipEntry
    head: bytes
    verified: bool = False
    sha256: str | None = None


@dataclass(slots=True)
class StreamWalker:
    """Fed with the bytes of an archive from its start.

    Args:
        report: Takes the findings.
        begin: Called with each entry when its header is here.
        measure: Called with the size of the entry at hand and of all together, as far as they are known.
        hashed: SHA-256 of every entry is wanted.
        tick: Takes the work of unpacking.
        following: False once an entry could not be followed.
        passed: The entries so far.
        unpacked: Bytes they unpack to, as far as that is known.
    """

    report: Callable[[Finding], None]
    begin: Callable[[ZipEntry], None]
    measure: Callable[[int, int], None]
    hashed: bool = False
    tick: Callable[[float], None] = lambda _units: None
    following: bool = True
    passed: list[Passed] = field(default_factory=list)
    unpacked: int = 0
    _step: str = "mark"
    _wanted: int = 4
    _held: bytearray = field(default_factory=bytearray)
    _position: int = 0
    _begun: int = 0
    _left: int = 0
    _check: EntryCheck | None = None

    def feed(self, data: memoryview) -> None:
        """Take the next bytes."""
        while len(data) and self._step != "rest":
            if self._step == "data":
                data = data[self._unpack(data[: self._left]) :]
                continue
            take = min(len(data), self._wanted - len(self._held))
            self._held += data[:take]
            self._position += take
            data = data[take:]
            if len(self._held) >= self._wanted:
                self._advance(bytes(self._held))

    def agrees(self, directory: Directory) -> bool:
        """Report whether the entries of a directory are those that passed by, all of them whole."""
        if not self.following or directory.findings or len(self.passed) != len(directory.entries):
            return False
        for listed, seen in zip(sorted(directory.entries, key=lambda e: e.offset), self.passed, strict=True):
            mine = seen.entry
            same = (mine.offset, mine.packed, mine.size, mine.crc) == (
                listed.offset,
                listed.packed,
                listed.size,
                listed.crc,
            )
            if not (seen.verified and same and compare(seen.head, listed) is None):
                return False
        return True

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 by name, where they are known."""
        return {passed.entry.name: passed.sha256 for passed in self.passed if passed.sha256}

    def _expect(self, step: str, wanted: int, held: bytes = b"") -> None:
        self._step, self._wanted, self._held = step, wanted, bytearray(held)
        if len(held) >= wanted:
            self._advance(held)

    def _advance(self, held: bytes) -> None:
        if self._step == "mark":
            self._mark(held)
        elif self._step == "local":
            self._expect(
                "names", 30 + int.from_bytes(held[26:28], "little") + int.from_bytes(held[28:30], "little"), held
            )
        elif self._step == "names":
            self._header(held)
        else:
            self._descriptor(held)

    def _mark(self, held: bytes) -> None:
        if held[:4] == b"PK\3\4":
            self._expect("local", 30, held)
        elif held[:4] in (b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\x08"):
            self._step = "rest"
        else:
            self._lose()

    def _lose(self) -> None:
        self.following, self._step, self._check = False, "rest", None

    def _header(self, head: bytes) -> None:
        """Read a local header and judge what it says."""
        _, _, flags, method, _, _, crc, packed, size, names, _ = _LOCAL.unpack_from(head)
        raw = head[30 : 30 + names]
        try:
            extra = read_extra(head[30 + names :], 0, raw)
        except ZipError:
            self._lose()
            return
        size, packed = local_sizes(size, packed, extra)
        self._begun = self._position
        name = decode_name(raw, flags, extra)
        entry = ZipEntry(name, raw, method, flags, crc, packed, size, self._position - len(head), extra=extra)
        self.passed.append(Passed(entry, head))
        self.unpacked += size
        open_end = bool(flags & 8) and packed == 0
        self.begin(entry)
        self.measure(size, self.unpacked)
        if open_end and method == STORED and entry.is_folder:
            self._expect("descriptor", 24)
        elif open_end and (entry.is_encrypted or not can_unpack(method) or method in (STORED, LZMA)):
            self._lose()  # where it ends cannot be known from here
        else:
            self._open(entry, open_end=open_end)

    def _open(self, entry: ZipEntry, *, open_end: bool) -> None:
        if open_end:
            entry.size = entry.packed = _ENDLESS
        readable = not entry.is_encrypted and can_unpack(entry.method)
        self._check = EntryCheck(entry, hashed=self.hashed, teller="its header", tick=self.tick) if readable else None
        self._step, self._left = "data", entry.packed
        if not self._left:
            self._close()

    def _unpack(self, data: memoryview) -> int:
        """Unpack; says how many bytes belonged to the entry."""
        used, check = len(data), self._check
        if check is not None:
            before = check.size
            for _ in check.feed(data):
                if check.entry.size == _ENDLESS:
                    self.unpacked += check.size - before
                    before = check.size
                    self.measure(check.size, self.unpacked)
            if check.entry.size == _ENDLESS and check.ended:
                used -= len(check.unused)
                self._left = used
        self._position += used
        self._left -= used
        if check is not None and check.problem is not None:
            self.report(check.problem)
            self._lose()
        elif not self._left:
            self._close()
        return used

    def _close(self) -> None:
        check, seen = self._check, self.passed[-1]
        entry = seen.entry
        if entry.size == _ENDLESS and check is not None:
            entry.size, entry.packed, entry.crc = check.size, self._position - self._begun, check.crc
            seen.verified, seen.sha256 = True, check.sha256
        elif check is not None:
            problem = check.finish()
            if problem is not None:
                self.report(problem)
            seen.verified = problem is None or problem.severity is not Severity.ERROR
            seen.sha256 = check.sha256
        if entry.flags & 8:
            self._expect("descriptor", 24)
        else:
            self._expect("mark", 4)

    def _descriptor(self, held: bytes) -> None:
        seen = self.passed[-1]
        entry = seen.entry
        wanted = (entry.crc, entry.packed, entry.size)
        for form, length in _DESCRIPTORS:
            values = struct.unpack_from(form, held)
            if values[-3:] == wanted and values[0] in (b"PK\7\x08", entry.crc):
                seen.verified = seen.verified or entry.is_folder
                self._expect("mark", 4, held[length:])
                return
        message = f"The data descriptor of entry '{entry.name}' is not what the entry holds."
        self.report(entry.finding("zip.descriptor", message, FindingKind.CORRUPT))
        self._lose()
