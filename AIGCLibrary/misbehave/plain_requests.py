"""Requests of the package `requests` in front of a live product: refused as a scenario says, else sent as they are."""

from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from AIGCLibrary.http.requests_seam import RequestsSeam, outgoing, response_of
from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest


class DisturbedRequests:
    """Stands between all sessions of this process and the network, until it is removed.

    Args:
        refusal: Returns the answer to a request that is refused; None for one that is not.
    """

    def __init__(self, refusal: Callable[[OutgoingRequest], IncomingAnswer | None]) -> None:
        self._refusal = refusal
        self._seam = RequestsSeam(self.send)
        self.install, self.remove = self._seam.install, self._seam.remove

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Refuse a request, or send it."""
        answer = self._refusal(outgoing(request))
        return self._seam.plain(adapter, request, **options) if answer is None else response_of(request, answer)
