"""Routes of the service itself: health, sign-in, the OpenAPI document, and the levers for tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from aiohttp import web

from AIGCLibrary.studio.api.keys import answer, platform
from AIGCLibrary.studio.api.schema import document, read_body, read_object
from AIGCLibrary.studio.errors import bad_input
from AIGCLibrary.studio.misbehaviour import parse_misbehaviour

VERSION = "1.0.0"


def add_routes(app: web.Application) -> None:
    """Register the routes."""
    app.router.add_get("/api/v1/health", health)
    app.router.add_get("/api/v1/openapi.json", openapi)
    app.router.add_get("/openapi.json", openapi)
    app.router.add_post("/api/v1/session", sign_in)
    app.router.add_get("/api/v1/admin/misbehave", show_misbehaviour)
    app.router.add_post("/api/v1/admin/misbehave", set_misbehaviour)
    app.router.add_get("/api/v1/admin/stats", stats)
    app.router.add_post("/api/v1/admin/reset", reset)


async def health(_request: web.Request) -> web.Response:
    """GET /health."""
    return answer({"status": "healthy", "version": VERSION})


async def openapi(_request: web.Request) -> web.Response:
    """GET /openapi.json."""
    return answer(document())


async def sign_in(request: web.Request) -> web.Response:
    """POST /session: a token for name and password."""
    body = await read_body(request, "Credentials")
    return answer({"token": platform(request).sign_in(body["username"], body["password"])})


async def show_misbehaviour(request: web.Request) -> web.Response:
    """GET /admin/misbehave."""
    return answer(_shown(asdict(platform(request).desk.misbehave)))


async def set_misbehaviour(request: web.Request) -> web.Response:
    """POST /admin/misbehave: replaces what goes wrong; `{}` ends all trouble."""
    here = platform(request)
    try:
        bad = parse_misbehaviour(await read_object(request))
    except ValueError as error:
        raise bad_input("invalid_misbehave", str(error), "misbehave") from None
    here.misbehave(bad)
    return answer(_shown(asdict(bad)))


async def stats(request: web.Request) -> web.Response:
    """GET /admin/stats."""
    here = platform(request)
    return answer(
        {
            "requests": dict(here.traffic.requests),
            "statuses": dict(here.traffic.statuses),
            "tasks": dict(Counter(str(job.status) for job in here.board.latest(limit=10**9))),
            "items": here.catalogue.counts(),
            "webhooks": {"delivered": here.webhooks.delivered, "failed": here.webhooks.failed},
        }
    )


async def reset(request: web.Request) -> web.Response:
    """POST /admin/reset."""
    platform(request).reset()
    return web.Response(status=204)


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, False, (), 0) or name == "share"}
