"""Which task is looked at when."""

import random
from dataclasses import dataclass

from AIGCLibrary.tasks.poll_schedule import TICK, PollSchedule


@dataclass(eq=False)
class Item:
    """As much of a watch as an agenda needs."""

    due: float = 0.0
    span: list | None = None


def test_tasks_come_when_they_are_due_and_only_once():
    agenda, chance = PollSchedule(), random.Random(1)
    items = [Item() for _ in range(500)]
    for item in items:
        for _ in range(chance.randint(1, 4)):  # all but the last time given counts no more
            agenda.put(item, chance.uniform(0, 50))
    seen, now = [], 0.0
    while agenda.next() is not None:
        now = agenda.next()
        for item in agenda.take(now):
            assert 0 <= item.due - now <= TICK
            seen.append(item)
    assert len(seen) == len(set(seen)) == len(items)


def test_it_says_whether_nothing_is_due_earlier():
    agenda = PollSchedule()
    assert agenda.put(Item(), 10.0)
    assert not agenda.put(Item(), 20.0)
    assert agenda.put(Item(), 5.0)


def test_what_is_due_soon_can_be_seen_without_taking_it():
    agenda = PollSchedule()
    near, far = Item(), Item()
    agenda.put(near, 1.0)
    agenda.put(far, 9.0)
    assert list(agenda.until(2.0)) == [near]
    assert agenda.take(2.0) == [near]
