"""Reads the call of a plain Browser keyword: which selector it uses, for what, and how it is made again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.locators.guards import Purpose
from AIGCLibrary.locators.model import TargetState
from AIGCLibrary.rf.expectation import negated

VERBS = {
    "click": "clicked", "tap": "clicked", "click with options": "clicked", "hover": "", "focus": "",
    "fill text": "filled", "type text": "filled", "clear text": "filled", "fill secret": "filled",
    "type secret": "filled", "upload file by selector": "given files", "press keys": "filled",
    "check checkbox": "clicked", "uncheck checkbox": "clicked", "select options by": "selected",
    "deselect options": "selected", "scroll to element": "", "wait for elements state": "",
    "get text": "read", "get property": "read", "get attribute": "read", "get classes": "read", "get style": "read",
    "get checkbox state": "read", "get select options": "read", "get selected options": "read", "get element": "read",
}  # fmt: skip
"""Keywords that are explained when their selector matches nothing, each with what it does to the element."""
_SECRET = ("fill secret", "type secret")
_NAMED = "selector="
_AFTER_USE = {"select options by": "elementHandle", "type text": "type", "type secret": "type"}
"""What some keywords call after the element has been used: where that found nothing, the use itself took place."""
_ABSENT = ("hidden", "detached")


@dataclass(frozen=True, slots=True)
class PlainCall:
    """A call with all its variables replaced.

    Args:
        name: The keyword in small letters with blanks.
        arguments: As given; `name=value` for those given by name.
        place: Which of them is the selector.
        assigned: What it returns goes into a variable.
    """

    name: str
    arguments: tuple[Any, ...]
    place: int
    assigned: bool = False

    @classmethod
    def of(cls, name: str, arguments: Sequence[Any], assigned: bool) -> "PlainCall | None":
        """Read a call; None when it has no selector."""
        given = [index for index, argument in enumerate(arguments) if str(argument).startswith(_NAMED)]
        call = cls(name, tuple(arguments), given[0] if given else 0, assigned)
        return call if arguments and call.selector else None

    @property
    def selector(self) -> str:
        """The selector that matched nothing."""
        return str(self.arguments[self.place]).removeprefix(_NAMED)

    @property
    def others(self) -> list[str]:
        """The values beside the selector, without the names they were given by."""
        rest = [str(argument) for index, argument in enumerate(self.arguments) if index != self.place]
        return [value if found and name.isidentifier() else argument for argument in rest for name, found, value in
                [argument.partition("=")]]  # fmt: skip

    def purpose(self, is_secret: Callable[[str], bool]) -> Purpose:
        """Describe what the element is wanted for.

        Args:
            is_secret: Says whether a text holds a secret that is known.
        """
        verb, others = VERBS[self.name], self.others
        handed_back = verb == "read" and self.assigned
        texts = [other.lower() for other in others]
        asserted = verb == "read" and any(
            negated(text, " ".join(others[index + 1 :])) for index, text in enumerate(texts)
        )
        waits = self.name == "wait for elements state"
        state = TargetState.HIDDEN if waits and any(word in texts for word in _ABSENT) else TargetState.VISIBLE
        secret = self.name in _SECRET or (verb == "filled" and any(is_secret(other) for other in others))
        return Purpose(verb, state, secret=secret, expected=handed_back or asserted)

    def took_place(self, message: str) -> bool:
        """Return whether the element had been used already when it was lost; a second use would be one too many.

        Args:
            message: The failure of the keyword.
        """
        later = _AFTER_USE.get(self.name)
        cleared_first = self.name == "select options by" or not any(other.lower() == "false" for other in self.others)
        return later is not None and cleared_first and f"locator.{later}: Timeout" in message

    def again(self, selector: str) -> list[Any]:
        """Return the arguments with another selector; a prefix of the suite does not hold for it."""
        named = _NAMED if str(self.arguments[self.place]).startswith(_NAMED) else ""
        arguments = list(self.arguments)
        arguments[self.place] = f"{named}!prefix {selector}"
        return arguments
