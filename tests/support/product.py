"""A product with an API for any kind of thing, which is slow, forgetful and faulty on request.

It knows children (fields `<kind>_id`), tags, idempotency keys and lookups, and counts what happens to it.
"""

import asyncio
import contextlib
import json
import random
import threading
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Faults:
    """How often a request goes wrong: `before` and `after` the product acted on it, or never answered."""

    rate: float = 0.0
    seed: int = 1
    methods: tuple[str, ...] = ("POST", "GET", "DELETE", "PATCH")
    kinds: tuple[str, ...] = ("before", "after", "hang")
    hang: float = 5.0

    def __post_init__(self):
        self.random = random.Random(self.seed)

    def next(self, method: str) -> str | None:
        if method not in self.methods or self.random.random() >= self.rate:
            return None
        return self.random.choice(self.kinds)


@dataclass
class Product:
    """Everything below `/`: `POST /things`, `GET /things?tag=…`, `GET|PATCH|DELETE /things/{id}`.

    Args:
        idempotency: Honour the header Idempotency-Key.
        lookup: Filter lists by query.
        cost: Seconds a creation takes; a field `cost` in the body wins.
        envelope: Answer HTTP 200 whatever happens, with `{code, msg, data}`.
        later: Answer a creation with HTTP 202 and an operation that is done some polls later.
        etags: Remove a thing only with the ETag that its answers carry.
        limit: So many things are made; further creations wait until the limit is raised or their client is gone.
    """

    idempotency: bool = True
    lookup: bool = True
    cost: float = 0.0
    faults: Faults = field(default_factory=Faults)
    token: str | None = None
    echo: dict = field(default_factory=dict)
    location: bool = True
    envelope: bool = False
    later: bool = False
    etags: bool = False
    limit: int | None = None

    def __post_init__(self):
        self.polls: Counter = Counter()
        self.things: dict[str, dict[str, dict]] = {}
        self.answers: dict[str, dict] = {}
        self.requests: Counter = Counter()
        self.bodies: list[dict] = []
        self.busy = self.most_busy = 0
        self.numbers = Counter()
        self.censuses: list[list[tuple[str, dict]]] = []

    # --- what happened ---------------------------------------------------------------------------------

    def all(self) -> list[tuple[str, dict]]:
        return [(kind, dict(thing)) for kind, things in list(self.things.items()) for thing in list(things.values())]

    @property
    def count(self) -> int:
        return len(self.all())

    # --- running ---------------------------------------------------------------------------------------

    def __enter__(self):
        started = threading.Event()
        self._loop = asyncio.new_event_loop()

        async def serve():
            runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._runner, self._over = runner, asyncio.Event()
            started.set()

        def run():
            asyncio.set_event_loop(self._loop)
            self._loop.create_task(serve())
            self._loop.run_forever()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        started.wait(60)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._over.set)  # what still hangs is answered
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._enveloped, self._around])
        app.router.add_post("/checkpoint", self._checkpoint)
        app.router.add_get("/operations/{name}", self._operation)
        app.router.add_post("/{kind}", self._create)
        app.router.add_get("/{kind}", self._list)
        app.router.add_get("/{kind}/{id}", self._get)
        app.router.add_patch("/{kind}/{id}", self._update)
        app.router.add_delete("/{kind}/{id}", self._delete)
        return app

    # --- requests --------------------------------------------------------------------------------------

    @web.middleware
    async def _enveloped(self, request, handler):
        answer = await handler(request)
        if not self.envelope:
            return answer
        body = json.loads(answer.body) if answer.body else None
        if answer.status < 300:
            return web.json_response({"code": 0, "msg": "ok", "data": body})
        return web.json_response({"code": answer.status * 100 + 1, "msg": body["error"]["message"], "data": None})

    @web.middleware
    async def _around(self, request, handler):
        if request.path == "/checkpoint":
            return await handler(request)
        self.requests[request.method] += 1
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": {"message": "Who are you?"}}, status=401)
        fault = self.faults.next(request.method)
        if fault == "before":
            return web.json_response({"error": {"message": "Out of order."}}, status=503)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            answer = await handler(request)
        finally:
            self.busy -= 1
        if fault == "after":
            return web.json_response({"error": {"message": "Out of order."}}, status=500)
        if fault == "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self.faults.hang)
        return answer

    async def _create(self, request):
        kind, body = request.match_info["kind"], await request.json() if request.can_read_body else {}
        self.bodies.append(body)
        key = request.headers.get("Idempotency-Key") if self.idempotency else None
        cost = float(body.get("cost", self.cost))
        if cost:
            await asyncio.sleep(cost)
        while self.limit is not None and sum(self.numbers.values()) >= self.limit:
            await asyncio.sleep(0.005)
            if request.transport is None:
                raise web.HTTPServiceUnavailable
        if key in self.answers:
            return self._made(kind, self.answers[key])
        for name, value in body.items():
            parents = self.things.get(f"{name.removesuffix('_id')}s", {}) if name.endswith("_id") else None
            if parents is not None and value not in parents:
                return web.json_response({"error": {"message": f"No such parent: {value}", "field": name}}, status=422)
        if body.get("name") == "refused":
            return web.json_response({"error": {"message": "That name is taken."}}, status=409)
        self.numbers[kind] += 1
        thing = {"id": f"{kind}-{self.numbers[kind]}", **body, **self.echo}
        self.things.setdefault(kind, {})[thing["id"]] = thing
        if key:
            self.answers[key] = thing
        return self._made(kind, thing)

    def _made(self, kind, thing):
        if self.later:
            name = f"{kind}.{thing['id']}"
            operation = {"Operation-Location": f"/operations/{name}", "Retry-After": "0.02"}
            return web.json_response({"id": name, "status": "Running"}, status=202, headers=operation)
        headers = {"Location": f"/{kind}/{thing['id']}"} if self.location else {}
        return web.json_response(thing, status=201, headers={**headers, **self._tag(thing)})

    def _tag(self, thing):
        return {"ETag": f'"{thing["id"]}-1"'} if self.etags else {}

    async def _operation(self, request):
        name = request.match_info["name"]
        self.polls[name] += 1
        if self.polls[name] < 2:
            return web.json_response({"status": "Running"}, headers={"Retry-After": "0.02"})
        kind, _, thing = name.partition(".")
        return web.json_response({"status": "Succeeded", "resourceLocation": f"/{kind}/{thing}"})

    async def _list(self, request):
        things = list(self.things.get(request.match_info["kind"], {}).values())
        wanted = {name: value for name, value in request.query.items() if name not in ("limit", "offset")}
        if self.lookup:
            things = [thing for thing in things if all(str(thing.get(n)) == v for n, v in wanted.items())]
        start = int(request.query.get("offset", 0))
        page = things[start : start + int(request.query.get("limit", 1000))]
        return web.json_response({"items": page, "total": len(things)})

    async def _get(self, request):
        thing = self.things.get(request.match_info["kind"], {}).get(request.match_info["id"])
        if thing is None:
            return web.json_response({"error": {"message": "Not found."}}, status=404)
        return web.json_response(thing, headers=self._tag(thing))

    async def _update(self, request):
        thing = self.things.get(request.match_info["kind"], {}).get(request.match_info["id"])
        if thing is None:
            return web.json_response({"error": {"message": "Not found."}}, status=404)
        thing.update(await request.json())
        return web.json_response(thing)

    async def _delete(self, request):
        kind, name = request.match_info["kind"], request.match_info["id"]
        if name not in self.things.get(kind, {}):
            return web.json_response({"error": {"message": "Not found."}}, status=404)
        if self.etags and request.headers.get("If-Match") != f'"{name}-1"':
            return web.json_response({"error": {"message": "If-Match is needed."}}, status=428)
        parent = f"{kind.removesuffix('s')}_id"
        if any(thing.get(parent) == name for _, thing in self.all()):
            return web.json_response({"error": {"message": "It still has children."}}, status=409)
        del self.things[kind][name]
        return web.Response(status=204)

    async def _checkpoint(self, _request):
        self.censuses.append(self.all())
        return web.Response(status=204)
