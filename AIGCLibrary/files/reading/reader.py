"""What a reader of text returns, and the interface that any reader has."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


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
