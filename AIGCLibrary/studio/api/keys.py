"""What the routes find in the application and in a request."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from AIGCLibrary.studio.platform import Platform

PLATFORM = web.AppKey("platform", Platform)
SESSION_COOKIE = "studio_session"


def platform(request: web.Request) -> Platform:
    """The platform that serves this request."""
    return request.app[PLATFORM]


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON response; long ones are compressed for clients that take it."""
    response = web.json_response(data, status=status, headers=headers)
    if len(response.body or b"") > 1024:  # type: ignore[arg-type]
        response.enable_compression()
    return response
