"""Refuses archives that attack the program that unpacks them: names, links, bombs, overlaps."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.zips.directory import Directory
from AIGCLibrary.files.zips.entry import ZipEntry
from AIGCLibrary.files.zips.methods import METHODS, can_unpack
from AIGCLibrary.units import format_size

DEVICE = re.compile(r"(?:^|/)\s*(?:con|prn|aux|nul|clock\$|com[1-9]|lpt[1-9])\s*(?:\.[^/]*)?(?:/|\Z)", re.IGNORECASE)
"""Names that Windows takes for devices in every folder, with any extension."""
_CONTROL = re.compile(r"[\x00-\x1f]")
_DRIVE = re.compile(r"^[a-zA-Z]:")
_LEADING_OUT = ("is absolute", "names a drive", "leads out of the folder")
_ODD = "holds a control character"
DEEPEST = 100
"""Folders within folders; more exhaust the stack or the longest path of tools that walk them."""
BOMB_RATIO = 200
BOMB_SIZE = 100 << 20
"""An archive that grows more than BOMB_RATIO times, beyond BOMB_SIZE, is taken for a bomb."""
MOST_UNPACKED = 16 << 30
NEWEST = 63
"""The newest version of the format (6.3); what needs a newer one cannot be read."""


@lru_cache(maxsize=16)  # an entry's name is asked about as text and as its bytes
def unsafe_name(name: str) -> str | None:
    """Describe why a name must not be used on a disk; None when it is safe."""
    parts = name.split("/")
    reason = None
    if not name:
        reason = "is empty"
    elif "\0" in name:
        reason = "holds a NUL"
    elif name.startswith("/"):
        reason = "is absolute"
    elif _DRIVE.match(name):
        reason = "names a drive"
    elif "\\" in name:
        reason = "holds a backslash"
    elif ".." in parts:
        reason = "leads out of the folder"
    elif DEVICE.search(name):
        reason = "is the name of a device"
    elif too_long := _too_long(name, parts):
        reason = too_long
    elif _CONTROL.search(name):
        reason = _ODD
    return reason


def _too_long(name: str, parts: list[str]) -> str | None:
    if len(parts) > DEEPEST:
        return f"is {len(parts)} levels deep (at most {DEEPEST})"
    if len(name) < 64:
        return None  # UTF-8 has at most four bytes a character
    longest = max(len(part.encode("utf-8", "replace")) for part in parts)
    return "is too long for a file system" if longest > 255 or len(name.encode("utf-8", "replace")) > 4096 else None


def dangers(directory: Directory, *, encrypted: bool = False, symlinks: bool = False) -> Iterator[Finding]:
    """Return everything in a directory that must not be unpacked.

    Args:
        directory: The directory.
        encrypted: Encrypted entries are accepted unseen.
        symlinks: Symbolic links are accepted; they are never unpacked.
    """
    for entry in directory.entries:
        yield from entry_dangers(entry, encrypted=encrypted, symlinks=symlinks)
    yield from _twins(directory.entries)
    yield from _overlaps(directory)
    yield from _bombs(directory.entries)


def entry_dangers(entry: ZipEntry, *, encrypted: bool = False, symlinks: bool = False) -> Iterator[Finding]:
    """Return what is dangerous in one entry by itself."""
    if reason := unsafe_name(entry.name):
        severity = Severity.WARNING if reason == _ODD else Severity.ERROR
        message = f"The name '{entry.name}' {reason}."
        yield entry.finding("zip.unsafe_name", message, FindingKind.UNSAFE, severity, actual=repr(entry.name)[1:-1])
    elif reason := unsafe_name(entry.raw.decode("latin-1")):
        # A Unicode path field holds a safe name; readers that do not know the field see the other one.
        severity = Severity.ERROR if reason in _LEADING_OUT else Severity.WARNING
        message = f"The plain name of '{entry.name}' {reason}."
        yield entry.finding("zip.unsafe_name", message, FindingKind.UNSAFE, severity, actual=repr(entry.raw)[2:-1])
    if entry.is_link and not symlinks:
        yield entry.finding("zip.symlink", f"Entry '{entry.name}' is a symbolic link.", FindingKind.UNSAFE)
    if (entry.is_encrypted or entry.flags & 0x2040) and not encrypted:
        yield entry.finding("zip.encrypted", f"Entry '{entry.name}' is encrypted.", FindingKind.ENCRYPTED)
    elif not can_unpack(entry.method):
        yield entry.finding("zip.method", _unverifiable(entry), actual=str(entry.method))
    if entry.need & 0xFF > NEWEST:
        message = f"Entry '{entry.name}' needs version {(entry.need & 0xFF) / 10:g} of the format."
        yield entry.finding(
            "zip.version", message, expected=f"<= {NEWEST / 10:g}", actual=f"{(entry.need & 0xFF) / 10:g}"
        )


def _unverifiable(entry: ZipEntry) -> str:
    method = METHODS.get(entry.method)
    named = f"{entry.method} ({method.title})" if method else str(entry.method)
    more = f" (needs the package '{method.package}')" if method and method.package else ""
    return f"Entry '{entry.name}' is packed with method {named}, which cannot be verified{more}."


def _twins(entries: list[ZipEntry]) -> Iterator[Finding]:
    seen: dict[str, ZipEntry] = {}
    for entry in entries:
        key = unicodedata.normalize("NFC", entry.name.rstrip("/")).casefold()
        other = seen.setdefault(key, entry)
        if other is entry:
            continue
        if other.name.rstrip("/") == entry.name.rstrip("/"):
            folders = all(zip_entry.is_folder or zip_entry.size == 0 for zip_entry in (entry, other))
            severity = Severity.WARNING if folders else Severity.ERROR
            yield entry.finding("zip.duplicate", f"The name '{entry.name}' stands twice.", FindingKind.UNSAFE, severity)
        else:
            message = f"The names '{other.name}' and '{entry.name}' are one on Windows and macOS."
            yield entry.finding("zip.case_collision", message, FindingKind.UNSAFE)
    yield from _files_as_folders(entries)


def _files_as_folders(entries: list[ZipEntry]) -> Iterator[Finding]:
    """Find names that are a file, and a folder of others: no system can unpack both."""
    names = sorted(entry.name for entry in entries)
    for entry in entries:
        if entry.is_folder or not entry.size:  # some tools write folders as empty files
            continue
        at = bisect_left(names, f"{entry.name}/")
        if at < len(names) and names[at].startswith(f"{entry.name}/"):
            message = f"The name '{entry.name}' is a file, and the folder of '{names[at]}'."
            yield entry.finding("zip.duplicate", message, FindingKind.UNSAFE)


def _overlaps(directory: Directory) -> Iterator[Finding]:
    end, previous = 0, "the start"
    for entry in sorted(directory.entries, key=lambda e: e.offset):
        if entry.offset < end:
            yield entry.finding("zip.overlap", f"Entry '{entry.name}' overlaps {previous}.", FindingKind.UNSAFE)
        end = max(end, entry.offset + 30 + len(entry.raw) + entry.packed)
        previous = f"entry '{entry.name}'"
    if end > directory.offset and directory.entries:
        yield Finding(
            "zip.bounds",
            f"The entries reach to offset {end}, into the central directory at {directory.offset}.",
            FindingKind.CORRUPT,
            expected=f"<= {directory.offset}",
            actual=str(end),
            unit="bytes",
            place=f"offset {directory.offset}",
        )


def _bombs(entries: list[ZipEntry]) -> Iterator[Finding]:
    yield from bomb(sum(e.size for e in entries), sum(e.packed for e in entries))


def bomb(size: int, packed: int) -> Iterator[Finding]:
    """Report that the packed bytes expand to far too many."""
    ratio = size / max(packed, 1)
    if size > MOST_UNPACKED or (ratio > BOMB_RATIO and size > BOMB_SIZE):
        yield Finding(
            "zip.bomb",
            f"The archive would unpack {format_size(packed)} to {format_size(size)} ({ratio:.0f} times).",
            FindingKind.UNSAFE,
            expected=f"<= {BOMB_RATIO} times beyond {format_size(BOMB_SIZE)}, <= {format_size(MOST_UNPACKED)}",
            actual=f"{ratio:.0f}",
        )
