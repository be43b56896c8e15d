"""The journal of a recording: a line for each exchange, written at once: a killed process loses the last at most.

Its first line says when and by what it was begun. When a recording ends in order, the journal becomes stories and is
removed; a journal that is still there belongs to a process that records, or to one that was killed.
"""

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.process import has_ended, is_running, process_mark
from AIGCLibrary.tape.entry import Entry, TapeAnswer, TapeRequest

NAME = "journal.jsonl"
RECENT = 120.0
"""Seconds since its last exchange for which a recording counts as going on whose process cannot be seen from here."""

_MARK = re.compile(r"(?P<host>[^/]*)/[^/:]*:(?P<number>\d+)@\d*")


class TapeJournal:
    """Writes the exchanges of a recording.

    Args:
        folder: The tape.
        head: What its first line says.

    Raises:
        ConfigError: It is being recorded already.
    """

    def __init__(self, folder: Path, head: Mapping[str, Any]) -> None:
        self.path = folder / NAME
        if self.path.is_file():
            refuse_while_recorded(self.path, read_journal(self.path)[0])
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._file = self.path.open("w", encoding="utf-8")
        self._write({**head, "process": process_mark()})

    def add(self, entry: Entry) -> None:
        """Write an exchange; it is with the operating system when this returns."""
        line = {
            "request": entry.request.as_json(),
            "sent": round(entry.sent, 4),
            "ended": round(entry.ended, 4),
            "answer": entry.answer.as_json(),
        }
        if entry.request.reads:
            line["reads"] = True
        self._write(line)

    def _write(self, line: Mapping[str, Any]) -> None:
        with self._lock:
            if not self._file.closed:
                self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
                self._file.flush()

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._file.close()


def read_journal(path: Path) -> tuple[dict[str, Any], list[Entry]]:
    """Read the head and the exchanges of a journal; a last line that was cut is left out."""
    head: dict[str, Any] = {}
    entries: list[Entry] = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines()):
        try:
            value = json.loads(line)
            if number == 0:
                head = value
            else:
                entries.append(_entry(value))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            break
    return head, entries


def refuse_while_recorded(path: Path, head: Mapping[str, Any]) -> None:
    """Refuse a journal that is being written.

    Raises:
        ConfigError: It is, or may be: a process of another machine or container cannot be seen, but what it writes can.
    """
    mark = _MARK.fullmatch(str(head.get("process", "")))
    if mark is None or has_ended(mark[0]):
        return
    if is_running(mark[0]) or time.time() - path.stat().st_mtime < RECENT:
        raise ConfigError(
            f"The tape '{path.parent}' is being recorded by process {mark['number']} of '{mark['host']}'.",
            code="AIGC702",
        )


def _entry(value: dict[str, Any]) -> Entry:
    request = TapeRequest.from_json({**value["request"], **({"reads": True} if value.get("reads") else {})})
    ended = float(value["ended"])
    return Entry(request, TapeAnswer.from_json(value["answer"]), float(value["sent"]), ended, ended)
