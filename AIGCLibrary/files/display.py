"""Sizes as a picture is shown: cropped, with the shape of its pixels, rotated."""

from typing import Any


def displayed(
    width: int,
    height: int,
    pixel: tuple[int, int] | None = None,
    rotation: int = 0,
    cropped: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """Return the facts of a picture's size.

    Args:
        width: As stored, in pixels.
        height: As stored, in pixels.
        pixel: Width and height of a pixel, 1:1 when not given.
        rotation: Degrees clockwise by which it is turned when shown.
        cropped: Width and height of the part that is shown.

    Returns:
        `width`, `height`, `resolution`, `aspect` as shown, `stored_width`, `stored_height`, `rotation`, `pixel_aspect`.
    """
    shown_width, shown_height = cropped or (width, height)
    across, down = pixel if pixel and all(pixel) else (1, 1)
    exact = shown_width * across / down, float(shown_height)
    exact = (exact[1], exact[0]) if rotation in (90, 270) else exact
    shown_width, shown_height = round(exact[0]), round(exact[1])
    return {
        "width": shown_width,
        "height": shown_height,
        "resolution": f"{shown_width}x{shown_height}",
        "aspect": round(exact[0] / exact[1], 4) if exact[1] else None,
        "stored_width": width,
        "stored_height": height,
        "pixel_aspect": f"{across}:{down}",
        "rotation": rotation,
    }
