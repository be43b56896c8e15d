"""Looks at one picture: blank, blurred, and its fingerprint for finding near-duplicates."""

from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.quality.depth import ALPHA, eight_bit
from AIGCLibrary.files.quality.memory import reduced

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 256
BLANK = 3
"""Levels (of 255) within which all of a picture counts as one colour."""


def judge_picture(examination: Examination, image: "Image") -> None:
    """Measure a decoded picture and hold `quality.blank` against it."""
    from PIL import ImageFilter, ImageStat

    small = _small(image)
    grey = small.convert("L")
    spread = _spread(small)
    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), 1, 128))
    inner = edges.crop((1, 1, max(2, edges.width - 1), max(2, edges.height - 1)))
    sharpness = ImageStat.Stat(inner).var[0]
    facts = examination.section("quality")
    facts |= {
        "blank": spread <= BLANK,
        "contrast": round(ImageStat.Stat(grey).stddev[0] / 127.5, 4),
        "sharpness": round(sharpness, 2),
        "blur": round(100 / (1 + sharpness), 3),
    }
    examination.note({"dhash": f"{dhash(grey):032x}"}, "decoded")
    rules = examination.rules.section("quality")
    examination.judged.add("quality.blank")
    if rules.get("blank") is False and facts["blank"]:
        examination.report(
            "quality.blank",
            f"The picture is of one colour (all pixels within {spread} of 255 levels).",
            FindingKind.QUALITY,
            expected=f"> {BLANK}/255",
            actual=f"{spread}/255",
        )


def spread_of(image: "Image") -> int:
    """Return the levels (of 255) between darkest and brightest, in the colour that differs most."""
    return _spread(_small(image))


def _small(image: "Image") -> "Image":
    from PIL import Image

    image = eight_bit(reduced(image))
    small = image.convert("RGBA" if image.mode in ALPHA else "RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    if small.mode == "RGBA":
        ground = Image.new("RGBA", small.size, (255, 255, 255, 255))
        small = Image.alpha_composite(ground, small).convert("RGB")
    return small


def _spread(small: "Image") -> int:
    extrema: Any = small.getextrema()
    return int(max(high - low for low, high in extrema))


def dhash(image: "Image") -> int:
    """Return the difference hash of a picture, 64 bits across and 64 down: near-duplicates differ in few bits."""
    from PIL import Image

    pixels = image.convert("L").resize((9, 9), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            here = pixels[row * 9 + column]
            bits = bits << 2 | (here > pixels[row * 9 + column + 1]) << 1 | (here > pixels[row * 9 + 9 + column])
    return bits
