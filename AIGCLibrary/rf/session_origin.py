"""Keeps what a session of an environment sends at its origin: requests itself takes only `Authorization` off."""

import logging
from typing import Any

import requests

from AIGCLibrary.http import redirects

log = logging.getLogger("aigc.http")
_DESCRIBING = {"host", "connection"}
"""Headers that describe the request itself, besides the harmless ones."""


def stay_at_origin(session: requests.Session) -> None:
    """Send neither headers nor bodies of a session to another origin that an answer redirects to."""
    rebuild = session.rebuild_auth

    def rebuild_auth(request: requests.PreparedRequest, response: requests.Response) -> None:
        rebuild(request, response)  # type: ignore[no-untyped-call]
        start, end = str(response.request.url), str(request.url)
        if redirects.same_origin(start, end):
            return
        note = redirects.note(redirects.origin(start), redirects.origin(end))
        if request.body is not None:
            raise requests.exceptions.RequestException(note, request=request, response=response)
        log.info("The answer was %s.", note)
        keep = redirects.harmless(request.headers) | _described(request)
        request.headers.clear()
        request.headers.update(keep)

    session.rebuild_auth = rebuild_auth  # type: ignore[method-assign]


def _described(request: requests.PreparedRequest) -> dict[str, Any]:
    return {name: value for name, value in request.headers.items() if name.lower() in _DESCRIBING}
