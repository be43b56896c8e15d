"""All elements of a target at once: how many there are, what they say, and which of them are new."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.locators.model import Selector, Target

_FIELDS = ("text", "href", "src")


@dataclass(frozen=True, slots=True)
class Item:
    """One visible element of a target.

    Args:
        element: Its number in the page.
        text: Its text; of a field its value, of a password field nothing.
        href: Where a link leads.
        src: What a picture, sound or film shows.
    """

    element: int
    text: str
    href: str
    src: str

    @property
    def content(self) -> tuple[str, ...]:
        """What makes it new when it changes."""
        return tuple(getattr(self, field) for field in _FIELDS)


@dataclass(frozen=True, slots=True)
class Listing:
    """The visible elements of a target, as its best selector that matches any finds them.

    Args:
        items: The elements in the order of the page.
        chosen: The selector; None when none matches.
        elsewhere: What of the place that the file declares does not hold; empty when all of it does.
        url: Address of the page.
        place: Title, tabs and dialog of the page.
    """

    items: tuple[Item, ...]
    chosen: Selector | None
    elsewhere: str
    url: str
    place: Mapping[str, Any]

    def snapshot(self) -> str:
        """Return the contents as a text, to compare with later."""
        return json.dumps([item.content for item in self.items], ensure_ascii=False)


def listing(driver: BrowserDriver, target: Target, declared: Mapping[str, Any] | None) -> Listing:
    """List the elements of a target on the page as it is.

    Args:
        driver: The browser.
        target: The target.
        declared: Where it lives, see `place.declared`.
    """
    request = {
        "selectors": [{"selector": selector.selector} for selector in target.selectors],
        "declared": declared,
        "frame": list(target.frame),
    }
    answer = driver.ask("list", request)
    if answer.get("status"):  # no frame of that name
        answer = {"items": [], "index": None, "url": answer.get("url", "")}
    index = answer.get("index")
    return Listing(
        tuple(
            Item(int(item["element"]), *(str(item.get(field) or "") for field in _FIELDS)) for item in answer["items"]
        ),
        None if index is None else target.selectors[index],
        str(answer.get("elsewhere") or ""),
        str(answer.get("url") or ""),
        answer.get("place") or {},
    )


def fresh(items: Iterable[Item], snapshot: str) -> list[Item]:
    """Return the elements whose content an earlier snapshot does not have.

    Args:
        items: The elements now.
        snapshot: See `Listing.snapshot`; empty for a page that had none.

    Raises:
        ConfigError: It is no snapshot.
    """
    try:
        before = Counter(tuple(load) for load in json.loads(snapshot or "[]"))
    except (ValueError, TypeError):
        raise ConfigError(
            f"'{snapshot[:60]}' is not a snapshot of a target; take it with 'Get Target Snapshot' before the step that "
            "should bring something new."
        ) from None
    found = []
    for item in items:
        if before[item.content]:
            before[item.content] -= 1
        else:
            found.append(item)
    return found
