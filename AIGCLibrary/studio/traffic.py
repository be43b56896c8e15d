"""Counts requests by route, and answers with ordered HTTP errors for a number of requests."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase

from AIGCLibrary.studio.errors import ApiError, ErrorClass
from AIGCLibrary.studio.misbehaviour import HttpBurst

_KINDS = {429: (ErrorClass.RATE_LIMITED, "rate_limited"), 503: (ErrorClass.INTERNAL, "unavailable")}
API = "/api/v1"


class Traffic:
    """Requests so far and errors to come."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self._bursts: list[tuple[str, str, HttpBurst, list[int]]] = []  # method, path pattern, burst, left

    def count(self, method: str, route: str, status: int) -> None:
        """Note one request; `route` is the pattern, such as /api/v1/tasks/{id}."""
        self.requests[f"{method} {route}"] += 1
        self.statuses[str(status)] += 1

    def order(self, burst: HttpBurst) -> None:
        """Answer the next requests of a route with an error."""
        method, _space, path = burst.route.rpartition(" ")
        self._bursts.append((method.upper() or "*", path, burst, [burst.count]))

    def check(self, method: str, path: str) -> None:
        """Raise the error that is ordered for this request, if any.

        Raises:
            ApiError: 4xx or 5xx as ordered.
        """
        below = path.removeprefix(API)
        if below.startswith("/admin") or below == path:
            return  # the way to end the trouble stays open, and pages are not the API
        for item in self._bursts:
            verb, pattern, burst, left = item
            if verb in ("*", method) and (pattern == "*" or fnmatchcase(below, pattern)):
                left[0] -= 1
                if left[0] <= 0:
                    self._bursts.remove(item)
                raise _error(burst)

    def clear(self) -> None:
        """Forget counts and ordered errors."""
        self.requests.clear()
        self.statuses.clear()
        self._bursts.clear()

    def forget_bursts(self) -> None:
        """Forget ordered errors."""
        self._bursts.clear()


def _error(burst: HttpBurst) -> ApiError:
    default = ErrorClass.INTERNAL if burst.status >= 500 else ErrorClass.BAD_INPUT
    kind, code = _KINDS.get(burst.status, (default, f"http_{burst.status}"))
    wait = burst.retry_after if burst.retry_after is not None else (1 if burst.status in (429, 503) else None)
    headers = {"Retry-After": f"{wait:g}"} if wait is not None else {}
    return ApiError(burst.status, kind, code, "The service is busy at the moment; try again.", headers=headers)
