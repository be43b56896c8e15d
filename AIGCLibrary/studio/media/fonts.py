"""Finds a font for the prompt: one with Chinese characters when this machine has it, else Pillow's own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Face = FreeTypeFont | ImageFont

# Names as Pillow looks them up in the system's font folders; the first that exists wins.
_CJK = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "msyh.ttc",
    "simhei.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Medium.ttc",
    "Arial Unicode.ttf",
)
_LATIN = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "Helvetica.ttc", "segoeui.ttf")


@lru_cache(maxsize=64)
def font(size: int, *, chinese: bool) -> Face:
    """A font of about `size` pixels; never fails."""
    from PIL import ImageFont

    for name in (*_CJK, *_LATIN) if chinese else (*_LATIN, *_CJK):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


@lru_cache(maxsize=1)
def can_write_chinese() -> bool:
    """Whether a font with Chinese characters was found."""
    from PIL import ImageFont

    for name in _CJK:
        try:
            ImageFont.truetype(name, 12)
        except OSError:
            continue
        return True
    return False


def legible(text: str, face: Face) -> str:
    """The text as far as a font can write it: Pillow's bitmap font knows Latin-1 only."""
    from PIL.ImageFont import FreeTypeFont

    return text if isinstance(face, FreeTypeFont) else text.encode("ascii", "replace").decode()
