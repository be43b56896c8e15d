"""Products of other shapes, described in YAML alone: JSON-RPC with a login, an upload first, signed requests."""

import base64
import contextlib
import hashlib
import hmac
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from AIGCLibrary.errors import AIGCError, ConfigError
from AIGCLibrary.http.client import Response
from AIGCLibrary.store import tables
from AIGCLibrary.tasks.errors import ProviderError
from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.providers.hooks import load_hook, read_body, signed, understood
from AIGCLibrary.tasks.record import from_row, to_row
from tests.unit.http.product import BASE
from tests.unit.tasks.served import Served, fields


@pytest.fixture
def served(tmp_path, no_threads, monkeypatch):
    """Make a product: `served(answer, provider)`; tokens stay in memory."""
    monkeypatch.setenv("AIGC_TOKEN_CACHE", "off")
    monkeypatch.setenv("QA_USER", "mei")
    monkeypatch.setenv("QA_PASSWORD", "geheim-7")
    monkeypatch.setenv("QA_KEY", "key-1")
    monkeypatch.setenv("QA_SECRET", "secret-1")
    return lambda answer, provider="", headers=None: Served(tmp_path, answer, provider, headers)


RPC = """
    auth:
      signer: login
      secrets: {user: QA_USER, password: QA_PASSWORD}
      request: {path: /rpc, json: {jsonrpc: "2.0", method: 登录, params: {用户: "{user}", 密码: "{password}"}, id: 1}}
      token: 'body.result."令牌"'
      expires_in: 'body.result."有效秒数"'
      refused: "body.error.code == `-32001`"
      header: null
    submit:
      path: /rpc
      json: {jsonrpc: "2.0", method: 新建, params: {令牌: "{token}", 类型: "{kind}", "*": "{inputs}"}, id: "{key}"}
      id: 'body.result."编号"'
      accepted: "!body.error"
    status:
      method: POST
      path: /rpc
      json: {jsonrpc: "2.0", method: 查询, params: {令牌: "{token}", 编号: "{id}"}, id: "{key}"}
      state: 'body.result."状态"'
    states: {排队: queued, 制作中: processing, 完成: completed, 失败: failed}
    acceptors: [{when: "body.error.code == `-32050`", state: retry}]
    error: {code: body.error.code, message: 'body.error.message || body.result."原因"'}
    result: {files: 'body.result."文件"', url: '"地址"'}
"""


class RpcProduct:
    """One address for everything, HTTP 200 whatever happens, tokens that live for 15 s."""

    def __init__(self, clock):
        self.clock, self.tokens, self.logins, self.looks, self.busy = clock, {}, 0, 0, 1

    def __call__(self, request):
        assert request.url == f"{BASE}/rpc"
        method, params = request.json["method"], request.json["params"]
        if method == "登录":
            self.logins += 1
            self.tokens = {f"令{self.logins}": self.clock[0].now() + 15}
            return 200, {"result": {"令牌": f"令{self.logins}", "有效秒数": 20}}  # lies: 15 s are meant
        if self.tokens.get(params["令牌"], 0) < self.clock[0].now():
            return 200, {"error": {"code": -32001, "message": "令牌已过期"}}
        if method == "新建":
            return 200, {"result": {"编号": "J1", "提示": params["prompt"]}}
        if self.busy:
            self.busy -= 1
            return 200, {"error": {"code": -32050, "message": "系统繁忙"}}
        self.looks += 1
        if self.looks < 32:  # about a minute, so that the token expires more than once
            return 200, {"result": {"状态": "制作中"}}
        return 200, {"result": {"状态": "完成", "文件": [{"地址": "/f/成片.mp4"}]}}


async def test_json_rpc_with_chinese_words_and_a_login_that_expires_while_it_waits(served):
    clock = []
    product = RpcProduct(clock)
    place = served(product, RPC)
    clock.append(place.clock)
    result = await place.done(prompt="一只猫")
    assert result["state"] == "completed"
    assert [file["url"] for file in result["result"]["files"]] == [f"{BASE.removesuffix('/api')}/f/成片.mp4"]
    assert product.logins >= 3
    await place.end()


async def test_a_password_that_is_wrong_is_reported_as_such_and_nothing_is_ordered(served, monkeypatch):
    place = served(lambda _request: (200, {"error": {"code": -1, "message": "密码错误"}}), RPC)
    with pytest.raises(AIGCError, match=r"Sign-in of the provider 'product' failed.*密码错误"):
        await place.done(prompt="a")
    assert {request.json["method"] for request in place.sent} == {"登录"}
    await place.end()


UPLOAD = """
    headers: {X-App-Key: ours-too}
    inputs: {image: file, strength: number}
    prepare:
      - name: ticket
        when: task.inputs.image
        path: /uploads
        json: {type: image}
        accepted: "body.code == `0`"
        save: {asset: body.data.id, put_link: body.data.put}
      - name: content
        when: ticket
        method: PUT
        path: "{put_link}"
        file: "{image}"
        headers: {Content-Type: image/png}
    submit: {path: "/videos", json: {reference: "{asset}", strength: "{strength}", prompt: "{prompt}"}, id: body.id}
    status: {path: "/assets/{asset}/videos/{id}", state: body.state}
    states: {done: completed}
    result: {files: body.files}
"""


def uploading(request):
    if request.url.startswith("https://bucket.test/"):
        return 200, {}
    path = request.url.removeprefix(BASE)
    if path == "/uploads":
        return 200, {"code": 0, "data": {"id": "as1", "put": "https://bucket.test/as1?sig=a%2Fb"}}
    return 200, {"id": "v1"} if path == "/videos" else {"state": "done", "files": ["https://cdn.test/v1.mp4"]}


@pytest.mark.parametrize("form", ["path", "bytes", "open", "Path"])
async def test_a_presigned_put_goes_first_and_what_it_saved_is_used_later(served, tmp_path, form):
    picture = tmp_path / "猫.png"
    picture.write_bytes(b"\x89PNG\r\n\xff")
    image = {"path": str(picture), "bytes": picture.read_bytes(), "open": picture.open("rb"), "Path": picture}[form]
    place = served(uploading, UPLOAD, {"Authorization": "Bearer ours"})
    result = await place.done(prompt="a cat", image=image, strength="0.5")
    assert result["state"] == "completed"
    ticket, put, order, status = place.sent
    assert (put.method, put.url, put.data) == ("PUT", "https://bucket.test/as1?sig=a%2Fb", b"\x89PNG\r\n\xff")
    assert put.headers == {"Content-Type": "image/png"}  # the bucket learns nothing of ours
    for own in (ticket, order, status):
        assert (own.headers["Authorization"], own.headers["X-App-Key"]) == ("Bearer ours", "ours-too")
    assert order.json == {"reference": "as1", "strength": 0.5, "prompt": "a cat"}
    assert status.url == f"{BASE}/assets/as1/videos/v1"
    await place.end()


async def test_what_was_prepared_is_known_in_another_process(served, tmp_path):
    place = served(uploading, UPLOAD)
    (tmp_path / "a.png").write_bytes(b"1")
    handle = await place.tasks.submit("video", {"image": str(tmp_path / "a.png"), "prompt": "a"})
    await place.tasks.registry.flush()
    again = from_row({"run_id": None, "suite": None, "test": None, **to_row(await place.tasks.task(handle))})
    assert again.values()["asset"] == "as1"
    assert "prepared_url" not in again.values()
    await place.end()


async def test_the_store_keeps_what_a_product_says_of_a_failure_without_its_secrets(served):
    said = "refused: api_key=kX7mQ2pL9vR4tZ8w of qa"
    place = served(
        lambda _request: (200, {"id": "7", "status": "bad", "error": said}),
        """
    submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {bad: failed}
    error: {message: body.error}
""",
    )
    await place.tasks.submit("video", {"prompt": "a"})
    with contextlib.suppress(AIGCError):
        await place.done(prompt="a cat")
    await place.tasks.registry.flush()
    rows = place.engine.store.query(select(tables.task.c.error_message))
    assert "refused: api_key=**** of qa" in [row["error_message"] for row in rows]
    assert "kX7mQ2pL9vR4tZ8w" not in str(rows)
    await place.end()


async def test_a_step_whose_condition_is_not_met_is_left_out(served):
    place = served(uploading, UPLOAD.replace("/assets/{asset}/videos", "/videos"))
    await place.done(prompt="a cat")
    assert place.paths()[:1] == ["POST /videos"]
    assert "reference" not in place.sent[0].json
    await place.end()


async def test_a_step_that_fails_names_itself_and_the_answer_and_nothing_is_ordered(served, tmp_path):
    (tmp_path / "a.png").write_bytes(b"1")
    place = served(lambda _request: (200, {"code": 4002, "msg": "storage quota used up"}), UPLOAD)
    with pytest.raises(
        ProviderError, match=r"Step 'ticket' before the submission.*storage quota used up.*was not submitted"
    ):
        await place.done(prompt="a", image=str(tmp_path / "a.png"))
    assert place.paths() == ["POST /uploads"]
    await place.end()


async def test_an_upload_that_the_server_was_too_busy_for_is_sent_again(served, tmp_path):
    (tmp_path / "a.png").write_bytes(b"1")
    left = [(503, {}), (429, {})]
    place = served(lambda request: left.pop() if left and request.method == "PUT" else uploading(request), UPLOAD)
    assert (await place.done(prompt="a", image=str(tmp_path / "a.png")))["state"] == "completed"
    assert [request.method for request in place.sent].count("PUT") == 3
    await place.end()


async def test_a_file_that_does_not_exist_is_rejected_before_anything_is_sent(served):
    place = served(uploading, UPLOAD)
    with pytest.raises(ConfigError, match=r"Input 'image' .* is the file 'no/cat\.png', which does not exist"):
        await place.done(prompt="a", image="no/cat.png")
    assert place.sent == []
    await place.end()


MULTIPART = """
    inputs: {image: file, steps: integer}
    submit:
      path: /edit
      multipart: {image: "{image}", mask: "{mask}", steps: "{steps}", prompt: "{prompt}"}
      id: body.id
    status: {path: "/edit/{id}", state: body.state}
    states: {done: completed}
"""


async def test_multipart_takes_paths_bytes_and_open_files(served, tmp_path):
    (tmp_path / "cat.png").write_bytes(b"cat")
    place = served(lambda _request: (200, {"id": "1", "state": "done"}), MULTIPART)
    mask = io.BytesIO(b"mask")
    mask.name = "/tmp/m.png"
    await place.done(prompt="a", image=str(tmp_path / "cat.png"), mask=mask, steps="3")
    sent = await fields(place.sent[0])
    assert sent == {"image": ("cat.png", b"cat"), "mask": ("m.png", b"mask"), "steps": ("", b"3"), "prompt": ("", b"a")}
    await place.end()


async def test_files_inside_json_are_sent_as_their_description_says(served, tmp_path):
    (tmp_path / "cat.png").write_bytes(b"cat")
    provider = """
    inputs: {image: base64, frame: data_url}
    submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.state}
    states: {done: completed}
"""
    place = served(lambda _request: (200, {"id": "1", "state": "done"}), provider)
    encoded = base64.b64encode(b"cat").decode()
    await place.done(image=str(tmp_path / "cat.png"), frame=tmp_path / "cat.png")
    assert place.sent[0].json == {"image": encoded, "frame": f"data:image/png;base64,{encoded}"}
    await place.done(image="https://cdn.test/cat.png", frame="data:image/png;base64,QQ==")
    assert place.sent[2].json == {"image": "https://cdn.test/cat.png", "frame": "data:image/png;base64,QQ=="}
    await place.end()


@pytest.mark.parametrize(
    ("status", "reads"),
    [
        ('{path: "/{kind}/{id}", state: body.state}', 1),
        ('{method: POST, path: /query, json: {id: "{id}", steps: "{inputs.steps}"}, state: body.state}', 1),
        ('{method: POST, path: /query, json: {id: "{id}", again: "{inputs.image}"}, state: body.state}', 4),
        ('{method: POST, path: /query, json: {id: "{id}", asked: {"*": "{inputs}"}}, state: body.state}', 4),
    ],
)
async def test_a_file_is_read_by_requests_that_send_it(served, tmp_path, monkeypatch, status, reads):
    (tmp_path / "cat.png").write_bytes(b"cat")
    provider = f"""
    inputs: {{image: base64}}
    submit: {{path: /tasks, json: {{"*": "{{inputs}}"}}, id: body.id}}
    status: {status}
    states: {{runs: processing, done: completed}}
"""
    states = iter(["done", "runs", "runs", "done"])
    read = []
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or plain(path))
    place = served(lambda _request: (200, {"id": "1", "state": next(states)}), provider)
    await place.done(image=str(tmp_path / "cat.png"), steps="3")
    assert read == ["cat.png"] * reads
    await place.end()


async def test_what_cannot_be_sent_is_rejected_in_one_sentence(served):
    provider = """
    submit: {path: /tasks, json: {input: {"*": "{inputs}"}}, id: body.id}
    status: {path: "/tasks/{id}", state: body.state}
    states: {done: completed}
"""
    place = served(lambda _request: (200, {"id": "1", "state": "done"}), provider)
    with pytest.raises(ConfigError, match=r"Input 'when' .* is of the type set, which cannot be sent"):
        await place.done(when={1, 2})
    with pytest.raises(ConfigError, match=r"'input\.image' of provider 'product' is a file .* JSON cannot carry one"):
        await place.done(image=b"\x89PNG")
    assert place.sent == []
    await place.end()


SIGNED = """
    auth:
      signer: hmac
      secrets: {key: QA_KEY, secret: QA_SECRET}
      text: "{method}\\n{path}\\n{timestamp}\\n{body_sha256}"
      headers: {X-Key: "{key}", X-Time: "{timestamp}", X-Signature: "{signature}"}
    submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.state}
    states: {done: completed}
    result: {files: body.files}
"""


def signed_only(request):
    body = request.data or b""
    text = f"{request.method}\n{request.url.removeprefix('https://product.test')}\n{request.headers['X-Time']}\n"
    text += hashlib.sha256(body).hexdigest()
    if request.headers["X-Signature"] != hmac.new(b"secret-1", text.encode(), hashlib.sha256).hexdigest():
        return 403, {"code": "SignatureDoesNotMatch"}
    if request.method == "POST":
        return 200, {"id": "1", "echo": json.loads(body)}
    return 200, {"state": "done", "files": ["a.mp4"]}


async def test_every_request_is_signed_over_its_body(served):
    place = served(signed_only, SIGNED)
    assert (await place.done(prompt="一只猫"))["state"] == "completed"
    await place.end()


GRAPHQL = """
    submit:
      path: /graphql
      json: {query: "mutation($p: String!) { make(prompt: $p) { id } }", variables: {p: "{prompt}"}}
      id: body.data.make.id
    status:
      method: POST
      path: /graphql
      json: {query: "query($i: ID!) { job(id: $i) { state files { url } } }", variables: {i: "{id}"}}
      state: body.data.job.state
    states: {DONE: completed}
    result: {files: body.data.job.files, url: url}
"""


async def test_graphql(served):
    def answer(request):
        if "mutation" in request.json["query"]:
            return 200, {"data": {"make": {"id": "g1"}}}
        assert request.json["variables"] == {"i": "g1"}
        return 200, {"data": {"job": {"state": "DONE", "files": [{"url": "https://cdn.test/a.png"}]}}}

    place = served(answer, GRAPHQL)
    assert (await place.done(prompt="a"))["state"] == "completed"
    await place.end()


async def test_a_hook_prepares_signs_and_reads(tmp_path):
    (tmp_path / "ours.py").write_text(
        "import base64, json\n"
        "def prepare(task, api):\n"
        "    return {'ticket': api.request('POST', '/tickets', json={'n': task['inputs']['n']})['body']['no']}\n"
        "def sign(request):\n"
        "    return {'X-Sum': str(len(request.body))}\n"
        "def read(answer):\n"
        "    return json.loads(base64.b64decode(answer['body']))\n",
        encoding="utf-8",
    )
    provider = """
    hook: ours.py
    submit: {path: "/tasks/{ticket}", json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{ticket}/{id}", state: body.state}
    states: {done: completed}
"""

    def answer(request):
        if request.url.endswith("/tickets"):
            return 200, {"no": 77}
        assert request.headers["X-Sum"] == str(len(request.data or b""))
        body = {"id": "9"} if request.method == "POST" else {"state": "done"}
        return 200, base64.b64encode(json.dumps(body).encode())

    place = Served(tmp_path, answer, provider)  # with real threads: the hook waits on one for its requests
    handle = await place.tasks.submit("video", {"n": 3})
    assert (await place.tasks.wait(handle, timeout=60))["state"] == "completed"
    assert place.paths() == ["POST /tickets", "POST /tasks/77", "GET /tasks/77/9"]
    await place.end()


async def test_a_hook_signs_inside_the_body_and_the_query(tmp_path):
    (tmp_path / "ours.py").write_text(
        "import json\n"
        "def sign(request):\n"
        "    size = str(len(request.body))\n"
        "    return {'headers': {'X-App': 'a'}, 'query': {'v': 2}, 'fields': {'sign': size}}\n",
        encoding="utf-8",
    )
    provider = """
    hook: ours.py
    submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.state}
    states: {done: completed}
"""

    def answer(request):
        assert request.headers["X-App"] == "a"
        if request.method == "POST":
            assert json.loads(request.data) == {"n": 3, "sign": "8"}
            return 200, {"id": "9"}
        assert request.url.endswith("/tasks/9?v=2&sign=0")
        return 200, {"state": "done"}

    place = Served(tmp_path, answer, provider)
    handle = await place.tasks.submit("video", {"n": 3})
    assert (await place.tasks.wait(handle, timeout=60))["state"] == "completed"
    await place.end()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def read(answer):\n    return {'ids': {1}}\n", "plain data as in JSON"),
        ("def read(answer):\n    found = []\n    found.append(found)\n    return found\n", "plain data as in JSON"),
        ("import sys\ndef read(answer):\n    sys.exit(3)\n", "raised SystemExit"),
        ("def sign(request):\n    return {'fields': {'a': {1}}}\n", "plain data as in JSON"),
    ],
)
def test_a_hook_that_returns_other_data_or_ends_the_program_is_reported(tmp_path, text, said):
    (tmp_path / "ours.py").write_text(text)
    hook = load_hook(tmp_path / "ours.py")
    with pytest.raises(ConfigError, match=said):
        understood(hook, Response(200, {}, b"{}", 0.1)) if hook.read else signed(hook, None)


def test_a_hook_reads_an_answer_with_half_of_a_character(tmp_path):
    (tmp_path / "ours.py").write_text("def read(answer):\n    return answer['body']\n")
    answer = Response(200, {"content-type": "application/json"}, b'{"id": "7", "note": "\\ud800"}', 0.1)
    assert understood(load_hook(tmp_path / "ours.py"), answer).envelope()["body"] == {"id": "7", "note": "\ud800"}


def test_a_hook_that_returns_the_whole_answer_is_reported_with_what_to_return(tmp_path):
    file = tmp_path / "ours.py"
    file.write_text("def read(answer):\n    return answer\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="returned the whole answer; it must return its body only"):
        read_body(load_hook(file), {"http": {"status": 200}, "headers": {}, "body": {"id": "7"}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def prepare(task):\n    return {}\n", "takes other arguments than (task, api)"),
        ("x = 1\n", "defines none of the functions"),
        ("import nothing_there\n", "does not run: ModuleNotFoundError"),
    ],
)
async def test_a_hook_that_cannot_work_is_rejected_when_it_is_loaded(served, tmp_path, text, said):
    (tmp_path / "ours.py").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        served(lambda _request: (200, {}), "\n    hook: ours.py\n    submit: {path: /a, id: body.id}\n")
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "body", "true"),
    [
        ("!body.error", {"result": 1}, True),
        ("!body.error", {"error": {"code": 1}}, False),
        ("body.code == `0` && !body.data.id", {"code": 0, "data": {}}, True),
        ("!body.items[0].id", {"items": []}, True),
        ("""!body."错误".code""", {"错误": {"code": 3}}, False),
        ("body.text != '!body.error'", {"text": "!body.error"}, False),
    ],
)
def test_not_covers_the_whole_path(text, body, true):
    assert AnswerExpression(text).truth({"body": body}) is true


async def test_a_session_with_its_own_token_keeps_it(served):
    provider = """
    extends: kling
"""
    place = served(
        lambda _request: (200, {"code": 0, "data": {"task_id": "1"}}), provider, {"Authorization": "Bearer own"}
    )
    await place.tasks.submit("video", {"prompt": "a"})
    assert place.sent[0].headers["Authorization"] == "Bearer own"
    await place.end()


async def test_a_session_is_signed_where_the_keys_are_set(served, monkeypatch):
    monkeypatch.setenv("KLING_ACCESS_KEY", "k")
    monkeypatch.setenv("KLING_SECRET_KEY", "s")
    place = served(lambda _request: (200, {"code": 0, "data": {"task_id": "1"}}), "\n    extends: kling\n")
    await place.tasks.submit("video", {"prompt": "a"})
    assert place.sent[0].headers["Authorization"].count(".") == 2
    await place.end()


async def test_an_id_with_slashes_can_be_one_segment_of_a_path(served):
    provider = """
    submit: {path: /invoke, json: {"*": "{inputs}"}, id: body.arn}
    status: {path: "/invoke/{id_segment}", state: body.state}
    states: {done: completed}
"""
    place = served(lambda _request: (200, {"arn": "arn:x:invoke/a1", "state": "done"}), provider)
    await place.done(prompt="a")
    assert place.paths() == ["POST /invoke", "GET /invoke/arn%3Ax%3Ainvoke%2Fa1"]
    await place.end()


PAGED = """
    auth: {signer: key, secrets: {key: QA_KEY}, query: {api_token: "{key}"}}
    submit:
      path: /graphql
      json: {query: "mutation { render { id } }", variables: {input: {"*": "{inputs}"}}}
      id: body.data.render.id
    status:
      method: POST
      path: /graphql
      json: {query: "query { phase }", variables: {id: "{id}"}}
      state: body.data.phase
    states: {"10": queued, "20": processing, "30": completed, "40": failed}
    result:
      request:
        method: POST
        path: /graphql
        json: {query: "query { files }", variables: {after: "{next}", page: "{page}"}}
      files: body.data.files.nodes[]
      url: href
      next: "body.data.files.more && body.data.files.cursor"
      empty: failed
    error: {code: "body.errors[0].code", message: "body.errors[0].message"}
"""


class GraphProduct:
    """Errors inside HTTP 200, numbers for states, a key in the query, and a result in pages of two."""

    def __init__(self, files=5, busy_page=None, stuck=False):
        self.files = [f"/pic/{number}.png" for number in range(files)]
        self.busy_page, self.stuck, self.pages = busy_page, stuck, []

    def __call__(self, request):
        assert request.url == f"{BASE}/graphql?api_token=key-1"
        query, variables = request.json["query"], request.json.get("variables", {})
        if "render" in query:
            return 200, {"data": {"render": {"id": "g1"}}}
        if "phase" in query:
            return 200, {"data": {"phase": 30}}
        self.pages.append(variables)
        if variables["page"] == self.busy_page:
            self.busy_page = None
            status = 200 if variables["page"] == 1 else 503
            return status, {"errors": [{"code": "RATE_LIMITED", "message": "try again later"}]}
        start = 0 if self.stuck else int(variables.get("after") or 0)
        nodes = [{"href": link} for link in self.files[start : start + 2]]
        more = self.stuck or start + 2 < len(self.files)
        return 200, {"data": {"files": {"nodes": nodes, "more": more, "cursor": str(start + 2)}}}


@pytest.mark.parametrize("busy_page", [None, 1, 2, 3])
async def test_all_pages_of_a_result_are_read_also_after_one_that_could_not_be_had(served, busy_page):
    product = GraphProduct(busy_page=busy_page)
    place = served(product, PAGED)
    result = await place.done(prompt="a cat")
    assert [file["name"] for file in result["result"]["files"]] == [f"{number}.png" for number in range(5)]
    assert product.pages[-1] == {"after": "4", "page": 3}
    await place.end()


async def test_a_product_that_sends_the_same_page_for_ever_is_not_followed(served):
    product = GraphProduct(stuck=True)
    place = served(product, PAGED)
    result = await place.done(prompt="a cat")
    assert len(result["result"]["files"]) == 2
    assert len(product.pages) == 2
    await place.end()


def test_all_matches_of_a_pattern_are_files_of_a_text():
    said = {"body": {"data": "<files><u>/a.png</u><u>/b.png</u></files>"}}
    assert AnswerExpression("captures(body.data, '<u>(.*?)</u>')")(said) == ["/a.png", "/b.png"]
    assert AnswerExpression("captures(body.data, '<x>(.*?)</x>')")(said) is None


def packed(body):
    return {"data": base64.b64encode(json.dumps(body).encode()).decode()}


PACKED = """
    hook: ours.py
    auth:
      signer: login
      secrets: {用户: QA_USER, 密码: QA_PASSWORD}
      request: {path: /rpc, json: {方法: 登录, 用户: "{用户}", 密码: "{密码}"}}
      token: 'body."令牌"'
      refused: "body.code == `-1`"
      header: {header}
    inputs: {素材图: file}
    prepare:
      - name: 申请
        path: /rpc
        json: {方法: 申请上传, 令牌: "{token}"}
        save: {素材: 'body."素材号"', 地址: 'body."地址"'}
      - {name: 上传, method: PUT, path: "{地址}", file: "{素材图}"}
    submit:
      path: /rpc
      json: {方法: 生成, 令牌: "{token}", 参数: {素材: "{素材}", "*": "{inputs}"}}
      id: 'body."单号"'
    status: {method: POST, path: /rpc, json: {方法: 查询, 令牌: "{token}", 单号: "{id}"}, state: 'body."阶段"'}
    states: {出炉: completed}
"""


@pytest.mark.parametrize("header", ["null", "X-Token"])
@pytest.mark.parametrize("login", [packed, dict], ids=["a packed login", "a plain login"])
async def test_a_packed_product_with_chinese_names_is_signed_in_to_and_uploaded_to(
    tmp_path, monkeypatch, header, login
):
    monkeypatch.setenv("QA_USER", "mei")
    monkeypatch.setenv("QA_PASSWORD", f"lan-{header}-{login.__name__}")
    monkeypatch.setenv("AIGC_TOKEN_CACHE", "off")
    (tmp_path / "ours.py").write_text(
        "import base64, json\ndef read(answer):\n    return json.loads(base64.b64decode(answer['body']['data']))\n",
        encoding="utf-8",
    )
    (tmp_path / "图.png").write_bytes(b"picture")
    tokens, made, uploaded = [], [], []

    def answer(request):
        if request.method == "PUT":
            uploaded.append(request.data)
            return 200, packed({"code": 0})
        asked = request.json
        if asked["方法"] == "登录":
            tokens.append(f"t{len(tokens)}")
            return 200, login({"令牌": tokens[-1]})
        given = request.headers.get("X-Token", "").removeprefix("Bearer ") or asked.get("令牌")
        if given != tokens[-1] or (asked["方法"] == "查询" and len(tokens) == 1):
            return 200, packed({"code": -1})
        if asked["方法"] == "生成":
            made.append(asked["参数"])
        known = {"申请上传": {"素材号": "a7", "地址": "/put/a7"}, "生成": {"单号": "J1"}, "查询": {"阶段": "出炉"}}
        return 200, packed(known[asked["方法"]])

    text = PACKED.replace("{header}", header)
    place = Served(
        tmp_path,
        answer,
        text if header == "null" else text.replace('令牌: "{token}", ', "").replace(', 令牌: "{token}"', ""),
    )
    handle = await place.tasks.submit("image", {"提示词": "猫", "素材图": str(tmp_path / "图.png")})
    await place.tasks.wait(handle, timeout=60)
    assert made == [{"素材": "a7", "提示词": "猫"}]
    assert uploaded == [b"picture"]
    assert tokens == ["t0", "t1"]  # the refusal of the first was packed, too
    await place.end()


async def test_a_file_whose_upload_was_left_out_is_refused_and_not_dropped(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_USER", "mei")
    monkeypatch.setenv("QA_PASSWORD", "lan")
    monkeypatch.setenv("AIGC_TOKEN_CACHE", "off")
    (tmp_path / "ours.py").write_text("def read(answer):\n    return answer['body']\n", encoding="utf-8")
    (tmp_path / "图.png").write_bytes(b"picture")
    made = []

    def answer(request):
        if request.json and request.json["方法"] == "生成":
            made.append(request.json)
        return 200, {"令牌": "t", "素材号": "a7", "地址": "/put/a7", "单号": "J1", "阶段": "出炉"}

    text = PACKED.replace("{header}", "null").replace("{name: 上传,", "{name: 上传, when: \"task.kind == 'video'\",")
    place = Served(tmp_path, answer, text)
    with pytest.raises(ConfigError, match="素材图"):
        await place.tasks.submit("image", {"提示词": "猫", "素材图": str(tmp_path / "图.png")})
    assert not made
    await place.end()
