"""Seeded pictures with and without a visible label, each with what is true of it.

Height is the one from edge to edge of the tallest character, as drawn. Grounds are made: noise over several octaves
with the spectrum of photographs, gradients, and textures. `choosing` material is what limits were chosen on; `judging`
has other seeds, other words, and fonts that `choosing` does not have.
"""

import io
import random
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SIZES = ((640, 360), (1280, 720), (1920, 1080), (1024, 1024), (512, 512), (720, 1280), (1080, 1920), (1024, 576))
LABELS = {
    "choosing": (
        "AI生成", "AI合成", "内容由AI生成", "本内容由人工智能生成", "人工智能合成", "AI生成内容",
        "图片由AI合成", "本视频由人工智能技术生成", "疑似AI生成", "AI 生成", "AI生成，仅供参考",
        "人工智能生成合成内容",
    ),
    "judging": (
        "由AI生成", "人工智能生成", "本作品由AI生成", "AI合成内容", "此图由人工智能生成", "含AI生成内容",
        "AI辅助生成", "画面由人工智能合成", "内容为AI生成", "AI·生成", "AI技术生成，请注意甄别",
        "人工智能（AI）生成",
    ),
}  # fmt: skip
OTHER = (
    "智能手机 新品上市", "OpenAI 发布会", "AI 大会 2026", "今日生成报告", "合成橡胶有限公司", "RAIL TICKET",
    "AIR 航空", "人工智能学院", "自动生成订单号", "生活 从容不迫", "MAIL 合成器", "开业大吉 全场八折",
    "北京 → 上海", "小心地滑", "第 3 集 重逢", "未经许可 不得转载", "@shanghai_daily", "www.example.com",
    "HAIR SALON", "PAID 128.00", "营业时间 9:00-21:00", "出口 EXIT", "生日快乐", "成人票 80 元", "AIDA 歌剧院",
    "智慧城市 人民生活", "语音合成研究所", "大数据与云计算", "作者：王小明", "Vol. 12 SUMMER",
    "生成式教学案例", "AI 学习平台", "工人体育场", "能源合作 成果展", "非AI生成 真实拍摄", "本片未使用AI生成",
    "100% human made", "No AI-generated art", "仅限内部使用", "你好，世界", "LIVE 直播中", "限时 24 小时",
    "WAIT GENERATED", "MADE IN CHINA", "AISLE 7", "AI助手帮你生成周报", "人工湖 智能灯", "合肥 成都 重庆",
    "电影《生死时速》", "AI芯片 量产",
)  # fmt: skip
STYLES = ("plain", "outline", "shadow", "plate")
PLACES = ("left top", "right top", "left bottom", "right bottom", "centre bottom", "centre top")


@dataclass(frozen=True, slots=True)
class Case:
    """One picture and what is true of it.

    Args:
        data: The file, a JPEG.
        picture: The same before encoding.
        text: What is written in it.
        share: Height of the tallest character by the shorter side.
        opacity: Of the text, 0 to 1.
        about: Font, style, ground, size, quality, in words.
    """

    data: bytes
    picture: Any
    text: str
    share: float
    opacity: float
    about: str


def fonts(extra: Path | None = None) -> list[tuple[str, int]]:
    """Return files and indexes of fonts with simplified Chinese characters, one for each look.

    Args:
        extra: Folder with more fonts, as unpacked from packages.
    """
    command = ["fc-list", ":lang=zh-cn", "--format=%{file}\t%{index}\t%{family[0]}\t%{style[0]}\n"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found = {}
    for line in sorted(listed):
        file, index, family, style = line.split("\t")
        if not any(word in family for word in (" TW", " HK", " JP", " KR", " TC", "Mono")):
            found[f"{family} {style}"] = (file, int(index))
    if extra is not None:
        for file in sorted(extra.rglob("*")):
            if file.suffix.lower() in (".ttf", ".ttc", ".otf") and "Ext" not in file.stem and "Plus" not in file.stem:
                found[file.stem] = (str(file), 2 if "CJK" in file.name else 0)
    return [found[name] for name in sorted(found) if _has_characters(found[name])]


def _has_characters(font: tuple[str, int]) -> bool:
    face = _face(font, 40)
    missing = bytes(face.getmask("\uffff"))
    texts = "".join(LABELS["choosing"] + LABELS["judging"])
    return all(bytes(face.getmask(char)) != missing for char in set(texts) if not char.isspace())


@cache
def _face(font: tuple[str, int], size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(font[0], size, index=font[1])


def labelled(seed: int, split: str, known: list[tuple[str, int]], ground: str = "") -> Case:
    """Return a picture with a label of 3 to 8 % height."""
    rng = random.Random(f"{split} {seed}")
    usable = [font for at, font in enumerate(known) if (at % 3 != 2) or split == "judging"]
    return _made(rng, rng.choice(usable), rng.choice(LABELS[split]), rng.uniform(0.03, 0.08), ground, LABELS[split][:2])


def other(seed: int, split: str, known: list[tuple[str, int]]) -> Case:
    """Return a picture with one or two texts that are no label."""
    rng = random.Random(f"{split} other {seed}")
    return _made(
        rng,
        rng.choice(known),
        rng.choice(OTHER),
        rng.uniform(0.03, 0.12),
        "",
        ("出口 EXIT", "AISLE 7"),
        rng.randint(0, 2),
    )


def _made(
    rng: random.Random,
    font: tuple[str, int],
    text: str,
    share: float,
    ground: str,
    short: tuple[str, ...],
    more: int = 0,
) -> Case:
    size = rng.choice(SIZES)
    kind = ground or rng.choice(("noise", "gradient", "texture", "noise"))
    picture = ground_of(kind, size, rng)
    opacity, style = rng.uniform(0.4, 1.0), rng.choice(STYLES)
    places = rng.sample(PLACES, 1 + more)
    if not _fits(font, text, share, size):
        text = rng.choice(short)
    place = places[0]
    picture, drawn = write(picture, text, font, share, opacity, style, place, rng)
    for other_place in places[1:]:
        if other_place.split()[1] == place.split()[1]:
            continue  # one text in a row: what lies over another is neither
        words = rng.choice(OTHER)
        if _fits(font, words, share, size):
            picture, _ = write(picture, words, font, share, opacity, style, other_place, rng)
            break
    quality = rng.randint(40, 95)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    name = Path(font[0]).stem
    return Case(
        target.getvalue(), picture, text, drawn, opacity,
        f"{name} {style} {kind} {size[0]}x{size[1]} {place} q{quality}",
    )  # fmt: skip


def _fits(font: tuple[str, int], text: str, share: float, size: tuple[int, int]) -> bool:
    """Return whether a text of a height fits into a picture, with a margin."""
    face, _ = _fitted(font, text, share * min(size))
    left, _, right, _ = face.getbbox(text)
    return right - left < 0.85 * size[0]


def write(
    picture: Any,
    text: str,
    font: tuple[str, int],
    share: float,
    opacity: float,
    style: str,
    place: str,
    rng: random.Random,
) -> tuple[Any, float]:
    """Write a text at a place; return the picture and the height of the tallest character by the shorter side."""
    from PIL import Image, ImageDraw, ImageStat

    side = min(picture.size)
    face, tall = _fitted(font, text, share * side)
    margin = round(side * rng.uniform(0.015, 0.05))
    left, top, right, bottom = face.getbbox(text)
    width, height = right - left, bottom - top
    across, down = place.split()
    x = {"left": margin, "right": picture.width - margin - width, "centre": (picture.width - width) // 2}[across]
    y = margin if down == "top" else picture.height - margin - height
    area = (max(0, x), max(0, y), min(picture.width, x + width), min(picture.height, y + height))
    bright = ImageStat.Stat(picture.crop(area).convert("L")).mean[0] > 128
    colour = (0, 0, 0) if bright else (255, 255, 255)
    contrary = tuple(255 - level for level in colour)
    layer = Image.new("RGBA", picture.size, (*colour, 0))
    draw = ImageDraw.Draw(layer)
    alpha = round(255 * opacity)
    at = (x - left, y - top)
    if style == "plate":
        pad = max(2, round(tall * 0.3))
        plate = (x - pad, y - pad, x + width + pad, y + height + pad)
        draw.rectangle(plate, fill=(*contrary, round(255 * rng.uniform(0.3, 0.8))))
        under = Image.alpha_composite(picture.convert("RGBA"), layer)
        layer = Image.new("RGBA", picture.size, (*colour, 0))
        ImageDraw.Draw(layer).text(at, text, font=face, fill=(*colour, alpha))
        return Image.alpha_composite(under, layer).convert("RGB"), tall / side
    if style == "outline":
        draw.text(at, text, font=face, fill=(*contrary, alpha), stroke_width=max(1, round(tall / 16)))
    if style == "shadow":
        by = max(1, round(tall / 18))
        draw.text((at[0] + by, at[1] + by), text, font=face, fill=(*contrary, alpha))
    top_layer = Image.new("RGBA", picture.size, (*colour, 0))
    ImageDraw.Draw(top_layer).text(at, text, font=face, fill=(*colour, alpha))
    under = Image.alpha_composite(picture.convert("RGBA"), layer) if style != "plain" else picture.convert("RGBA")
    return Image.alpha_composite(under, top_layer).convert("RGB"), tall / side


def _fitted(font: tuple[str, int], text: str, wanted: float) -> tuple[Any, float]:
    """Return the face at which the tallest character is as tall as wanted, and how tall it is."""
    size = round(wanted * 1.1)
    for _ in range(4):
        size = max(6, round(size * wanted / max(1, tallest(_face(font, size), text))))
    return _face(font, size), float(tallest(_face(font, size), text))


def tallest(face: Any, text: str) -> int:
    """Return the rows of the tallest character, of pixels that are at least half covered."""
    return max(_rows(face, char) for char in set(text) if not char.isspace())


def _rows(face: Any, char: str) -> int:
    from PIL import Image, ImageDraw

    image = Image.new("L", (face.size * 2, face.size * 2))
    ImageDraw.Draw(image).text((face.size // 2, face.size // 2), char, font=face, fill=255)
    box = image.point(lambda level: 255 * (level >= 128)).getbbox()
    return box[3] - box[1] if box else 0


def ground_of(kind: str, size: tuple[int, int], rng: random.Random) -> Any:
    """Return a picture without text: `noise`, `strong` noise, `gradient` or `texture`."""
    import numpy as np
    from PIL import Image

    made = np.random.default_rng(rng.getrandbits(32))
    width, height = size
    if kind in ("noise", "strong"):
        steep = rng.uniform(0.3, 1.2) if kind == "noise" else rng.uniform(0.0, 0.3)
        planes = [_octaves(made, width, height, steep) for _ in range(2)]
        mixed = [planes[0] * w + planes[1] * (1 - w) for w in (rng.random() for _ in range(3))]
        return Image.fromarray(np.stack([_spread(p, rng) for p in mixed], axis=2))
    if kind == "gradient":
        ramp = np.linspace(0, 1, width)[None, :] * rng.uniform(-1, 1) + np.linspace(0, 1, height)[:, None]
        ends = [(rng.randint(0, 255), rng.randint(0, 255)) for _ in range(3)]
        ramp = (ramp - ramp.min()) / max(float(np.ptp(ramp)), 1e-6)
        return Image.fromarray(np.stack([(a + (b - a) * ramp).astype(np.uint8) for a, b in ends], axis=2))
    period = rng.uniform(height / 60, height / 8)
    rows, columns = np.mgrid[0:height, 0:width]
    angle = rng.uniform(0, np.pi)
    wave = np.sin((rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / period)
    if rng.random() < 0.5:
        wave = np.sign(wave) * np.sign(np.sin(rows * 2 * np.pi / (period * 2)))
    depth = rng.uniform(10, 60)
    base = [rng.randint(50, 205) for _ in range(3)]
    grain = made.normal(0, rng.uniform(0, 8), (height, width))
    return Image.fromarray(np.stack([np.clip(b + wave * depth + grain, 0, 255).astype(np.uint8) for b in base], axis=2))


def _octaves(made: Any, width: int, height: int, steep: float) -> Any:
    """Return noise whose octaves lose a factor of 2 ** `steep` in amplitude: 0 is that of detailed photographs."""
    import numpy as np
    from PIL import Image

    total = np.zeros((height, width), dtype=np.float32)
    cells, weight = 3, 1.0
    while cells < max(width, height):
        grid = made.random((max(2, cells * height // width), cells), dtype=np.float32)
        total += weight * np.asarray(Image.fromarray(grid, "F").resize((width, height), Image.Resampling.BICUBIC))
        cells, weight = cells * 2, weight / 2**steep
    return total


def _spread(plane: Any, rng: random.Random) -> Any:
    import numpy as np

    low, high = np.percentile(plane, (1, 99))
    dark, bright = rng.uniform(0, 60), rng.uniform(150, 255)
    return np.clip(dark + (plane - low) / max(high - low, 1e-6) * (bright - dark), 0, 255).astype(np.uint8)
