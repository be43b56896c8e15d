"""The answer that always exists: what sort of cause it is, what the message says, and what to look at first."""

import re

from AIGCLibrary.errors import close_names
from AIGCLibrary.i18n import ENGLISH, Text, short_language
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.kinds import in_words, kind_of
from AIGCLibrary.recovery.model import Applicability, Cause, Suggestion
from AIGCLibrary.recovery.table import MessageRule
from AIGCLibrary.recovery.triage import UNUSABLE
from AIGCLibrary.recovery.values import UNKNOWN, complete, short, values, worded

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
    if failure.hint and not known and _fits(failure.hint, failure):
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
    said |= {name: _group(failure, name) for name in rule.pattern.groupindex}
    if "members" in rule.pattern.groupindex:
        # Robot names members of a choice in capitals; testers write them as the documentation does.
        members = [member.lower() for member in re.findall(r"'(\w+)'", str(failure.facts.get("members")))]
        near = close_names(str(failure.facts.get("value")).lower(), members)
        said |= {"members": ", ".join(f"'{member}'" for member in members), "near": near[0] if near else UNKNOWN}
    if said.get("name", UNKNOWN) == UNKNOWN:
        said["name"] = said["file"]
    if rule.advice:
        base = f"recovery.message.{rule.advice}"
        own = f"{base}.fix_{kind_of(str(said.get('type', '')))}"
        said |= {name: in_words(str(said[name])) for name in _TYPES if said.get(name, UNKNOWN) != UNKNOWN}
        return worded(f"{base}.cause", said), worded(own if complete(own, said) else f"{base}.fix", said)
    cause, fix = _of_cause(failure)
    return _own(rule, "cause", said) or cause, _own(rule, "fix", said) or fix


def _own(rule: MessageRule, name: str, said: dict[str, object]) -> Text | None:
    """Return a text of the user's own file as a `Text` with both languages."""
    texts = rule.texts.get(name)
    if not texts:
        return None
    filled = {language: _filled(text, said) for language, text in texts.items()}
    return OwnText("own", **filled)


class OwnText(Text):
    """A text of the user's own file, in the languages it has there."""

    def render(self, language: str = ENGLISH) -> str:
        """Return the text in a language; English where it has no other."""
        return str(self.values.get(short_language(language)) or self.values[ENGLISH])


def _filled(text: str, said: dict[str, object]) -> str:
    try:
        return text.format(**said)
    except (KeyError, IndexError, ValueError):
        return text  # a brace that is no placeholder


def _of_cause(failure: Failure) -> tuple[Text | str, Text | str]:
    base = f"recovery.explain.{failure.cause.value.replace('.', '_')}"
    said = values(failure)
    if failure.fact("error_code") == "empty_result":
        base = "recovery.explain.empty_result"
    cause = worded(f"{base}.cause", said)
    if failure.cause in _MAY_MOVE and failure.seen_once:
        base = "recovery.explain.seen_once"
        return worded(f"{base}.cause", said), Text(f"{base}.fix")
    available = _AVAILABLE.search(failure.message)
    if failure.cause is Cause.TEST_DEFECT and failure.family == "slo" and available:
        return cause, Text("recovery.strategy.name.fix_available", names=available["names"])
    if failure.cause is Cause.CONFIG and not complete(f"{base}.fix", said):
        return cause, _setting(failure, base, said)
    return cause, worded(f"{base}.fix", said)


def _setting(failure: Failure, base: str, said: dict[str, object]) -> Text:
    """Name the argument or setting to correct where no line is known."""
    named = _ARGUMENT.search(failure.message)
    said = {**said, "argument": (named["name"] or named["quoted"]) if named else UNKNOWN}
    kinds = (kind for kind in ("fix_place", "fix_argument", "fix_file") if complete(f"{base}.{kind}", said))
    return worded(f"{base}.{next(kinds, 'fix_bare')}", said)


def _fits(hint: Text | str, failure: Failure) -> bool:
    """Return whether the hint of an error may stand: it says nothing unknown, and fits what was found out since."""
    if isinstance(hint, Text) and UNKNOWN in hint.values.values():
        return False
    if failure.code == UNUSABLE and failure.cause not in (Cause.LOCATOR_LOST, Cause.UNKNOWN):
        return False  # it points at the call log, which has been read by now
    if failure.cause in _MAY_MOVE and failure.seen_once:
        return False
    if failure.cause is Cause.TEST_DEFECT and failure.family == "slo":
        return False
    # Of a product that was not reached there is no task to go on with; after silence there may be one.
    unreached = failure.cause is Cause.API_UNREACHABLE and failure.fact("class") != "outage"
    return not (failure.family == "task" and unreached and "gave no answer" not in failure.message)


def _group(failure: Failure, name: str) -> str:
    value = failure.facts.get(name)
    if value == "" and name in ("actual", "expected", "value"):
        return ""  # an empty text is one, too
    return short(value or UNKNOWN, 160)


_TYPES = ("type", "expected_type")
"""What a rule may find in a message that names a type of Python or Robot Framework."""
_MAY_MOVE = (Cause.TASK_TIMEOUT, Cause.TASK_STALLED)
_AVAILABLE = re.compile(r"Available: (?P<names>'[^\n]+?)\.?(?: \[AIGC\d+\])?$", re.MULTILINE)
_ARGUMENT = re.compile(r"\b(?P<name>[a-z][a-z_]+)=|[Aa]rgument '(?P<quoted>\w+)'")
