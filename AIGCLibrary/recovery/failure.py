"""One failure as evidence: made from one of our errors, or from the message of any other keyword."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from AIGCLibrary.errors import (
    AIGCError,
    ApiError,
    ConfigError,
    DataError,
    FileError,
    MonitoringError,
    PluginError,
    TargetError,
    TaskError,
)
from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.model import Cause

_FAMILIES: tuple[tuple[type[AIGCError], str], ...] = (
    (ConfigError, "config"),
    (TargetError, "target"),
    (TaskError, "task"),
    (FileError, "file"),
    (ApiError, "api"),
    (DataError, "data"),
    (MonitoringError, "slo"),
    (PluginError, "plugin"),
)

MISSING_PROGRESS = 0.1
"""Progress that a task owes before it counts as standing still."""

_COLOURS = re.compile(r"\x1b?\[\d+(?:;\d+)*m")


def plain(message: str) -> str:
    """Take the colour codes of a terminal out of a message; Playwright's call log has them."""
    return _COLOURS.sub("", message)


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of one failure.

    Args:
        message: The error message, secrets masked.
        family: Where it comes from: `target`, `task`, `file`, `api`, `data`, `config`, `slo`, `plugin`; `message`
            when all there is to go by is a text.
        code: Stable code of our errors; empty otherwise.
        keyword: The keyword that failed.
        facts: Evidence of the error.
        hint: What the error itself advises.
        place: `file:line` of the failing keyword.
        cause: The verdict of triage.
        test: Long name of the test.
        shown: The message as Robot shows it, in the language of the suite; empty where that is English, too.
    """

    message: str
    family: str = "message"
    code: str = ""
    keyword: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    hint: Text | str | None = None
    place: str | None = None
    cause: Cause = Cause.UNKNOWN
    test: str | None = None
    shown: str = ""

    @classmethod
    def of_error(cls, error: AIGCError, keyword: str = "", place: str | None = None) -> "Failure":
        """Make the evidence of one of our errors."""
        family = next((name for kind, name in _FAMILIES if isinstance(error, kind)), "message")
        shown = plain(str(error)).removesuffix(f" [{error.code}]")
        shown = "" if shown == plain(error.message) else shown
        return cls(plain(error.message), family, error.code, keyword, error.facts, error.hint, place, shown=shown)

    @classmethod
    def of_message(cls, message: str, keyword: str = "", place: str | None = None) -> "Failure":
        """Make the evidence of a failure that only left a text."""
        return cls(plain(message), keyword=keyword, place=place)

    def with_facts(self, **facts: Any) -> "Failure":
        """Return the same failure with more facts."""
        return replace(self, facts={**self.facts, **facts})

    def fact(self, *names: str) -> Any:
        """Return the first of these facts that is there."""
        return next((self.facts[name] for name in names if self.facts.get(name) is not None), None)

    def number(self, *names: str) -> float | None:
        """Return a fact as a number, where it is one."""
        value = self.fact(*names)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    @property
    def first_line(self) -> str:
        """The first line of the message, shortened."""
        line = next((line.strip() for line in self.message.splitlines() if line.strip()), "")
        return line if len(line) <= 200 else f"{line[:197]}..."

    @property
    def seen_once(self) -> bool:
        """True for a task that was looked at once only: whether it moves is not known then."""
        return self.number("polls") == 1

    @property
    def unread(self) -> bool:
        """True for a task whose last polls failed or held no state: nobody knows whether it moves."""
        return bool(self.number("failed_polls") or self.fact("unreadable", "problem"))

    @property
    def standing_still(self) -> bool:
        """True for a task whose progress has not moved for so long that it should have, at the rate it had before.

        At 60 % after 16 s, 4 s without a change are 15 % that are missing. Within its stall timeout no silence counts.
        """
        progress, elapsed, age = self.number("progress"), self.number("elapsed"), self.number("progress_age")
        if not progress or not elapsed or age is None or age >= elapsed:
            return False
        if age < (self.number("stall_timeout") or 0.0):
            return False
        return progress / (elapsed - age) * age >= MISSING_PROGRESS
