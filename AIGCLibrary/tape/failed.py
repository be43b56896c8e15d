"""Failures of requests that got no answer: as a tape holds them, and as they are raised again."""

import http.client
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.http.transport import TransportError
from AIGCLibrary.tape.masks import Masks


def failure(error: Exception, masks: Masks) -> dict[str, Any]:
    """Describe why no answer came, or why a body broke off."""
    kind = "timeout" if isinstance(error, TimeoutError) else "reset" if isinstance(error, ConnectionError) else "lost"
    if isinstance(error, http.client.HTTPException):
        kind = "broken"
    reason = masks.text(str(error) or type(error).__name__)
    if not isinstance(error, TransportError):
        return {"kind": kind, "reason": reason, "sent": True}
    lasting = {"lasting": True} if error.lasting else {}
    return {"kind": kind, "reason": reason, "sent": error.sent, **lasting}


def error_of(described: Mapping[str, Any]) -> Exception:
    """Return the error that a failure describes."""
    reason = str(described["reason"])
    if described["kind"] == "timeout":
        return TimeoutError(reason)
    if described["kind"] == "reset":
        return ConnectionResetError(reason)
    if described["kind"] == "broken":
        return http.client.HTTPException(reason)
    return TransportError(reason, sent=bool(described.get("sent", True)), lasting=bool(described.get("lasting")))
