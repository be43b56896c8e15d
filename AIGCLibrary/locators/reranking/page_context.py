"""Where a candidate stands among the other targets of its page, compared with where the lost target stood.

A redesign moves and restyles things together: what stood in one list with other targets still does, in the same
order, and what was built like them changes like them. Each feature is None where no other target shows it. Our own
addition; nothing of it is in Similo.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from AIGCLibrary.locators.element import Element
from AIGCLibrary.locators.features import Feature, shared_start, steps_of

NAMES = (
    "kin_same", "kin_apart", "kin_nearest", "kin_closest", "kin_order", "kin_drift", "peer_tag", "peer_path",
    "peer_depth", "peer_class",
)  # fmt: skip
REACH = 6.0
"""Steps in the tree over which another target's word loses two thirds of its weight."""
TAIL = 3
"""Last steps of a path that are the same in things built alike."""


@dataclass(frozen=True, slots=True)
class Kin:
    """Another target of the page: its fingerprint then, where it is now, and how sure that is, 0 to 1."""

    then: Element
    now: Element
    sure: float


def compare(old: Element, new: Element, kin: Sequence[Kin]) -> dict[str, Feature]:
    """Compare the place of a candidate among the other targets with the lost target's place."""
    mine, theirs = _steps(old), _steps(new)
    found: dict[str, Feature] = dict.fromkeys(NAMES)
    if not kin or len(mine) < 2 or len(theirs) < 2:
        return found
    weights, same, apart, order, ordered = 0.0, 0.0, 0.0, 0.0, 0.0
    nearest, closest_then, closest_now = (math.inf, 0.0), math.inf, math.inf
    for peer in kin:
        then, now = _steps(peer.then), _steps(peer.now)
        shared_then, shared_now = shared_start(mine, then), shared_start(theirs, now)
        up_then, down_then = len(mine) - shared_then, len(then) - shared_then
        up_now, down_now = len(theirs) - shared_now, len(now) - shared_now
        change = abs(up_then - up_now) + abs(down_then - down_now)
        far_then, far_now = up_then + down_then, up_now + down_now
        weight = peer.sure * math.exp(-far_then / REACH)
        weights += weight
        same += weight * (change == 0)
        apart += weight * min(change, 20)
        nearest = min(nearest, (far_then + 2 * (1 - peer.sure), float(far_now - far_then)))
        closest_then, closest_now = min(closest_then, far_then), min(closest_now, far_now)
        before, after = comes_before(mine, then), comes_before(theirs, now)
        if before and after:
            order += weight * (before == after)
            ordered += weight
    found |= {
        "kin_same": same / weights,
        "kin_apart": apart / weights,
        "kin_nearest": max(-20.0, min(20.0, nearest[1])),
        "kin_closest": max(-20.0, min(20.0, closest_now - closest_then)),
        "kin_order": order / ordered if ordered else None,
        "kin_drift": _drift(old, new, kin),
    }
    return found | _peers(old, new, mine, theirs, kin)


def _peers(
    old: Element,
    new: Element,
    mine: tuple[str, ...],
    theirs: tuple[str, ...],
    kin: Sequence[Kin],
) -> dict[str, Feature]:
    """Return whether the candidate has become what the targets have that were built like the lost one."""
    shape = tail_of(mine)
    peers = [(peer, _steps(peer.then), _steps(peer.now)) for peer in kin]
    peers = [(peer, then, now) for peer, then, now in peers if tail_of(then) == shape]
    total = sum(peer.sure for peer, _, _ in peers)
    if not total:
        return {}
    tail, depth = tail_of(theirs), len(theirs) - len(mine)
    found: dict[str, Feature] = {
        "peer_tag": sum(peer.sure * (peer.now.get("tag") == new.get("tag")) for peer, _, _ in peers) / total,
        "peer_path": sum(peer.sure * (tail_of(now) == tail) for peer, _, now in peers) / total,
        "peer_depth": sum(peer.sure * min(abs(len(now) - len(then) - depth), 10) for peer, then, now in peers) / total,
    }
    dressed = [peer for peer, _, _ in peers if _classes(peer.then) == _classes(old)]
    if worth := sum(peer.sure for peer in dressed):
        classes = _classes(new)
        found["peer_class"] = sum(peer.sure * _jaccard(classes, _classes(peer.now)) for peer in dressed) / worth
    return found


def _drift(old: Element, new: Element, kin: Sequence[Kin]) -> Feature:
    """Describe how near the candidate is to where the lost target would be had it moved like the targets near it."""
    start, end = old.get("box"), new.get("box")
    if not start or not end:
        return None
    weights = right = down = 0.0
    for peer in kin:
        then, now = peer.then.get("box"), peer.now.get("box")
        if then and now:
            weight = peer.sure * math.exp(-math.hypot(then[0] - start[0], then[1] - start[1]) / 250)
            weights += weight
            right += weight * (now[0] - then[0])
            down += weight * (now[1] - then[1])
    if weights < 1e-6:
        return None
    return math.exp(-math.hypot(end[0] - start[0] - right / weights, end[1] - start[1] - down / weights) / 150)


@lru_cache(maxsize=20_000)
def tail_of(steps: tuple[str, ...]) -> tuple[str, ...]:
    """Return the last steps of a path without their numbers."""
    return tuple(step.partition("[")[0] for step in steps[-TAIL:])


def _steps(element: Element) -> tuple[str, ...]:
    return steps_of(str(element.get("path") or ""))


def _classes(element: Element) -> set[str]:
    return set(element.get("classes") or ())


def comes_before(one: Sequence[str], other: Sequence[str]) -> int:
    """Return which comes first in the document: -1, 1, or 0 where their paths do not show it."""
    at = shared_start(one, other)
    if at == len(one) or at == len(other):
        return 0
    (mine, _, my_number), (theirs, _, their_number) = one[at].partition("["), other[at].partition("[")
    if mine != theirs:
        return 0
    return -1 if int(my_number.strip("]") or 1) < int(their_number.strip("]") or 1) else 1


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0
