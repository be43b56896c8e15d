"""Facts as the words of a sentence: every placeholder of the texts has a value, whatever an area gave."""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from AIGCLibrary.i18n import ENGLISH, Text, catalogue, in_language, short_language
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.units import format_duration, format_share
from AIGCLibrary.wording import sentence

UNKNOWN = "?"
STATES = ("queued", "processing", "completed", "failed", "cancelled")
"""The states of a task, which have a name in each language."""
GIST = 90
"""Characters of a message that are part of a sentence beside it."""
_NAMES: Mapping[str, tuple[str, ...]] = {
    "target": ("target",),
    "page": ("page", "page_url"),
    "selector": ("selector",),
    "count": ("count", "matches"),
    "task": ("task", "handle"),
    "kind": ("kind",),
    "provider": ("provider",),
    "state": ("state", "raw"),
    "error_class": ("error_class", "class"),
    "error": ("error_message", "provider_message", "error", "reason"),
    "polls": ("polls",),
    "word": ("unknown_state",),
    "states_file": ("states_file",),
    "states_line": ("states_line",),
    "queue": ("queue_position", "queue"),
    "source": ("source", "path", "file", "url"),
    "file": ("file",),
    "line": ("line",),
    "place": ("place", "key"),
    "node": ("node",),
    "template": ("template",),
    "status": ("status", "http_status"),
    "url": ("url",),
    "method": ("method",),
    "field": ("field",),
    "answer": ("excerpt",),
    "plugin": ("plugin", "server", "name"),
    "slo": ("slo", "name"),
    "value": ("value", "actual"),
    "limit": ("limit", "expected", "min", "max"),
    "options": ("options",),
}
_SECONDS = {
    "elapsed": ("elapsed", "duration"),
    "timeout": ("timeout", "limit"),
    "age": ("progress_age",),
    "queued": ("queued",),
    "retry_after": ("retry_after",),
}


class Gist(Text):
    """The beginning of a message without the list of what is available, translated before it is cut."""

    def __init__(self, message: str) -> None:
        super().__init__("gist", message=next((line.strip() for line in message.splitlines() if line.strip()), ""))

    def render(self, language: str = ENGLISH) -> str:
        """Return it in a language."""
        return short(_AVAILABLE.sub("", in_language(str(self.values["message"]), language)), GIST)


_AVAILABLE = re.compile(r"(?: Available: '|可用：“).*")


class Message(Text):
    """The first line of a failure, in the language it was shown in where that is the one asked for."""

    def __init__(self, failure: Failure) -> None:
        shown = next((line.strip() for line in failure.shown.splitlines() if line.strip()), "")
        super().__init__("message", message=failure.first_line, shown=short(shown, 200))

    def render(self, language: str = ENGLISH) -> str:
        """Return it in a language."""
        shown = str(self.values["shown"])
        if shown and short_language(language) != ENGLISH:
            return shown
        return in_language(str(self.values["message"]), language)


def values(failure: Failure, **more: object) -> dict[str, object]:
    """Return everything a text about this failure may name; `?` for what is not known."""
    found: dict[str, object] = {
        name: short(failure.fact(*names), 160) if failure.fact(*names) is not None else UNKNOWN
        for name, names in _NAMES.items()
    }
    found["options"] = found["options"] or UNKNOWN
    found |= {name: format_duration(failure.number(*names), UNKNOWN) for name, names in _SECONDS.items()}
    progress = failure.number("progress")
    found["progress"] = UNKNOWN if progress is None else format_share(round(progress, 2))
    findings = [
        finding for finding in failure.fact("findings") or () if isinstance(finding, Mapping) and finding.get("message")
    ]
    found["finding"] = sentence(findings[0], 200) if findings else Message(failure)
    if found["state"] in STATES:
        found["state"] = Text(f"tasks.state.{found['state']}")
    if found["error"] == UNKNOWN:
        found["error"] = Message(failure)
    found |= {
        "message": Message(failure),
        "gist": Gist(failure.message),
        "keyword": failure.keyword or UNKNOWN,
        "code": failure.code or UNKNOWN,
    }
    return found | more


def worded(key: str, said: Mapping[str, object]) -> Text:
    """Return the sentence of a key; where a value it names is not known, another sentence that does without.

    That is the one named `<key>_bare`, else the message itself for a cause and where to look for a fix.

    Example:
        ```python
        worded("recovery.explain.test_config.fix", values(failure))  # "Correct a.yaml, line 3."
        ```
    """
    part = key.rpartition(".")[2].partition("_")[0]
    keys = (key, f"{key}_bare", f"recovery.bare.{part}")
    return Text(next((key for key in keys if complete(key, said)), keys[-1]), **said)


def complete(key: str, said: Mapping[str, object]) -> bool:
    """Return whether there is a text of this key, and everything it names is known."""
    area, *path = key.split(".")
    node: Any = catalogue(area)
    for name in path:
        if not isinstance(node, Mapping) or name not in node:
            return False
        node = node[name]
    named = {name for text in node.values() for _, name, _, _ in Formatter().parse(text) if name}
    return all(said.get(name, UNKNOWN) != UNKNOWN for name in named)


def short(value: Any, limit: int) -> str:
    """Return a value as text of limited length."""
    text = " ".join(str(value).split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
