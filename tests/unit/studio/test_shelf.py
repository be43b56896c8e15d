"""The shelf of files: names, signatures, and what happens when it is full."""

import pytest

from AIGCLibrary.studio import shelf as module
from AIGCLibrary.studio.clock import StudioClock
from AIGCLibrary.studio.errors import ApiError
from AIGCLibrary.studio.ids import IdSource
from AIGCLibrary.studio.shelf import Shelf


@pytest.fixture
def shelf():
    return Shelf(StudioClock(), IdSource(1), "secret")


def test_the_oldest_files_expire_when_memory_is_full(shelf, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 250)
    first, second, third = (shelf.upload(f"{n}.bin", "application/octet-stream", bytes(100)) for n in range(3))
    assert not shelf.has(first.id)
    assert shelf.get(second.id) is second
    assert shelf.get(third.id) is third
    with pytest.raises(ApiError) as caught:
        shelf.get(first.id)
    assert caught.value.status == 404


def test_one_file_larger_than_the_shelf_still_has_its_place(shelf, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 50)
    assert shelf.has(shelf.upload("big.bin", "application/octet-stream", bytes(100)).id)


def test_signatures_differ_by_file_and_by_secret(shelf):
    other = Shelf(StudioClock(), IdSource(1), "another")
    assert len({shelf.signature("a"), shelf.signature("b"), other.signature("a")}) == 3
