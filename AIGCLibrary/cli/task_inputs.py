"""Inputs of a task on the command line: `prompt=a cat`, or JSON as in `seconds:=0.5`."""

import json
from typing import Any

from AIGCLibrary.errors import ConfigError

INPUT = "input of the task: a text, or as JSON (numbers, true, lists) NAME:=VALUE"


def task_input(text: str) -> tuple[str, Any]:
    """Return name and value of an input.

    Raises:
        ConfigError: There is no `=`, or the value after `:=` is no JSON.
    """
    name, value = name_and_value(text, "=")
    if not name.endswith(":"):
        return name, value
    try:
        return name[:-1].strip(), json.loads(value)
    except ValueError as error:
        raise ConfigError(f"'{value}' of '{text}' is not valid JSON ({error}); write a text as NAME=VALUE.") from None


def name_and_value(text: str, sign: str) -> tuple[str, str]:
    """Split an argument at its first sign.

    Raises:
        ConfigError: The sign is missing.
    """
    name, found, value = text.partition(sign)
    if not found:
        raise ConfigError(f"'{text}' is not of the form NAME{sign}VALUE.")
    return name.strip(), value.strip()
