"""What came back from a request, and the request as it was sent."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any

from AIGCLibrary.redaction.redactor import Redactor


@dataclass(slots=True)  # made for each poll: a frozen one takes five times as long
class Sent:
    """A request that was sent; as text it is a curl command to paste, with secrets masked.

    The text is made when it is read: of thousands of polls hardly any is shown.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    redactor: Redactor = field(repr=False)

    def __str__(self) -> str:
        """Write the curl command."""
        mask = self.redactor
        parts = ["curl", "-i"] + (["-X", self.method] if self.method != "GET" else [])
        for name, value in mask.headers(self.headers).items():
            parts += ["-H", f"{name}: {value}"]
        body = self.body
        if body is not None:
            shown = body if isinstance(body, str) else json.dumps(mask.data(body), ensure_ascii=False, default=str)
            if not isinstance(body, str | bytes) and "content-type" not in {name.lower() for name in self.headers}:
                parts += ["-H", "Content-Type: application/json"]
            parts += ["--data", "…" if isinstance(body, bytes) else mask.text(shown)]
        return shlex.join([*parts, mask.text(self.url)])


def set_cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the cookies that an answer sets, by name."""
    found: dict[str, str] = {}
    for line in headers.get("set-cookie", "").splitlines():
        found |= {name: morsel.coded_value for name, morsel in SimpleCookie(line).items()}
    return found


@dataclass  # made for each poll: a frozen one takes five times as long
class Response:
    """An HTTP answer.

    Args:
        status: HTTP status code.
        headers: Header names in lower case.
        body: The body as it came.
        elapsed: Seconds from the request to the last byte.
        sent: The request it answers.
        redirect: How it was redirected to another origin; empty when it was not.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float
    method: str = "GET"
    url: str = ""
    sent: Sent | None = field(default=None, repr=False)
    redirect: str = ""

    @property
    def request(self) -> str:
        """The request as a curl command, secrets masked."""
        return str(self.sent) if self.sent else ""

    @property
    def ok(self) -> bool:
        """True for a status below 400."""
        return self.status < 400

    @cached_property
    def text(self) -> str:
        """The body as people read it; bytes that are no UTF-8 are replaced, escaped letters of JSON are written out."""
        return readable(self.body)

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when it is empty or no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def envelope(self) -> dict[str, Any]:
        """Return what provider expressions look at: `{http: {status, headers}, headers, body}`."""
        body = self.json if self.json is not None else self.text
        return {"http": {"status": self.status}, "headers": dict(self.headers), "body": body}


def readable(body: bytes) -> str:
    """Return a body as text; JSON that escapes its letters, as Chinese words often are, is written with them."""
    text = body.decode("utf-8", "replace")
    if "\\u" not in text:
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
