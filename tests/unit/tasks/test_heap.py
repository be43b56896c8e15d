"""Objects of many waiting tasks are left out of garbage collection, and take part again when they are over."""

import gc

import pytest

from AIGCLibrary.tasks.heap import MANY, FrozenHeap


@pytest.fixture
def heap():
    before, made = gc.get_freeze_count(), FrozenHeap()
    yield lambda watched: (made.adapt(watched), gc.get_freeze_count() - before)[1]
    made.release()
    assert gc.get_freeze_count() <= before


def test_few_tasks_change_nothing(heap):
    assert heap(MANY - 1) == 0


def test_many_tasks_are_left_out_until_few_are_left(heap):
    assert heap(MANY) > 0
    assert heap(MANY // 2) > 0
    assert heap(MANY // 10) <= 0


def test_what_is_added_is_left_out_only_once_it_is_much(heap):
    first = heap(MANY)
    kept = [[number] for number in range(1000)]
    assert heap(int(MANY * 1.2)) == first
    assert heap(MANY * 2) >= first + len(kept)
