"""The loop thread: results, errors, interruption, background work."""

import asyncio
import threading

import pytest

from AIGCLibrary.loop import LoopThread


@pytest.fixture
def loop():
    thread = LoopThread()
    yield thread
    thread.close()


async def give(value):
    await asyncio.sleep(0)
    return value


def test_a_coroutine_gives_its_result(loop):
    assert loop.run(give(42)) == 42


def test_an_error_reaches_the_caller(loop):
    async def fail():
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        loop.run(fail())


def test_interrupting_the_caller_cancels_the_coroutine(loop):
    cancelled = threading.Event()

    async def wait():
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    class RobotTimeout(BaseException):
        pass

    def interrupt():
        raise RobotTimeout

    loop.on_wait = interrupt
    with pytest.raises(RobotTimeout):
        loop.run(wait())
    loop.on_wait = None
    assert cancelled.wait(60)


def test_waiting_calls_on_wait_so_that_logs_can_be_written(loop):
    release = asyncio.Event()
    calls = []

    def on_wait():
        calls.append(1)
        loop.loop.call_soon_threadsafe(release.set)

    loop.on_wait = on_wait
    loop.run(release.wait())
    assert calls


def test_background_work_goes_on_between_calls(loop):
    done = threading.Event()

    async def later():
        await asyncio.sleep(0)
        done.set()

    loop.start(later())
    assert done.wait(60)


def test_it_refuses_to_be_waited_for_on_its_own_thread(loop):
    async def nested():
        loop.run(give(1))

    with pytest.raises(RuntimeError, match="await the coroutine"):
        loop.run(nested())


def test_closing_cancels_what_still_runs_and_it_can_be_used_again(loop):
    ended = threading.Event()

    async def forever():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    loop.run(give(None))
    future = loop.start(forever())
    loop.run(give(None))
    loop.close()
    assert ended.is_set()
    assert future.cancelled()
    assert loop.run(give(1)) == 1


def test_nobody_waits_any_more_once_the_work_is_done_even_if_the_caller_has_not_woken_yet(loop):
    seen = []

    def slow_to_wake():
        seen.append(loop.waited_for)

    async def work():
        asyncio.get_running_loop().call_later(0.01, lambda: None)

    loop.on_wait = slow_to_wake
    loop.run(work())
    assert seen == [False]
    assert not loop.waited_for


def test_an_interrupted_caller_waits_no_more(loop):
    loop.on_wait = lambda: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        loop.run(asyncio.sleep(30))
    loop.on_wait = None
    loop.run(asyncio.sleep(0))
    assert not loop.waited_for
