"""Keeps the sums by minute in step with the samples: written in the same transaction, added up by the database."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, case

from AIGCLibrary.store.dialect import dialect
from AIGCLibrary.store.tables import rollup

_SUMS = ("n", "weight", "total", "weights", "cross", "squares", "cubes")
SECONDS = 60
"""Length of one bucket."""


def add(connection: Connection, samples: Iterable[Mapping[str, Any]]) -> None:
    """Add samples that are being inserted to the sums of their minutes."""
    buckets = _summed(samples)
    if not buckets:
        return
    statement = dialect(connection.dialect.name).insert(rollup)
    new, old = statement.excluded, rollup.c
    changes: dict[str, Any] = {name: old[name] + new[name] for name in _SUMS}
    changes["least"] = case((new.least < old.least, new.least), else_=old.least)
    changes["greatest"] = case((new.greatest > old.greatest, new.greatest), else_=old.greatest)
    keys = [column.name for column in rollup.primary_key]
    # One order for all processes, so that two of them never wait for each other in a circle.
    rows = [buckets[key] for key in sorted(buckets)]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), rows)


def _summed(samples: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, int], dict[str, Any]]:
    buckets: dict[tuple[str, str, int], dict[str, Any]] = {}
    for row in samples:
        value, weight = row["value"], row.get("weight")
        weight = 1.0 if weight is None else weight
        minute = int(row["at"] // SECONDS) * SECONDS
        key = (row.get("run_id") or "", row["name"], minute)
        bucket = buckets.get(key)
        if bucket is None:
            bucket = buckets[key] = dict.fromkeys(_SUMS, 0.0)
            bucket |= {"run_id": key[0], "name": key[1], "minute": minute, "unit": row.get("unit")}
            bucket |= {"least": value, "greatest": value}
        product = weight * value
        bucket["n"] += 1
        bucket["weight"] += weight
        bucket["total"] += product
        bucket["weights"] += weight * weight
        bucket["cross"] += weight * product
        bucket["squares"] += product * product
        bucket["cubes"] += product * product * product
        bucket["least"] = min(bucket["least"], value)
        bucket["greatest"] = max(bucket["greatest"], value)
    return buckets
