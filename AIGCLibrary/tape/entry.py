"""One exchange on a tape: a request, when it was sent, and what came of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from AIGCLibrary.http.subject import SUBJECT, SubjectAction
from AIGCLibrary.http.transport import OutgoingRequest
from AIGCLibrary.tape.bodies import Body, of_request
from AIGCLibrary.tape.masks import Masks

INBOUND = "INBOUND"
"""Stands for the method of what the product sent to us: a webhook. Its headers are those of the answer."""
KEPT = frozenset({
    "accept-ranges", "content-disposition", "content-encoding", "content-length", "content-range",
    "content-security-policy", "content-type", "date", "etag", "last-modified", "location", "retry-after", "webhook-id",
})  # fmt: skip
"""Headers of an answer that are kept, beside those that begin with `x-` or `access-control-`."""


@dataclass(frozen=True, slots=True)
class TapeRequest:
    """What was asked for.

    Args:
        method: HTTP method.
        url: URL with its query, secrets masked.
        body: What was sent.
        reads: It asks for something and changes nothing.
        repeats: It is sent as often as tokens end, which depends on the rhythm of the requests; not on the tape.
    """

    method: str
    url: str
    body: Body = field(default_factory=dict)
    reads: bool = False
    repeats: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, request: OutgoingRequest, masks: Masks) -> "TapeRequest":
        """Describe a request, secrets masked."""
        query = urlencode(request.params) if request.params else ""
        url = f"{request.url}{'&' if '?' in request.url else '?'}{query}" if query else request.url
        reads = request.reading or request.method.upper() in ("GET", "HEAD")
        subject = SUBJECT.get()
        repeats = subject is not None and subject.action is SubjectAction.SIGN_IN
        return cls(request.method.upper(), masks.text(url), of_request(request, masks), reads, repeats)

    def as_json(self) -> dict[str, Any]:
        """Return it as a tape holds it."""
        found: dict[str, Any] = {"method": self.method, "url": self.url}
        if self.body:
            found["body"] = self.body
        if self.reads and self.method not in ("GET", "HEAD"):
            found["reads"] = True
        return found

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "TapeRequest":
        """Read it from a tape."""
        reads = bool(value.get("reads", value["method"] in ("GET", "HEAD")))
        return cls(str(value["method"]), str(value["url"]), _body(value), reads)

    def __str__(self) -> str:
        """Name the request."""
        return f"{self.method} {self.url}"


@dataclass(frozen=True, slots=True)
class TapeAnswer:
    """What came of a request: an answer, or none.

    Args:
        status: HTTP status; 0 where no answer came.
        headers: Names in lower case; only those that matter.
        body: The body.
        failure: Why no answer came, or why its body broke off: `{kind, reason, sent}`.
        messages: Of a stream: seconds since it was opened, and the text.
        partial: The reader had enough before the end of the body.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = field(default_factory=dict)
    failure: Mapping[str, Any] | None = None
    messages: tuple[tuple[float, str], ...] | None = None
    partial: bool = False

    @property
    def passing(self) -> bool:
        """Whether it is a failure that may be over the next time, rather than a state."""
        return self.failure is not None or self.status in (408, 425, 429) or self.status >= 500

    def as_json(self) -> dict[str, Any]:
        """Return it as a tape holds it."""
        found: dict[str, Any] = {"status": self.status} if self.status else {}
        if self.headers:
            found["headers"] = dict(self.headers)
        if self.body:
            found["body"] = self.body
        if self.failure is not None:
            found["failure"] = dict(self.failure)
        if self.messages is not None:
            found["messages"] = [list(message) for message in self.messages]
        if self.partial:
            found["partial"] = True
        return found

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "TapeAnswer":
        """Read it from a tape."""
        messages = value.get("messages")
        failure = value.get("failure")
        return cls(
            int(value.get("status", 0)),
            {str(name): str(text) for name, text in value.get("headers", {}).items()},
            _body(value),
            None if failure is None else dict(failure),
            None if messages is None else tuple((float(at), str(text)) for at, text in messages),
            bool(value.get("partial")),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange.

    Args:
        request: What was asked for.
        answer: What came of it.
        sent: Seconds from the start of the tape.
        ended: Seconds from the start of the tape to the last byte.
        until: When the same answer came for the last time, seconds from the start of the tape.
        times: How often it came.
    """

    request: TapeRequest
    answer: TapeAnswer
    sent: float
    ended: float
    until: float
    times: int = 1

    @property
    def took(self) -> float:
        """Seconds from the request to the end of its answer."""
        return self.ended - self.sent


def _body(value: Mapping[str, Any]) -> Body:
    """Return the body of a request or an answer on a tape.

    Raises:
        ValueError: It refers to a file by another name than a hash, which might lead out of the tape.
    """
    body = dict(value.get("body", {}))
    if "file" in body and not re.fullmatch(r"[0-9a-f]{64}", str(body["file"])):
        raise ValueError(f"'{str(body['file'])[:80]}' is not the SHA-256 of a file.")
    return body


def kept_headers(headers: Mapping[str, str], masks: Masks) -> dict[str, str]:
    """Return the headers of an answer that a tape keeps, secrets masked."""
    named = {name.lower(): value for name, value in headers.items()}
    kept = {name for name in named if name in KEPT or name.startswith(("x-", "access-control-"))}
    return masks.headers({name: named[name] for name in sorted(kept)})
