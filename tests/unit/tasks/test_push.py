"""Webhooks race the questions, forged and repeated ones do nothing, streams tell what they tell once."""

import asyncio
import base64
import hashlib
import hmac
import json

import aiohttp
import pytest
from aiohttp import web

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.push import signatures
from AIGCLibrary.tasks.push.signatures import Trust
from AIGCLibrary.tasks.timeout import Timeout

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests").decode()
PROVIDER = """
version: 1
providers:
  product:
    submit: {path: /tasks, json: {hook: "{webhook_url}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {running: processing, done: completed, failed: failed}
    result: {files: body.output}
    webhook: {signature: standard, secret_env: TEST_WEBHOOK_SECRET, id: body.data.id, body: body.data}
    sla: {min_poll_interval: 10 s}
"""


def signed(body: bytes, stamp: float, secret: str = SECRET, name: str = "msg_1") -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{name}.{int(stamp)}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": name, "webhook-timestamp": str(int(stamp)), "webhook-signature": signature}


@pytest.fixture
async def world(tmp_path, monkeypatch):
    """A real product on loopback whose tasks never end by polling, and an engine that uses it."""
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", SECRET)
    seen = {"hooks": [], "polls": 0, "status": {"status": "running"}}

    async def submit(request):
        seen["hooks"].append((await request.json()).get("hook"))
        return web.json_response({"id": "7"})

    async def status(request):
        seen["polls"] += 1
        return web.json_response(seen["status"])

    app = web.Application()
    app.router.add_post("/tasks", submit)
    app.router.add_get("/tasks/7", status)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    engine = Engine(Settings().identified({}), directory=tmp_path, connections=Connection(url))
    (tmp_path / "p.yaml").write_text(PROVIDER, encoding="utf-8")
    engine.tasks.load_providers(tmp_path / "p.yaml")
    yield engine, seen
    await engine.tasks.close()
    await engine.transport.close()
    await runner.cleanup()
    engine.close()


async def settled():
    """Let a wait that was started go on until it waits."""
    for _ in range(50):
        await asyncio.sleep(0)


async def post(url, body, headers):
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


def message(status: str) -> bytes:
    return json.dumps(
        {"type": f"task.{status}", "data": {"id": "7", "status": status, "output": ["http://x/a.mp4"]}}
    ).encode()


async def test_a_webhook_ends_the_wait_before_the_next_question(world):
    engine, seen = world
    task = await engine.tasks.submit("video", {})
    wait = asyncio.ensure_future(engine.tasks.wait(task))
    await settled()
    body = message("done")
    assert await post(seen["hooks"][0], body, signed(body, engine.clock.now())) == 200
    result = await asyncio.wait_for(wait, 60)
    assert result["state"] == "completed"
    assert result["result"]["files"][0]["url"] == "http://x/a.mp4"
    assert result["history"][-1]["note"] == "webhook"
    assert seen["polls"] == 0


async def test_a_forged_and_a_replayed_webhook_do_nothing(world):
    engine, seen = world
    task = await engine.tasks.submit("video", {})
    body, now = message("done"), engine.clock.now()
    other = "whsec_" + base64.b64encode(b"somebody else's").decode()
    assert await post(seen["hooks"][0], body, signed(body, now, other)) == 401
    assert await post(seen["hooks"][0], body, signed(body, now - 3600)) == 401
    assert await post(seen["hooks"][0], body + b" ", signed(body, now)) == 401
    assert await post(seen["hooks"][0][:-4] + "abcd", body, signed(body, now)) == 404
    assert await engine.tasks.state(task) == "processing"


async def test_the_same_bytes_at_two_addresses_end_both_tasks(world):
    engine, seen = world
    tasks = [await engine.tasks.submit("video", {}) for _ in range(2)]
    body = message("done")
    assert len(set(seen["hooks"])) == 2
    for hook in seen["hooks"]:
        assert await post(hook, body, signed(body, engine.clock.now())) == 200
    states = [str((await engine.tasks.task(task)).state) for task in tasks]
    assert states == ["completed", "completed"]


async def test_json_nested_without_end_is_a_bad_request(world):
    engine, seen = world
    await engine.tasks.submit("video", {})
    body = b"[" * 200_000
    assert await post(seen["hooks"][0], body, signed(body, engine.clock.now())) == 400


async def test_a_product_that_asks_whether_an_address_is_ours_gets_its_challenge_back(world):
    engine, seen = world
    await engine.tasks.submit("video", {})
    async with aiohttp.ClientSession() as session:
        answer = await session.post(seen["hooks"][0], json={"challenge": "c-7"})
        assert (answer.status, await answer.json()) == (200, {"challenge": "c-7"})
        other = await session.post(seen["hooks"][0] + "x", json={"challenge": "c-7"})
        assert (other.status, await other.read()) == (404, b"")


async def test_a_webhook_sent_twice_counts_once(world):
    engine, seen = world
    task = await engine.tasks.submit("video", {})
    body = message("done")
    headers = signed(body, engine.clock.now())
    assert {await post(seen["hooks"][0], body, headers) for _ in range(3)} <= {200, 404}
    found = await engine.tasks.task(task)
    assert [str(moment.state) for moment in found.history].count("completed") == 1


async def test_a_lost_webhook_is_made_up_for_by_polling(world):
    engine, seen = world
    seen["status"] = {"status": "done", "output": ["http://x/b.mp4"]}
    task = await engine.tasks.submit("video", {}, sla={"min_poll_interval": 0.1, "max_poll_interval": 0.3})
    assert (await engine.tasks.wait(task, timeout=60))["state"] == "completed"
    assert seen["polls"] == 1


async def test_without_a_secret_a_webhook_is_only_a_reason_to_ask(world, monkeypatch):
    engine, seen = world
    monkeypatch.delenv("TEST_WEBHOOK_SECRET")
    task = await engine.tasks.submit("video", {})
    wait = asyncio.ensure_future(engine.tasks.wait(task))
    await settled()
    seen["status"] = {"status": "failed"}
    body = message("done")
    await post(seen["hooks"][0], body, {})
    with pytest.raises(errors.TaskFailedError):
        await asyncio.wait_for(wait, 60)
    assert seen["polls"] == 1


async def test_polls_alone_count_when_asked_for(world):
    engine, seen = world
    task = await engine.tasks.submit("video", {})
    wait = asyncio.ensure_future(engine.tasks.wait(task, timeout=0.5, notification="poll"))
    await settled()
    body = message("done")
    await post(seen["hooks"][0], body, signed(body, engine.clock.now()))
    with pytest.raises(errors.TaskTimeoutError):
        await wait


def test_fal_signs_with_published_keys():
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    key, body, now = ed25519.Ed25519PrivateKey.generate(), b'{"status": "OK"}', 1_800_000_000
    text = "\n".join(["r", "u", str(now), hashlib.sha256(body).hexdigest()]).encode()
    headers = {"x-fal-webhook-request-id": "r", "x-fal-webhook-user-id": "u", "x-fal-webhook-timestamp": str(now),
               "x-fal-webhook-signature": key.sign(text).hex()}  # fmt: skip
    public = [key.public_key().public_bytes_raw()]
    assert signatures.fal(headers, body, public, now) is Trust.VERIFIED
    assert signatures.fal(headers, body + b"x", public, now) is Trust.FORGED
    assert signatures.fal(headers, body, public, now + 900) is Trust.STALE


def test_plain_hmac_in_its_spellings():
    digest = hmac.new(b"s3cret", b"{}", hashlib.sha256).digest()
    for reported in (digest.hex(), f"sha256={digest.hex()}", base64.b64encode(digest).decode()):
        assert signatures.plain(reported, b"{}", "s3cret") is Trust.VERIFIED
    assert signatures.plain("0" * 64, b"{}", "s3cret") is Trust.FORGED


@pytest.mark.parametrize("reported", ["ä", "sha256=\udcff", "v1,\udcff"])
def test_signatures_of_any_bytes_are_forged_not_a_crash(reported):
    headers = {"webhook-id": "a\udcff", "webhook-timestamp": "1", "webhook-signature": f"v1,{reported}"}
    assert signatures.plain(reported, b"{}", SECRET) is signatures.Trust.FORGED
    assert signatures.standard(headers, b"{}", SECRET, 1.0) is signatures.Trust.FORGED


MESSAGES_ALONE = """
version: 1
providers:
  pushing:
    submit: {path: /tasks, json: {hook: "{webhook_url}"}, id: body.id}
    states: {done: completed, failed: failed}
    result: {files: body.output}
    webhook: {signature: none, id: body.id, body: body, only: true, state: body.status}
"""


async def test_a_word_of_a_message_counts_as_described_where_there_is_nothing_to_ask(world, tmp_path):
    engine, seen = world
    (tmp_path / "alone.yaml").write_text(MESSAGES_ALONE)
    engine.tasks.load_providers(tmp_path / "alone.yaml")
    task = await engine.tasks.submit("video", {}, provider="pushing")
    wait = asyncio.ensure_future(engine.tasks.wait(task))
    await settled()
    body = b'{"id": "7", "status": "done", "output": ["http://x/a.mp4"]}'
    assert await post(seen["hooks"][0], body, {}) == 200
    result = await asyncio.wait_for(wait, 60)
    assert (result["state"], result["result"]["files"][0]["url"]) == ("completed", "http://x/a.mp4")


async def test_a_wait_without_any_message_says_that_messages_alone_tell_the_state(world, tmp_path):
    engine, _ = world
    (tmp_path / "alone.yaml").write_text(MESSAGES_ALONE)
    engine.tasks.load_providers(tmp_path / "alone.yaml")
    task = await engine.tasks.submit("video", {}, provider="pushing")
    with pytest.raises(
        errors.TaskTimeoutError, match="reports states only by messages, and none has arrived"
    ) as caught:
        await engine.tasks.wait(task, timeout=Timeout(0.05))
    assert "only while the process that submitted it runs" in str(caught.value.hint)
    assert caught.value.facts["unreadable"] is True
