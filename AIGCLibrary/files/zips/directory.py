"""Reads the central directory of a zip archive strictly: every count, size and offset must agree."""

import struct
from dataclasses import dataclass, field

from AIGCLibrary.files.context import RangeReader
from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.zips.entry import MAX16, MAX32, ZipEntry, ZipError, decode_name, read_extra

TAIL = 22 + 0xFFFF
"""Bytes at the end in which the end record must begin: its own length and the longest comment."""
LARGEST_DIRECTORY = 64 << 20
MOST_ENTRIES = 200_000
"""Entries of an archive; its end states how many there are, before any of them is read."""
LEAST_APPENDED = 4
"""Bytes behind an archive without a comment; fewer are damage, no padding."""
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_HEADER = struct.Struct("<4s6H3L5H2L")


@dataclass(slots=True)
class Directory:
    """The central directory of an archive.

    Args:
        entries: The entries in the order of the directory.
        offset: Where the directory begins in the file.
        end: Where the end record begins.
        shift: Bytes before the archive, for example a program that unpacks itself.
        findings: What is odd without being broken.
    """

    entries: list[ZipEntry] = field(default_factory=list)
    offset: int = 0
    end: int = 0
    shift: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _End:
    at: int
    count: int
    size: int
    offset: int
    junk: int
    first: int  # where the end records begin, zip64 ones included
    comment: int = 0
    continued: bool = False  # the comment seems to go on in the junk


def read_directory(reader: RangeReader, largest: int = LARGEST_DIRECTORY) -> Directory:
    """Read the directory through a few reads at the end of the file.

    Args:
        reader: The file; its length must be known.
        largest: Most bytes of directory that are read.

    Raises:
        ZipError: There is none, or it contradicts itself.
    """
    length = reader.length
    if length is None:
        raise ZipError("the length of the archive is not known")
    start = max(0, length - TAIL)
    tail = reader.read(start, length - start)
    end = _find_end(tail, start, reader)
    if end.count > MOST_ENTRIES:
        message = f"the archive has {end.count} entries; at most {MOST_ENTRIES} are read"
        raise ZipError(message, "zip.entries", end.at, FindingKind.UNSAFE)
    if end.size > largest:
        raise ZipError(f"the central directory claims {end.size} bytes", "zip.directory", end.at, FindingKind.UNSAFE)
    end.continued = _goes_on(tail[len(tail) - end.junk - end.comment :], end.comment)
    directory = Directory(end=end.first, findings=_tail_findings(end))
    directory.offset, directory.shift = _locate(reader, end, directory)
    size = min(end.size, end.first - directory.offset) if directory.findings else end.size
    data = _read(reader, tail, start, directory.offset, end.first - directory.offset)
    used = _read_entries(data, end.count, directory)
    if used != size or used != len(data):
        directory.findings.append(
            Finding(
                "zip.directory_size",
                f"The central directory has {used} bytes, the end record says {end.size}.",
                FindingKind.CORRUPT,
                Severity.WARNING if used == len(data) else Severity.ERROR,
                expected=str(end.size),
                actual=str(used),
                unit="bytes",
                place=f"offset {end.at}",
            )
        )
    return directory


def _find_end(tail: bytes, start: int, reader: RangeReader) -> _End:
    best = _end_in(tail, start)
    _refuse_second_end(tail, best, start)
    _, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(tail, best)
    junk = len(tail) - best - 22 - comment
    end = _End(start + best, count, size, offset, junk, start + best, comment)
    wide = _end64(tail, best, start, reader)
    if wide is not None:
        where, disk, first_disk, here, count64, size64, offset64 = wide
        for narrow, broad, most in ((count, count64, MAX16), (size, size64, MAX32), (offset, offset64, MAX32)):
            if narrow not in (most, broad):
                raise ZipError(
                    f"the zip64 end record says {broad} where the end record says {narrow}", "zip.zip64", where
                )
        end = _End(start + best, count64, size64, offset64, junk, where, comment)
    elif MAX32 in (size, offset):
        raise ZipError("the zip64 end record is missing", "zip.zip64", start + best)
    if (disk, first_disk) != (0, 0) or here != end.count:
        raise ZipError(f"the archive is one part of several (disk {disk})", "zip.multi_disk", start + best)
    return end


def _end_in(tail: bytes, start: int) -> int:
    """Return where the end record begins in the tail of the file: the last one whose comment ends with the file.

    Raises:
        ZipError: There is none, or its comment is cut off.
    """
    at, best, cut = len(tail), -1, -1
    while (at := tail.rfind(b"PK\5\6", 0, at)) >= 0:
        if len(tail) - at >= 22:
            missing = int.from_bytes(tail[at + 20 : at + 22], "little") - (len(tail) - at - 22)
            if missing == 0:
                return at
            if missing < 0 and best < 0:
                best = at
            elif missing > 0:
                cut = at
    if best < 0 and cut >= 0:
        raise ZipError("the comment of the archive is cut off", "zip.comment", start + cut, FindingKind.TRUNCATED)
    if best < 0:
        raise ZipError(
            "there is no end of central directory: the file is no zip archive or its end is missing",
            "zip.end",
            start + len(tail),
            FindingKind.TRUNCATED,
        )
    return best


def _refuse_second_end(tail: bytes, best: int, start: int) -> None:
    """Refuse an end record in the comment of another: one reader finds these files, another one those."""
    at = best
    while (at := tail.rfind(b"PK\5\6", 0, at)) >= 0:
        if int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail) - at - 22:
            raise ZipError(
                f"two end records fit, at offsets {start + at} and {start + best}; readers disagree about the files",
                "zip.end",
                start + best,
                FindingKind.UNSAFE,
            )


def _end64(tail: bytes, best: int, start: int, reader: RangeReader) -> tuple[int, int, int, int, int, int, int] | None:
    locator = tail[best - 20 : best] if best >= 20 else b""
    if locator[:4] != b"PK\6\7":
        return None
    _, disk, where, disks = struct.unpack("<4sLQL", locator)
    if disk != 0 or disks > 1:
        raise ZipError(f"the archive is one part of {disks}", "zip.multi_disk", start + best - 20)
    for offset in dict.fromkeys((where, start + best - 20 - 56)):
        if 0 <= offset <= (reader.length or 0) - 56:
            data = _read(reader, tail, start, offset, 56)
            if data[:4] == b"PK\6\6":
                if int.from_bytes(data[4:12], "little") >= 44 + 28 and any(_read(reader, tail, start, offset + 74, 2)):
                    raise ZipError("the central directory is encrypted", "zip.encrypted", offset, FindingKind.ENCRYPTED)
                fields = _END64.unpack(data)
                return offset, fields[4], fields[5], fields[6], fields[7], fields[8], fields[9]
    raise ZipError("the zip64 end record is not where its locator says", "zip.zip64", where)


def _locate(reader: RangeReader, end: _End, directory: Directory) -> tuple[int, int]:
    """Find where the directory really begins, and how many bytes stand before the archive."""
    expected = end.first - end.size
    if end.offset > end.first:
        raise ZipError("the central directory begins behind its end", "zip.directory", end.at)
    if end.count == 0 and end.size == 0:
        if end.first and reader.read(0, 4) == b"PK\3\4":
            raise ZipError(
                "the end record counts no entries, but one begins at offset 0", "zip.directory", end.at,
                FindingKind.UNSAFE,
            )  # fmt: skip
        return end.first, 0
    if expected != end.offset and expected >= 0 and reader.read(expected, 4) == b"PK\1\2":
        shift = expected - end.offset
        if shift < 0:
            raise ZipError(f"the central directory begins {-shift} bytes too early", "zip.directory", end.at)
        directory.findings.append(
            Finding(
                "zip.prefix",
                f"{shift} bytes stand before the archive.",
                FindingKind.RULE,
                Severity.WARNING,
                place="offset 0",
            )
        )
        return expected, shift
    head = reader.read(end.offset, 4)
    if head != b"PK\1\2":
        raise ZipError(f"there is no directory entry at offset {end.offset}: {head.hex()}", "zip.directory", end.offset)
    return end.offset, 0


def _tail_findings(end: _End) -> list[Finding]:
    if end.junk <= 0:
        return []
    message = f"{end.junk} bytes stand behind the archive."
    # What is appended on purpose is longer; a word that goes on means that the length of the comment is wrong.
    damaged = end.continued or (not end.comment and end.junk < LEAST_APPENDED)
    severity = Severity.ERROR if damaged else Severity.WARNING
    place = f"offset {end.at + 22 + end.comment}"
    return [
        Finding("zip.trailing", message, FindingKind.CORRUPT, severity, expected="0", actual=str(end.junk), place=place)
    ]


def _goes_on(text: bytes, comment: int) -> bool:
    """Report whether a comment stops within a word that goes on behind it."""
    return 0 < comment < len(text) and text[comment - 1 : comment + 1].isalnum()


def _read_entries(data: bytes, count: int, directory: Directory) -> int:
    at = 0
    for number in range(count):
        if at + 46 > len(data):
            raise ZipError(
                f"the central directory has {number} of {count} entries", "zip.directory", directory.offset + at
            )
        fields = _HEADER.unpack_from(data, at)
        if fields[0] != b"PK\1\2":
            raise ZipError(
                f"there is no directory entry {number + 1}: {fields[0].hex()}", "zip.directory", directory.offset + at
            )
        names, extras, comment = fields[10], fields[11], fields[12]
        end = at + 46 + names + extras + comment
        if end > len(data):
            raise ZipError(
                f"directory entry {number + 1} runs past the directory", "zip.directory", directory.offset + at
            )
        raw = data[at + 46 : at + 46 + names]
        extra = read_extra(data[at + 46 + names : at + 46 + names + extras], directory.offset + at, raw)
        entry = ZipEntry(
            name=decode_name(raw, fields[3], extra),
            raw=raw,
            method=fields[4],
            flags=fields[3],
            crc=fields[7],
            packed=fields[8],
            size=fields[9],
            offset=fields[16],
            made_by=fields[1],
            attributes=fields[15],
            need=fields[2],
            stamp=fields[6] << 16 | fields[5],
            extra=extra,
        )
        if fields[13] not in (0, MAX16):
            raise ZipError(f"entry '{entry.name}' lies on disk {fields[13]}", "zip.multi_disk", directory.offset + at)
        _widen(entry, directory.offset + at)
        entry.offset += directory.shift
        directory.entries.append(entry)
        at = end
    if len(data) - at >= 6 and data[at : at + 4] == b"PK\5\5":  # digital signature
        at += 6 + int.from_bytes(data[at + 4 : at + 6], "little")
    return at


def _widen(entry: ZipEntry, offset: int) -> None:
    """Take sizes and offset from the zip64 field where the plain ones are full."""
    names = [name for name in ("size", "packed", "offset") if getattr(entry, name) == MAX32]
    if not names:
        return
    data = entry.extra.get(1)
    if data is None:
        raise ZipError(f"entry '{entry.name}' lacks its zip64 field", "zip.zip64", offset)
    for index, name in enumerate(names):
        part = data[8 * index : 8 * index + 8]
        if len(part) < 8:
            raise ZipError(f"the zip64 field of entry '{entry.name}' does not state its {name}", "zip.zip64", offset)
        setattr(entry, name, int.from_bytes(part, "little"))


def _read(reader: RangeReader, tail: bytes, start: int, offset: int, count: int) -> bytes:
    data = tail[offset - start : offset - start + count] if offset >= start else reader.read(offset, count)
    if len(data) < count:
        raise ZipError(
            f"the archive ends before offset {offset + count}", "zip.directory", offset, FindingKind.TRUNCATED
        )
    return data
