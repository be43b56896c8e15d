"""A request with all its values worked out, as it is sent and as the journal remembers it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import jmespath

from AIGCLibrary.data.bodies import RequestBody
from AIGCLibrary.data.model import Call
from AIGCLibrary.http.response import Response
from AIGCLibrary.redaction.rule import MASK


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request ready to be sent.

    Args:
        method: HTTP method.
        path: Path below the base URL.
        expect: Statuses that count as success; empty means every 2xx.
        match: For a lookup: JMESPath to the thing in the answer.
        timeout: Seconds for one attempt.
        condition: JMESPath over {http, headers, body} that a success fulfils as well; for products that answer
            HTTP 200 whatever happens.
        body: Body other than JSON.
        graphql: It is a GraphQL operation, whose errors come with HTTP 200.
    """

    method: str
    path: str
    json: Any = None
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: tuple[int, ...] = ()
    match: str | None = None
    timeout: float | None = None
    condition: str | None = None
    body: RequestBody | None = None
    graphql: bool = False

    def accepted(self, response: Response) -> bool:
        """Return whether an answer means success."""
        if not self.expected(response):
            return False
        if self.graphql and not (isinstance(response.json, dict) and not response.json.get("errors")):
            return False
        if self.condition is None:
            return True
        answer = {"http": {"status": response.status}, "headers": dict(response.headers), "body": response.json}
        return bool(jmespath.search(self.condition, answer))

    def expected(self, response: Response) -> bool:
        """Return whether the status of an answer is one of success."""
        return response.status in self.expect if self.expect else 200 <= response.status < 300

    def with_key(self, header: str, key: str) -> "ApiRequest":
        """Return the request with an idempotency key in a header."""
        return replace(self, headers={**self.headers, header: key})

    def stored(self) -> dict[str, Any]:
        """Return it as plain data for the journal, which masks the secrets."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> "ApiRequest":
        """Make it again from the journal."""
        body = RequestBody(**data["body"]) if data.get("body") else None
        return cls(**{**data, "expect": tuple(data.get("expect", ())), "body": body})

    def fingerprint(self, redact: Callable[[object], object]) -> str:
        """Return a hash of what is asked for, secrets left out."""
        asked = redact(
            [self.method, self.path, self.json, dict(self.params or {}), self.body.value if self.body else None]
        )
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


_OF_CREATION = ("content-type", "idempotency-key", "if-match", "if-none-match", "prefer", "content-length")
"""Headers that mean a creation alone."""


def reading(create: Mapping[str, Any] | None, address: str) -> ApiRequest:
    """Return the request that reads what a creation made, with its headers and query: tenants, versions of the API.

    Args:
        create: The creation as the journal has it; None for none.
        address: Path or URL.
    """
    sent = (create or {}).get("headers") or {}
    headers = {
        name: value for name, value in sent.items() if name.lower() not in _OF_CREATION and MASK not in str(value)
    }
    params = (create or {}).get("params")
    return ApiRequest("GET", address, params=None if "?" in address else params, headers=headers)


def render(
    call: Call,
    scope: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]],
    *,
    timeout: float | None = None,
    match: str | None = None,
) -> ApiRequest:
    """Work out the values of a call.

    Raises:
        ExpressionError: One cannot be evaluated.
    """
    headers = call.headers.render(scope, functions) if call.headers else {}
    params = call.params.render(scope, functions) if call.params else None
    json, body = call.json.render(scope, functions) if call.json else None, None
    if call.content:
        content = call.content.render(scope, functions)
        if call.kind == "graphql":
            json = content if isinstance(content, Mapping) else {"query": str(content)}
        else:
            body = RequestBody(call.kind, content, call.directory)
            body.check()
    return ApiRequest(
        call.method,
        str(call.path.render(scope, functions)),
        json,
        params,
        {name: str(value) for name, value in headers.items()},
        call.expect,
        match,
        timeout,
        call.accepted,
        body,
        call.kind == "graphql",
    )
