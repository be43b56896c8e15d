"""Something stands before the element, or the page is still busy: wait until it is gone."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Cause, Suggestion
from AIGCLibrary.recovery.page import gone
from AIGCLibrary.recovery.strategy import Attempt, Level, RecoveryStrategy
from AIGCLibrary.recovery.values import short, values

WAIT = 10.0
"""Seconds an overlay is given to go away."""
STEP = 0.2
_LONGEST = 2000
"""Characters of what Playwright shows of two elements."""
_LAST = 5
"""Places of a message that are looked at."""
_COVER = re.compile(r"(?P<cover><[^>\n]+>)(?:[^\n<]*</\w+>)? (?:from (?P<owner><[^>\n]+>)\S* subtree )?$")


class WaitForOverlay(RecoveryStrategy):
    """Names what covers the element, and how to wait for it."""

    name = "wait_for_overlay"
    level = Level.SAFE

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Suggest to wait for or to close what is in the way."""
        cover = failure.fact("cover", "covered_by", "overlay") or covering(failure.message)
        if not cover:
            return
        owner = selector_of(str(failure.fact("owner") or cover or ""))
        yield Suggestion(
            code=failure.code or "MESSAGE",
            cause_class=Cause.LOCATOR_COVERED,
            cause=Text("recovery.strategy.overlay.cause", **values(failure, cover=short(cover, 160))),
            fix=Text("recovery.strategy.overlay.fix", cover=owner or "…"),
            evidence={"covers": short(cover, 300)},
            applicability=Applicability.NEEDS_VALUES,
            source=self.name,
            score=0.8,
        )

    def prepare(self, attempt: Attempt) -> Mapping[str, Any] | None:
        """Wait until what covers the element is gone; another try is of no use while it is there."""
        failure, engine = attempt.failure, attempt.engine
        cover = selector_of(str(failure.fact("owner", "cover") or covering(failure.message)))
        if failure.cause is not Cause.LOCATOR_COVERED or not cover:
            return None
        end = engine.clock.monotonic() + min(WAIT, attempt.remaining)
        while engine.clock.monotonic() < end:
            if gone(engine.driver, cover):
                return {}
            engine.loop.run(engine.clock.sleep(STEP))
        return None


def covering(message: str) -> str:
    """Return the element that Playwright's call log names last as the one in the way; its owner where there is one."""
    places = message.split("intercepts pointer events")[-_LAST - 1 : -1]
    found = (_COVER.search(before.rpartition("\n")[2][-_LONGEST:]) for before in reversed(places))
    return next((cover["owner"] or cover["cover"] for cover in found if cover), "")


def selector_of(tag: str) -> str:
    """Write the opening tag of an element as a selector: by test id, id, or classes.

    Example:
        ```python
        selector_of('<div id="consent" class="modal">')  # '[id="consent"]'
        ```
    """
    for pattern, form in _ATTRIBUTES:
        match = pattern.search(tag)
        if match:
            return form.format(".".join(match[1].split()))
    return ""


_ATTRIBUTES = (
    (re.compile(r'data-testid="([^"]+)"'), '[data-testid="{}"]'),
    (re.compile(r'\bid="([^"\s]+)"'), '[id="{}"]'),
    (re.compile(r'\bclass="([^"]+)"'), ".{}"),
    (re.compile(r'\brole="([^"]+)"'), '[role="{}"]'),
)
