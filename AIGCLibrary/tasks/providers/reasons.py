"""Makes one sentence of what a product says went wrong, with the details beside it."""

import re
from collections.abc import Iterator
from typing import Any

from AIGCLibrary.tasks.providers.envelopes import folded, is_fine, opened, parts

_SAYINGS = ("message", "msg", "detail", "error", "reason", "description", "title", "errors")
_PLACES = ("loc", "path", "field", "param", "property", "fieldName", "parameter", "name")
"""Names under which a validation error says which input it is about."""
_WORDS = ("msg", "message", "defaultMessage", "reason", "description", "error")
_REQUEST_PARTS = ("body", "query", "path", "header", "cookie")
_DETAILS = (
    "detail", "details", "nodeerrors", "errors", "violations", "fielderrors", "invalidparams", "issues", "fields",
    "validationerrors", "supportcodes", "supportcode",
)  # fmt: skip
"""Names of details beside a message, folded."""
_LONGEST = 300


def sentence(value: Any) -> str:
    """Make one sentence of an error's text, whatever its shape: a text, a list, an object."""
    if value is None or value is False:
        return ""
    if isinstance(value, list):
        return "; ".join(words for words in (sentence(item) for item in value[:5]) if words)
    if isinstance(value, dict):
        if said := located(value):
            return said
        for name in _SAYINGS:
            if value.get(name):
                return sentence(value[name])
        return ", ".join(f"{key}: {sentence(item)}" for key, item in list(value.items())[:5])
    return " ".join(str(value).split())[:500]


def located(value: dict[str, Any]) -> str:
    """Return the words of a validation error with the input that it is about.

    FastAPI and pydantic write `{loc: [body, prompt], msg: Field required}`, with the part of the request first; others
    `{path: [promptText], message: Too long}` or `{field: duration, defaultMessage: must be 5 or 10}`.
    """
    place = next((value[name] for name in _PLACES if isinstance(value.get(name), list | str) and value[name]), None)
    words = next((value[name] for name in _WORDS if isinstance(value.get(name), str) and value[name]), None)
    if place is None or words is None:
        return ""
    steps = [str(part) for part in place] if isinstance(place, list) else [place]
    if len(steps) > 1 and steps[0] in _REQUEST_PARTS:
        del steps[0]
    name = ".".join(steps)
    named = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)
    return words if not name or len(name) > 60 or named else f"{name}: {words}"


def search_words(body: Any) -> str:
    """Find an error text where the description does not say where it stands."""
    if isinstance(body, str):
        return " ".join(re.sub(r"<[^<>]+>", " ", body).split())[:200]
    if isinstance(body, list):
        return sentence(body) if all(isinstance(item, str | dict) for item in body) else ""
    if isinstance(body, dict):
        for name in ("error", "errors", "detail", "message", "msg", "reason", "failure_reason", "fail_reason"):
            if body.get(name):
                return sentence(body[name])
    return ""


def with_details(message: str, body: Any) -> str:
    """Return a message with the details that stand beside it, in parentheses: which input, which node, which code."""
    found: list[str] = []
    for value in _details(body):
        words = sentence(value)
        news = words and not is_fine(words) and words not in message and message not in words
        if news and words not in found and "Traceback (" not in words:
            found.append(words)
    more = "; ".join(found)[:_LONGEST]
    return f"{message.rstrip('.')} ({more})" if message and more else message or more


def _details(body: Any) -> Iterator[Any]:
    for part in parts(body):
        error = opened(part.get("error"))
        for some in (part, folded(error) if isinstance(error, dict) else {}):
            yield from (value for name in _DETAILS if (value := opened(some.get(name))))
