"""Tasks that a replay asks about otherwise than the recording did: not at all there, earlier, or beside others."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from AIGCLibrary.tape.entry import INBOUND, Entry, TapeAnswer, TapeRequest
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.reel import Reel
from AIGCLibrary.tape.stories import stories
from AIGCLibrary.tape.virtual_clock import VirtualClock

ORIGIN = "https://api.product.test"


def task(name, status="running", **more):
    return {"id": name, "kind": "image", "size": "640x360", "priority": 5, "status": status, **more}


def ordered(name, at, prompt="a cat"):
    request = TapeRequest("POST", f"{ORIGIN}/tasks", {"json": {"prompt": prompt}})
    return Entry(request, TapeAnswer(202, {"location": f"/tasks/{name}"}, {"json": task(name)}), at, at + 0.1, at + 0.1)


def cancelled(name, at):
    request = TapeRequest("POST", f"{ORIGIN}/tasks/{name}/cancel")
    return Entry(request, TapeAnswer(200, {}, {"json": task(name, "cancelled")}), at, at + 0.1, at + 0.1)


def pushed(name, at, status="succeeded"):
    message = {"type": f"task.{status}", "data": task(name, status)}
    return Entry(TapeRequest(INBOUND, "token", {"json": message}, reads=True), TapeAnswer(200), at, at, at)


def asked(name, at=0.0, status="succeeded", body=None):
    request = TapeRequest("GET", f"{ORIGIN}/tasks/{name}", reads=True)
    return Entry(request, TapeAnswer(200, {}, {"json": body or task(name, status)}), at, at + 0.1, at + 0.1)


def reel_of(*entries):
    tape = SimpleNamespace(
        stories=stories(entries), started=1.8e9, ended=100.0, ignore=(), folder="tape", whole=True, files=None
    )
    return Reel(tape)


def answer(reel, name, seconds):
    number, timeline = reel.timeline(asked(name).request)
    played = reel.orders[number].played if number in reel.orders else 0.0
    return timeline.at(seconds - played).answer.body["json"]["status"]


def order(reel, entry, now):
    reel.order(entry.request, now)


ONE, OTHER, LAST = (ordered(f"task-{name}", at, name) for name, at in (("a1", 1.0), ("b2", 2.0), ("c3", 3.0)))


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_webhook_belongs_to_the_order_that_it_names(status):
    found = stories([ONE, OTHER, pushed("task-a1", 2.5, status), LAST, pushed("task-b2", 4.0), asked("task-c3", 5.0)])
    assert [[str(entry.request.url) for entry in story.seen] for story in found] == [
        ["token"],
        ["token"],
        [f"{ORIGIN}/tasks/task-c3"],
    ]


def test_a_question_in_many_words_belongs_to_the_order_that_it_names():
    listed = Entry(
        TapeRequest(
            "POST", f"{ORIGIN}/query", {"json": {"kind": "image", "size": "640x360", "ids": ["task-a1"]}}, True
        ),
        TapeAnswer(200, {}, {"json": {"status": "running"}}),
        *(4.0, 4.1, 4.1),
    )
    found = stories([ONE, OTHER, LAST, listed])
    assert [len(story.seen) for story in found] == [1, 0, 0]


def test_a_task_that_the_recording_never_asked_about_has_the_state_that_its_webhook_brought():
    reel = reel_of(ONE, OTHER, pushed("task-a1", 4.0), asked("task-b2", 5.0))
    order(reel, ONE, 11.0)
    order(reel, OTHER, 12.0)
    assert [answer(reel, "task-a1", at) for at in (11.5, 12.0, 13.9, 99.0)] == ["running"] * 2 + ["succeeded"] * 2
    assert reel.played.missing == []


def test_nothing_is_made_up_where_questions_are_answered_in_another_form():
    reel = reel_of(ONE, OTHER, pushed("task-a1", 4.0), asked("task-b2", 5.0, body={"state": "SUCCESS"}))
    order(reel, ONE, 11.0)
    order(reel, OTHER, 12.0)
    with pytest.raises(TapeError, match="task-a1' is not on the tape"):
        answer(reel, "task-a1", 12.0)


def test_a_task_is_not_cancelled_before_the_cancel_is_sent():
    cancel = cancelled("task-a1", 6.0)
    reel = reel_of(ONE, OTHER, asked("task-b2", 5.0), cancel, asked("task-a1", 7.0, "cancelled"))
    order(reel, ONE, 11.0)
    assert answer(reel, "task-a1", 12.0) == "running"
    order(reel, cancel, 13.0)
    assert answer(reel, "task-a1", 14.0) == "cancelled"


def test_what_only_came_after_a_cancel_is_not_known_before_it():
    cancel = cancelled("task-a1", 6.0)
    reel = reel_of(ONE, cancel, asked("task-a1", 7.0, body={"state": "CANCELLED", "id": "task-a1"}))
    order(reel, ONE, 11.0)
    with pytest.raises(TapeError, match="task-a1' is not on the tape"):
        answer(reel, "task-a1", 12.0)


def test_a_task_is_cancelled_after_the_cancel_even_if_only_asked_about_before_in_the_recording():
    cancel = cancelled("task-a1", 6.0)
    reel = reel_of(ONE, asked("task-a1", 5.0, "running"), cancel)
    order(reel, ONE, 11.0)
    order(reel, cancel, 13.0)
    assert answer(reel, "task-a1", 14.0) == "cancelled"


def test_a_slow_machine_changes_neither_the_order_of_events_nor_their_times():
    clock, seen = VirtualClock(), []

    async def event(name, seconds, then=0.0):
        await clock.sleep(seconds)
        seen.append((name, clock.monotonic()))
        time.sleep(0.1)  # noqa: ASYNC251 - the machine is slow, the product is not
        if then:
            await event(f"{name} then", then)

    async def all_events():
        await asyncio.gather(event("a", 1.0, then=0.2), event("b", 1.1), event("c", 1.4), event("d", 1.15, then=0.1))

    asyncio.run(all_events())
    names = [name for name, _ in seen]
    assert names == ["a", "b", "d", "a then", "d then", "c"]
    assert [at - seen[0][1] for _, at in seen[:-1]] == pytest.approx([0.0, 0.1, 0.15, 0.2, 0.25], abs=1e-6)


def test_time_passes_as_on_the_machine_while_nobody_waits_for_the_loop():
    clock = VirtualClock()
    clock.waited_for = lambda: False
    asyncio.run(clock.sleep(0.02))
    assert clock.skipped == 0.0


def held(name, at, took, state="cancelled"):
    request = TapeRequest("PUT", f"{ORIGIN}/predictions/{name}", {"json": {"prompt": "slow"}})
    return Entry(request, TapeAnswer(200, {}, {"json": {"status": state}}), at, at + took, at + took)


def test_a_held_call_ends_by_the_order_that_ended_it():
    name, other = "5bd8810a-d692-42ca-bb9a-d5851ed3cd9c", "0dfc4bcb-4a9b-4adf-9f59-b1f02a2e6a51"
    cancel = TapeRequest("POST", f"{ORIGIN}/predictions/{name}/cancel")
    reel = reel_of(
        held(name, 1.0, 4.3),
        held(other, 2.0, 9.0, "succeeded"),
        Entry(cancel, TapeAnswer(200), 5.0, 5.1, 5.1),
    )
    causes = {order.entry.request.url: [one.entry.request for one in order.causes] for order in reel.orders.values()}
    called = f"{ORIGIN}/predictions"
    assert causes == {f"{called}/{name}": [cancel], f"{called}/{other}": [], cancel.url: []}


def test_a_webhook_that_comes_before_the_answer_belongs_to_its_order_too():
    token = "T0ken" * 6 + "ab"
    body = {"json": {"prompt": "a", "webhook": f"http://127.0.0.1:4000/webhook/{token}"}}
    order = Entry(
        TapeRequest("PUT", f"{ORIGIN}/predictions/p-1", body), TapeAnswer(202, {}, {"json": {}}), 1.0, 3.0, 3.0
    )
    news = TapeRequest(INBOUND, token, {"json": {"error": "Prediction failed: it is not allowed"}}, reads=True)
    earlier = Entry(
        TapeRequest("PUT", f"{ORIGIN}/predictions/p-0", {"json": {"prompt": "b"}}),
        TapeAnswer(200, {}, {"json": {"error": "Prediction failed: it is not allowed"}}),
        *(0.1, 0.5, 0.5),
    )
    first, second = stories([earlier, order, Entry(news, TapeAnswer(200), 2.0, 2.0, 2.0)])
    assert first.seen == []
    assert [entry.request.url for entry in second.seen] == [token]


def test_a_stream_belongs_to_what_was_ordered_before_it_was_opened_and_knows_what_ended_it():
    session = "9f6ec3d6-179f-4150-94e4-67a44ad07d80"
    joined = TapeRequest("POST", f"{ORIGIN}/queue/join", {"json": {"session_hash": session}})
    join = Entry(joined, TapeAnswer(200, {}, {"json": {"event_id": "8e745c758b26489b"}}), 1.0, 1.1, 1.1)
    stopped = TapeRequest("POST", f"{ORIGIN}/cancel", {"json": {"session_hash": session}})
    stop = Entry(stopped, TapeAnswer(200), 5.0, 5.1, 5.1)
    opened = TapeRequest("GET", f"{ORIGIN}/queue/data?session_hash={session}", reads=True)
    stream = Entry(opened, TapeAnswer(200, messages=((4.5, "data: {}"),)), 1.2, 5.9, 5.9)
    reel = reel_of(join, stop, stream)
    assert [len(story.seen) for story in reel.tape.stories] == [1, 0]
    assert [one.entry for one in reel.causes(stream)] == [stop]


def test_two_calls_that_are_held_at_once_do_not_wait_for_each_other():
    body = {"json": {"prompt": "a cat in 2026", "style": "cinematic-2", "model": "picture-1.5"}}
    first, second = (
        Entry(TapeRequest("POST", f"{ORIGIN}/{place}", body), TapeAnswer(200), at, at + took, at + took)
        for place, at, took in (("generate/picture-1.5", 1.0, 9.0), ("generate/picture-1.5", 2.0, 3.0))
    )
    assert [order.causes for order in reel_of(first, second).orders.values()] == [[], []]


def test_a_task_that_was_made_again_keeps_its_own_state():
    again = TapeRequest("POST", f"{ORIGIN}/tasks/task-a1/retry")
    made = TapeAnswer(202, {}, {"json": {**task("task-z9"), "retry_of": "task-a1"}})
    first = {**task("task-a1", "failed"), "retry_of": None}
    submitted = TapeRequest("POST", f"{ORIGIN}/tasks", {"json": {"prompt": "x"}})
    one = Entry(submitted, TapeAnswer(202, {}, {"json": {**first, "status": "queued"}}), 1.0, 1.1, 1.1)
    retry = Entry(again, made, 6.0, 6.1, 6.1)
    reel = reel_of(one, asked("task-a1", 5.0, body=first), retry)
    order(reel, one, 11.0)
    order(reel, retry, 17.0)
    assert answer(reel, "task-a1", 18.0) == "failed"
    assert answer(reel, "task-z9", 18.0) == "running"
