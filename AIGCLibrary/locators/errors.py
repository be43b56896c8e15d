"""The errors of the locators.

TargetError
├── TargetNotFoundError   AIGC101  no selector of the target matches as asked
├── AmbiguousTargetError  AIGC102  selectors match several elements, none matches one
├── UnknownTargetError    AIGC103  no locator file names this target
├── BrowserNotReadyError  AIGC104  Browser is not imported, or no page is open
├── UnusableTargetError   AIGC105  found, but it could not be clicked, filled …
└── BadSelectorError      AIGC106  the browser does not understand a selector
"""

import re

from AIGCLibrary.errors import TargetError
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.model import Located, Selector, Target

_COLOURS = re.compile(r"\x1b\[[\d;]*m")


class TargetNotFoundError(TargetError):
    """No selector of the target matches in the asked state."""

    code = "AIGC101"


class AmbiguousTargetError(TargetError):
    """Selectors match several elements, and none matches exactly one."""

    code = "AIGC102"


class UnknownTargetError(TargetError):
    """No locator file names this target."""

    code = "AIGC103"


class BrowserNotReadyError(TargetError):
    """There is no page to look at."""

    code = "AIGC104"


class UnusableTargetError(TargetError):
    """The target was found, but could not be used as asked."""

    code = "AIGC105"


class BadSelectorError(TargetError):
    """A selector cannot be understood."""

    code = "AIGC106"


def bad_selector(target: Target, broken: Selector, problem: str) -> BadSelectorError:
    """Build the error of a selector that the browser does not understand.

    Args:
        target: The target it belongs to.
        broken: The selector.
        problem: The browser's message.
    """
    return BadSelectorError(
        f"{target.file}, line {broken.line}: the browser does not understand the {broken.tier} selector "
        f"'{broken.selector}' of target '{target.name}': {problem}",
        hint=Text("locators.hint.selector"),
        facts={"file": str(target.file), "line": broken.line, "target": target.name},
    )


def unusable_target(located: Located, verb: str, problem: str) -> UnusableTargetError:
    """Build the error of a target that was found but could not be used as asked.

    Args:
        located: What was found.
        verb: What should have been done to it: `clicked`, `filled` …
        problem: The browser's message.
    """
    tier = located.tier.value if located.tier else "absence"
    return UnusableTargetError(
        f"Target '{located.target.name}' was found by {tier} ({located.selector}), but could not be {verb}: "
        f"{_COLOURS.sub('', problem)}",
        hint=Text("locators.hint.unusable"),
        facts={
            "target": located.target.name,
            "selector": located.selector,
            "tier": tier,
            "page": located.page,
            "file": str(located.target.file),
            "line": located.target.line,
        },
    )
