"""Commands never show the secrets they are given."""

import asyncio
import html
import json
import random
import string
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from AIGCLibrary.cli import doctor_secrets
from AIGCLibrary.cli.main import main
from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.monitoring.export import push


@pytest.mark.parametrize(
    ("header", "said"), [("Authorization: Bearer a$b{c}d9", "127.0.0.1"), ("Authorization Bearer a$b{c}d9", "--header")]
)
def test_header_of_files_check_is_not_shown(capsys, header, said):
    main(["files", "check", "http://u:p4ssw$rd@127.0.0.1:9/x.png?token=abc123def", "--header", header])
    out = "".join(capsys.readouterr())
    assert said in out
    assert not [secret for secret in ("a$b{c}d9", "p4ssw$rd", "abc123def") if secret in out]


def test_doctor_lists_names_and_reasons_and_no_values(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_PASSWORD", "Pa$$w0rd!2026")
    monkeypatch.setenv("ACCEPT_COOKIES", "text=Accept all")
    assert main(["doctor", "--secrets", "--json"]) == 0
    out = capsys.readouterr().out
    found = {one["name"]: one for one in json.loads(out)}
    assert found["SHOP_PASSWORD"] == {"name": "SHOP_PASSWORD", "masked": True, "reason": "name", "length": 13}
    assert found["ACCEPT_COOKIES"]["reason"] == "selector"
    assert "Pa$$" not in out
    assert main(["doctor", "--secrets"]) == 0
    assert "Pa$$" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Nothing is masked by name:"), ("zh-CN", "没有按名称遮盖的内容")]
)
def test_doctor_says_in_one_sentence_that_nothing_is_masked(tmp_path, monkeypatch, capsys, language, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor_secrets, "findings", list)
    assert main(["doctor", "--secrets", "--language", language]) == 0
    out = capsys.readouterr().out
    assert out.startswith(said)
    assert "─" not in out


def test_address_of_slo_push_is_not_shown(monkeypatch):
    monkeypatch.setattr(push, "import_text", lambda _store, _run: iter(["aigc_x 1 1\n"]))
    with pytest.raises(MonitoringError) as caught:
        asyncio.run(push.push(None, "run", "http://u:p4ssw$rd@127.0.0.1:9/x?token=abc123def", NetworkTransport()))
    assert "127.0.0.1" in str(caught.value)
    assert not [secret for secret in ("p4ssw$rd", "abc123def") if secret in str(caught.value)]


SIGNS = string.ascii_letters + string.digits + 2 * string.punctuation
PROVIDER = """
version: 1
providers:
  leaky:
    auth: {signer: key, secrets: {key: LEAKY_KEY}, headers: {X-App: "{key}"}}
    submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {done: completed, bad: failed}
    result: {files: "body.files[]"}
    error: {message: body.error}
"""
SPELLED = (lambda value: value, lambda value: json.dumps(value)[1:-1], lambda value: quote(value, safe=""), html.escape)


def secrets(count, seed):
    rng = random.Random(seed)
    scripts = ("", "", "密码钥匙", "секрет", "비밀번호")
    return ["q" + "".join(rng.choice(SIGNS) for _ in range(18)) + "7z" + rng.choice(scripts) for _ in range(count)]


@pytest.fixture
def leaky():
    """A product that returns all that it is sent, with secrets of its own, and its address."""
    own = secrets(50, "own")

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            said = {"sent": list(self.headers.values()), "path": self.path, "body": body}
            fields = {f"access_token_{n}": value for n, value in enumerate(own)}
            link = f"http://{self.headers['Host']}/a.png?Signature={quote(own[0], safe='')}"
            reply = {"id": "7", "status": "done", "files": [link], "said": said, "note": " ".join(own), **fields}
            if "fail" in self.headers.get("X-Case", ""):
                reply |= {"status": "bad", "error": json.dumps(said)}
            data = json.dumps(reply).encode()
            self.send_response(404 if self.path.startswith("/none") else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer  # noqa: N815 - names of the base class

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", own
    server.shutdown()


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_what_a_product_returns_of_secrets_is_not_shown(leaky, tmp_path, monkeypatch, capsys, options):
    """Two hundred of all signs and scripts: headers, inputs, keys of a signer, and the product's own."""
    url, own = leaky
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leaky.yaml").write_text(PROVIDER)
    typed = [value.encode("ascii", "ignore").decode() for value in secrets(80, "typed")]
    inputs, key = secrets(69, "inputs"), typed.pop()
    monkeypatch.setenv("LEAKY_KEY", key)
    headers = [part for n, value in enumerate(typed) for part in ("--header", f"X-Token-{n}: {value}")]
    given = [part for n, value in enumerate(inputs) for part in ("--input", f"password_{n}={json.dumps(value)}")]
    files = [f"{url}/x.json", f"{url}/none.png?token={quote(inputs[0], safe='')}"]
    for case in ("fine", "fail"):
        more = ["--header", f"X-Case: {case}", *headers, *options]
        attempt = ["providers", "try", url, "--file", "leaky.yaml", "--timeout", "20 s", *given]
        assert main([*attempt, *more]) == (case == "fail")
    page, log = tmp_path / "page.html", tmp_path / "log.sarif"
    main(["files", "check", *files, "--rules", "image", "--html", str(page), "--sarif", str(log), *headers, *options])
    out = "".join((*capsys.readouterr(), page.read_text(), log.read_text()))
    assert "****" in out
    all_secrets = {*own, *typed, *inputs, key}
    assert len(all_secrets) == 199
    assert [value for value in all_secrets if any(spell(value) in out for spell in SPELLED)] == []
    assert all(word in out for word in ("completed" if options else "done", "none.png", "image"))


@pytest.mark.parametrize(
    ("command", "password"),
    [
        (["doctor"], "Pa%24%24w0rd!2026"),
        (["slo", "check"], "Pa%24%24w0rd!2026"),
        (["slo", "check"], "Pa@w0rd!2026"),
        (["slo", "check"], "Pa/w0rd:2026"),
    ],
)
def test_address_of_the_store_is_shown_without_its_passwords(tmp_path, monkeypatch, capsys, command, password):
    pytest.importorskip("psycopg")
    monkeypatch.chdir(tmp_path)
    url = f"postgresql+psycopg://qa:{password}@127.0.0.1:1/x?sslpassword=Q{password}&sslmode=disable"
    monkeypatch.setenv("AIGC_STORE", url)
    assert main(command) in (1, 2)
    out = "".join(capsys.readouterr())
    assert "w0rd" not in out
    assert "127.0.0.1" in out or "%40" in out
