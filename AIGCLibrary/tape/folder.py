"""A tape on disk: `tape.json`, a file for each order and what was seen of it, and the files by their hash."""

import json
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from AIGCLibrary._version import __version__
from AIGCLibrary.tape.bodies import FileStore
from AIGCLibrary.tape.entry import Entry
from AIGCLibrary.tape.errors import OWN_NUMBER, TapeError
from AIGCLibrary.tape.journal import NAME as JOURNAL
from AIGCLibrary.tape.journal import read_journal, refuse_while_recorded
from AIGCLibrary.tape.reading import STORIES, UNREADABLE, read_part
from AIGCLibrary.tape.stories import Story, stories

HEAD, FILES = "tape.json", "files"
ATTRIBUTES = ".gitattributes"
_ATTRIBUTES = f".gitattributes text eol=lf\n*.json text eol=lf\n{FILES}/* -text\n"
"""Keeps git from changing the ends of lines, and with them the hashes of files."""
FORMAT = 1
"""Version of the format of tapes."""
_LATEST = 32_503_680_000.0
"""Seconds from 1970 to the year 3000, beyond which not every system writes dates."""
LARGEST = 256 << 20
"""Bytes of a file of exchanges that are read into memory."""
IGNORE = ("seed",)
"""Fields in which an order may differ from its recording, when a tape is made."""


@dataclass(frozen=True, slots=True)
class Tape:
    """What is on a tape.

    Args:
        folder: Where it is.
        started: When its recording began, seconds since 1970.
        ended: Seconds from there to its last exchange.
        whole: The recording ended in order; False for one that was cut off.
        made_by: Version of this library that recorded it.
        ignore: Fields in which a request may differ from its recording.
        stories: What was recorded.
        note: Where it comes from, in the words of who made it.
        run_id: The run that recorded it.
        seed: What its test data was made from.
    """

    folder: Path
    started: float
    ended: float
    whole: bool
    made_by: str
    ignore: tuple[str, ...]
    stories: tuple[Story, ...] = field(repr=False)
    note: str = ""
    run_id: str = ""
    seed: str = ""

    @property
    def files(self) -> FileStore:
        """The files of the tape."""
        return FileStore(self.folder / FILES)

    @property
    def exchanges(self) -> int:
        """How many requests were answered while it was recorded."""
        return sum((story.order is not None) + sum(entry.times for entry in story.seen) for story in self.stories)

    @property
    def before(self) -> bool:
        """Whether another tape is in the folder of a recording that was cut off."""
        try:
            head = json.loads((self.folder / HEAD).read_text(encoding="utf-8"))
            return not self.whole and bool(head["started"] != self.started)
        except UNREADABLE:
            return False

    def end_time(self) -> str:
        """Return when the recording ended, as people write it."""
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.started + self.ended))


def holds_tape(folder: Path) -> bool:
    """Return whether a folder is a tape, a finished one or one that was cut off."""
    return (folder / HEAD).is_file() or (folder / JOURNAL).is_file()


def load_tape(folder: Path) -> Tape:
    """Read a tape.

    Raises:
        TapeError: There is none, or it is not readable.
        ConfigError: Another process is recording it.
    """
    check_plain(folder)
    if not holds_tape(folder):
        parts = [path.name for path in sorted(folder.glob("*")) if path.is_dir() and holds_tape(path)]
        if parts:
            raise TapeError(
                f"There is no tape in '{folder}'; it holds the tapes of {len(parts)} processes of pabot: "
                f"{', '.join(parts[:5])}.",
                code="AIGC702",
            )
        raise TapeError(f"There is no tape in '{folder}'; 'aigc record' makes one.", code="AIGC702")
    return _cut_off(folder) if (folder / JOURNAL).is_file() else _finished(folder)


def _finished(folder: Path) -> Tape:
    """Read the tape of a recording that ended in order."""
    version = read_part(folder, folder / HEAD, lambda head: int(head["version"]))
    if version > FORMAT:
        raise TapeError(
            f"The tape '{folder}' has format {version}; this version of the library reads up to {FORMAT}.",
            code="AIGC702",
        )
    numbered: dict[int, tuple[str, Story]] = {}
    for path in sorted((folder / STORIES).glob("*.json")):
        story = read_part(folder, path, Story.from_json)
        name, _ = numbered.setdefault(story.number, (path.name, story))
        if name != path.name:
            raise TapeError(
                f"The tape '{folder}' cannot be read: '{name}' and '{path.name}' have the same number, {story.number}.",
                code="AIGC702",
                hint=OWN_NUMBER,
            )
    return read_part(
        folder, folder / HEAD, lambda head: _tape(folder, head, [story for _, story in numbered.values()], whole=True)
    )


def check_plain(folder: Path) -> None:
    """Check that all that a tape consists of is plain files within it: no links, pipes or devices.

    Raises:
        TapeError: Something else is there, or a file that is too large to be one of exchanges.
    """
    for path in _parts(folder):
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            why = "is not a regular file of the tape"
        elif path.parent.name != FILES and found.st_size > LARGEST:
            why = f"has {found.st_size} bytes, more than {LARGEST}"
        else:
            continue
        raise TapeError(f"The tape '{folder}' cannot be read: '{path.relative_to(folder)}' {why}.", code="AIGC702")


def _parts(folder: Path) -> Iterator[Path]:
    """Return the files of a tape, and what stands where its files should be."""
    yield from (folder / name for name in (HEAD, JOURNAL) if os.path.lexists(folder / name))
    for part in (folder / STORIES, folder / FILES):
        if part.is_dir() and not part.is_symlink():
            yield from part.iterdir()
        elif os.path.lexists(part):
            yield part


def write_tape(folder: Path, head: Mapping[str, Any], found: Iterable[Story]) -> None:
    """Write the stories of a tape in the place of those that are there."""
    target = folder / STORIES
    target.mkdir(parents=True, exist_ok=True)
    written = set()
    for story in found:
        path = target / story_file(story.number, story.order)
        written.add(path)
        text = json.dumps(story.as_json(), ensure_ascii=False, indent=1) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")
    for path in target.glob("*.json"):
        if path not in written:
            path.unlink()
    text = json.dumps(dict(head), ensure_ascii=False, indent=1) + "\n"
    (folder / HEAD).write_text(text, encoding="utf-8", newline="\n")
    (folder / ATTRIBUTES).write_text(_ATTRIBUTES, encoding="utf-8", newline="\n")


def head_of(started: float, ended: float, ignore: Iterable[str], about: Mapping[str, str]) -> dict[str, Any]:
    """Return what `tape.json` says.

    Args:
        started: Seconds since 1970.
        ended: Seconds from there to the last exchange.
        ignore: Fields that may differ.
        about: More: `run`, `seed`, `note`.
    """
    return {
        "version": FORMAT,
        "started": round(started, 3),
        "ended": round(ended, 3),
        "made_by": f"AIGCLibrary {__version__}",
        "ignore": list(ignore),
        **about,
    }


def files_used(found: Iterable[Story]) -> set[str]:
    """Return the hashes of the files that stories refer to."""
    entries: list[Entry] = []
    for story in found:
        entries += [*([story.order] if story.order else []), *story.seen]
    return {str(entry.answer.body["file"]) for entry in entries if "file" in entry.answer.body}


def _tape(folder: Path, head: Mapping[str, Any], found: list[Story], *, whole: bool) -> Tape:
    started, ended = float(head["started"]), float(head["ended"])
    if not (0 <= started < _LATEST and 0 <= ended < _LATEST):
        raise ValueError(f"{started:g} and {ended:g} are no times")
    return Tape(
        folder,
        started,
        ended,
        whole,
        str(head["made_by"]),
        _names(head.get("ignore", [])),
        tuple(found),
        str(head.get("note", "")),
        str(head.get("run", "")),
        str(head.get("seed", "")),
    )


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("'ignore' is no list of names")
    return tuple(value)


def _cut_off(folder: Path) -> Tape:
    """Read the tape of a recording that did not end in order."""
    try:
        head, entries = read_journal(folder / JOURNAL)
        refuse_while_recorded(folder / JOURNAL, head)
        if not entries and (folder / HEAD).is_file():  # nothing came of it: the tape that is there stays
            return _finished(folder)
        ended = max((entry.ended for entry in entries), default=0.0)
        if "started" not in head:
            raise TapeError(
                f"The recording of the tape '{folder}' was cut off before its first exchange.", code="AIGC702"
            )
        return _tape(folder, {**head, "ended": ended}, stories(entries), whole=False)
    except UNREADABLE as error:
        raise TapeError(f"The tape '{folder}' cannot be read: {error!r}.", code="AIGC702") from error


def story_file(number: int, order: Entry | None) -> str:
    """Return the name of the file of an order and what was seen of it."""
    if order is None:
        return f"{number:04d}-start.json"
    words = re.sub(r"[^a-z0-9]+", "-", urlsplit(order.request.url).path.lower()).strip("-")[-40:].strip("-")
    return f"{number:04d}-{order.request.method.lower()}-{words or 'root'}.json"
