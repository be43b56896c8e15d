"""Which answers may be asked for again, which prove that no work was taken, and how long to wait before.

One table for task polls and submits, data preparation, downloads, alerts and webhooks. Where two of them differ on
purpose there is a named function here that says why.
"""

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from AIGCLibrary.errors import ApiError

RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 508, 509, 520, 521, 522, 523, 524, 529})
"""Statuses that the same request may not get the next time: overload, restarts, gateways and CDNs."""
NOT_PROCESSED = frozenset({425, 429})
"""Statuses that prove that no work was taken: the server refuses before it looks at the request (RFC 8470, RFC 6585).

503 is not one of them: gateways answer it for a backend that has taken the request and died.
"""
LONGEST = 3600.0
"""Seconds of a Retry-After beyond which it is cut."""
_SECONDS = re.compile(r"\d+(?:\.\d*)?|\.\d+")


def may_repeat_read(status: int) -> bool:
    """Return whether a read (a poll, a download) is sent again after a status.

    Reads cost nothing when they are repeated, so every error of the server counts, those of no table, too.
    """
    return status in RETRYABLE or status >= 500


def may_repeat(status: int, *, safe: bool) -> bool:
    """Return whether a request is sent again after a status.

    Args:
        status: HTTP status.
        safe: It may be repeated although the server may have acted on it: reads, deletions, requests with an
            idempotency key. An unsafe one is repeated only where the status proves that no work was taken: an order
            that is sent twice is paid for twice.
    """
    return status in (RETRYABLE if safe else NOT_PROCESSED)


def may_have_been_processed(status: int) -> bool:
    """Return whether an error status leaves open if the server acted on the request.

    A plain refusal (400, 403, 404, 422 …) settles it, and so do the statuses of `NOT_PROCESSED`.
    """
    return status in RETRYABLE and status not in NOT_PROCESSED


def never_sent(error: ApiError) -> bool:
    """Return whether it is sure that the server has seen nothing of a request that got no answer.

    No connection came about, the TLS handshake was refused, or a redirect was not followed: even an order may be
    sent again.
    """
    return error.facts.get("sent") is False


def is_lasting(error: ApiError) -> bool:
    """Return whether the same request would fail in the same way: its redirect or a certificate has to be changed."""
    return error.facts.get("lasting") is True


def retry_after(
    value: str | None, *, now: float | None = None, date: str | None = None, longest: float = LONGEST
) -> float | None:
    """Read a Retry-After value: seconds, also with decimals, or an HTTP date (RFC 9110 §10.2.3).

    Args:
        value: The header's value.
        now: Seconds since 1970, to compare a date with where the server does not state its own time.
        date: The answer's `Date` header: the server's own clock, right whatever ours says.
        longest: Seconds at most.

    Returns:
        Seconds; 0 for a date in the past; None when there is no value, or none that is understood (negative, garbage).
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
        return min(seconds, longest) if math.isfinite(seconds) else longest
    until, server = _timestamp(text), _timestamp(date)
    start = server if server is not None else now
    if until is None or start is None:
        return None
    return min(max(until - start, 0.0), longest)


def retry_after_of(headers: Mapping[str, str], *, now: float | None = None, longest: float = LONGEST) -> float | None:
    """Read the Retry-After of an answer; see `retry_after`.

    Args:
        headers: Names in lower case.
        now: Seconds since 1970.
        longest: Seconds at most.
    """
    return retry_after(headers.get("retry-after"), now=now, date=headers.get("date"), longest=longest)


def _timestamp(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (TypeError, ValueError, OverflowError):
        return None
