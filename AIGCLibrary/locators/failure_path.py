"""What happens after a lookup found nothing: heal the target where that is allowed and certain, else explain."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from AIGCLibrary.config import Heal
from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.errors import TargetError
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators import diagnosis
from AIGCLibrary.locators.catalogue import Catalogue
from AIGCLibrary.locators.element import Candidate
from AIGCLibrary.locators.errors import bad_selector
from AIGCLibrary.locators.guards import Purpose
from AIGCLibrary.locators.heal_judge import HealJudge
from AIGCLibrary.locators.healing import HEALED, HealBook, Healed
from AIGCLibrary.locators.lookup_context import LookupContext
from AIGCLibrary.locators.lookup_log import LookupLog
from AIGCLibrary.locators.memory import Memory
from AIGCLibrary.locators.model import Located, LookupOutcome, Tier
from AIGCLibrary.locators.probe import ANOTHER, selectors
from AIGCLibrary.locators.reranking import sibling_targets
from AIGCLibrary.locators.reranking.sibling_targets import Neighbour
from AIGCLibrary.locators.similarity import Scored, rank, with_selectors
from AIGCLibrary.locators.words import plain

log = logging.getLogger("aigc.locators")

PLAUSIBLE = 0.05
"""Least probability of the best candidate at which the fingerprints of the other targets are fetched."""


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
        judge = self.judge(context, others)
        ranked = self._ranked(context, judge)
        reason: Text | None = Text("locators.refusal.off")
        if context.heal is Heal.USE:
            reason = judge.refusal(ranked)
            if reason is None:
                return self._heal(context, ranked[0])
            log.info("%s", self._text(Text("locators.warning.not_used", target=target.name, reason=reason)))
        outcome = LookupOutcome.AMBIGUOUS if report.status == "ambiguous" else LookupOutcome.MISSING
        self._lookups.record(target, context.page, outcome, None, None, context.elapsed)
        error = self._error(context, ranked, others, reason)
        if context.heal is not Heal.OFF:  # only what `use` would act on is ever certain
            usual = self.judge(replace(context, purpose=Purpose(context.purpose.verb, context.purpose.state)), others)
            error.facts["usable"] = usual.refusal(ranked) is None
            _note_objections(error, ranked, usual)
        raise error

    def ends_heal(self, context: LookupContext) -> bool:
        """Return whether the target was found by a heal that holds no longer; it is forgotten then.

        Its selector finds what is called otherwise than what was healed to, or what the guards refuse now.

        Args:
            context: The lookup.
        """
        target, report = context.target, context.report
        healed, now = self._healed.of(target.name), report.fingerprint
        if not report.found or report.winner is None or target.selectors[report.winner].strategy != HEALED:
            return False
        if healed is None or now is None:  # unchanged since the target's own locators found it
            return False
        same = plain(diagnosis.described(now)) == plain(healed.element)
        if same and self.judge(context).objection(cast("Candidate", {**now, "element": report.element})) is None:
            return False
        self._healed.forget(target.name)
        self._memory.drop_healed(target)
        return True

    def judge(self, context: LookupContext, others: Sequence[Neighbour] | None = None) -> HealJudge:
        """Return who decides what may replace the target of a lookup.

        Args:
            context: The lookup.
            others: The other targets that are found on the page; looked for when None.
        """
        if others is None:
            others = sibling_targets.found(self._driver, context.target, self._catalogue)
        return HealJudge(self._driver, self._catalogue, self._memory, context, others)

    def _ranked(self, context: LookupContext, judge: HealJudge) -> list[Scored]:
        """Return the candidates; where one is plausible, in the light of the other targets of the page."""
        candidates, verb = context.report.candidates, context.purpose.verb
        ranked: list[Scored] = rank(context.profile, candidates, verb=verb)
        if ranked and ranked[0].probability > PLAUSIBLE and judge.siblings:
            ranked = rank(context.profile, candidates, judge.siblings, verb)
        return self._with_selectors(context, ranked)

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
            tuple(selector.selector for selector in target.selectors if selector.strategy != HEALED),
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
            ranked = [scored for scored in ranked if scored.candidate.get("element") != report.element]
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
        error.facts |= {
            "not_healed": str(reason),
            "heal": context.heal.value,
            "seen": bool(context.profile.get("seen")),
        }
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


def _note_objections(error: TargetError, ranked: Sequence[Scored], judge: HealJudge) -> None:
    """Note with each near miss what forbids its use, for those who would use it for another reason."""
    said = {scored.candidate.get("element"): judge.objection(scored.candidate) for scored in ranked[: diagnosis.NEAR]}
    facts = error.facts.get("candidates")
    for fact in facts if isinstance(facts, list) else ():
        if objection := said.get(fact.get("element")):
            fact["refused"] = str(objection)
