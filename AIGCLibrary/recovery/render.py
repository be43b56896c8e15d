"""Suggestions as an HTML block for Robot's log, readable in its light and its dark theme."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from AIGCLibrary.i18n import Text, render, short_language
from AIGCLibrary.jinja import package_environment
from AIGCLibrary.recovery.model import Suggestion
from AIGCLibrary.recovery.values import STATES, short
from AIGCLibrary.repetition import without_repetition
from AIGCLibrary.units import format_duration, format_share


def suggestions_html(suggestions: Sequence[Suggestion], language: str = "en", beside: str = "") -> str:
    """Return an HTML block: cause, fix with before and after, evidence, how far to trust it.

    Everything that came from a test or a product is escaped.

    Args:
        suggestions: Best first.
        language: `en` or `zh`.
        beside: Message of the failure, which is shown above in the log; it is not repeated.
    """
    if not suggestions:
        return ""
    code = short_language(language)
    return (
        package_environment("AIGCLibrary.recovery", "templates")
        .get_template("suggestions.html")
        .render(
            suggestions=[_shown(suggestion, code, beside) for suggestion in suggestions],
            word=lambda name: Text(f"recovery.word.{name}").render(code),
            style=_style(),
            language="zh-CN" if code == "zh" else "en",
        )
    )


def _shown(suggestion: Suggestion, language: str, beside: str) -> dict[str, Any]:
    return {
        "class_text": render(suggestion.cause_class.text, language),
        "cause": without_repetition(str(render(suggestion.cause, language)), beside),
        "fix": render(suggestion.fix, language),
        "applicability": suggestion.applicability.value,
        "applicability_text": render(suggestion.applicability.text, language),
        "verified": suggestion.verified,
        "code": suggestion.code,
        "source": suggestion.source,
        "runner_up": suggestion.runner_up,
        "margin": suggestion.margin,
        "place": suggestion.place,
        "edit": suggestion.edit,
        "evidence": [
            (_label(name, language), _value(name, value, language))
            for name, value in suggestion.evidence.items()
            if name != "message"  # shown above in the log, in the language of the suite
        ],
    }


def _label(name: str, language: str) -> str:
    try:
        return Text(f"recovery.evidence.{name}").render(language)
    except KeyError:
        return name.replace("_", " ")


_TIMES = ("elapsed", "timeout", "elapsed_s", "timeout_s", "progress_age", "progress_age_s", "p95_s")
"""Evidence in seconds."""


def _value(name: str, value: object, language: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if name in _TIMES:
            return format_duration(value)
        if name == "progress":
            return format_share(round(value, 2))
    if name in ("state", "counted_as") and value in STATES:
        return Text(f"tasks.state.{value}").render(language)
    if isinstance(value, list | tuple):
        # What a finding says is in the message of the failure.
        value = [
            {k: v for k, v in item.items() if k != "message"} if isinstance(item, Mapping) else item for item in value
        ]
    if isinstance(value, Mapping | list | tuple):
        text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
        return text if len(text) <= 1500 else f"{text[:1497]}..."
    if isinstance(value, float):
        return f"{value:.4g}"
    return short(value, 800)


@cache
def _style() -> str:
    source = resources.files("AIGCLibrary.recovery") / "templates" / "suggestions.css"
    return " ".join(line.strip() for line in source.read_text(encoding="utf-8").splitlines() if line.strip())
