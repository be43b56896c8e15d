"""The functions templates may use; the same record always gets the same values, so that a resumed run agrees."""

import hashlib
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.expression import LONGEST, attribute


def _range(*bounds: Any) -> list[int]:
    numbers = range(*(int(bound) for bound in bounds))
    if len(numbers) > LONGEST:
        raise ExpressionError(f"range() would return {len(numbers):,} numbers; at most {LONGEST:,} are allowed")
    return list(numbers)


def _join(items: Sequence[Any], separator: str = ", ") -> str:
    return separator.join(str(item) for item in items)


def _where(items: Sequence[Any], path: str, value: Any) -> list[Any]:
    found = []
    for item in items:
        seen = item
        for name in path.split("."):
            seen = attribute(seen, name)
        if seen == value:
            found.append(item)
    return found


def _group(items: Sequence[Any], path: str) -> list[dict[str, Any]]:
    """Sort items by what is at a path in each: `[{of: …, items: […]}, …]`."""
    groups: list[dict[str, Any]] = []
    for item in items:
        value = item
        for name in path.split("."):
            value = attribute(value, name)
        group = next((entry for entry in groups if entry["of"] is value or entry["of"] == value), None)
        if group is None:
            groups.append({"of": value, "items": [item]})
        else:
            group["items"].append(item)
    return groups


def _default(value: Any, other: Any) -> Any:
    return other if value is None or value == "" else value


PLAIN: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "bool": bool,
    "default": _default,
    "float": float,
    "group": _group,
    "int": int,
    "join": _join,
    "len": len,
    "list": list,
    "lower": lambda text: str(text).lower(),
    "max": max,
    "min": min,
    "range": _range,
    "replace": lambda text, old, new: str(text).replace(str(old), str(new)),
    "round": round,
    "sorted": sorted,
    "split": lambda text, separator=None: str(text).split(separator),
    "str": str,
    "sum": sum,
    "upper": lambda text: str(text).upper(),
    "where": _where,
    "zip": lambda *lists: [list(items) for items in zip(*lists, strict=False)],
}
SEEDED = ("choice", "date", "now", "random_float", "random_int", "sample", "uuid")
NAMES = frozenset((*PLAIN, *SEEDED))


def functions(seed: str, at: float) -> Mapping[str, Callable[..., Any]]:
    """Return all functions for one record.

    Args:
        seed: The same seed gives the same random values.
        at: The moment `now()` means, in seconds since 1970.
    """
    source = random.Random(seed)  # noqa: S311 - test data, not cryptography
    start = datetime.fromtimestamp(at, UTC)
    return {
        **PLAIN,
        "choice": lambda items: source.choice(list(items)),
        "date": lambda days=0: (start + timedelta(days=float(days))).date().isoformat(),
        "now": lambda seconds=0: (start + timedelta(seconds=float(seconds))).isoformat(timespec="seconds"),
        "random_float": lambda low=0.0, high=1.0: source.uniform(float(low), float(high)),
        "random_int": lambda low, high: source.randint(int(low), int(high)),
        "sample": lambda items, count: source.sample(list(items), int(count)),
        "uuid": lambda: str(uuid.UUID(int=source.getrandbits(128), version=4)),
    }


def seed_number(seed: str) -> int:
    """Turn a seed text into a number for Faker."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
