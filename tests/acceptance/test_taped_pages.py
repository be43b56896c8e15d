"""The page under test on a tape: recorded in a browser, replayed without the product, at the moments of the story."""

import asyncio
import contextlib
import json
import threading
import time

import pytest
from aiohttp import WSMsgType, web

from tests.support.chrome import CHROME
from tests.support.robot_run import run_aigc

pytestmark = pytest.mark.skipif(CHROME is None, reason="no browser")

PAGE = """<!doctype html><title>Page</title><link rel=icon href="data:,">
<button id=order>Order</button><p id=state>-</p><p id=polled></p><p id=pushed></p><p id=said></p>
<script>
  const show = (id, word) => {
    const place = document.getElementById(id);
    if (!place.textContent.endsWith(word)) place.textContent += ` ${word}`;
  };
  const word = Math.random().toString(36).replace(/[^a-z]/g, "");
  fetch(`/api/noise?n=${word}`).catch(() => show("polled", "offline:"));
  const pushed = new EventSource("/api/events");
  pushed.addEventListener("task", (event) => show("pushed", JSON.parse(event.data).status));
  const socket = new WebSocket(`ws://${location.host}/api/socket`);
  socket.addEventListener("message", (event) => show("said", JSON.parse(event.data).status));
  document.getElementById("order").addEventListener("click", async () => {
    const answer = await fetch("/api/tasks", { method: "POST", body: JSON.stringify({ prompt: "boat" }) });
    const { id } = await answer.json();
    const poll = setInterval(async () => {
      const task = await (await fetch(`/api/tasks/${id}`)).json();
      show("polled", task.status);
      document.getElementById("state").textContent = task.status;
      if (task.status === "done") clearInterval(poll);
    }, 250);
  });
</script>"""
SUITE = """*** Settings ***
Library    Browser
Library    AIGCLibrary    locators=${CURDIR}/targets.yaml
Variables    AIGCLibrary.cli.browser
Suite Teardown    Close Browser    ALL

*** Test Cases ***
States Of A Task
    New Browser    chromium    headless=${True}    executablePath=${BROWSER_PATH}    args=${BROWSER_ARGS}
    New Page    ${URL}/
    Get Url    ==    ${URL}/app
    Click    id=order
    Wait For Target    state    timeout=60 s    word=done
    Get Text    id=polled    *=    queued processing done
    Get Text    id=pushed    ==    queued processing done
    Get Text    id=said    ==    queued processing done
"""
TARGETS = "targets: {state: {bronze: 'css=#state:text-is(\"{word}\")'}}\n"


class Product:
    """A product with one task, which waits for a second and works for three."""

    def __init__(self, port=0):
        self.begun, self.requests, self._port = None, [], port
        self._ready = threading.Event()

    def __enter__(self):
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._ready.wait(30)
        return self

    def __exit__(self, *_error):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)

    async def _serve(self):
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(middlewares=[self._count])
        app.router.add_get("/", self._home)
        app.router.add_get("/app", self._page)
        app.router.add_get("/api/noise", self._noise)
        app.router.add_post("/api/tasks", self._order)
        app.router.add_get("/api/tasks/{id}", self._task)
        app.router.add_get("/api/events", self._events)
        app.router.add_get("/api/socket", self._socket)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._end.wait()
        await runner.cleanup()

    @web.middleware
    async def _count(self, request, handler):
        self.requests.append(str(request.rel_url))
        return await handler(request)

    async def _home(self, _request):
        raise web.HTTPFound("/app")

    async def _page(self, _request):
        return web.Response(text=PAGE, content_type="text/html")

    async def _noise(self, _request):
        return web.json_response({})

    async def _task(self, _request):
        return web.json_response(self.task())

    async def _order(self, _request):
        self.begun = time.monotonic()
        return web.json_response(self.task())

    def task(self):
        passed = time.monotonic() - self.begun
        return {"id": "task-4711", "status": "queued" if passed < 1 else "processing" if passed < 4 else "done"}

    async def _changes(self):
        before = None
        while True:
            await asyncio.sleep(0.05)
            now = self.task() if self.begun else None
            if now != before:
                yield json.dumps(now)
            before = now

    async def _events(self, request):
        answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            async for change in self._changes():
                await answer.write(f"event: task\ndata: {change}\n\n".encode())
        return answer

    async def _socket(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)

        async def tell():
            async for change in self._changes():
                await socket.send_str(change)

        telling = asyncio.create_task(tell())
        async for message in socket:
            if message.type is WSMsgType.ERROR:
                break
        telling.cancel()
        return socket


def test_a_page_is_replayed_without_the_product_and_what_is_not_on_the_tape_is_named(tmp_path):
    (tmp_path / "suite.robot").write_text(SUITE, encoding="utf-8")
    (tmp_path / "targets.yaml").write_text(TARGETS, encoding="utf-8")
    with Product() as product:
        options = ("--tape", "tape", "--json", "--robot", f"--variable URL:http://127.0.0.1:{product.port}")
        done = run_aigc(tmp_path, "record", "suite.robot", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["lost"] == []
    with Product(product.port) as unasked:
        done = run_aigc(tmp_path, "replay", "suite.robot", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        assert unasked.requests == []
    found = json.loads(done.stdout)
    assert [one.partition("?")[0] for one in found["missing"]] == [f"GET http://127.0.0.1:{product.port}/api/noise"]
    assert (found["orders"], found["unplayed"], found["beyond"]) == (1, [], [])
