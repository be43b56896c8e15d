"""What a reader of text returns, and the interface that any reader has."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


NEAR = 1.2
"""Two lines are one text where their distance is less than that many heights of the smaller one."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text in a picture.

    Args:
        text: What was read.
        box: Left, top, width and height in pixels of the picture as displayed.
        confidence: How sure the reader is, 0 to 1.
        height: Bounds of the height of its tallest character, edge to edge, in pixels.
    """

    text: str
    box: tuple[int, int, int, int]
    confidence: float
    height: tuple[float, float] = (0.0, float("inf"))

    def as_dict(self) -> dict[str, Any]:
        """Return the line as JSON data."""
        return {"text": self.text, "box": list(self.box), "confidence": self.confidence, "height": list(self.height)}


class TextReader(Protocol):
    """Reads text in a picture."""

    def read(self, picture: "Image") -> list[TextLine]:
        """Return the lines of a picture in RGB, from top to bottom."""


def follows(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Return whether a box lies right of another in its row, or below it."""
    reach = NEAR * min(one[3], other[3])
    beside = abs((one[1] + one[3] / 2) - (other[1] + other[3] / 2)) < reach / 2
    if beside and 0 <= other[0] - (one[0] + one[2]) + reach / 2 < 1.5 * reach:
        return True
    over = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    return over > 0 and 0 <= other[1] - (one[1] + one[3]) + reach / 2 < reach
