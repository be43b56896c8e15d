"""Environments that sign in: tokens are fetched, reach RequestsLibrary's sessions, and are renewed in mid-run."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from AIGCLibrary.config import Settings
from AIGCLibrary.data.errors import EnvironmentsError
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.rf.session_auth import SessionAuth
from AIGCLibrary.rf.sessions import RequestsSessions, _connection

LOGIN = """
version: 1
environments:
  base:
    abstract: true
    auth:
      signer: login
      secrets: {user: QA_NAME, password: QA_WORD}
      request: {path: /login, json: {name: "{user}", word: "{password}"}}
      token: body.token
      header: X-Session
      value: "{token}"
  staging: {extends: base, base_url: "%{SHOP}"}
"""


class Shop(ThreadingHTTPServer):
    """Signs people in; each token is valid until `expire` is called; `/away` redirects to `elsewhere`."""

    daemon_threads = True

    def __init__(self):
        self.logins, self.valid, self.seen, self.elsewhere, self.broken = 0, None, [], None, False
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def expire(self):
        self.valid = None


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/login":
            self.server.logins += 1
            right = json.loads(body) == {"name": "lin", "word": "regen-3"} and not self.server.broken
            self.server.valid = f"s{self.server.logins}-of-lin" if right else None
            return self._end(200 if right else 403, {"token": self.server.valid})
        return self._thing(body)

    def do_GET(self):
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", self.server.elsewhere)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        return self._thing(b"")

    def _thing(self, body):
        self.server.seen.append((self.path, dict(self.headers), body))
        good = self.server.valid is not None and self.headers.get("X-Session") == self.server.valid
        return self._end(200 if good else 401, {"good": good})

    def _end(self, status, data):
        content = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def shop():
    with Shop() as one:
        yield one
        one.shutdown()


@pytest.fixture
def engine(tmp_path, shop, monkeypatch):
    for name, value in {"SHOP": shop.url, "QA_NAME": "lin", "QA_WORD": "regen-3", "AIGC_TOKEN_CACHE": "off"}.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "environments.yaml"
    path.write_text(LOGIN, encoding="utf-8")
    one = Engine(Settings(run_id="r", environments=(path,)), directory=tmp_path, connections=RequestsSessions())
    yield one
    one.close()


@pytest.fixture
def session(engine):
    environment = engine.data.use("staging")
    one = requests.Session()
    one.url = environment.connection.base_url
    one.auth = SessionAuth(engine.loop, engine.http, environment.connection, environment.connection.auth)
    return one


def get(engine, connection):
    return engine.loop.run(engine.http.request("GET", "/things", connection))


def test_an_environment_fetches_one_token_for_all_its_requests(engine, shop):
    for _ in range(3):
        assert get(engine, engine.data.named("staging").connection).status == 200
    assert shop.logins == 1


def test_a_refused_token_is_renewed_in_mid_run(engine, shop):
    connection = engine.data.named("staging").connection
    assert get(engine, connection).status == 200
    shop.expire()
    assert get(engine, connection).status == 200
    assert shop.logins == 2


def test_keys_of_an_environment_go_into_the_body_of_a_session(engine, shop, tmp_path):
    (tmp_path / "environments.yaml").write_text(
        "version: 1\nenvironments:\n  staging:\n    base_url: '%{SHOP}'\n"
        "    auth: {signer: key, secrets: {key: QA_WORD}, fields: {access_key: '{key}'}}\n",
        encoding="utf-8",
    )
    connection = engine.data.use("staging").connection
    one = requests.Session()
    one.auth = SessionAuth(engine.loop, engine.http, connection, connection.auth)
    one.post(f"{shop.url}/things", json={"name": "hat"})
    one.get(f"{shop.url}/things")
    (_, headers, body), (path, _, _) = shop.seen
    assert json.loads(body) == {"name": "hat", "access_key": "regen-3"}
    assert headers["Content-Length"] == str(len(body))
    assert path == "/things?access_key=regen-3"


def test_a_session_shares_the_token_and_gets_the_renewed_one(engine, shop, session):
    assert get(engine, engine.data.named("staging").connection).status == 200
    assert session.get(f"{shop.url}/things").status_code == 200
    assert shop.logins == 1
    shop.expire()
    answer = session.post(f"{shop.url}/things", json={"name": "hat"})
    assert (answer.status_code, [one.status_code for one in answer.history]) == (200, [401])
    assert [body for _, _, body in shop.seen[-2:]] == [b'{"name": "hat"}'] * 2
    assert get(engine, engine.data.named("staging").connection).status == 200
    assert shop.logins == 2


def test_the_session_of_an_environment_is_a_connection_that_signs_in(engine, shop, session):
    connection = _connection("staging", session)
    assert shop.logins == 0, "working out the connection sends nothing"
    assert get(engine, connection).status == 200


def test_a_token_never_goes_to_another_origin(shop, session):
    with Shop() as other:
        shop.elsewhere = f"{other.url}/landing"
        session.get(f"{shop.url}/away")
        session.get(f"{other.url}/direct")
        other.shutdown()
    assert [path for path, _, _ in other.seen] == ["/landing", "/direct"]
    assert not any("X-Session" in headers for _, headers, _ in other.seen)


def test_a_login_that_fails_says_whose_it_is(engine, shop):
    shop.broken = True
    with pytest.raises(AIGCError, match=r"environment 'staging' failed: POST .*/login answered 403"):
        get(engine, engine.data.named("staging").connection)


@pytest.mark.parametrize(
    ("auth", "problem"),
    [
        ("{signer: login, secrets: {}}", "line 4 .*the key 'request' is missing"),
        ("{signer: login, secrets: {}, request: {path: /in}, token: 'a['}", "line 4.*auth"),
        ("{signer: loggin, secrets: {}}", "'loggin' is not known"),
        ("{bearer: a, header: {X: b}}", "at most 1"),
        ("{token: a}", "one of bearer, basic and header"),
        ("{signer: jwt, secrets: {secret: S}, header: {X: b}}", "text"),
    ],
)
def test_a_wrong_description_is_an_error_of_the_file(engine, write_environments, auth, problem):
    write_environments(f"version: 1\nenvironments:\n  one:\n    auth: {auth}\n    base_url: http://a.test\n")
    with pytest.raises(AIGCError, match=problem) as raised:
        engine.data.named("one")
    assert isinstance(raised.value, EnvironmentsError) or raised.value.code == "AIGC002"


@pytest.fixture
def write_environments(tmp_path, engine):  # after the engine, whose file it replaces
    return lambda text: (tmp_path / "environments.yaml").write_text(text, encoding="utf-8")
