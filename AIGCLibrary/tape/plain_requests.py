"""Requests of the package `requests`, which RequestsLibrary sends: recorded and replayed like those of the engine."""

import io
import re
from collections.abc import Callable, Coroutine
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_encoding_from_headers

from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest, Transport
from AIGCLibrary.tape.recording import RecordingTransport

Run = Callable[[Coroutine[Any, Any, IncomingAnswer]], IncomingAnswer]


class TapedRequests:
    """Stands between all sessions of this process and the network, until it is removed.

    Args:
        transport: That of the recording or replay.
        run: Runs a coroutine on the engine's loop and returns its result.
    """

    def __init__(self, transport: Transport, run: Run) -> None:
        self._transport, self._run = transport, run
        self._plain = HTTPAdapter.send

    def install(self) -> None:
        """Begin."""
        taped = self

        def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            return taped.send(adapter, request, **options)

        HTTPAdapter.send = send  # type: ignore[method-assign,assignment]

    def remove(self) -> None:
        """End; sessions send as before."""
        HTTPAdapter.send = self._plain  # type: ignore[method-assign]

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request and keep its answer, or answer it from the tape."""
        if not isinstance(self._transport, RecordingTransport):
            return self._answered(request)
        outgoing = _outgoing(request)
        recorder = self._transport.recorder
        about, sent = recorder.about(outgoing), recorder.now()
        try:
            response = self._plain(adapter, request, **options)
            content = response.content
        except OSError as error:
            recorder.failed(about, sent, error)
            raise
        headers = {name.lower(): value for name, value in response.headers.items()}
        recorder.answered(about, sent, IncomingAnswer(response.status_code, headers, content, outgoing.url))
        return response

    def _answered(self, request: requests.PreparedRequest) -> requests.Response:
        outgoing = _outgoing(request)
        try:
            answer = self._run(self._transport.exchange(outgoing))
        except TimeoutError as error:
            raise requests.ReadTimeout(str(error), request=request) from error
        except OSError as error:
            raise requests.ConnectionError(str(error), request=request) from error
        response = requests.Response()
        response.status_code = answer.status
        response.headers = requests.structures.CaseInsensitiveDict(answer.headers)
        response.url, response.request = outgoing.url, request
        response.reason = requests.status_codes._codes.get(answer.status, [""])[0].replace("_", " ").title()  # type: ignore[attr-defined]  # noqa: SLF001 - the names of statuses are nowhere else
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = io.BytesIO(answer.body)
        response._content = answer.body  # noqa: SLF001 - a response has no other way in
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
        return response


def _outgoing(request: requests.PreparedRequest) -> OutgoingRequest:
    """Describe a request as the engine would send it."""
    body, headers = request.body, {name: str(value) for name, value in request.headers.items()}
    boundary = re.search(r"boundary=\"?([\w'()+,./:=?-]+)", headers.get("Content-Type", ""))
    if boundary and isinstance(body, bytes):
        body = body.replace(boundary[1].encode(), b"boundary")  # it is made up for each request
    return OutgoingRequest(request.method or "GET", request.url or "", headers, data=body, encoded=True)
