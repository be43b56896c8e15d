"""Ways a message takes: signed webhooks, Feishu/Lark bots with signature, and everything apprise knows.

webhook+https://host/path?secret=whsec_…   Standard Webhooks (https://www.standardwebhooks.com)
feishu-signed://SECRET@TOKEN               Feishu; lark-signed:// for Lark. apprise knows no signature for them
anything else                              an apprise URL: dingtalk://, wecombot://, slack://, mailto://, json:// …
"""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit
from uuid import uuid4

from AIGCLibrary.errors import MonitoringError, missing_extra
from AIGCLibrary.redact import MASK

TIMEOUT = 10.0
_BOTS = {"feishu-signed": "https://open.feishu.cn", "lark-signed": "https://open.larksuite.com"}


def shown(url: str) -> str:
    """Give a channel's URL without what it must keep secret."""
    scheme, _, rest = url.partition("://")
    host = rest.rpartition("@")[2].split("?")[0]
    return f"{scheme}://{MASK}" if scheme in _BOTS or "@" in rest else f"{scheme}://{host.split('/')[0]}/{MASK}"


async def send(url: str, payload: dict[str, Any], now: float) -> None:
    """Deliver a message.

    Args:
        url: The channel.
        payload: `title`, `body` and facts for machines.
        now: Seconds since 1970, for signatures.

    Raises:
        MonitoringError: The channel refused it.
        OSError: It could not be reached.
    """
    scheme = url.partition("://")[0]
    if scheme.startswith("webhook+"):
        await _webhook(url.removeprefix("webhook+"), payload, now)
    elif scheme in _BOTS:
        await _feishu(url, payload, now)
    else:
        await _apprise(url, payload)


def sign_webhook(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a body as Standard Webhooks says: HMAC-SHA256 of `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def sign_feishu(secret: str, timestamp: int) -> str:
    """Sign as a Feishu bot demands: HMAC-SHA256 over nothing, its key the time, a line feed and the secret; in base64.

    Source: open.feishu.cn, custom bot, security settings, signature verification.
    """
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


async def _webhook(url: str, payload: dict[str, Any], now: float) -> None:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    secret = next((value for name, value in query if name == "secret"), None)
    clean = urlunsplit(parts._replace(query=urlencode([pair for pair in query if pair[0] != "secret"])))
    body = json.dumps(payload, ensure_ascii=False).encode()
    identity, timestamp = f"msg_{uuid4().hex}", int(now)
    headers = {"Content-Type": "application/json", "webhook-id": identity, "webhook-timestamp": str(timestamp)}
    if secret:
        headers["webhook-signature"] = sign_webhook(secret.replace(" ", "+"), identity, timestamp, body)
    await _post(clean, body, headers, url)


async def _feishu(url: str, payload: dict[str, Any], now: float) -> None:
    parts = urlsplit(url)
    secret, timestamp = unquote(parts.username or ""), int(now)
    base = _BOTS[parts.scheme]
    if parts.port:  # a stand-in on this machine, for tests: feishu-signed://SECRET@127.0.0.1:8000/TOKEN
        base, token = f"http://{parts.hostname}:{parts.port}", parts.path.strip("/")
    else:
        token = parts.netloc.rpartition("@")[2]
    text = {
        "timestamp": str(timestamp),
        "sign": sign_feishu(secret, timestamp),
        "msg_type": "text",
        "content": {"text": f"{payload['title']}\n{payload['body']}"},
    }
    body = json.dumps(text, ensure_ascii=False).encode()
    address = f"{base}/open-apis/bot/v2/hook/{token}"
    answer = await _post(address, body, {"Content-Type": "application/json"}, url)
    code = json.loads(answer or b"{}").get("code", 0)
    if code:
        raise MonitoringError(f"The channel {shown(url)} refused a message with code {code}.", code="AIGC520")


async def _post(address: str, body: bytes, headers: dict[str, str], url: str) -> bytes:
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
    ):
        content = await answer.read()
        if answer.status >= 300:
            raise MonitoringError(f"The channel {shown(url)} answered {answer.status} to a message.", code="AIGC520")
        return content


async def _apprise(url: str, payload: dict[str, Any]) -> None:
    try:
        import apprise
    except ImportError as error:
        raise missing_extra("apprise", "alerts", f"The channel {shown(url)}") from error
    service = apprise.Apprise()
    if not service.add(url):
        raise MonitoringError(f"The channel {shown(url)} is no URL that apprise knows.", code="AIGC521")
    if not await asyncio.wait_for(service.async_notify(title=payload["title"], body=payload["body"]), TIMEOUT):
        raise MonitoringError(f"The channel {shown(url)} refused a message.", code="AIGC520")
