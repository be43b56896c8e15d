"""A recording or a replay in this process: made from the setting `tape`, reported when it ends."""

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.transport import Transport
from AIGCLibrary.loop import LoopThread
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.folder import holds_tape, load_tape
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.page_playing import PlayedPages
from AIGCLibrary.tape.page_recording import RecordedPages
from AIGCLibrary.tape.recorder import Recorder
from AIGCLibrary.tape.recording import RecordingTransport
from AIGCLibrary.tape.reel import Reel
from AIGCLibrary.tape.refusing import RefusingTransport
from AIGCLibrary.tape.replaying import ReplayTransport
from AIGCLibrary.tape.virtual_clock import VirtualClock

log = logging.getLogger("aigc.tape")
MODES = ("record", "replay", "auto")
REPORT = "AIGC_TAPE_REPORT"
"""Environment variable that names the file to which each process adds a line about its recording or replay."""
SPEED = "AIGC_TAPE_SPEED"


class TapeSession:
    """What the setting `tape` asks for.

    Args:
        setting: `record:FOLDER`, `replay:FOLDER` or `auto:FOLDER`.
        options: The section `tape` of the options: `speed`, `ignore`.
        directory: Where a relative folder is.
        run_id: Name of the run.

    Raises:
        ConfigError: The setting is not understood.
        TapeError: There is no tape to replay, or it cannot be read.
    """

    def __init__(self, setting: str, options: Mapping[str, Any], directory: Path, run_id: str) -> None:
        mode, colon, folder = setting.partition(":")
        if not colon or mode not in MODES or not folder.strip():
            raise ConfigError(
                f"tape='{setting}' is not understood; expected 'record:FOLDER', 'replay:FOLDER' or 'auto:FOLDER'.",
                facts={"tape": setting},
            )
        self.folder = directory / folder.strip()
        self.replays = mode == "replay" or (mode == "auto" and holds_tape(self.folder))
        self.reel = Reel(load_tape(self.folder)) if self.replays else None
        self._begun = time.time()
        self.seed = self.reel.tape.seed if self.reel else uuid4().hex
        """What test data is made from: the same in a replay as in its recording."""
        self._run_id = run_id
        if self.reel is not None:
            self.reel.rename(self.reel.tape.run_id, run_id)
        self._lost: list[str] = []
        self._sleeps: list[float] = []
        self._ignore = _names(options.get("ignore"))
        self._speed = _speed(os.environ.get(SPEED) or options.get("speed", "max"))
        self.beside: Transport = RefusingTransport()
        self._clock: VirtualClock | None = None
        self._pages: RecordedPages | PlayedPages | None = None

    def clock_for(self, clock: Clock, loop: LoopThread) -> Clock:
        """Return the clock of the run: a virtual one for a replay."""
        if not self.replays:
            return clock
        self._clock = VirtualClock(self._speed)
        self._clock.waited_for = lambda: loop.waited_for
        return self._clock

    def time_of_data(self, now: float) -> float:
        """Return the time of day that goes into test data: during a replay, that of the recording."""
        return now if self.reel is None else self.reel.tape.started + now - self._begun

    def transport(self, network: Transport, clock: Clock, redactor: Redactor) -> Transport:
        """Return what carries everything that is sent to the product."""
        if self.reel is None:
            self.beside = network
            about = {"run": self._run_id, "seed": self.seed}
            recorder = Recorder(self.folder, Masks(redactor), clock, about, self._ignore or None)
            self._lost = recorder.lost
            self._pages = RecordedPages(recorder)
            return RecordingTransport(network, recorder, self._recorded)
        assert self._clock is not None  # noqa: S101 - a replay has been given its clock
        if self._ignore:
            self.reel.matcher.ignore = (*self.reel.matcher.ignore, *self._ignore)
        player = ReplayTransport(self.reel, self._clock, Masks(redactor), self._replayed)
        self._pages = PlayedPages(player)
        return player

    @property
    def pages(self) -> "RecordedPages | PlayedPages | None":
        """What takes or answers the requests of pages; None before there is a transport."""
        return self._pages

    @contextmanager
    def awaiting_page(self) -> Iterator[None]:
        """Skip what the pages wait for while the suite waits for one of them."""
        pages = self._pages
        if not isinstance(pages, PlayedPages):
            yield
            return
        pages.awaited = True
        try:
            yield
        finally:
            pages.awaited = False

    def refused(self, address: str) -> None:
        """Note that something was kept from being sent to another machine."""
        if (what := f"CONNECT {address}") not in self._lost:
            self._lost.append(what)
            log.warning("Nothing is sent to another machine during a replay: '%s' was refused.", address)

    def slept(self, seconds: float) -> None:
        """Note a wait of the suite that knows no virtual time."""
        self._sleeps.append(seconds)

    def page_problem(self, reason: str) -> None:
        """Note that the traffic of pages is neither recorded nor replayed."""
        self._lost.append(f"pages: {reason}")
        if self.replays:
            log.error("Pages cannot be answered from the tape '%s', so none is opened: %s", self.folder, reason)
        else:
            log.error("Pages are not recorded on the tape '%s': %s", self.folder, reason)

    def _recorded(self, exchanges: int, error: str) -> None:
        about = {"exchanges": exchanges, "error": error, "lost": self._lost}
        _report({"mode": "record", "tape": str(self.folder), **about})

    def _replayed(self) -> None:
        assert self.reel is not None  # noqa: S101 - only a replay is reported here
        assert self._clock is not None  # noqa: S101
        played, unplayed = self.reel.played, self.reel.unplayed()
        for request in unplayed:
            log.warning("'%s' is on the tape '%s' and was not sent in this replay.", request, self.folder)
        for request in played.beyond:
            log.warning("'%s' was asked for at a time that the tape '%s' does not reach.", request, self.folder)
        if self._sleeps:
            log.warning(
                "Robot's own 'Sleep' ran %d times and took %.1f s; it knows no virtual time.",
                len(self._sleeps),
                sum(self._sleeps),
            )
        _report(
            {
                "mode": "replay",
                "tape": str(self.folder),
                "orders": played.orders,
                "questions": played.questions,
                "missing": [*dict.fromkeys(played.missing), *self._lost],
                "beyond": played.beyond,
                "unplayed": unplayed,
                "skipped": round(self._clock.skipped, 3),
                "sleeps": len(self._sleeps),
                "slept": round(sum(self._sleeps), 3),
            }
        )


def _names(value: object) -> tuple[str, ...]:
    listed = value.split(",") if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return tuple(str(name).strip() for name in listed if str(name).strip())


def _speed(value: object) -> float | None:
    text = str(value).strip().lower()
    if text == "max":
        return None
    try:
        speed = 1.0 if text == "real" else float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ConfigError(
            f"The speed of a replay is '{text}'; expected 'real', 'max' or a number greater than 0.",
            facts={"speed": text},
        )
    return speed


def _report(line: dict[str, Any]) -> None:
    """Add a line to the report where one is asked for."""
    path = os.environ.get(REPORT)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
