"""A transport that answers by a function, for tests of the client above it."""

import json
from collections.abc import Callable
from typing import Any

from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest
from AIGCLibrary.redaction.redactor import Redactor

BASE = "https://product.test/api"


class ScriptedTransport:
    """Answers exchanges by a function of the request → (status, body[, headers]); keeps what was sent."""

    def __init__(self, answer: Callable[[OutgoingRequest], Any]) -> None:
        self._answer = answer
        self.sent: list[OutgoingRequest] = []

    async def exchange(self, request: OutgoingRequest) -> IncomingAnswer:
        self.sent.append(request)
        status, body, *rest = self._answer(request)
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", **(rest[0] if rest else {})}
        return IncomingAnswer(status, headers, raw, request.url)

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.removeprefix(BASE)}" for request in self.sent]


def client(answer: Callable[[OutgoingRequest], Any]) -> tuple[HttpClient, ScriptedTransport]:
    transport = ScriptedTransport(answer)
    return HttpClient(Redactor(()), transport), transport  # type: ignore[arg-type]
