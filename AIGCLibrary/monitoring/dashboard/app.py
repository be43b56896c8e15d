"""The routes of the dashboard."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import resources
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from AIGCLibrary._version import __version__
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.odd_requests import answer_odd_requests
from AIGCLibrary.i18n import catalogue, short_language
from AIGCLibrary.monitoring.dashboard import reads
from AIGCLibrary.monitoring.dashboard.feed import Feed
from AIGCLibrary.monitoring.dashboard.guard import add_headers, guard
from AIGCLibrary.monitoring.dashboard.prometheus import exposition
from AIGCLibrary.monitoring.dashboard.reads import Reads
from AIGCLibrary.store import Store

STATIC = {
    "/": ("index.html", "text/html"),
    "/dashboard.css": ("dashboard.css", "text/css"),
    "/dashboard.js": ("dashboard.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/uplot.js": ("vendor/uPlot.js", "text/javascript"),
    "/uplot.css": ("vendor/uPlot.css", "text/css"),
    "/uplot-license.txt": ("vendor/uPlot-LICENSE.txt", "text/plain"),
}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(store: Store, token: str | None = None, *, fresh: float = reads.FRESH) -> web.Application:
    """Build the dashboard over a store.

    Args:
        store: Where to read.
        token: What a visitor must know; None when only this machine can reach it.
        fresh: Seconds an answer is kept; 0 reads again every time.
    """
    app = web.Application(middlewares=[_errors, guard(token)])
    app.on_response_prepare.append(add_headers)
    kept = Reads(store, fresh)
    feed = Feed(kept)

    async def close(_app: web.Application) -> None:
        await feed.close()

    app.on_shutdown.append(close)
    for path, (name, kind) in STATIC.items():
        app.router.add_get(path, partial(_static, name, kind))
    v1 = "/api/v1"
    routes: dict[str, Answer] = {
        f"{v1}/runs": _answer(kept, reads.runs),
        f"{v1}/runs/{{run}}/slo": _of_run(kept, reads.slo, _language),
        f"{v1}/runs/{{run}}/metrics": _of_run(kept, reads.metrics),
        f"{v1}/runs/{{run}}/series": _of_run(kept, reads.series, _name, _number("from"), _number("to")),
        f"{v1}/runs/{{run}}/tasks": _of_run(kept, reads.tasks),
        f"{v1}/runs/{{run}}/downloads": _of_run(kept, reads.downloads),
        f"{v1}/runs/{{run}}/failures": _of_run(kept, reads.failures, _language),
        f"{v1}/alerts": _alerts(kept),
        f"{v1}/events": feed.stream,
        f"{v1}/texts": _texts,
        "/openapi.json": _openapi,
        "/metrics": partial(_metrics, kept),
        "/healthz": _health,
    }
    routes |= {"/runs/{run}/log.html": partial(_log, kept), "/runs/{run}/compare.html": partial(_compare, kept)}
    for path, handler in routes.items():
        app.router.add_get(path, handler)
    answer_odd_requests(app)
    return app


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return what went wrong in one sentence, as JSON under /api."""
    try:
        return await handler(request)
    except AIGCError as error:
        if not request.path.startswith("/api/"):
            return web.Response(text=error.text_in(_language(request)), status=404)
        return web.json_response({"error": {"code": error.code, "message": error.message}}, status=404)
    except web.HTTPException as error:
        if request.path.startswith("/api/") and error.status >= 400:
            text = error.text or error.reason
            return web.json_response({"error": {"code": str(error.status), "message": text}}, status=error.status)
        raise


async def _static(name: str, kind: str, _request: web.Request) -> web.Response:
    source = resources.files("AIGCLibrary.monitoring.dashboard") / "static" / name
    return web.Response(
        body=source.read_bytes(), content_type=kind, charset="utf-8", headers={"Cache-Control": "no-cache"}
    )


async def _log(kept: Reads, request: web.Request) -> web.StreamResponse:
    """Serve the log of a run, in a sandbox: what it holds came from tests, and its scripts reach nothing here."""
    path = await kept.get(reads.log_file, await kept.get(reads.resolve, request.match_info["run"]))
    if path is None:
        raise web.HTTPNotFound(text="The log of this run is not on this machine.")
    return web.FileResponse(path, headers={"Content-Security-Policy": "sandbox allow-scripts allow-popups"})


async def _compare(kept: Reads, request: web.Request) -> web.Response:
    """Serve the page that compares a run with another one, the previous one unless `than` names it."""
    run_id = await kept.get(reads.resolve, request.match_info["run"])
    than = request.query.get("than", "previous")
    page, policy = await kept.get(reads.comparison, run_id, than, _language(request))
    return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy})


def _answer(kept: Reads, question: Callable[..., Any]) -> Answer:
    async def handler(_request: web.Request) -> web.Response:
        return _json(await kept.get(question))

    return handler


def _of_run(kept: Reads, question: Callable[..., Any], *arguments: Callable[[web.Request], Any]) -> Answer:
    async def handler(request: web.Request) -> web.Response:
        values = [argument(request) for argument in arguments]
        run_id = await kept.get(reads.resolve, request.match_info["run"])
        return _json(await kept.get(question, run_id, *values))

    return handler


def _alerts(kept: Reads) -> Answer:
    async def handler(request: web.Request) -> web.Response:
        run = request.query.get("run")
        return _json(await kept.get(reads.alerts, await kept.get(reads.resolve, run) if run else None))

    return handler


def _json(data: Any) -> web.Response:
    return web.json_response(data, headers={"Cache-Control": "no-store"}, dumps=partial(json.dumps, allow_nan=False))


def _language(request: web.Request) -> str:
    return short_language(request.query.get("lang"))


def _name(request: web.Request) -> str:
    name = request.query.get("name")
    if not name:
        raise web.HTTPBadRequest(text="The parameter 'name' is missing: the name of a metric.")
    return name


def _number(parameter: str) -> Callable[[web.Request], float | None]:
    def read(request: web.Request) -> float | None:
        text = request.query.get(parameter)
        try:
            return None if text is None else float(text)
        except ValueError:
            raise web.HTTPBadRequest(text=f"The parameter '{parameter}' is not a number of seconds.") from None

    return read


async def _texts(request: web.Request) -> web.Response:
    """Return the words of the page in a language."""
    language = _language(request)

    def pick(node: Any) -> Any:
        if isinstance(node, dict) and "en" in node:
            return node.get(language, node["en"])
        return {name: pick(child) for name, child in node.items()}

    words = catalogue("monitoring")
    return _json({name: pick(words[name]) for name in ("dashboard", "verdict", "trend", "page", "column", "title")})


async def _openapi(_request: web.Request) -> web.Response:
    import yaml

    source = resources.files("AIGCLibrary.monitoring.dashboard") / "openapi.yaml"
    return _json(yaml.safe_load(source.read_text(encoding="utf-8")))


async def _metrics(kept: Reads, _request: web.Request) -> web.Response:
    text = await kept.get(exposition)
    return web.Response(body=text.encode(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def _health(_request: web.Request) -> web.Response:
    return _json({"status": "healthy", "version": __version__})
