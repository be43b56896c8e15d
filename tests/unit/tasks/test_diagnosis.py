"""Why a task is where it is: all the evidence a tester needs, as data and in one element of the log."""

from html import unescape

import pytest

from AIGCLibrary.tasks import errors
from tests.unit.tasks.support import PLAIN, script

DONE = (200, {"status": "done", "output": ["u"]})
NEWS = [
    (200, {"status": "queued", "position": 5}),
    (200, {"status": "queued", "position": 2}),
    (200, {"status": "running", "progress": 0.4, "note": "Bearer s3cr3t-token"}),
]


@pytest.fixture
async def stuck(bench):
    """A task that stands still, after a dozen that were done within seconds; gives bench, handle, the error."""
    news = []
    made = bench(lambda method, *_: (200, {"id": "7"}) if method == "POST" else news[0], PLAIN)
    for _ in range(12):
        news[:] = [DONE]
        await made.tasks.wait(await made.submitted())
    task = await made.submitted(sla={"stall_timeout": "1 min"})
    for one in NEWS:
        news[:] = [one]
        await made.tasks.look(task)
        made.clock.time += 20
    with pytest.raises(errors.TaskStalledError) as caught:
        await made.tasks.wait(task)
    return made, task, caught.value


async def test_the_timeline_tells_each_state_with_how_long_it_lasted(stuck):
    made, task, _ = stuck
    found, _ = await made.tasks.reports.diagnosis(task)
    assert [phase["state"] for phase in found["timeline"]] == ["queued", "processing"]
    waited, worked = (phase["seconds"] for phase in found["timeline"])
    assert 30 <= waited <= 41
    assert waited + worked == pytest.approx(found["elapsed"], abs=0.1)


async def test_moves_progress_and_their_age_are_reported(stuck):
    made, task, error = stuck
    found, _ = await made.tasks.reports.diagnosis(task)
    assert [move["position"] for move in found["queue_moves"]] == [5, 2]
    assert found["progress"] == 0.4
    assert found["progress_age"] >= 60
    assert "progress 40 % unchanged for" in str(error)


async def test_history_says_how_unusual_it_is(stuck):
    made, task, _ = stuck
    found, html = await made.tasks.reports.diagnosis(task)
    assert found["percentile"] == pytest.approx(12 / 13, abs=1e-3)  # it counts itself, as one that is not done yet
    assert found["usual"]["count"] >= 12
    assert found["usual"]["median"] < found["elapsed"] / 10
    assert "92 %" in html


async def test_the_last_answer_and_a_curl_command_are_shown_without_secrets(stuck):
    made, task, error = stuck
    found, html = await made.tasks.reports.diagnosis(task)
    assert '"running"' in found["last_body"]
    assert found["curl"].startswith("curl ")
    assert "/tasks/7" in found["curl"]
    for text in (found["last_body"], found["curl"], unescape(html), str(error.facts)):
        assert "s3cr3t-token" not in text


async def test_it_says_what_to_try(stuck):
    made, task, error = stuck
    found, html = await made.tasks.reports.diagnosis(task)
    assert str(found["advice"]).startswith("Its progress has not moved for more than half of the time")
    assert "worker of the product" in str(error.hint)
    assert "worker of the product" in html


async def test_the_log_gets_one_table_and_one_small_picture(stuck):
    made, task, _ = stuck
    _, html = await made.tasks.reports.diagnosis(task)
    assert html.count("<svg") == 1
    assert len(html) < 8000


async def test_a_failure_has_its_class_in_the_diagnosis(bench):
    made = bench(script((200, {"status": "failed", "error": {"code": "E7", "message": "content policy"}})))
    task = await made.submitted()
    with pytest.raises(errors.TaskFailedError):
        await made.tasks.wait(task)
    found, _ = await made.tasks.reports.diagnosis(task)
    assert found["error"] == {"class": "moderation", "code": "E7", "message": "content policy"}


@pytest.mark.parametrize(
    ("answers", "advice"),
    [
        ([{"status": "queued", "position": 9}, {"status": "queued", "position": 4}], "place 9 became 4"),
        ([{"status": "queued", "position": 9}] * 2, "place 9 in the queue has not changed for"),
        ([{"status": "排队中"}] * 2, "has answered '排队中' for"),
    ],
)
async def test_a_task_that_waits_is_explained_by_what_was_answered(bench, answers, advice):
    made = bench(
        script(*((200, body) for body in answers)), PLAIN.replace("queued: queued", "queued: queued, 排队中: queued")
    )
    task = await made.submitted(sla={"timeout": "60 s"})
    with pytest.raises(errors.TaskTimeoutError) as caught:
        await made.tasks.wait(task)
    found, _ = await made.tasks.reports.diagnosis(task)
    assert advice in caught.value.hint.render("en")
    assert advice in str(found["advice"])
    assert "load" not in caught.value.hint.render("en")


@pytest.mark.parametrize(("status", "advice"), [(401, "Check the token"), (503, "The task may go on")])
async def test_questions_that_failed_are_never_a_task_that_waits(bench, status, advice):
    made = bench(lambda method, *_: (200, {"id": "7"}) if method == "POST" else (status, {"detail": "no"}), PLAIN)
    task = await made.submitted()
    await made.tasks.look(task)
    found, _ = await made.tasks.reports.diagnosis(task)
    assert str(found["advice"]).startswith(advice)
