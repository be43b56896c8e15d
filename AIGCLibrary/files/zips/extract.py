"""Unpacks archives safely: through a folder handle into a temporary folder, renamed when all is well."""

import contextlib
import errno
import os
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from AIGCLibrary.files.disk import full
from AIGCLibrary.files.errors import CODES, DiskError, ExtractionError, leading_kind
from AIGCLibrary.files.finding import Finding, Severity
from AIGCLibrary.files.local import LocalReader
from AIGCLibrary.files.zips.directory import Directory, read_directory
from AIGCLibrary.files.zips.entry import ZipEntry, ZipError
from AIGCLibrary.files.zips.safety import dangers
from AIGCLibrary.files.zips.unpack import EntryCheck
from AIGCLibrary.i18n import Text, listed
from AIGCLibrary.units import format_size
from AIGCLibrary.wording import sentence

PIECE = 1 << 20
MARGIN = 64 << 20
"""Bytes of disk left free."""


def extract(
    path: Path, directory: Path, *, max_unpacked: int | None = None, check: Callable[[], None] = lambda: None
) -> list[Path]:
    """Unpack a zip archive; all of it, or nothing.

    Args:
        path: The archive.
        directory: Where to; made when missing. What is there already stays, an entry of the same name is an error.
        max_unpacked: Most bytes all entries together may unpack to.
        check: Called now and then; raises to stop.

    Returns:
        The files that were written.

    Raises:
        ExtractionError: The archive is unsafe or corrupt, or a file of the same name is there; nothing was written.
        DiskError: It would not fit on the disk; nothing was written.
    """
    try:
        with LocalReader(path) as reader:
            index = read_directory(reader)
    except ZipError as error:
        raise _refused(path, [error.finding()]) from error
    problems = [finding for finding in dangers(index) if finding.severity is Severity.ERROR]
    if problems:
        raise _refused(path, problems)
    total = sum(entry.size for entry in index.entries)
    if max_unpacked is not None and total > max_unpacked:
        raise ExtractionError(
            f"Archive '{path.name}' unpacks to {format_size(total)}; at most {format_size(max_unpacked)} are allowed.",
            code="AIGC307",
            facts={"unpacked": total, "limit": max_unpacked},
        )
    directory.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(directory).free
    if total + MARGIN > free:
        raise DiskError(
            f"Archive '{path.name}' needs {format_size(total)} in '{directory}', {format_size(free)} are free.",
            hint=Text("files.hint.disk"),
            facts={"needed": total, "free": free},
        )
    for entry in index.entries:
        if not entry.is_folder and os.path.lexists(directory / entry.name):
            raise ExtractionError(
                f"'{entry.name}' of archive '{path.name}' is in '{directory}' already.", code="AIGC319"
            )
    temporary = directory / f".unpacking-{uuid.uuid4().hex[:12]}"
    temporary.mkdir()
    try:
        _write_all(path, index, temporary, check)
        return _move(temporary, directory, index)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise full(directory, path.name, total, shutil.disk_usage(directory).free) from error
        raise ExtractionError(f"Archive '{path.name}' cannot be unpacked: {error.strerror}.", code="AIGC319") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read_entry(path: Path, entry: ZipEntry) -> bytes:
    """Return the content of a small entry; the caller has looked at its size.

    Raises:
        ValueError: It is corrupt.
    """
    pieces: list[bytes] = []
    problem = _unpack(path, entry, lambda piece: pieces.append(bytes(piece)))
    if problem is not None:
        raise ValueError(problem.message)
    return b"".join(pieces)


def write_entry(path: Path, entry: ZipEntry, target: Path) -> Finding | None:
    """Unpack one entry into a new file; returns what is wrong with it."""
    with target.open("xb") as file:
        return _unpack(path, entry, file.write)


def _write_all(path: Path, index: Directory, temporary: Path, check: Callable[[], None]) -> None:
    root = os.open(temporary, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)) if os.open in os.supports_dir_fd else None
    try:
        for entry in index.entries:
            check()
            if entry.is_folder or entry.is_link:
                continue
            with _create(temporary, root, entry.name) as file:
                problem = _unpack(path, entry, partial(_write, file, check))
            if problem is not None:
                raise _refused(path, [problem])
    finally:
        if root is not None:
            os.close(root)


def _write(file: BinaryIO, check: Callable[[], None], piece: bytes | memoryview) -> None:
    check()
    file.write(piece)


def _create(temporary: Path, root: int | None, name: str) -> BinaryIO:
    """Open a new file below a folder, step by step, so that no link can lead elsewhere."""
    *folders, last = [part for part in name.split("/") if part not in ("", ".")]
    if root is None:
        target = temporary.joinpath(*folders, last)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("xb")
    here = os.dup(root)
    try:
        for folder in folders:
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, dir_fd=here)
            below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        handle = os.open(last, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=here)
        return os.fdopen(handle, "wb")
    finally:
        os.close(here)


def _move(temporary: Path, directory: Path, index: Directory) -> list[Path]:
    """Rename what was unpacked into place; what was renamed goes back when the rest does not follow."""
    done: list[tuple[Path, Path]] = []
    try:
        _merge(temporary, directory, done)
    except BaseException:
        for source, target in reversed(done):
            with contextlib.suppress(OSError):
                target.rename(source)
        raise
    return [directory / entry.name for entry in index.entries if not entry.is_folder and not entry.is_link]


def _merge(source: Path, target: Path, done: list[tuple[Path, Path]]) -> None:
    """Rename whole folders where they are new, single files elsewhere."""
    for item in sorted(source.iterdir()):
        into = target / item.name
        if not os.path.lexists(into):
            item.rename(into)
            done.append((item, into))
        elif item.is_dir() and stat.S_ISDIR(into.lstat().st_mode):
            _merge(item, into, done)
        else:
            raise ExtractionError(f"'{into}' exists already.", code="AIGC319")


def _unpack(path: Path, entry: ZipEntry, write: Callable[[bytes | memoryview], object]) -> Finding | None:
    check = EntryCheck(entry)
    for data in _packed(path, entry):
        for piece in check.feed(data):
            write(piece)
    problem = check.finish()
    return problem if problem is not None and problem.severity is Severity.ERROR else None


def _packed(path: Path, entry: ZipEntry) -> Iterator[memoryview]:
    """Return the packed bytes of an entry."""
    with path.open("rb", buffering=0) as file:
        file.seek(entry.offset)
        head = file.read(30)
        file.seek(entry.offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"))
        left, buffer = entry.packed, bytearray(min(PIECE, max(entry.packed, 1)))
        while left > 0 and (count := file.readinto(memoryview(buffer)[: min(left, len(buffer))])):
            left -= count
            yield memoryview(buffer)[:count]


def _refused(path: Path, problems: list[Finding]) -> ExtractionError:
    lines = "".join(f"\n- {finding.message}" for finding in problems[:10])
    more = f"\n- and {len(problems) - 10} more" if len(problems) > 10 else ""
    said = [
        Text("files.rejected_line", said=sentence(problem.as_dict()), rule=problem.rule) for problem in problems[:10]
    ]
    return ExtractionError(
        Text(
            "files.not_unpacked",
            original=f"Archive '{path.name}' was not unpacked:{lines}{more}",
            name=path.name,
            n=len(problems),
            lines=listed(said, "core.lines"),
        ),
        code=CODES[leading_kind(problems)],
        hint=Text("files.hint.unsafe"),
        facts={"source": str(path), "findings": [finding.as_dict() for finding in problems]},
    )
