"""The journal of a recording: a line for each exchange, written at once: a killed process loses the last at most.

Its first line says when and by what it was begun. When a recording ends in order, the journal becomes stories and is
removed; a journal that is still there belongs to a process that records, or to one that was killed.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from AIGCLibrary.tape.entry import Entry, TapeAnswer, TapeRequest

NAME = "journal.jsonl"


class TapeJournal:
    """Writes the exchanges of a recording.

    Args:
        folder: The tape.
        head: What its first line says.
    """

    def __init__(self, folder: Path, head: Mapping[str, Any]) -> None:
        self.path = folder / NAME
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._file = self.path.open("w", encoding="utf-8")
        self._write({**head, "pid": os.getpid()})

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


def _entry(value: dict[str, Any]) -> Entry:
    request = TapeRequest.from_json({**value["request"], **({"reads": True} if value.get("reads") else {})})
    ended = float(value["ended"])
    return Entry(request, TapeAnswer.from_json(value["answer"]), float(value["sent"]), ended, ended)
