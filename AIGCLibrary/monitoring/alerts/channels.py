"""Ways a message takes: signed webhooks, bots of DingTalk, WeCom, Feishu and Lark, and everything apprise knows.

webhook+https://host/path?secret=whsec_…   Standard Webhooks (https://www.standardwebhooks.com)
dingtalk:// wecombot:// feishu-signed://   bots.py: apprise takes refusals for deliveries, escapes the signature twice
anything else                              an apprise URL: slack://, mailto://, json:// …
"""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import uuid4

from AIGCLibrary.errors import MonitoringError, missing_extra
from AIGCLibrary.http.proxy import route_of
from AIGCLibrary.http.transport import OutgoingRequest, Transport
from AIGCLibrary.monitoring.alerts import bots
from AIGCLibrary.redaction.rule import MASK

T = TypeVar("T")
TIMEOUT = 10.0
_HOSTS = ("webhook+http", "webhook+https", "http", "https", "json", "jsons", "xml", "xmls", "form", "forms")
"""Schemes whose first part names a host; of all others it may be a token."""


def shown(url: str) -> str:
    """Return a channel's URL without what it must keep secret."""
    scheme, _, rest = url.partition("://")
    if scheme not in _HOSTS or "@" in rest:
        return f"{scheme}://{MASK}"
    return f"{scheme}://{rest.split('?')[0].split('/')[0]}/{MASK}"


async def send(url: str, payload: dict[str, Any], now: float, transport: Transport) -> None:
    """Deliver a message.

    Args:
        url: The channel.
        payload: `title`, `body` and facts for machines.
        now: Seconds since 1970, for signatures.
        transport: Carries it; apprise has network code of its own and asks before.

    Raises:
        MonitoringError: The channel refused it.
        OSError: It could not be reached.
    """
    scheme = url.partition("://")[0]
    if scheme.startswith("webhook+"):
        await _webhook(url.removeprefix("webhook+"), payload, now, transport)
    elif scheme in bots.BOTS:
        await _bot(url, payload, now, transport)
    else:
        transport.external("apprise", shown(url))
        await _apprise(url, payload)


def sign_webhook(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a body as Standard Webhooks says: HMAC-SHA256 of `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


async def _webhook(url: str, payload: dict[str, Any], now: float, transport: Transport) -> None:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    secret = next((value for name, value in query if name == "secret"), None)
    clean = urlunsplit(parts._replace(query=urlencode([pair for pair in query if pair[0] != "secret"])))
    body = json.dumps(payload, ensure_ascii=False).encode()
    identity, timestamp = f"msg_{uuid4().hex}", int(now)
    headers = {"Content-Type": "application/json", "webhook-id": identity, "webhook-timestamp": str(timestamp)}
    if secret:
        headers["webhook-signature"] = sign_webhook(secret.replace(" ", "+"), identity, timestamp, body)
    await _post(transport, clean, body, headers, url)


async def _bot(url: str, payload: dict[str, Any], now: float, transport: Transport) -> None:
    asked = bots.request(url, payload, now)
    body = json.dumps(asked.body, ensure_ascii=False).encode()
    answer = await _post(transport, asked.url, body, {"Content-Type": "application/json; charset=utf-8"}, url)
    reason = bots.refusal(url, answer)
    if reason:
        raise MonitoringError(f"The channel {shown(url)} refused a message with {reason}.", code="AIGC520")


async def _post(transport: Transport, address: str, body: bytes, headers: dict[str, str], url: str) -> bytes:
    sent = OutgoingRequest(
        "POST", address, headers, data=body, timeout=TIMEOUT, proxy=route_of(address).proxy, encoded=True
    )
    answer = await transport.exchange(sent)
    if answer.status >= 300:
        raise MonitoringError(f"The channel {shown(url)} answered {answer.status} to a message.", code="AIGC520")
    return answer.body


async def _apprise(url: str, payload: dict[str, Any]) -> None:
    try:
        import apprise
    except ImportError as error:
        raise missing_extra("apprise", "alerts", f"The channel {shown(url)}") from error
    # Keys in headers of its services' own, and the message, would follow a redirect to another origin.
    stay = apprise.AppriseAsset(http_redirects=False)
    service = apprise.Apprise.instantiate(url, asset=stay, suppress_exceptions=True)
    if not service:
        raise MonitoringError(f"The channel {shown(url)} is not a URL that apprise knows.", code="AIGC521")
    message = partial(service.notify, body=payload["body"], title=payload["title"])
    if not await asyncio.wait_for(_beside(message), TIMEOUT):
        raise MonitoringError(
            f"The channel {shown(url)} refused a message, or redirected it: redirects are not followed.", code="AIGC520"
        )


async def _beside(function: Callable[[], T]) -> T:
    """Call something that blocks on a thread that nobody waits for when the process ends.

    A pool's threads are waited for: a mail server that does not answer would hold up the end of the run.
    """
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()

    def call() -> None:
        try:
            result = function()
        except Exception as error:  # noqa: BLE001 - whatever a plug-in raises: it is reported where it is waited for
            future.set_exception(MonitoringError(f"A channel failed: {type(error).__name__}: {error}", code="AIGC520"))
        else:
            future.set_result(result)

    threading.Thread(target=call, name="aigc-alert", daemon=True).start()
    return await asyncio.wrap_future(future)
