"""Waiting: the end is seen, limits hold, and every failure says what was measured."""

from itertools import cycle, pairwise, repeat

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.events import TaskChanged, TaskFinished
from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.poll_schedule import TICK
from tests.unit.tasks.support import PLAIN, Gone, script

QUEUED, RUNNING = (200, {"status": "queued", "position": 3}), (200, {"status": "running", "progress": 0.4})
DONE = (200, {"status": "done", "output": ["http://x/a.mp4"]})


async def test_a_task_goes_through_its_states_to_its_result(bench):
    made = bench(script(QUEUED, RUNNING, DONE))
    events = []
    made.engine.bus.subscribe(TaskChanged, events.append)
    made.engine.bus.subscribe(TaskFinished, events.append)
    task = await made.submitted()
    result = await made.tasks.wait(task)
    assert result["state"] == "completed"
    assert result["result"]["files"][0]["url"] == "http://x/a.mp4"
    assert result["result"]["files"][0]["name"] == "a.mp4"
    assert result["polls"] == 3
    assert [event.state for event in events if isinstance(event, TaskChanged)] == ["queued", "processing", "completed"]
    (finished,) = [event for event in events if isinstance(event, TaskFinished)]
    assert (finished.outcome, finished.within_sla, finished.polls) == ("completed", True, 3)
    assert made.http.count("POST") == 1


async def test_the_total_limit_counts_from_the_submit(bench):
    made = bench(script(RUNNING))
    task = await made.submitted(sla={"timeout": "90 s"})
    start = made.clock.now()
    with pytest.raises(errors.TaskTimeoutError, match=r"is still 'processing' after 90 s \(timeout 90 s, \d+ polls, "):
        await made.tasks.wait(task)
    assert 89 <= made.clock.now() - start <= 92


async def test_an_own_timeout_counts_from_now(bench):
    made = bench(script(RUNNING))
    task = await made.submitted()
    made.clock.time += 500
    with pytest.raises(errors.TaskTimeoutError, match="AIGC201") as caught:
        await made.tasks.wait(task, timeout=30)
    facts = caught.value.facts
    assert facts["timeout"] == 30
    assert facts["elapsed"] >= 530
    assert facts["progress"] == 0.4
    assert facts["progress_age"] > 25
    assert "s3cr3t" not in facts["curl"]


async def test_a_stall_is_seen_before_the_total_limit(bench):
    made = bench(script(RUNNING))
    task = await made.submitted(sla={"stall_timeout": 45})
    with pytest.raises(errors.TaskStalledError, match=r"stall timeout 45 s.*progress 40 % unchanged for 4\d"):
        await made.tasks.wait(task)


async def test_the_queue_has_a_clock_of_its_own(bench):
    made = bench(script(QUEUED))
    task = await made.submitted(sla={"queue_timeout": "1 min"})
    with pytest.raises(errors.TaskTimeoutError, match=r"still 'queued' .*queue timeout 60 s.*queue position 3"):
        await made.tasks.wait(task)


async def test_the_run_has_a_clock_of_its_own(bench):
    made = bench(script(QUEUED, QUEUED, RUNNING))
    task = await made.submitted(sla={"run_timeout": 50})
    with pytest.raises(errors.TaskTimeoutError, match="run timeout 50 s"):
        await made.tasks.wait(task)


async def test_a_failure_has_class_code_and_words(bench):
    made = bench(script((200, {"status": "failed", "error": {"code": "nsfw", "message": "not allowed"}})))
    task = await made.submitted()
    with pytest.raises(errors.TaskFailedError, match=r"refused by content moderation \(nsfw\): not allowed"):
        await made.tasks.wait(task)


async def test_a_failure_can_be_what_is_waited_for(bench):
    made = bench(script((200, {"status": "failed"})))
    task = await made.submitted()
    assert (await made.tasks.wait(task, "failed"))["state"] == "failed"


async def test_completed_where_a_failure_was_expected_is_reported(bench):
    made = bench(script(DONE))
    task = await made.submitted()
    with pytest.raises(errors.UnexpectedStateError, match="ended as 'completed'"):
        await made.tasks.wait(task, "failed")


async def test_processing_can_be_waited_for(bench):
    made = bench(script(QUEUED, RUNNING, DONE))
    task = await made.submitted()
    assert (await made.tasks.wait(task, "processing"))["state"] == "processing"


async def test_a_remote_task_is_cancelled_on_timeout_when_asked(bench):
    made = bench(script(RUNNING))
    task = await made.submitted(sla={"timeout": 20, "on_timeout": "cancel"})
    with pytest.raises(errors.TaskTimeoutError):
        await made.tasks.wait(task)
    assert ("POST", "/tasks/7/cancel") in [sent[:2] for sent in made.http.sent]


@pytest.mark.parametrize(
    ("answered", "then", "reported"),
    [
        ((200, {}), "cancelled", "It was cancelled after the timeout; its state is 'cancelled' now."),
        ((200, {}), "done", "It was cancelled after the timeout; its state is 'completed' now."),
        (
            (400, {}),
            "running",
            "5 s after its cancel, which was answered with: HTTP 400. It may still be running and cost money.",
        ),
    ],
)  # fmt: skip
async def test_what_came_of_the_cancel_on_timeout_is_reported(bench, answered, then, reported):
    def product(method, path, more):
        cancels = any(sent[1].endswith("/cancel") for sent in made.http.sent)
        state = then if cancels else "running"
        return (
            answered
            if path.endswith("/cancel")
            else (200, {"id": "7"} if method == "POST" else {"status": state, "output": ["u"]})
        )

    made = bench(product)
    task = await made.submitted(sla={"timeout": 20, "on_timeout": "cancel"})
    ends = []
    made.engine.bus.subscribe(TaskFinished, ends.append)
    with pytest.raises(errors.TaskTimeoutError) as caught:
        await made.tasks.wait(task)
    # Its cancel is no wish of the test, so it counts as a timeout; what the product completed all the same counts so.
    assert [one.outcome for one in ends if one.outcome != "cancelled"] == ["completed" if then == "done" else "timeout"]
    assert f"Task '{task}' is still 'processing' after 20 s (timeout 20 s" in caught.value.message
    assert caught.value.message.endswith(reported)


async def test_a_product_without_cancel_is_not_said_to_have_been_sent_one(bench):
    without = "".join(line for line in PLAIN.splitlines(keepends=True) if "cancel:" not in line)
    made = bench(script(RUNNING), without)
    task = await made.submitted(sla={"timeout": 20, "on_timeout": "cancel"})
    with pytest.raises(errors.TaskTimeoutError) as caught:
        await made.tasks.wait(task)
    reported = f"Cancelling it after the timeout failed: Provider 'product' has no way to cancel task '{task}'."
    assert reported in caught.value.message
    assert made.http.count("POST") == 1


async def test_a_burst_of_429_only_slows_the_questions(bench):
    busy = (429, {"error": "slow down"}, {"retry-after": "7"})
    made = bench(script(RUNNING, *[busy] * 30, DONE))
    task = await made.submitted(sla={"timeout": 900, "outage": 900})
    result = await made.tasks.wait(task)
    times = [sent[2]["at"] for sent in made.http.sent if sent[0] == "GET"]
    assert result["state"] == "completed"
    assert all(later - earlier >= 7 - TICK for earlier, later in pairwise(times[1:]))


async def test_a_reset_connection_is_asked_again_and_nothing_is_submitted_twice(bench):
    made = bench(script(RUNNING, Gone(), (503, {}), Gone(), DONE))
    task = await made.submitted()
    assert (await made.tasks.wait(task))["state"] == "completed"
    assert made.http.count("POST") == 1


async def test_an_api_that_is_down_is_reported_as_such(bench):
    made = bench(script(RUNNING, Gone()))
    task = await made.submitted(sla={"outage": 60})
    with pytest.raises(errors.ProviderError, match=r"\d requests in a row failed over .* could not be reached"):
        await made.tasks.wait(task)


async def test_a_question_without_a_right_to_ask_is_asked_again_and_then_reported_as_unauthorized(bench):
    made = bench(script((403, {"error": "forbidden"})))
    task = await made.submitted()
    with pytest.raises(errors.ProviderError, match="HTTP 403") as caught:
        await made.tasks.wait(task, timeout=600)
    assert caught.value.facts["class"] == "unauthorized"
    assert made.http.count("GET") > 3
    assert await made.tasks.state(task) != "failed"


async def test_a_token_that_is_renewed_during_the_wait_loses_no_task(bench):
    made = bench(script(RUNNING, (401, {"code": 1004, "message": "Authorization expired"}), RUNNING, DONE))
    task = await made.submitted()
    assert (await made.tasks.wait(task, timeout=300))["state"] == "completed"


async def test_a_tracked_task_that_was_never_readable_is_reported_after_three_questions(bench):
    made = bench(script((401, {"error": "who are you"})))
    task = await made.tasks.track("video", "17", provider="product")
    with pytest.raises(errors.ProviderError, match="HTTP 401"):
        await made.tasks.wait(task, timeout=600)
    assert made.http.count("GET") == 3


async def test_success_of_an_order_is_not_taken_for_its_result(bench):
    def answer(method, path, more):
        return (200, {"id": "7", "status": "done"}) if method == "POST" else DONE

    made = bench(answer)
    task = await made.submitted()
    result = await made.tasks.wait(task)
    assert [file["url"] for file in result["result"]["files"]] == ["http://x/a.mp4"]


async def test_a_refused_question_is_reported_at_once(bench):
    made = bench(script((400, {"error": "no such parameter"})))
    task = await made.submitted()
    with pytest.raises(errors.ProviderError, match="HTTP 400"):
        await made.tasks.wait(task)
    assert made.http.count("GET") == 1


async def test_all_results_come_in_order_and_all_failures_are_reported(bench):
    def answer(method, path, more):
        if method == "POST":
            return 200, {"id": str(sum(s[0] == "POST" for s in made.http.sent))}
        return (200, {"status": "failed"}) if path in ("/tasks/2", "/tasks/3") else DONE

    made = bench(answer)
    handles = [await made.submitted() for _ in range(4)]
    with pytest.raises(errors.TaskFailedError, match="2 of 4 tasks did not complete") as caught:
        await made.tasks.wait_all(handles)
    assert len(caught.value.facts["tasks"]) == 2
    results = await made.tasks.wait_all([handles[3], handles[0]])
    assert [result["task"] for result in results] == [handles[3], handles[0]]


async def test_any_gives_the_first_that_completes(bench):
    def answer(method, path, more):
        if method == "POST":
            return 200, {"id": str(sum(s[0] == "POST" for s in made.http.sent))}
        return {"/tasks/1": RUNNING, "/tasks/2": (200, {"status": "failed"}), "/tasks/3": DONE}[path]

    made = bench(answer)
    handles = [await made.submitted() for _ in range(3)]
    assert (await made.tasks.wait_any(handles))["task"] == handles[2]


async def test_an_unknown_handle_is_not_answered_with_another_random_one(bench):
    made = bench(script(DONE))
    task = await made.submitted()
    with pytest.raises(errors.UnknownTaskError, match=f"There is no task '{task[:-1]}'") as caught:
        await made.tasks.wait(task[:-1])
    assert task not in f"{caught.value} {caught.value.hint}"


async def test_a_handle_works_in_another_process(bench):
    made = bench(script(RUNNING, DONE))
    task = await made.submitted()
    await made.tasks.wait(task, "processing")
    await made.tasks.registry.flush()
    other = bench(script(DONE))
    result = await other.tasks.wait(task)
    assert result["state"] == "completed"
    assert [moment["state"] for moment in result["history"]] == ["queued", "processing", "completed"]
    assert (made.http.count("POST"), other.http.count("POST")) == (1, 0)


async def test_a_limit_that_is_none_is_refused(bench):
    made = bench(script(DONE))
    with pytest.raises(ConfigError, match=r"has no limit 'tiemout'. Did you mean 'timeout'"):
        await made.submitted(sla={"tiemout": 3})
    with pytest.raises(ConfigError, match="every wait needs a limit"):
        await made.submitted(sla={"timeout": None})


async def test_an_unknown_word_counts_as_processing_with_one_warning(bench, caplog):
    made = bench(script((200, {"status": "upscaling"}), (200, {"status": "upscaling"}), DONE))
    task = await made.submitted()
    result = await made.tasks.wait(task)
    assert result["state"] == "completed"
    assert len([w for w in result["warnings"] if "'upscaling'" in w]) == 1


def each_done_after(bench, seconds):
    """A bench whose tasks take so long, and when each of them ends."""
    done_at = {}

    def answer(method, path, more):
        if method == "POST":
            number = str(sum(s[0] == "POST" for s in made.http.sent))
            done_at[number] = made.clock.now() + next(seconds)
            return 200, {"id": number}
        return DONE if made.clock.now() >= done_at[path.rsplit("/")[-1]] else RUNNING

    made = bench(answer)
    return made, done_at


async def test_a_task_that_takes_as_long_as_some_before_is_not_slow(bench, caplog):
    made, done_at = each_done_after(bench, cycle([2, 2, 2, 3]))
    for _ in range(40):
        await made.tasks.wait(await made.submitted())
    assert "is slow" not in caplog.text
    slow = await made.submitted()
    done_at["41"] += 5
    await made.tasks.wait(slow)
    assert f"Task '{slow}' is slow" in caplog.text


async def test_a_timeout_is_predicted_from_history(bench):
    made, done_at = each_done_after(bench, repeat(20))
    for _ in range(25):
        await made.tasks.wait(await made.submitted())
    slow = await made.submitted()
    done_at["26"] = float("inf")
    with pytest.raises(errors.TaskTimeoutError, match=r"predicted from 25 tasks") as caught:
        await made.tasks.wait(slow, timeout="auto")
    assert 25 <= caught.value.facts["timeout"] <= 45


async def test_without_history_auto_is_the_sla_and_says_so(bench):
    made = bench(script(RUNNING))
    task = await made.submitted(sla={"timeout": "auto"})
    with pytest.raises(errors.TaskTimeoutError, match=r"timeout 10 min without history: 0 of 10 tasks"):
        await made.tasks.wait(task)


async def test_that_a_task_is_slow_is_reported_before_its_time_is_over(bench, caplog, monkeypatch):
    made = bench(script(RUNNING))
    task = await made.submitted(sla={"timeout": 100, "warn_after": 80, "min_poll_interval": 30})
    start = made.clock.now()
    reported = []
    # One handler serves all tests: what is put in its place has to go again.
    monkeypatch.setattr(
        caplog.handler, "emit", lambda record: reported.append((made.clock.now() - start, record.getMessage()))
    )
    with pytest.raises(errors.TaskTimeoutError):
        await made.tasks.wait(task)
    slow = [at for at, text in reported if f"Task '{task}' is slow" in text]
    assert len(slow) == 1
    assert 79.9 <= slow[0] < 81
