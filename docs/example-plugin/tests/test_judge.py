"""Tests of the judge, with a small model that only knows the colour of a picture."""

import base64
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PIL import Image

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        picture = Image.open(io.BytesIO(base64.b64decode(asked["frames"][0]["jpeg"])))
        red, green, blue = picture.resize((1, 1)).getpixel((0, 0))
        holds = asked["demand"] == "it is green" and green > max(red, blue)
        body = json.dumps({"holds": holds, "reason": f"the mean colour is {red}, {green}, {blue}"}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def url():
    server = HTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def findings(tmp_path, colour):
    Image.new("RGB", (64, 64), colour).save(tmp_path / "a.png")
    options = {"files": {"readers": {"judges": ["aigc_prompt_guard.judge:HttpJudge"]}}}
    engine = Engine(Settings(options=options).identified({}), directory=tmp_path)
    try:
        report = engine.files.validate(tmp_path / "a.png", {"judge": {"HttpJudge": "it is green"}})
    finally:
        engine.close()
    return [finding.message for finding in report.findings]


def test_the_answer_of_the_model_is_the_verdict(tmp_path, url, monkeypatch):
    monkeypatch.setenv("AIGC_JUDGE_URL", url)
    assert findings(tmp_path, (0, 200, 0)) == []
    (message,) = findings(tmp_path, (200, 0, 0))
    assert message.startswith("Judge 'HttpJudge' rejects “it is green”: the mean colour is 2")


def test_a_model_that_is_away_is_reported_as_such(tmp_path, monkeypatch):
    monkeypatch.setenv("AIGC_JUDGE_URL", "http://127.0.0.1:9")
    (message,) = findings(tmp_path, (0, 200, 0))
    assert message.startswith("“it is green” was not judged by 'HttpJudge': ConnectionError:")
