"""What is sent to a helper: the failure and what the page shows, redacted and capped. No cookies, no file content."""

from collections.abc import Mapping, Sequence
from typing import Any

from AIGCLibrary.i18n import render
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Suggestion
from AIGCLibrary.redaction.redactor import Redactor

PAGE_LIMIT = 16_000
"""Characters of the page that are sent."""
TEXT_LIMIT = 4_000
_KEPT = (
    "target", "tiers", "candidates", "page", "url", "file", "line",
    "task", "kind", "provider", "state", "error_class", "elapsed", "timeout", "progress", "progress_age",
    "findings", "status", "node", "template",
)  # fmt: skip


def payload(
    summary: str, failures: Sequence[Failure], suggestions: Sequence[Suggestion], page: str, redactor: Redactor
) -> dict[str, Any]:
    """Build what is sent.

    Returns:
        `summary`, `test`, `error`, `keyword`, `place`, `cause`, `facts`, `suggestions` (our own so far), `page`.
    """
    first = failures[0] if failures else Failure("")
    facts = {name: first.facts[name] for name in _KEPT if first.facts.get(name) not in (None, "", [], {})}
    said: dict[str, Any] = {
        "summary": summary[:TEXT_LIMIT],
        "test": first.test,
        "error": "\n".join(failure.message for failure in failures)[:TEXT_LIMIT],
        "keyword": first.keyword,
        "place": first.place,
        "cause": first.cause.value,
        "facts": facts,
        "suggestions": [
            {
                "cause": str(render(suggestion.cause, "en")),
                "fix": str(render(suggestion.fix, "en")),
                "applicability": suggestion.applicability.value,
            }
            for suggestion in suggestions
        ],
        "page": page[:PAGE_LIMIT],
    }
    cleaned = redactor.data({name: value for name, value in said.items() if value})
    return dict(cleaned) if isinstance(cleaned, Mapping) else {}


def renamed(said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the payload under the argument names of a tool; without a mapping as it is."""
    if not names:
        return dict(said)
    return {theirs: said[ours] for ours, theirs in names.items() if ours in said}
