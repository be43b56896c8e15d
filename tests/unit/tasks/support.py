"""A product that answers from a script, on a clock that only moves when a test advances it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.http.response import Response, Sent
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.yaml import parse_yaml
from tests.support.clock import FakeClock

BASE = "http://product.test/api"


class Gone(Exception):  # noqa: N818 - it is thrown by scripts, not by the product
    """Raised by a script: the connection breaks before an answer comes."""


class FakeHttp(HttpClient):
    """Answers requests by a function of (method, path, what else was sent) → (status, body[, headers])."""

    def __init__(self, redactor: Redactor, clock: FakeClock, answer: Callable[..., Any]) -> None:
        super().__init__(redactor, NetworkTransport())
        self.answer = answer
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self._clock = clock

    async def request(self, method, path, connection, **more) -> Response:  # type: ignore[override]
        url = connection.url(path)
        short = url.removeprefix(BASE)
        self.sent.append((method, short, {**more, "at": self._clock.now()}))
        sent = Sent(method, url, {**connection.headers, **(more.get("headers") or {})}, None, self._redactor)
        try:
            answer = self.answer(method, short, more)
        except Gone as error:
            raise ApiError(
                f"{method} {url} could not be reached: reset.", code="AIGC421", facts={"curl": str(sent)}
            ) from error
        status, body, *rest = answer
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers: Mapping[str, str] = {"content-type": "application/json", **(rest[0] if rest else {})}
        return Response(status, headers, raw, 0.01, method, url, sent)

    def count(self, method: str = "GET") -> int:
        return sum(sent[0] == method for sent in self.sent)


class Bench:
    """An engine with a product behind it."""

    def __init__(self, directory, answer, provider: str, settings: Settings | None = None) -> None:
        settings = settings or Settings().identified({})
        self.clock = FakeClock()
        redactor = Redactor(settings.redact)
        self.http = FakeHttp(redactor, self.clock, answer)
        self.engine = Engine(
            settings,
            directory=directory,
            connections=Connection(BASE, {"Authorization": "Bearer s3cr3t-token"}),
            clock=self.clock,
            http=self.http,
            redactor=redactor,
        )
        self.tasks = self.engine.tasks
        path = directory / "provider.yaml"
        path.write_text(f"version: 1\nproviders:\n  product:\n{provider}", encoding="utf-8")
        parse_yaml(path.read_text(encoding="utf-8"), path, "provider")
        self.tasks.load_providers(path)

    async def submitted(self, kind: str = "video", **more: Any) -> str:
        return await self.tasks.submit(kind, {"prompt": "a cat"}, **more)

    async def close(self) -> None:
        await self.tasks.close()
        self.engine.close()


PLAIN = """
    submit: {path: /tasks, json: {kind: "{kind}", "*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {queued: queued, running: processing, done: completed, failed: failed, cancelled: cancelled}
    progress: {value: body.progress, scale: 1}
    queue: {position: body.position}
    error: {code: body.error.code, message: body.error.message}
    result: {raw: body.output, files: body.output}
    cancel: {path: "/tasks/{id}/cancel", verify: 5 s}
"""


def script(*answers: Any, submit: Any = (200, {"id": "7"})) -> Callable[..., Any]:
    """Answer the submit, then one answer a status request; the last one for ever."""
    left = list(answers)

    def answer(method: str, path: str, more: Any) -> Any:
        news = left.pop(0) if len(left) > 1 and path != "/tasks" else left[0]
        found = submit if method == "POST" and path == "/tasks" else news
        if isinstance(found, Exception):
            raise found
        return found(method, path, more) if callable(found) else found

    return answer
