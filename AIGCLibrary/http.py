"""The engine's HTTP client: aiohttp on the loop thread, with plain answers and errors a tester understands."""

import asyncio
import json
import os
import shlex
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from AIGCLibrary.connection import Connection
from AIGCLibrary.errors import ApiError
from AIGCLibrary.i18n import Text
from AIGCLibrary.redact import Redactor
from AIGCLibrary.route import Route, route_of

ROUTES = 200
"""Ways to hosts that are remembered."""
EXCERPT = 600
"""Characters of a body shown in messages."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent; as text it is a curl command to paste, with secrets masked.

    The text is made when it is read: of thousands of polls hardly any is shown.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    redactor: Redactor = field(repr=False)

    def __str__(self) -> str:
        """Write the curl command."""
        mask = self.redactor
        parts = ["curl", "-i"] + (["-X", self.method] if self.method != "GET" else [])
        for name, value in mask.headers(self.headers).items():
            parts += ["-H", f"{name}: {value}"]
        body = self.body
        if body is not None:
            shown = body if isinstance(body, str) else json.dumps(mask.data(body), ensure_ascii=False, default=str)
            if not isinstance(body, str | bytes) and "content-type" not in {name.lower() for name in self.headers}:
                parts += ["-H", "Content-Type: application/json"]
            parts += ["--data", "…" if isinstance(body, bytes) else mask.text(shown)]
        return shlex.join([*parts, mask.text(self.url)])


@dataclass(frozen=True)
class Response:
    """An HTTP answer.

    Args:
        status: HTTP status code.
        headers: Header names in lower case.
        body: The body as it came.
        elapsed: Seconds from the request to the last byte.
        sent: The request it answers.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float
    method: str = "GET"
    url: str = ""
    sent: Sent | None = field(default=None, repr=False)

    @property
    def request(self) -> str:
        """The request as a curl command, secrets masked."""
        return str(self.sent) if self.sent else ""

    @property
    def ok(self) -> bool:
        """True for a status below 400."""
        return self.status < 400

    @cached_property
    def text(self) -> str:
        """The body as people read it; bytes that are no UTF-8 are replaced, escaped letters of JSON are written out."""
        return readable(self.body)

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when it is empty or no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def envelope(self) -> dict[str, Any]:
        """Give what provider expressions look at: `{http: {status, headers}, headers, body}`."""
        body = self.json if self.json is not None else self.text
        return {"http": {"status": self.status}, "headers": dict(self.headers), "body": body}


class HttpClient:
    """Sends requests for the engine; one connection pool for all products.

    Args:
        redactor: Masks secrets in the curl commands shown.
        timeout: Seconds one request may take when the caller says nothing.
    """

    def __init__(self, redactor: Redactor, timeout: float = 30) -> None:
        self._redactor = redactor
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._routes: dict[str, Route] = {}

    async def request(
        self,
        method: str,
        path: str,
        connection: Connection,
        *,
        json: Any = None,
        data: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Response:
        """Send a request and read the whole answer.

        Args:
            method: HTTP method.
            path: Path below the connection's base URL, or an absolute URL. The connection's headers and
                cookies go only to its own origin.
            connection: Where to.
            json: Body to send as JSON.
            data: Body to send as it is (bytes, text, form).
            params: Query; lists repeat the name.
            headers: More headers; they win over the connection's.
            timeout: Seconds for the whole request.

        Raises:
            ApiError: No answer came: refused, unreachable, cut off, or not in time (code AIGC421).
        """
        url = connection.url(path)
        own = "://" not in path or connection.owns(url)
        merged = {**(connection.headers if own else {}), **(headers or {})}
        route = self._route(connection.base_url if own else url)
        if route.login and not any(name.lower() == "authorization" for name in merged):
            merged["Authorization"] = route.login
        sent = Sent(method, url, merged, json if json is not None else data, self._redactor)
        limit = timeout or self._timeout
        started = time.monotonic()
        try:
            async with self._pool().request(
                method,
                url,
                json=json,
                data=data,
                params=_query(params),
                headers=merged,
                ssl=_tls(connection.verify),
                proxy=connection.proxy or route.proxy,
                timeout=_within(limit),
            ) as answer:
                body = await answer.read()
                return Response(
                    answer.status,
                    {name.lower(): value for name, value in answer.headers.items()},
                    body,
                    time.monotonic() - started,
                    method,
                    str(answer.url),
                    sent,
                )
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise self._unreachable(method, url, error, limit, time.monotonic() - started, sent) from error

    def masked(self, text: str) -> str:
        """Give a text, such as a URL, with the secrets in it masked."""
        return self._redactor.text(text)

    async def close(self) -> None:
        """Close the pool."""
        if self._session:
            await self._session.close()
            self._session = None

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, limit_per_host=64),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _route(self, url: str) -> Route:
        route = self._routes.get(url)
        if route is None:
            if len(self._routes) > ROUTES:
                self._routes.clear()
            route = self._routes[url] = route_of(url)
        return route

    def _unreachable(
        self, method: str, url: str, error: BaseException, limit: float, elapsed: float, sent: Sent
    ) -> ApiError:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self._redactor.text(url)))
        if isinstance(error, asyncio.TimeoutError):
            what = f"gave no answer in {elapsed:.1f} s (limit {limit:g} s)"
        else:
            what = f"could not be reached: {_reason(error)}"
        return ApiError(
            f"{method} {self._redactor.text(url)} {what}.",
            code="AIGC421",
            hint=Text("core.hint.unreachable", url=origin),
            facts={
                "class": "unreachable",
                "sent": not isinstance(error, aiohttp.ClientConnectorError),
                "url": self._redactor.text(url),
                "curl": str(sent),
            },
        )


def readable(body: bytes) -> str:
    """Give a body as text; JSON that escapes its letters, as Chinese words often are, is written with them."""
    text = body.decode("utf-8", "replace")
    if "\\u" not in text:
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


@lru_cache(maxsize=100)
def _within(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds)


def _query(params: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    if not params:
        return None
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        pairs += [(name, str(item)) for item in (value if isinstance(value, list | tuple) else [value])]
    return pairs


def _tls(verify: bool | str) -> Any:
    if isinstance(verify, str):
        return ssl.create_default_context(cafile=verify)
    return verify


def _reason(error: BaseException) -> str:
    """Say in a few words why there was no answer."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the host name '{error.host}' is not known"
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        return os.strerror(number).lower() if number else str(error.os_error)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed before the answer"
    return str(error) or type(error).__name__
