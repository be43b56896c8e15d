"""Options that were misspelled: Robot takes `time_out=30 s` for a value, and what it does not know for an input.

Where a keyword has room for another value, `check_options` refuses it. Where it has none, Robot itself refuses the
call before any of our code runs, and counts values only: `note_misspelt` then reports which name was meant.
"""

import inspect
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from robot.api import logger

from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import ConfigError, close_names, near_matches
from AIGCLibrary.rf.recover import place_of

log = logging.getLogger("aigc.keywords")
NEAR = 0.82
"""Least likeness of a name that is taken for a misspelled one: `time_out` is, `time` is not `timeout`."""
_FREE = frozenset({"assertion_expected", "message", "text"})
"""Arguments that take any text."""
_REFUSED = re.compile(
    r"^Keyword '[^']+' (?:expected .* arguments?, got \d+|got unexpected named argument)"
    r"|Argument '[^']+' got value '[^'=]+=.*' that cannot be converted"
)
"""How Robot refuses a call whose option it took for a value."""


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
    options = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    if not options:
        return
    for value in _by_choice(parameters, args):
        given, equals, _ = value.partition("=") if isinstance(value, str) else ("", "", "")
        near = _near(given, options) if equals else None
        if near:
            raise _misspelt(name, given, str(value), options)
    if any(parameter.name == "parameters" for parameter in parameters):
        return  # those of a target are compared with what its file names
    for given in named:
        near = _near(given, options)
        if near:
            log.warning("'%s' of '%s' is taken for an input of the product; did you mean '%s'?", given, name, near)


def note_misspelt(engine: Engine, data: Any, implementation: Any, result: Any) -> None:
    """Name the option that was meant, beside a call that Robot refused for the number of its values.

    Args:
        engine: Keeps it as evidence for the suggestions.
        data: The call.
        implementation: The keyword, with its arguments as Robot knows them.
        result: What came of it.
    """
    if result.status != "FAIL" or getattr(implementation.owner, "name", "") != "AIGCLibrary":
        return
    if not _REFUSED.search(str(result.message)):
        return
    known = [*implementation.args.positional_or_named, *implementation.args.named_only]
    for value in data.args:
        given, equals, _ = value.partition("=") if isinstance(value, str) else ("", "", "")
        if not equals or not given.isidentifier() or given in known:
            continue
        if close_names(given, known):
            error = _misspelt(implementation.name, given, value, known)
            logger.info(engine.redactor.text(error.message))
            said = ConfigError(f"{result.message} {error.message}", facts=error.facts)
            engine.recovery.note(implementation.name, said, place_of(data))
            return


def _misspelt(name: str, given: str, value: str, known: Sequence[str]) -> ConfigError:
    shown = name.replace("_", " ").title() if name.islower() else name
    return ConfigError(
        f"Keyword '{shown}' got '{value}', but has no argument '{given}'. {near_matches(given, known)}",
        facts={"argument": given, "available": list(known)},
    )


def _by_choice(parameters: Sequence[inspect.Parameter], args: Sequence[Any]) -> list[Any]:
    """Return the values that stand where nothing need stand: of arguments with a default, and of lists."""
    placed = [parameter for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    optional = [
        value
        for parameter, value in zip(placed, args, strict=False)
        if parameter.default is not parameter.empty and parameter.name not in _FREE
    ]
    takes_more = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
    return [*optional, *(args[len(placed) :] if takes_more else ())]


def _near(given: str, options: Iterable[str]) -> str | None:
    known = list(options)
    if not given.isidentifier() or given in known:
        return None
    return next(iter(close_names(given.lower(), known, NEAR)), None)
