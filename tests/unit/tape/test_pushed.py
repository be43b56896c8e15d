"""What the product sends by itself, replayed at its moments: event streams and webhooks."""

import asyncio
import json
from contextlib import asynccontextmanager
from functools import partial

import pytest

from AIGCLibrary.http.transport import InboundMessage
from tests.unit.tape import product
from tests.unit.tape.test_replay import verdict

STREAMED = 'stream: {kind: sse, path: "/tasks/{id}/news"}'
PUSHED = "webhook: {signature: none, id: body.id, body: body}"


@pytest.fixture
def described(monkeypatch):
    """Add to the description of the product."""
    return lambda more: monkeypatch.setattr(product, "PROVIDER", f"{product.PROVIDER.rstrip()}\n    {more}\n")


class Streaming(product.Product):
    """Says over a stream when a task ends."""

    @asynccontextmanager
    async def messages(self, request, kind):
        yield self

    status = 200

    async def texts(self):
        for seconds, said in ((30.0, {"status": "running", "progress": 0.5}), (90.0, {"status": "done", "output": []})):
            await self.clock.sleep(seconds)
            yield f"data: {json.dumps(said)}"
            yield ""


class Stopping(Streaming):
    """Works until the task is cancelled, and says so over its stream."""

    async def texts(self):
        yield f"data: {json.dumps({'id': 'task-1', 'status': 'running'})}"
        yield ""
        while self.tasks["task-1"][1] is None:
            await self.clock.sleep(1)
        yield f"data: {json.dumps({'id': 'task-1', 'status': 'cancelled'})}"
        yield ""


class Calling(product.Product):
    """Calls back when a task ends."""

    async def listen(self, host, port, path, take, *, largest):
        self.take, self.url = take, "http://127.0.0.1:1234"
        return self

    async def exchange(self, request):
        answer = await super().exchange(request)
        if request.method == "POST":
            self.called = asyncio.ensure_future(self.call(request.json["callback"].rpartition("/")[2]))
        return answer

    async def call(self, token):
        await self.clock.sleep(self.queued + self.runs + 0.2)
        body = json.dumps(self.state("task-1")).encode()
        self.answered = await self.take(InboundMessage(token, {"content-type": "application/json"}, body))


def test_a_stream_is_replayed_at_its_moments(studio, described, monkeypatch):
    described(STREAMED)
    monkeypatch.setattr(product, "Product", Streaming)
    engine = studio.recording(times=False)
    recorded = verdict(engine)
    engine.close()
    assert recorded["duration"] == pytest.approx(120, abs=1)
    engine = studio.replaying()
    monkeypatch.setattr(engine.tasks.planner, "next_delay", lambda *_args: 900.0)
    assert verdict(engine) == recorded | {"duration": pytest.approx(recorded["duration"], abs=1)}
    engine.close()


def test_a_stream_ends_by_the_cancel_that_ended_it_in_the_recording(studio, described, monkeypatch):
    described(STREAMED)
    monkeypatch.setattr(product, "Product", Stopping)
    recording = partial(studio.recording, queued=0.0, runs=900.0)
    for begin, seconds in ((recording, 30), (studio.replaying, 10), (studio.replaying, 200)):
        engine = begin()
        task = engine.loop.run(engine.tasks.submit("video", {"prompt": "a cat"}, provider="product"))
        engine.loop.run(engine.tasks.wait(task, "processing"))
        engine.loop.run(engine.clock.sleep(seconds))
        assert str(engine.loop.run(engine.tasks.task(task)).state) == "processing", seconds
        assert str(engine.loop.run(engine.tasks.cancel(task))) == "cancelled"
        engine.close()


def test_a_webhook_is_replayed_at_its_moment(studio, described, monkeypatch):
    described(PUSHED)
    monkeypatch.setattr(product, "Product", Calling)
    monkeypatch.setattr(product, "HOST", "http://127.0.0.1")
    ordered = '{kind: "{kind}", "*": "{inputs}"}'
    monkeypatch.setattr(product, "PROVIDER", product.PROVIDER.replace(ordered, '{callback: "{webhook_url}"}'))
    engine = studio.recording(times=False)
    recorded = verdict(engine)
    engine.close()
    assert studio.product.answered == 200
    engine = studio.replaying()
    monkeypatch.setattr(engine.tasks.planner, "next_delay", lambda *_args: 900.0)
    assert verdict(engine) == recorded | {"duration": pytest.approx(recorded["duration"], abs=0.5)}
    assert studio.reel.played.questions < 4, "the webhook was the reason to ask"
    engine.close()
