"""One request with authentication around it: body encoded before it is signed, sent again with a new token."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from yarl import URL

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.auth.model import Authenticator, Credentials, Requester, UnsignedRequest
from AIGCLibrary.http.response import Response

Send = Callable[[str, Mapping[str, str], Any, Any], Awaitable[Response]]
"""Sends a request: URL, headers, JSON, other content."""


async def authenticated(
    auth: Authenticator,
    http: Requester,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: tuple[Any, Any],
    send: Send,
) -> Response:
    """Send a request with credentials; again where the answer refuses them and there are newer ones.

    Args:
        auth: Makes the credentials.
        http: Sends what fetching a token needs.
        method: HTTP method.
        url: URL with its query.
        headers: Headers so far.
        content: Body to send as JSON, and body to send as it is; one of them at most.
        send: Sends it.
    """
    payload, data = content
    body, own = b"", dict(headers)
    if auth.signs_body:
        url = str(URL(url))  # as it is sent: a signature covers every character of it
        body, own = await _encoded(payload, data, own)
        payload, data = None, body or None
    for last in (False, True):
        given = await auth.credentials(UnsignedRequest(method, url, own, body), http)
        names = {name.lower() for name in given.headers}
        merged = {name: value for name, value in own.items() if name.lower() not in names} | dict(given.headers)
        whole, query = with_fields(body, merged, given)
        target = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}" if query else url
        answer = await send(target, merged, payload, (whole or None) if given.fields else data)
        if last or not await auth.renewed(answer, given, http):
            return answer
    raise AssertionError("unreachable")


def with_fields(body: bytes, headers: Mapping[str, str], given: Credentials) -> tuple[bytes, dict[str, Any]]:
    """Return a body with the fields that credentials add, and the query parameters that they add.

    Args:
        body: The body as it was signed.
        headers: Headers of the request; `Content-Type` says what the body is.
        given: The credentials.

    Raises:
        ConfigError: The body has no fields.
    """
    if not given.fields:
        return body, dict(given.query)
    if not body:
        return body, {**given.query, **given.fields}
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if "urlencoded" in kind:
        return body + b"&" + urlencode(given.fields).encode(), dict(given.query)
    content = json.loads(body) if "json" in kind else None
    if not isinstance(content, dict):
        raise ConfigError(
            "Credentials with 'fields' are added to a body that is a JSON object or a form; this one is not."
        )
    return json.dumps({**content, **given.fields}).encode(), dict(given.query)


async def _encoded(payload: Any, data: Any, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return a body as the bytes that are sent, and the headers with its type."""
    if payload is not None:
        return json.dumps(payload).encode(), _typed(headers, "application/json")
    if data is None:
        return b"", headers
    if isinstance(data, str | bytes):
        return (data.encode() if isinstance(data, str) else data), headers
    if isinstance(data, Mapping):
        return urlencode(data).encode(), _typed(headers, "application/x-www-form-urlencoded")
    encoded = data()  # aiohttp's form: multipart, made with its boundary once
    content: bytes = await encoded.as_bytes()
    return content, _typed(headers, encoded.content_type if not encoded.headers else encoded.headers["Content-Type"])


def _typed(headers: dict[str, str], kind: str) -> dict[str, str]:
    return headers if any(name.lower() == "content-type" for name in headers) else {**headers, "Content-Type": kind}
