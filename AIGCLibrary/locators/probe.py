"""The question put to the page and its answer: what `js/page/3-locate.js` takes and gives.

One call answers for all selectors of a target. The page looks, watches for mutations, looks again, and answers at
the first look that shows the asked state, or at the deadline with an explanation.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import urlsplit

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.element import Candidate, Element, Fingerprint, Profile
from AIGCLibrary.locators.model import Match, Target, TargetState

PATIENCE = 0.3
"""Seconds a page that is still changing is given to show the tier that has always won there before."""
ANOTHER = "another"
"""What a match is that is another element than the target, see `model.Match.elsewhere`."""
_IDENTIFIER = re.compile(
    r"\d+|[0-9a-fA-F-]{16,}|[a-z]{2,5}_[0-9A-Za-z]{6,}"
    r"|[a-z]+[-_]\d{2,}"  # task-17, but not step-2, which is a page of its own
    r"|(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[0-9A-Za-z_-]{8,}"  # aB3xK9pQ
    r"|(?=(?:\D*\d){3})(?=.*[a-z])[0-9a-z]{10,}"  # k3f9a2c81z
)
"""A step of an address that names a thing rather than a page."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a target belongs, as the page program takes it, see `place.py`.

    Args:
        declared: What the file says.
        learned: What was learned about the target.
        by_selector: What was learned and holds for single selectors, by index.
    """

    declared: Mapping[str, Any] | None = None
    learned: Mapping[str, Any] | None = None
    by_selector: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What the page answered.

    Args:
        status: `found`, `missing`, `ambiguous`, `invalid`, `no-frame` or `navigating`.
        winner: Index of the selector that answered.
        matches: For each selector what it matched at the last look.
        waited: Seconds the page watched.
        url: Address of the frame that was looked at.
        conflicts: Indexes of selectors that are just as sure and mean another element.
        hidden_twins: The winner also matches elements that cannot be seen.
        element: Number of the element.
        hash: Hash of its fingerprint.
        fingerprint: The fingerprint, when its hash is not the one that was known.
        candidates: What is closest to a target that is lost.
        broken: Index of the selector the browser does not understand.
        problem: What it says about it, or which frame is missing.
        loading: The page was not complete.
        misplaced: What of the page is not the target's, see `model.Match.elsewhere`; empty when nothing is known.
        place: Of a target that was not found: `title`, `tab` and `dialog` of the page as it is.
        refuted: Why the only element that matches is not the target; it counts as not found then.
        excluded: That element is no candidate for a suggestion either.
    """

    status: str
    winner: int | None = None
    matches: tuple[Match, ...] = ()
    waited: float = 0.0
    url: str = ""
    conflicts: tuple[int, ...] = ()
    hidden_twins: bool = False
    element: int | None = None
    hash: str | None = None
    fingerprint: Fingerprint | None = None
    candidates: tuple[Candidate, ...] = ()
    broken: int | None = None
    problem: str = ""
    loading: bool = False
    misplaced: str = ""
    place: Mapping[str, Any] = field(default_factory=dict)
    refuted: Text | None = None
    excluded: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """True when the asked state was seen."""
        return self.status == "found"


def refused(report: Report, warning: Text, element: Element, *, excluded: bool) -> Report:
    """Return a report as that of a target that is missing, because what matches it is another element.

    Args:
        report: The page's answer.
        warning: What was found, and why it is not the target.
        element: Fingerprint of what was found.
        excluded: It is no candidate for a suggestion either.
    """
    matches = tuple(
        replace(match, elsewhere=ANOTHER, matches=(cast("Candidate", element),)) if index == report.winner else match
        for index, match in enumerate(report.matches)
    )
    return replace(report, status="missing", winner=None, matches=matches, refuted=warning, excluded=excluded)


def ask(
    target: Target,
    state: TargetState,
    timeout: float,
    *,
    expected: int | None = None,
    known_hash: str | None = None,
    profile: Profile | None = None,
    places: Places | None = None,
    recheck: bool = False,
) -> dict[str, Any]:
    """Build the request.

    Args:
        target: What to look for.
        state: As what.
        timeout: Seconds it may take.
        expected: Index of the selector that usually wins on this page.
        known_hash: Hash of the fingerprint that is known.
        profile: What the lost target looked like; None leaves out the near misses.
        places: Where it belongs.
        recheck: What was found before is not believed without its fingerprint.
    """
    where = places or Places()
    return {
        "name": target.key,
        "selectors": [
            {"selector": selector.selector, "learned": where.by_selector.get(index)}
            for index, selector in enumerate(target.selectors)
        ],
        "declared": where.declared,
        "learned": where.learned,
        "frame": list(target.frame),
        "state": state.value,
        "timeout": round(timeout * 1000),
        "expected": len(target.selectors) if expected is None else expected,
        "patience": round(min(PATIENCE, timeout) * 1000),
        "fingerprint": known_hash,
        "profile": profile,
        "recheck": recheck,
    }


def read(answer: Mapping[str, Any], target: Target) -> Report:
    """Read the page's answer."""
    rows = answer.get("selectors") or []
    matches = tuple(
        Match(
            selector,
            int(row["count"]),
            int(row["visible"]),
            str(row.get("hidden", "")),
            tuple(row.get("ids", ())),
            tuple(row.get("matches", ())),
            str(row.get("elsewhere") or ""),
        )
        for selector, row in zip(target.selectors, rows, strict=False)
    )
    broken = answer.get("broken")
    problem = str(rows[broken].get("error", "")) if broken is not None else str(answer.get("frame") or "")
    return Report(
        status=str(answer["status"]),
        winner=answer.get("winner"),
        matches=matches,
        waited=float(answer.get("waited") or 0) / 1000,
        url=str(answer.get("url", "")),
        conflicts=tuple(answer.get("conflicts") or ()),
        hidden_twins=bool(answer.get("hiddenTwins")),
        element=answer.get("element"),
        hash=answer.get("hash"),
        fingerprint=answer.get("fingerprint"),
        candidates=tuple(answer.get("candidates") or ()),
        broken=broken,
        problem=problem,
        loading=bool(answer.get("loading")),
        misplaced=str(answer.get("misplaced") or next((match.elsewhere for match in matches if match.elsewhere), "")),
        place=answer.get("place") or {},
        raw=answer,
    )


def selectors(driver: BrowserDriver, elements: Sequence[Any], frame: Sequence[str]) -> Any:
    """Return for each element the selectors that match it alone, best first.

    Args:
        driver: The browser.
        elements: Numbers of elements.
        frame: Selectors of the frames around them.
    """
    return driver.ask("ways", {"elements": list(elements), "frame": list(frame)})


def page_key(url: str) -> str:
    """Reduce an address to the page it shows: no query, numbers and ids replaced; a route behind `#` belongs to it.

    Example:
        ```python
        page_key("http://127.0.0.1:8000/scripts/scr_1a2b3c4d?lang=zh")  # "/scripts/*"
        ```
    """
    parts = urlsplit(url)
    if not parts.netloc and parts.scheme in ("data", "about", "blob"):
        return f"{parts.scheme}:"
    route = parts.fragment.partition("?")[0] if re.match(r"!?/", parts.fragment) else ""
    path = parts.path + (f"#{route}" if route else "")
    steps = ["*" if _IDENTIFIER.fullmatch(step) else step for step in path.split("/")]
    return "/".join(steps)[:150] or "/"
