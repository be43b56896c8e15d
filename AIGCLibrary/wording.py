"""Findings as sentences in the language of the reader: from the rule's id and what was expected, found, and where."""

import re
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.i18n import Text, catalogue

LONGEST = 300
_COUNTED = {
    "bytes": re.compile(r"(?P<n>\d+) bytes"),
    "characters": re.compile(r"(?P<n>\d+) characters"),
    "service_type": re.compile(r"service type (?P<n>\S)"),
    "at_most": re.compile(r"at most (?P<n>\d+(?: \w+)?)"),
}
"""Values that are words and a number."""
NOT_MEASURED = "not measured"
"""Value of what could not be measured."""
ABSENT = "none"
"""Value of what a file does not have."""
_INNER = re.compile(r"^(?P<outer>.+), (?P<inner>(?:offset|line|row|column|entry) .+?|[\d.]+-[\d.]+ s.*)$")
_PART = re.compile(r"^(?P<word>entry|offset|line|row|column) (?P<what>.+)$", re.DOTALL)

_WHY = re.compile(r"(?:not (?:measured|read|heard|checked)|none was read): (.+?)\.?$")
"""Why nothing was measured, at the end of a message."""


def sentence(finding: Mapping[str, Any], longest: int = LONGEST) -> Text | str:
    """Describe what was found; English readers get the finding's own message, as do those of a plug-in's rules.

    Args:
        finding: A finding as data: `rule`, `message`, and where known `expected`, `actual`, `unit`, `place`.
        longest: Characters of the message.

    Example:
        ```python
        found = Finding("width", "The width is 320 px; expected 640.", expected="640", actual="320", unit="px")
        sentence(found.as_dict()).render("zh")  # "宽度：期望 640 px，实际为 320 px。"
        ```
    """
    message = _short(finding.get("message") or "", longest)
    title = title_of(str(finding.get("rule") or ""))
    if title is None:
        return message
    expected, actual = _value(finding, "expected"), _value(finding, "actual")
    if expected and str(finding.get("actual")) == ABSENT:
        actual = ""
    form = "both" if expected and actual else "expected" if expected else "actual" if actual else "bare"
    if form == "both" and _is_declared(str(finding["rule"])):
        form = "declared"
    where = place_of(str(finding.get("place") or ""))
    at: Text | str = Text("files.said.at", place=where) if where else ""
    if not at and finding.get("actual") == NOT_MEASURED and (why := _WHY.search(message)):
        at = Text("files.said.since", why=why[1])
    return Text(f"files.said.{form}", original=message, title=title, expected=expected, actual=actual, at=at)


def title_of(rule: str) -> Text | None:
    """Name what a rule is about; None when it is not one of ours. `json.values.a.b` is named as `json.values` is."""
    known = rule_ids()
    while rule and rule not in known:
        rule = rule.rpartition(".")[0]
    return Text(f"files.rule.{rule}") if rule else None


def rule_ids() -> set[str]:
    """Return the ids of our rules."""
    return set(catalogue("files")["rule"])


def place_of(place: str) -> Text | str:
    """Translate a place: `entry a.png, offset 40`; what has no word of ours stays as it is."""
    if inner := _INNER.match(place):
        return Text("files.place.within", outer=place_of(inner["outer"]), inner=place_of(inner["inner"]))
    part = _PART.match(place)
    return Text(f"files.place.{part['word']}", what=part["what"]) if part else place


def value_of(value: object) -> Text | str:
    """Translate a value that is a word, `none` or `a picture`; anything else is given as text."""
    for name, shape in _COUNTED.items():
        if counted := shape.fullmatch(str(value)):
            return Text(f"files.counted.{name}", n=counted["n"])
    key = str(value).replace(" ", "_")
    return Text(f"files.value.{key}") if key in catalogue("files")["value"] else str(value)


def _is_declared(rule: str) -> bool:
    """Return whether the value that a rule expects is one that the file itself declares, not one that was asked for."""
    return rule.endswith(".structure")


def _value(finding: Mapping[str, Any], side: str) -> Text | str:
    value, unit = finding.get(side), finding.get("unit")
    if value is None or value == "":
        return ""
    said = value_of(_short(value, 120))
    if isinstance(said, Text) or not unit or said.endswith(str(unit)):
        return said
    return value_of(f"{said} {unit}")


def _short(value: object, longest: int) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
