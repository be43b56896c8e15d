"""Answers what clients send beside the routes of a server of ours, as RFC 9110 and RFC 9112 ask, at every address."""

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.typedefs import Handler

_METHODS_OF_PROXIES = (hdrs.METH_CONNECT, hdrs.METH_TRACE)


def answer_odd_requests(app: web.Application) -> None:
    """Let an application answer them; to be called after its routes and middlewares are added."""
    app.middlewares.insert(0, _refuse)
    app.router.add_route("*", "/{elsewhere:.*}", _refuse_address)
    for route in app.router.routes():
        # A route takes a handler of its own only when it is added, and those of static files take none. aiohttp's own
        # handler repeats bytes that are no text, and fails.
        route._expect_handler = _answer_expect  # noqa: SLF001


def local_address(request: web.Request, *, without: str) -> str:
    """Return the path and query of a request without one parameter, for a redirect that stays on this server."""
    # One slash: an address that begins with two, or with a backslash, would lead to another host.
    query = request.rel_url.without_query_params(without).raw_query_string
    path = request.rel_url.raw_path.lstrip("/\\")
    return f"/{path}?{query}" if query else f"/{path}"


@web.middleware
async def _refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what no handler may see: methods of proxies, requests to no address, hosts that are none."""
    if request.version.major != 1:
        raise web.HTTPVersionNotSupported
    if request.method in _METHODS_OF_PROXIES or request.raw_path == "*":
        raise web.HTTPNotImplemented
    try:
        _ = request.url
    except ValueError:
        raise web.HTTPBadRequest(text="The Host header names no host.") from None
    return await handler(request)


async def _refuse_address(request: web.Request) -> web.StreamResponse:
    """Answer an address that no route is for; one that has routes for other methods names these."""
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        if resource is not request.match_info.route.resource:
            allowed |= (await resource.resolve(request))[1]
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, sorted(allowed))
    raise web.HTTPNotFound


async def _answer_expect(request: web.Request) -> web.StreamResponse | None:
    """Answer `Expect` (RFC 9110, 10.1.1), which counts from HTTP/1.1 on."""
    if request.version < HttpVersion11:
        return None
    if request.headers.get(hdrs.EXPECT, "").lower() != "100-continue":
        return web.Response(status=417)
    if request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return None
