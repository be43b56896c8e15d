"""A store to judge by, and samples made from short descriptions."""

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.store import Store, tables
from tests.support.stores import POSTGRES, fill, urls


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def store(request, tmp_path):
    for url in urls(tmp_path, request.param):
        made = Store(url, "run-1")
        yield made
        made.close()


@pytest.fixture
def samples(store):
    """`samples("name", values, unit="s", at=0.0)` adds values a second apart."""

    def add(name, values, unit="1", at=1_800_000_000.0, run_id="run-1", weights=None):
        fill(
            store,
            tables.sample,
            (
                {
                    "run_id": run_id,
                    "at": at + index,
                    "name": name,
                    "value": float(value),
                    "weight": weights[index] if weights else None,
                    "unit": unit,
                    "labels": {},
                    "place": None,
                }
                for index, value in enumerate(values)
            ),
        )

    return add


@pytest.fixture
def engine(tmp_path, clock):
    made = Engine(Settings(run_id="run-1", store=f"sqlite:///{tmp_path}/engine.db"), directory=tmp_path, clock=clock)
    yield made
    made.close()
