"""What every request passes: counting, one error shape, ordered trouble, sign-in, idempotent replay."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

from AIGCLibrary.studio.api.files import signed
from AIGCLibrary.studio.api.keys import SESSION_COOKIE, platform
from AIGCLibrary.studio.errors import ApiError, ErrorClass, bad_input, conflict

log = logging.getLogger("aigc.studio")
_OPEN = ("/api/v1/health", "/api/v1/session", "/api/v1/openapi.json", "/openapi.json")
_KEPT_HEADERS = ("Location", "Retry-After", "Content-Type")
_SAFE = ("GET", "HEAD", "OPTIONS")


@web.middleware
async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count requests by route pattern and answers by status."""
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unknown"
    status = 500
    try:
        response = await handler(request)
    except web.HTTPException as error:
        status = error.status
        raise
    else:
        status = response.status
        return response
    finally:
        platform(request).traffic.count(request.method, route, status)


@web.middleware
async def api_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error below /api into the one JSON shape; pages have their own."""
    if not _is_api(request):
        return await handler(request)
    try:
        return await handler(request)
    except ApiError as error:
        return web.json_response(error.body(), status=error.status, headers=error.headers)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return web.json_response(_translated(error, request).body(), status=error.status, headers=_allowed(error))
    except (ConnectionResetError, asyncio.CancelledError):
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        ours = ApiError(500, ErrorClass.INTERNAL, "internal_error", "The studio made a mistake; its log tells more.")
        return web.json_response(ours.body(), status=500)


def _is_api(request: web.Request) -> bool:
    return request.path.startswith("/api/") or request.path == "/openapi.json"


def _allowed(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


def _translated(error: web.HTTPException, request: web.Request) -> ApiError:
    match error.status:
        case 404:
            return ApiError(404, ErrorClass.NOT_FOUND, "route_not_found", f"There is nothing at '{request.path}'.")
        case 405:
            message = f"'{request.path}' does not know {request.method}."
            return ApiError(405, ErrorClass.BAD_INPUT, "method_not_allowed", message)
        case 413:
            return ApiError(413, ErrorClass.BAD_INPUT, "too_large", "The body is larger than this route takes.")
        case status:
            return ApiError(status, ErrorClass.BAD_INPUT, f"http_{status}", error.reason or "The request failed.")


@web.middleware
async def trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with an ordered HTTP error when there is one for this request."""
    platform(request).traffic.check(request.method, request.path)
    return await handler(request)


@web.middleware
async def sign_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let only visitors with a token, a session or a signed link pass."""
    if not _is_api(request) or request.path in _OPEN or signed(request):
        return await handler(request)
    here = platform(request)
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and here.knows_token(token.strip()):
        return await handler(request)
    if not kind and request.cookies.get(SESSION_COOKIE) in here.sessions:
        if request.method not in _SAFE and not same_origin(request):
            message = "A session's requests must come from the studio's own pages."
            raise ApiError(403, ErrorClass.UNAUTHORIZED, "foreign_origin", message)
        return await handler(request)
    message = "The token is not valid." if kind else "Send 'Authorization: Bearer <token>', or sign in."
    headers = {"WWW-Authenticate": 'Bearer realm="studio"'}
    raise ApiError(401, ErrorClass.UNAUTHORIZED, "unauthorized", message, headers=headers)


def same_origin(request: web.Request) -> bool:
    """Whether a browser's request comes from the studio's own pages (no origin header counts as own)."""
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.host}"


@dataclass(slots=True)
class Remembered:
    """One idempotency key: the body it came with, and the answer once there is one."""

    digest: str
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    answer: tuple[int, bytes, dict[str, str]] | None = None


@web.middleware
async def replay(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a POST with a known Idempotency-Key as before."""
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key or not request.path.startswith("/api/v1/"):
        return await handler(request)
    if len(key) > 255:
        raise bad_input("invalid_key", "'Idempotency-Key' has more than 255 characters.", "Idempotency-Key")
    memory = platform(request).idempotency
    digest = hashlib.sha256(_essence(request, await request.read())).hexdigest()
    known = memory.setdefault((request.path, key), Remembered(digest))
    if known.digest != digest:
        raise conflict("idempotency_mismatch", f"The key '{key}' was used with another body.")
    async with known.lock:
        if known.answer is not None:
            status, body, headers = known.answer
            return web.Response(status=status, body=body, headers={**headers, "Idempotency-Replayed": "true"})
        try:
            response = await handler(request)
        except ApiError:
            memory.pop((request.path, key), None)
            raise
        if isinstance(response, web.Response) and response.status < 400:
            headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
            known.answer = (response.status, bytes(response.body or b""), headers)  # type: ignore[arg-type]
        return response


def _essence(request: web.Request, body: bytes) -> bytes:
    """What must be equal in a repetition; the boundary of a form may differ."""
    boundary = request.headers.get("Content-Type", "").partition("boundary=")[2].strip('"').encode()
    return body.replace(boundary, b"") if boundary else body
