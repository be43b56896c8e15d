"""Orders whose answer got lost on the way, on a real server: found again, never paid twice."""

import asyncio

import pytest
from aiohttp import web

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.tasks import errors

PROVIDER = """
version: 1
providers:
  product:
    submit: {{path: /tasks, json: {{ref: "{{key}}", "*": "{{inputs}}"}}, id: body.id{more}}}
    status: {{path: "/tasks/{{id}}", state: body.status}}
    states: {{running: processing, done: completed}}
    result: {{files: body.output}}
    sla: {{min_poll_interval: 50 ms, max_poll_interval: 50 ms, retry_times: 2}}
"""
LOOKUP = ', lookup: {path: /tasks, query: {ref: "{key}"}, id: "body.found[0].id"}'
KEY = ", idempotency: {header: Idempotency-Key}"


class Product:
    """Takes orders, and cuts the connection of some after it took them, or before."""

    def __init__(self):
        self.orders: list[str] = []
        self.keys: dict[str, str] = {}
        self.cut_after = self.cut_before = self.blind = 0
        self.posts = 0
        self.arrived = asyncio.Event()

    def routes(self):
        return [
            web.post("/tasks", self.order),
            web.get("/tasks", self.find),
            web.get("/tasks/{id}", self.status),
        ]

    async def order(self, request):
        self.posts += 1
        self.arrived.set()
        if self.cut_before:
            self.cut_before -= 1
            request.transport.abort()
            return web.Response()
        data, key = await request.json(), request.headers.get("Idempotency-Key")
        if key in self.keys:
            return web.json_response({"id": self.keys[key]})
        self.orders.append(data["ref"])
        if key:
            self.keys[key] = f"t{len(self.orders)}"
        if self.cut_after:
            self.cut_after -= 1
            request.transport.abort()
        return web.json_response({"id": f"t{len(self.orders)}"})

    async def find(self, request):
        if self.blind:
            self.blind -= 1
            return web.Response(status=503)
        ref = request.query["ref"]
        return web.json_response({"found": [{"id": f"t{n}"} for n, one in enumerate(self.orders, 1) if one == ref]})

    async def status(self, request):
        return web.json_response({"status": "done", "output": [f"http://x/{request.match_info['id']}.mp4"]})


@pytest.fixture
async def product():
    found = Product()
    app = web.Application()
    app.add_routes(found.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


@pytest.fixture
async def process(tmp_path, product, monkeypatch):
    """Make engines that share a store, as several processes of one run do."""
    made = []

    def start(more=""):
        engine = Engine(Settings().identified({}), directory=tmp_path, connections=Connection(product.url))
        path = tmp_path / "product.yaml"
        path.write_text(PROVIDER.format(more=more), encoding="utf-8")
        engine.tasks.load_providers(path)
        made.append(engine)
        return engine.tasks

    yield start
    for engine in made:
        await engine.tasks.close()
        await engine.transport.close()


async def ends(tasks, handle, product, name="t1"):
    result = await asyncio.wait_for(tasks.wait(handle), 120)
    assert result["result"]["files"][0]["url"] == f"http://x/{name}.mp4"
    assert result["id"] == name
    return result


@pytest.mark.parametrize("more", [LOOKUP, KEY, LOOKUP + KEY])
async def test_an_order_whose_answer_got_lost_is_found_and_not_paid_twice(process, product, more):
    product.cut_after = 1
    tasks = process(more)
    await ends(tasks, await tasks.submit("video", {"prompt": "a"}), product)
    assert len(product.orders) == 1


@pytest.mark.parametrize("more", [LOOKUP, KEY])
async def test_an_order_that_never_arrived_is_sent_again(process, product, more):
    product.cut_before = 1
    tasks = process(more)
    await ends(tasks, await tasks.submit("video", {"prompt": "a"}), product)
    assert (product.posts, len(product.orders)) == (2, 1)


async def test_a_look_up_that_fails_is_repeated_and_the_order_is_not(process, product):
    product.cut_after, product.blind = 1, 1
    tasks = process(LOOKUP)
    await ends(tasks, await tasks.submit("video", {"prompt": "a"}), product)
    assert (product.posts, len(product.orders)) == (1, 1)


async def test_a_look_up_that_never_works_ends_in_a_clear_refusal(process, product):
    product.cut_after, product.blind = 1, 99
    tasks = process(LOOKUP)
    with pytest.raises(errors.ProviderError, match=r"could not be looked for.*It is not repeated"):
        await tasks.submit("video", {"prompt": "a"})
    assert product.posts == 1
    (task,) = tasks.registry.known()
    product.blind = 0
    again = await tasks.retry(task.handle)
    await ends(tasks, again, product)
    assert (product.posts, len(product.orders)) == (1, 1)


async def test_a_retry_of_what_cannot_be_looked_up_must_be_forced(process, product):
    product.cut_after = 1
    tasks = process()
    with pytest.raises(errors.ProviderError, match="It is not repeated, since it may have arrived"):
        await tasks.submit("video", {"prompt": "a"})
    (task,) = tasks.registry.known()
    with pytest.raises(errors.ProviderError, match=r"may have sent it.*It is not repeated"):
        await tasks.retry(task.handle)
    assert product.posts == 1
    await ends(tasks, await tasks.retry(task.handle, force=True), product, "t2")


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_process_killed_while_it_ordered_is_resumed_with_one_order(process, product, arrived):
    first = process(LOOKUP)
    setattr(product, "cut_after" if arrived else "cut_before", 1)
    product.blind = 99  # the first process gets no further
    ordering = asyncio.ensure_future(first.submit("video", {"prompt": "a"}))
    await product.arrived.wait()
    ordering.cancel()
    await asyncio.gather(ordering, return_exceptions=True)
    (lost,) = first.registry.known()
    product.blind = 0
    second = process(LOOKUP)
    await ends(second, lost.handle, product)
    assert len(product.orders) == 1
