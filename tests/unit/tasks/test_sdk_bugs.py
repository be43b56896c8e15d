"""What official SDKs get wrong, each as a test: words they do not know, ends they overlook, hints kept for ever."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.providers.loader import Providers
from tests.unit.tasks.support import PLAIN, script

PROVIDERS = Providers()


def read(provider, body, http=200, **headers):
    envelope = {"http": {"status": http}, "headers": headers, "body": body, "task": {"id": "1", "inputs": {}}}
    return PROVIDERS.reader(provider, "video").read(envelope, "http://x", "http://x")


@pytest.mark.parametrize(
    ("provider", "body", "state"),
    [
        ("replicate", {"id": "1", "status": "aborted"}, "cancelled"),  # the SDK waits for ever
        ("runway", {"id": "1", "status": "CANCELLED"}, "cancelled"),  # the SDK waits until its limit
        ("openai_videos", {"id": "1", "status": "NOT_START"}, "queued"),  # the SDK hands out an unfinished video
        ("openai_videos", {"id": "1", "status": "expired"}, "failed"),
        ("ark", {"id": "1", "status": "expired"}, "failed"),  # waiters wait until their limit
        ("fal", {"status": "COMPLETED", "error": "boom"}, "failed"),  # taken for a success
        ("kling", {"code": 0, "data": {"task_id": "1", "task_status": "succeed"}}, "completed"),  # not "succeeded"
    ],
)
def test_a_word_the_sdk_overlooks_is_read(provider, body, state):
    snapshot = read(provider, body)
    assert snapshot.trouble is None
    assert (str(snapshot.state), snapshot.known) == (state, True)


def test_a_word_that_makes_fals_sdk_raise_is_no_end():
    snapshot = read("fal", {"status": "WARMING_UP"})
    assert (str(snapshot.state), snapshot.known, snapshot.trouble) == ("processing", False, None)


def test_googles_filtered_result_is_no_success():
    filtered = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["violence"]}
    snapshot = read("google_genai", {"name": "o", "done": True, "response": {"generateVideoResponse": filtered}})
    assert (str(snapshot.state), str(snapshot.failure.error_class)) == ("failed", "moderation")


def test_dashscopes_unknown_task_is_missing_and_not_pending_for_ever():
    assert str(read("dashscope", {"output": {"task_id": "1", "task_status": "UNKNOWN"}}).trouble) == "missing"


async def test_a_hint_when_to_ask_again_counts_once_and_is_not_kept(bench):
    running = {"status": "running"}
    provider = PLAIN + "    hints: {milliseconds: [openai-poll-after-ms]}\n    prior: 8 s\n"
    made = bench(
        script((200, running, {"openai-poll-after-ms": "20000"}), (200, running), (200, {"status": "done"})), provider
    )
    await made.tasks.wait(await made.submitted())
    at = [sent[2]["at"] for sent in made.http.sent if sent[0] == "GET"]
    assert at[1] - at[0] == pytest.approx(20, abs=0.2)
    assert at[2] - at[1] < 10


async def test_cogs_answer_by_webhook_alone_ends_the_wait(tmp_path):
    seen = []

    async def predict(request):
        seen.append({"prefer": request.headers.get("Prefer"), "body": await request.json()})
        return web.json_response({"id": request.match_info["key"], "status": "starting"}, status=202)

    app = web.Application()
    app.router.add_put("/predictions/{key}", predict)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    engine = Engine(Settings().identified({}), directory=tmp_path, connections=Connection(url))
    try:
        handle = await engine.tasks.submit("image", {"prompt": "a cat"}, provider="cog_webhook")
        task = await engine.tasks.task(handle)
        wait = asyncio.ensure_future(engine.tasks.wait(handle, timeout=120))
        news = {"id": task.remote_id, "status": "succeeded", "output": "data:image/png;base64,QUJD"}
        async with aiohttp.ClientSession() as session:
            answer = await session.post(seen[0]["body"]["webhook"], json=news)
        result = await wait
    finally:
        await engine.tasks.close()
        await engine.transport.close()
        await runner.cleanup()
    assert seen[0]["prefer"] == "respond-async"
    assert (answer.status, result["state"], result["polls"]) == (200, "completed", 0)


async def test_what_only_a_webhook_tells_needs_an_address_that_reaches_us(bench):
    provider = """
    submit: {path: /tasks, json: {hook: "{webhook_url}"}, id: body.id}
    states: {done: completed}
    webhook: {signature: none, id: body.id, body: body, only: true}
"""
    made = bench(script((200, {})), provider)
    with pytest.raises(errors.ProviderError, match="by webhook only, and it cannot reach this machine"):
        await made.submitted()
    assert made.http.count("POST") == 0
