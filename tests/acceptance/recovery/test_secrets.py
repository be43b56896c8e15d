"""Two hundred secrets go through a whole run and all that comes after it, and none is found in anything it left."""

import asyncio
import json
import os
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.patient import LISTENER
from tests.support.robot_run import ROOT, run_aigc, run_robot
from tests.support.secrets import EACH, opened, seeds, spellings

CONFIG = """
redact: ['CUST-\\w+']
providers: [leaky.yaml]
slo: slo.yaml
options:
  recovery:
    escalation:
      server: helper
      tool: suggest_fix
      automatic: true
      deadline: 120
      max_per_run: 1000
      arguments: {{summary: summary, error: error, page: page}}
      servers:
        helper:
          command: [{python}, -m, tests.support.mcp_server, record]
          env: {{PYTHONPATH: {root}}}
          allow: [suggest_fix]
      webhook:
        url: http://127.0.0.1:{port}/help
        secret: whsec_c2VjcmV0LW9mLXRoZS13ZWJob29r
        headers: {{X-Team-Token: {extra}}}
"""
SLO = """
collect_every: 1 s
check_every: 1 s
slo:
  own:
    leak: {{max: 1}}
alerts: [{{slo: '*', to: [qa], for: 0 s, group_wait: 0}}]
notify: {{qa: ['webhook+http://qa:{alert}@127.0.0.1:{port}/alert?token={alert}']}}
"""
PROVIDER = """
version: 1
providers:
  leaky:
    submit: {path: /tasks, json: {prompt: "{prompt}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {queued: queued}
    error: {message: body.error.message}
"""
SUITE = """
*** Settings ***
Library    AIGCLibrary    config=aigc.yaml
Library    RequestsLibrary
Suite Setup    Create Session    product    http://127.0.0.1:%{{PORT}}
Suite Teardown    Escalate Failure    it was ${{API TOKEN 1}}    server=webhook
Metadata    Owner    token=%{{SEED_B2}}
Test Teardown    Escalate Failure    ${{TEST MESSAGE}}    server=helper

*** Variables ***
{variables}

*** Test Cases ***
An Alert Goes Out
    FOR    ${{n}}    IN RANGE    60
        Record Metric    own.leak    9
    END

Everything About The Variables
    Log Variables    INFO

{tests}

*** Keywords ***
Sign In
    [Arguments]    ${{password}}
    Log    signing in with ${{password}}
"""


class Leaky(BaseHTTPRequestHandler):
    """A product that returns to any caller what it received, and a receiver of webhooks."""

    got: list[str] = []  # noqa: RUF012 - one a test run

    def do_GET(self):
        self._answer(200 if self.path.startswith(("/echo", "/whoami")) else 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.startswith(("/help", "/alert")):
            self.got.append(body)
        self._answer(200 if self.path.startswith(("/help", "/alert")) else 422, body)

    def _answer(self, status, body=""):
        sign_in = self.headers.get("Authorization") or self.headers.get("Cookie") or ""
        said = {"error": {"message": f"{sign_in} may not {self.path} {body}"}, "you": sign_in.split(" ")[-1]}
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def spilled(tmp_path_factory):
    """A run that received the secrets, what it left, and what it sent."""
    folder = tmp_path_factory.mktemp("secrets")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Leaky)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made, port = seeds(), server.server_address[1]
    extra, alert = "XtraTeamTok9481xQ", "AlertTokBx77Qw0Zk"
    made.values |= {"webhook header": extra, "alert address": alert}
    texts = {"python": sys.executable, "root": str(ROOT), "port": port, "extra": extra, "alert": alert}
    (folder / "aigc.yaml").write_text(CONFIG.format(**texts), encoding="utf-8")
    (folder / "slo.yaml").write_text(SLO.format(**texts), encoding="utf-8")
    (folder / "leaky.yaml").write_text(PROVIDER, encoding="utf-8")
    suite = SUITE.format(variables="\n".join(made.variables), tests="\n".join(made.tests))
    env = {**made.env, "PORT": str(port)}
    options = ["--listener", "AIGCLibrary.Listener", *LISTENER, "--loglevel", "TRACE", "--debugfile", "debug.txt",
               "--xunit", "xunit.xml"]  # fmt: skip
    run = run_robot(folder, suite, *options, env=env, timeout=900)
    outputs = {path.name: path.read_bytes().decode("utf-8", "replace") for path in (folder / "results").iterdir()}
    outputs |= {"console": run.console, "webhooks": "\n".join(Leaky.got)}
    outputs["asked of the helper"] = (folder / "sent.txt").read_text(encoding="utf-8")
    outputs |= {name: opened(text) for name, text in outputs.items() if name.endswith(".html")}
    for command in ("fixes results --json", "store export", "slo check --json", "slo export", "report results"):
        outputs[f"aigc {command}"] = aigc(folder, *command.split())
    outputs |= dashboard(folder) | assistant(folder)
    server.shutdown()
    return made, run, outputs


def aigc(folder, *command):
    done = run_aigc(folder, *command)
    return done.stdout + done.stderr


def dashboard(folder):
    """Return what the dashboard answers about the run."""
    from AIGCLibrary.monitoring.dashboard.server import DashboardServer

    server = DashboardServer(f"sqlite:///{folder / 'results' / 'aigc.db'}")
    url = server.start()
    try:
        run = json.loads(got(f"{url}/api/v1/runs"))[0]["id"]
        paths = [f"api/v1/runs/{run}/{what}" for what in ("slo", "metrics", "tasks", "downloads", "failures")]
        return {path: got(f"{url}/{path}") for path in (*paths, "api/v1/alerts", "metrics")}
    finally:
        server.stop()


def got(url):
    with urllib.request.urlopen(url, timeout=120) as answer:
        return answer.read().decode()


def assistant(folder):
    """Return what `aigc mcp` answers the SDK's own client."""
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def ask():
        env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "AIGCLibrary", "mcp", "results"], cwd=folder, env=env
        )
        answers = {}
        async with Client(stdio_client(command)) as client:
            for tool in ("list_runs", "list_failures", "get_suggestions", "get_slo_status", "get_locator_health"):
                answers[f"mcp {tool}"] = str(await client.call_tool(tool, {}))
            for test in ("Robot Secret 1", "Header 1", "Address 1", "Cookie 1"):
                bundle = await client.call_tool("get_failure_bundle", {"test": f"Suite.{test}"})
                answers[f"mcp bundle of {test}"] = str(bundle)
        return answers

    return asyncio.run(ask())


def test_run_was_as_bad_as_it_should_be(spilled):
    made, run, outputs = spilled
    assert len(made.values) == 20 * EACH + 2
    names = {name.rpartition(" ")[0] for name in run.tests}
    assert len(names) >= 20
    assert '"slo": "own.leak"' in outputs["webhooks"]
    assert "it was ****" in outputs["webhooks"]
    assert outputs["asked of the helper"].count("\n") > 100
    assert "****" in outputs["output.xml"]


def test_no_secret_is_in_any_output(spilled):
    made, _, outputs = spilled
    leaks = {
        kind: sorted(name for name, text in outputs.items() if any(one in text for one in spellings(value)))
        for kind, value in made.values.items()
    }
    assert {kind: names for kind, names in leaks.items() if names} == {}
