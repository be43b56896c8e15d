"""The engine's HTTP client: requests over the transport, with plain answers and errors a tester understands."""

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from AIGCLibrary.errors import ApiError
from AIGCLibrary.http import redirects
from AIGCLibrary.http.auth.exchange import authenticated
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.proxy import HINT, Routes, without_login
from AIGCLibrary.http.response import Response, Sent, set_cookies
from AIGCLibrary.http.transport import OutgoingRequest, Transport, TransportError
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor

log = logging.getLogger("aigc.http")


class HttpClient:
    """Sends requests for the engine.

    Args:
        redactor: Masks secrets in the curl commands shown.
        transport: Carries the requests.
        timeout: Seconds one request may take when the caller says nothing.
    """

    def __init__(self, redactor: Redactor, transport: Transport, timeout: float = 30) -> None:
        self._redactor = redactor
        self.transport = transport
        self._timeout = timeout
        self._routes = Routes()
        self._led: set[tuple[str, str]] = set()

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
        hops: int = 0,
        reading: bool = False,
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
            timeout: Seconds for the whole request, redirects included.
            hops: Redirects that led here.
            reading: It changes nothing, whatever its method says: a poll by POST.

        Raises:
            ApiError: No answer came: refused, unreachable, cut off, or not in time (code AIGC421).
        """
        url, limit = connection.url(path), timeout or self._timeout
        own = "://" not in path or connection.owns(url)
        if connection.auth is not None and own:
            plain, full = replace(connection, auth=None), _with(url, params)
            given = {**connection.headers, **(headers or {})}
            how: dict[str, Any] = {"timeout": limit, "hops": hops, "reading": reading}

            async def send(target: str, signed: Mapping[str, str], payload: Any, content: Any) -> Response:
                return await self.request(method, target, plain, json=payload, data=content, headers=signed, **how)

            return await authenticated(connection.auth, self, method, full, given, (json, data), send)
        merged, proxy = self._addressed(connection, own, url, headers)
        cert = connection.cert if own else None
        outgoing = OutgoingRequest(
            method, url, merged, json, data, _query(params), limit, connection.verify, cert, proxy, reading=reading
        )
        found = await self._exchange(outgoing)
        following = redirects.target(found.status, found.headers.get("location"), found.url)
        if following is None:
            return found
        return await self._follow(found, following, connection, outgoing, hops)

    def _addressed(
        self, connection: Connection, own: bool, url: str, headers: Mapping[str, str] | None
    ) -> tuple[dict[str, str], str | None]:
        """Return all headers of a request, and the proxy it goes through; the connection's to its own origin only."""
        merged = dict(connection.headers) if own else {}
        if headers:
            merged.update(headers)
        route = self._routes.to(connection.base_url if own else url)
        if route.login and not any(name.lower() == "authorization" for name in merged):
            merged["Authorization"] = route.login
        return merged, connection.proxy or route.proxy

    async def _exchange(self, request: OutgoingRequest) -> Response:
        """Send a request and read its answer, which may be a redirect."""
        body = request.json if request.json is not None else request.data
        sent = Sent(request.method, request.url, request.headers, body, self._redactor)
        started = time.monotonic()
        try:
            answer = await self.transport.exchange(request)
        except OSError as error:
            raise self._unreachable(request, error, time.monotonic() - started, sent) from error
        elapsed = time.monotonic() - started
        return Response(answer.status, answer.headers, answer.body, elapsed, request.method, answer.url, sent)

    async def _follow(
        self, found: Response, following: str, connection: Connection, request: OutgoingRequest, hops: int
    ) -> Response:
        """Send a request to where it was redirected; neither our headers nor our body leave the origin."""
        headers: Mapping[str, str] = request.headers
        content = {"json": request.json} if request.json is not None else {"data": request.data}
        start, end = self.masked(found.url), self.masked(following)
        if hops >= redirects.LIMIT:
            raise self._misled(found, f"was redirected more than {redirects.LIMIT} times, last to {end}")
        if urlsplit(following).scheme not in ("http", "https"):
            raise self._misled(found, f"was redirected to {end}, which is not an HTTP URL")
        method = redirects.method_after(found.status, found.method)
        if method != found.method:
            content = {}
            headers = {name: value for name, value in headers.items() if not name.lower().startswith("content-")}
        if redirects.same_origin(found.url, following):
            here = replace(connection, base_url=following, headers={})
            headers = redirects.with_cookies(headers, set_cookies(found.headers))
        elif any(value is not None for value in content.values()):
            raise self._misled(
                found,
                f"was redirected from {start} to {end}; neither the request's body nor credentials were sent there",
            )
        else:
            known = (start, end) in self._led  # a poll is redirected as often as it is sent
            self._led.add((start, end))
            log.log(
                logging.DEBUG if known else logging.WARNING,
                "%s %s: %s.",
                found.method,
                start,
                redirects.note(start, end),
            )
            following = redirects.without_secrets(following, found.url, self._redactor.knows)
            here = Connection(following, verify=connection.verify, proxy=connection.proxy)
            headers = redirects.harmless(headers)
        answer = await self.request(
            method,
            following,
            here,
            headers=headers,
            timeout=max(request.timeout - found.elapsed, 0.001),
            hops=hops + 1,
            reading=request.reading,
            **content,
        )
        if not redirects.same_origin(found.url, following):
            return replace(answer, redirect=redirects.note(start, end))
        # A sign-in sets its cookie in the redirect to the first page.
        lines = [line for some in (found, answer) if (line := some.headers.get("set-cookie"))]
        return replace(answer, headers={**answer.headers, "set-cookie": "\n".join(lines)}) if lines else answer

    def _misled(self, found: Response, what: str) -> ApiError:
        url = self.masked(found.url)
        return ApiError(
            f"{found.method} {url} {what}.",
            code="AIGC421",
            facts={"class": "redirected", "sent": False, "lasting": True, "url": url, "curl": str(found.sent)},
        )

    def masked(self, text: str) -> str:
        """Return a text, such as a URL, with the secrets in it masked."""
        return self._redactor.text(text)

    def _unreachable(self, request: OutgoingRequest, error: OSError, elapsed: float, sent: Sent) -> ApiError:
        url = self._redactor.text(request.url)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if isinstance(error, TimeoutError):
            what = f"gave no answer in {elapsed:.1f} s (limit {request.timeout:g} s)"
        else:
            what = f"could not be reached: {str(error) or type(error).__name__}"
        if request.proxy:
            what += f" (through the proxy {without_login(request.proxy)}; {HINT})"
        return ApiError(
            f"{request.method} {url} {what}.",
            code="AIGC421",
            hint=Text("core.hint.unreachable", url=origin),
            facts={
                "class": "unreachable",
                "sent": error.sent if isinstance(error, TransportError) else True,
                "lasting": error.lasting if isinstance(error, TransportError) else False,
                "url": url,
                "curl": str(sent),
            },
        )


def _with(url: str, params: Mapping[str, Any] | None) -> str:
    """Put a query behind a URL, as a signature covers it."""
    pairs = _query(params)
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}" if pairs else url


def _query(params: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    if not params:
        return None
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        pairs += [(name, str(item)) for item in (value if isinstance(value, list | tuple) else [value])]
    return pairs
