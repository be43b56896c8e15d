"""Channels and outbox against a receiver on this machine."""

import asyncio
import base64
import hashlib
import hmac
import json
from email import message_from_bytes
from email.policy import default
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import pytest
from aiohttp import web
from sqlalchemy import select

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.monitoring.alerts.channels import send, shown, sign_feishu
from AIGCLibrary.monitoring.alerts.outbox import Outbox
from AIGCLibrary.store import Store, tables
from tests.support.stores import fill

PAYLOAD = {"title": "🔴 SLO 告警", "body": "locator.gold_hit_rate", "alerts": []}


@pytest.fixture
async def receiver():
    """An address that keeps what it is sent; `receiver.answer` is what it says."""

    class Receiver:
        answer = (200, {"code": 0})

        def __init__(self):
            self.got = []

    kept = Receiver()

    async def take(request):
        kept.got.append((request.path, dict(request.headers), await request.read()))
        status, body = kept.answer
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_post("/{tail:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.port = runner.addresses[0][1]
    yield kept
    await runner.cleanup()


async def test_a_webhook_is_signed_as_standard_webhooks_says(receiver):
    secret = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
    await send(f"webhook+http://127.0.0.1:{receiver.port}/hook?a=1&secret={secret}", PAYLOAD, 1000.0)
    path, headers, body = receiver.got[0]
    signed = f"{headers['webhook-id']}.1000.".encode() + body
    expected = base64.b64encode(hmac.new(b"0123456789abcdef01234567", signed, hashlib.sha256).digest()).decode()
    assert path == "/hook"
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["title"] == PAYLOAD["title"]


def test_the_feishu_signature_equals_a_reference():
    # HMAC-SHA256 with the key "1599360473\ndemo" over nothing, as open.feishu.cn documents it.
    digest = hmac.new(b"1599360473\ndemo", digestmod=hashlib.sha256).digest()
    assert sign_feishu("demo", 1599360473) == base64.b64encode(digest).decode()


async def test_feishu_gets_time_and_signature(receiver):
    await send(f"feishu-signed://s%2Fecret@127.0.0.1:{receiver.port}/TOKEN", PAYLOAD, 1000.0)
    path, _headers, body = receiver.got[0]
    data = json.loads(body)
    assert path == "/open-apis/bot/v2/hook/TOKEN"
    assert (data["timestamp"], data["sign"]) == ("1000", sign_feishu("s/ecret", 1000))
    assert "gold_hit_rate" in data["content"]["text"]


async def test_feishu_s_refusal_inside_a_200_is_an_error(receiver):
    receiver.answer = (200, {"code": 19021, "msg": "sign match fail"})
    with pytest.raises(MonitoringError, match="code 19021"):
        await send(f"feishu-signed://s@127.0.0.1:{receiver.port}/T", PAYLOAD, 1.0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_apprise_delivers_to_everything_else(receiver):
    pytest.importorskip("apprise")
    await send(f"json://127.0.0.1:{receiver.port}/path", PAYLOAD, 1.0)
    assert json.loads(receiver.got[0][2])["title"] == PAYLOAD["title"]


DINGTALK = "a" * 64


@pytest.fixture
def outside(monkeypatch):
    """Keeps what would leave this machine for a service that has only its own address."""
    requests = pytest.importorskip("requests")
    pytest.importorskip("apprise")
    sent = []

    def request(_session, method, url, data=None, **more):
        assert method.upper() == "POST"
        sent.append((url, more.get("params") or {}, data.decode() if isinstance(data, bytes) else data))
        answer = requests.Response()
        answer.status_code = 200
        answer._content = b"ok" if "slack" in url else b'{"errcode": 0}'
        return answer

    monkeypatch.setattr(requests.Session, "request", request)
    return sent


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_dingtalk_is_signed(outside):
    await send(f"dingtalk://SECsecret@{DINGTALK}", PAYLOAD, 1.0)
    (url, params, body) = outside[0]
    query = dict(parse_qsl(urlsplit(url).query)) | dict(params)
    signed = hmac.new(b"SECsecret", f"{query['timestamp']}\nSECsecret".encode(), hashlib.sha256).digest()
    assert url.startswith("https://oapi.dingtalk.com/robot/")
    assert unquote_plus(query["sign"]) == base64.b64encode(signed).decode()
    assert PAYLOAD["body"] in json.dumps(json.loads(body), ensure_ascii=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "https://hooks.slack.com/services/"),
    ],
)
async def test_wecom_and_slack_get_the_message(outside, url, address):
    await send(url, PAYLOAD, 1.0)
    assert outside[0][0].startswith(address)
    assert PAYLOAD["body"] in json.dumps(json.loads(outside[0][2]), ensure_ascii=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_mail_arrives_at_a_mail_server():
    pytest.importorskip("apprise")
    got = []

    async def serve(reader, writer):
        async def say(text):
            writer.write(f"{text}\r\n".encode())
            await writer.drain()

        await say("220 here")
        while line := (await reader.readline()).decode().strip().upper():
            if line == "DATA":
                await say("354 go on")
                got.append(await reader.readuntil(b"\r\n.\r\n"))
            await say("221 bye" if line == "QUIT" else "235 in" if line.startswith("AUTH") else
                      "250-here\r\n250 AUTH PLAIN LOGIN" if line.startswith("EHLO") else "250 fine")  # fmt: skip
            if line == "QUIT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await send(
        f"mailto://qa:word@127.0.0.1:{port}/?mode=insecure&from=qa@example.com&to=lead@example.com", PAYLOAD, 1.0
    )
    server.close()
    mail = message_from_bytes(got[0], policy=default)
    assert mail["subject"] == PAYLOAD["title"]
    assert mail["to"] == "lead@example.com"
    assert PAYLOAD["body"] in mail.get_body(("plain", "html")).get_content()


@pytest.mark.parametrize(
    "url",
    [
        "feishu-signed://SECRET@TOKEN",
        "webhook+https://host/hook?secret=SECRET",
        "dingtalk://SECRET@TOKEN",
        "slack://TOKEN/SECRET",
        "mailto://user:SECRET@host",
    ],
)
def test_a_channel_is_shown_without_its_secret(url):
    assert "SECRET" not in shown(url)


def message(store, url):
    fill(store, tables.outbox, [{"at": 0.0, "channel": url, "payload": PAYLOAD, "attempts": 0, "leased_until": 0.0}])


async def test_many_senders_deliver_a_message_once(receiver, store, clock):
    await asyncio.to_thread(message, store, f"webhook+http://127.0.0.1:{receiver.port}/x")
    others = [Store(store.url, "run-1") for _ in range(4)]
    done = await asyncio.gather(*(Outbox(one, clock, f"p{i}").deliver() for i, one in enumerate(others)))
    for one in others:
        one.close()
    assert sum(done) == 1
    assert len(receiver.got) == 1


async def test_a_refused_message_is_tried_again_later(receiver, store, clock):
    await asyncio.to_thread(message, store, f"webhook+http://127.0.0.1:{receiver.port}/x")
    outbox = Outbox(store, clock, "p")
    receiver.answer = (503, {})
    assert await outbox.deliver() == 0
    assert await outbox.deliver() == 0
    assert len(receiver.got) == 1
    receiver.answer = (200, {})
    clock.time += 60
    assert await outbox.deliver() == 1
    assert store.query(select(tables.outbox.c.attempts))[0]["attempts"] == 2


async def test_a_dead_end_does_not_hold_up_the_end(store, clock, caplog):
    async def never(_request):
        await asyncio.Event().wait()

    app = web.Application()
    app.router.add_post("/", never)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await asyncio.to_thread(message, store, f"webhook+http://127.0.0.1:{runner.addresses[0][1]}/")
    await asyncio.wait_for(Outbox(store, clock, "p").finish(0.2), 5)
    await runner.cleanup()
    assert "still waiting" in caplog.text
    assert store.query(select(tables.outbox.c.sent_at))[0]["sent_at"] is None
