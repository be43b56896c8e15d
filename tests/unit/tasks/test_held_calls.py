"""Calls that a product holds until the task is done obey the same limits as tasks that are asked for."""

import asyncio

import pytest

from AIGCLibrary.errors import ApiError
from AIGCLibrary.tasks import errors
from tests.unit.tasks.support import Gone

HELD = """
    submit: {method: PUT, path: "/jobs/{key}", json: {"*": "{inputs}"}, id: body.id || task.key,
             reads_status: true, held: true}
    status: {state: body.status}
    states: {done: completed, failed: failed, canceled: cancelled}
    result: {files: body.output}
    error: {message: body.error}
    cancel: {path: "/jobs/{key}/cancel", verify: 5 s}
"""
DONE = (200, {"id": "1", "status": "done", "output": ["http://x/a.png"]})


class Held:
    """Answers an order when it is let go."""

    def __init__(self, bench, provider=HELD, cancel=(200, {})):
        self.opened, self.cancel, self.posts = asyncio.Event(), cancel, 0
        self.answer = DONE
        self.made = bench(lambda *_: None, provider)
        self.made.http.request = self.request
        self.tasks = self.made.tasks
        self.real = type(self.made.http).request

    async def request(self, method, path, connection, **more):
        if method == "PUT":
            self.posts += 1
            await self.opened.wait()
            self.made.http.answer = lambda *_: self.answer() if callable(self.answer) else self.answer
        else:
            self.made.http.answer = lambda *_: self.cancel
        return await self.real(self.made.http, method, path, connection, **more)

    def let_go(self, answer=DONE):
        self.answer = answer
        self.opened.set()


async def settled():
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_held_task_is_processing(bench):
    held = Held(bench)
    task = await held.made.submitted()
    await settled()
    assert await held.tasks.state(task) == "processing"
    assert (await held.tasks.wait(task, "processing", timeout=5))["state"] == "processing"
    held.let_go()
    assert (await held.tasks.wait(task))["state"] == "completed"


@pytest.mark.parametrize(
    ("sla", "error", "clock"),
    [
        ({"timeout": 5}, errors.TaskTimeoutError, "timeout"),
        ({"run_timeout": 5}, errors.TaskTimeoutError, "run timeout"),
        ({"stall_timeout": 5}, errors.TaskStalledError, "stall timeout"),
    ],
)
async def test_the_limits_of_the_sla_hold_for_a_held_task(bench, sla, error, clock):
    held = Held(bench)
    task = await held.made.submitted(sla=sla)
    await settled()
    with pytest.raises(error) as caught:
        await held.tasks.wait(task)
    assert f"is still 'processing' after 5 s ({clock} 5 s" in caught.value.message
    assert "queued locally" not in caught.value.message
    held.let_go()
    assert (await held.tasks.wait(task, sla={"timeout": 600, "run_timeout": None}))["state"] == "completed"


async def test_a_cancel_that_does_not_end_a_held_call_is_reported(bench):
    held = Held(bench)
    task = await held.made.submitted()
    await settled()
    with pytest.raises(errors.NotCancelledError, match="is still 'processing' 5 s after its cancel"):
        await held.tasks.cancel(task)
    held.let_go()
    await held.tasks.wait(task)


async def test_a_cancel_of_a_held_call_is_verified_by_its_answer(bench):
    held = Held(bench)
    task = await held.made.submitted()
    await settled()
    cancelling = asyncio.ensure_future(held.tasks.cancel(task))
    await settled()
    held.let_go((200, {"id": "1", "status": "canceled"}))
    assert await cancelling == "cancelled"


async def test_an_answer_that_was_lost_ends_the_wait_and_is_not_ordered_again(bench):
    held = Held(bench)
    task = await held.made.submitted()
    waiting = asyncio.ensure_future(held.tasks.wait(task))
    await settled()

    def lost():
        raise Gone

    held.let_go(lost)
    for _ in range(2):  # a second wait says the same at once
        with pytest.raises(errors.ProviderError, match="It is not repeated, since it may have arrived"):
            await waiting
        waiting = asyncio.ensure_future(held.tasks.wait(task))
    waiting.cancel()
    assert held.posts == 1


async def test_a_held_call_that_cannot_be_connected_is_not_at_work(bench):
    held = Held(bench, HELD.replace("held: true", "held: true, idempotency: {style: uuid}"))

    async def refused(method, path, _connection, **_more):
        raise ApiError(
            f"{method} {path} could not be reached: connection refused.", code="AIGC421", facts={"sent": False}
        )

    held.made.http.request = refused
    task = await held.made.submitted()
    await settled()
    assert await held.tasks.state(task) == "queued"
