"""What a file looks like, in a form that can be compared with that of other files."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.reading.shots import is_viewable, shots_of

if TYPE_CHECKING:
    from PIL.Image import Image

MOMENTS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Parts of its length at which a film is looked at."""
SIDE = 32
"""Width and height at which pictures are compared."""
FLAT = 2.0
"""Standard deviation of the lightness (of 255) below which a picture shows nothing that could be compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a file looks like: for each picture its lightness, with mean 0 and length 1, and its colours.

    Args:
        light: One row a picture.
        colour: One row a picture.
    """

    light: Any
    colour: Any


def look_of(examination: Examination, path: Path) -> Look | None:
    """Return what a file looks like; None where there is no picture to compare, or nothing is seen in it.

    Args:
        examination: What is known of the file.
        path: The file.
    """
    import numpy as np

    media_type = examination.media_type or ""
    if not is_viewable(media_type):
        return None
    if (examination.facts.get("media", {}).get("frames") or 1) > 1 and media_type.startswith("image/"):
        return None  # an animation: its first frame alone says nothing about the others
    duration = float(examination.facts.get("media", {}).get("duration") or 0.0)
    try:
        moments, memory = [part * duration for part in MOMENTS], examination.limits.picture_memory
        shots = list(shots_of(path, media_type, moments, small=examination.small, memory=memory))
    except (OSError, ValueError):  # FFmpeg's errors are of these; that it cannot be decoded is another finding
        return None
    rows = [_row(shot.picture) for shot in shots]
    if not rows or any(row is None for row in rows):
        return None
    light, colour = zip(*(row for row in rows if row is not None), strict=True)
    return Look(np.stack(light), np.stack(colour))


def _row(picture: "Image") -> tuple[Any, Any] | None:
    import numpy as np
    from PIL import Image

    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX).convert("YCbCr")
    planes = np.asarray(small, dtype=np.float32).reshape(-1, 3)
    light = planes[:, 0]
    if light.std() < FLAT:
        return None
    light = light - light.mean()
    return light / np.linalg.norm(light), planes[:, 1:].reshape(-1)
