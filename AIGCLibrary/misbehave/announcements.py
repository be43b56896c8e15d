"""Makes the announcement of a file fit another file: its size and hashes, wherever an answer states them."""

import base64
import hashlib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

HASHES = ("sha256", "md5", "sha1")


def announce(part: Any, before: bytes, now: bytes) -> bool:
    """Write size and hashes of another file into an answer, in place.

    Args:
        part: The answer.
        before: The file that it announces.
        now: The file that is served.

    Returns:
        Whether it stated any of them.
    """
    words = {old: new for name in HASHES for old, new in _written(name, before, now)}
    return _replace(part, words, len(before), len(now))


def announce_wrong(part: Any, content: bytes) -> bool:
    """Write wrong hashes of a file into an answer, in place; return whether it stated any."""
    words: dict[str, str] = {}
    for name in HASHES:
        right = hashlib.new(name, content, usedforsecurity=False).hexdigest()
        words |= {right: right[::-1], right.upper(): right[::-1].upper()}
    return _replace(part, words, -1, -1)


def announces_hash(part: Any, content: bytes) -> bool:
    """Return whether an answer states a hash of a file."""
    return announce_wrong(deepcopy(part), content)


def _written(name: str, before: bytes, now: bytes) -> list[tuple[str, str]]:
    old, new = (hashlib.new(name, content, usedforsecurity=False).digest() for content in (before, now))
    encoded = (base64.b64encode(old).decode(), base64.b64encode(new).decode())
    return [(old.hex(), new.hex()), (old.hex().upper(), new.hex().upper()), encoded]


def _replace(value: Any, words: Mapping[str, str], size: int, other: int) -> bool:
    found = False
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        if isinstance(item, dict | list):
            found |= _replace(item, words, size, other)
        elif isinstance(item, str):
            plain = next((old for old in words if old in item), None)
            if plain is not None:
                value[key], found = item.replace(plain, words[plain]), True
        elif item == size and not isinstance(item, bool) and _is_size(key):
            value[key], found = other, True
    return found


def _is_size(key: Any) -> bool:
    name = str(key).lower()
    return any(word in name for word in ("size", "bytes", "length"))
