"""Requests of pages as the browser reports them: the same form as those of the engine."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from AIGCLibrary.http.transport import OutgoingRequest
from AIGCLibrary.tape.bodies import HiddenBody
from AIGCLibrary.tape.plain_requests import with_known_boundary

Value = Mapping[str, Any]
"""What the extension in the browser's process sends."""


def page_request(value: Value) -> OutgoingRequest:
    """Return what a page asked for.

    Args:
        value: `method`, `url`, `headers`, `body` in Base64; `hidden`, its length, where the browser shows no body.
    """
    headers = {str(name): str(text) for name, text in value["headers"].items()}
    content = b64decode(value.get("body") or "")
    data = _data(content, headers.get("content-type", ""))
    if value.get("hidden") is not None:
        data = HiddenBody(int(value["hidden"]))
    method = str(value["method"]).upper()
    url = str(value["url"]).partition("#")[0]
    return OutgoingRequest(method, url, headers, data=data, encoded=True, reading=_reads(method, content))


def size_of(request: OutgoingRequest) -> int:
    """Return the bytes of the body of a page's request; 0 for a form with files, which is shown without them."""
    kind = next((text for name, text in request.headers.items() if name.lower() == "content-type"), "")
    return len(request.data) if isinstance(request.data, bytes) and "multipart" not in kind else 0


def _data(content: bytes, kind: str) -> Any:
    """Return a form as its fields where each is there once, else the bytes."""
    if "x-www-form-urlencoded" in kind:
        pairs = parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True)
        if len(dict(pairs)) == len(pairs):
            return dict(pairs)
    return with_known_boundary(content, kind)


def _reads(method: str, content: bytes) -> bool:
    """Return whether a request changes nothing: of those by POST, a GraphQL query (GraphQL over HTTP, 5.4)."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    if method != "POST" or not content.lstrip().startswith(b"{"):
        return False
    try:
        query = json.loads(content).get("query")
    except (ValueError, RecursionError):
        return False
    return isinstance(query, str) and query.lstrip().startswith(("query", "{")) and "mutation" not in query
