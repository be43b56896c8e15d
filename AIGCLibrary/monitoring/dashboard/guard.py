"""Who may look at the dashboard: this machine's own browser, or a client with the token; nobody may change anything."""

import hmac
import ipaddress

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from AIGCLibrary.http.odd_requests import local_address

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
COOKIE = "aigc_dashboard"


def guard(token: str | None) -> Middleware:
    """Build the middleware.

    Args:
        token: What a visitor must know; None when only this machine can reach the dashboard. Without a token the
            Host header must name this machine, so that no foreign page can read through a rebound name.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "HEAD"])
        if token is None and not is_local(request.host):
            raise web.HTTPForbidden(text="This dashboard answers to the name of its own machine only.")
        given = _given(request)
        if token is not None and not hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode()):
            raise web.HTTPUnauthorized(
                text="This dashboard needs its token: open it with ?token=…", headers={"WWW-Authenticate": "Bearer"}
            )
        if token is not None and "token" in request.query:
            # The token leaves the address at once, so that it is not passed on or kept in the history.
            answer = web.HTTPFound(local_address(request, without="token"))
            answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict", path="/")
            raise answer
        return await handler(request)

    return check


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Put the safety headers on every answer; a page with a policy of its own keeps it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def is_local(host: str) -> bool:
    """Return whether a Host header names this machine: localhost or a loopback address."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _given(request: web.Request) -> str:
    bearer = request.headers.get("Authorization", "")
    if bearer.startswith("Bearer "):
        return bearer.removeprefix("Bearer ")
    return request.query.get("token") or request.cookies.get(COOKIE, "")
