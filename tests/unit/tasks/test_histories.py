"""How long earlier tasks took, with those that were not seen to end: in one process and in the next."""

import pytest

from AIGCLibrary.tasks.censoring import ObservedDuration, end_shares
from AIGCLibrary.tasks.errors import TaskTimeoutError
from AIGCLibrary.tasks.histories import Histories
from AIGCLibrary.tasks.history import KEPT, History
from tests.unit.tasks.support import PLAIN


def product(durations, clock):
    """Return a product whose tasks are done after so many seconds, in the order they are submitted."""
    ends = []

    def answer(method, path, _more):
        if method == "POST":
            ends.append(clock().now() + durations[len(ends)])
            return 200, {"id": str(len(ends) - 1)}
        done = clock().now() >= ends[int(path.rsplit("/", 1)[-1])]
        return 200, {"status": "done" if done else "running", "output": ["http://x/a.mp4"]}

    return answer


def test_censored_durations_count_as_at_least_so_long():
    # By hand: 5 at risk, one done at 10; 3 at risk, one done at 30 (20 was given up); 1 at risk at 50 (40 was).
    records = [
        ObservedDuration(10),
        ObservedDuration(20, censored=True),
        ObservedDuration(30),
        ObservedDuration(40, censored=True),
        ObservedDuration(50),
    ]
    found = end_shares(records)
    assert [stretch.end for stretch in found] == [10, 30, 50]
    assert [stretch.share for stretch in found] == pytest.approx([1 / 5, 4 / 5 / 3, 4 / 5 * 2 / 3])
    assert History(records).quantile(0.5) == 50
    assert History([ObservedDuration(10), ObservedDuration(30), ObservedDuration(50)]).quantile(0.5) == 30


def test_ends_between_two_looks_count_as_intervals():
    # Two of three ended between 2 s and 13 s, where the third, whose end is known, ended at 3 s: by Turnbull's estimate
    # all three did, since nothing speaks for another moment.
    records = [ObservedDuration(13, error=11), ObservedDuration(13, error=11), ObservedDuration(3)]
    (found,) = end_shares(records)
    assert (found.start, found.end, found.share) == (3, 3, pytest.approx(1.0, abs=1e-3))
    history = History([ObservedDuration(13, error=11), ObservedDuration(40, error=5)])
    assert history.quantile(0.5) == 13  # the later bound: a limit must not be too short
    assert history.share_done(13) == pytest.approx(0.5, abs=1e-3)


def test_an_interval_estimate_agrees_with_the_known_one_when_intervals_are_short():
    known = [ObservedDuration(float(n % 7 + 1), censored=n % 5 == 0) for n in range(40)]
    short = [ObservedDuration(one.seconds, one.censored, error=0.0 if one.censored else 1e-9) for one in known]
    assert History(short).share_done(4.0) == pytest.approx(History(known).share_done(4.0), abs=0.01)


def test_only_the_last_tasks_are_remembered():
    history = History([ObservedDuration(1000)] * 10 + [ObservedDuration(5)] * KEPT)
    assert (len(history), history.longest()) == (KEPT, 5)


async def test_a_task_that_timed_out_is_in_the_history_of_the_next_process_too(bench):
    made = bench(product([500.0, 20.0], lambda: made.clock), PLAIN)
    tasks = made.tasks
    slow = await made.submitted(sla={"timeout": 60})
    with pytest.raises(TaskTimeoutError):
        await tasks.wait(slow)
    await tasks.wait(await made.submitted())
    await tasks.state(slow)  # another look does not make it unseen
    await tasks.registry.flush()
    records = (await Histories(made.engine.store).of(await tasks.task(slow))).records
    assert [record.censored for record in records] == [True, False]
    assert records[0].seconds >= 60


async def test_a_task_that_completes_after_its_timeout_counts_as_completed(bench):
    made = bench(product([90.0], lambda: made.clock), PLAIN)
    tasks = made.tasks
    slow = await made.submitted(sla={"timeout": 60})
    with pytest.raises(TaskTimeoutError):
        await tasks.wait(slow)
    assert (await tasks.wait(slow, timeout=60))["state"] == "completed"
    await tasks.registry.flush()
    (record,) = (await Histories(made.engine.store).of(await tasks.task(slow))).records
    assert not record.censored
    assert 60 < record.seconds < 120  # between two looks


async def test_a_handle_whose_wait_timed_out_can_be_awaited_in_the_next_process(bench):
    answer = product([90.0], lambda: made.clock)
    made = bench(answer)
    slow = await made.submitted(sla={"timeout": 60})
    with pytest.raises(TaskTimeoutError):
        await made.tasks.wait(slow)
    await made.tasks.registry.flush()
    before, made = made.clock, bench(answer)  # another process knows what is in the store
    await made.clock.sleep(before.monotonic() - made.clock.monotonic())
    assert (await made.tasks.wait(slow, timeout=60))["state"] == "completed"


async def test_histories_differ_by_kind_and_by_the_parameters_of_the_bucket(bench):
    made = bench(product([20.0, 100.0, 5.0], lambda: made.clock), PLAIN + "    bucket: [duration]\n")
    tasks = made.tasks
    handles = [
        await tasks.submit("video", {"prompt": "a", "duration": 5}),
        await tasks.submit("video", {"prompt": "a", "duration": 10}),
        await tasks.submit("image", {"prompt": "a"}),
    ]
    for handle in handles:
        await tasks.wait(handle)
    await tasks.registry.flush()
    read = Histories(made.engine.store)
    found = [(await read.of(await tasks.task(handle))).records for handle in handles]
    assert [len(one) for one in found] == [1, 1, 1]
    assert all(one.least <= took <= one.seconds for (one,), took in zip(found, (20, 100, 5), strict=True))
