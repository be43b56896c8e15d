"""What both listeners do, done once: notes where the run is, concludes each test, cleans up, shows the SLO table.

    --listener AIGCLibrary.Listener ─┐
                                     ├─► RunObserver (one an engine, see `shared`) ─► store, recovery, data, SLO table
    the library's own listener ──────┘   the first to report counts, the second is ignored

Nothing here may fail, pass, delay or abort a test: every step is on its own, and what it raises is logged.
"""

import logging
from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from inspect import isawaitable
from typing import Any

from robot.libraries.BuiltIn import BuiltIn

from AIGCLibrary.engine import Engine
from AIGCLibrary.rf import pabot
from AIGCLibrary.rf.conclusion import conclude
from AIGCLibrary.rf.costs import note_costs
from AIGCLibrary.rf.options import note_misspelt
from AIGCLibrary.rf.run_of import RUN_METADATA
from AIGCLibrary.rf.run_records import RunRecords
from AIGCLibrary.rf.secrets import note_secrets

log = logging.getLogger("aigc.listener")

_WORDS = {
    "show": "write the SLO table into the results",
    "keep": "store the result of a test",
    "correct": "store what became of results",
    "conclude": "look for suggestions",
    "note_costs": "note what a test cost",
    "start": "note the run",
    "write": "note the run",
    "note_changes": "note the objectives of the run",
    "end": "note the end of the run",
    "watch": "watch the run",
    "explain": "explain a failed keyword",
    "clean_up": "remove prepared data",
    "enter": "note where the run is",
}
"""What a step was to do, for its message."""


class RunObserver:
    """Follows one run.

    Args:
        engine: The services to notify.
        joined: The run was begun by another process, which reads what this one stores.
    """

    def __init__(self, engine: Engine, *, joined: bool = False) -> None:
        self.engine = engine
        self._joined = joined
        self.sees_all = False
        self.dry_run = False
        self._told: dict[str, Any] = {}
        self._told_errors: set[str] = set()
        self._suites: list[Any] = []
        self._records = RunRecords(engine)
        self._busy = False
        self._ended = False
        self._failed = False
        engine.preload(lambda: import_module("AIGCLibrary.recovery.service"))
        engine.preload(lambda: import_module("AIGCLibrary.rf.heal_listener"))
        engine.on_begin(self._begin)

    def start_suite(self, data: Any, result: Any) -> None:
        """Note the running suite; the first one names the run. A dry run tests nothing, so nothing is kept of it."""
        if not self._suites:
            self.dry_run = bool(BuiltIn().dry_run_active)
        if not self._first("start_suite", result):
            return
        first = not self._suites
        self._suites.append(result)
        self._step(self._records.enter, data.full_name, None)
        if first:
            self._step(self._records.start, data.full_name)
        if self._is_kept():
            self.engine.begin()
        if not first:
            self._step(self._records.note_changes)
        self._step(self._watch)

    def start_test(self, data: Any, result: Any) -> None:
        """Note the running test."""
        if self._first("start_test", result):
            self._step(self._records.enter, data.parent.full_name, data.full_name)
            self._step(note_secrets, self.engine)

    def end_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """Let a failed Browser keyword be explained, and where allowed healed."""
        if self._first("end_library_keyword", result):
            self._step(self._explain, data, implementation, result)

    def end_test(self, data: Any, result: Any) -> None:
        """Remove the test's data, keep its result, and put suggestions beside a failure."""
        if not self._first("end_test", result):
            return
        self._failed = self._failed or result.failed
        self._step(conclude, self.engine, data, result)
        self._step(note_costs, self.engine, result)
        if self.engine.started("locators"):
            self._step(self.engine.locators.end_test, bool(result.passed))
        self._step(self._clean_up, "test", test=data.full_name)
        self._step(self._records.keep, data, result)
        self._step(self._records.enter, data.parent.full_name, None)

    def end_suite(self, data: Any, result: Any) -> None:
        """Remove the suite's data; the top suite gets the SLO table."""
        if not self._first("end_suite", result):
            return
        if self._suites and self._suites[-1] is result:
            self._suites.pop()
        top = data.parent is None or not (self.sees_all or self._suites)
        self._failed = self._failed or result.failed
        self._step(self._records.correct, result)
        self._step(self._clean_up, "suite", suite=data.full_name)
        if data.parent is None:
            self._step(self._clean_up, "run")
        if top:
            self._step(self._show, result)
            self._step(self._records.end, "FAIL" if self._failed else "PASS")
        self._step(self._records.enter, data.parent.full_name if data.parent else None, None)

    def end_run(self) -> None:
        """Write what is still waiting."""
        if self._ended:
            return
        self._ended = True
        self._step(self._records.flush)

    def _first(self, what: str, result: Any) -> bool:
        """Return whether an event is to be handled: once, not for our own steps, and not in a dry run."""
        if self.dry_run or self._busy or self._told.get(what) is result:
            return False
        self._told[what] = result
        return True

    def _step(self, step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        outer, self._busy = self._busy, True
        try:
            return step(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it is, the run continues as without a listener
            self._tell(step, error)
            return None
        finally:
            self._busy = outer

    def _is_kept(self) -> bool:
        """Return whether the run is stored even if it uses none of the services: it is read elsewhere."""
        settings = self.engine.settings
        if self.sees_all or self._joined or pabot.uri() is not None or settings.slo or settings.store:
            return True
        return self._records.repeats_a_kept_run

    def _begin(self) -> None:
        """Write what is known of the run when a service is first used."""
        self._step(self._records.write)
        if self._joined:
            self._step(self._records.warn_of_ended_run)
        self._step(self._watch)

    def _watch(self) -> None:
        """Watch the run where there is a receiver; which file says so may be known with a later suite only."""
        if self.engine.begun and self.engine.monitoring.objectives.source.get("alerts"):
            self.engine.monitoring.watch()

    def _tell(self, step: Callable[..., Any], error: Exception) -> None:
        """Report an error once, in one line; where it happened is in the log for those who look at debug messages."""
        name = getattr(step, "__name__", str(step)).strip("_")
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        log.debug("The listener could not %s", name, exc_info=error)
        if text not in self._told_errors and not self._records.explains(error):
            self._told_errors.add(text)
            log.warning("The listener could not %s: %s", _WORDS.get(name, name.replace("_", " ")), text)

    @cached_property
    def _healer(self) -> Any:
        from AIGCLibrary.rf.heal_listener import HealListener  # not before a keyword fails: most never do

        return HealListener(self.engine)

    def _explain(self, data: Any, implementation: Any, result: Any) -> None:
        note_misspelt(self.engine, data, implementation, result)
        self._healer.on_end_library_keyword(data, implementation, result)

    def _clean_up(self, scope: str, **what: Any) -> None:
        if not self.engine.started("data"):
            return
        done = self.engine.data.clean_up(scope, **what)
        if isawaitable(done):
            self.engine.loop.run(_awaited(done))

    def _show(self, result: Any) -> None:
        """Show the run at the top suite, where report.html begins, also when only suites below import the library."""
        top = result
        while top.parent is not None:
            top = top.parent
        top.metadata[RUN_METADATA.render(self.engine.language)] = self.engine.run_id
        if pabot.uri():
            return  # of merged suites the last one's metadata would stay: SLOReport writes the table of all
        if found := self._records.metadata():
            from AIGCLibrary.rf.slo_report import show_run

            show_run(top, found)


async def _awaited(value: Any) -> Any:
    return await value
