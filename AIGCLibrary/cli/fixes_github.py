"""Suggestions as annotations of GitHub Actions: shown in a pull request beside the lines that they are about.

Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions, "Setting an error message".
"""

from typing import TYPE_CHECKING

from AIGCLibrary.monitoring.report.facts import with_trust

if TYPE_CHECKING:
    from AIGCLibrary.recovery.journal import Advice, Group


def annotations(found: "list[Group]", language: str) -> list[str]:
    """Return a line for each group of failures: its best suggestion, at the line to be changed.

    Args:
        found: Failures with their suggestions, best first.
        language: `en` or `zh`.
    """
    return [_annotation(group, group.advice[0], language) for group in found if group.advice]


def _annotation(group: "Group", advice: "Advice", language: str) -> str:
    file, line = _where(advice)
    level = "error" if advice.applicability.value == "certain" else "warning"
    more = f" (+{len(group.tests) - 1})" if len(group.tests) > 1 else ""
    places = {"file": file, "line": line, "title": f"{group.tests[0]}{more}" if group.tests else ""}
    properties = ",".join(f"{name}={_property(value)}" for name, value in places.items() if value)
    text = f"{advice.cause(language)} → {with_trust(advice.fix(language), advice.applicability.value, language)}"
    return f"::{level} {properties}::{_data(text)}"


def _where(advice: "Advice") -> tuple[str, str]:
    """Return file and line of the change, else of the step that failed; empty where neither is known."""
    if advice.edit is not None and advice.edit.file:
        return advice.edit.file, str(advice.edit.line or 1)
    file, _, line = (advice.place or "").rpartition(":")
    return (file, line) if file and line.isdigit() else ("", "")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
