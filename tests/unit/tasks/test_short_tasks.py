"""Tasks much shorter than the pause between looks: what was learned of them must not end in the longest pause."""

from AIGCLibrary.tasks.history import History, Record
from AIGCLibrary.tasks.plan import Plan


def plan(*seconds):
    return Plan(History([Record(value) for value in seconds]), prior=12.0, cap=30.0, least=1.0)


def test_tasks_of_a_fraction_of_a_second_are_looked_at_soon():
    assert plan(*[0.3] * 12).gap(0.01, None, 0.0) <= 1.0


def test_a_task_that_takes_longer_than_all_before_is_looked_at_again_in_proportion():
    learned = plan(*[0.3] * 12)
    assert learned.gap(4.0, None, 0.0) <= 4.0
    assert learned.gap(500.0, None, 0.0) <= 30.0
