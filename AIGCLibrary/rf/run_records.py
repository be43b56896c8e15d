"""What the store keeps of a run itself: the run, the results of its tests, and where in it new rows belong.

The store is opened when the run uses a service of this library. Until then everything waits here: a run whose suites
import the library and use none of it neither loads a database driver nor leaves a database behind.
"""

import logging
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.i18n import Text
from AIGCLibrary.process import identity
from AIGCLibrary.rf.rerun import repeated_run
from AIGCLibrary.rf.result import failed_keyword, plain_message
from AIGCLibrary.rf.robot_settings import log_file
from AIGCLibrary.units import format_duration

if TYPE_CHECKING:
    from AIGCLibrary.monitoring.heartbeat import Pulse

MOST_WAITING = 1000
"""Results that wait at most, so that memory stays bounded; a run of more tests is stored in any case."""
_AT_ONCE = 500  # results that one statement changes
REJOIN_WITHIN = 3600.0
"""Seconds after its end within which a run may be joined without a warning: machines end at different times."""

log = logging.getLogger("aigc.listener")


class RunRecords:
    """Keeps one run in the store.

    Args:
        engine: The services.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._place: tuple[str | None, str | None] = (None, None)
        self._run: tuple[str, float] | None = None
        self._results: list[dict[str, Any]] = []
        self._kept: dict[str, tuple[str, str]] = {}
        self._pulse: Pulse | None = None

    @cached_property
    def _repeats(self) -> str | None:
        return repeated_run()

    @property
    def repeats_a_kept_run(self) -> bool:
        """Whether this launch repeats failed tests of a run beside which its results belong, whatever they use."""
        if self._repeats is None:
            return False
        from AIGCLibrary.store import default_url

        return Path(default_url(self._engine.directory).removeprefix("sqlite:///")).is_file()

    def start(self, name: str) -> None:
        """Note the name of the run and when it began."""
        self._run = (name, self._engine.clock.now())
        if self._engine.begun:
            self._note_run()

    def enter(self, suite: str | None, test: str | None) -> None:
        """Set the suite and the test that new rows belong to."""
        self._place = (suite, test)
        if self._engine.begun:
            self._engine.store.enter(suite, test)

    def note_changes(self) -> None:
        """Keep what the imports of a later suite set differently."""
        if self._engine.begun:
            self._engine.monitoring.note_changes()

    def keep(self, data: Any, result: Any) -> None:
        """Keep the result of a test."""
        self._results.append(self._row(data, result))
        self._kept[result.id] = (result.status, result.message)
        if self._engine.begun:
            self._write_results()
        elif len(self._results) >= MOST_WAITING:
            self._engine.begin()

    def correct(self, suite: Any) -> None:
        """Keep what became of results after their tests: the suite's teardown failed, or another listener decided."""
        changed: dict[tuple[str, str, bool], list[str]] = {}
        for test in suite.all_tests:
            before = self._kept.get(test.id)
            if before is not None and before != (test.status, test.message):
                self._kept[test.id] = (test.status, test.message)
                changed.setdefault((test.status, test.message, before[0] == "FAIL"), []).append(test.id)
        teardown = suite.teardown if suite.has_teardown and suite.teardown.failed else None
        for (status, message, failed_before), places in changed.items():
            outcome = {"status": status, "message": self._text(message)}
            if teardown is not None and status == "FAIL" and not failed_before:
                outcome |= {"failed_at": teardown.id, "failed_keyword": str(teardown.full_name or teardown.type)}
            self._rewrite(places, outcome)

    def end(self, status: str) -> None:
        """Keep how and when the run ended."""
        if self._pulse is not None:
            self._pulse.stop()
        if self._engine.begun:
            self._engine.monitoring.end_run(status)

    def flush(self) -> None:
        """Wait until everything is written."""
        if self._engine.begun:
            self._engine.store.flush()

    def write(self) -> None:
        """Write what has waited; called when a service is first used."""
        self._engine.store.enter(*self._place)
        self._note_run()
        self._write_results()

    def warn_of_ended_run(self) -> None:
        """Warn where the id that was set for this launch is that of a run which ended long ago: both become one run."""
        engine = self._engine
        from AIGCLibrary.monitoring.runs import find_run

        ended = (find_run(engine.store, engine.run_id) or {}).get("finished_at")
        if ended and engine.clock.now() - ended > REJOIN_WITHIN:
            age = format_duration(engine.clock.now() - ended)
            log.warning(Text("monitoring.warning.ended_run", run=engine.run_id, age=age))

    def metadata(self) -> dict[str, str]:
        """Return what the top suite shows of the run: the SLO table and its neighbours; nothing where nothing was used.

        Raises:
            MonitoringError: The store cannot be read.
        """
        if not self._engine.begun:
            return {}
        from AIGCLibrary.monitoring.summary import run_metadata

        return run_metadata(self._engine.store, self._engine.run_id, self._engine.language)

    def explains(self, error: Exception) -> bool:
        """Return whether an error comes from a store that is unavailable, which has been reported already."""
        if not self._engine.begun or not self._engine.store.away:
            return False
        from sqlalchemy.exc import SQLAlchemyError

        return isinstance(error, MonitoringError | SQLAlchemyError)

    def _note_run(self) -> None:
        if self._run:
            name, at = self._run
            self._engine.monitoring.note_run(name, at, continues=self._repeats, log_file=log_file())
            from AIGCLibrary.monitoring.heartbeat import Pulse

            if self._pulse is None:
                self._pulse = Pulse(self._engine)
            self._pulse.start()

    def _write_results(self) -> None:
        from AIGCLibrary.store.tables import test_result

        while self._results:
            self._engine.store.insert(test_result, **self._results.pop(0))

    def _text(self, message: str | None) -> str:
        return self._engine.redactor.text(plain_message(message or ""))

    def _rewrite(self, places: list[str], outcome: dict[str, Any]) -> None:
        """Change results of this process that wait or are written."""
        for row in self._results:
            if row["place"] in places:
                row.update(outcome)
        if not self._engine.begun:
            return
        from sqlalchemy import update

        from AIGCLibrary.store.tables import test_result

        c = test_result.c
        mine = (c.run_id == self._engine.run_id, c.process == identity())
        for first in range(0, len(places), _AT_ONCE):
            these = c.place.in_(places[first : first + _AT_ONCE])
            self._engine.store.submit(update(test_result).where(*mine, these).values(outcome))

    def _row(self, data: Any, result: Any) -> dict[str, Any]:
        keyword = failed_keyword(result) if result.failed else None
        return {
            "suite": data.parent.full_name,
            "test": data.full_name,
            "at": result.start_time.timestamp() if result.start_time else self._engine.clock.now(),
            "elapsed": result.elapsed_time.total_seconds(),
            "status": result.status,
            "message": self._text(result.message),
            "tags": list(result.tags),
            "place": result.id,
            "failed_at": keyword.id if keyword else None,
            "failed_keyword": str(keyword.full_name or keyword.type) if keyword else None,
            "process": identity(),
        }
