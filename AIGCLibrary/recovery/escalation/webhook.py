"""Escalation by HTTP POST: JSON, signed as Standard Webhooks say when a secret is given."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.recovery.escalation.worker import HelperReply


async def post(
    http: HttpClient, clock: Clock, settings: Mapping[str, Any], said: Mapping[str, Any], deadline: float
) -> HelperReply:
    """Send a failure; an answer with `{"fix": …}` or text becomes a suggestion.

    Args:
        http: Sends the request.
        clock: Time.
        settings: `url`; `secret` (`whsec_…`) signs it; `headers` are added.
        said: What is sent.
        deadline: Seconds.
    """
    url = str(settings["url"])
    body = json.dumps(said, ensure_ascii=False, default=str).encode()
    headers = {
        "Content-Type": "application/json",
        **{str(k): str(v) for k, v in (settings.get("headers") or {}).items()},
    }
    if settings.get("secret"):
        headers |= signed(body, str(settings["secret"]), clock.now())
    started = clock.monotonic()
    try:
        response = await http.request("POST", url, Connection(url), data=body, headers=headers, timeout=deadline)
    except AIGCError as error:
        outcome = "deadline" if "no answer" in error.message else "unreachable"
        return HelperReply(False, error.message, None, outcome, clock.monotonic() - started)
    text = response.text[:20_000]
    if not response.ok:
        return HelperReply(False, f"HTTP {response.status}: {text[:300]}", None, "tool_error", response.elapsed)
    return HelperReply(True, text, response.json, "answered", response.elapsed)


def signed(body: bytes, secret: str, now: float) -> dict[str, str]:
    """Return the headers of Standard Webhooks (standardwebhooks.com): id, timestamp, `v1,` HMAC-SHA256 in base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    identity, stamp = f"msg_{uuid4().hex}", str(int(now))
    digest = hmac.new(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
