"""Collects what shows a hole in a Matroska: times of the blocks, places of the clusters, and the index (RFC 9559)."""

from collections import Counter
from collections.abc import Callable

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.containers.ebml_elements import elements
from AIGCLibrary.files.work import STEP

_RFC = "RFC 9559"
_TIME, _BLOCK, _GROUP, _INNER, _PREVIOUS = 0xE7, 0xA3, 0xA0, 0xA1, 0xAB
_CUE, _PLACES, _CLUSTER_AT = 0xBB, 0xB7, 0xF1
_GAP = 0.25
"""Seconds without a block in any track from which something is missing …"""
_TIMES = 8
"""… when each track usually has a block at least so many times in that time."""
_SOUND = 2


class Timeline:
    """Follows the blocks of a file.

    Args:
        kinds: Type of each track by its number: 1 picture, 2 sound.
        scale: Nanoseconds of a tick.
        tick: Called with the work of each block.
    """

    def __init__(self, kinds: dict[int, int], scale: int, tick: Callable[[float], None] = lambda _units: None) -> None:
        self._tick = tick
        self._kinds = {number: kind for number, kind in kinds.items() if kind in (1, _SOUND)}
        self._scale = scale or 1_000_000
        self.clusters: set[int] = set()
        self._last: dict[int, int] = {}
        self._steps: dict[int, Counter[int]] = {number: Counter() for number in self._kinds}
        self._holes: dict[int, list[tuple[int, int]]] = {number: [] for number in self._kinds}
        self._cues: list[int] = []

    def cluster(self, at: int) -> None:
        """Take the place of a cluster, within its segment."""
        self.clusters.add(at)

    def content(self, body: bytes) -> None:
        """Take the content of a cluster."""
        base = 0
        for kind, start, end in elements(body):
            if kind == _TIME:
                base = int.from_bytes(body[start:end], "big")
            elif kind == _BLOCK:
                self._block(body[start : start + 4], base)
            elif kind == _GROUP:
                for inner, first, _last in elements(body, start, end):
                    if inner == _INNER:
                        self._block(body[first : first + 4], base)

    def cues(self, body: bytes) -> None:
        """Take the content of the index."""
        for kind, start, end in elements(body):
            if kind == _CUE:
                for inner, first, last in elements(body, start, end):
                    if inner == _PLACES:
                        places = elements(body, first, last)
                        self._cues += [int.from_bytes(body[a:b], "big") for k, a, b in places if k == _CLUSTER_AT]

    def damage(self) -> Damage | None:
        """Return the first thing that is missing."""
        astray = [place for place in self._cues if place not in self.clusters]
        if astray:
            return Damage(
                f"The index points to a cluster at offset {astray[0]} of the segment; there is none"
                f" ({len(astray)} of {len(self._cues)} entries)",
                0, truncated=True, source=_RFC,
            )  # fmt: skip
        return self._hole()

    def _block(self, head: bytes, base: int) -> None:
        self._tick(3 * STEP)
        number = head[0] & 0x7F if head and head[0] & 0x80 else -1
        if number not in self._kinds or len(head) < 3:
            return
        time = base + int.from_bytes(head[1:3], "big", signed=True)
        last = self._last.get(number)
        if last is None or time > last:
            if last is not None:
                step = time - last
                if step * self._scale >= _GAP * 1e9:
                    self._holes[number].append((last, time))
                else:
                    self._steps[number][step] += 1
            self._last[number] = time

    def _hole(self) -> Damage | None:
        """Find a time in which no track has a block, though each of them usually has many."""
        if _SOUND not in self._kinds.values() or not all(self._holes.values()):
            return None  # a picture alone may stand still
        first, *others = self._holes.values()
        usual = max(self._usual(number) for number in self._kinds)
        for low, high in first:
            for holes in others:
                fitting = [(max(low, a), min(high, b)) for a, b in holes if a < high and b > low]
                low, high = fitting[0] if fitting else (low, low)  # noqa: PLW2901 - narrowed from track to track
            seconds = (high - low) * self._scale / 1e9
            if seconds >= _GAP and high - low >= _TIMES * usual / 2:
                start, end = low * self._scale / 1e9, high * self._scale / 1e9
                return Damage(
                    f"Between {start:.2f} s and {end:.2f} s, no track has a block: a part is missing", 0,
                    truncated=True, source=_RFC, serious=bool(others),  # a sound alone may pause, as a call does
                )  # fmt: skip
        return None

    def _usual(self, number: int) -> int:
        steps = self._steps[number]
        return steps.most_common(1)[0][0] if steps else 1 << 40
