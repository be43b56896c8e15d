"""Elements as the page program describes them, as typed dictionaries: fingerprints, profiles, candidates.

They stay dictionaries since they travel as JSON between the browser, Python and the store. Any key may be missing:
fingerprints that an earlier version stored know less. `js/page/2-fingerprint.js`, `2-setting.js` and `4-rank.js`
write them.
"""

from collections.abc import Sequence
from typing import Any, TypedDict


class Way(TypedDict):
    """A selector that finds an element alone: its tier, how a locator file writes it, and how Browser does."""

    tier: str
    yaml: dict[str, Any]
    selector: str


class Setting(TypedDict, total=False):
    """What stands around an element.

    `near` are texts with their distance in steps and their sort (n name of a group, t title, c control, d data);
    `apart` is the step at which another element that looks the same is in the same box.
    """

    near: Sequence[tuple[int, str, str]]
    open: Sequence[str]
    shut: Sequence[str]
    floats: bool
    login: bool
    row: bool
    foot: bool
    apart: int


class Icons(TypedDict, total=False):
    """Short hashes of what a button without words is drawn of, and of the icons beside it."""

    own: str
    beside: Sequence[str]


class Element(TypedDict, total=False):
    """An element of a page.

    `box` is left, top, width and height in CSS pixels, `page` the width of the window and the height of the page,
    `twins` the position among the elements that look the same, from 1, and their count.
    """

    tag: str
    type: str
    role: str
    name: str
    text: str
    label: str
    placeholder: str
    title: str
    alt: str
    id: str
    html_name: str
    testid: str
    classes: Sequence[str]
    href: str
    editable: bool
    path: str
    neighbours: Sequence[str]
    ancestors: Sequence[str]
    password: bool
    box: Sequence[float]
    page: Sequence[float]
    language: str
    twins: Sequence[int] | None
    tab: str
    dialog: str
    icons: Icons
    grouped: bool
    setting: Setting


class Fingerprint(Element, total=False):
    """An element as a target was last seen, with earlier settings that passed tests have confirmed."""

    settings: Sequence[Setting]


class Candidate(Element, total=False):
    """An element that may be the lost target: its number on the page, frame, and the selectors that find it."""

    element: int
    enabled: bool
    rough: float
    frame: Sequence[str]
    ways: Sequence[Way]


class Profile(Fingerprint, total=False):
    """What a lost target should look like: its fingerprint, and what its locator file says of it.

    `texts` all mean the target, `keys` are words of its test ids, ids and name, `marks` parts of ids and classes.
    `seen` says that there is a fingerprint, `files` that file inputs are looked for.
    """

    texts: Sequence[str]
    keys: Sequence[str]
    marks: Sequence[str]
    seen: bool
    near: Sequence[tuple[int, str, str]]
    open: Sequence[str]
    apart: int
    foot: bool
    floats: bool
    files: bool


class Opener(Element, total=False):
    """What opens a tab, dialog, menu or section of a page, and the selector that finds it alone."""

    kind: str
    selector: str
