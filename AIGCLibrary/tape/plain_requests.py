"""Requests of the package `requests`, which RequestsLibrary sends: recorded and replayed like those of the engine."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from AIGCLibrary.http.requests_seam import RequestsSeam, outgoing, response_of
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
        self._seam = RequestsSeam(self.send)
        self.install, self.remove = self._seam.install, self._seam.remove

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request and keep its answer, or answer it from the tape."""
        if not isinstance(self._transport, RecordingTransport):
            return self._answered(request)
        asked = _outgoing(request)
        recorder = self._transport.recorder
        about, sent = recorder.about(asked), recorder.now()
        try:
            response = self._seam.plain(adapter, request, **options)
            content = response.content
        except OSError as error:
            recorder.failed(about, sent, error)
            raise
        headers = {name.lower(): value for name, value in response.headers.items()}
        recorder.answered(about, sent, IncomingAnswer(response.status_code, headers, content, asked.url))
        return response

    def _answered(self, request: requests.PreparedRequest) -> requests.Response:
        try:
            answer = self._run(self._transport.exchange(_outgoing(request)))
        except TimeoutError as error:
            raise requests.ReadTimeout(str(error), request=request) from error
        except OSError as error:
            raise requests.ConnectionError(str(error), request=request) from error
        return response_of(request, answer)


def _outgoing(request: requests.PreparedRequest) -> OutgoingRequest:
    asked = outgoing(request)
    if isinstance(asked.data, bytes):
        return replace(asked, data=with_known_boundary(asked.data, str(request.headers.get("Content-Type", ""))))
    return asked


def with_known_boundary(body: bytes, kind: str) -> bytes:
    """Return a multipart body with a boundary of ours: its own is made up for each request."""
    boundary = re.search(r"boundary=\"?([\w'()+,./:=?-]+)", kind)
    return body.replace(boundary[1].encode(), b"boundary") if boundary else body
