"""Bots of DingTalk, WeCom, Feishu and Lark: their addresses, signatures and limits, and refusals reported inside a 200.

dingtalk://SECRET@TOKEN      open.dingtalk.com, custom robots; `dingtalk://TOKEN` where keywords or addresses protect it
wecombot://KEY               developer.work.weixin.qq.com, group robots
feishu-signed://SECRET@TOKEN open.feishu.cn, custom bots; `lark-signed://` for open.larksuite.com

All of them answer 200 to what they refuse, and say so in the body only: a wrong signature, a missing keyword, too many
messages. A gateway of one's own is named before the token: `dingtalk://SECRET@10.0.0.5:8080/TOKEN`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

CUT = "…"


@dataclass(frozen=True, slots=True)
class BotRequest:
    """What is posted to a bot.

    Args:
        url: Address with query.
        body: JSON.
    """

    url: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bot:
    """How messages are sent to one kind of bot.

    Args:
        base: Address of its service.
        path: Path of the call; `{token}` is filled in.
        limit: Longest text in bytes of UTF-8.
        fill: Returns query and body for what the URL holds, a time and a text.
        code: Where the answer says whether it was taken; 0 is yes.
    """

    base: str
    path: str
    limit: int
    fill: Callable[["Parts", float, str], tuple[dict[str, str], dict[str, Any]]]
    code: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What the URL of a channel holds: a secret, the token of the bot, and more after a slash."""

    secret: str
    token: str
    more: tuple[str, ...]


def request(url: str, payload: dict[str, Any], now: float) -> BotRequest:
    """Build what is posted for a message.

    Args:
        url: The channel.
        payload: `title` and `body`.
        now: Seconds since 1970, for signatures.

    Raises:
        ValueError: The URL names no token.
    """
    split = urlsplit(url)
    bot = BOTS[split.scheme]
    base, parts = _parts(split, bot)
    query, body = bot.fill(parts, now, cut(f"{payload['title']}\n{payload['body']}", bot.limit))
    path = bot.path.format(token=parts.token)
    if query:
        path += ("&" if "?" in path else "?") + urlencode(query)
    return BotRequest(base + path, body)


def refusal(url: str, answer: bytes) -> str | None:
    """Return why a bot did not take a message, by what it answered; None when it did."""
    try:
        reported = json.loads(answer)
    except (ValueError, RecursionError):
        return "an answer that is no JSON"
    name = BOTS[urlsplit(url).scheme].code
    code = reported.get(name, 0) if isinstance(reported, dict) else None
    if code in (0, "0"):
        return None
    text = (reported.get("errmsg") or reported.get("msg") or "") if isinstance(reported, dict) else ""
    return f"code {code}" + (f" ({str(text)[:200]})" if text else "")


def sign_dingtalk(secret: str, milliseconds: int) -> str:
    """Sign as DingTalk demands: HMAC-SHA256, its key the secret, over the time, a line feed and the secret; in base64.

    It goes into the query, where it is escaped once; escaped twice, DingTalk refuses it.
    """
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def sign_feishu(secret: str, timestamp: int) -> str:
    """Sign as Feishu demands: HMAC-SHA256 over nothing, its key the time, a line feed and the secret; in base64."""
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def cut(text: str, limit: int) -> str:
    """Shorten a text to so many bytes of UTF-8, between characters; a longer one would be refused whole."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    return encoded[: limit - len(CUT.encode())].decode(errors="ignore") + CUT


def _parts(split: SplitResult, bot: Bot) -> tuple[str, Parts]:
    """Distinguish gateway, secret and token; host names are lowercased on the way, so a token is none."""
    secret, _, place = split.netloc.rpartition("@")
    segments = [unquote(segment) for segment in split.path.split("/") if segment]
    if split.port:
        base, (token, *more) = f"http://{split.hostname}:{split.port}", segments or [""]
    else:
        base, token, more = bot.base, unquote(place), segments
    if not token:
        raise ValueError(f"{split.scheme}:// names no token of the bot")
    return base, Parts(unquote(secret), token, tuple(more))


def _dingtalk(parts: Parts, now: float, text: str) -> tuple[dict[str, str], dict[str, Any]]:
    milliseconds = round(now * 1000)
    query = {}
    if parts.secret:
        query = {"timestamp": str(milliseconds), "sign": sign_dingtalk(parts.secret, milliseconds)}
    body: dict[str, Any] = {"msgtype": "text", "text": {"content": text}}
    if parts.more:  # telephone numbers of those who are called by name
        body["at"] = {"atMobiles": list(parts.more), "isAtAll": False}
    return query, body


def _wecom(_parts: Parts, _now: float, text: str) -> tuple[dict[str, str], dict[str, Any]]:
    return {}, {"msgtype": "text", "text": {"content": text}}


def _feishu(parts: Parts, now: float, text: str) -> tuple[dict[str, str], dict[str, Any]]:
    timestamp = int(now)
    return {}, {
        "timestamp": str(timestamp),
        "sign": sign_feishu(parts.secret, timestamp),
        "msg_type": "text",
        "content": {"text": text},
    }


_HOOK = "/open-apis/bot/v2/hook/{token}"
BOTS = {
    "dingtalk": Bot("https://oapi.dingtalk.com", "/robot/send?access_token={token}", 18_000, _dingtalk, "errcode"),
    "wecombot": Bot("https://qyapi.weixin.qq.com", "/cgi-bin/webhook/send?key={token}", 2048, _wecom, "errcode"),
    "feishu-signed": Bot("https://open.feishu.cn", _HOOK, 18_000, _feishu, "code"),
    "lark-signed": Bot("https://open.larksuite.com", _HOOK, 18_000, _feishu, "code"),
}
"""By scheme. DingTalk and Feishu take requests of 20 kB, escapes and all; WeCom takes texts of 2,048 bytes."""
