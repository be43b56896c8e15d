"""Checks the entries of an archive while its bytes pass by, against the central directory read before."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.zips.directory import Directory
from AIGCLibrary.files.zips.entry import MAX32, ZipEntry, ZipError, read_extra
from AIGCLibrary.files.zips.methods import can_unpack
from AIGCLibrary.files.zips.unpack import EntryCheck

_LOCAL = struct.Struct("<4s5H3L2H")
Sink = Callable[[ZipEntry, "bytes | memoryview"], None]


@dataclass(slots=True)
class ZipWalker:
    """Fed with the bytes of an archive in order.

    Args:
        directory: The central directory, read by Range or from the disk.
        report: Takes the findings.
        hashed: SHA-256 of every entry is wanted.
        sink: Takes the unpacked content.
        tick: Takes the work of unpacking.
    """

    directory: Directory
    report: Callable[[Finding], None]
    hashed: bool = False
    sink: Sink | None = None
    tick: Callable[[float], None] = lambda _units: None
    hashes: dict[str, str] = field(default_factory=dict)
    verified: int = 0
    _plan: list[ZipEntry] = field(default_factory=list)
    _next: int = 0
    _position: int = 0
    _wanted: int = 0
    _head: bytearray = field(default_factory=bytearray)
    _step: str = "gap"
    _check: EntryCheck | None = None
    _left: int = 0

    def __post_init__(self) -> None:
        self._plan = sorted(self.directory.entries, key=lambda entry: entry.offset)
        self._seek()

    def feed(self, data: memoryview) -> None:
        """Take the next bytes."""
        at, count = 0, len(data)
        while at < count:
            if self._step == "gap":
                take = min(count - at, self._left) if self._left >= 0 else count - at
                self._look_into_gap(data[at : at + take])
            elif self._step == "data":
                take = min(count - at, self._left)
                self._unpack(data[at : at + take])
            else:
                take = min(count - at, self._wanted - len(self._head))
                self._head += data[at : at + take]
            at += take
            self._position += take
            if self._left > 0 and self._step in ("gap", "data"):
                self._left -= take
            self._advance()

    def finish(self) -> None:
        """Report that the archive ended."""
        if self._step in ("data", "local", "names", "descriptor") and self._next <= len(self._plan):
            entry = self._plan[min(self._next, len(self._plan) - 1)]
            self.report(
                entry.finding("zip.data", f"The archive ends within entry '{entry.name}'.", FindingKind.TRUNCATED)
            )

    def _advance(self) -> None:
        if self._step == "gap" and self._left == 0:
            self._expect("local", 30)
        elif self._step == "local" and len(self._head) >= self._wanted:
            self._local()
        elif self._step == "names" and len(self._head) >= self._wanted:
            self._names()
        elif self._step == "descriptor" and len(self._head) >= self._wanted:
            self._descriptor()
        if self._step == "data" and self._left == 0:
            self._end_data()

    def _seek(self) -> None:
        """Skip to the next entry; to the end when there is none."""
        self._step, self._check = "gap", None
        self._head.clear()
        while self._next < len(self._plan) and self._plan[self._next].offset < self._position:
            self._next += 1  # overlaps what was read; reported by the directory's own check
        self._left = -1 if self._next >= len(self._plan) else self._plan[self._next].offset - self._position
        if self._left == 0:
            self._expect("local", 30)

    def _look_into_gap(self, data: memoryview) -> None:
        """Report an entry that the directory does not list: a reader that starts at the front sees another archive."""
        if self._next >= len(self._plan) or len(self._head) >= 4:
            return
        self._head += data[: 4 - len(self._head)]
        if self._head == b"PK\3\4":
            at = self._position
            message = f"An entry stands at offset {at} that the directory does not know."
            self.report(Finding("zip.hidden", message, FindingKind.UNSAFE, place=f"offset {at}"))

    def _expect(self, step: str, count: int) -> None:
        self._step, self._wanted = step, count
        self._head.clear() if step in ("local", "descriptor") else None

    def _local(self) -> None:
        entry = self._plan[self._next]
        fields = _LOCAL.unpack_from(self._head)
        if fields[0] != b"PK\3\4":
            self._skip(entry.finding("zip.local", f"Entry '{entry.name}' has no local header: {fields[0].hex()}."))
            return
        self._expect("names", 30 + fields[9] + fields[10])
        if self._wanted == 30:
            self._names()

    def _names(self) -> None:
        entry = self._plan[self._next]
        problem = compare(bytes(self._head), entry)
        if problem:
            self.report(problem)
        unreadable = entry.is_encrypted or not can_unpack(entry.method)
        self._check = None if unreadable else EntryCheck(entry, hashed=self.hashed, tick=self.tick)
        self._step, self._left = "data", entry.packed

    def _unpack(self, data: memoryview) -> None:
        if self._check is not None:
            for piece in self._check.feed(data):
                if self.sink:
                    self.sink(self._check.entry, piece)

    def _end_data(self) -> None:
        check = self._check
        entry = self._plan[self._next]
        if check is not None:
            problem = check.finish()
            if problem:
                self.report(problem)
            else:
                self.verified += 1
            if check.sha256:
                self.hashes[entry.name] = check.sha256
        if entry.flags & 8 and not entry.is_encrypted:
            follower = self._plan[self._next + 1].offset if self._next + 1 < len(self._plan) else self.directory.offset
            room = min(24, follower - self._position)
            if room >= 12:
                self._expect("descriptor", room)
                return
        self._next += 1
        self._seek()

    def _descriptor(self) -> None:
        entry = self._plan[self._next]
        data = bytes(self._head)
        values = data[4:] if data[:4] == b"PK\7\x08" else data
        crc = int.from_bytes(values[:4], "little")
        short = struct.unpack_from("<LL", values, 4) if len(values) >= 12 else (0, 0)
        wide = struct.unpack_from("<QQ", values, 4) if len(values) >= 20 else (0, 0)
        wanted = (entry.packed, entry.size)
        if crc != entry.crc or wanted not in (tuple(short), tuple(wide)):
            self.report(
                entry.finding(
                    "zip.descriptor", f"The data descriptor of entry '{entry.name}' contradicts the directory."
                )
            )
        self._next += 1
        self._seek()

    def _skip(self, finding: Finding) -> None:
        self.report(finding)
        self._next += 1
        self._seek()


def local_sizes(size: int, packed: int, extra: dict[int, bytes]) -> tuple[int, int]:
    """Return size and packed size of a local header: from its zip64 field those that are full."""
    wide = extra.get(1, b"")
    if len(wide) >= 16:
        wide_size, wide_packed = struct.unpack_from("<QQ", wide)
        return (wide_size if size == MAX32 else size), (wide_packed if packed == MAX32 else packed)
    return size, packed


def compare(head: bytes, entry: ZipEntry) -> Finding | None:
    """Hold a local header against the directory; the fields are left empty when a descriptor follows."""
    _, _, flags, method, time, date, crc, packed, size, names, _ = _LOCAL.unpack_from(head)
    name, extra_data = head[30 : 30 + names], head[30 + names :]
    try:
        extra = read_extra(extra_data, entry.offset)
    except ZipError as error:
        return entry.finding(error.rule, f"{str(error)[0].upper()}{str(error)[1:]}.")
    size, packed = local_sizes(size, packed, extra)
    differences = []
    if name != entry.raw:
        differences.append(f"name '{name.decode('utf-8', 'replace')}'")
    if method != entry.method:
        differences.append(f"method {method}")
    if (flags ^ entry.flags) & 1:
        differences.append("encryption")
    if (flags ^ entry.flags) & 0x800 and not entry.raw.isascii():
        differences.append("encoding of the name")
    if date << 16 | time != entry.stamp:
        differences.append("time")
    deferred = bool(flags & 8)
    for title, local, central in (
        ("CRC", crc, entry.crc),
        ("packed size", packed, entry.packed),
        ("size", size, entry.size),
    ):
        if local != central and not (deferred and local in (0, MAX32)) and not (entry.flags & 0x2000):
            differences.append(f"{title} {local}")
    if not differences:
        return None
    return entry.finding(
        "zip.contradiction",
        f"The local header of entry '{entry.name}' contradicts the directory: {', '.join(differences)}.",
        FindingKind.CORRUPT,
        Severity.ERROR,
    )
