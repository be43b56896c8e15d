"""What a command prints passes one redactor, which learns the secrets that its engine reads and receives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from AIGCLibrary.redaction.redactor import Redactor

_CURRENT: ContextVar["Redactor | None"] = ContextVar("command_redactor", default=None)


@contextmanager
def one_redactor() -> Iterator[None]:
    """Let `command_redactor` return the same one while the block runs."""
    token = _CURRENT.set(None)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def command_redactor() -> "Redactor":
    """Return the redactor of the command that runs; the engines of commands get it."""
    found = _CURRENT.get()
    if found is None:
        from AIGCLibrary.redaction.redactor import Redactor

        found = Redactor()
        found.add_named(os.environ)
        _CURRENT.set(found)
    return found


def known_masked(text: str) -> str:
    """Mask the values that the command has learned; a command that reads no secrets has learned none."""
    found = _CURRENT.get()
    return text if found is None else found.known(text)


def data_masked(value: Any) -> Any:
    """Mask secrets in all texts of plain data, where the command has read any."""
    found = _CURRENT.get()
    return value if found is None else _each(value, found)


def _each(value: Any, redactor: "Redactor") -> Any:
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, dict):
        return {_each(key, redactor): _each(item, redactor) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each(item, redactor) for item in value]
    return value
