"""Which runs a merged result is made of: `rebot --merge` puts the tests of a repetition into the first result."""

from itertools import pairwise
from typing import Any

from sqlalchemy import select

from AIGCLibrary.store import Store, chain
from AIGCLibrary.store.tables import test_result

_SAME_START = 0.002  # seconds: Robot writes microseconds, the store a binary fraction


def join_parts(store: Store, suite: Any, run_id: str) -> None:
    """Keep that the runs of a merged result belong together, as `rebot --merge` says by merging them.

    Args:
        store: Where the runs are.
        suite: Top suite of the result.
        run_id: The run the result names; the others are earlier ones.
    """
    earlier = [found for found in runs_of(store, suite) if found != run_id]
    for earlier_id, following in pairwise([*earlier, run_id]):
        chain.note(store, following, earlier_id)


def runs_of(store: Store, suite: Any) -> list[str]:
    """Return the ids of the runs that the tests of a result come from, the earliest first.

    Tests are found by their start, since `--name` may have changed their full names.
    """
    starts = {(test.name, test.start_time.timestamp()) for test in suite.all_tests if test.start_time}
    if not starts:
        return []
    times = [at for _, at in starts]
    c = test_result.c
    near = select(c.run_id, c.test, c.at).where(c.at >= min(times) - 1, c.at <= max(times) + 1).order_by(c.at)
    found: dict[str, None] = {}
    for row in store.query(near):
        same = (name for name, at in starts if abs(at - row["at"]) <= _SAME_START)
        if any(str(row["test"]).endswith(name) for name in same):
            found.setdefault(row["run_id"])
    return list(found)
