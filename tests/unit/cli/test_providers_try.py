"""`aigc providers try` on a product of the house: HTTP 200 with a code, Chinese states, tokens of its own."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from AIGCLibrary.cli.main import main

PROVIDER = """
version: 1
providers:
  ours:
    submit: {path: /v1/generate, json: {"*": "{inputs}"}, id: body.data.task_no}
    status: {path: /v1/task/query, query: {task_no: "{id}"}, state: body.data.status}
    states: {排队中: queued, 生成中: processing, 已完成: completed, 生成失败: failed}
    progress: {value: body.data.percent, scale: 100}
    result: {files: body.data.images}
    error: {code: body.data.err_code || body.code, message: body.data.err_msg || body.msg}
    sla: {min_poll_interval: 50 ms, max_poll_interval: 50 ms}
"""


@pytest.fixture
def product():
    """A product that keeps what was ordered, and answers each question with the next of `answers`."""
    ordered, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def answer(self, code, data, msg="ok"):
            body = json.dumps({"code": code, "msg": msg, "data": data}, ensure_ascii=False).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            inputs = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers.get("X-Token") != "tok-123456":
                return self.answer(401, None, "令牌无效")
            if "违规" in inputs["prompt"]:
                return self.answer(40003, None, "提示词违规")
            ordered.append(inputs)
            return self.answer(0, {"task_no": "T1"})

        def do_GET(self):
            self.answer(0, answers.pop(0) if len(answers) > 1 else answers[0])

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.ordered, server.answers = ordered, answers
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def attempt(tmp_path, product, capsys, monkeypatch):
    """Run `aigc providers try`; gives exit code, output and errors."""
    path = tmp_path / "ours.yaml"
    path.write_text(PROVIDER, encoding="utf-8")

    def run(*inputs, language="en", token="tok-123456"):
        monkeypatch.setenv("AIGC_LANGUAGE", language)
        given = [part for one in inputs for part in ("--input", one)]
        head = ["providers", "try", product.url, "--file", str(path), "--kind", "image", "--timeout", "20 s"]
        code = main([*head, "--header", f"X-Token:{token}", *given])
        return code, *capsys.readouterr()

    return run


def test_each_answer_is_shown_with_how_it_was_read(attempt, product):
    product.answers += [
        {"status": "排队中"},
        {"status": "生成中", "percent": 42},
        {"status": "已完成", "images": [{"url": "http://x/夜景.png"}]},
    ]
    code, out, _ = attempt("prompt=夜景", "seed:=7", 'tags:=["a", "b"]')
    assert code == 0
    assert product.ordered == [{"prompt": "夜景", "seed": 7, "tags": ["a", "b"]}]
    assert "read as: id 'T1'" in out
    assert '"state": "processing", "raw": "生成中", "progress": 0.42' in out
    assert '"name": "夜景.png"' in out


def test_an_input_that_is_no_json_is_reported_with_the_other_way(attempt):
    code, _, errors = attempt("prompt=x", "seed:=seven")
    assert code == 2
    assert "'seven' of 'seed:=seven' is not valid JSON" in errors
    assert "write a text as NAME=VALUE" in errors


@pytest.mark.parametrize(
    ("inputs", "token", "english", "chinese"),
    [
        (
            "违规内容",
            "tok-123456",
            "refused by content moderation (40003): 提示词违规",
            "内容审核未通过（40003）：“提示词违规”",
        ),
        ("夜景", "wrong", "(token in its header X-Token). It said: ", "（令牌在请求头 X-Token 中）。响应内容："),
    ],
)
def test_a_refusal_behind_http_200_is_reported_in_the_language_asked_for(attempt, inputs, token, english, chinese):
    for language, reported in (("en", english), ("zh-CN", chinese)):
        code, _, errors = attempt(f"prompt={inputs}", language=language, token=token)
        assert code == 2
        assert reported in errors
        assert token not in errors


def test_a_word_that_is_not_described_is_warned_of_in_chinese(attempt, product):
    product.answers += [{"status": "后处理"}, {"status": "生成失败", "err_code": "E_SAFE", "err_msg": "内容审核未通过"}]
    code, out, errors = attempt("prompt=x", language="zh-CN")
    assert code == 1
    assert '解读为：{"state": ' in out
    assert '"raw": "后处理", "known": false' in out
    assert "产品“ours”返回了接口描述中没有的状态“后处理”" in errors
    assert "失败（用时" in errors
