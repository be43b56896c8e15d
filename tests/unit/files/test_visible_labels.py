"""Visible labels of pictures and films are read, and held against words, height, place and time."""

import io
import random
import sys

import pytest

from AIGCLibrary.files.labels.words import find_label
from AIGCLibrary.files.reading import ocr
from AIGCLibrary.files.reading.glyphs import height_bounds
from AIGCLibrary.files.reading.reader import TextLine

REQUIRED = {"labels": {"explicit": "required"}}
SIZE = (640, 360)


@pytest.fixture
def label(font):
    """Draw a picture with a text: `label("AI生成", share=0.07)`; share is its height by the shorter side."""
    from PIL import Image, ImageDraw, ImageFont

    def draw(text, share=0.07, at=(20, 290), size=SIZE):
        picture = Image.linear_gradient("L").resize(size).convert("RGB")
        one = ImageFont.truetype(font, 100).getbbox(text)
        face = ImageFont.truetype(font, round(100 * share * min(size) / (one[3] - one[1])))
        ImageDraw.Draw(picture).text(at, text, font=face, fill=(255, 255, 255) if at[1] < 180 else (0, 0, 0))
        return picture

    return draw


def png(picture, **options):
    target = io.BytesIO()
    picture.save(target, "PNG", **options)
    return target.getvalue()


def found(examination):
    return {f.rule: (str(f.severity), f.message) for f in examination.findings if f.rule.startswith("labels.")}


def test_a_label_that_can_be_read_is_accepted(judge, label):
    text = "内容由人工智能合成"
    examined = judge(png(label(text, share=0.08)), "a.png", REQUIRED)
    assert found(examined) == {}
    seen = examined.facts["labels"]["visible"][0]
    assert seen["text"].replace(" ", "")[-2:] == text[-2:]
    assert seen["height"][0] <= 0.08 * 360 <= seen["height"][1]


def test_a_picture_with_other_text_is_rejected(judge, label):
    severity, message = found(judge(png(label("今日天气晴朗")), "a.png", REQUIRED))["labels.explicit"]
    assert (severity, message) == ("error", "The visible label is not there: none can be read in the picture.")


def test_a_label_that_is_too_small_is_rejected(judge, label):
    severity, message = found(
        judge(png(label("AI生成", share=0.035, at=(20, 660), size=(1280, 720))), "a.png", REQUIRED)
    )["labels.explicit.height"]
    assert severity == "error"
    assert "5 % is demanded" in message


def test_a_label_in_english_lacks_the_words(judge, label):
    severity, message = found(judge(png(label("AI generated")), "a.png", REQUIRED))["labels.explicit.words"]
    assert severity == "error"
    assert "generated”" in message


def test_a_picture_turned_by_exif_is_read_as_displayed(judge, label):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees when shown
    stored = label("AI生成", share=0.08).rotate(90, expand=True)
    examined = judge(png(stored, exif=exif), "a.png", REQUIRED)
    assert found(examined) == {}


def test_without_the_extra_a_required_label_was_not_read(judge, label, monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    ocr.shared_ocr.cache_clear()
    severity, message = found(judge(png(label("AI生成")), "a.png", REQUIRED))["labels.explicit"]
    assert severity == "error"
    assert "was not read" in message
    assert "robotframework-aigclibrary[ocr]" in message
    optional = judge(png(label("AI生成")), "a.png", {"labels": {"explicit": "optional"}})
    assert found(optional)["labels.explicit"][0] == "info"


def film(pictures, seconds, fps=10):
    """Encode a film that shows each picture for its seconds."""
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "23", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for picture, length in zip(pictures, seconds, strict=True):
            for _ in range(round(length * fps)):
                container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return target.getvalue()


def still():
    from PIL import Image

    return Image.linear_gradient("L").resize(SIZE).convert("RGB")


class At:
    """Reads a label at one place."""

    def __init__(self, box):
        self.box = box

    def read(self, _picture):
        return [TextLine("AI生成", self.box, 0.9, (25.0, 28.0))]


class Recogniser:
    """Reads a label where the lower left corner is dark: the times are judged without the cost of a real reader."""

    def read(self, picture):
        dark = picture.convert("L").getpixel((5, picture.height - 5)) < 100
        return [TextLine("AI生成", (10, 320, 90, 30), 0.9, (25.0, 28.0))] if dark else []


def test_a_forbidden_label_is_found(judge, monkeypatch):
    monkeypatch.setattr("AIGCLibrary.files.reading.ocr.shared_ocr", lambda: At((10, 320, 90, 30)))
    rules = {"labels": {"explicit": "forbidden"}}
    assert "AI生成" in found(judge(png(still()), "a.png", rules))["labels.explicit"][1]


@pytest.mark.parametrize("size", [(1, 4000), (4000, 1), (1, 1), (30, 900), (960, 540)])
def test_parts_of_a_narrow_picture_are_not_enlarged_without_bound(judge, monkeypatch, size):
    from PIL import Image

    sizes = []

    class Measuring:
        def read(self, picture):
            sizes.append(picture.size)
            return []

    monkeypatch.setattr("AIGCLibrary.files.reading.ocr.shared_ocr", Measuring)
    assert "labels.explicit" in found(judge(png(Image.new("RGB", size)), "a.png", REQUIRED))
    parts = sizes[1:]
    assert len(parts) == 2
    assert all(0 < width <= 1280 and 0 < height <= 1920 for width, height in parts)
    assert all(1280 in part or 1920 in part for part in parts)


def test_a_label_in_the_middle_is_doubted(judge, monkeypatch):
    monkeypatch.setattr("AIGCLibrary.files.reading.ocr.shared_ocr", lambda: At((270, 165, 90, 30)))
    assert found(judge(png(still()), "a.png", REQUIRED))["labels.explicit.position"][0] == "warning"


@pytest.mark.parametrize(
    ("seconds", "wrong"),
    [
        ((0, 3, 1), {}),
        ((0, 2, 2), {}),  # two seconds exactly
        ((0.4, 2.2, 1), {}),  # faded in
        ((0, 1.5, 0), {}),  # the whole of a short film
        ((0, 1.6, 2), {"labels.explicit.time"}),
        ((0.4, 1.2, 2), {"labels.explicit.time"}),
        ((1.6, 3, 0), {"labels.explicit.start"}),
        ((4, 3, 0), {"labels.explicit"}),  # after what is read
    ],
)
def test_a_label_of_a_film_is_on_the_screen_from_the_start_for_two_seconds(judge, monkeypatch, seconds, wrong):
    from PIL import Image

    monkeypatch.setattr("AIGCLibrary.files.reading.ocr.shared_ocr", Recogniser)
    bright, dark = (Image.new("RGB", SIZE, (level,) * 3) for level in (200, 20))
    examined = judge(film([bright, dark, bright], seconds), "a.mp4", REQUIRED)
    assert set(found(examined)) == set(wrong)


def test_a_real_film_is_read(judge, label):
    data = film([label("AI生成", share=0.09)], [2.4])
    assert found(judge(data, "a.mp4", REQUIRED)) == {}


@pytest.mark.parametrize(
    ("texts", "chinese"),
    [
        (["Al生成"], True),  # as readers take the I
        (["本内容由AI", "生成合成"], True),  # two lines
        (["AI-Generated Content"], False),
        (["Generated by AI"], False),
    ],
)
def test_words_of_a_label(texts, chinese):
    lines = [TextLine(text, (10, 10 + 30 * row, 200, 28), 0.9, (20, 25)) for row, text in enumerate(texts)]
    assert find_label(lines).chinese is chinese


@pytest.mark.parametrize(
    "text",
    [
        "RAIL 生成",
        "智能手机",
        "OpenAI 发布会",
        "今日生成报告",
        "Made in Italy",
        "MAIL 合成器",
        "非AI生成",
        "本片未使用AI生成",
        "No AI-generated art",
        "This is not AI generated",  # they deny it
        "生成式AI大会",
        "人工智能生成器",
        "AI助手帮你生成周报",
        "School of Artificial Intelligence",
    ],
)
def test_words_that_are_no_label(text):
    assert find_label([TextLine(text, (10, 10, 200, 28), 0.9, (20, 25))]) is None


@pytest.mark.parametrize("outline", [0, 2])
@pytest.mark.parametrize("pixels", [24, 40])
def test_the_height_of_characters_lies_within_narrow_bounds(font, pixels, outline):
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.radial_gradient("L").resize((640, 200)).convert("RGB")
    face = ImageFont.truetype(font, pixels)
    left, top, right, bottom = face.getbbox("人工智能合成")
    ImageDraw.Draw(picture).text(
        (60 - left, 80 - top),
        "人工智能合成",
        font=face,
        fill=(250, 250, 250),
        stroke_width=outline,
        stroke_fill=(0, 0, 0),
    )
    width, height = right - left, bottom - top
    pad = height // 3
    low, high = height_bounds(picture, (60 - pad, 80 - pad, width + 2 * pad, height + 2 * pad), 6)
    assert low <= height <= high
    assert high / low <= 1.4


def test_where_text_and_ground_cannot_be_separated_only_the_box_bounds_the_height():
    from PIL import Image

    picture = Image.effect_noise((300, 120), 90).convert("RGB")
    low, high = height_bounds(picture, (50, 40, 150, 40), 6)
    assert high / low > 2


@pytest.mark.parametrize(("texture", "decided"), [(0, True), (60, False)])
def test_a_texture_as_strong_as_a_faint_label_leaves_its_height_open(texture, decided):
    from PIL import Image, ImageDraw

    rng = random.Random(2)
    picture = Image.new("RGB", (500, 160), (90, 90, 90))
    draw = ImageDraw.Draw(picture)
    for _ in range(120):
        left, top, tall = rng.randint(0, 500), rng.randint(0, 160), rng.randint(20, 70)
        draw.rectangle((left, top, left + 2, top + tall), fill=(90 + texture,) * 3)
    for left in range(60, 420, 60):  # characters of 40 pixels
        for stroke in (0, 14, 28):
            draw.rectangle((left + stroke, 60, left + stroke + 4, 99), fill=(200, 200, 200))
        draw.rectangle((left, 78, left + 32, 82), fill=(200, 200, 200))
    low, high = height_bounds(picture, (55, 44, 360, 72), 6)
    assert low <= 40 <= high
    assert (high - low < 12) is decided


@pytest.mark.parametrize("size", [(30_000, 3), (3, 30_000), (5_000, 1), (1, 1)])
def test_a_picture_too_narrow_for_text_is_not_enlarged_to_read_it(monkeypatch, size):
    from PIL import Image

    def enlarge(_picture):
        raise AssertionError("the models enlarge a line of 1,920 by 1 pixels to 92,160 by 48")

    reader = ocr.shared_ocr()
    monkeypatch.setattr(reader, "_engine", enlarge)
    assert reader.read(Image.effect_noise(size, 90).convert("RGB")) == []
