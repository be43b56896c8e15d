"""The package `requests`, which RequestsLibrary sends with: its requests and answers in the form of the seam."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_encoding_from_headers

from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest

Send = Callable[..., requests.Response]
"""Sends a prepared request: `(adapter, request, **options)`."""


class RequestsSeam:
    """Stands between all sessions of this process and the network, until it is removed.

    Args:
        send: Called instead of the adapter's own `send`.
    """

    def __init__(self, send: Send) -> None:
        self._send, self.plain = send, HTTPAdapter.send

    def install(self) -> None:
        """Begin."""
        seam = self

        def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            return seam._send(adapter, request, **options)

        HTTPAdapter.send = send  # type: ignore[method-assign,assignment]

    def remove(self) -> None:
        """End; sessions send as before."""
        HTTPAdapter.send = self.plain  # type: ignore[method-assign]


def outgoing(request: requests.PreparedRequest) -> OutgoingRequest:
    """Describe a request as the engine would send it."""
    headers = {name: str(value) for name, value in request.headers.items()}
    return OutgoingRequest(request.method or "GET", request.url or "", headers, data=request.body, encoded=True)


def response_of(request: requests.PreparedRequest, answer: IncomingAnswer) -> requests.Response:
    """Return an answer as `requests` would."""
    response = requests.Response()
    response.status_code = answer.status
    response.headers = requests.structures.CaseInsensitiveDict(answer.headers)
    response.url, response.request = request.url or "", request
    response.reason = requests.status_codes._codes.get(answer.status, [""])[0].replace("_", " ").title()  # type: ignore[attr-defined]  # noqa: SLF001 - the names of statuses are nowhere else
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = BytesIO(answer.body)
    response._content = answer.body  # noqa: SLF001 - a response has no other way in
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response
