"""Whether a regular expression may take exponential time: whether a loop of it can read one text in two ways.

A matcher that goes back tries each way to read a text before it fails. Where a loop can read some text in two ways and
come to the same place, n such texts have 2 to the power of n ways. The expression is turned into an automaton of the
places where it reads a character (Glushkov 1961), with the number of empty paths between them; two ways are found in
its product with itself (Weideman and others, 2016, "Analyzing Matching Time Behavior of Backtracking Regular
Expression Matchers"). Anchors, look-arounds and atomic groups are left out of account: what they exclude is reported.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from re import _constants as sre
from re import _parser as parser

MANY = 4
"""Repeats of more times than this are taken for loops without end."""
_SAMPLES = [
    *map(chr, range(128)),
    *"\u00a0\u00e9\u00df\u0130\u017f\u0663\u00b2\u2028\u4e2d\uff1a\uff0c\uff08\u300c\U0001f600",
]
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


@dataclass
class _Part:
    """A part of an expression: the places where it begins and ends, and in how many ways it reads nothing."""

    empty: int = 1
    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)


class _Automaton:
    """The places of an expression, what is read at each, and in how many ways one follows another."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        tree = parser.parse(pattern, flags)
        self._flags = tree.state.flags
        self._samples = sorted({*_SAMPLES, *(chr(one) for one in _literals(tree))})
        self._masks: dict[tuple[object, str, int], int] = {}
        self.read: list[int] = []
        self.follows: list[Counter[int]] = []
        self._of(tree, self._flags)

    def _of(self, tree: object, flags: int) -> _Part:
        whole = _Part()
        for kind, value in tree:
            whole = self._joined(whole, self._one(kind, value, flags))
        return whole

    def _one(self, kind: object, value: object, flags: int) -> _Part:
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            return self._repeated(*value, flags)
        made = _MADE.get(kind)
        return made(self, value, flags) if made else self._place(kind, value, flags)

    def _looked(self, value: object, flags: int) -> _Part:
        self._of(value[1], flags)  # what it reads is read again: a part of its own
        return _Part()

    def _chosen(self, value: object, flags: int) -> _Part:
        """A group decides which of two is read: never both."""
        whole = self._either([self._of(one, flags) if one else _Part() for one in value[1:]])
        whole.empty = min(1, whole.empty)
        return whole

    def _place(self, kind: object, value: object, flags: int) -> _Part:
        place = len(self.read)
        key = (kind, str(value), flags)
        if key not in self._masks:
            self._masks[key] = sum(1 << n for n, one in enumerate(self._samples) if _reads(kind, value, one, flags))
        self.read.append(self._masks[key])
        self.follows.append(Counter())
        return _Part(0, Counter({place: 1}), Counter({place: 1}))

    def _repeated(self, least: int, most: int, tree: object, flags: int) -> _Part:
        if most is not sre.MAXREPEAT and most <= MANY:
            whole = _Part()
            for n in range(most):
                one = self._of(tree, flags)
                if n >= least:
                    one.empty = max(one.empty, 1)
                whole = self._joined(whole, one)
            return whole
        one = self._of(tree, flags)
        self._link(one.last, one.first)
        return _Part(max(one.empty, 1) if not least else one.empty, one.first, one.last)

    def _joined(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        first, last = Counter(left.first), Counter(right.last)
        for place, ways in right.first.items():
            first[place] += ways * left.empty
        for place, ways in left.last.items():
            last[place] += ways * right.empty
        return _Part(min(2, left.empty * right.empty), +first, +last)

    def _either(self, parts: list[_Part]) -> _Part:
        first, last = Counter(), Counter()
        for part in parts:
            first += part.first
            last += part.last
        return _Part(min(2, sum(part.empty for part in parts)), first, last)

    def _link(self, ends: Counter[int], begins: Counter[int]) -> None:
        for end, ways in ends.items():
            for begin, more in begins.items():
                self.follows[end][begin] += ways * more


_MADE = {
    sre.SUBPATTERN: lambda made, value, flags: made._of(value[3], (flags | value[1]) & ~value[2]),
    sre.ATOMIC_GROUP: lambda made, value, flags: made._of(value, flags),
    sre.BRANCH: lambda made, value, flags: made._either([made._of(one, flags) for one in value[1]]),
    sre.GROUPREF_EXISTS: _Automaton._chosen,
    sre.ASSERT: _Automaton._looked,
    sre.ASSERT_NOT: _Automaton._looked,
    sre.AT: lambda *_: _Part(),
    sre.FAILURE: lambda *_: _Part(),
}


def is_exponential(pattern: str | bytes, flags: int = 0) -> bool:
    """Return whether a loop of an expression reads some text in two ways."""
    made = _Automaton(pattern, flags & ~re.DEBUG)
    for loop in _circles(range(len(made.read)), lambda place: made.follows[place]):
        inside = set(loop)
        steps = {place: [(to, n) for to, n in made.follows[place].items() if to in inside] for place in loop}
        if any(n > 1 for ways in steps.values() for _, n in ways) or _has_two_ways(made.read, loop, steps):
            return True
    return False


def _has_two_ways(read: list[int], loop: list[int], steps: dict[int, list[tuple[int, int]]]) -> bool:
    """Return whether two readers that part within a loop and read the same can meet where they parted."""

    def following(node: tuple[int, int, bool]) -> list[tuple[int, int, bool]]:
        one, other, is_half = node  # the readers step one after the other: a pair has few ways on, not their product
        if not is_half:
            return [(to, other, True) for to, _ in steps[one]]
        return [(one, to, False) for to, _ in steps[other] if read[one] & read[to]]

    for circle in _circles([(place, place, False) for place in loop], following):
        whole = [node for node in circle if not node[2]]
        if any(one == other for one, other, _ in whole) and any(one != other for one, other, _ in whole):
            return True
    return False


def _circles(starts: object, following: object) -> list[list]:
    """Return the strongly connected components that have a step within (Tarjan 1972, without recursion)."""
    number, low, stack, found = {}, {}, {}, []
    for start in starts:
        work = [] if start in number else [(start, None)]
        while work:
            node, ways = work.pop()
            if ways is None:
                number[node] = low[node] = len(number)
                stack[node] = True
                ways = iter(following(node))
            step = next(
                (to for to in ways if to not in number or (to in stack and _lower(low, node, number[to]))), None
            )
            if step is not None:
                work += [(node, ways), (step, None)]
                continue
            if work:
                _lower(low, work[-1][0], low[node])
            if low[node] == number[node]:
                circle = _taken(stack, node)
                if len(circle) > 1 or node in following(node):
                    found.append(circle)
    return found


def _lower(low: dict, node: object, value: int) -> bool:
    low[node] = min(low[node], value)
    return False


def _taken(stack: dict, node: object) -> list:
    """Take all down to a node from a stack, whose items are the keys of a mapping."""
    taken = [stack.popitem()[0]]
    while taken[-1] != node:
        taken.append(stack.popitem()[0])
    return taken


def _literals(tree: object) -> set[int]:
    """Return the characters that an expression names, and their neighbours."""
    found = set()
    todo = [tree]
    while todo:
        one = todo.pop()
        if isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= 0x10FFFE:
            found |= {one, one + 1, max(0, one - 1)}
        elif isinstance(one, (list, tuple)):
            todo += one
        elif isinstance(one, parser.SubPattern):
            todo += one.data
    return found


def _reads(kind: object, value: object, sign: str, flags: int) -> bool:
    """Return whether one character is read at a place."""
    if flags & re.IGNORECASE:
        return any(_reads(kind, value, one, flags & ~re.IGNORECASE) for one in {sign, sign.lower(), sign.upper()})
    reads = _READ.get(kind)
    return reads is None or reads(value, sign[0], flags)


def _one_of(value: object, sign: str, flags: int) -> bool:
    is_negated = value[0][0] is sre.NEGATE
    return any(_reads(*one, sign, flags) for one in value if one[0] is not sre.NEGATE) != is_negated


_READ = {
    sre.LITERAL: lambda value, sign, _: ord(sign) == value,
    sre.NOT_LITERAL: lambda value, sign, _: ord(sign) != value,
    sre.RANGE: lambda value, sign, _: value[0] <= ord(sign) <= value[1],
    sre.CATEGORY: lambda value, sign, flags: re.match(_CATEGORIES[value], sign, flags & re.ASCII) is not None,
    sre.IN: _one_of,
    sre.ANY: lambda _, sign, flags: sign != "\n" or bool(flags & re.DOTALL),
}
"""Whether a sign is read, by kind of place; anything else, a reference to a group for example, may read each."""
