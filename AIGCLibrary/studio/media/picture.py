"""Draws the pictures: a drifting sky in the style's palette, a sun on its way, the prompt, and the AI mark."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from AIGCLibrary.studio.media.fonts import can_write_chinese, font, legible
from AIGCLibrary.studio.media.order import Order

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

    from AIGCLibrary.studio.media.fonts import Face

Colour = tuple[int, int, int]
# Sky above, sky below, hills, sun.
PALETTES: dict[str, tuple[Colour, Colour, Colour, Colour]] = {
    "cinematic": ((24, 32, 62), (214, 112, 92), (22, 24, 44), (255, 214, 150)),
    "anime": ((88, 150, 236), (250, 214, 226), (70, 120, 110), (255, 250, 220)),
    "realistic": ((96, 146, 190), (226, 226, 210), (62, 82, 66), (255, 244, 214)),
    "watercolour": ((148, 190, 200), (244, 226, 204), (120, 150, 150), (250, 190, 160)),
    "ink": ((228, 226, 220), (250, 248, 242), (70, 74, 80), (190, 60, 50)),
}
STYLES = tuple(PALETTES)


class Painter:
    """Paints the frames of one order; equal orders are painted equally.

    Args:
        order: What to paint.
    """

    def __init__(self, order: Order) -> None:
        from PIL import Image

        self.size = (order.width, order.height)
        self._order = order
        self._rng = random.Random(f"{order.seed}:{order.prompt}")  # noqa: S311 - a seeded picture
        self._palette = PALETTES.get(order.style, PALETTES["cinematic"])
        self._phase = self._rng.random()
        self._sky = self._gradient()
        self._hills = [self._ridge(layer) for layer in range(2)]
        self._text = self._lettering()
        self._bar = order.kind == "video"
        self._dark = Image.new("RGB", self.size, (0, 0, 0))

    def black(self) -> Image:
        """A black picture."""
        return self._dark

    def frame(self, position: float) -> Image:
        """The picture at a position in the clip, 0 to 1."""
        from PIL import ImageDraw

        width, height = self.size
        picture = self._sky.copy()
        draw = ImageDraw.Draw(picture)
        where = (self._phase + position) % 1.0
        radius = height * 0.11
        x, y = width * (0.08 + 0.84 * where), height * (0.62 - 0.42 * math.sin(math.pi * where))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=self._palette[3])
        for layer, (colour, mask) in enumerate(self._hills):
            shift = int(width * position * (0.35 + 0.55 * layer)) % width
            picture.paste(colour, (-shift, height - mask.height, width * 2 - shift, height), mask)
        for piece, corner in self._text:
            picture.paste(piece, corner, piece)
        if self._bar:
            thick = max(2, height // 90)
            draw.rectangle((0, height - thick, width * position, height), fill=(255, 255, 255))
        return picture

    def _gradient(self) -> Image:
        from PIL import Image

        top, low = self._palette[0], self._palette[1]
        strip = Image.new("RGB", (1, 64))
        for row in range(64):
            strip.putpixel((0, row), _mix(top, low, row / 63))
        return strip.resize(self.size, Image.Resampling.BICUBIC)

    def _ridge(self, layer: int) -> tuple[Colour, Image]:
        """One range of hills: its colour and its mask, two screens wide so that it can scroll."""
        from PIL import Image, ImageDraw

        width, height = self.size
        waves = [
            (self._rng.randint(1, 4) * (layer + 1), self._rng.uniform(0.02, 0.06), self._rng.random()) for _ in "abc"
        ]
        base = 0.66 + 0.14 * layer
        points = []
        for step in range(129):
            turn = step / 64  # two periods, so that the ends meet
            lift = sum(a * math.sin(2 * math.pi * (n * turn + p)) for n, a, p in waves)
            points.append((width * turn, height * (base + lift / (1 + layer * 0.4))))
        colour = _mix(self._palette[2], self._palette[1], 0.4 - 0.25 * layer)
        mask = Image.new("L", (width * 2, height), 0)
        ImageDraw.Draw(mask).polygon([*points, (width * 2, height), (0, height)], fill=255)
        top = max(int(min(y for _x, y in points)), 0)
        return colour, mask.crop((0, top, width * 2, height))  # pasting costs by area

    def _lettering(self) -> list[tuple[Image, tuple[int, int]]]:
        """The prompt as a subtitle and the visible mark "AI generated" (at least 5 % of the shorter side).

        Each comes cut out, with the corner where it belongs.
        """
        from PIL import Image, ImageDraw

        width, height = self.size
        layer = Image.new("RGBA", self.size, (0, 0, 0, 0))
        draw = ImageDraw.Draw(layer)
        letter = max(10, min(width, height) // 13)
        face = font(letter, chinese=not self._order.prompt.isascii())
        lines = _wrapped(
            legible(self._order.prompt, face), lambda text: draw.textlength(text, font=face) <= width * 0.86
        )
        y = height * 0.90 - len(lines) * letter * 1.3
        for line in lines:
            x = (width - draw.textlength(line, font=face)) / 2
            _write(draw, (x, y), line, face, letter)
            y += letter * 1.3
        mark = "AI生成" if can_write_chinese() else "AI generated"
        size = max(10, math.ceil(min(width, height) * 0.07))
        face = font(size, chinese=True)
        _write(draw, (size * 0.6, size * 0.5), legible(mark, face), face, size)
        half = height // 2
        pieces = []
        for band in ((0, 0, width, half), (0, half, width, height)):
            box = layer.crop(band).getbbox()
            if box:
                corner = (box[0], box[1] + band[1])
                pieces.append((layer.crop((*corner, box[2], box[3] + band[1])), corner))
        return pieces


def _write(draw: ImageDraw, at: tuple[float, float], text: str, face: Face, size: int) -> None:
    """White letters with a dark edge, readable on every sky."""
    edge = max(1, size // 12)
    draw.text(at, text, font=face, fill=(255, 255, 255, 245), stroke_width=edge, stroke_fill=(0, 0, 0, 190))


def _wrapped(text: str, fits: Callable[[str], bool]) -> list[str]:
    """At most three lines; words stay whole where there are spaces, Chinese breaks anywhere."""
    words = [w + " " for w in text.split()] if " " in text else list(text)
    lines = [""]
    for word in words:
        if lines[-1] and not fits(lines[-1] + word):
            lines.append("")
        lines[-1] += word
    lines = [line.strip() for line in lines if line.strip()]
    return [*lines[:2], lines[2] + "…"] if len(lines) > 3 else lines


def _mix(first: Colour, two: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(first, two, strict=True))  # type: ignore[return-value]
