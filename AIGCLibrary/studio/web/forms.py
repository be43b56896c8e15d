"""Routes of the forms: every POST ends with a redirect, or shows the form again with what is wrong."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from AIGCLibrary.studio.api.files import read_upload
from AIGCLibrary.studio.api.keys import SESSION_COOKIE, platform
from AIGCLibrary.studio.api.middleware import same_origin
from AIGCLibrary.studio.api.schema import check, read_form
from AIGCLibrary.studio.catalogue import CHARACTER, EPISODE, KINDS, SCENE, SCRIPT
from AIGCLibrary.studio.errors import ApiError, ErrorClass, not_found
from AIGCLibrary.studio.jobs import FAILURES
from AIGCLibrary.studio.media.picture import STYLES
from AIGCLibrary.studio.web.render import page

RESOLUTIONS = ("640x360", "854x480", "1280x720", "360x640", "512x512")
_NUMBERS = {"duration": float, "priority": int, "frames": int, "number": int, "seed": int}
_FORM = {
    "kind": "video",
    "style": "cinematic",
    "duration": 4,
    "resolution": "640x360",
    "priority": 5,
    "prompt": "",
    "scene_id": "",
}


def add_routes(app: web.Application) -> None:
    """Register the routes."""
    app.router.add_post("/login", _own(login))
    app.router.add_post("/logout", _own(logout))
    app.router.add_post("/scripts", _own(create_script))
    app.router.add_post("/scripts/{id}/delete", _own(delete_script))
    app.router.add_post("/scripts/{id}/episodes", _own(create_episode))
    app.router.add_post("/scripts/{id}/characters", _own(create_character))
    app.router.add_post("/scripts/{id}/scenes", _own(create_scene))
    app.router.add_post("/scripts/{id}/{plural:episodes|characters|scenes}/{item}/delete", _own(delete_item))
    app.router.add_post("/generate", _own(generate))
    app.router.add_post("/tasks/{id}/{action:cancel|retry}", _own(act))


def _own(handler: Any) -> Any:
    """Refuse forms that another site sent (the session cookie is SameSite=Lax besides)."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not same_origin(request):
            raise ApiError(403, ErrorClass.UNAUTHORIZED, "foreign_origin", "This form was sent by another site.")
        response: web.StreamResponse = await handler(request)
        return response

    return guarded


def set_session(response: web.StreamResponse, secret: str) -> None:
    """Set the session's cookie."""
    response.set_cookie(SESSION_COOKIE, secret, httponly=True, samesite="Lax")


def local_path(target: str | None) -> str:
    """A path on this site, whatever was asked for."""
    safe = target and target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return str(target) if safe else "/"


async def login(request: web.Request) -> web.StreamResponse:
    """Sign in."""
    form = await read_form(request)
    username, target = str(form.get("username", "")), local_path(str(form.get("next", "/")))
    try:
        secret = platform(request).sign_in(username, str(form.get("password", "")))
    except ApiError as error:
        return page(request, "login.html", error.status, next=target, problem=error.message, username=username)
    response = _to(target)
    set_session(response, secret)
    return response


async def logout(request: web.Request) -> web.StreamResponse:
    """Sign out."""
    platform(request).sessions.pop(request.cookies.get(SESSION_COOKIE, ""), None)
    response = _to("/login")
    response.del_cookie(SESSION_COOKIE)
    return response


def scripts_page(request: web.Request, status: int = 200, problem: str | None = None, title: str = "") -> web.Response:
    """The page of scripts, perhaps with what is wrong in its form."""
    catalogue = platform(request).catalogue
    rows = []
    for item in reversed(catalogue.find(SCRIPT, {})):
        below = {"script_id": item["id"]}
        counts = {kind.plural: len(catalogue.find(kind, below)) for kind in (EPISODE, CHARACTER)}
        rows.append({**item, **counts})
    return page(request, "scripts.html", status, scripts=rows, problem=problem, title=title)


async def create_script(request: web.Request) -> web.StreamResponse:
    """Create a script."""
    body = await _fields(request, "title", "genre", "language")
    try:
        platform(request).catalogue.create(SCRIPT, check(body, "ScriptCreate"))
    except ApiError as error:
        return scripts_page(request, error.status, error.message, str(body.get("title", "")))
    return _to("/scripts")


async def delete_script(request: web.Request) -> web.StreamResponse:
    """Remove a script with everything below it."""
    platform(request).catalogue.delete(SCRIPT, request.match_info["id"], cascade=True)
    return _to("/scripts")


async def create_episode(request: web.Request) -> web.StreamResponse:
    """Add an episode to a script."""
    body = {"script_id": request.match_info["id"], **await _fields(request, "number", "title")}
    platform(request).catalogue.create(EPISODE, check(body, "EpisodeCreate"))
    return _back(request)


async def create_character(request: web.Request) -> web.StreamResponse:
    """Add a character to a script."""
    body = {"script_id": request.match_info["id"], **await _fields(request, "name", "description")}
    platform(request).catalogue.create(CHARACTER, check(body, "CharacterCreate"))
    return _back(request)


async def create_scene(request: web.Request) -> web.StreamResponse:
    """Add a scene to an episode."""
    body: dict[str, Any] = await _fields(request, "episode_id", "description")
    form = await read_form(request)
    body["character_ids"] = [str(name) for name in form.getall("character_ids", [])]
    platform(request).catalogue.create(SCENE, check(body, "SceneCreate"))
    return _back(request)


async def delete_item(request: web.Request) -> web.StreamResponse:
    """Remove an episode, character or scene with what is below it."""
    kind = KINDS[request.match_info["plural"]]
    platform(request).catalogue.delete(kind, request.match_info["item"], cascade=True)
    return _back(request)


def generate_page(
    request: web.Request, status: int = 200, problem: ApiError | None = None, form: dict[str, Any] | None = None
) -> web.Response:
    """The generate page with the form as it was, perhaps with what is wrong in it."""
    here = platform(request)
    values = dict(_FORM)
    if form is None and "scene" in request.query and here.catalogue.has("scenes", request.query["scene"]):
        scene = here.catalogue.get(SCENE, request.query["scene"])
        values |= {"prompt": scene["description"], "scene_id": scene["id"]}
    values |= form or {}
    jobs = [here.view(job) for job in here.board.latest(limit=12)]
    choices = {"styles": STYLES, "resolutions": RESOLUTIONS, "failures": FAILURES}
    return page(request, "generate.html", status, form=values, problem=problem, tasks=jobs, **choices)


async def generate(request: web.Request) -> web.StreamResponse:
    """Send a job to production."""
    body = await _fields(request, "prompt", "kind", "style", "duration", "resolution", "priority", "scene_id")
    try:
        if request.content_type.startswith("multipart/"):
            reference = await read_upload(request, "reference")
            if reference is not None:
                body["reference_image_id"] = reference.id
        if body.get("kind") not in ("video", "audio"):
            body.pop("duration", None)
        platform(request).submit(check({"prompt": "", **body}, "TaskCreate"))
    except ApiError as error:
        return generate_page(request, error.status, error, body)
    return _to("/generate")


async def act(request: web.Request) -> web.StreamResponse:
    """Cancel or retry a job without JavaScript."""
    here, name = platform(request), request.match_info["id"]
    if request.match_info["action"] == "cancel":
        here.board.cancel(name)
    else:
        here.retry(name)
    return _to("/tasks")


async def _fields(request: web.Request, *names: str) -> dict[str, Any]:
    """Fields of a form that were filled in, numbers as numbers (what is none stays text, and is refused later)."""
    form = await read_form(request)
    found: dict[str, Any] = {}
    for name in names:
        value = form.get(name)
        if isinstance(value, str) and value.strip():
            found[name] = _number(value.strip(), _NUMBERS[name]) if name in _NUMBERS else value.strip()
    return found


def _number(text: str, kind: Any) -> Any:
    try:
        return kind(text)
    except ValueError:
        return text


def _back(request: web.Request) -> web.Response:
    name = request.match_info["id"]
    if not platform(request).catalogue.has("scripts", name):
        raise not_found("script", name)
    return _to(f"/scripts/{name}")


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
