"""Secret values that are known, and one search for all of them in all their encodings."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from AIGCLibrary.redaction.encodings import SHORTEST_SECRET, encodings
from AIGCLibrary.redaction.markup import masked_spans

LONG = 4096
"""Characters of a text from which on it is looked for by itself: an expression of it takes long to be made."""
FEW = 300
"""So many texts are looked for one by one; more of them are faster found by one expression."""


class KnownValues:
    """Remembers secret values and finds them in texts, in all their spellings, also where a line break divides them.

    Values that come one by one, such as a token for each test, are kept in groups whose sizes double: a new one makes
    only small groups be built again.
    """

    def __init__(self) -> None:
        self._groups: tuple[_Group, ...] = ()
        self._given: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self._given)

    def add(self, values: Iterable[str]) -> None:
        """Remember values; those that are too short are left out."""
        new = {value for value in values if len(value) >= SHORTEST_SECRET} - self._given
        if not new:
            return
        spelled = frozenset(encoding for value in new for encoding in encodings(value))
        groups = list(self._groups)
        while groups and len(groups[-1].texts) <= 2 * len(spelled):
            spelled |= groups.pop().texts
        self._groups = (*groups, _Group(spelled))
        self._given |= new

    def within(self, text: str) -> bool:
        """Return whether a text holds a value."""
        return any(True for group in self._groups for _ in group.spans(text))

    def may_be_in(self, text: str) -> bool:
        """Return quickly whether lines may hold a value, also one with escaped breaks in it; False is certain."""
        if not self._groups:
            return False
        joined = _JOINT.sub("", text) if "\\n" in text else text
        if sum(len(group.texts) for group in self._groups) > FEW:
            return self.within(text) or self.within(joined)
        return any(secret in text or secret in joined for group in self._groups for secret in group.texts)

    def masked(self, text: str, mask: str) -> str:
        """Put a mask in the place of every value."""
        text = masked_spans(text, self._spans(text), mask)
        if self._groups and _JOINT.search(text):
            text = self._masked_over_lines(text, mask)
        return text

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Return where values stand; those that overlap are one, so that nothing is left of the longer one."""
        found = sorted(span for group in self._groups for span in group.spans(text))
        spans: list[tuple[int, int]] = []
        for start, end in found:
            if spans and start < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        return spans

    def _masked_over_lines(self, text: str, mask: str) -> str:
        """Mask values that were broken over lines; the breaks within them go too."""
        hits = self._spans(_JOINT.sub("", text))
        if not hits:
            return text
        starts = _places([start for start, _ in hits], text, after=True)
        ends = _places([end for _, end in hits], text, after=False)
        return masked_spans(text, list(zip(starts, ends, strict=True)), mask)


class _Group:
    """Texts that are searched for together."""

    def __init__(self, texts: frozenset[str]) -> None:
        self.texts = texts
        self._long = sorted(text for text in texts if len(text) > LONG)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where they stand."""
        if len(self._long) < len(self.texts):
            yield from (match.span() for match in self._pattern.finditer(text))
        for secret in self._long:
            start = text.find(secret)
            while start >= 0:
                yield start, start + len(secret)
                start = text.find(secret, start + len(secret))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_tree(sorted(text for text in self.texts if len(text) <= LONG)))


def _tree(values: list[str]) -> str:
    """Write sorted texts as one expression that branches where they differ: its cost hardly rises with their number.

    The longest of those that begin alike is tried first, so that no part of a secret stays where one holds another.
    """
    groups: dict[str, list[str]] = {}
    for value in values:
        groups.setdefault(value[:1], []).append(value)
    ends = "" in groups
    branches = []
    for first, members in groups.items():
        if first:
            common = _common(members)
            branches.append(re.escape(common) + _tree([member[len(common) :] for member in members]))
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 and not ends else f"(?:{'|'.join(branches)})"
    return f"{joined}?" if ends else joined


def _common(members: list[str]) -> str:
    first, last = min(members), max(members)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:length]


_JOINT = re.compile(r"\\?\\r\\?\\n|\\?\\n|\r?\n[ \t]*(?:\.{3}[ \t]+)?")
"""Where a long line was broken: a line break with its indentation, Robot's `...`, or an escaped one."""


def _places(indexes: list[int], text: str, *, after: bool) -> list[int]:
    """Turn rising places in the joined text into those in the text with its breaks: after or before a break there."""
    places, shift, joints = [], 0, _JOINT.finditer(text)
    joint = next(joints, None)
    for index in indexes:
        while joint and (joint.start() < index + shift or (after and joint.start() == index + shift)):
            shift += joint.end() - joint.start()
            joint = next(joints, None)
        places.append(index + shift)
    return places
