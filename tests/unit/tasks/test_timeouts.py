"""The timeout of a wait is read once, and a wrong one is reported the same way wherever the task is."""

from datetime import timedelta

import pytest

from AIGCLibrary.errors import ConfigError
from tests.unit.tasks.support import PLAIN, script

RUNNING = (200, {"status": "running"})


@pytest.mark.parametrize("limits", ["", "    limits: {concurrent: 1}\n"], ids=["submitted", "queued"])
async def test_a_wrong_timeout_is_the_same_error_for_a_queued_and_a_submitted_task(bench, limits):
    made = bench(script(RUNNING), PLAIN + limits)
    tasks = [await made.submitted() for _ in range(2)]
    with pytest.raises(
        ConfigError, match=r"timeout='abc' is not a time; expected seconds or a time such as '90 s'"
    ) as caught:
        await made.tasks.wait(tasks[1], timeout="abc")
    assert caught.value.code == "AIGC001"
    for wait in (made.tasks.wait_all, made.tasks.wait_any):
        with pytest.raises(ConfigError, match=r"timeout='abc' is not a time"):
            await wait(tasks, timeout="abc")


async def test_a_wait_for_no_task_at_all_is_an_error(bench):
    made = bench(script(RUNNING), PLAIN)
    for wait in (made.tasks.wait_all, made.tasks.wait_any):
        with pytest.raises(ConfigError, match="No task is named to wait for"):
            await wait([])


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2 min", 120.0), (timedelta(seconds=5), 5.0), (3, 3.0), ("AUTO", None), ("auto", None)],
)
def test_a_timeout_is_read_from_what_testers_write(value, expected):
    from AIGCLibrary.tasks.timeout import Timeout

    found = Timeout.parse(value)
    assert found is not None
    assert found.seconds == expected
    assert Timeout.parse(found) is found
    assert Timeout.parse(None) is None


@pytest.mark.parametrize("value", ["-1", -1, timedelta(seconds=-1), "nan", True, ""])
def test_what_is_no_time_names_the_argument(value):
    from AIGCLibrary.tasks.timeout import Timeout

    with pytest.raises(ConfigError, match="timeout="):
        Timeout.parse(value)
