"""Suites without locator files: near misses for a failed Browser keyword, and one guarded retry with `heal=use`.

The listeners call `on_end_library_keyword` after each library keyword that failed. A plain
`Click    css=…` that found nothing is explained with what is closest on the page; with `heal=use` the keyword is
run again on the best candidate when all guards of `locators/guards.py` allow it. Robot then continues as if it had
passed, which works because a listener of version 3 may set `result.status`.
"""

import logging
from html import escape
from typing import Any

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from AIGCLibrary.config import Heal, Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.harmless import visible
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.diagnosis import candidate_facts, described
from AIGCLibrary.locators.errors import TargetNotFoundError
from AIGCLibrary.locators.plain import is_lost, lacks_option
from AIGCLibrary.rf.expectation import failure_expected
from AIGCLibrary.rf.imports import suite_options
from AIGCLibrary.rf.plain_call import VERBS, PlainCall

log = logging.getLogger("aigc.locators")


class HealListener:
    """Explains and, where allowed, heals plain Browser keywords.

    Args:
        engine: The services.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._busy = False

    def on_end_library_keyword(self, _data: Any, implementation: Any, result: Any) -> None:
        """Look at a keyword that has ended; never raises."""
        if result.status != "FAIL" or self._busy:
            return
        name = str(implementation.name).lower().replace("_", " ")
        library = str(getattr(implementation.owner, "name", ""))
        real_name = getattr(implementation.owner, "real_name", None) or library
        if real_name != "Browser" or name not in VERBS or failure_expected():
            return
        if not is_lost(str(result.message)) and not lacks_option(str(result.message)):
            return
        self._busy = True
        try:
            heal = _heal()
            if heal is not Heal.OFF:
                self._explain(library, name, result, heal)
        except Exception as error:  # noqa: BLE001 - explaining a failure must never make it worse
            log.debug("No suggestion for '%s': %s", name, error)
        finally:
            self._busy = False

    def _explain(self, library: str, name: str, result: Any, heal: Heal) -> None:
        given = [BuiltIn().replace_variables(arg) for arg in result.args]
        call = PlainCall.of(name, given, bool(result.assign))
        if call is None or call.took_place(str(result.message)):
            return
        plain, selector, message = self._engine.locators.plain, call.selector, str(result.message)
        if lacks_option(message):
            self._engine.recovery.note_message(name, message, facts={"options": plain.options(selector)})
            return
        if plain.is_there(selector):  # another element is none of its business then
            self._engine.recovery.note_message(name, message, facts={"there_now": True})
            return
        purpose = call.purpose(self._engine.redactor.knows)
        verdict = plain.judge(selector, purpose)
        if heal is Heal.USE and verdict.allowed:
            if self._retry(f"{library}.{name}", call.again(verdict.selector)):
                result.status = "PASS"
                warning = self._engine.text(
                    Text(
                        "locators.warning.healed_selector",
                        selector=selector,
                        element=described(verdict.ranked[0].candidate),
                        found=verdict.selector,
                        sure=f"{verdict.ranked[0].probability:.2f}",
                    )
                )
                result.message = warning
                logger.warn(visible(warning))
                plain.note_healed(verdict)
            return
        self._suggest(name, selector, verdict, message)
        if heal is Heal.USE and verdict.reason:
            logger.info(self._engine.text(Text("locators.warning.not_used", target=selector, reason=verdict.reason)))

    def _retry(self, keyword: str, arguments: list[Any]) -> bool:
        status, _ = BuiltIn().run_keyword_and_ignore_error(keyword, *arguments)
        return bool(status == "PASS")

    def _suggest(self, name: str, selector: str, verdict: Any, message: str) -> None:
        target = verdict.target
        facts = {
            "target": selector,
            "selector": selector,
            "candidates": candidate_facts(target, verdict.ranked[:5]),
            "not_healed": str(verdict.reason),
        }
        error: AIGCError = TargetNotFoundError(message, code="AIGC107", facts=facts)
        self._engine.recovery.note(name, error)
        rows = "".join(
            f"<li>{escape(described(guess.candidate))}: <code>{escape(guess.candidate['ways'][0]['selector'])}</code> "
            f"({self._engine.text(Text('locators.word.probability'))} {guess.probability:.2f})</li>"
            for guess in verdict.ranked[:3]
            if guess.candidate.get("ways") and guess.probability >= 0.2
        )
        if rows:
            title = self._engine.text(Text("locators.word.nearest", selector=f"<code>{escape(selector)}</code>"))
            logger.info(f"{title}<ul>{rows}</ul>", html=True)


def _heal() -> Heal:
    """Return what the running suite's own import allows; where it has none, what is configured for all suites."""
    options = suite_options()
    return options.heal if options else Settings.load().heal
