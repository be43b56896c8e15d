"""Inputs as Robot gives them, text, made into what the product wants to have."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from AIGCLibrary.errors import ConfigError


def typed(inputs: dict[str, Any], types: Mapping[str, str], kind: str) -> dict[str, Any]:
    """Convert inputs given as text to the types that the provider's description tells.

    Raises:
        ConfigError: A text cannot be converted.
    """
    converted = dict(inputs)
    for name, type_name in types.items():
        value = inputs.get(name)
        if not isinstance(value, str):
            continue
        try:
            converted[name] = _CONVERTERS[type_name](value)
        except ValueError:
            raise ConfigError(
                f"Input '{name}' of a task of kind '{kind}' is '{value}'; expected {type_name}.",
                facts={"input": name, "kind": kind, "value": value},
            ) from None
    return converted


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def _boolean(text: str) -> bool:
    known = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "integer": int,
    "number": _number,
    "boolean": _boolean,
    "json": json.loads,
}
