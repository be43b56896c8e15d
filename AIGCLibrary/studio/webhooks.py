"""Sends Standard Webhooks when jobs end: signed, and again when the receiver does not answer with 2xx.

Signature: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, keyed by the base64 after `whsec_`
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from typing import Any

import aiohttp

from AIGCLibrary.studio.clock import StudioClock, iso

log = logging.getLogger("aigc.studio")
PAUSES = (1.0, 5.0, 30.0)  # seconds before the second, third and fourth try, at speed 1


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header of a message.

    Args:
        secret: `whsec_` and base64.
        message_id: The `webhook-id` header.
        timestamp: Seconds since 1970, as in the `webhook-timestamp` header.
        body: As sent.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class Webhooks:
    """Delivers messages in the background of the studio's loop.

    Args:
        clock: For timestamps, and the speed at which the pauses run.
        secret: `whsec_` and base64.
    """

    def __init__(self, clock: StudioClock, secret: str) -> None:
        self._clock = clock
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self.delivered = 0
        self.failed = 0

    def send(self, url: str, event: str, message_id: str, data: dict[str, Any]) -> None:
        """Deliver one message; returns at once. Must be called on the loop."""
        body = json.dumps({"type": event, "timestamp": iso(self._clock.now()), "data": data}, ensure_ascii=False)
        task = asyncio.get_running_loop().create_task(self._deliver(url, message_id, body.encode()))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _deliver(self, url: str, message_id: str, body: bytes) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        for pause in (*PAUSES, None):
            stamp = int(self._clock.now())
            headers = {
                "Content-Type": "application/json",
                "webhook-id": message_id,
                "webhook-timestamp": str(stamp),
                "webhook-signature": sign(self._secret, message_id, stamp, body),
            }
            try:
                async with self._session.post(url, data=body, headers=headers) as answer:
                    if answer.status < 300:
                        self.delivered += 1
                        return
                    trouble = f"HTTP {answer.status}"
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                trouble = str(error) or type(error).__name__
            if pause is not None:
                await asyncio.sleep(self._clock.wall(pause))
        self.failed += 1
        # No warning: a receiver that ended with its run is usual, and its address has a secret in it.
        log.info("A webhook was not delivered in %d tries: %s", len(PAUSES) + 1, trouble)

    async def close(self) -> None:
        """Drop what is not delivered yet."""
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
