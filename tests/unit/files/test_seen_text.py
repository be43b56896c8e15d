"""Text that is seen in pictures and films: what must be there, and what must not."""

import sys

import pytest

from AIGCLibrary.files.reading import ocr
from AIGCLibrary.files.reading.reader import TextLine
from AIGCLibrary.files.reading.text_rules import SeenText, found, nearest, spread
from tests.unit.files.test_visible_labels import film, png, still

TITLE = {"text": {"must": ["夏日特惠"], "must_not": "shutterpix"}}


class Sequence:
    """Reads prepared lines, one list for each picture that differs."""

    def __init__(self, *pictures):
        self.pictures, self.calls = list(pictures), 0

    def read(self, _picture):
        self.calls += 1
        texts = self.pictures[min(self.calls, len(self.pictures)) - 1]
        return [TextLine(text, (20, 30 + 40 * row, 200, 30), 0.9, (22, 26)) for row, text in enumerate(texts)]


def read_by(monkeypatch, *pictures):
    reader = Sequence(*pictures)
    monkeypatch.setattr(ocr, "shared_ocr", lambda: reader)
    return reader


def said(examination):
    return {f.rule: (str(f.severity), f.message) for f in examination.findings if f.rule.startswith("text.")}


def test_a_title_that_is_read_is_accepted(judge, monkeypatch):
    read_by(monkeypatch, ["夏 日 特惠", "第二行"])
    examined = judge(png(still()), "a.png", TITLE)
    assert said(examined) == {}
    assert [line["text"] for line in examined.facts["text"]["seen"]] == ["夏 日 特惠", "第二行"]


def test_a_title_on_two_lines_is_accepted(judge, monkeypatch):
    read_by(monkeypatch, ["夏日", "特惠"])
    assert said(judge(png(still()), "a.png", TITLE)) == {}


def test_a_garbled_title_is_rejected_with_what_was_read(judge, monkeypatch):
    read_by(monkeypatch, ["夏曰特惠"])
    examined = judge(png(still()), "a.png", TITLE)
    severity, message = said(examined)["text.must"]
    assert severity == "error"
    assert "“夏曰特惠”, which is garbled or was misread" in message
    assert examined.spots[0].box == (20, 30, 200, 30)


def test_a_watermark_is_found_in_the_frame_that_has_it(judge, monkeypatch):
    from PIL import Image

    read_by(monkeypatch, ["夏日特惠"], ["夏日特惠", "© SHUTTERPIX 2026"])
    frames = [Image.new("RGB", (640, 360), (level,) * 3) for level in (200, 30)]
    examined = judge(film(frames, [3, 3]), "a.mp4", TITLE)
    (finding,) = [f for f in examined.findings if f.rule == "text.must_not"]
    assert finding.place.startswith("5.00 s, x 20")
    assert examined.facts["text"]["read_at"] == [0.0, 2.5, 5.0, 5.8]


def test_frames_that_look_alike_are_read_once(judge, monkeypatch):
    from PIL import Image

    reader = read_by(monkeypatch, ["夏日特惠"])
    judge(film([Image.new("RGB", (640, 360), (90, 90, 90))], [8]), "a.mp4", TITLE)
    assert reader.calls <= 2


def test_label_and_text_read_a_frame_once(judge, monkeypatch):
    reader = read_by(monkeypatch, ["夏日特惠", "AI生成"])
    judge(png(still()), "a.png", {**TITLE, "labels": {"explicit": "required"}})
    assert reader.calls == 1


@pytest.mark.parametrize("rules", [{"must": "A"}, {"must_not": "A"}])
def test_what_has_no_picture_or_no_reader_was_not_read(judge, wav, monkeypatch, rules):
    (rule,) = rules
    severity, message = said(judge(wav, "a.wav", {"text": rules}))[f"text.{rule}"]
    assert severity == "error"
    assert "none was read: a file of type audio/wav has no picture" in message
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    ocr.shared_ocr.cache_clear()
    severity, message = said(judge(png(still()), "a.png", {"text": rules}))[f"text.{rule}"]
    assert severity == "error"
    assert "robotframework-aigclibrary[ocr]" in message


def test_a_real_picture_is_read(font):
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (480, 200), (250, 250, 240))
    ImageDraw.Draw(picture).text((30, 60), "夏日特惠 2026", font=ImageFont.truetype(font, 44), fill=(20, 20, 60))
    lines = ocr.shared_ocr().read(picture)
    assert next(found("夏日特惠", [[SeenText(None, line) for line in lines]]), None)


@pytest.mark.parametrize(
    ("wanted", "texts", "seen", "near"),
    [
        ("Spring Sale", ["SPRING  SALE 50 %"], True, True),
        ("第*集", ["第 12 集"], True, False),
        ("Spring Sale", ["Sprlng Sa1e"], False, True),
        ("Spring Sale", ["Winter"], False, False),
        ("AI", ["Al"], False, False),  # too short to say anything
    ],
)
def test_what_counts_as_the_same_text(wanted, texts, seen, near):
    pictures = [[SeenText(None, TextLine(text, (0, 0, 90, 20), 0.9)) for text in texts]]
    assert (next(found(wanted, pictures), None) is not None) is seen
    assert (nearest(wanted, pictures) is not None) is near


def test_moments_reach_the_last_frame_and_are_bounded():
    assert spread(6.0, 25, 2.5) == (0.0, 2.5, 5.0, 5.94)
    assert spread(0.0, 25, 2.5) == (0.0,)
    assert len(spread(36_000, 25, 2.5)) <= 242


def test_the_contact_sheet_frames_what_was_found():
    from PIL import Image

    from AIGCLibrary.files.context import Spot
    from AIGCLibrary.files.preview import with_frames

    picture = with_frames(Image.new("RGB", (200, 100)), [Spot((100, 40, 80, 40))], 0.5)
    assert picture.getpixel((48, 30)) == (255, 40, 40)


@pytest.mark.parametrize(
    ("text", "line", "there"),
    [
        ("a*b?d*e", "xx A--b c d  e", True), ("a*b?d*e", "abd e", False), ("a*a", "a", False),
        ("*夏*惠*", "夏日特惠", True), ("*", "", True), ("b*a", "a b", False),
        ("(c)*", "(c) 2026", True),
        ("a*" * 12 + "b", "a" * 5000, False),
    ],
)  # fmt: skip
def test_parts_of_a_text_are_found_in_their_order_in_linear_time(text, line, there):
    pictures = [[SeenText(None, TextLine(line, (0, 0, 10, 10), 0.9, (5, 5)))]]
    assert any(found(text, pictures)) is there
