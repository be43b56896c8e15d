"""Without history the end is seen within a second, or a tenth of the task's time, whatever time it takes."""

import pytest

from AIGCLibrary.tasks import errors
from tests.unit.tasks.support import PLAIN

DURATIONS = [1.0, 1.01, 1.7, 2.5, 2.91, 4.6, 7.3, 9.9, 11.0, 13.5, 21.2, 47.0, 90.3, 149.0, 260.0, 310.0, 444.0, 599.0]
ROUNDING = 0.03
"""Seconds that the poll schedule may move a question, so that several share a wake-up."""


def ends_after(seconds, clock, *, state="done", before="running", headers=None):
    at = []

    def answer(method, path, _more):
        if method == "POST":
            at.append(clock().now())
            return 200, {"id": "7"}
        reached = clock().now() - at[0] >= seconds
        return 200, {"status": state if reached else before, "output": ["http://x/a.mp4"]}, headers or {}

    return answer


def late(made, start, seconds):
    """Return the seconds from the end to the question that saw it."""
    return made.http.sent[-1][2]["at"] - start - seconds


@pytest.mark.parametrize("seconds", DURATIONS)
async def test_the_end_is_seen_within_the_bound(bench, seconds):
    made = bench(ends_after(seconds, lambda: made.clock))
    start = made.clock.now()
    await made.tasks.wait(await made.submitted())
    assert late(made, start, seconds) <= max(1.0, 0.1 * seconds) + ROUNDING
    assert made.http.count("GET") <= 60


@pytest.mark.parametrize("seconds", DURATIONS[::3])
async def test_the_start_is_seen_within_the_bound(bench, seconds):
    made = bench(ends_after(seconds, lambda: made.clock, state="running", before="queued"))
    start = made.clock.now()
    await made.tasks.wait(await made.submitted(), "processing")
    assert late(made, start, seconds) <= max(1.0, 0.1 * seconds) + ROUNDING


async def test_ten_minutes_take_at_most_sixty_questions(bench):
    made = bench(ends_after(9999, lambda: made.clock))
    task = await made.submitted()
    with pytest.raises(errors.TaskTimeoutError):
        await made.tasks.wait(task)
    assert made.http.count("GET") <= 60


async def test_the_limits_of_the_product_come_first(bench):
    made = bench(ends_after(12, lambda: made.clock, headers={"retry-after": "4"}))
    await made.tasks.wait(await made.submitted())
    assert made.http.count("GET") <= 5
    made = bench(ends_after(12, lambda: made.clock), PLAIN + "    hints: {min_interval: 5 s}\n")
    await made.tasks.wait(await made.submitted())
    assert made.http.count("GET") <= 4


async def test_who_waits_for_the_start_of_known_tasks_sees_it_within_the_bound_too(bench):
    made = bench(ends_after(40, lambda: made.clock))
    for _ in range(12):
        await made.tasks.wait(await made.submitted())
        made.http.answer = ends_after(40, lambda: made.clock)
    made.http.answer = ends_after(20, lambda: made.clock, state="running", before="queued")
    start = made.clock.now()
    await made.tasks.wait(await made.submitted(), "processing")
    assert late(made, start, 20) <= 2.0 + ROUNDING


async def test_a_task_that_takes_longer_than_all_before_it_is_seen_within_the_bound(bench):
    made = bench(ends_after(8, lambda: made.clock))
    for _ in range(12):
        await made.tasks.wait(await made.submitted())
        made.http.answer = ends_after(8, lambda: made.clock)
    made.http.answer = ends_after(75, lambda: made.clock)
    start = made.clock.now()
    await made.tasks.wait(await made.submitted())
    assert late(made, start, 75) <= 7.5 * 1.06


@pytest.mark.parametrize("seconds", [3.4, 13.5, 27.0, 61.0, 88.0, 140.0])
async def test_a_task_unlike_all_before_it_is_seen_within_the_bound(bench, seconds):
    made = bench(ends_after(90, lambda: made.clock))
    for _ in range(12):
        await made.tasks.wait(await made.submitted())
        made.http.answer = ends_after(90, lambda: made.clock)
    made.http.answer = ends_after(seconds, lambda: made.clock)
    start, asked = made.clock.now(), made.http.count("GET")
    await made.tasks.wait(await made.submitted())
    assert late(made, start, seconds) <= max(1.0, 0.1 * seconds) + ROUNDING
    assert made.http.count("GET") - asked <= 60
