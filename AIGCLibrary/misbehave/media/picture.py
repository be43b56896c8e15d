"""Faults of a picture, made with Pillow; what it says about itself stays."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from AIGCLibrary.misbehave.media.containers import with_words, words_of

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 0.14
"""Share of each side in which the visible mark is, which stands at an edge or in a corner."""


def black(content: bytes, _media_type: str, _value: Any) -> bytes:
    """Return a black picture of the same size."""
    from PIL import Image

    return _repainted(content, lambda picture: Image.new("RGB", picture.size))


def smaller(content: bytes, _media_type: str, value: float) -> bytes:
    """Return the picture at another size."""
    return _repainted(content, lambda picture: picture.resize(scaled(picture.size, value)))


def without_mark(content: bytes, _media_type: str, _value: Any) -> bytes:
    """Return the picture without its edges, where the visible mark is, at its old size."""
    return _repainted(content, without_edges)


def other_format(content: bytes, media_type: str, _value: Any) -> bytes:
    """Return the picture in a format that its name and type do not promise."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    with Image.open(io.BytesIO(content)) as picture:
        target = io.BytesIO()
        xmp = picture.info.get("XML:com.adobe.xmp") or picture.info.get("xmp")
        if media_type == "image/png":
            more = {"xmp": xmp.encode() if isinstance(xmp, str) else xmp} if xmp else {}
            picture.convert("RGB").save(target, "JPEG", **more)
        else:
            info = PngInfo()
            if xmp:
                info.add_itxt("XML:com.adobe.xmp", xmp if isinstance(xmp, str) else xmp.decode("utf-8", "replace"))
            picture.convert("RGB").save(target, "PNG", pnginfo=info)
    return target.getvalue()


def without_edges(picture: "Image") -> "Image":
    """Cut the edges off and scale what is left to the old size."""
    width, height = picture.size
    x, y = round(width * MARGIN), round(height * MARGIN)
    return picture.crop((x, y, width - x, height - y)).resize(picture.size)


def scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """Return a size with even sides, which video codecs need; at least two pixels each."""
    width, height = (max(round(side * factor) // 2 * 2, 2) for side in size)
    return width, height


def _repainted(content: bytes, paint: "Callable[[Image], Image]") -> bytes:
    from PIL import Image

    target = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        kind = picture.format
        kept = {name: picture.info[name] for name in ("xmp", "exif") if name in picture.info and kind == "WEBP"}
        paint(picture.convert("RGB")).save(target, kind, **kept)
    return with_words(target.getvalue(), words_of(content))
