"""Inputs as Robot passes them, text, made into what the product wants to have."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.uploads import FILE_TYPES, checked, upload_of


def typed(inputs: dict[str, Any], types: Mapping[str, str], kind: str) -> dict[str, Any]:
    """Convert inputs given as text to the types that the provider's description names.

    Args:
        inputs: The inputs; open files are read at once.
        types: Type of each input that is no text.
        kind: Kind of the task, for messages.

    Raises:
        ConfigError: A text cannot be converted, a file does not exist, or a value can be sent in no way.
    """
    converted = {name: _sendable(name, value, kind) for name, value in inputs.items()}
    for name, type_name in types.items():
        value = converted.get(name)
        if type_name in FILE_TYPES:
            converted |= {name: checked(name, value, kind, type_name)} if name in converted else {}
            continue
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


def left_as_text(inputs: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs that are sent as text and look like something else, each with the type that it looks like.

    Robot passes text where nothing else is written, and a product may want the number 5 or the boolean false.

    Args:
        inputs: The inputs as they are sent.
        types: Types that the provider's description names: `text` is one, too.
    """
    found: dict[str, str] = {}
    for name, value in inputs.items():
        if isinstance(value, str) and name not in types and len(value) < _LONGEST_NUMBER:
            looks = next((looked for looked, pattern in _LOOKS.items() if pattern.fullmatch(value)), None)
            found |= {name: looks} if looks else {}
    return found


def _sendable(name: str, value: Any, kind: str) -> Any:
    """Return a value with the files in it as such; what neither JSON nor multipart can carry is rejected."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _sendable(name, item, kind) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(name, item, kind) for item in value]
    file = upload_of(name, value)
    if file is not None:
        return file
    raise ConfigError(
        f"Input '{name}' of a task of kind '{kind}' is of the type {type(value).__name__}, which cannot be sent. "
        "Inputs are texts, numbers, booleans, lists, dictionaries, and files as path, bytes or open file.",
        facts={"input": name, "kind": kind},
    )


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def _boolean(text: str) -> bool:
    known = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


_LONGEST_NUMBER = 20
_LOOKS = {
    "integer": re.compile(r"-?(0|[1-9][0-9]*)"),
    "number": re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+"),
    "boolean": re.compile(r"true|false", re.IGNORECASE),
}
_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "integer": int,
    "number": _number,
    "boolean": _boolean,
    "json": json.loads,
}
