"""Finds targets: one question to the page, then the story of what was found or why not."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.config import Heal, ImportOptions
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators import diagnosis, health, patch, place, probe
from AIGCLibrary.locators.catalogue import Catalogue
from AIGCLibrary.locators.element import Fingerprint, Profile
from AIGCLibrary.locators.errors import BadSelectorError, BrowserNotReadyError, bad_selector
from AIGCLibrary.locators.failure_path import FailurePath
from AIGCLibrary.locators.guards import Purpose
from AIGCLibrary.locators.healing import HEALED, HealBook, Healed
from AIGCLibrary.locators.health import TargetHealth
from AIGCLibrary.locators.identity_check import IdentityCheck
from AIGCLibrary.locators.listing import Item, Listing, listing
from AIGCLibrary.locators.lookup_context import LookupContext
from AIGCLibrary.locators.lookup_log import LookupLog
from AIGCLibrary.locators.memory import Known, Memory
from AIGCLibrary.locators.model import Located, LookupOutcome, Target, TargetState, Tier
from AIGCLibrary.locators.parameters import called
from AIGCLibrary.locators.plain import Plain
from AIGCLibrary.locators.probe import Places, Report, page_key
from AIGCLibrary.locators.profile import profile_of
from AIGCLibrary.locators.reranking import identity, setting
from AIGCLibrary.locators.similarity import coefficients
from AIGCLibrary.locators.tiers import TierRecord, tier_records

if TYPE_CHECKING:
    from AIGCLibrary.driver import BrowserDriver
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.locators")

OPTIONS = ("timeout", "heal", "state", "message")
"""Options of the keywords beside the values of a target, for the message about a misspelt one."""
AGAIN = 0.1
"""Seconds after which a page whose only match is another element is asked again."""
LONGEST = 30.0
"""Seconds one question may take; longer waits ask again, so that Robot's own timeouts get in."""


class LocatorService:
    """Locates targets on the page in use.

    Args:
        runtime: Settings, store, bus, clock, and the browser.

    Example:
        ```python
        engine.locators.load(Path("resources/locators"))
        engine.locators.locate("generate.generate_button").selector
        ```
    """

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._loaded: set[Path] = set()
        self._surroundings: dict[str, tuple[int, place.DeclaredPlace]] = {}
        self._catalogue = Catalogue()
        self._valid: dict[str, Target] = {}
        self._judged_revision = 0
        self._temporary: dict[str, Healed] = {}
        self._unconfirmed: dict[str, tuple[Target, Known]] = {}
        self.healed = HealBook()
        runtime.preload(lambda: [coefficients(model) for model in ("relocation", "intent")])

    @property
    def catalogue(self) -> Catalogue:
        """All targets, with the files of the settings."""
        for path in self._runtime.settings.locators:
            if path not in self._loaded:
                self._loaded.add(path)
                self._catalogue.load(_found(path, self._runtime.directory))
        return self._catalogue

    @cached_property
    def memory(self) -> Memory:
        """Fingerprints and hits."""
        return Memory(self._runtime.store)

    @cached_property
    def _log(self) -> LookupLog:
        return LookupLog(self.memory, self._runtime.bus, self._runtime.clock)

    @cached_property
    def _identity(self) -> IdentityCheck:
        return IdentityCheck(lambda: self.driver, self.memory)

    @property
    def _failure_path(self) -> FailurePath:
        return FailurePath(self.driver, self.catalogue, self.memory, self.healed, self._log, self._runtime.text)

    @cached_property
    def plain(self) -> Plain:
        """Candidates for selectors of suites without locator files."""
        return Plain(lambda: self.driver, self._log)

    @property
    def driver(self) -> "BrowserDriver":
        """The browser.

        Raises:
            BrowserNotReadyError: There is none.
        """
        if self._runtime.driver is None:
            raise BrowserNotReadyError("There is no browser to look for targets in.")
        return self._runtime.driver()

    def load(self, path: Path) -> list[str]:
        """Read a locator file or a folder of them, and return the names of the targets.

        Raises:
            ConfigError: A file is wrong, or the page that is open does not understand a selector in it.
        """
        names = self.catalogue.load(_found(path, self._runtime.directory))
        mine = [error for name, error in self._judged() if name in names]
        if mine:
            raise ConfigError(
                "\n".join(error.message for error in mine), code="AIGC106", hint=mine[0].hint, facts=mine[0].facts
            )
        return names

    def locate(
        self,
        name: str,
        *,
        state: TargetState = TargetState.VISIBLE,
        timeout: float | None = None,
        heal: Heal | None = None,
        purpose: str = "",
        secret: bool = False,
        expected: bool = False,
        options: ImportOptions | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Located:
        """Find a target.

        Args:
            name: Full name, or the short one where only one page has it.
            state: The state it should be in.
            timeout: Seconds; else of the target, else of the settings (2).
            heal: What may happen when it is lost; else of the target, else of the settings.
            purpose: What it is wanted for: `clicked`, `filled`, `given files`, `read`, or nothing in particular.
            secret: A secret will be given to it.
            expected: It may be missing without failing the test; it is never healed then.
            options: What the import in use sets for `timeout` and `heal`; those of the run when None.
            parameters: Values of a parametrised target. What it found says nothing of its other values, so it is
                neither remembered nor healed.

        Raises:
            UnknownTargetError: No locator file names it, or a value is missing.
            TargetNotFoundError: Nothing matches in the asked state.
            AmbiguousTargetError: Several match, and no tier matches one alone.
            BadSelectorError: The browser does not understand a selector.
            BrowserNotReadyError: No page is open.
        """
        target = self.catalogue.bound(name, parameters or {}, OPTIONS)
        options = options or self._runtime.import_options
        healing = heal or target.heal or options.heal
        if target.values and healing is Heal.USE:
            healing = Heal.SUGGEST
        asked = Purpose(purpose, state, secret, expected)
        budget = timeout if timeout is not None else target.timeout or options.timeout
        return self._located(target, asked, healing, budget)

    def _located(self, own: Target, asked: Purpose, healing: Heal, budget: float) -> Located:
        """Look for a target within a number of seconds; what is lost is healed or reported."""
        target = self._extended(own, healing, asked)
        started = self._runtime.page_clock.monotonic()
        known = self.memory.known(target) if not target.values else None
        for _, error in self._judged():
            log.warning("%s", error.message)
        wants_candidates = healing is not Heal.OFF and not asked.state.negative
        profile = _wanted(target, known, asked.verb) if wants_candidates else None
        report, doubt = self._search(target, asked, budget, known, profile)
        elapsed = self._runtime.page_clock.monotonic() - started
        context = LookupContext(target, known, profile or {}, report, asked, healing, budget, elapsed)
        if self._failure_path.ends_heal(context):
            target = own
            report, doubt = self._search(own, asked, 0.0, known, profile)
        if report.found and not (doubt and doubt.refuted):
            return self._success(target, report, elapsed, known, doubt)
        if doubt:
            report = self._identity.refused(target, report, doubt, profile)
        profile = profile or profile_of(target, known.fingerprint if known else None)
        routes = tuple(self.memory.routes(target.page))
        return self._failure_path.heal_or_raise(
            LookupContext(target, known, profile, report, asked, healing, budget, elapsed, routes)
        )

    def _extended(self, target: Target, healing: Heal, asked: Purpose) -> Target:
        """Return a target with the selectors that recovery lent or that healing found, where they may be used."""
        lent = self._temporary.pop(target.name, None)
        if lent and healing is Heal.USE and not asked.never_healed and not target.values:
            self.healed.add(lent)
            return self.healed.extended(target)
        if healing is Heal.USE and not asked.never_healed:
            return self._with_healed(target)
        return target

    def _search(
        self, target: Target, asked: Purpose, budget: float, known: Known | None, profile: Profile | None
    ) -> tuple[Report, identity.Doubt | None]:
        """Look until the target is found as the element that it was before, or the budget of seconds is used up."""
        clock = self._runtime.page_clock
        deadline = clock.monotonic() + budget
        report = self._look(target, asked.state, budget, known, profile)
        doubt = self._identity.doubt(target, report, known, asked.verb)
        while doubt and doubt.refuted and (left := deadline - clock.monotonic()) > 0:
            # The page may still be the one before: what was meant comes with the next one.
            self._runtime.loop.run(clock.sleep(min(left, AGAIN)))
            report = self._look(target, asked.state, max(0.0, left - AGAIN), known, profile)
            doubt = self._identity.doubt(target, report, known, asked.verb)
        return report, doubt

    def listed(self, name: str, parameters: Mapping[str, Any] | None = None) -> Listing:
        """List all visible elements of a target on the page as it is.

        Args:
            name: Full name, or the short one where only one page has it.
            parameters: Values of a parametrised target.

        Raises:
            UnknownTargetError: No locator file names it, or a value is missing.
            TargetNotFoundError: Another page, tab or dialog is open than the file declares: what is missing there says
                nothing of the target.
        """
        target = self.catalogue.bound(name, parameters or {}, OPTIONS)
        found = listing(self.driver, target, self._places(target, None).declared)
        if found.elsewhere:
            raise diagnosis.not_here(target, found.elsewhere, found.url, found.place)
        return found

    def selector_of(self, name: str, found: Listing, item: Item) -> str:
        """Return a selector of one element of a list: the best that finds it alone, else by its place in the list."""
        target = self.catalogue.get(called(name)[0])
        ways = probe.selectors(self.driver, [item.element], target.frame)
        if ways and ways[0]:
            return target.in_frame(ways[0][0]["selector"])
        chosen = found.chosen.selector if found.chosen else ""
        return target.in_frame(f"{chosen} >> visible=true >> nth={found.items.index(item)}")

    def temporary_selector(self, name: str, tier: str, value: Any, selector: str, element: str) -> None:
        """Add a selector to a target for its next search, after those of its file.

        A match counts as healed: it is reported, kept only when the test passes, and held to the guards of healing.
        It is used with `heal=use` only, and never where a secret is to be filled in.

        Args:
            name: The target.
            tier: How good the evidence is.
            value: As it should be written in the locator file.
            selector: As the Browser library takes it.
            element: What it leads to, in words.
        """
        target = self.catalogue.get(name)
        self._temporary[target.name] = Healed(target.name, Tier(tier), value, selector, 1.0, element, "")

    def check(self, *names: str) -> list[TargetHealth]:
        """Judge all tiers of targets on the page as it is.

        Args:
            *names: Targets, or pages of them; without any, all targets of the pages of which more than half is found.
        """
        catalogue = self.catalogue
        if not names:
            catalogue.raise_failure()
        pages = {target.page for target in catalogue}
        wanted = [
            target
            for name in names
            for target in ([t for t in catalogue if t.page == name] if name in pages else [catalogue.get(name)])
        ]
        rows = health.check(self.driver, wanted or catalogue)
        if wanted:
            return rows
        pages_found = {page: [bool(row.winner) for row in rows if row.page == page] for page in pages}
        return [row for row in rows if sum(pages_found[row.page]) * 2 > len(pages_found[row.page])]

    def history(self, name: str, limit: int = 50) -> list[dict[str, Any]]:
        """Return the last searches of a target over all runs, the newest first."""
        return self.memory.history(self.catalogue.get(name).name, limit)

    def by_tier(self, tier: Tier) -> list[TierRecord]:
        """Return the targets that were found by a tier when they were last looked for, over all runs."""
        return [tier_record for tier_record in tier_records(self.memory.latest()) if tier_record.tier == tier]

    def save_healed(self, path: Path) -> list[Path]:
        """Write what was healed so far for review; see `patch.save`."""
        healed = [(self.catalogue.get(heal.target), heal) for heal in self.healed.all()]
        return patch.save(healed, path) if healed else []

    def end_test(self, passed: bool) -> None:
        """Keep what was healed or confirmed in a test that has passed; drop it otherwise."""
        unconfirmed, self._unconfirmed = self._unconfirmed, {}
        for target, seen in unconfirmed.values() if passed else ():
            self.memory.keep(target, seen)
        for healed in self.healed.end_test(passed):
            known = self.memory.known(self.catalogue.get(healed.target), healed.page)
            self.memory.keep_healed(healed, known)

    def _look(
        self, target: Target, state: TargetState, budget: float, known: Known | None, profile: Profile | None
    ) -> Report:
        left = budget
        places = self._places(target, known)
        self._runtime.start_preloading()
        while True:
            request = probe.ask(
                target,
                state,
                min(left, LONGEST),
                expected=known.index if known else None,
                known_hash=known.hash if known else None,
                profile=profile if left <= LONGEST else None,
                places=places,
                recheck=self._identity.is_doubted(target),
            )
            report = probe.read(self.driver.locate(request), target)
            left -= LONGEST
            if report.found or left <= 0:
                return report

    def _places(self, target: Target, known: Known | None) -> Places:
        """Collect where a target belongs: what its file declares, and what was learned."""
        catalogue = self.catalogue
        routes = self.memory.routes(target.page)
        about = place.learned(self._around(target), routes, known.fingerprint if known else None)
        healed = self.healed.of(target.name)
        by_selector = {}
        for index, selector in enumerate(target.selectors):
            if selector.strategy == HEALED and healed and healed.page:
                by_selector[index] = about.at(healed.page, healed.tab, healed.dialog).as_request()
            elif place.is_weak(selector):
                by_selector[index] = about.as_request()
        mark = target.where.landmark if target.where else ""
        landmark = [selector.selector for selector in catalogue.get(mark).selectors] if mark else []
        return Places(place.declared(target.where, landmark), about.as_request(), by_selector)

    def _around(self, target: Target) -> place.DeclaredPlace:
        """Return what the files say about the place of a target; worked out once for each reading of them."""
        revision, found = self.catalogue.revision, self._surroundings.get(target.name)
        if found is None or found[0] != revision:
            found = self._surroundings[target.name] = (revision, place.surroundings(target, self.catalogue))
        return found[1]

    def _with_healed(self, target: Target) -> Target:
        if self.healed.of(target.name) is None:
            kept = self.memory.healed(target)
            if kept:
                self.healed.restore(kept)
        return self.healed.extended(target)

    def _success(
        self, target: Target, report: Report, elapsed: float, known: Known | None, doubt: identity.Doubt | None
    ) -> Located:
        page = page_key(report.url)
        if report.winner is None:
            self._log.record(target, page, LookupOutcome.FOUND, None, None, elapsed)
            return Located(target, "", None, None, page, elapsed)
        chosen = target.selectors[report.winner]
        selector = chosen.selector + (" >> visible=true" if report.hidden_twins else "")
        warnings: tuple[Text, ...] = diagnosis.doubts(target, report)
        here = self._identity.known_here(target, page, known)
        warnings += (doubt.warning,) if doubt else ()
        outcome = LookupOutcome.CONFLICT if warnings else LookupOutcome.FOUND
        if chosen.strategy == HEALED:
            outcome = LookupOutcome.HEALED
            warnings += (Text("locators.warning.by_healed", target=target.name, selector=selector),)
        else:
            self.healed.forget(target.name)
            self.memory.drop_healed(target)
        shown = tuple(self._runtime.text(warning) for warning in warnings)
        for warning in shown:
            log.warning("%s", warning)
        cached = None if here is None or here.index is None else here.index == report.winner
        if report.hash and chosen.strategy != HEALED and not target.values:
            earlier = here or known
            print_now = report.fingerprint or (earlier.fingerprint if earlier else {})
            seen = Known(page, report.winner, report.hash, print_now, self._runtime.clock.now())
            self._remember(target, seen, earlier, doubt)
        self._log.record(target, page, outcome, chosen.tier.value, selector, elapsed, cached)
        log.info("Target '%s' found by %s (%s) in %.0f ms.", target.name, chosen.tier, selector, elapsed * 1000)
        return Located(
            target, target.in_frame(selector), chosen.tier, report.winner, page, elapsed, outcome, shown, cached,
            report.element,
        )  # fmt: skip

    def _remember(self, target: Target, seen: Known, earlier: Known | None, doubt: identity.Doubt | None) -> None:
        """Keep what was seen; what is doubted for its surroundings alone only once the test has passed with it."""
        before: Fingerprint = earlier.fingerprint if earlier else {}
        if doubt is None:
            self.memory.keep(target, replace(seen, fingerprint=setting.carried(before, seen.fingerprint)))
        elif setting.is_setting(doubt.reason) and before.get("setting"):
            self._unconfirmed[target.name] = (
                target,
                replace(seen, fingerprint=setting.confirmed(before, seen.fingerprint)),
            )
        elif earlier is None or not before or earlier.changed_since(target):
            self._unconfirmed[target.name] = (target, seen)

    def _judged(self) -> list[tuple[str, BadSelectorError]]:
        """Have the page judge all selectors it has not judged yet, in one call: what only a browser can know."""
        if self._judged_revision == self._catalogue.revision:
            return []
        revision = self._catalogue.revision
        new = [target for target in self._catalogue if self._valid.get(target.name) is not target]
        if not new:
            self._judged_revision = revision
            return []
        pairs = [(target, selector) for target in new for selector in target.selectors]
        try:
            if not self.driver.running:
                return []
            said = self.driver.ask("validate", {"selectors": [selector.selector for _, selector in pairs]})
        except (BrowserNotReadyError, AssertionError):
            return []  # the next use asks again
        if not isinstance(said, list):
            return []
        self._valid |= {target.name: target for target in new}
        self._judged_revision = revision
        return [
            (target.name, bad_selector(target, selector, problem))
            for (target, selector), problem in zip(pairs, said, strict=True)
            if problem
        ]


def _wanted(target: Target, known: Known | None, purpose: str) -> Profile:
    """Return what candidates for a target are ranked by, and whether files are for it."""
    profile = profile_of(target, known.fingerprint if known else None)
    return {**profile, "files": purpose == "given files" or profile.get("type") == "file"}


def _found(path: Path, directory: Path) -> Path:
    """Take a relative path from the current directory, else from where robot was started."""
    path = Path(path)
    if path.is_absolute() or path.exists() or not (directory / path).exists():
        return path
    return directory / path
