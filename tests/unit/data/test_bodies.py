"""Bodies of all kinds reach the product as described, and answers of all shapes are read."""

import io

import pytest
from PIL import Image

from AIGCLibrary.data.errors import PreparationError, TemplateError
from AIGCLibrary.data.record import DataRecord
from tests.support.answers import AnswerServer


@pytest.fixture
def sent(make_engine, write):
    """Prepare one thing with a body; give what arrived and the data."""

    def run(create, answer=(201, {"id": 1}), more=""):
        with AnswerServer(lambda asked: answer if asked.method == "POST" else (204, None)) as server:
            engine = make_engine(server.url)
            text = f"version: 1\nnodes:\n  thing:\n    create: {{post: /things, {create}}}\n{more}"
            name = engine.data.load(write(text))[0]
            prepared = engine.loop.run(engine.data.prepare(name))
        return server.asked[0], prepared.data["thing"]

    return run


def test_a_form_is_sent_as_one(sent):
    asked, _ = sent("form: {name: A B, on: true, tags: [x, y]}")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.raw == b"name=A+B&on=true&tags=x&tags=y"


def test_text_is_sent_as_it_is(sent):
    asked, _ = sent('body: "a,b", headers: {Content-Type: text/csv}')
    assert (asked.headers["content-type"], asked.raw) == ("text/csv", b"a,b")


def test_files_come_from_a_path_bytes_text_and_a_picture(sent, tmp_path):
    (tmp_path / "ref.png").write_bytes(b"of a path")
    asked, _ = sent(
        "multipart: {title: T, one: ref.png, two: {bytes: aGVsbG8=, filename: x.bin}, three: {text: words},"
        " four: {picture: {width: 40, height: 30}}}"
    )
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    for part in (b'name="title"\r\n\r\nT\r\n', b'filename="ref.png"', b"of a path", b"hello", b"words"):
        assert part in asked.raw
    start = asked.raw.index(b"\x89PNG")
    assert Image.open(io.BytesIO(asked.raw[start:])).size == (40, 30)


def test_a_film_of_a_size_and_length_is_made(sent):
    import av

    asked, _ = sent("multipart: {clip: {film: {width: 64, height: 48, seconds: 1.5}}}")
    assert b'filename="film.mp4"' in asked.raw
    assert b"Content-Type: video/mp4" in asked.raw
    start = asked.raw.index(b"ftyp") - 4
    with av.open(io.BytesIO(asked.raw[start:])) as film:
        video = film.streams.video[0]
        assert (video.width, video.height, video.frames) == (64, 48, 18)


@pytest.mark.parametrize(
    ("field", "reported"),
    [
        ("ref.png", "file 'ref.png' of field 'file' does not exist"),
        ("{path: none.mp4}", "none.mp4' of field 'file' does not exist"),
        ("{bytes: '%%'}", "Base64"),
        ("{picture: {width: 0}}", "pixels"),
        ("{film: {width: 33}}", "even sides of at least 16"),
        ("{film: {seconds: 90}}", "at most 60 s, not 90 s"),
        ("{film: {width: wide}}", "all of them numbers"),
        ("{url: x}", "needs one of: path, bytes, text, picture, film"),
    ],
)
def test_a_file_that_cannot_be_sent_is_named_before_anything_is_sent(sent, field, reported):
    with pytest.raises(PreparationError, match=reported):
        sent(f"multipart: {{file: {field}}}")


def test_two_bodies_are_one_too_many(sent):
    with pytest.raises(TemplateError, match=r"has 2 bodies \(json, form\)"):
        sent("json: {a: 1}, form: {a: 1}")


def test_graphql_sends_query_and_variables(sent):
    answer = (200, {"data": {"make": {"id": "g1"}}})
    asked, data = sent('graphql: {query: "mutation", variables: {n: 1}}', answer, "    id: data.make.id\n")
    assert asked.json == {"query": "mutation", "variables": {"n": 1}}
    assert data["id"] == "g1"


def test_errors_of_graphql_inside_200_are_refusals(sent):
    with pytest.raises(PreparationError, match=r"could not be created: .*No such field"):
        sent("graphql: mutation", (200, {"errors": [{"message": "No such field"}], "data": None}))


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        ({"id": 5}, 5),
        ({"data": {"id": 5}}, 5),
        ({"code": 200, "data": 5}, 5),
        ([{"id": 5}], 5),
        ({"data": {"type": "things", "id": "5", "attributes": {}}}, "5"),
        ({"id": "5", "pages": 5}, "5"),
        ({"id": "05", "pages": 5}, "05"),
    ],
)
def test_the_id_is_found_in_usual_answers_and_is_written_as_there(sent, answer, written):
    found = sent("json: {a: 1}", (201, answer))[1]["id"]
    assert (found, type(found)) == (written, type(written))


def test_the_id_of_one_thing_is_sent_to_another_as_the_product_writes_it():
    project = DataRecord("r1", "project", "project", remote_id="1001", body={"code": 200, "data": 1001})
    assert project.attribute("id") == 1001
    assert project.remote_id == "1001"
