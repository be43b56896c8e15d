"""Where a target belongs: the page, tab and dialog its file names, and those it was found on so far.

What a file declares holds for every selector of a target. What was learned from use holds for evidence that fits other
pages as well (CSS, XPath, a healed selector, a test id that names a kind of component): such a match counts where the
address is one of those known, or where another target of the file proves that the page is the right one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from AIGCLibrary.locators.element import Fingerprint
from AIGCLibrary.locators.healing import HEALED
from AIGCLibrary.locators.kinds import names_a_kind, proves_nothing
from AIGCLibrary.locators.model import PageRule, Selector, Target, Tier
from AIGCLibrary.locators.strategies import texts
from AIGCLibrary.locators.words import expanded

WITNESSES = 8
"""Selectors of other targets by which a page proves to be the right one."""
_GLOB = re.compile(r"\*\*|\*|[^*]+")


def address_pattern(written: str) -> str:
    """Translate an address pattern of a locator file into a regular expression.

    Args:
        written: `/scripts/*`: one step for `*`, any number for `**`; a text that starts with `^` is a regular
            expression as it stands.

    Example:
        ```python
        address_pattern("/scripts/*")  # "^/scripts/[^/?#]+/?$"
        ```
    """
    if written.startswith("^"):
        return written
    parts = {"**": ".*", "*": "[^/?#]+"}
    body = "".join(parts.get(part) or _escaped(part) for part in _GLOB.findall(written.rstrip("/") or "/"))
    start = "^" if written.startswith(("/", "http", "**")) else "(^|/)"
    return f"{start}{body}/?$" if body != "/" else "^/$"


def title_pattern(written: str) -> str:
    """Translate a title of a locator file: the whole title, with `*` for any text, or `/pattern/`."""
    if len(written) > 2 and written.startswith("/") and written.endswith("/"):
        return written[1:-1]
    return "^" + ".*".join(_escaped(part) for part in re.split(r"\*+", written)) + "$"


def is_weak(selector: Selector) -> bool:
    """Return whether a selector would fit an element of another page just as well."""
    if selector.tier is Tier.BRONZE or selector.strategy == HEALED:
        return True
    if selector.strategy == "testid":
        value = selector.value
        test_id = str(value["testid"] if isinstance(value, Mapping) else value)
        return names_a_kind(test_id) or proves_nothing(test_id)
    return selector.strategy == "id" and proves_nothing(selector.selector[5:-2])


def declared(rule: PageRule | None, landmark: Sequence[str] = ()) -> dict[str, Any] | None:
    """Write what a file declares as the page program takes it; None when it declares nothing.

    Args:
        rule: The declaration.
        landmark: Selectors of the target that the page is known by.
    """
    if rule is None:
        return None
    return {
        "declared": True,
        "url": [address_pattern(pattern) for pattern in rule.url],
        "title": [title_pattern(pattern) for pattern in rule.title],
        "tab": list(rule.tab),
        "dialog": list(rule.dialog),
        "landmark": list(landmark),
    }


@dataclass(frozen=True, slots=True)
class Learned:
    """What earlier lookups and the rest of the file say about the place of a target.

    Args:
        routes: Page keys on which targets of its file were found by their own locators.
        witnesses: Selectors of other targets of the file that fit no other page.
        names: Words that the file has for the target, with those of one meaning.
        tab: The tab it was in when last seen; None when that is not known.
        dialog: The dialog it was in; empty for none, None when that is not known.
    """

    routes: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tab: str | None = None
    dialog: str | None = None

    def as_request(self) -> dict[str, Any]:
        """Write it as the page program takes it."""
        return {
            "routes": [address_pattern(route) for route in self.routes],
            "witnesses": list(self.witnesses),
            "names": list(self.names),
            "tab": self.tab,
            "dialog": self.dialog,
        }

    def at(self, page: str, tab: str | None, dialog: str | None) -> "Learned":
        """Narrow it to one place: that of a heal, which says nothing about any other."""
        return replace(self, routes=() if page.endswith(":") else (page,), witnesses=(), tab=tab, dialog=dialog)


@dataclass(frozen=True, slots=True)
class DeclaredPlace:
    """What the locator files say about the place of a target; the same for every lookup.

    Args:
        witnesses: Selectors of other targets of its file in the same frame that fit no other page.
        names: Words that the file has for the target, with those of one meaning.
    """

    witnesses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def surroundings(target: Target, others: Iterable[Target]) -> DeclaredPlace:
    """Collect what the locator files say about the place of a target.

    Args:
        target: The target.
        others: All targets.
    """
    mine = [
        other
        for other in others
        if other.name != target.name and other.file == target.file and other.frame == target.frame
    ]
    strong = (next((s.selector for s in other.selectors if not is_weak(s)), None) for other in mine)
    witnesses = tuple(selector for selector in strong if selector)[:WITNESSES]
    return DeclaredPlace(witnesses, tuple(sorted(expanded(declared_names(target)))))


def learned(around: DeclaredPlace, routes: Iterable[str], fingerprint: Fingerprint | None) -> Learned:
    """Collect what is known about the place of a target.

    Args:
        around: What the files say.
        routes: Page keys on which targets of its file were found.
        fingerprint: What was last seen of it.
    """
    seen = fingerprint or {}
    return Learned(
        # about:, data: and blob: say nothing of the page.
        tuple(dict.fromkeys(route for route in routes if not route.endswith(":"))),
        around.witnesses,
        around.names,
        seen.get("tab") or None,
        seen.get("dialog"),
    )


def declared_names(target: Target) -> list[str]:
    """Return the names, labels and texts that a file gives a target."""
    found: list[str] = []
    for selector in target.selectors:
        if selector.tier is not Tier.SILVER or selector.strategy == HEALED:
            continue
        entry = selector.value if isinstance(selector.value, Mapping) else {selector.strategy: selector.value}
        for key in ("name", "label", "text", "placeholder", "title", "alt"):
            if key in entry:
                found += [text.strip("/^$") for text in texts(entry[key])]
    return found


def _escaped(text: str) -> str:
    return re.sub(r"([.*+?^${}()|\[\]\\/])", r"\\\1", text)
