"""Routes of generation tasks and the event stream of the live panel."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

from aiohttp import web

from AIGCLibrary.studio.api.keys import answer, platform
from AIGCLibrary.studio.api.schema import read_body, whole
from AIGCLibrary.studio.errors import bad_input
from AIGCLibrary.studio.jobs import Job, Status

MAX_IDS = 100
_KEEP_ALIVE = 15.0  # seconds


def add_routes(app: web.Application) -> None:
    """Register the routes."""
    app.router.add_post("/api/v1/tasks", create)
    app.router.add_get("/api/v1/tasks", find)
    app.router.add_get("/api/v1/tasks/{id}", get)
    app.router.add_post("/api/v1/tasks/{id}/cancel", cancel)
    app.router.add_post("/api/v1/tasks/{id}/retry", retry)
    app.router.add_get("/api/v1/events", events)


async def create(request: web.Request) -> web.Response:
    """POST /tasks."""
    return _accepted(request, platform(request).submit(await read_body(request, "TaskCreate")))


async def get(request: web.Request) -> web.Response:
    """GET /tasks/{id}; Retry-After hints at the next worthwhile look."""
    here = platform(request)
    job = here.board.get(request.match_info["id"])
    return answer(here.view(job), headers={} if job.status.ended else {"Retry-After": _wait(here.board.eta(job))})


async def find(request: web.Request) -> web.Response:
    """GET /tasks by ids, or the newest."""
    here = platform(request)
    if "ids" in request.query:
        names = [name for name in request.query["ids"].split(",") if name]
        if len(names) > MAX_IDS:
            raise bad_input("too_many_ids", f"'ids' has {len(names)} ids; expected at most {MAX_IDS}.", "ids")
        jobs = here.board.find(names)
    else:
        status = request.query.get("status")
        known = [str(s) for s in Status]
        if status is not None and status not in known:
            raise bad_input(
                "invalid_query", f"'status' is '{status[:50]}'; expected one of: {', '.join(known)}.", "status"
            )
        jobs = here.board.latest(status, whole(request, "limit", 50, 1, 500))
    return answer({"items": [here.view(job) for job in jobs]})


async def cancel(request: web.Request) -> web.Response:
    """POST /tasks/{id}/cancel."""
    here = platform(request)
    return answer(here.view(here.board.cancel(request.match_info["id"])))


async def retry(request: web.Request) -> web.Response:
    """POST /tasks/{id}/retry: a new task."""
    return _accepted(request, platform(request).retry(request.match_info["id"]))


async def events(request: web.Request) -> web.StreamResponse:
    """GET /events: server-sent events until the client or the studio leaves.

    `?known=ID,ID` names the tasks that a page shows already: their present state comes first, since what happened
    between the page and its stream would be missing from it for ever.
    """
    here = platform(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    queue = here.broker.join()
    here.wake()
    try:
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        for job in here.board.find(filter(None, request.query.get("known", "").split(","))):
            await response.write(_event({"event": "task", "data": here.view(job)}))
        while True:
            try:
                news = await asyncio.wait_for(queue.get(), _KEEP_ALIVE)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if news is None:
                break
            await response.write(_event(news))
    except (ConnectionResetError, ConnectionError):
        pass  # the page was closed
    finally:
        here.broker.leave(queue)
    return response


def _event(news: dict[str, Any]) -> bytes:
    return f"event: {news['event']}\ndata: {json.dumps(news['data'], ensure_ascii=False)}\n\n".encode()


def _accepted(request: web.Request, job: Job) -> web.Response:
    here = platform(request)
    headers = {"Location": f"/api/v1/tasks/{job.id}", "Retry-After": _wait(here.board.eta(job))}
    return answer(here.view(job), 202, headers)


def _wait(eta: float | None) -> str:
    """Half of what remains, in whole seconds from 1 to 30."""
    return str(min(max(math.ceil((eta or 0.0) / 2), 1), 30))
