"""A product behind the real HTTP client: a function answers, on a clock that only moves when a test advances it."""

import re
from typing import Any

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from tests.support.clock import FakeClock
from tests.unit.http.product import BASE, ScriptedTransport

PARTS = re.compile(rb'name="([^"]+)"(?:; filename="([^"]+)")?.*?\r\n\r\n(.*?)\r\n--', re.DOTALL)


class Served(ScriptedTransport):
    """The transport, and an engine over it."""

    def __init__(self, directory, answer, provider: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(answer)
        self.clock = FakeClock()
        self.engine = Engine(
            Settings().identified({}),
            directory=directory,
            connections=Connection(BASE, headers or {}),
            transport=self,  # type: ignore[arg-type]
            clock=self.clock,
        )
        self.tasks = self.engine.tasks
        if provider:
            path = directory / "product.yaml"
            path.write_text(f"version: 1\nproviders:\n  product:\n{provider}", encoding="utf-8")
            self.tasks.load_providers(path)

    async def listen(self, *_more: Any) -> Any:
        raise OSError("no webhooks here")

    async def close(self) -> None:
        """Nothing is open."""

    async def done(self, kind: str = "video", **inputs: Any) -> dict[str, Any]:
        handle = await self.tasks.submit(kind, inputs)
        return await self.tasks.wait(handle, timeout=600)

    async def end(self) -> None:
        await self.tasks.close()
        self.engine.close()


async def fields(request: Any) -> dict[str, tuple[str, bytes]]:
    """Return the fields of a multipart request: name → (file name, content)."""
    content = request.data if isinstance(request.data, bytes) else await request.data().as_bytes()
    return {name.decode(): (file.decode(), body) for name, file, body in PARTS.findall(content)}
