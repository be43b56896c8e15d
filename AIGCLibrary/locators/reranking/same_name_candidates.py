"""Who carries the lost target's own name, and which of several of the same name is beside what was beside it.

Component libraries say `number input for Steps`, `number input for Seed`: names that are almost alike, of which one is
the same. And they repeat a `Reset` in each component, which only its surroundings distinguish. Both only ever lower the
others, so that nothing becomes more probable than its own likeness makes it.
"""

from collections.abc import Sequence

from AIGCLibrary.locators.element import Candidate, Element, Profile
from AIGCLibrary.locators.kinds import compatible
from AIGCLibrary.locators.words import plain

OTHER_NAME = -2.0
"""Log-odds of an element whose name is another one, where one of the same role has exactly the name."""
OTHER_PLACE = -3.0
"""Log-odds of a same_name that stands beside nothing that was known, where another one does."""
OTHER_ORDER = -2.0
"""Log-odds of another place among as many that look the same, where what is beside them tells nothing."""
_OWN = ("id", "testid", "html_name", "href")
"""What an element keeps when it is renamed; who alone has it is not judged by a name."""


def penalties(profile: Profile, candidates: Sequence[Candidate]) -> list[float]:
    """Return log-odds to add to those of candidates, 0 or less.

    Args:
        profile: What the lost target looked like.
        candidates: Elements of the page.
    """
    none = [0.0] * len(candidates)
    called = _called(profile)
    if not profile.get("role") or not called:
        return none
    kin = [
        index for index, candidate in enumerate(candidates) if candidate.get("role") and compatible(profile, candidate)
    ]
    same = [index for index in kin if called & (_called(candidates[index]))]
    if not same:
        return none
    found = list(none)
    keeping = _keeping(profile, candidates)
    for index in kin:
        if index not in same and index not in keeping:
            found[index] = OTHER_NAME
    known = _beside(profile)
    shared = [len(known & _beside(candidates[index])) for index in same]
    most = max(shared)
    for index, count in zip(same, shared, strict=True):
        if count < most and index not in keeping:
            found[index] = OTHER_PLACE * (1 - count / most)
        elif index not in keeping and _out_of_order(profile, candidates[index]):
            found[index] = OTHER_ORDER
    return found


def _out_of_order(profile: Profile, element: Element) -> bool:
    """Return whether there are as many that look the same as there were, and this is another one in their order."""
    then, now = profile.get("twins"), element.get("twins")
    if not then or not now:
        return False
    return bool(then[1] == now[1] > 1 and then[0] != now[0])


def _called(element: Element) -> set[str]:
    """Return the name of an element; of one that has none, what it stands beside."""
    return {plain(str(element.get("name") or element.get("text") or ""))} - {""} or _beside(element)


def _beside(element: Element) -> set[str]:
    return {plain(str(text)) for text in element.get("neighbours") or ()} - {""}


def _keeping(profile: Profile, candidates: Sequence[Candidate]) -> set[int]:
    """Return the places of candidates that keep a key of the target which nobody else has."""
    found = set()
    for field in _OWN:
        having = [
            index
            for index, candidate in enumerate(candidates)
            if profile.get(field) and candidate.get(field) == profile.get(field)
        ]
        found |= set(having) if len(having) == 1 else set()
    return found
