"""The transport seam: every ability goes through it, and nothing reaches the network past it."""

import ast
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError, ConfigError, PluginError
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.json_schema import compiled
from AIGCLibrary.http.transport import IncomingAnswer, TransportError
from AIGCLibrary.monitoring.alerts.channels import send
from AIGCLibrary.monitoring.export.push import push, push_otlp
from AIGCLibrary.recovery.escalation.policy import McpServer

PACKAGE = Path(__file__).resolve().parents[3] / "AIGCLibrary"
HOST = "product.example"
PAYLOAD = {"title": "t", "body": "b"}
PROVIDER = """
version: 1
providers:
  product:
    submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {running: processing, done: completed}
    MORE
"""
WAYS = {
    "webhook": "webhook: {signature: none, id: body.id, body: body}",
    "sse": 'stream: {kind: sse, path: "/tasks/{id}/news"}',
    "websocket": 'stream: {kind: websocket, path: "/tasks/{id}/news"}',
}
TEMPLATE = """
version: 1
nodes:
  script: {create: {post: /scripts, json: {name: a}}}
"""


class Denying:
    """Refuses everything and notes what it was asked for; answers a submit where a stream is what is tested."""

    def __init__(self):
        self.asked = []

    async def exchange(self, request):
        self.asked.append(("exchange", request.url))
        if request.method == "POST" and request.url.endswith("/tasks"):
            return IncomingAnswer(200, {}, b'{"id": "7"}', request.url)
        raise TransportError("denied", sent=False)

    def messages(self, request, kind):
        self.asked.append((str(kind), request.url))
        raise TransportError("denied", sent=False)

    def connection(self, request):
        self.asked.append(("connection", request.url))
        raise TransportError("denied", sent=False)

    async def listen(self, host, port, path, take, *, largest):
        self.asked.append(("listen", f"http://{HOST}:{port}{path}"))
        raise TransportError("denied", sent=False)

    def external(self, library, address):
        self.asked.append((library, address))
        raise TransportError("denied", sent=False)

    async def close(self):
        self.asked.append(("close", ""))


@pytest.fixture
def reached(monkeypatch):
    """Where sockets were connected to and which names were looked up: must stay empty."""
    found = []

    def refuse(what):
        def call(*args, **_named):
            found.append((what, args[-1] if what == "connect" else args[0]))
            raise OSError("a test reached the network")

        return call

    monkeypatch.setattr(socket.socket, "connect", refuse("connect"))
    monkeypatch.setattr(socket.socket, "connect_ex", refuse("connect"))
    monkeypatch.setattr(socket, "getaddrinfo", refuse("look-up"))
    return found


@pytest.fixture
def denying():
    return Denying()


@pytest.fixture
def engine(tmp_path, denying):
    reached_at = {"tasks": {"webhook": {"url": "http://us.example"}}}
    one = Engine(
        Settings(run_id="run", options=reached_at),
        directory=tmp_path,
        connections=Connection(f"http://{HOST}/api"),
        transport=denying,
    )
    yield one
    one.close()


def task(way=""):
    def follow(engine):
        path = engine.directory / "provider.yaml"
        path.write_text(PROVIDER.replace("MORE", WAYS.get(way, "")), encoding="utf-8")
        engine.tasks.load_providers(path)
        handle = engine.loop.run(engine.tasks.submit("video", {"prompt": "a cat"}, provider="product"))
        engine.loop.run(engine.tasks.wait(handle, timeout=0.3))

    return follow


def prepare(engine):
    path = engine.directory / "one.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    engine.data.load(path)
    engine.loop.run(engine.data.prepare("one"))


def download(engine):
    engine.loop.run(engine.files.process(f"http://{HOST}/clip.mp4"))


def escalate(engine):
    from AIGCLibrary.recovery.escalation.webhook import post

    reply = engine.loop.run(post(engine.http, engine.clock, {"url": f"http://{HOST}/hook"}, {"error": "e"}, 5))
    raise PluginError(reply.text) if not reply.ok else AssertionError("the webhook was answered")


def ask_mcp(engine):
    engine.recovery.escalation.connect(McpServer("helper", url=f"http://{HOST}/mcp", allow=("a",)), 20)


def alert(channel):
    return lambda engine: engine.loop.run(send(channel, PAYLOAD, 1.0, engine.transport))


def push_samples(engine):
    from AIGCLibrary.store.tables import sample

    engine.store.insert(sample, at=1.0, name="a", value=1.0, unit="1")
    engine.loop.run(push(engine.store, "run", f"http://{HOST}/import", engine.transport))


@pytest.mark.parametrize(
    ("ability", "way"),
    [
        pytest.param(task(), "exchange", id="tasks-poll"),
        pytest.param(task("sse"), "sse", id="tasks-sse"),
        pytest.param(task("websocket"), "websocket", id="tasks-websocket"),
        pytest.param(task("webhook"), "listen", id="tasks-webhook"),
        pytest.param(prepare, "exchange", id="data"),
        pytest.param(download, "connection", id="files"),
        pytest.param(escalate, "exchange", id="escalation-webhook"),
        pytest.param(ask_mcp, "mcp", id="escalation-mcp"),
        pytest.param(alert(f"webhook+http://{HOST}/hook"), "exchange", id="alert-webhook"),
        pytest.param(alert(f"dingtalk://{HOST}/TOKEN"), "exchange", id="alert-bot"),
        pytest.param(alert(f"json://{HOST}/path"), "apprise", id="alert-apprise"),
        pytest.param(push_samples, "exchange", id="slo-push"),
        pytest.param(
            lambda engine: push_otlp(engine.store, "run", f"http://{HOST}/v1/metrics", engine.transport),
            "opentelemetry",
            id="slo-push-otlp",
        ),
    ],
)
def test_an_ability_goes_through_the_transport_and_not_past_it(engine, denying, reached, ability, way):
    with pytest.raises((AIGCError, OSError)):
        ability(engine)
    assert reached == []
    addresses = [urlsplit(address).hostname for name, address in denying.asked if name == way]
    assert addresses
    assert set(addresses) <= {HOST, "oapi.dingtalk.com"}


def test_the_transport_is_closed_with_the_engine(tmp_path, denying):
    engine = Engine(Settings(run_id="run"), directory=tmp_path, transport=denying)
    assert engine.transport is not None  # made when it is first used
    engine.close()
    assert denying.asked == [("close", "")]


def test_a_reference_of_a_json_schema_leads_to_files_only(tmp_path, reached):
    (tmp_path / "whole number.json").write_text('{"type": "integer"}', encoding="utf-8")
    near = {"properties": {"n": {"$ref": "whole%20number.json"}}}
    assert not compiled(near, (tmp_path / "a.json").as_uri()).is_valid({"n": "x"})
    assert not compiled({"$ref": "https://json-schema.org/draft/2020-12/schema"}).is_valid({"type": 3})
    with pytest.raises(ConfigError, match=f"'http://{HOST}/n.json' is no file; save it beside the schema"):
        compiled({"properties": {"n": {"$ref": f"http://{HOST}/n.json"}}})
    assert reached == []


CLIENTS = {
    ("aiohttp", "ClientSession"), ("aiohttp", "request"), ("http.client", "HTTPConnection"),
    ("http.client", "HTTPSConnection"), ("requests", "request"), ("requests", "get"), ("requests", "post"),
    ("requests", "Session"), ("urllib.request", "urlopen"), ("socket", "create_connection"), ("httpx", "Client"),
    ("httpx", "AsyncClient"), ("asyncio", "open_connection"),
}  # fmt: skip
ELSEWHERE = {"cli/demo.py": "asks whether the studio that it started on this machine answers"}
"""What opens connections without being an ability, and why it may."""


def test_only_the_transport_opens_connections():
    opening = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith(("http/", "studio/")) or name in ELSEWHERE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        opening += [f"{name}: {ast.unparse(node)[:60]}" for node in ast.walk(tree) if opens(node)]
    assert opening == []


def opens(node):
    """Whether a piece of source names a client that opens connections."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return (ast.unparse(node.func.value), node.func.attr) in CLIENTS
    return isinstance(node, ast.ImportFrom) and any((node.module, alias.name) in CLIENTS for alias in node.names)


def test_sources_that_open_connections_are_found():
    assert any(opens(node) for node in ast.walk(ast.parse("import aiohttp\naiohttp.ClientSession()")))
    assert any(opens(node) for node in ast.walk(ast.parse("from urllib.request import urlopen")))
    assert not any(opens(node) for node in ast.walk(ast.parse("import aiohttp\naiohttp.web.Application()")))
