"""Which runs are over, and which were killed: what is shown of a run whose end nobody noted."""

import pytest

from AIGCLibrary.store import tables
from AIGCLibrary.store.running import BEAT, QUIET, SILENT, abandoned, ended
from tests.support.stores import fill

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("finished", "seen", "tested", "verdict"),
    [
        (None, NOW - BEAT, NOW - 900, ""),  # one long test
        (None, NOW - SILENT - 1, NOW - 900, "abandoned"),  # killed
        (None, None, NOW - 900, ""),  # of an older version, which notes no signs of life
        (None, None, NOW - QUIET - 1, "abandoned"),
        (NOW - 30, NOW - 40, NOW - 31, "ended"),
        (NOW - 400, NOW - 30, NOW - 90, ""),  # one process of several has ended, another goes on
        (NOW - 4000, NOW - 900, NOW - 950, "abandoned"),  # one has ended, another was killed long after it
        (NOW - 4000, NOW - 3900, NOW - 3890, "ended"),  # the clocks of two machines differ
    ],
)
def test_a_run_without_an_end_is_abandoned_when_it_gives_no_sign_of_life(store, finished, seen, tested, verdict):
    store.upsert(tables.run, id="run-1", started_at=NOW - 10_000, finished_at=finished, seen_at=seen)
    fill(store, tables.test_result, [{"at": tested, "test": "t"}])
    found = {"ended": ended(store, ["run-1"], NOW), "abandoned": abandoned(store, ["run-1"], NOW)}
    assert found == {"ended": set(), "abandoned": set()} | ({verdict: {"run-1"}} if verdict else {})
