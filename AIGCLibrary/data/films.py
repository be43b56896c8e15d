"""Makes small films to upload: H.264 in mp4, with a moving picture, which no product takes for frozen or empty."""

import io
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from AIGCLibrary.data.errors import ExpressionError

_FPS = 12
_MOST_PIXELS = 8_294_400
"""Pixels of 3840 x 2160."""
_LONGEST = 60.0


def size_of(film: Any) -> tuple[int, int, float]:
    """Return width, height in pixels and length in seconds of a film.

    Raises:
        ExpressionError: They are no numbers, odd, or beyond the limits.
    """
    wanted = film if isinstance(film, Mapping) else {}
    try:
        width, height = int(wanted.get("width", 320)), int(wanted.get("height", 180))
        seconds = float(wanted.get("seconds", 1))
    except (TypeError, ValueError):
        raise ExpressionError("a film has width and height in pixels and seconds, all of them numbers") from None
    if width < 16 or height < 16 or width % 2 or height % 2 or width * height > _MOST_PIXELS:
        raise ExpressionError(
            f"a film has even sides of at least 16 and at most {_MOST_PIXELS:,} pixels, not {width} x {height}"
        )
    if not 0 < seconds <= _LONGEST:
        raise ExpressionError(f"a film lasts more than 0 and at most {_LONGEST:g} s, not {seconds:g} s")
    return width, height, seconds


def make_film(film: Any) -> bytes:
    """Return an mp4 of the size and length that a template asks for."""
    import av
    from PIL import Image, ImageChops

    width, height, seconds = size_of(film)
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=_FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(max(1, round(seconds * _FPS))):
            frame: Any = av.VideoFrame.from_image(ImageChops.offset(picture, 0, number * 4))  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, _FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()
