"""What happens after a lookup found nothing: heal the target where that is allowed and certain, else explain."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from AIGCLibrary.config import Heal
from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.errors import TargetError
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators import diagnosis
from AIGCLibrary.locators.catalogue import Catalogue
from AIGCLibrary.locators.errors import bad_selector
from AIGCLibrary.locators.guards import Purpose, refusal
from AIGCLibrary.locators.healing import HEALED, HealBook, Healed
from AIGCLibrary.locators.lookup_log import LookupLog
from AIGCLibrary.locators.memory import Known, Memory
from AIGCLibrary.locators.model import Located, LookupOutcome, Target, Tier
from AIGCLibrary.locators.probe import ANOTHER, Report, page_key, selectors
from AIGCLibrary.locators.reranking import sibling_targets
from AIGCLibrary.locators.reranking.sibling_targets import Neighbour
from AIGCLibrary.locators.reranking.surroundings import Siblings
from AIGCLibrary.locators.similarity import Scored, rank, with_selectors

log = logging.getLogger("aigc.locators")

PLAUSIBLE = 0.05
"""Least probability of the best candidate at which the fingerprints of the other targets are fetched."""


@dataclass(frozen=True, slots=True)
class LookupContext:
    """One lookup that found nothing.

    Args:
        target: The missing target.
        known: What earlier lookups recorded about it.
        profile: What it should look like, see `profile.profile_of`.
        report: The page's answer.
        purpose: What it is wanted for.
        heal: What may be done.
        timeout: Seconds the lookup was allowed to take.
        elapsed: Seconds it took.
        routes: Pages on which targets of its file were found before.
    """

    target: Target
    known: Known | None
    profile: Mapping[str, Any]
    report: Report
    purpose: Purpose
    heal: Heal
    timeout: float
    elapsed: float
    routes: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """Key of the page."""
        return page_key(self.report.url)

    @property
    def missing(self) -> bool:
        """No element matches, and one was expected to."""
        return not self.purpose.state.negative and self.report.status == "missing"

    @property
    def healable(self) -> bool:
        """The status is one in which healing is considered at all."""
        considered = self.report.status in ("missing", "ambiguous") and self.report.winner is None
        return considered and not self.purpose.state.negative


class FailurePath:
    """Heals or explains missing targets.

    Args:
        driver: The browser.
        catalogue: All targets.
        memory: Fingerprints of earlier lookups.
        healed: Receives what is healed.
        lookups: Records the outcome.
        text: Renders a text in the language of the run.
    """

    def __init__(
        self,
        driver: BrowserDriver,
        catalogue: Catalogue,
        memory: Memory,
        healed: HealBook,
        lookups: LookupLog,
        text: Callable[[Text], str],
    ) -> None:
        self._driver = driver
        self._catalogue = catalogue
        self._memory = memory
        self._healed = healed
        self._lookups = lookups
        self._text = text

    def heal_or_raise(self, context: LookupContext) -> Located:
        """Return the healed target, or raise the error that explains why it was not found.

        Raises:
            BadSelectorError: The browser does not understand a selector.
            TargetError: Nothing matches, or several elements match.
        """
        target, report = context.target, context.report
        if report.status == "invalid" and report.broken is not None:
            raise bad_selector(target, target.selectors[report.broken], report.problem)
        look_around = context.heal is not Heal.OFF and context.missing
        others = sibling_targets.found(self._driver, target, self._catalogue) if look_around else ()
        ranked, siblings = self._ranked(context, others)
        reason: Text | None = Text("locators.refusal.off")
        if context.heal is Heal.USE:
            reason = self._refusal(context, ranked, others, siblings)
            if reason is None:
                return self._heal(context, ranked[0])
            log.info("%s", self._text(Text("locators.warning.not_used", target=target.name, reason=reason)))
        outcome = LookupOutcome.AMBIGUOUS if report.status == "ambiguous" else LookupOutcome.MISSING
        self._lookups.record(target, context.page, outcome, None, None, context.elapsed)
        error = self._error(context, ranked, others, reason)
        if context.heal is not Heal.OFF:  # only what `use` would act on is ever certain
            plain = replace(context, purpose=Purpose(context.purpose.verb, context.purpose.state))
            error.facts["usable"] = self._refusal(plain, ranked, others, siblings) is None
        raise error

    def _ranked(self, context: LookupContext, others: Sequence[Neighbour]) -> tuple[list[Scored], Siblings]:
        """Return the candidates, and what is known of the other targets by which they were judged."""
        candidates, verb = context.report.candidates, context.purpose.verb
        ranked: list[Scored] = rank(context.profile, candidates, verb=verb)
        siblings: Siblings = {}
        if others and ranked and ranked[0].probability > PLAUSIBLE:
            siblings = sibling_targets.changes(self._driver, others, self._memory)
            ranked = rank(context.profile, candidates, siblings, verb)
        return self._with_selectors(context, ranked), siblings

    def _refusal(
        self, context: LookupContext, ranked: Sequence[Scored], others: Sequence[Neighbour], siblings: Siblings
    ) -> Text | None:
        """Return why the best candidate may not replace the target; None when it may."""
        status = context.report.status
        if context.report.refuted and ranked and ranked[0].candidate.get("element") == context.report.element:
            return Text("locators.refusal.another")
        if context.report.misplaced:
            return diagnosis.elsewhere(context.target, context.report, context.routes)
        if status != "missing" or not ranked:
            return Text("locators.refusal.several" if status == "ambiguous" else "locators.refusal.nothing")
        taken = frozenset(one.element for one in others)
        if refused := refusal(ranked[0], ranked, context.profile, context.purpose, taken, siblings):
            return refused
        known = self._memory.known(context.target)
        if known is None:
            return None
        twin = sibling_targets.lost_twin(self._driver, context.target, known, self._catalogue, self._memory)
        return Text("locators.refusal.twin", twin=twin) if twin else None

    def _heal(self, context: LookupContext, best: Scored) -> Located:
        target = context.target
        options = best.candidate["ways"]
        chosen = next(option for tier in Tier for option in options if option["tier"] == tier)
        found = diagnosis.described(best.candidate)
        healed = Healed(
            target.name,
            Tier(chosen["tier"]),
            chosen["yaml"],
            chosen["selector"],
            best.probability,
            found,
            context.page,
            tuple(one.selector for one in target.selectors if one.strategy != HEALED),
            best.candidate.get("tab") or None,
            best.candidate.get("dialog"),
        )
        self._healed.add(healed)
        warning = self._text(
            Text(
                "locators.warning.healed",
                target=target.name,
                element=found,
                selector=healed.selector,
                sure=f"{best.probability:.2f}",
                file=target.file.name,
                line=target.line,
                yaml=f"{healed.tier}: {diagnosis.written(healed.value)}",
            )
        )
        log.warning("%s", warning)
        outcome = LookupOutcome.HEALED
        self._lookups.record(target, context.page, outcome, healed.tier.value, healed.selector, context.elapsed)
        return Located(
            target, target.in_frame(healed.selector), healed.tier, None, context.page, context.elapsed, outcome,
            (warning,), element=best.candidate.get("element"), probability=best.probability,
        )  # fmt: skip

    def _error(
        self, context: LookupContext, ranked: Sequence[Scored], others: Sequence[Neighbour], reason: Text | None
    ) -> TargetError:
        target, report = context.target, context.report
        if report.excluded:
            ranked = [one for one in ranked if one.candidate.get("element") != report.element]
        here = sibling_targets.of_file(others, target)
        unclaimed = (
            sibling_targets.unclaimed_candidates(ranked, context.profile, others, context.purpose.verb) if here else ()
        )
        around = diagnosis.Surroundings(here, tuple(self._with_selectors(context, unclaimed)))
        error = diagnosis.failure(
            target, context.purpose.state, report, context.timeout, context.elapsed, ranked, around
        )
        if context.known:
            error.facts["last_seen"] = diagnosis.described(context.known.fingerprint)
        error.facts |= {"not_healed": str(reason), "heal": context.heal.value}
        if report.misplaced:
            where = diagnosis.elsewhere(target, report, context.routes)
            error.facts |= {"misplaced": report.misplaced, "belongs": str(where)}
            error.hint = Text("locators.hint.elsewhere", where=where)
            if report.misplaced != "url" or target.where:
                error.facts["candidates"] = []  # what comes near on another page, tab or dialog is something else
        elif report.refuted:
            error.facts["misplaced"] = ANOTHER
            error.hint = Text(
                "locators.hint.another",
                warning=report.refuted,
                file=target.file.name,
                line=target.line,
                hint=error.hint,
            )
        if context.heal is Heal.USE and context.healable and not report.misplaced:
            error.hint = Text("locators.hint.not_used", hint=error.hint, reason=reason)
        return error

    def _with_selectors(self, context: LookupContext, ranked: Sequence[Scored]) -> list[Scored]:
        return with_selectors(ranked, lambda *asked: selectors(self._driver, *asked), context.target.frame)
