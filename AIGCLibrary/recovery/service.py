"""`engine.recovery`: collects the evidence of a test while it runs, and concludes when it ends."""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import AIGCError, ConfigError
from AIGCLibrary.i18n import CHINESE, ENGLISH, Text, render
from AIGCLibrary.plugins.registry import Registry
from AIGCLibrary.recovery.escalation.service import Escalation
from AIGCLibrary.recovery.failure import Failure, plain
from AIGCLibrary.recovery.manager import ErrorRecoveryManager
from AIGCLibrary.recovery.model import Applicability, Cause, Suggestion
from AIGCLibrary.recovery.strategies import BUILT_IN
from AIGCLibrary.recovery.strategies.locators import last_selector
from AIGCLibrary.recovery.strategy import GROUP, Lend, Near, RecoveryStrategy
from AIGCLibrary.recovery.suggester import MOST, AutoFixSuggester, ranked
from AIGCLibrary.recovery.table import Table, load_table
from AIGCLibrary.recovery.triage import parts

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.recovery")

KEPT = 50
"""Errors kept for one test; a loop that fails a thousand times does not need all of them."""


PRIVATE = "aigc:no-escalation"
"""Tag of tests about which nobody outside is asked."""


class RecoveryService:
    """Turns evidence into suggestions.

    Args:
        runtime: The services.
        lend: Adds a temporary selector to a target.
        near: Returns what is closest to a selector that matches nothing.
    """

    def __init__(self, runtime: "Runtime", *, lend: Lend | None = None, near: Near | None = None) -> None:
        self._runtime = runtime
        self._lend = lend
        self._ask_near = near
        self._manager: ErrorRecoveryManager | None = None
        self._noted: list[Failure] = []
        self._own: list[Suggestion] = []
        self._answers: list[Suggestion] = []
        self._setups: dict[str, Failure] = {}
        self._page = ""
        self._near: dict[str, list[dict[str, Any]]] = {}

    @cached_property
    def strategies(self) -> Registry[type[RecoveryStrategy]]:
        """The strategies by name: built-in ones and those of installed packages."""
        registry: Registry[type[RecoveryStrategy]] = Registry("recovery strategy", GROUP)
        for strategy in BUILT_IN:
            registry.add(strategy.name, strategy)
        return registry

    @cached_property
    def table(self) -> Table:
        """Which strategies belong to which cause."""
        own = self.options.get("file")
        return load_table(self._runtime.directory / own if own else None, self.strategies.names())

    @property
    def options(self) -> dict[str, Any]:
        """The section `recovery` of the options of the config file."""
        return dict(self._runtime.settings.options.get("recovery") or {})

    @cached_property
    def suggester(self) -> AutoFixSuggester:
        """Makes suggestions for single failures."""
        return AutoFixSuggester(self.table, self.strategies, self._runtime)

    @property
    def manager(self) -> ErrorRecoveryManager:
        """Recovers keywords that failed, where that is safe."""
        if self._manager is None:
            self._manager = ErrorRecoveryManager(self.table, self.strategies, self.suggester, self._runtime, self._lend)
        return self._manager

    @cached_property
    def escalation(self) -> Escalation:
        """Asks helpers outside."""
        return Escalation(self._runtime)

    def escalate(
        self, summary: str, message: str = "", page: str = "", server: str | None = None, tool: str | None = None
    ) -> Suggestion | None:
        """Ask a helper about what has failed so far; its answer is kept as a suggestion of the running test."""
        started = self._runtime.clock.monotonic()
        failures = [self.suggester.judge(failure) for failure in self._failures(message)]
        found = self.suggestions(message)
        spent = self._runtime.clock.monotonic() - started
        answer = self.escalation.escalate(summary, failures, found, page, server, tool, spent=spent)
        if answer is not None:
            self._answers.append(answer)
        return answer

    @property
    def wants_page(self) -> bool:
        """A picture of the page in words is wanted with each failure, for a helper."""
        return "escalation" in self.options and self.escalation.automatic

    def note_page(self, page: str) -> None:
        """Keep what the page showed when something failed."""
        self._page = self._runtime.redactor.text(page)

    def note(self, keyword: str, error: AIGCError, place: str | None = None) -> None:
        """Keep an error as evidence for the test that runs."""
        self._keep(Failure.of_error(error, keyword, place))

    def note_message(
        self, keyword: str, message: str, place: str | None = None, facts: Mapping[str, Any] | None = None
    ) -> None:
        """Keep the failure of a keyword of another library as evidence, with what the page showed then."""
        self._keep(Failure.of_message(message, keyword, place).with_facts(**(facts or {})))

    def add(self, text: str, cause: str | None = None) -> Suggestion:
        """Add a suggestion that the test itself makes; it is shown first if the test fails.

        Raises:
            ConfigError: The text is empty.
        """
        if not text.strip():
            raise ConfigError("The suggestion has no text; expected what to do.")
        suggestion = Suggestion(
            code="TEST",
            cause_class=Cause.UNKNOWN if cause is None else _cause_of(cause),
            cause=cause or Text("recovery.explain.test_own.cause"),
            fix=text,
            applicability=Applicability.LIKELY,
            source="test",
            score=1.0,
        )
        self._own.append(suggestion)
        return suggestion

    def suggestions(self, message: str = "") -> list[Suggestion]:
        """Return what can be said of the running test so far, best first."""
        failures = self._failures(message)
        found = [suggestion for failure in failures for suggestion in self.suggester.suggest(failure)]
        return [*self._own, *ranked([*found, *self._answers])][:MOST]

    def conclude(
        self,
        test: str,
        failed: bool,
        message: str,
        tags: Sequence[str] = (),
        place: str | None = None,
    ) -> list[Suggestion]:
        """End a test: return its suggestions and store them; nothing for one that passed.

        Never raises: what goes wrong here must not touch the verdict.

        Args:
            test: Long name of the test.
            failed: Its verdict.
            message: Its message, as Robot has it.
            tags: Its tags; `aigc:no-escalation` keeps it inside.
            place: `file:line` of the failing step, or of the test.
        """
        try:
            return self._conclude(test, message, tags, place) if failed else []
        except Exception:
            log.warning("No suggestions could be made for '%s'.", test, exc_info=True)
            return []
        finally:
            self._noted.clear()
            self._own.clear()
            self._answers.clear()
            self._near.clear()
            self._page = ""
            if self._manager is not None:
                self._manager.recovered.clear()

    def _conclude(self, test: str, message: str, tags: Sequence[str], place: str | None) -> list[Suggestion]:
        if self._should_escalate(message, tags):
            self.escalate(test, message, self._page)
        found = [replace(suggestion, place=suggestion.place or place) for suggestion in self.suggestions(message)]
        self._store(test, message, found)
        return found

    def _seen_on_page(self, failure: Failure) -> Failure:
        """Look for what comes near to the selector of another library's failure; our own errors bring that along."""
        if failure.family != "message" or failure.fact("candidates") is not None:
            return failure
        judged = self.suggester.judge(failure)
        if judged.cause is not Cause.LOCATOR_LOST or not judged.fact("selector"):
            return failure
        selector = str(judged.fact("selector"))
        if selector not in self._near:
            self._near[selector] = self._nearest(selector)
        return failure.with_facts(candidates=self._near[selector])

    def _nearest(self, selector: str) -> list[dict[str, Any]]:
        """Ask the page; without a browser or a page nothing is near, which is no error."""
        if self._ask_near is None or self._runtime.driver is None:
            return []
        try:
            return self._ask_near(last_selector(selector))
        except Exception as error:  # noqa: BLE001 - no page, or one that is gone
            log.debug("The page could not be asked: %s", error)
            return []

    def _should_escalate(self, message: str, tags: Sequence[str]) -> bool:
        if "escalation" not in self.options or not self.escalation.automatic or PRIVATE in tags:
            return False
        causes = [self.suggester.judge(failure).cause for failure in self._failures(message)]
        return any(self.table.row(cause).escalate for cause in causes)

    def _keep(self, failure: Failure) -> None:
        redact = self._runtime.redactor
        clean = replace(
            failure,
            message=redact.text(failure.message),
            shown=redact.text(failure.shown),
            facts=_clean(redact.data(dict(failure.facts))),
        )
        self._noted = [*self._noted[-KEPT + 1 :], clean]

    def _failures(self, message: str) -> list[Failure]:
        """Choose the evidence that the message speaks of; errors the test itself handled are no cause."""
        message = plain(self._runtime.redactor.text(message))
        if not message.strip():
            return self._noted[-1:]
        in_setup = "parent suite setup failed" in message.lower()
        found: list[Failure] = []
        for part in parts(message):
            matching = [failure for failure in reversed(self._noted) if _speaks_of(part, failure)]
            # One of our own errors brings facts; of a foreign keyword's failure there may be only the text.
            noted = next((failure for failure in matching if failure.code or failure.facts), next(iter(matching), None))
            if in_setup and (noted is None or not noted.code):
                noted = self._setups.get(part, noted)  # the setup failed before the first of its tests, once for all
            failure = self._seen_on_page(noted or Failure.of_message(part))
            if in_setup:
                self._setups = dict([*self._setups.items(), (part, failure)][-KEPT:])
            if failure not in found:
                found.append(failure)
        return found

    def _store(self, test: str, message: str, suggestions: Sequence[Suggestion]) -> None:
        from AIGCLibrary.store.tables import suggestion

        language, now = self._runtime.language, self._runtime.clock.now()
        redact = self._runtime.redactor
        for position, advised in enumerate(suggestions):
            self._runtime.store.insert(
                suggestion,
                test=test,
                at=now,
                code=advised.code,
                cause_class=advised.cause_class.value,
                cause=redact.text(str(render(advised.cause, language))),
                fix=redact.text(str(render(advised.fix, language))),
                evidence=redact.data(_plain(advised.evidence)),
                applicability=advised.applicability.value,
                source=advised.source,
                place=advised.place,
                verified=advised.verified,
                keyword=None,
                message=plain(redact.text(message))[:4000],
                margin=advised.margin,
                runner_up=advised.runner_up,
                edit=_edit(advised),
                texts={
                    lang: {
                        "cause": redact.text(str(render(advised.cause, lang))),
                        "fix": redact.text(str(render(advised.fix, lang))),
                    }
                    for lang in (ENGLISH, CHINESE)
                },
                group_key=group_key(advised.cause_class, plain(message)),
                position=position,
            )


_VARYING = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8,}|\d+(?:\.\d+)?|'[^'\n]*'", re.IGNORECASE)


def group_key(cause: Cause, message: str) -> str:
    """Return what failures of one cause have in common: the cause and the message without what varies.

    Failures under a broken suite setup share its message; those of a dead product share its address.
    """
    text = " ".join(parts(message)[:1])
    if cause in (Cause.API_UNREACHABLE, Cause.ENVIRONMENT):
        origin = re.search(r"(?:https?://|host=')(?P<host>[^/'\s:,]+)", text)
        shape = origin["host"] if origin else _VARYING.sub("#", text.splitlines()[0] if text else "")
    else:
        shape = text if "setup failed" in message.lower() else _VARYING.sub("#", text)
    return hashlib.sha256(f"{cause.value}|{shape[:500]}".encode()).hexdigest()[:16]


def _speaks_of(part: str, failure: Failure) -> bool:
    """Return whether a message holds the message of an error, as far as Robot shows both."""
    mine, theirs = " ".join(plain(failure.shown or failure.message).split()), " ".join(part.split())
    return bool(mine) and (mine[:300] in theirs or theirs in mine)


def _clean(facts: object) -> dict[str, Any]:
    return dict(facts) if isinstance(facts, dict) else {}


def _cause_of(name: str) -> Cause:
    return next((cause for cause in Cause if cause.value == name), Cause.UNKNOWN)


def _edit(suggestion: Suggestion) -> dict[str, Any] | None:
    return None if suggestion.edit is None else asdict(suggestion.edit)


def _plain(value: object) -> object:
    import json

    return json.loads(json.dumps(value, ensure_ascii=False, default=str))
