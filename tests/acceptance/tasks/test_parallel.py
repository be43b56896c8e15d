"""Limits and budgets that hold across real processes: pabot on SQLite, two robots on PostgreSQL."""

import os
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from robot.api import ExecutionResult

from tests.support.patient import LISTENER
from tests.support.stores import NO_POSTGRES, POSTGRES, urls

ROOT = Path(__file__).resolve().parents[3]
WORK = 0.5
"""Seconds the product works on a task, once as many tasks as it awaits were ordered."""
PROVIDER = """
version: 1
providers:
  product:
    submit: {path: /tasks, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {running: processing, done: completed}
    result: {files: body.output}
    price: {amount: 1}
    limits: {concurrent: 2}
    sla: {min_poll_interval: 100 ms, max_poll_interval: 100 ms}
"""
SUITE = """
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary    providers={folder}/product.yaml    {argument}
{setup}

*** Test Cases ***
{tests}

*** Keywords ***
Generate
    Create Session    product    {url}
    ${{task}} =    Submit Task    video    session=product
    Wait For Task    ${{task}}    timeout=3 min
"""


@pytest.fixture
def product():
    """A product that remembers how many tasks it had at work at once; it ends none before `awaits` are ordered."""
    started: list[float] = []
    lock = threading.Lock()

    def at_work(number):
        return server.orders < server.awaits or started[number] + WORK > time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, body):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                started.append(time.monotonic())
                server.orders = len(started)
                if server.orders == server.awaits:  # from now on those that waited for each other work
                    started[:] = [time.monotonic()] * server.awaits
                server.most = max(server.most, sum(map(at_work, range(server.orders))))
                number = server.orders - 1
            self.answer(b'{"id": %d}' % number)

        def do_GET(self):
            running = at_work(int(self.path.rsplit("/", 1)[-1]))
            self.answer(b'{"status": "%s", "output": ["u"]}' % (b"running" if running else b"done"))

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.most, server.orders, server.awaits = 0, 0, 1
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def write(folder, product, names=("one", "two"), argument="budget=6", setup=""):
    product.awaits = len(names)
    (folder / "product.yaml").write_text(PROVIDER, encoding="utf-8")
    for name in names:
        tests = "\n".join(f"{name} {n}\n    Generate" for n in range(4))
        more = {"argument": argument, "setup": setup and f"Suite Setup    {setup}"}
        text = SUITE.format(folder=folder.as_posix(), url=product.url, tests=tests, **more)
        (folder / f"{name}.robot").write_text(text, encoding="utf-8")


def start(folder, *command, **more):
    env = {key: value for key, value in os.environ.items() if not key.startswith("AIGC_")}
    # pabot starts `robot` by its name, which a test run without an activated environment would not find.
    path = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    env |= {"PYTHONPATH": str(ROOT), "PATH": path, **more}
    return subprocess.Popen(
        [sys.executable, "-m", *command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def judge(product, *outputs, most=2):
    """So many at work at once at most; six of eight paid, and the other two refused in words a tester can act on."""
    messages = [
        test.message for path in outputs for test in ExecutionResult(path).suite.all_tests if test.status == "FAIL"
    ]
    assert product.orders == 6
    assert product.most == most
    assert len(messages) == 2
    for message in messages:
        assert re.search(r"would cost 1 credits, but 6 of 6 credits of this run are spent\. \[AIGC208]", message)


def test_limits_and_a_budget_hold_across_the_processes_of_pabot(tmp_path, product):
    write(tmp_path, product)
    done = start(tmp_path, "pabot.pabot", "--processes", "2", *LISTENER, "--outputdir", "results", ".")
    console = done.communicate(timeout=900)[0].decode()
    assert done.returncode == 2, console
    judge(product, tmp_path / "results" / "output.xml")
    tests = ExecutionResult(tmp_path / "results" / "output.xml").suite.all_tests
    assert [dict(one.metadata).get("Cost") for one in tests if one.passed] == ["1 credits (tasks: 1)"] * 6


def test_a_budget_of_the_run_that_each_process_of_pabot_sets_is_one_budget(tmp_path, product):
    write(tmp_path, product, argument="", setup="Set Task Budget    6    scope=run")
    done = start(tmp_path, "pabot.pabot", "--processes", "2", *LISTENER, "--outputdir", "results", ".")
    console = done.communicate(timeout=900)[0].decode()
    assert done.returncode == 2, console
    judge(product, tmp_path / "results" / "output.xml")


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(not POSTGRES, reason=NO_POSTGRES))]
)
def test_a_budget_of_the_run_holds_in_a_process_that_never_heard_of_it(tmp_path, product, kind):
    write(tmp_path, product, ["one"], "budget=100", "Set Task Budget    6    scope=run")
    write(tmp_path, product, ["two"], "budget=100")
    for url in urls(tmp_path, kind):
        shared = {"AIGC_STORE": url, "AIGC_RUN_ID": "nightly"}
        for name in ("one", "two"):
            start(tmp_path, "robot", *LISTENER, "--outputdir", name, f"{name}.robot", **shared).communicate(timeout=900)
        assert ExecutionResult(tmp_path / "one" / "output.xml").return_code == 0
        judge(product, tmp_path / "one" / "output.xml", tmp_path / "two" / "output.xml", most=1)


@pytest.mark.skipif(not POSTGRES, reason=NO_POSTGRES)
def test_limits_and_a_budget_hold_across_robots_that_share_postgresql(tmp_path, product):
    write(tmp_path, product)
    for url in urls(tmp_path, "postgresql"):
        shared = {"AIGC_STORE": url, "AIGC_RUN_ID": "nightly"}
        runs = [
            start(tmp_path, "robot", *LISTENER, "--outputdir", name, f"{name}.robot", **shared)
            for name in ("one", "two")
        ]
        for run in runs:
            run.communicate(timeout=900)
        judge(product, tmp_path / "one" / "output.xml", tmp_path / "two" / "output.xml")
