"""Every reader takes hostile bytes for a moment: an error of its own, never another one; `tests.bench fuzz` goes on."""

import asyncio
import contextlib
import json
import random
import time

import pytest

from AIGCLibrary.data.addresses import id_from_location
from AIGCLibrary.data.paging import PageReader, PageRefusedError
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.http.response import Response, readable
from AIGCLibrary.locators.syntax import problem_of
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from tests.support.fuzzing import hostile, targets

ROUNDS = {
    "boxes": 40, "answers": 15, "servers": 15, "movie": 6, "archive": 10, "png": 8, "jpeg": 8, "webp": 8, "tape": 8,
    "draft": 12, "streams": 8, "fixes": 15, "pictures": 5, "sounds": 5,
}  # fmt: skip
USUAL = 25


@pytest.mark.parametrize("name", targets())
def test_hostile_bytes_are_read_or_refused(name):
    target = targets()[name]()
    rng = random.Random(f"tests {name}")
    with contextlib.closing(target):
        _read_all(target, rng, ROUNDS.get(name, USUAL))


def _read_all(target, rng, rounds):
    for seed in target.seeds:
        with contextlib.suppress(*target.allowed):
            target.read(seed)
    for _ in range(rounds):
        data = hostile(target, rng)[:20_000]
        with contextlib.suppress(*target.allowed):
            target.read(data)


@pytest.mark.parametrize("name", ["labels", "answers", "openapi", "yaml", "json"])
@pytest.mark.parametrize("deep", [b"[", b'{"a":', b'{"AIGC":', b'{"data":'])
def test_nesting_without_end_is_read_or_refused(name, deep):
    target = targets()[name]()
    for data in (deep * 20_000, b"%s1" % deep * 20_000, b'"%s"' % (deep.replace(b'"', b'\\"') * 20_000)):
        with contextlib.suppress(*target.allowed):
            target.read(data)


def test_nested_body_is_text():
    assert Response(200, {}, b"[" * 100_000, 0.1).json is None
    assert readable(b'["\\u4e2d"' + b"[" * 100_000).startswith('["\\u4e2d"[')


@pytest.mark.parametrize(
    "piece",
    [
        "<TC260:AIGC>",
        "<TC260:AIGC",
        "<rdf:li>",
        '<a:DigitalSourceType rdf:resource="x"',
        "<a:Info>",
        '<TC260:AIGC><rdf:li a="',
        "xmlns:a='http://www.tc260.org.cn/ns/AIGC/1.0/'",
        'TC260:AIGC="',
    ],
)
def test_work_on_labels_is_linear_in_the_packet(piece):
    def cost(size):
        start = time.process_time()
        targets()["labels"]().read((head + piece * (size // len(piece))).encode())
        return time.process_time() - start

    head = "<x xmlns:TC260='http://www.tc260.org.cn/ns/AIGC/1.0/'><TC260:AIGC><rdf:li>"
    small, large = (min(cost(size) for _ in range(2)) for size in (25_000, 100_000))
    assert large < 9 * small + 0.05


def test_nested_expression_is_refused():
    with pytest.raises(ValueError, match="too deeply"):
        AnswerExpression("[" * 20_000)


@pytest.mark.parametrize("value", ["tok\udcff-9x!", "\ud800abc12345", "b\xe9\udce9 long secret"])
def test_a_secret_that_is_no_text_is_masked(value):
    """An environment variable in another encoding, or a lone surrogate of a JSON answer."""
    redactor = Redactor()
    redactor.add_named({"API_TOKEN": value})
    redactor.add_json(json.dumps({"access_token": value}))
    assert redactor.text(f"it is {value} here") == "it is **** here"


@pytest.mark.parametrize("count", ["²", "٣", "9" * 5000, "-1", ""])
def test_a_count_that_is_no_number_is_none(count):
    response = Response(200, {"x-total-count": count, "content-range": f"items 0-1/{count}"}, b"[1, 2]", 0.1)

    async def send(_request):
        return response

    reader = PageReader(send, lambda _response: [1, 2], str)
    assert asyncio.run(reader.read(ApiRequest("GET", "/things"))).total is None


@pytest.mark.parametrize("link", ["http://[::1", "http://[x]/a", "http://h:99999999/a", "/things?page=[2"])
def test_a_link_that_is_no_url_ends_a_list_with_an_error_or_without(link):
    answers = [Response(200, {}, json.dumps({"items": [1], "next": link}).encode(), 0.1, url="http://h.test/things")]

    async def send(request):
        if answers:
            return answers.pop()
        raise PageRefusedError(request.path)

    reader = PageReader(send, lambda response: response.json["items"], str)
    assert asyncio.run(reader.read(ApiRequest("GET", "/things"))).items == [1]
    assert id_from_location(link, "/things", None) is None


def test_a_selector_of_very_many_parts_is_refused():
    assert "too many parts" in problem_of("css=" + " ".join(["div"] * 5000)[4:] + " > p")
