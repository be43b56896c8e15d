"""Channels and outbox against a receiver on this machine."""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from email import message_from_bytes
from email.policy import default
from urllib.parse import quote_plus, urlsplit

import pytest
from aiohttp import web
from sqlalchemy import select

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.monitoring.alerts.bots import cut, request, sign_dingtalk, sign_feishu
from AIGCLibrary.monitoring.alerts.channels import send, shown
from AIGCLibrary.monitoring.alerts.outbox import Outbox
from AIGCLibrary.store import Store, tables
from tests.support.stores import fill

PAYLOAD = {"title": "🔴 SLO 告警", "body": "locator.gold_hit_rate", "alerts": []}


@pytest.fixture
async def receiver():
    """An address that keeps what it is sent; `receiver.answer` is what it says."""

    class Receiver:
        answer, headers = (200, {"code": 0}), None

        def __init__(self):
            self.got = []

    kept = Receiver()

    async def take(request):
        path = request.raw_path if request.query_string else request.path
        kept.got.append((path, dict(request.headers), await request.read()))
        status, body = kept.answer
        return web.json_response(body, status=status, headers=kept.headers)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.port = runner.addresses[0][1]
    yield kept
    await runner.cleanup()


async def test_a_webhook_is_signed_as_standard_webhooks_says(receiver, transport):
    secret = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
    await send(f"webhook+http://127.0.0.1:{receiver.port}/hook?a=1&secret={secret}", PAYLOAD, 1000.0, transport)
    path, headers, body = receiver.got[0]
    signed = f"{headers['webhook-id']}.1000.".encode() + body
    expected = base64.b64encode(hmac.new(b"0123456789abcdef01234567", signed, hashlib.sha256).digest()).decode()
    assert path == "/hook?a=1"
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["title"] == PAYLOAD["title"]


def test_the_feishu_signature_equals_a_reference():
    # HMAC-SHA256 with the key "1599360473\ndemo" over nothing, as open.feishu.cn documents it.
    digest = hmac.new(b"1599360473\ndemo", digestmod=hashlib.sha256).digest()
    assert sign_feishu("demo", 1599360473) == base64.b64encode(digest).decode()


async def test_feishu_gets_time_and_signature(receiver, transport):
    await send(f"feishu-signed://s%2Fecret@127.0.0.1:{receiver.port}/TOKEN", PAYLOAD, 1000.0, transport)
    path, _headers, body = receiver.got[0]
    data = json.loads(body)
    assert path == "/open-apis/bot/v2/hook/TOKEN"
    assert (data["timestamp"], data["sign"]) == ("1000", sign_feishu("s/ecret", 1000))
    assert "gold_hit_rate" in data["content"]["text"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_apprise_delivers_to_everything_else(receiver, transport):
    pytest.importorskip("apprise")
    await send(f"json://127.0.0.1:{receiver.port}/path", PAYLOAD, 1.0, transport)
    assert json.loads(receiver.got[0][2])["title"] == PAYLOAD["title"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", ["json", "gotify", "webhook+http"])
async def test_neither_keys_nor_message_follow_a_redirect(receiver, transport, status, kind):
    pytest.importorskip("apprise")
    receiver.answer, receiver.headers = (status, {}), {"Location": f"http://localhost:{receiver.port}/elsewhere"}
    with pytest.raises(MonitoringError, match=f"redirect|{status}"):
        await send(f"{kind}://127.0.0.1:{receiver.port}/key-of-a-user?+X-Api-Key=k1", PAYLOAD, 1.0, transport)
    assert [path for path, _, _ in receiver.got if "elsewhere" in path] == []


async def test_dingtalk_gets_a_signature_escaped_once(receiver, transport):
    receiver.answer = (200, {"errcode": 0, "errmsg": "ok"})
    await send(f"dingtalk://SECsecret@127.0.0.1:{receiver.port}/TOKEN/13800001111", PAYLOAD, 1577262236.757, transport)
    path, headers, body = receiver.got[0]
    address = urlsplit(path)
    query = dict(pair.split("=", 1) for pair in address.query.split("&"))
    signed = hmac.new(b"SECsecret", b"1577262236757\nSECsecret", hashlib.sha256).digest()
    assert address.path == "/robot/send"
    assert (query["access_token"], query["timestamp"]) == ("TOKEN", "1577262236757")
    assert query["sign"] == quote_plus(base64.b64encode(signed).decode())
    assert headers["Content-Type"].startswith("application/json")
    assert json.loads(body) == {
        "msgtype": "text",
        "text": {"content": f"{PAYLOAD['title']}\n{PAYLOAD['body']}"},
        "at": {"atMobiles": ["13800001111"], "isAtAll": False},
    }


def test_the_dingtalk_signature_equals_a_reference():
    # HMAC-SHA256 of "time\nsecret", its key the secret, as open.dingtalk.com documents it.
    digest = hmac.digest(b"this is secret", b"1577262236757\nthis is secret", "sha256")
    assert sign_dingtalk("this is secret", 1577262236757) == base64.b64encode(digest).decode()


async def test_wecom_gets_a_text(receiver, transport):
    receiver.answer = (200, {"errcode": 0, "errmsg": "ok"})
    await send(f"wecombot://127.0.0.1:{receiver.port}/693a91f6-7xxx", PAYLOAD, 1.0, transport)
    path, _headers, body = receiver.got[0]
    assert path == "/cgi-bin/webhook/send?key=693a91f6-7xxx"
    assert json.loads(body) == {"msgtype": "text", "text": {"content": f"{PAYLOAD['title']}\n{PAYLOAD['body']}"}}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("dingtalk://SEC@aBcD1234", "https://oapi.dingtalk.com/robot/send?access_token=aBcD1234&timestamp=1000&sign="),
        ("dingtalk://aBcD1234", "https://oapi.dingtalk.com/robot/send?access_token=aBcD1234"),
        ("wecombot://693A-f6", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693A-f6"),
        ("feishu-signed://s@Ab-12", "https://open.feishu.cn/open-apis/bot/v2/hook/Ab-12"),
        ("lark-signed://s@Ab-12", "https://open.larksuite.com/open-apis/bot/v2/hook/Ab-12"),
    ],
)
def test_bots_are_asked_at_the_address_of_their_service(url, address):
    assert request(url, PAYLOAD, 1.0).url.startswith(address)
    assert ("sign=" in request(url, PAYLOAD, 1.0).url) == ("sign=" in address)


@pytest.mark.parametrize(
    ("channel", "answer", "reported"),
    [
        ("dingtalk://SEC@{host}/T", {"errcode": 310000, "errmsg": "sign not match"}, r"code 310000 \(sign not match\)"),
        ("wecombot://{host}/K", {"errcode": 45009, "errmsg": "api freq out of limit"}, "code 45009"),
        ("feishu-signed://s@{host}/T", {"code": 19021, "msg": "sign match fail"}, "code 19021"),
        ("wecombot://{host}/K", ["not", "theirs"], "code None"),
    ],
)
async def test_a_bot_s_refusal_inside_a_200_is_an_error(receiver, channel, answer, reported, transport):
    receiver.answer = (200, answer)
    with pytest.raises(MonitoringError, match=reported) as caught:
        await send(channel.format(host=f"127.0.0.1:{receiver.port}"), PAYLOAD, 1.0, transport)
    assert "SEC@" not in str(caught.value)


@pytest.mark.parametrize(("scheme", "limit"), [("wecombot://k", 2048), ("dingtalk://k", 18_000)])
def test_a_long_message_is_cut_to_the_bytes_that_are_taken(scheme, limit):
    content = request(scheme, {"title": "告警", "body": "指标" * 20_000}, 1.0).body["text"]["content"]
    assert limit - 3 < len(content.encode()) <= limit
    assert content.endswith("…")
    assert cut("指标", 6) == "指标"


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
        answer._content = b"ok"
        return answer

    monkeypatch.setattr(requests.Session, "request", request)
    return sent


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_slack_gets_the_message(outside, transport):
    await send("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", PAYLOAD, 1.0, transport)
    url, _params, body = outside[0]
    assert url == "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert PAYLOAD["body"] in json.dumps(json.loads(body), ensure_ascii=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_mail_arrives_at_a_mail_server(transport):
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
        f"mailto://qa:word@127.0.0.1:{port}/?mode=insecure&from=qa@example.com&to=lead@example.com",
        PAYLOAD,
        1.0,
        transport,
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
        "slack://SECRET/TOKEN",
        "dingtalk://SECRET",
        "wecombot://SECRET",
        "tgram://SECRET/chat",
        "mailto://user:SECRET@host",
    ],
)
def test_a_channel_is_shown_without_its_secret(url):
    assert "SECRET" not in shown(url)


def message(store, url):
    fill(store, tables.outbox, [{"at": 0.0, "channel": url, "payload": PAYLOAD, "attempts": 0, "leased_until": 0.0}])


async def test_many_senders_deliver_a_message_once(receiver, store, clock, transport):
    await asyncio.to_thread(message, store, f"webhook+http://127.0.0.1:{receiver.port}/x")
    others = [Store(store.url, "run-1") for _ in range(4)]
    done = await asyncio.gather(*(Outbox(one, clock, f"p{i}", transport).deliver() for i, one in enumerate(others)))
    for one in others:
        one.close()
    assert sum(done) == 1
    assert len(receiver.got) == 1


async def test_a_refused_message_is_tried_again_later(receiver, store, clock, transport):
    await asyncio.to_thread(message, store, f"webhook+http://127.0.0.1:{receiver.port}/x")
    outbox = Outbox(store, clock, "p", transport)
    receiver.answer = (503, {})
    assert await outbox.deliver() == 0
    assert await outbox.deliver() == 0
    assert len(receiver.got) == 1
    receiver.answer = (200, {})
    clock.time += 60
    assert await outbox.deliver() == 1
    assert store.query(select(tables.outbox.c.attempts))[0]["attempts"] == 2


async def test_a_message_that_is_being_sent_when_the_run_ends_is_delivered_once(store, clock, transport):
    asked, answered, got = asyncio.Event(), asyncio.Event(), []

    async def slow(request):
        got.append(await request.json())
        asked.set()
        await answered.wait()
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", slow)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await asyncio.to_thread(message, store, f"webhook+http://127.0.0.1:{runner.addresses[0][1]}/")
    outbox = Outbox(store, clock, "p", transport)
    loop_of_the_monitor = asyncio.ensure_future(outbox.deliver())
    await asyncio.wait_for(asked.wait(), 60)
    loop_of_the_monitor.cancel()
    asyncio.get_running_loop().call_soon(answered.set)
    await outbox.finish(60)
    await runner.cleanup()
    assert len(got) == 1
    assert store.query(select(tables.outbox.c.sent_at))[0]["sent_at"] is not None


async def test_a_dead_end_does_not_hold_up_the_end(store, clock, caplog, transport):
    async def never(_request):
        await asyncio.Event().wait()

    app = web.Application()
    app.router.add_post("/", never)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await asyncio.to_thread(message, store, f"webhook+http://127.0.0.1:{runner.addresses[0][1]}/")
    await asyncio.wait_for(Outbox(store, clock, "p", transport).finish(0.2), 60)
    await runner.cleanup()
    assert "still waiting" in caplog.text
    assert store.query(select(tables.outbox.c.sent_at))[0]["sent_at"] is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_no_thread_is_left_that_the_end_of_a_process_waits_for(transport):
    pytest.importorskip("apprise")
    asked = asyncio.Event()

    async def never(_reader, _writer):
        asked.set()
        await asyncio.Event().wait()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sending = asyncio.create_task(send(f"json://127.0.0.1:{port}/", PAYLOAD, 1.0, transport))
    await asyncio.wait_for(asked.wait(), 30)
    waiting = [one.name for one in threading.enumerate() if not one.daemon and one is not threading.main_thread()]
    sending.cancel()
    server.close()
    assert [name for name in waiting if not name.startswith("asyncio")] == []


@pytest.mark.parametrize("url", ["dingtalk://SECRET@127.0.0.1:8080", "wecombot://127.0.0.1:8080/", "wecombot://"])
def test_a_bot_without_a_token_is_reported_and_holds_up_no_other_message(url):
    with pytest.raises(ValueError, match="names no token"):
        request(url, {"title": "t", "body": "b"}, 0.0)
