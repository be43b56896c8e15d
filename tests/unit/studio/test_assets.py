"""The asset store: names, signatures, and what happens when it is full."""

import pytest

from AIGCLibrary.studio import assets as module
from AIGCLibrary.studio.assets import AssetStore
from AIGCLibrary.studio.clock import StudioClock
from AIGCLibrary.studio.errors import ApiError
from AIGCLibrary.studio.ids import IdSource


@pytest.fixture
def assets():
    return AssetStore(StudioClock(), IdSource(1), "secret")


def test_the_oldest_files_expire_when_memory_is_full(assets, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 250)
    first, second, third = (assets.upload(f"{n}.bin", "application/octet-stream", bytes(100)) for n in range(3))
    assert not assets.has(first.id)
    assert assets.get(second.id) is second
    assert assets.get(third.id) is third
    with pytest.raises(ApiError) as caught:
        assets.get(first.id)
    assert caught.value.status == 404


def test_one_file_larger_than_the_shelf_still_has_its_place(assets, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 50)
    assert assets.has(assets.upload("big.bin", "application/octet-stream", bytes(100)).id)


def test_signatures_differ_by_file_and_by_secret(assets):
    other = AssetStore(StudioClock(), IdSource(1), "another")
    assert len({assets.signature("a"), assets.signature("b"), other.signature("a")}) == 3
