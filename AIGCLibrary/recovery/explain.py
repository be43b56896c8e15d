"""The answer that always exists: what sort of cause it is, what the message says, and what to look at first."""

from AIGCLibrary.i18n import ENGLISH, Text, short_language
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Cause, Suggestion
from AIGCLibrary.recovery.table import MessageRule
from AIGCLibrary.recovery.values import short, values

SHOWN = ("url", "status", "selector", "actual", "expected", "cover", "state", "error", "name", "value", "last_progress")
_EVIDENCE = {
    "target": ("target", "page", "tiers", "candidates"),
    "task": ("task", "state", "error_class", "elapsed", "timeout", "progress", "progress_age", "polls", "curl"),
    "file": ("source", "findings"),
    "api": ("status", "url", "body", "curl"),
    "data": ("node", "template", "status", "body", "curl"),
    "config": ("file", "line", "place"),
}


def explain(failure: Failure) -> Suggestion:
    """Explain any failure by its cause; an unknown one honestly, with its message as evidence."""
    rule = failure.facts.get("rule")
    known = isinstance(rule, MessageRule)
    cause, fix = _of_rule(failure, rule) if isinstance(rule, MessageRule) else _of_cause(failure)
    if failure.hint and not known:
        fix = failure.hint
    return Suggestion(
        code=failure.code or "MESSAGE",
        cause_class=failure.cause,
        cause=cause,
        fix=fix,
        evidence=evidence(failure),
        applicability=rule.applicability if isinstance(rule, MessageRule) else Applicability.NEEDS_VALUES,
        source="triage",
        score=0.1 if failure.cause is Cause.UNKNOWN else 0.4,
    )


def evidence(failure: Failure) -> dict[str, object]:
    """Choose the facts worth showing."""
    names = _EVIDENCE.get(failure.family, ()) or SHOWN
    found: dict[str, object] = {"message": short(failure.message, 600)}
    found |= {name: failure.facts[name] for name in names if failure.facts.get(name) not in (None, "", [], {})}
    return found


def _of_rule(failure: Failure, rule: MessageRule) -> tuple[Text | str, Text | str]:
    said = values(failure)
    groups = {name: short(failure.facts.get(name) or "?", 160) for name in rule.pattern.groupindex}
    said |= groups
    if rule.advice:
        base = f"recovery.message.{rule.advice}"
        return Text(f"{base}.cause", **said), Text(f"{base}.fix", **said)
    cause, fix = _of_cause(failure)
    return _own(rule, "cause", said) or cause, _own(rule, "fix", said) or fix


def _own(rule: MessageRule, name: str, said: dict[str, object]) -> Text | None:
    """Give a text of the user's own file as a `Text` with both languages."""
    texts = rule.texts.get(name)
    if not texts:
        return None
    filled = {language: _filled(text, said) for language, text in texts.items()}
    return OwnText("own", **filled)


class OwnText(Text):
    """A text of the user's own file, in the languages it has there."""

    def render(self, language: str = ENGLISH) -> str:
        """Give the text in a language; English where it has no other."""
        return str(self.values.get(short_language(language)) or self.values[ENGLISH])


def _filled(text: str, said: dict[str, object]) -> str:
    try:
        return text.format(**said)
    except (KeyError, IndexError, ValueError):
        return text  # a brace that is no placeholder


def _of_cause(failure: Failure) -> tuple[Text | str, Text | str]:
    base = f"recovery.explain.{failure.cause.value.replace('.', '_')}"
    said = values(failure)
    return Text(f"{base}.cause", **said), Text(f"{base}.fix", **said)
