"""An objective that is missed with the last keyword of a run: its alert is delivered before the process ends."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.patient import LISTENER

SLO = """
slo:
  own:
    leak: {{max: 1}}
alerts: [{{slo: '*', to: [qa], for: 0 s, group_wait: 0}}]
notify: {{qa: ['webhook+http://127.0.0.1:{port}/alert']}}
"""
SUITE = """
*** Settings ***
Library    AIGCLibrary    slo=slo.yaml

*** Test Cases ***
Misses An Objective In The End
    FOR    ${n}    IN RANGE    60
        Record Metric    own.leak    9
    END
"""


@pytest.fixture
def receiver():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.bodies = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_alert_is_delivered_at_the_end_without_a_listener(robot, receiver, tmp_path):
    (tmp_path / "slo.yaml").write_text(SLO.format(port=receiver.server_port))
    run = robot(SUITE, *LISTENER)
    assert run.tests["Misses An Objective In The End"].passed
    assert "[ WARN ]" not in run.console
    assert any("own.leak" in body for body in receiver.bodies)
