"""Parametrised targets: `{id}` in a locator file stands for a value that the test names when it uses the target."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from AIGCLibrary.errors import near_matches
from AIGCLibrary.locators.errors import UnknownTargetError

_PLACEHOLDER = re.compile(r"\{([^\W\d]\w*)\}")
_PATTERN = re.compile(r"^/.+/[imsu]*$", re.DOTALL)
_CODE = ("css", "xpath")
"""Strategies whose value is code: a quote in a value must not end the text around it."""
_CALL = re.compile(r"^(?P<name>[^()]+)\((?P<values>.*)\)$", re.DOTALL)
SAMPLES = ("1", "x1")
"""Values with which a selector is checked before any is known."""


def names_in(value: Any) -> tuple[str, ...]:
    """Return the names of all placeholders in a value of a locator file.

    Example:
        ```python
        names_in({"role": "row", "name": "{prompt} {size}"})  # ("prompt", "size")
        ```
    """
    if isinstance(value, Mapping):
        found: Iterable[str] = (name for item in value.values() for name in names_in(item))
    elif isinstance(value, list | tuple):
        found = (name for item in value for name in names_in(item))
    else:
        found = _PLACEHOLDER.findall(value) if isinstance(value, str) else ()
    return tuple(dict.fromkeys(found))


def filled(value: Any, values: Mapping[str, str], strategy: str = "") -> Any:
    """Return a value of a locator file with its placeholders replaced.

    Args:
        value: Text, list or mapping.
        values: What the placeholders stand for; others are left as they are.
        strategy: What a bare text is: `css` and `xpath` have quotes escaped.
    """
    if isinstance(value, Mapping):
        return {key: filled(item, values, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, values, strategy) for item in value]
    if not isinstance(value, str) or not _PLACEHOLDER.search(value):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole and strategy == "nth":
        return values.get(whole[1], value)
    pattern = bool(_PATTERN.match(value)) and strategy not in _CODE
    text = _PLACEHOLDER.sub(lambda match: _escaped(values.get(match[1], match[0]), pattern, strategy), value)
    if not pattern and strategy not in _CODE and _PATTERN.match(text):
        return f"/^{_plain(text)}$/"  # a text that looks like a pattern is still a text
    return text


def templated(value: Any, values: Mapping[str, str]) -> Any:
    """Return a value with the values of a target replaced by their placeholders; None where it has none of them.

    What a suggestion says of one row holds for no other unless it names what tells the rows apart.
    """
    text = _replaced(value, values)
    return text if names_in(text) else None


def called(reference: str) -> tuple[str, str | None]:
    """Split the short form of a target with values: `tasks.row(a cat)`.

    Returns:
        The name, and what is in the brackets; None without them.
    """
    found = _CALL.match(reference)
    return (found["name"].strip(), found["values"]) if found else (reference, None)


def in_order(target: str, names: Iterable[str], written: str) -> dict[str, str]:
    """Return the values of the short form: of one parameter all that is written, of several one between each comma.

    Args:
        target: Name of the target.
        names: Its parameters in the order in which the file has them.
        written: What is in the brackets.

    Raises:
        UnknownTargetError: There are more or fewer values than parameters.
    """
    wanted = list(names)
    values = [written] if len(wanted) == 1 else [part.strip() for part in written.split(",")]
    if len(values) != len(wanted):
        has = f"takes {', '.join(wanted)}" if wanted else "takes no values"
        raise UnknownTargetError(f"Target '{target}' {has}, but {len(values)} were given: ({written}).")
    return dict(zip(wanted, values, strict=True))


def checked(target: str, names: Iterable[str], given: Mapping[str, Any], options: Iterable[str] = ()) -> dict[str, str]:
    """Return the values of a target's placeholders as texts.

    Args:
        target: Name of the target.
        names: Its placeholders.
        given: What the test gave.
        options: Options of the keyword, for the message about a misspelt one.

    Raises:
        UnknownTargetError: One is missing, or there is none of that name.
    """
    wanted = tuple(names)
    unknown = [name for name in given if name not in wanted]
    if unknown:
        has = f"has the parameters {', '.join(wanted)}" if wanted else "has no parameters"
        near = near_matches(unknown[0], [*wanted, *options])
        raise UnknownTargetError(f"Target '{target}' {has}, but '{unknown[0]}' was given. {near}")
    missing = [name for name in wanted if name not in given]
    if missing:
        example = ", ".join(f"<{name}>" for name in wanted)
        raise UnknownTargetError(
            f"Target '{target}' needs a value for {', '.join(map(repr, missing))}, as in {target}({example})."
        )
    return {name: str(given[name]) for name in wanted}


def _replaced(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _replaced(item, values) for key, item in value.items()}
    text = str(value)
    for name, said in sorted(values.items(), key=lambda pair: -len(pair[1])):
        text = text.replace(said, f"{{{name}}}") if said else text
    return text if isinstance(value, str) else value


def _escaped(text: str, pattern: bool, strategy: str) -> str:
    if pattern:
        return _plain(text)
    if strategy == "css":
        return re.sub(r'(["\\])', r"\\\1", text)
    return text


def _plain(text: str) -> str:
    return re.sub(r"([.*+?^${}()|\[\]\\/])", r"\\\1", text)
