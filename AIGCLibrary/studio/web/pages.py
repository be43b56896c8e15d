"""Routes of the pages that are looked at; `forms` has those that change something."""

from __future__ import annotations

import asyncio
import logging
from importlib import resources
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from AIGCLibrary.http.odd_requests import local_address
from AIGCLibrary.studio.api.keys import SESSION_COOKIE, platform
from AIGCLibrary.studio.catalogue import CHARACTER, EPISODE, SCENE, SCRIPT
from AIGCLibrary.studio.errors import ApiError
from AIGCLibrary.studio.jobs import FAILURES, Status
from AIGCLibrary.studio.web import forms
from AIGCLibrary.studio.web.render import page

log = logging.getLogger("aigc.studio")
_PUBLIC = ("/login", "/favicon.ico")


def add_routes(app: web.Application) -> None:
    """Register pages, forms and static files."""
    app.router.add_get("/login", login)
    app.router.add_get("/", home)
    app.router.add_get("/scripts", scripts)
    app.router.add_get("/scripts/{id}", script)
    app.router.add_get("/generate", generate)
    app.router.add_get("/tasks", tasks)
    app.router.add_get("/library", library)
    app.router.add_get("/favicon.ico", favicon)
    forms.add_routes(app)
    static = Path(str(resources.files("AIGCLibrary.studio").joinpath("static")))
    app.router.add_static("/static", static, append_version=True)


@web.middleware
async def page_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Show errors of pages as a page."""
    if _elsewhere(request):
        return await handler(request)
    try:
        return await handler(request)
    except ApiError as error:
        return page(request, "error.html", error.status, message=error.message)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return page(request, "error.html", error.status, message=error.reason or "")
    except (ConnectionResetError, asyncio.CancelledError):
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return page(request, "error.html", 500, message="The studio made a mistake; its log tells more.")


@web.middleware
async def page_sign_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ask visitors of pages to sign in."""
    here = platform(request)
    if not _elsewhere(request):
        if "token" in request.query and request.method == "GET" and here.knows_token(request.query["token"]):
            return _signed_in_by_token(request)
        if request.path not in _PUBLIC and request.cookies.get(SESSION_COOKIE) not in here.sessions:
            return web.Response(status=303, headers={"Location": "/login?" + _carried(request)})
    return await handler(request)


def _elsewhere(request: web.Request) -> bool:
    """Whether a request is for an API or a static file, which are not pages."""
    return request.path.startswith(("/api/", "/static/", "/openapi.json", "/other/"))


def _carried(request: web.Request) -> str:
    """The query for the sign-in page: where to go afterwards, and the chosen face."""
    query = {name: request.query[name] for name in ("ui", "lang") if name in request.query}
    return URL.build(query={"next": request.path, **query}).raw_query_string


def _signed_in_by_token(request: web.Request) -> web.Response:
    """One-shot sign-in for tools: `?token=…` becomes a session, and the address loses the token."""
    response = web.Response(status=303, headers={"Location": local_address(request, without="token")})
    forms.set_session(response, platform(request).open_session(platform(request).settings.username))
    return response


async def login(request: web.Request) -> web.Response:
    """The sign-in page."""
    return page(request, "login.html", next=forms.local_path(request.query.get("next")), problem=None, username="")


async def home(request: web.Request) -> web.Response:
    """The start page: what runs, what is done, where to go."""
    here = platform(request)
    jobs = here.board.latest(limit=10**9)
    counts = {status: sum(job.status is status for job in jobs) for status in Status}
    values = {
        "running": counts[Status.RUNNING],
        "waiting": counts[Status.QUEUED],
        "finished": counts[Status.SUCCEEDED],
        "scripts": here.catalogue.counts()["scripts"],
    }
    return page(request, "home.html", counts=values, files=here.assets.latest(4))


async def scripts(request: web.Request) -> web.Response:
    """All scripts, and the form for a new one."""
    return forms.scripts_page(request)


async def script(request: web.Request) -> web.Response:
    """One script with its episodes, characters and scenes."""
    catalogue = platform(request).catalogue
    item = catalogue.get(SCRIPT, request.match_info["id"])
    below = {"script_id": item["id"]}
    episodes = catalogue.find(EPISODE, below)
    return page(
        request,
        "script.html",
        script=item,
        characters=catalogue.find(CHARACTER, below),
        episodes=[{**e, "scenes": catalogue.find(SCENE, {"episode_id": e["id"]})} for e in episodes],
    )


async def generate(request: web.Request) -> web.Response:
    """The form for a new job beside the live panel."""
    return forms.generate_page(request)


async def tasks(request: web.Request) -> web.Response:
    """All jobs, live."""
    here = platform(request)
    status = request.query.get("status")
    status = status if status in [str(s) for s in Status] else None
    jobs = [here.view(job) for job in here.board.latest(status, 100)]
    return page(request, "tasks.html", tasks=jobs, failures=FAILURES, chosen=status, statuses=[str(s) for s in Status])


async def library(request: web.Request) -> web.Response:
    """The finished works."""
    kind = request.query.get("kind", "")
    files = [f for f in platform(request).assets.latest() if kind in ("", f.kind)]
    return page(request, "library.html", files=files, kind=kind)


async def favicon(_request: web.Request) -> web.Response:
    """The icon."""
    raise web.HTTPFound("/static/icon.svg")
