"""Puts the studio together as an aiohttp application."""

from __future__ import annotations

from aiohttp import web

from AIGCLibrary.http.odd_requests import answer_odd_requests
from AIGCLibrary.studio import other
from AIGCLibrary.studio.api import catalogue, files, middleware, service, tasks
from AIGCLibrary.studio.api.keys import PLATFORM
from AIGCLibrary.studio.clock import StudioClock
from AIGCLibrary.studio.platform import Platform
from AIGCLibrary.studio.settings import StudioSettings


def create_app(settings: StudioSettings | None = None, *, clock: StudioClock | None = None) -> web.Application:
    """The studio as an application, to be run in a loop of your own.

    Args:
        settings: The studio's settings; the defaults when left out.
        clock: The time; a real one when left out.

    Example: `runner = web.AppRunner(create_app(StudioSettings(seed=1, speed=60)))`
    """
    from AIGCLibrary.studio.web import pages

    settings = settings or StudioSettings()
    stack = [
        middleware.count,
        pages.page_errors,
        pages.page_sign_in,
        middleware.api_errors,
        middleware.trouble,
        middleware.sign_in,
        middleware.replay,
    ]
    app = web.Application(middlewares=stack, client_max_size=settings.upload_limit)
    app[PLATFORM] = Platform(settings, clock)
    app.cleanup_ctx.append(app[PLATFORM].run)
    for part in (service, catalogue, tasks, files, other, pages):
        part.add_routes(app)
    answer_odd_requests(app)
    app.on_shutdown.append(_say_goodbye)
    return app


async def _say_goodbye(app: web.Application) -> None:
    """End the event streams first, so that closing does not wait for them."""
    app[PLATFORM].broker.close()
