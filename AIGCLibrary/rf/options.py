"""Options that were misspelled: Robot takes `time_out=30 s` for a value, and what it does not know for an input."""

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from AIGCLibrary.errors import ConfigError

log = logging.getLogger("aigc.keywords")
NEAR = 0.82
"""Likeness from which on a name is taken for a misspelled one: `time_out` is, `time` is not `timeout`."""
_FREE = frozenset({"assertion_expected", "message"})
"""Arguments that take any text."""


def check_options(name: str, keyword: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Refuse a value that is a misspelled option, and warn of an input whose name comes near one.

    Args:
        name: What the keyword is called.
        keyword: Its implementation.
        args: The values it was given by position.
        named: Those it was given by name.

    Raises:
        ConfigError: A value by position reads `name=…`, and its name comes near an option that is given by name only.
    """
    parameters = list(inspect.signature(keyword).parameters.values())
    options = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]
    if not options:
        return
    for value in _by_choice(parameters, args):
        given, equals, _ = value.partition("=") if isinstance(value, str) else ("", "", "")
        near = _near(given, options) if equals else None
        if near:
            raise ConfigError(
                f"Keyword '{name}' has no argument '{given}' (given as '{value}'). Did you mean '{near}'?",
                facts={"argument": given, "available": options},
            )
    for given in named:
        near = _near(given, options)
        if near:
            log.warning("'%s' of '%s' is taken for an input of the product; did you mean '%s'?", given, name, near)


def _by_choice(parameters: Sequence[inspect.Parameter], args: Sequence[Any]) -> list[Any]:
    """Give the values that stand where nothing need stand: of arguments with a default, and of lists."""
    placed = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    optional = [
        value
        for one, value in zip(placed, args, strict=False)
        if one.default is not one.empty and one.name not in _FREE
    ]
    takes_more = any(one.kind is one.VAR_POSITIONAL for one in parameters)
    return [*optional, *(args[len(placed) :] if takes_more else ())]


def _near(given: str, options: Iterable[str]) -> str | None:
    known = list(options)
    if not given.isidentifier() or given in known:
        return None
    return next(iter(get_close_matches(given.lower(), known, n=1, cutoff=NEAR)), None)
