"""The platform behind the routes: catalogue, board, assets, news and sign-ins of one studio."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from AIGCLibrary.studio.assets import AssetStore
from AIGCLibrary.studio.board import Board
from AIGCLibrary.studio.broker import Broker
from AIGCLibrary.studio.catalogue import Catalogue
from AIGCLibrary.studio.clock import StudioClock
from AIGCLibrary.studio.desk import Desk
from AIGCLibrary.studio.errors import ApiError, ErrorClass, bad_input
from AIGCLibrary.studio.ids import IdSource
from AIGCLibrary.studio.jobs import Job
from AIGCLibrary.studio.media.order import Product
from AIGCLibrary.studio.media.render import Renderer
from AIGCLibrary.studio.misbehaviour import HttpBurst, Misbehaviour, parse_misbehaviour
from AIGCLibrary.studio.settings import StudioSettings
from AIGCLibrary.studio.traffic import Traffic
from AIGCLibrary.studio.webhooks import Webhooks

_TICK = 0.4  # seconds between progress news while a client listens


class Platform:
    """One studio's state and services; created by `create_app`, alive while the app runs.

    Args:
        settings: The studio's settings.
        clock: The time; a real one when left out.
    """

    def __init__(self, settings: StudioSettings, clock: StudioClock | None = None) -> None:
        self.settings = settings
        self.clock = clock or StudioClock(settings.speed)
        self.renderer = Renderer()
        self.broker = Broker()
        self.traffic = Traffic()
        self.webhooks = Webhooks(self.clock, settings.webhook_secret)
        self.sessions: dict[str, str] = {}  # secret → user name
        self.origin = f"http://{settings.host}:{settings.port}"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._pulse: asyncio.Task[None] | None = None
        self.idempotency: dict[tuple[str, str], Any] = {}
        self.reset()

    def reset(self) -> None:
        """Forget everything made so far and take the misbehaviour of the settings again."""
        ids = IdSource(self.settings.seed)
        self.traffic.clear()
        self.idempotency.clear()
        self.catalogue = Catalogue(self.clock, ids)
        self.assets = AssetStore(self.clock, ids, self.settings.token)
        self.desk = Desk(self.settings, self.clock, ids)
        self.board = Board(
            self.clock,
            self.renderer,
            self.settings.concurrency,
            self.settings.queue_limit,
            on_change=self._changed,
            on_product=self._product_made,
            deliver=self._deliver,
        )
        self.misbehave(parse_misbehaviour(self.settings.misbehave))

    def misbehave(self, bad: Misbehaviour) -> None:
        """From now on, let this go wrong."""
        self.desk.misbehave = bad
        self.traffic.forget_bursts()
        if bad.http_burst:
            self.traffic.order(bad.http_burst)

    # Sign-in

    def sign_in(self, username: str, password: str) -> str:
        """Open a session; returns its secret.

        Raises:
            ApiError: 401 when name or password is wrong.
        """
        right = _same(username, self.settings.username)
        if not (_same(password, self.settings.password) and right):
            raise ApiError(401, ErrorClass.UNAUTHORIZED, "wrong_credentials", "Username or password is wrong.")
        return self.open_session(username)

    def open_session(self, username: str) -> str:
        """Open a session without a password, for a visitor who showed the token."""
        secret = secrets.token_urlsafe(24)
        self.sessions[secret] = username
        return secret

    def knows_token(self, token: str) -> bool:
        """Whether a bearer token is the studio's own or a session's."""
        return _same(token, self.settings.token) or token in self.sessions

    # Jobs

    def submit(self, body: Mapping[str, Any]) -> Job:
        """Queue a job of a validated request.

        Raises:
            ApiError: 422 with the field, 429 when the queue is full.
        """
        scene, reference = body.get("scene_id"), body.get("reference_image_id")
        if scene is not None and not self.catalogue.has("scenes", scene):
            raise bad_input("unknown_scene", f"'scene_id' names '{scene}', which does not exist.", "scene_id")
        if reference is not None and not self.assets.has(reference):
            message = f"'reference_image_id' names '{reference}', which does not exist."
            raise bad_input("unknown_file", message, "reference_image_id")
        return self._queue(self.desk.take(body))

    def retry(self, name: str) -> Job:
        """Queue a new job that repeats a failed or cancelled one.

        Raises:
            ApiError: 404, 409, 429.
        """
        return self._queue(self.desk.again(self.board.get(name)))

    def view(self, job: Job) -> dict[str, Any]:
        """A job as the API shows it now."""
        return job.view(self.clock.now(), self.board.position(job), self.board.eta(job), self.origin)

    def _queue(self, job: Job) -> Job:
        self.board.add(job)
        burst = job.bad.http_burst
        if burst and burst.route != "files":
            self.traffic.order(HttpBurst(burst.status, burst.count, f"GET /tasks/{job.id}", burst.retry_after))
        self._wake.set()
        return job

    def _deliver(self, job: Job, product: Product) -> list[dict[str, Any]]:
        files = self.assets.deliver(job, product)
        burst = job.bad.http_burst
        if burst and burst.route == "files":
            for file in files:
                self.traffic.order(HttpBurst(burst.status, burst.count, f"GET /files/{file['id']}", burst.retry_after))
        return files

    def _changed(self, job: Job) -> None:
        if self._loop is None:
            return
        view = self.view(job)
        self.broker.tell({"event": "task", "data": view})
        url = job.request.get("webhook_url")
        if url and job.status.ended and not job.bad.lost_webhook:
            self.webhooks.send(url, f"task.{job.status}", f"msg_{job.id.removeprefix('task_')}", view)

    def _product_made(self) -> None:
        """Called on a rendering thread, or on the loop."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    # Life

    def wake(self) -> None:
        """Look at once whether something is due; called when a client connects."""
        self._wake.set()

    async def run(self, _app: web.Application) -> Any:
        """Live as long as the app: the `cleanup_ctx` of `create_app`."""
        self._loop = asyncio.get_running_loop()
        self.renderer.warm_up()
        self._pulse = self._loop.create_task(self._beat())
        yield
        self.broker.close()
        self._pulse.cancel()
        await asyncio.gather(self._pulse, return_exceptions=True)
        await self.webhooks.close()
        self._loop = None
        await asyncio.to_thread(self.renderer.close)

    async def _beat(self) -> None:
        """Let jobs end when their time has come, and report progress while a client listens."""
        while True:
            self._wake.clear()
            self.board.advance()
            wait = min(max(self.board.next_event() - self.clock.now(), 0.001), 3600.0)
            if self.broker.busy:
                wait = min(wait, _TICK)
                for job in (*self.board.running()[:100], *self.board.queued(20)):
                    self.broker.tell({"event": "task", "data": self.view(job)})
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue


def _same(token: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not reveal how far they are; headers may hold any byte."""
    return hmac.compare_digest(token.encode(errors="surrogateescape"), other.encode())
