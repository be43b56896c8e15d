"""Authenticates a session of RequestsLibrary: the token is the engine's, renewed when the product refuses it."""

from typing import Any
from urllib.parse import urlencode

import requests
from requests.auth import AuthBase

from AIGCLibrary.http import redirects
from AIGCLibrary.http.auth.exchange import with_fields
from AIGCLibrary.http.auth.model import Authenticator, Credentials, UnsignedRequest
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.response import Response
from AIGCLibrary.loop import LoopThread


class SessionAuth(AuthBase):
    """Adds an environment's credentials to the requests of a session; never to those of another origin.

    Args:
        loop: Runs what fetches tokens.
        http: Sends the requests that fetch them.
        connection: The environment's connection with its authenticator.
        authenticator: Makes the credentials.
    """

    def __init__(
        self, loop: LoopThread, http: HttpClient, connection: Connection, authenticator: Authenticator
    ) -> None:
        self.authenticator = authenticator
        self._loop, self._http = loop, http
        self._connection = connection

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request, and watch its answer."""
        if not self._connection.owns(str(request.url)):
            return request
        plain = str(request.url)
        used = self._sign(request, plain)

        def answered(answer: requests.Response, **options: Any) -> requests.Response:
            return self._answered(answer, plain, used, options)

        request.register_hook("response", answered)  # type: ignore[no-untyped-call]
        return request

    def _sign(self, request: requests.PreparedRequest, url: str) -> Credentials:
        body: Any = request.body
        if self.authenticator.signs_body and hasattr(body, "read"):
            body = request.body = body.read()
        raw = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
        headers = {name: _text(value) for name, value in request.headers.items()}
        unsigned = UnsignedRequest(str(request.method), url, headers, raw)
        used = self._loop.run(self.authenticator.credentials(unsigned, self._http))
        request.headers.update(used.headers)
        whole, query = with_fields(raw, request.headers, used)
        if used.fields and whole:
            request.body = whole
            request.headers["Content-Length"] = str(len(whole))
        request.url = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}" if query else url
        return used

    def _answered(
        self, answer: requests.Response, plain: str, used: Credentials, options: dict[str, Any]
    ) -> requests.Response:
        """Send a refused request again with newer credentials; keep them from other origins."""
        request = answer.request
        if _withheld(answer, request, used) or not self._connection.owns(str(request.url)) or _spent(request.body):
            return answer
        if options.get("stream") and answer.status_code != 401:
            return answer  # its body is for the test to read, and may be large
        headers = {name.lower(): value for name, value in answer.headers.items()}
        url = plain if str(request.url).startswith(plain) else str(request.url)  # else it was redirected
        seen = Response(answer.status_code, headers, answer.content, answer.elapsed.total_seconds(), url=url)
        if not self._loop.run(self.authenticator.renewed(seen, used, self._http)):
            return answer
        answer.close()
        again = request.copy()
        again.hooks = requests.hooks.default_hooks()
        newer = self._sign(again, url)
        second: requests.Response = answer.connection.send(again, **options)
        second.history.append(answer)
        second.request = again
        _withheld(second, request, newer)
        return second


def _withheld(answer: requests.Response, request: requests.PreparedRequest, used: Credentials) -> bool:
    """Return whether an answer is a redirect; to another origin, the credentials are taken off the repeated request."""
    target = redirects.target(answer.status_code, answer.headers.get("location"), str(answer.url))
    if target is not None and not redirects.same_origin(str(answer.url), target):
        for name in used.headers:
            request.headers.pop(name, None)
    return target is not None


def _spent(body: Any) -> bool:
    """Return whether a body was read from a stream and cannot be sent again."""
    return body is not None and not isinstance(body, str | bytes)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
