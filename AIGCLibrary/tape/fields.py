"""What a request says, field by field: its query and its body, whichever way the body is written."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from AIGCLibrary.tape.entry import TapeRequest

_FORM = re.compile(r"[\w.\[\]%+-]{1,200}=[^&\s]*(?:&[\w.\[\]%+-]{1,200}=[^&\s]*)*")
"""A text that is written like a form (application/x-www-form-urlencoded)."""


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Return the values of nested lists and mappings, each with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, f"{name}.{number}" if name else str(number))
    else:
        yield name, value


def fields(request: TapeRequest) -> Iterator[tuple[str, str]]:
    """Return what a request says beside its method and path: query and body, also JSON within a text."""
    for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
        yield from _within(f"query.{name}", value)
    body = {kind: content for kind, content in request.body.items() if kind != "hidden"}
    if "multipart" in body:
        for field in body["multipart"]:
            yield from _within(f"multipart.{field['name']}", field.get("value", field.get("sha256", "")))
    elif isinstance(body.get("text"), str) and _FORM.fullmatch(body["text"]):
        for name, value in parse_qsl(body["text"], keep_blank_values=True):
            yield from _within(f"form.{name}", value)
    else:
        for kind, content in body.items():
            for name, value in leaves(_without_number(content)):
                yield from _within(f"{kind}.{name}" if name else kind, value)


def described(request: TapeRequest) -> Iterator[tuple[str, str]]:
    """Return all that a request says."""
    yield "method", request.method
    yield "path", urlsplit(request.url).path
    yield from fields(request)


def addressed(request: TapeRequest) -> set[str]:
    """Return what the address of a request names: the parts of its path, and the values of its query."""
    parts = urlsplit(request.url)
    return {*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))} - {""}


def values_of(request: TapeRequest, take: Callable[[str], None]) -> None:
    """Pass on each value by which a request may refer to something: parts of its address, values of its body."""
    parts = urlsplit(request.url)
    for text in (request.url, request.url.partition("?")[0], parts.path, *parts.path.split("/")):
        if text:
            take(text)
    for _, value in fields(request):
        take(value)


def _without_number(content: Any) -> Any:
    """Leave out the id of a JSON-RPC request, which numbers the messages of a client (JSON-RPC 2.0, section 4)."""
    if not isinstance(content, dict) or "jsonrpc" not in content or "method" not in content:
        return content
    return {name: value for name, value in content.items() if name != "id"}


def _within(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Return a value, or what it holds where it is a text of JSON."""
    if not isinstance(value, str):
        yield name, json.dumps(value, ensure_ascii=False)
        return
    found = _json(value)
    if found is None:
        yield name, value
        return
    for part, item in leaves(found):
        yield f"{name}.{part}", item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)


def _json(text: str) -> Any:
    """Return an object or a list that a text writes as JSON; None where it is neither, or holds nothing."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text) or None
    except (ValueError, RecursionError):
        return None
