"""Column types that take every value: what a database refuses is written in a spelling that it takes.

Names and answers come from products. SQLite takes no lone surrogate and no integer of more than 64 bits; PostgreSQL
moreover no NUL, no text beyond the length of a column, and only the characters of its own encoding. Values of
comparisons are spelled in the same way, so that rows are found by the name they were written with.
"""

import hashlib
import json
import re
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

ASCII_ONLY = "aigc_ascii_only"
"""Attribute of a dialect: the encoding of its database holds not all characters."""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:x([89a-f][0-9a-f])|u([0-9a-f]{4})|U(000[1-9a-f][0-9a-f]{4}|0010[0-9a-f]{4}))")
_DIGEST = 8
"""Hexadecimal digits behind a text that was shortened, which keep it apart from others that begin alike."""


class AnyText(TypeDecorator[str]):
    """Text of any length, spelled as a database takes it."""

    impl: type[TypeEngine[str]] = Text
    cache_ok = True
    length: int | None = None

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Escape what the database refuses; what is too long for the column is shortened."""
        if not isinstance(value, str):
            return value
        is_postgres = dialect.name == "postgresql"
        if not value.isascii() or (is_postgres and "\0" in value):
            value = (_UNSTORABLE if is_postgres else _SURROGATE).sub(_escaped, value)
            if getattr(dialect, ASCII_ONLY, False):
                value = value.encode("ascii", "backslashreplace").decode("ascii")
        if is_postgres and self.length is not None and len(value) > self.length:
            digest = hashlib.sha256(value.encode()).hexdigest()[:_DIGEST]
            value = f"{value[: self.length - _DIGEST - 1]}~{digest}"
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the characters that were escaped for the encoding of the database."""
        if isinstance(value, str) and getattr(dialect, ASCII_ONLY, False) and "\\" in value:
            return _ESCAPE.sub(_character, value)
        return value


class AnyString(AnyText):
    """Text of a limited length."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


class AnyInteger(TypeDecorator[int]):
    """An integer; one outside of the range of the column becomes the nearest within it."""

    impl = Integer
    cache_ok = True
    bits = 31

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Limit a value to the range that the database takes."""
        if not isinstance(value, int):
            return value
        limit = 1 << (63 if dialect.name == "sqlite" else self.bits)
        return max(-limit, min(limit - 1, value))


class AnyBigInteger(AnyInteger):
    """An integer of 64 bits."""

    impl = BigInteger
    cache_ok = True
    bits = 63


def to_json(value: Any, *, strict: bool) -> str:
    """Write JSON; what is nested too deeply becomes a note.

    Args:
        value: What to write.
        strict: Whether the numbers that the standard lacks, such as NaN, become texts.
    """
    try:
        try:
            return json.dumps(value, allow_nan=not strict)
        except ValueError:
            return json.dumps(_standard(value), allow_nan=False)
    except RecursionError:
        return json.dumps("nested too deeply to be stored")


def _standard(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0:
        return str(value)
    if isinstance(value, dict):
        return {key: _standard(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_standard(item) for item in value]
    return value


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code else "\\x00"


def _character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2] or found[3], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)
