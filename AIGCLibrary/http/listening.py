"""A small web server for what others send to us: the webhooks of products."""

from typing import Self

from aiohttp import web

from AIGCLibrary.http.odd_requests import answer_odd_requests
from AIGCLibrary.http.transport import InboundMessage, Take

SHUTDOWN_SECONDS = 1.0
"""Longest wait for messages that are being taken when the server stops."""


class WebListener:
    """Listens on the running loop.

    Attributes:
        url: Address below which messages are taken.
    """

    def __init__(self, runner: web.AppRunner, url: str) -> None:
        self._runner = runner
        self.url = url

    @classmethod
    async def start(cls, host: str, port: int, path: str, take: Take, largest: int) -> Self:
        """Start to listen; see `Transport.listen`."""

        async def handle(request: web.Request) -> web.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            try:
                body = await request.read()
            except web.HTTPException:
                raise  # too large
            except Exception as error:
                # A body that is not what its Content-Encoding or its framing says: aiohttp raises many kinds of errors.
                raise web.HTTPBadRequest from error
            message = InboundMessage(request.match_info["name"], headers, body)
            answer = await take(message)
            if isinstance(answer, bytes):
                return web.Response(body=answer, content_type="application/json")
            return web.Response(status=answer)

        app = web.Application(client_max_size=largest)
        app.router.add_post(f"{path}/{{name}}", handle)
        answer_odd_requests(app)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        return cls(runner, f"http://{host}:{runner.addresses[0][1]}")

    async def close(self) -> None:
        """Take no more messages."""
        await self._runner.cleanup()
