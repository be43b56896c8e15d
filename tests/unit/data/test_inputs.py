"""Negative and boundary inputs: which are drafted, how a table lists them, how they are judged."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from AIGCLibrary.cli.main import main
from AIGCLibrary.data.errors import InputError, PreparationError, TemplateError
from AIGCLibrary.data.inputs.cases import InputField, cases_of
from AIGCLibrary.data.inputs.suite import cell
from AIGCLibrary.data.options import LEFT_OUT

CLIP = """
version: 1
name: clip
vars: {title: "${faker.word}"}
nodes:
  set:
    create: {post: /sets, json: {name: any}}
    delete: {delete: "/sets/${self.id}"}
  clip:
    create:
      post: /clips
      json: {set_id: "${set.id}", title: "${title}", size: {width: 640, height: 360}, tag: "${key}"}
    delete: {delete: "/clips/${self.id}"}
  other:
    create: {post: /others, json: {clip_id: "${clip.id}"}}
    delete: {delete: "/others/${self.id}"}
"""


def outcomes(schema, **options):
    return {case.kind: (case.value, case.expected) for case in cases_of(InputField("clip.width", schema, **options))}


class Strict(BaseHTTPRequestHandler):
    """Keeps clips whose title has 1 to 20 characters and whose width is a whole number from 64 on."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=None):
        data = json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        server.seen.append((self.path, body))
        if self.path == "/clips":
            title, width = body.get("title"), body.get("size", {}).get("width")
            if body.get("set_id") not in server.things:
                return self.answer(404, {"message": "no such set"})
            if title == "boom":
                return self.answer(500, {"message": "division by zero"})
            if not isinstance(title, str) or not 1 <= len(title) <= 20:
                return self.answer(422, {"message": "title has 1 to 20 characters"})
            if not isinstance(width, int) or width < 64:
                return self.answer(400, {"message": "width is at least 64"})
            body["title"] = title.replace("{{7*7}}", "49")
        number = str(len(server.things) + 1)
        server.things[number] = {**body, "id": number}
        return self.answer(201, {"id": number} if server.terse else server.things[number])

    def do_GET(self):
        self.server.asked.append(self.path)
        thing = self.server.things.get(self.path.rpartition("/")[2])
        self.answer(200, thing) if thing else self.answer(404)

    def do_DELETE(self):
        known = self.server.things.pop(self.path.rpartition("/")[2], None)
        self.answer(204 if known else 404)


@pytest.fixture
def strict():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Strict)
    server.things, server.seen, server.asked, server.terse = {}, [], [], False
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def check(make_engine, strict, write):
    engine = make_engine(f"http://127.0.0.1:{strict.server_port}")
    engine.data.load(write(CLIP.replace("delete: {delete", "retry: {times: 0}\n    delete: {delete")))

    def checked(field, value=LEFT_OUT, expected="bad_input", **options):
        return engine.loop.run(engine.data.check_input("clip", field, value, expected=expected, **options))

    return checked


def test_limits_of_texts_are_tried_on_both_sides():
    found = outcomes({"type": "string", "minLength": 2, "maxLength": 5}, required=True)
    assert found["missing"] == (LEFT_OUT, "bad_input")
    assert found["empty"] == ("", "bad_input")
    assert found["too_short"] == ("a", "bad_input")
    assert found["shortest"] == ("aa", "accepted")
    assert found["longest"] == ("aaaaa", "accepted")
    assert found["too_long"] == ("aaaaaa", "bad_input")
    assert found["wrong_type"][1] == "bad_input"
    assert "emoji" not in found  # it would be too long


def test_what_no_schema_says_may_be_accepted_or_refused():
    found = outcomes({"type": "string"})
    assert found["empty"][1] == found["too_long"][1] == "accepted|bad_input"
    assert found["emoji"][1] == found["braces"][1] == "unchanged"
    guessed = outcomes({"type": "string"}, promised=False)
    assert guessed["braces"][1] == "unchanged|bad_input"


@pytest.mark.parametrize(
    ("schema", "kind", "value", "expected"),
    [
        ({"type": "integer", "minimum": 64, "maximum": 128}, "too_small", 63, "bad_input"),
        ({"type": "integer", "minimum": 64, "maximum": 128}, "largest", 128, "accepted"),
        ({"type": "integer", "exclusiveMinimum": 0}, "smallest", 1, "accepted"),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, "too_small", 0, "bad_input"),
        ({"type": "integer"}, "forbidden_size", 100_000, "bad_input"),
        ({"type": "integer", "multipleOf": 8, "minimum": 8}, "too_small", 0, "bad_input"),
        ({"type": "integer", "enum": [1, 4]}, "unknown_value", 5, "bad_input"),
        ({"type": ["string", "null"]}, "null", None, "accepted"),
        ({"type": "string", "nullable": True}, "null", None, "accepted"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "emoji", "🎬 夜市 👩‍👩‍👧", "bad_input"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "empty", "", "bad_input"),
        ({"type": "string", "format": "date-time"}, "wrong_format", "no date-time", "bad_input"),
        ({"enum": ["a", "b"]}, "unknown_value", "none-of-these", "bad_input"),
        ({"type": "array", "maxItems": 2}, "too_many", ["x", "x", "x"], "bad_input"),
        ({"type": "boolean"}, "wrong_type", "maybe", "bad_input"),
        ({"type": "string", "example": "1280x720"}, "forbidden_size", "100000x100000", "bad_input"),
    ],
)
def test_cases_follow_the_schema(schema, kind, value, expected):
    found = outcomes(schema)
    assert found[kind] == (value, expected)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", "${EMPTY}"),
        (None, "${NONE}"),
        (5, "${5}"),
        (1.5, "${1.5}"),
        (True, "${TRUE}"),
        ("a" * 300, "${{ 'a' * 300 }}"),
        ("${x} %{HOME} {{y}}", r"\${x} \%{HOME} {{y}}"),
        ("# a=b", r"\# a\=b"),
        ("  two", "${SPACE * 2}two"),
        (["x"] * 9, "${{ ['x'] * 9 }}"),
        ({"no": "text"}, "${{ {'no': 'text'} }}"),
    ],
)
def test_values_keep_their_types_in_a_table(value, written):
    assert cell(value) == written


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("clip.title", "", "bad_input"),
        ("clip.title", LEFT_OUT, "bad_input"),
        ("clip.title", "a" * 21, "bad_input"),
        ("clip.title", "a" * 20, "accepted"),
        ("clip.title", "夜市 🎬 ${x}", "unchanged"),
        ("clip.size.width", 63, "bad_input"),
        ("clip.size.width", "wide", "accepted|bad_input"),
        ("clip.set_id", "nobody", "bad_input|not_found|conflict"),
        ("clip.title", "boom", "internal"),
    ],
)
def test_the_outcome_is_the_expected_one(check, strict, field, value, expected):
    check(field, value, expected)
    assert strict.things == {}
    assert [path for path, _ in strict.seen] == ["/sets", "/clips"]  # what needs the clip is not made


@pytest.mark.parametrize(
    ("field", "value", "expected", "message"),
    [
        ("clip.title", "fine", "bad_input", r"Input 'clip.title' = 'fine' was accepted; expected bad_input\."),
        ("clip.title", "boom", "bad_input", r"= 'boom' ended as internal \(HTTP 500\): 'division by zero'; expected"),
        ("clip.title", LEFT_OUT, "accepted", r"left out ended as bad_input \(HTTP 422\): 'title has 1 to 20"),
        ("clip.title", "{{7*7}}", "unchanged", r"was accepted, but the answer holds '49'; expected unchanged"),
    ],
)
def test_another_outcome_fails_with_what_the_product_did(check, strict, field, value, expected, message):
    with pytest.raises(InputError, match=message):
        check(field, value, expected)
    assert strict.things == {}


def test_what_the_answer_does_not_show_is_read_back(check, strict):
    strict.terse = True
    check("clip.title", "${x}", "unchanged")
    assert strict.asked == ["/clips/2"]  # where it is removed
    with pytest.raises(InputError, match="holds '49'"):
        check("clip.title", "{{7*7}}", "unchanged")


def test_a_failure_elsewhere_is_no_verdict_on_the_input(check, strict):
    with pytest.raises(TemplateError, match="no variable 'titel'"):
        check("clip.title", "x", variables={"titel": 1})
    strict.server_close()
    strict.shutdown()
    with pytest.raises(PreparationError, match="'set'"):
        check("clip.title", "", "bad_input")


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("clop.title", "no node 'clop'. Did you mean 'clip'"),
        ("clip", "write node.field"),
        ("clip.seize.width", "sends no mapping 'clip.seize'"),
    ],
)
def test_a_field_that_is_not_sent_is_refused(check, field, message):
    with pytest.raises(TemplateError, match=message):
        check(field, "")


def test_an_unknown_outcome_lists_the_known_ones(check):
    with pytest.raises(InputError, match=r"no outcome 'bad_imput'\. Did you mean 'bad_input'"):
        check("clip.title", "", "bad_imput")


def test_a_table_is_drafted_from_a_template(tmp_path, write, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(CLIP)
    options = ["--node", "clip", "--output", "suites/bad.robot", "--store", ":memory:"]
    code = main(["data", "draft", "t.yaml", "--negative", *options])
    text = (tmp_path / "suites" / "bad.robot").read_text(encoding="utf-8")
    assert code == 0, capsys.readouterr()
    assert "templates=${CURDIR}/../t.yaml" in text
    rows = [line.split("    ") for line in text.splitlines() if line.startswith("clip.")]
    fields = {[cell.strip() for cell in row if cell.strip()][2] for row in rows}
    assert fields == {"clip.set_id", "clip.title", "clip.size.width", "clip.size.height"}


OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "clips", "version": "1"},
    "paths": {
        "/clips": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Clip"}}}},
                "responses": {"201": {"description": "made"}},
            }
        },
        "/clips/{id}": {"delete": {"responses": {"204": {"description": "gone"}}}},
    },
    "components": {
        "schemas": {
            "Clip": {
                "type": "object",
                "required": ["title", "size"],
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "title": {"type": "string", "maxLength": 80},
                    "size": {"type": "object", "properties": {"width": {"type": "integer", "minimum": 64}}},
                    "mood": {"type": ["string", "null"], "enum": ["calm", None]},
                },
            }
        }
    },
}


def test_a_table_is_drafted_from_an_openapi_document(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clips.json").write_text(json.dumps(OPENAPI), encoding="utf-8")
    assert main(["data", "draft", "clips.json", "--negative", "--store", ":memory:", "--language", "zh"]) == 0
    text = capsys.readouterr().out
    assert "${{ 'a' * 81 }}" in text
    assert "clip.size.width    ${63}" in text
    assert "clip.mood 枚举外的值" in text
    assert "clip.id" not in text
    assert main(["data", "draft", "clips.json", "--negative", "--node", "clap", "--store", ":memory:"]) == 2
    assert "Did you mean 'clip'" in capsys.readouterr().err
