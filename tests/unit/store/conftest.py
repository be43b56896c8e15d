"""The same tests on both databases."""

import pytest

from AIGCLibrary.store import Store
from tests.support.stores import urls


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    yield from urls(tmp_path, request.param)


@pytest.fixture
def store(url):
    made = Store(url, "run-1")
    yield made
    made.close()
