"""Cancels: repeated while they are refused for load, verified, and looked at again later."""

import pytest

from AIGCLibrary.tasks import errors
from tests.unit.tasks.support import PLAIN, Gone


class Product:
    """Cancels when it is in the mood."""

    def __init__(self, bench, *cancels):
        self.cancels, self.state, self.asked = list(cancels), "running", 0
        self.made = bench(self.answer, PLAIN)
        self.tasks = self.made.tasks

    def answer(self, method, path, _more):
        if path.endswith("/cancel"):
            self.asked += 1
            answer = self.cancels.pop(0) if len(self.cancels) > 1 else self.cancels[0]
            if isinstance(answer, Exception):
                raise answer
            if answer[0] == 200:
                self.state = "cancelled"
            return answer
        return (200, {"id": "7"}) if method == "POST" else (200, {"status": self.state, "output": ["http://x/a"]})


@pytest.mark.parametrize("refusal", [(429, {}), (503, {}), (409, {"error": "server is busy"}), Gone()])
async def test_a_cancel_refused_for_load_is_sent_again(bench, refusal):
    product = Product(bench, refusal, refusal, (200, {}))
    assert await product.tasks.cancel(await product.made.submitted()) == "cancelled"
    assert product.asked == 3


async def test_a_cancel_that_is_refused_throughout_is_reported(bench):
    product = Product(bench, (429, {"error": "slow down"}))
    with pytest.raises(errors.NotCancelledError, match=r"HTTP 429: .*slow down"):
        await product.tasks.cancel(await product.made.submitted())
    assert product.asked >= 3


async def test_a_cancel_that_is_wrong_is_sent_once(bench):
    product = Product(bench, (400, {"error": "only queued tasks"}))
    with pytest.raises(errors.NotCancelledError, match=r"HTTP 400: .*only queued tasks"):
        await product.tasks.cancel(await product.made.submitted())
    assert product.asked == 1


async def test_a_task_that_was_quicker_than_its_cancel_says_so(bench, caplog):
    product = Product(bench, (400, {"error": "too late"}))
    task = await product.made.submitted()
    product.state = "done"
    assert await product.tasks.cancel(task) == "completed"
    assert "had no effect: it ended as 'completed'" in caplog.text
    assert "too late" in caplog.text


async def test_a_cancelled_task_that_goes_on_is_found_out_by_asking(bench):
    product = Product(bench, (400, {"error": "not supported"}))
    task = await product.made.submitted()
    product.state = "cancelled"
    assert await product.tasks.cancel(task) == "cancelled"
    assert any("not supported" in one for one in product.tasks.result(await product.tasks.task(task))["warnings"])
    product.state = "done"
    assert await product.tasks.state(task) == "completed"
    warnings = product.tasks.result(await product.tasks.task(task))["warnings"]
    assert any("changed the state from 'cancelled' to 'completed'" in one for one in warnings)


async def test_the_name_of_a_state_in_the_place_of_a_code_refuses_no_cancel(bench, caplog):
    provider = PLAIN.replace("running", "RUNNING").replace("{queued: queued,", "{CANCELLED: cancelled,")
    provider = provider.replace("body.error.code", "body.state.name")
    state = {"type": "RUNNING", "name": "Running"}

    def answer(_method, path, _more):
        if path.endswith("/cancel"):
            state.update(type="CANCELLED", name="Cancelled")
            return 201, {"state": state}
        return 200, {"id": "7", "status": state["type"], "state": state}

    made = bench(answer, provider)
    assert await made.tasks.cancel(await made.submitted()) == "cancelled"
    assert not caplog.text
