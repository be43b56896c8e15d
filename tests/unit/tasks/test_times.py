"""Times that were measured: the product's own where it reports them, otherwise intervals between two looks."""

import pytest

from AIGCLibrary.events import TaskFinished
from tests.unit.tasks.support import PLAIN


def product(clock, *, start, end, report=()):
    """Return a product whose task starts and ends so many seconds after the submit, and reports some of its times."""
    at = []

    def answer(method, path, _more):
        now = clock().now()
        if method == "POST":
            at.append(now)
            return 200, {"id": "7"}
        gone = now - at[0]
        state = "done" if gone >= end else "running" if gone >= start else "queued"
        moments = {"created": at[0], "started": at[0] + start, "finished": at[0] + end}
        known = {name: moments[name] for name in report if gone >= moments[name] - at[0]}
        return 200, {"status": state, **known, **({"output": ["http://x/a.mp4"]} if state == "done" else {})}

    return answer


def described(*names):
    times = ", ".join(f"{name}: body.{name}" for name in names)
    return f"{PLAIN}    times: {{{times}}}\n" if names else PLAIN


async def waited(bench, *report, start=3.3, end=24.7, **more):
    made = bench(product(lambda: made.clock, start=start, end=end, report=report), described(*report))
    found = await made.tasks.wait(await made.submitted(**more))
    return made, found


async def test_without_reported_times_the_duration_is_an_interval_that_holds_the_truth(bench):
    made, found = await waited(bench)
    assert found["duration"] - found["duration_max_error"] <= 24.7 <= found["duration"]
    assert found["queued"] - found["queued_max_error"] <= 3.3 <= found["queued"]
    assert 0 < found["duration_max_error"] <= 2.5
    least, most = await made.tasks.duration(found["task"])
    assert (least, most) == (pytest.approx(found["duration"] - found["duration_max_error"]), found["duration"])


async def test_a_reported_end_alone_is_the_end(bench):
    _, found = await waited(bench, "finished")
    assert found["duration"] == pytest.approx(24.7, abs=0.01)
    assert found["duration_max_error"] == 0.0
    assert found["queued_max_error"] > 0


async def test_a_reported_start_alone_is_the_start(bench):
    _, found = await waited(bench, "started")
    assert found["queued"] == pytest.approx(3.3, abs=0.01)
    assert found["queued_max_error"] == 0.0
    assert found["duration_max_error"] > 0


async def test_a_start_that_is_reported_with_the_end_only_corrects_what_was_observed(bench):
    def answer(method, path, more):
        status, body = inner(method, path, more)
        if body.get("status") != "done":
            body.pop("started", None)
        return status, body

    made = bench(answer, described("started", "finished"))
    inner = product(lambda: made.clock, start=3.3, end=24.7, report=("started", "finished"))
    found = await made.tasks.wait(await made.submitted())
    assert found["queued"] == pytest.approx(3.3, abs=0.01)
    assert found["duration"] == pytest.approx(24.7, abs=0.01)


async def test_reported_times_that_contradict_what_was_seen_are_not_believed(bench):
    def answer(method, path, more):
        status, body = inner(method, path, more)
        if "finished" in body:
            body["finished"] -= 3600
        return status, body

    made = bench(answer, described("finished"))
    inner = product(lambda: made.clock, start=3.3, end=24.7, report=("finished",))
    found = await made.tasks.wait(await made.submitted())
    assert found["duration"] - found["duration_max_error"] <= 24.7 <= found["duration"]
    assert found["duration_max_error"] > 0


async def test_the_time_in_the_queue_is_reported_by_a_product_whose_clock_is_an_hour_behind(bench):
    def answer(method, path, more):
        status, body = inner(method, path, more)
        return status, {key: value - 3600 if isinstance(value, float) else value for key, value in body.items()}

    made = bench(answer, described("created", "started", "finished"))
    inner = product(lambda: made.clock, start=3.3, end=24.7, report=("created", "started", "finished"))
    found = await made.tasks.wait(await made.submitted())
    assert (found["duration"], found["duration_max_error"]) == (pytest.approx(24.7, abs=0.01), 0.0)
    assert (found["queued"], found["queued_max_error"]) == (pytest.approx(3.3, abs=0.01), 0.0)


async def test_a_start_that_nobody_saw_leaves_the_time_in_the_queue_unknown(bench):
    _, found = await waited(bench, start=5.0, end=5.001)
    assert found["queued"] is None
    assert found["duration"] >= 5.0


async def test_an_end_inside_the_deadline_is_within_the_sla_although_it_was_seen_later(bench):
    events = []
    made = bench(product(lambda: made.clock, start=0, end=59.5), PLAIN)
    made.engine.bus.subscribe(TaskFinished, events.append)
    await made.tasks.wait(await made.submitted(sla={"timeout": 60, "max_poll_interval": 45}))
    assert events[0].within_sla


async def test_intervals_are_in_the_history_of_the_next_process(bench):
    made, found = await waited(bench)
    await made.tasks.registry.flush()
    from AIGCLibrary.tasks.histories import Histories

    (record,) = (await Histories(made.engine.store).of(await made.tasks.task(found["task"]))).records
    assert (record.seconds, record.error) == (found["duration"], found["duration_max_error"])
    assert (record.queued, record.queued_error) == (found["queued"], found["queued_max_error"])


@pytest.mark.parametrize("early", [12.0, 30.0])
async def test_a_task_never_lasts_longer_than_it_was_waited_for(bench, early):
    """Its creation is stamped before the order was sent."""

    def answer(method, path, more):
        status, body = inner(method, path, more)
        return status, {**body, **({"created": body["created"] - early} if "created" in body else {})}

    made = bench(answer, described("created", "finished"))
    inner = product(lambda: made.clock, start=3.3, end=24.7, report=("created", "finished"))
    found = await made.tasks.wait(await made.submitted())
    assert found["duration"] == pytest.approx(24.7, abs=0.01)
