"""One entry of a zip archive, and what can be wrong with an archive."""

import re
import struct
import zlib
from dataclasses import dataclass, field

from AIGCLibrary.files.finding import Finding, FindingKind, Severity

UNICODE_PATH = 0x7075
MAX32, MAX16 = 0xFFFFFFFF, 0xFFFF
_PART = rb"(?:[\x00-\x7f]|[\xa1-\xa3\xb0-\xf7][\xa1-\xfe])*"
_CHINESE = re.compile(_PART + rb"(?:[\xb0-\xf7][\xa1-\xfe]){2}" + _PART)
"""Bytes that are a name in GB 2312, with two ideographs in a row at least."""


class ZipError(ValueError):
    """The structure of an archive is broken beyond going on.

    Args:
        message: What is wrong.
        rule: Id of the finding.
        offset: Where in the file.
        kind: Sort of the finding.
    """

    def __init__(
        self,
        message: str,
        rule: str = "zip.structure",
        offset: int | None = None,
        kind: FindingKind = FindingKind.CORRUPT,
    ) -> None:
        super().__init__(message)
        self.rule, self.offset, self.kind = rule, offset, kind

    def finding(self) -> Finding:
        """Return it as a finding."""
        place = None if self.offset is None else f"offset {self.offset}"
        return Finding(self.rule, f"{str(self)[0].upper()}{str(self)[1:]}.", self.kind, place=place)


@dataclass(slots=True)
class ZipEntry:
    """What the central directory says of one entry.

    Offsets are those in the file, prefix included; `stamp` is its MS-DOS date and time, `need` the version (times ten)
    of the format that it needs.
    """

    name: str
    raw: bytes
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int
    made_by: int = 0
    attributes: int = 0
    stamp: int = 0
    need: int = 20
    extra: dict[int, bytes] = field(default_factory=dict)

    @property
    def is_folder(self) -> bool:
        """True for an entry that is a folder."""
        return self.name.endswith("/")

    @property
    def is_encrypted(self) -> bool:
        """True when it needs a password."""
        return bool(self.flags & 1)

    @property
    def mode(self) -> int:
        """Unix mode bits; 0 when the maker gave none."""
        return self.attributes >> 16 if self.made_by >> 8 in (3, 19) else 0

    @property
    def is_link(self) -> bool:
        """True for a symbolic link."""
        return self.mode & 0o170000 == 0o120000

    def finding(
        self,
        rule: str,
        message: str,
        kind: FindingKind = FindingKind.CORRUPT,
        severity: Severity = Severity.ERROR,
        *,
        expected: str | None = None,
        actual: str | None = None,
        unit: str | None = None,
    ) -> Finding:
        """Build a finding whose place is this entry."""
        return Finding(rule, message, kind, severity, expected, actual, unit, f"entry {self.name}")


def read_extra(data: bytes, offset: int, raw: bytes = b"") -> dict[int, bytes]:
    """Read extra fields; of several with one tag the first, of Unicode paths the first that fits the name.

    Args:
        data: The fields.
        offset: Where they stand, for messages.
        raw: The plain name of the entry.

    Raises:
        ZipError: A field runs past the others.
    """
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        tag, length = struct.unpack_from("<HH", data, at)
        if at + 4 + length > len(data):
            raise ZipError(
                f"extra field {tag:#06x} claims {length} bytes, {len(data) - at - 4} are left", "zip.extra", offset
            )
        value = data[at + 4 : at + 4 + length]
        if tag != UNICODE_PATH or _fits(value, raw):
            fields.setdefault(tag, value)
        at += 4 + length
    return fields


def _fits(path: bytes, raw: bytes) -> bool:
    """Report whether a Unicode path field belongs to a name: it holds the name's CRC."""
    return len(path) > 5 and path[0] == 1 and int.from_bytes(path[1:5], "little") == zlib.crc32(raw)


def decode_name(raw: bytes, flags: int, extra: dict[int, bytes]) -> str:
    """Return the name of an entry.

    The Unicode path field counts first, then UTF-8 when marked or possible, then GBK when every character above
    ASCII is one of GB 2312 (Windows in Chinese writes such names unmarked), else code page 437.
    """
    if UNICODE_PATH in extra:
        return extra[UNICODE_PATH][5:].decode("utf-8", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if flags & 0x800:
            return raw.decode("utf-8", errors="replace")
        return raw.decode("gbk" if _CHINESE.fullmatch(raw) else "cp437")
