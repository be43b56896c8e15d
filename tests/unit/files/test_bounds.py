"""Limits on memory and work: settings, named by the finding of a file that exceeds them."""

import io
import json

import pytest

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.options import FileLimits
from tests.unit.files.conftest import BOOK, rules_of


@pytest.fixture
def bounded(tmp_path):
    def run(data, name, rules="any", **limits):
        path = tmp_path / name
        path.write_bytes(data)
        examination = Examination(name, BOOK.get(rules), limits=FileLimits(**limits))
        judge_file(examination, path)
        return examination

    return run


def image_bytes(image, form, **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def limit_of(found):
    return [f.message for f in found.findings if str(f.severity) == "error" and "options.files." in f.message]


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "TIFF"])
def test_a_picture_that_takes_too_much_memory(bounded, picture, form):
    data = image_bytes(picture, form)
    name = f"a.{form.lower()}"
    assert not bounded(data, name).failed
    found = bounded(data, name, picture_memory=5000)
    assert rules_of(found) == {"image.size"}
    assert "picture_memory" in limit_of(found)[0]
    assert found.facts["media"]["width"] == 96


def test_a_progressive_jpeg_counts_its_coefficients():
    from PIL import Image

    from AIGCLibrary.files.quality.memory import memory_of

    def needed(**options):
        data = image_bytes(Image.new("RGB", (3000, 2000)), "JPEG", **options)
        return memory_of(Image.open(io.BytesIO(data)))

    assert needed() == 6_000_000  # decoded at a half
    assert needed(progressive=True, subsampling=0) == 6_000_000 * 7
    assert needed(progressive=True, subsampling=2) == 6_000_000 * 4


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_frames_that_are_too_much_work(bounded, form):
    from PIL import Image

    frames = [Image.new("RGB", (40, 30), (n, 0, 0)) for n in range(0, 200, 20)]
    data = image_bytes(frames[0], form, save_all=True, append_images=frames[1:], duration=50)
    name = f"a.{form.lower()}"
    assert not bounded(data, name, picture_work=12_000).failed
    found = bounded(data, name, picture_work=11_999)
    assert "picture_work" in limit_of(found)[0]
    assert found.facts["media"]["frames"] == 10


def test_a_reduced_picture_is_judged_as_the_whole(bounded):
    from PIL import Image

    from AIGCLibrary.files.quality.memory import reduced

    whole = Image.linear_gradient("L").resize((2300, 2300)).convert("RGB")
    small = reduced(whole)
    assert small.size == (1150, 1150)
    assert small.getpixel((0, 1149)) == whole.getpixel((0, 2299))
    strict = {"quality": {"blank": False}}
    assert not bounded(image_bytes(whole, "PNG"), "a.png", strict).findings


def large(rows):
    return [{"title": f"第 {n} 集", "scenes": [n, n + 0.5, None], "ok": True} for n in range(rows)]


def test_a_large_document_is_read_piece_by_piece(bounded):
    data = json.dumps(large(200), ensure_ascii=False).encode()
    found = bounded(data, "a.json", "json", document_tree=100)
    assert not found.findings
    assert found.facts["json"] == {"items": 200, "root": "array"}
    assert bounded(b'{"a": [1, 2], "b": {"c": 1}}', "b.json", document_tree=9).facts["json"] == {
        "items": 2,
        "root": "object",
    }


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[1, 2, {"a": 1, "a": 2}]', "json.duplicate_keys"),
        ('[1, 2, {"a": [{"b": 1}], "b"', "json.syntax"),
        ("[1, 2, 3, NaN, 5, 6]", "json.syntax"),
        ("[1, 2, 3] [4]", "json.syntax"),
        ("[" * 1000 + "]" * 1000, "json.depth"),
        ('["ab", "\udcff"]', "json.syntax"),
    ],
)
def test_faults_of_a_document_read_piece_by_piece(bounded, text, rule):
    data = text.encode("utf-8", "surrogateescape")
    found = bounded(data, "a.json", "json", document_tree=9)
    assert rules_of(found) == {rule}
    assert {f.rule for f in bounded(data, "b.json", "json").findings} <= {rule, "json.encoding"}


def test_what_a_large_document_is_not_held_against_is_said(bounded):
    rules = {"json": {"values": {"length(@)": 3}, "schema": {"type": "array"}}}
    found = bounded(b"[1, 2, 3, 4, 5]", "a.json", rules, document_tree=9)
    assert rules_of(found) == {"json.values", "json.schema"}
    assert all("document_tree" in message for message in limit_of(found))
    assert (
        "document_values"
        in limit_of(bounded(b"[" + b"1," * 70000 + b"1]", "b.json", document_tree=9, document_values=50))[0]
    )


def test_long_texts_and_tables(bounded):
    rows = "".join(f"{n},标题 {n},x\r\n" for n in range(300))
    found = bounded(rows.encode(), "a.csv", document_tree=500)
    assert not found.findings
    assert found.facts["text"] == {"encoding": "utf-8", "lines": 300, "columns": 3}
    assert rules_of(bounded((rows + "a,b\n").encode(), "b.csv", document_tree=500)) == {"csv.columns"}
    assert bounded(b"one\ntwo\rthree" * 99, "c.txt", document_tree=500).facts["text"]["lines"] == 99 * 2 + 1
    assert rules_of(bounded(b"x" * 3000 + b"\n", "d.csv", document_tree=500)) == {"text.size"}
    broken = bounded(rows.encode() + b"\xff\xfe,1,2\n", "e.csv", document_tree=500)
    assert "text.encoding" in rules_of(broken)
