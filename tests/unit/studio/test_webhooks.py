"""Webhooks: signed as Standard Webhooks says, sent again until taken, lost when so ordered."""

import base64
import hashlib
import hmac
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from AIGCLibrary.studio import StudioServer, StudioSettings
from AIGCLibrary.studio.webhooks import sign
from tests.unit.studio.conftest import Client


@pytest.fixture
def receiver():
    """A web server that keeps what it is sent; `answers` are the statuses it gives, then 200."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = server.answers.pop(0) if server.answers else 200
            server.inbox.put((dict(self.headers), body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.inbox, server.answers = queue.Queue(), []
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def hasty():
    with StudioServer(StudioSettings(seed=5, speed=1e6)) as server:
        yield Client(server.url)


def received(server):
    headers, body = server.inbox.get(timeout=20)
    return {name.lower(): value for name, value in headers.items()}, body


def test_the_signature_is_the_one_of_the_specification():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    # The example of the Standard Webhooks documentation and its libraries.
    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_the_end_of_a_task_is_reported_and_signed(hasty, receiver):
    task = hasty.made("/tasks", kind="image", prompt="x", resolution="64x64", webhook_url=receiver.url)
    headers, body = received(receiver)
    message = json.loads(body)
    assert (message["type"], message["data"]["id"]) == ("task.succeeded", task["id"])
    assert message["data"]["result"]["files"]
    key = base64.b64decode(StudioSettings().webhook_secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize("trouble", [[500], [503, 404, 500]])
def test_a_message_is_sent_again_until_it_is_taken(hasty, receiver, trouble):
    receiver.answers[:] = trouble
    hasty.made("/tasks", kind="image", prompt="forbidden", webhook_url=receiver.url)
    messages = [received(receiver) for _ in range(len(trouble) + 1)]
    assert {headers["webhook-id"] for headers, _body in messages} == {messages[0][0]["webhook-id"]}
    assert json.loads(messages[-1][1])["type"] == "task.failed"


def test_a_lost_webhook_never_comes(hasty, receiver):
    lost = hasty.order("image", resolution="64x64", webhook_url=receiver.url, misbehave={"lost_webhook": True})
    reported = hasty.order("image", resolution="64x64", webhook_url=receiver.url)
    assert json.loads(received(receiver)[1])["data"]["id"] == reported["id"]
    assert lost["status"] == "succeeded"
    assert receiver.inbox.empty()


def test_nobody_there_is_counted_and_no_warning_on_the_console_of_a_demo(hasty, caplog):
    caplog.set_level("INFO", logger="aigc.studio")
    before = hasty.get("/admin/stats").json()["webhooks"]["failed"]
    task = hasty.order("image", resolution="64x64", webhook_url="http://127.0.0.1:1/hook-of-the-run")
    assert task["status"] == "succeeded"
    while hasty.get("/admin/stats").json()["webhooks"]["failed"] == before:
        pass  # the last try follows at once at this speed
    [record] = [record for record in caplog.records if "webhook" in record.getMessage()]
    assert record.levelname == "INFO"
    assert "hook-of-the-run" not in record.getMessage()
