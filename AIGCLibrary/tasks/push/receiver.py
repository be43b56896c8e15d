"""Takes the webhooks of products: checks who sent them, drops replays, and lets them race the requests.

A verified message decides like an answer. One that cannot be verified is only a reason to ask at once. Each task has
an address of its own with a secret in it, so that nobody else can cause such a request.
"""

import asyncio
import base64
import json
import logging
import os
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.transport import InboundListener, InboundMessage
from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.client import ProviderAnswer, ProviderClient
from AIGCLibrary.tasks.providers.model import Webhook
from AIGCLibrary.tasks.push import signatures
from AIGCLibrary.tasks.push.signatures import Trust
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.snapshot import Snapshot

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.tasks")
REMEMBERED = 5000
"""Messages remembered, to drop those sent twice."""
LARGEST = 4 * 1024 * 1024
LONGEST_CHALLENGE = 2000
"""Bytes of a message that only asks whether the address is ours."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class WebhookReceiver:
    """Takes messages through the transport, on the engine's loop.

    Args:
        runtime: Settings: `options.tasks.webhook` with `url` (what products reach us by), `host`, `port`; or `off`.
            Without it the server runs only for products on this machine.
        on_answer: Takes what a verified message says.
        on_hint: Called when a message is a reason to ask.
    """

    def __init__(
        self, runtime: "Runtime", on_answer: Callable[[Task, ProviderAnswer], None], on_hint: Callable[[Task], None]
    ) -> None:
        self._runtime = runtime
        self._on_answer, self._on_hint = on_answer, on_hint
        self._listener: InboundListener | None = None
        self._starting = asyncio.Lock()
        self._tasks: dict[str, tuple[Task, ProviderClient]] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._keys: dict[str, list[bytes]] = {}
        self.working: set[str] = set()
        """Providers whose webhooks were seen to arrive."""

    async def url_for(self, task: Task, client: ProviderClient) -> str | None:
        """Return the address to which a product sends a task's events; None where it cannot reach us."""
        options = (self._runtime.settings.options.get("tasks") or {}).get("webhook") or {}
        if client.provider.webhook is None or options in ("off", False):
            return None
        options = options if isinstance(options, Mapping) else {}
        near = urlsplit(client.connection.base_url).hostname in LOOPBACK
        if not near and not options.get("url"):
            return None
        base = await self._start(str(options.get("host", "127.0.0.1")), int(options.get("port", 0)))
        token = secrets.token_urlsafe(24)
        self._tasks[token] = (task, client)
        return f"{str(options.get('url') or base).rstrip('/')}/webhook/{token}"

    def forget(self, task: Task) -> None:
        """Take no more news of a task."""
        self._tasks = {token: pair for token, pair in self._tasks.items() if pair[0] is not task}

    async def close(self) -> None:
        """Stop the server."""
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.close()

    async def receive(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take a message; returns the HTTP status to answer with."""
        if token not in self._tasks:
            return 404
        task, client = self._tasks[token]
        rule = client.provider.webhook
        assert rule is not None  # noqa: S101 - only such tasks get an address
        pollable = client.provider.status is not None
        if self._runtime.replays:
            trust = Trust.UNVERIFIED if pollable else Trust.VERIFIED  # it was checked when it was recorded
        else:
            trust = await self._trust(rule, headers, body)
        if self._runtime.taped and pollable and trust is Trust.VERIFIED:
            trust = Trust.UNVERIFIED  # so that a recording holds the product's own answer, too
        if trust in (Trust.FORGED, Trust.STALE):
            log.warning(Text("tasks.warning.webhook", task=task.handle, trust=str(trust)))
            return 401
        try:
            envelope: dict[str, Any] = {"http": {"status": 200}, "headers": dict(headers), "body": json.loads(body)}
        except (ValueError, RecursionError):
            return 400
        if self._twice(token, rule, headers, envelope, body):
            return 200
        self.working.add(task.provider)
        about = rule.id(envelope) if rule.id else None
        if about is not None and task.remote_id is not None and str(about) != task.remote_id:
            log.debug("A webhook at the address of task '%s' is about '%s'.", task.handle, about)
            return 200
        self._deliver(task, client, rule, trust, envelope, body)
        return 200

    def _deliver(
        self,
        task: Task,
        client: ProviderClient,
        rule: Webhook,
        trust: Trust,
        envelope: dict[str, Any],
        body: bytes,
    ) -> None:
        content = rule.body(envelope) if rule.body else envelope["body"]
        seen = {**envelope, "body": content, "task": task.about()}
        snapshot = client.reader.read(seen, client.connection.base_url, client.connection.base_url)
        word = rule.state(envelope) if snapshot.trouble and rule.state is not None else None
        if word is not None and str(word) in rule.states:
            snapshot = Snapshot(rule.states[str(word)], str(word))
            complete = client.provider.status is None
        elif isinstance(word, str):
            base = client.connection.base_url
            snapshot = client.reader.read_word(seen, word, base)  # a word of the status answers at another place
            complete = snapshot.trouble is None
        else:
            complete = snapshot.trouble is None
        fetch = client.provider.result.request is not None and snapshot.state.ended
        pollable = client.provider.status is not None
        if pollable and (trust is Trust.UNVERIFIED or not complete or fetch):
            if complete and snapshot.state.ended and not task.ended:
                task.pushed_end = task.pushed_end or self._runtime.clock.now()  # counts once the answer confirms it
            self._on_hint(task)
        elif complete:
            self._on_answer(task, ProviderAnswer(snapshot, body=body, via="webhook", moment=True))

    async def _trust(self, rule: Webhook, headers: Mapping[str, str], body: bytes) -> Trust:
        now = self._runtime.clock.now()
        secret = os.environ.get(rule.secret_env or "", "")
        if rule.signature == "fal" and rule.jwks:
            return signatures.fal(headers, body, await self._public_keys(rule.jwks), now)
        if not secret:
            return Trust.UNVERIFIED
        self._runtime.redactor.add(secret)
        if rule.signature == "standard":
            return signatures.standard(headers, body, secret, now)
        if rule.signature == "hmac" and rule.header:
            return signatures.plain(headers.get(rule.header.lower(), ""), body, secret)
        return Trust.UNVERIFIED

    async def _public_keys(self, url: str) -> list[bytes]:
        if url not in self._keys:
            try:
                found = (await self._runtime.http.request("GET", url, Connection(url))).json or {}
            except ApiError:
                return []
            texts = [str(key.get("x", "")) for key in found.get("keys", [])]
            self._keys[url] = [base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in texts]
        return self._keys[url]

    def _twice(
        self, token: str, rule: Webhook, headers: Mapping[str, str], envelope: dict[str, Any], body: bytes
    ) -> bool:
        named = rule.event_id(envelope) if rule.event_id else None
        # By address, too: a product may send the same bytes about two tasks.
        event = str(named or headers.get("webhook-id") or headers.get("x-fal-webhook-request-id") or hash(body))
        name = f"{token} {event}"
        if name in self._seen:
            return True
        self._seen[name] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False

    async def _start(self, host: str, port: int) -> str:
        """Return the address we take messages at; the first one who asks starts to listen."""
        async with self._starting:  # tasks submitted at the same time wait for the one address
            if self._listener is None:
                transport = self._runtime.transport
                self._listener = await transport.listen(host, port, "/webhook", self._handle, largest=LARGEST)
                log.debug("Webhooks are taken at %s.", self._listener.url)
            return self._listener.url

    async def _handle(self, message: InboundMessage) -> int | bytes:
        proof = challenged(message.body) if message.name in self._tasks else None
        return proof or await self.receive(message.name, message.headers, message.body)


def challenged(body: bytes) -> bytes | None:
    """Return the answer to a message by which a product finds out whether the address is ours; None for other messages.

    MiniMax posts `{"challenge": "…"}` while it takes a submission, and refuses the submission unless that is sent back
    (https://github.com/anymasoft/ai, astro/FORENSIC_AUDIT.md, read 2026-11-29).
    """
    if len(body) > LONGEST_CHALLENGE or b"challenge" not in body:
        return None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    challenge = message.get("challenge") if isinstance(message, dict) else None
    return json.dumps({"challenge": challenge}).encode() if isinstance(challenge, str) and challenge else None
