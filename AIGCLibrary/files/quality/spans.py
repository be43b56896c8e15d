"""Spans of time in which something is wrong, collected from the marks of FFmpeg's detect filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Span = tuple[float, float]


@dataclass(slots=True)
class Spans:
    """Spans of one kind.

    Args:
        start_key: Metadata key that tells where a span begins.
        end_key: Metadata key that tells where it ends.
        shortest: Seconds a span must last to count.
    """

    start_key: str
    end_key: str
    shortest: float = 0.1
    found: list[Span] = field(default_factory=list)
    _start: float | None = None

    def see(self, marks: Mapping[str, str]) -> None:
        """Take the marks of one frame."""
        if self.end_key in marks and self._start is not None:
            self._close(float(marks[self.end_key]))
        if self.start_key in marks:
            self._start = float(marks[self.start_key])

    def join(self, start: float, end: float) -> None:
        """Add a span; it becomes one with the last when they touch."""
        if self.found and abs(self.found[-1][1] - start) < 1e-3:
            start = self.found.pop()[0]
        self.found.append((round(start, 4), round(end, 4)))

    def finish(self, end: float) -> None:
        """Say where the stream ends."""
        if self._start is not None:
            self._close(end)

    def _close(self, end: float) -> None:
        start, self._start = max(0.0, self._start or 0.0), None
        if end - start >= self.shortest - 1e-6:
            self.found.append((round(start, 4), round(end, 4)))

    @property
    def total(self) -> float:
        """Seconds of all spans."""
        return round(sum(end - start for start, end in self.found), 4)

    @property
    def longest(self) -> float:
        """Seconds of the longest span."""
        return round(max((end - start for start, end in self.found), default=0.0), 4)


def without(spans: list[Span], taken: list[Span], shortest: float) -> list[Span]:
    """Give the parts of spans that lie in none of others: a black picture stands still, and is told as black only."""
    rest = list(spans)
    for low, high in taken:
        cut: list[Span] = []
        for start, end in rest:
            if high <= start or low >= end:
                cut.append((start, end))
                continue
            cut += [(a, b) for a, b in ((start, low), (high, end)) if b - a >= shortest]
        rest = cut
    return rest
