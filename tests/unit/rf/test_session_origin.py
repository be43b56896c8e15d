"""Where an answer redirects a session of an environment, neither its headers nor a body go along."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from AIGCLibrary.rf.session_origin import stay_at_origin


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, _, place = self.path.strip("/").partition("/")
        self.server.seen.append((self.command, self.path, {name.lower() for name in self.headers}))
        self.send_response(int(status) if place else 200)
        if place:
            self.send_header("Location", "/here" if place == "same" else f"{self.server.elsewhere}/there")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - its name in http.server

    def log_message(self, *_):
        pass


@pytest.fixture
def sites():
    made = []
    for _ in range(2):
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.seen, server.url = [], f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        made.append(server)
    made[0].elsewhere = made[1].url
    yield made
    for server in made:
        server.shutdown()
        server.server_close()


@pytest.fixture
def session():
    made = requests.Session()
    made.headers.update({"X-Api-Key": "k", "Authorization": "Bearer b", "X-Tenant": "t"})
    made.trust_env = False
    stay_at_origin(made)
    yield made
    made.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [301, 302, 303])
def test_no_header_reaches_another_origin(sites, session, status, method):
    first, other = sites
    session.request(method, f"{first.url}/{status}/away", json={"p": 1} if method == "POST" else None)
    ((_, path, names),) = other.seen
    assert path == "/there"
    assert not names & {"x-api-key", "authorization", "x-tenant", "cookie", "content-type"}
    assert "x-api-key" in first.seen[0][2]


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_is_not_sent_to_another_origin(sites, session, status):
    first, other = sites
    with pytest.raises(requests.RequestException, match=r"redirected from http.* to http.* were not sent along"):
        session.post(f"{first.url}/{status}/away", json={"p": 1})
    assert other.seen == []


def test_headers_go_along_within_the_origin(sites, session):
    first, _ = sites
    session.post(f"{first.url}/307/same", json={"p": 1})
    assert first.seen[-1][:2] == ("POST", "/here")
    assert {"x-api-key", "x-tenant"} <= first.seen[-1][2]
