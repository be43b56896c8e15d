"""Blanks `{name}` of authentication: in a login request, in the text that is signed, in headers."""

import re
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches

_BLANK = re.compile(r"\{([^\W\d]\w*)\}")


def names(template: Any) -> set[str]:
    """Return the names of all blanks of a template."""
    if isinstance(template, Mapping):
        return set().union(*(names(item) for item in template.values()))
    if isinstance(template, list):
        return set().union(*(names(item) for item in template))
    return set(_BLANK.findall(template)) if isinstance(template, str) else set()


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Return a template with its blanks filled; a blank alone takes the value with its type.

    Raises:
        ConfigError: A blank has no value.
    """
    if isinstance(template, Mapping):
        return {key: filled(item, values) for key, item in template.items()}
    if isinstance(template, list):
        return [filled(item, values) for item in template]
    if not isinstance(template, str):
        return template
    whole = _BLANK.fullmatch(template)
    if whole:
        return _value(whole[1], values)
    return _BLANK.sub(lambda blank: str(_value(blank[1], values)), template)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise ConfigError(f"Authentication needs '{{{name}}}', which nothing provides. {near_matches(name, values)}")
    return values[name]
