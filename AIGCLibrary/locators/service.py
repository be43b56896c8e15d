"""Finds targets: one question to the page, then the story of what was found or why not."""

import logging
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from AIGCLibrary.config import Heal
from AIGCLibrary.events import TargetLocated
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators import diagnosis, probe
from AIGCLibrary.locators.catalogue import Catalogue
from AIGCLibrary.locators.errors import BadSelectorError, BrowserNotReadyError, UnusableTargetError
from AIGCLibrary.locators.memory import Known, Memory
from AIGCLibrary.locators.model import Located, Outcome, Target, TargetState
from AIGCLibrary.locators.probe import Report, page_key
from AIGCLibrary.locators.profile import profile_of

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine
    from AIGCLibrary.locators.driver import BrowserDriver

log = logging.getLogger("aigc.locators")

LONGEST = 30.0
"""Seconds one question may take; longer waits ask again, so that Robot's own timeouts get in."""


class LocatorService:
    """Locates targets on the page in use.

    Args:
        engine: Settings, store, bus, clock, and the browser.

    Example:
        ```python
        engine.locators.load(Path("resources/locators"))
        engine.locators.locate("generate.generate_button").selector
        ```
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._loaded: set[Path] = set()
        self._catalogue = Catalogue()

    @property
    def catalogue(self) -> Catalogue:
        """All targets, with the files of the settings."""
        for path in self._engine.settings.locators:
            if path not in self._loaded:
                self._loaded.add(path)
                self._catalogue.load(_found(path, self._engine.directory))
        return self._catalogue

    @cached_property
    def memory(self) -> Memory:
        """Fingerprints and hits."""
        return Memory(self._engine.store)

    @property
    def driver(self) -> "BrowserDriver":
        """The browser.

        Raises:
            BrowserNotReadyError: There is none.
        """
        if self._engine.driver is None:
            raise BrowserNotReadyError("There is no browser to look for targets in.")
        return self._engine.driver()

    def load(self, path: Path) -> list[str]:
        """Read a locator file or a folder of them; gives the names of the targets."""
        return self.catalogue.load(_found(path, self._engine.directory))

    def locate(
        self,
        name: str,
        *,
        state: TargetState = TargetState.VISIBLE,
        timeout: float | None = None,
        heal: Heal | None = None,
        purpose: str = "",
        secret: bool = False,
    ) -> Located:
        """Find a target.

        Args:
            name: Full name, or the short one where only one page has it.
            state: What is asked of it.
            timeout: Seconds; else of the target, else of the settings (2).
            heal: What may happen when it is lost; else of the target, else of the settings.
            purpose: What it is wanted for: `clicked`, `filled`, `given files`, `read`, or nothing in particular.
            secret: A secret will be given to it.

        Raises:
            UnknownTargetError: No locator file names it.
            TargetNotFoundError: Nothing matches in the asked state.
            AmbiguousTargetError: Several match, and no tier matches one alone.
            BadSelectorError: The browser does not understand a selector.
            BrowserNotReadyError: No page is open.
        """
        target = self.catalogue.get(name)
        budget = timeout if timeout is not None else target.timeout or self._engine.settings.timeout
        healing = heal or target.heal or self._engine.settings.heal
        started = self._engine.clock.monotonic()
        known = self.memory.known(target)
        report = self._look(target, state, budget, known, None if state.negative else healing)
        elapsed = self._engine.clock.monotonic() - started
        if not report.found:
            raise self._failure(target, state, report, budget, elapsed, healing)
        return self._success(target, report, elapsed, known)

    def unusable(self, located: Located, verb: str, problem: str) -> UnusableTargetError:
        """Build the error of a target that was found but could not be used as asked."""
        tier = located.tier.value if located.tier else "absence"
        return UnusableTargetError(
            f"Target '{located.target.name}' was found by {tier} ({located.selector}), but could not be {verb}: "
            f"{problem}",
            hint=Text("locators.hint.unusable"),
            facts={
                "target": located.target.name,
                "selector": located.selector,
                "tier": tier,
                "page": located.page,
                "file": str(located.target.file),
                "line": located.target.line,
            },
        )

    def _look(
        self, target: Target, state: TargetState, budget: float, known: Known | None, healing: Heal | None
    ) -> Report:
        wants_near_misses = healing not in (None, Heal.OFF)
        profile = profile_of(target, known.fingerprint if known else None) if wants_near_misses else None
        left = budget
        while True:
            request = probe.ask(
                target,
                state,
                min(left, LONGEST),
                expected=known.index if known else None,
                known_hash=known.hash if known else None,
                profile=profile if left <= LONGEST else None,
            )
            report = probe.read(self.driver.locate(request), target)
            left -= LONGEST
            if report.found or left <= 0:
                return report

    def _success(self, target: Target, report: Report, elapsed: float, known: Known | None) -> Located:
        page = page_key(report.url)
        if report.winner is None:
            self._tell(target, page, Outcome.FOUND, None, None, elapsed)
            return Located(target, "", None, None, page, elapsed)
        chosen = target.selectors[report.winner]
        selector = chosen.selector + (" >> visible=true" if report.hidden_twins else "")
        warnings = diagnosis.doubts(target, report)
        for warning in warnings:
            log.warning("%s", warning)
        outcome = Outcome.CONFLICT if warnings else Outcome.FOUND
        cached = bool(known and known.page == page and known.index == report.winner)
        if report.hash:
            print_ = report.fingerprint or (known.fingerprint if known else {})
            self.memory.keep(target, Known(page, report.winner, report.hash, print_, self._engine.clock.now()))
        self._tell(target, page, outcome, chosen.tier.value, selector, elapsed, cached)
        log.info("Target '%s' found by %s (%s) in %.0f ms.", target.name, chosen.tier, chosen.selector, elapsed * 1000)
        return Located(
            target, target.in_frame(selector), chosen.tier, report.winner, page, elapsed, outcome, warnings, cached,
            report.element,
        )  # fmt: skip

    def _failure(
        self, target: Target, state: TargetState, report: Report, budget: float, elapsed: float, healing: Heal
    ) -> Exception:
        if report.status == "invalid" and report.broken is not None:
            broken = target.selectors[report.broken]
            return BadSelectorError(
                f"{target.file}, line {broken.line}: the browser does not understand the {broken.tier} selector "
                f"'{broken.selector}' of target '{target.name}': {report.problem}",
                hint=Text("locators.hint.selector"),
                facts={"file": str(target.file), "line": broken.line, "target": target.name},
            )
        outcome = Outcome.AMBIGUOUS if report.status == "ambiguous" else Outcome.MISSING
        self._tell(target, page_key(report.url), outcome, None, None, elapsed)
        return diagnosis.failure(target, state, report, budget, elapsed)

    def _tell(
        self,
        target: Target,
        page: str,
        outcome: Outcome,
        tier: str | None,
        selector: str | None,
        elapsed: float,
        cached: bool = False,
    ) -> None:
        at = self._engine.clock.now()
        self.memory.hit(target, at, page, outcome, tier=tier, selector=selector, elapsed=elapsed, cached=cached)
        self._engine.bus.emit(
            TargetLocated(
                at=at,
                target=target.name,
                page=page,
                outcome=outcome.value,
                tier=tier,
                selector=selector,
                elapsed=elapsed,
                cached=cached,
            )
        )


def _found(path: Path, directory: Path) -> Path:
    """Take a relative path from the current directory, else from where robot was started."""
    path = Path(path)
    if path.is_absolute() or path.exists() or not (directory / path).exists():
        return path
    return directory / path
