"""Gradio's server-sent events and ComfyUI's WebSocket, from servers in process."""

import asyncio
import json

import pytest
from aiohttp import web

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.tasks import errors


@pytest.fixture
async def serve(tmp_path):
    """Start a product with some routes: `engine = await serve([(method, path, handler), …])`."""
    made = []

    async def start(routes):
        app = web.Application()
        for method, path, handler in routes:
            app.router.add_route(method, path, handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        connection = Connection(f"http://127.0.0.1:{runner.addresses[0][1]}")
        engine = Engine(Settings().identified({}), directory=tmp_path, connections=connection)
        made.append((engine, runner))
        return engine

    yield start
    for engine, runner in made:
        await engine.tasks.close()
        await engine.transport.close()
        await runner.cleanup()
        engine.close()


async def until(condition):
    """Let everything go on until a condition is true, which is asked again and again."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0)


async def has_ended(engine, task):
    return (await engine.tasks.task(task)).ended


def events(*reported, name=None):
    async def handler(request):
        answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await answer.prepare(request)
        for one in reported:
            head = f"event: {one[0]}\n" if name else ""
            data = json.dumps(one[1] if name else one)
            await answer.write(f"{head}data: {data}\n\n".encode())
        return answer

    return handler


async def joined(request):
    return web.json_response({"event_id": "e1"})


async def test_gradios_queue_tells_rank_progress_and_result(serve):
    reported = [
        {"msg": "estimation", "event_id": "e1", "rank": 2, "rank_eta": 9.5},
        {"msg": "process_starts", "event_id": "other"},
        {"msg": "process_starts", "event_id": "e1"},
        {"msg": "progress", "event_id": "e1", "progress_data": [{"index": 5, "length": 10}]},
        {
            "msg": "process_completed",
            "event_id": "e1",
            "success": True,
            "output": {"data": [{"url": "http://x/a.mp4"}]},
        },
    ]
    engine = await serve(
        [("POST", "/gradio_api/queue/join", joined), ("GET", "/gradio_api/queue/data", events(*reported))]
    )
    task = await engine.tasks.submit("video", {"data": "[1]", "fn_index": "0"}, provider="gradio_queue")
    result = await engine.tasks.wait(task, timeout=60)
    assert result["result"]["files"][0]["url"] == "http://x/a.mp4"
    states = [moment["state"] for moment in result["history"]]
    assert states == ["queued", "queued", "processing", "processing", "completed"]
    assert result["history"][1]["queue_position"] == 2
    assert result["history"][3]["progress"] == 0.5
    assert result["polls"] == 0


async def test_events_that_can_be_read_once_are_kept_for_a_later_wait(serve):
    read = []

    async def once(request):
        if read:
            return web.Response(status=404)
        read.append(1)
        return await events(("generating", None), ("complete", ["http://x/a.png"]), name=True)(request)

    engine = await serve([("POST", "/gradio_api/call/predict", joined), ("GET", "/gradio_api/call/predict/e1", once)])
    task = await engine.tasks.submit("image", {"api_name": "predict", "data": "[]"}, provider="gradio_call")
    await until(lambda: has_ended(engine, task))
    result = await engine.tasks.wait(task, timeout=60)
    assert result["result"]["raw"] == ["http://x/a.png"]


@pytest.mark.parametrize("read", [True, False], ids=["received before", "read by nobody here"])
async def test_a_result_that_is_delivered_once_is_known_in_a_second_process_or_reported_as_read(serve, tmp_path, read):
    asked = []

    async def once(request):
        asked.append(1)
        if len(asked) > 1:
            return await events(("error", "404: Not Found"), name=True)(request)
        shown = ("complete", ["http://x/a.png"]) if read else ("heartbeat", None)
        return await events(shown, name=True)(request)

    first = await serve([("POST", "/gradio_api/call/predict", joined), ("GET", "/gradio_api/call/predict/e1", once)])
    task = await first.tasks.submit("image", {"api_name": "predict", "data": "[]"}, provider="gradio_call")
    await until(lambda: has_ended(first, task) if read else asyncio.sleep(0, asked))
    await first.tasks.close()
    await asyncio.to_thread(first.store.flush)
    second = Engine(Settings().identified({}), directory=tmp_path, connections=first.connections)
    try:
        if read:
            assert (await second.tasks.wait(task, timeout=60))["result"]["raw"] == ["http://x/a.png"]
            assert len(asked) == 1
        else:
            with pytest.raises(errors.TaskVanishedError) as caught:
                await second.tasks.wait(task, timeout=60)
            assert "delivers each result once" in str(caught.value.hint)
    finally:
        await second.tasks.close()
        await second.transport.close()
        second.close()


async def test_a_failure_in_the_stream_is_a_failure(serve):
    routes = [("POST", "/gradio_api/call/predict", joined)]
    routes += [("GET", "/gradio_api/call/predict/e1", events(("heartbeat", None), ("error", "bad prompt"), name=True))]
    engine = await serve(routes)
    task = await engine.tasks.submit("image", {"api_name": "predict", "data": "[]"}, provider="gradio_call")
    with pytest.raises(errors.TaskFailedError, match="bad prompt"):
        await engine.tasks.wait(task, timeout=60)


def comfy(messages, job, polls=None):
    """Routes of a ComfyUI whose job is done after its last message, or after so many questions."""
    state = {"done": False, "polls": 0}

    async def prompt(request):
        return web.json_response({"prompt_id": (await request.json())["prompt_id"]})

    async def socket(request):
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        for kind, data in messages:
            if kind == "execution_success":
                state["done"] = True
            if kind == "drop":
                await answer.close()
                return answer
            await answer.send_json({"type": kind, "data": {"prompt_id": request.query["clientId"], **data}})
            await answer.send_bytes(b"preview")
        await answer.receive()  # until the other side closes
        return answer

    async def jobs(request):
        state["polls"] += 1
        done = state["done"] if polls is None else state["polls"] > polls
        return web.json_response(job if done else {"id": request.match_info["id"], "status": "in_progress"})

    return state, [("POST", "/prompt", prompt), ("GET", "/ws", socket), ("GET", "/api/jobs/{id}", jobs)]


JOB = {"status": "completed", "outputs": {"9": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}}}


async def test_comfyuis_socket_tells_progress_and_when_to_fetch_the_result(serve):
    reported = [
        ("execution_start", {}),
        ("progress", {"value": 5, "max": 20}),
        ("progress", {"value": 15, "max": 20}),
        ("execution_success", {}),
    ]
    state, routes = comfy(reported, JOB)
    engine = await serve(routes)
    task = await engine.tasks.submit("image", {"prompt": "{}"}, provider="comfyui")
    result = await engine.tasks.wait(task, timeout=60)
    assert result["result"]["files"][0]["url"].endswith("/view?filename=a.png&subfolder=&type=output")
    assert {0.25, 0.75} <= {moment.get("progress") for moment in result["history"]}
    assert state["polls"] <= 3


async def test_when_the_socket_breaks_polling_goes_on(serve):
    _, routes = comfy([("execution_start", {}), ("drop", {})], JOB, polls=1)
    engine = await serve(routes)
    task = await engine.tasks.submit(
        "image", {"prompt": "{}"}, provider="comfyui", sla={"max_poll_interval": 0.05, "min_poll_interval": 0.02}
    )
    assert (await engine.tasks.wait(task, timeout=60))["state"] == "completed"
