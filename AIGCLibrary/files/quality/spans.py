"""Spans of time in which something is wrong, collected from the marks of FFmpeg's detect filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Span = tuple[float, float]
_TOUCHING = 1e-3
"""Seconds between two spans that are one: the filters write times with six digits, containers with three."""


@dataclass(slots=True)
class Spans:
    """Spans of one kind.

    Args:
        start_key: Metadata key that says where a span begins.
        end_key: Metadata key that says where it ends.
        shortest: Seconds a span must last to count.
        origin: Time stamp at which playing begins; times of spans are counted from there.
    """

    start_key: str = ""
    end_key: str = ""
    shortest: float = 0.1
    origin: float = 0.0
    found: list[Span] = field(default_factory=list)
    _start: float | None = None

    def see(self, marks: Mapping[str, str]) -> None:
        """Take the marks of one frame; a short span begins and ends in the same one, and its times say which first."""
        start, end = marks.get(self.start_key), marks.get(self.end_key)
        begins_first = start is not None and end is not None and float(start) < float(end)
        if start is not None and begins_first:
            self._start = float(start)
        if end is not None and self._start is not None:
            self.add(self._start, float(end))
            self._start = None
        if start is not None and not begins_first:
            self._start = float(start)

    def add(self, start: float, end: float) -> None:
        """Add a span by its time stamps; it becomes one with the last when they touch or overlap."""
        start, end = max(0.0, start - self.origin), end - self.origin
        if self.found and start <= self.found[-1][1] + _TOUCHING:
            before = self.found.pop()
            start, end = min(start, before[0]), max(end, before[1])
        if end - start >= self.shortest - 1e-6:
            self.found.append((round(start, 4), round(end, 4)))

    def finish(self, end: float) -> None:
        """Close the span that is open where the stream ends."""
        if self._start is not None and end > self._start:
            self.add(self._start, end)
        self._start = None

    @property
    def total(self) -> float:
        """Seconds of all spans."""
        return round(sum(end - start for start, end in self.found), 4)

    @property
    def longest(self) -> float:
        """Seconds of the longest span."""
        return round(max((end - start for start, end in self.found), default=0.0), 4)


def without(spans: list[Span], taken: list[Span], shortest: float) -> list[Span]:
    """Return the parts of spans that lie in none of others: a black picture stands still, and is reported as black."""
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
