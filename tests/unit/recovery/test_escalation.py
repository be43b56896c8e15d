"""Asking a helper: allow-list, deadline, cap, circuit breaker, redaction, and that nothing it does does harm."""

import hmac
import sys
import threading
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select

from AIGCLibrary.errors import ConfigError, PluginError, TargetError
from AIGCLibrary.recovery.escalation.breaker import Breaker
from AIGCLibrary.recovery.escalation.policy import McpServer, Policy
from AIGCLibrary.recovery.escalation.worker import McpWorker
from AIGCLibrary.recovery.model import Applicability
from AIGCLibrary.store.tables import escalation, suggestion

ROOT = Path(__file__).resolve().parents[3]


def server(mode, *allow):
    command = (sys.executable, "-m", "tests.support.mcp_server", mode)
    return McpServer("helper", command=command, allow=allow or ("suggest_fix",), env={"PYTHONPATH": str(ROOT)})


def configured(engine, mode="good", **more):
    one = server(mode)
    engine.settings.options["recovery"] = {
        "escalation": {
            "server": "helper",
            "tool": "suggest_fix",
            "automatic": True,
            "deadline": 120,
            "arguments": {"summary": "summary", "error": "error", "page": "page"},
            "servers": {"helper": {"command": list(one.command), "allow": list(one.allow), "env": dict(one.env)}},
            **more,
        }
    }


def lost():
    return TargetError("Target 'g.submit' was not found.", code="AIGC101", facts={"target": "g.submit"})


def test_answer_of_a_helper_becomes_a_suggestion_that_is_not_certain(engine):
    configured(engine)
    engine.recovery.note("Click Target", lost())
    found = engine.recovery.conclude("S.T", True, lost().message)
    helped = next(one for one in found if one.source == "helper:helper.suggest_fix")
    assert "Use [data-testid=go]" in helped.line()
    assert helped.applicability is Applicability.NEEDS_VALUES
    (sent,) = engine.store.query(select(escalation))
    assert sent["sent"]["error"] == lost().message
    assert sent["outcome"] == "answered"


@pytest.mark.parametrize("mode", ["mute", "dies", "garbage", "crash", "raises"])
def test_helper_that_fails_does_no_harm(engine, mode):
    configured(engine, mode, deadline=1)
    engine.recovery.note("Click Target", lost())
    found = engine.recovery.conclude("S.T", True, lost().message)
    assert found
    assert not [one for one in found if one.source.startswith("helper")]


def test_no_thread_or_process_is_left(engine):
    worker = McpWorker(server("deaf"))
    worker.call("suggest_fix", {}, 0.5)
    assert worker.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("aigc-mcp")]


def test_tools_that_are_not_allowed_are_not_called(engine):
    escalations = engine.recovery.escalation
    escalations.connect(server("good", "*"), 120)
    with pytest.raises(PluginError, match="allow-list"):
        escalations.call("run_code_unsafe", {}, None, 60)
    assert escalations.call("locator", {}, None, 60).data["selector"] == "[data-testid=go]"


def test_server_that_cannot_be_reached_is_reported(engine):
    with pytest.raises(PluginError, match="cannot be reached"):
        engine.recovery.escalation.connect(server("dies"), 60)


def test_unknown_server_lists_near_matches(engine):
    configured(engine)
    with pytest.raises(PluginError, match="Did you mean 'helper'"):
        engine.recovery.escalation.call("suggest_fix", {}, "helpr", 5)


def test_breaker_gives_up_and_caps():
    breaker = Breaker(give_up_after=2, most=3)
    assert breaker.admit() is None
    breaker.report(ok=False)
    assert breaker.admit() is None
    breaker.report(ok=True)
    assert breaker.admit() is None
    assert "used up" in breaker.admit()
    broken = Breaker(give_up_after=1, most=10)
    broken.admit()
    broken.report(ok=False)
    assert "not asked any more" in broken.admit()


def test_private_tests_and_causes_without_escalation_stay_inside(engine):
    configured(engine)
    engine.recovery.note("Click Target", lost())
    engine.recovery.conclude("S.A", True, lost().message, ["aigc:no-escalation"])
    engine.recovery.conclude("S.B", True, "Generate != generate")
    assert engine.store.query(select(escalation)) == []


def test_nothing_is_sent_unless_configured(engine):
    engine.recovery.note("Click Target", lost())
    engine.recovery.conclude("S.T", True, lost().message)
    assert engine.store.query(select(escalation)) == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"sever": "x"}, "Did you mean 'server'"),
        ({"server": "x", "servers": {"y": {"command": "y"}}}, "no server 'x'"),
        ({"servers": {"y": {}}}, "needs a command or a url"),
    ],
)
def test_wrong_settings_are_reported(options, problem):
    with pytest.raises(ConfigError, match=problem):
        Policy.read(options)


@pytest.fixture
def hook(engine):
    """Receives webhooks; `seen` is what came."""
    seen = []

    async def receive(request):
        seen.append((dict(request.headers), await request.read()))
        return web.json_response({"fix": "Restart the renderer.", "cause": "The renderer hangs."})

    async def start():
        app = web.Application()
        app.router.add_post("/hook", receive)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, site._server.sockets[0].getsockname()[1]

    runner, port = engine.loop.run(start())
    yield f"http://127.0.0.1:{port}/hook", seen
    engine.loop.run(runner.cleanup())


def test_webhook_is_signed_and_its_answer_becomes_a_suggestion(engine, hook):
    url, seen = hook
    secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="
    engine.settings.options["recovery"] = {"escalation": {"automatic": True, "webhook": {"url": url, "secret": secret}}}
    engine.recovery.note("Click Target", lost())
    found = engine.recovery.conclude("S.T", True, lost().message)
    assert "The renderer hangs. → Restart the renderer." in next(one.line() for one in found if "helper" in one.source)
    headers, body = seen[0]
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(b64decode(secret.removeprefix("whsec_")), said, "sha256").digest()
    assert headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"


def test_secrets_do_not_leave(engine, hook):
    url, seen = hook
    engine.settings.options["recovery"] = {"escalation": {"automatic": True, "webhook": {"url": url}}}
    engine.redactor.add("hunter2-hunter2")
    error = TargetError(
        "Target 'x' was not found at https://u:pa55word@h/?token=abcdef with hunter2-hunter2.",
        code="AIGC101",
        facts={"target": "x", "candidates": [{"selector": "[value=hunter2-hunter2]", "password": "hunter2-hunter2"}]},
    )
    engine.recovery.note("Fill Target", error)
    engine.recovery.conclude("S.T", True, error.message)
    text = seen[0][1].decode()
    assert "hunter2" not in text
    assert "pa55word" not in text
    assert "abcdef" not in text
    rows = str(engine.store.query(select(suggestion))) + str(engine.store.query(select(escalation)))
    assert "hunter2" not in rows
