"""Limits hold, priorities count, budgets refuse, and permits come free."""

import asyncio
import threading

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.store import Store
from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.leases import LIFETIME, Leases
from tests.support.stores import urls
from tests.unit.tasks.support import PLAIN, Bench, script


class Product:
    """A product that works 20 s on each task, and remembers how many it had at once."""

    def __init__(self) -> None:
        self.made = None
        self.prompts: list[str] = []
        self.due: dict[str, float] = {}
        self.most = 0

    def __call__(self, method, path, more):
        now = self.made.clock.now()
        if method == "POST":
            number = str(len(self.due))
            self.due[number] = now + 20
            self.prompts.append(more["json"]["prompt"])
            self.most = max(self.most, sum(due > now for due in self.due.values()))
            return 200, {"id": number}
        return 200, {"status": "done" if self.due[path.rsplit("/")[-1]] <= now else "running", "output": ["u"]}


@pytest.fixture
def product(bench):
    def make(provider=PLAIN, settings=None):
        found = Product()
        found.made = bench(found, provider, settings)
        return found

    return make


async def test_no_more_tasks_than_the_limit_are_at_work_at_once(product):
    found = product(PLAIN + "    limits: {concurrent: 2}\n")
    tasks = found.made.tasks
    handles = [await tasks.submit("video", {"prompt": str(n)}) for n in range(6)]
    await tasks.wait_all(handles)
    assert found.most == 2
    assert len(found.due) == 6


async def test_the_more_urgent_is_sent_first(product):
    found = product(PLAIN + "    limits: {concurrent: 1}\n")
    tasks = found.made.tasks
    handles = [await tasks.submit("video", {"prompt": name}, priority=urgency) for name, urgency in
               [("first", 5), ("low", 1), ("high", 9), ("middle", None), ("high too", 9)]]  # fmt: skip
    await tasks.wait_all(handles)
    assert found.prompts == ["first", "high", "high too", "middle", "low"]


async def test_a_kind_has_a_limit_of_its_own(product):
    found = product(PLAIN + "    kinds: {video: {limits: {concurrent: 1}}}\n")
    tasks = found.made.tasks
    handles = [await tasks.submit("video", {"prompt": "v"}) for _ in range(2)]
    handles += [await tasks.submit("image", {"prompt": "i"}) for _ in range(3)]
    assert found.prompts == ["v", "i", "i", "i"]
    await tasks.wait_all(handles)
    assert len(found.prompts) == 5


async def test_all_providers_together_have_a_limit(product):
    found = product(settings=Settings(options={"tasks": {"concurrent": 1}}).identified({}))
    tasks = found.made.tasks
    await tasks.wait_all([await tasks.submit("video", {"prompt": "v"}) for _ in range(3)])
    assert found.most == 1


async def test_submits_in_a_time_are_limited(product):
    found = product(PLAIN + "    limits: {submits: 2, span: 30 s}\n")
    tasks, start = found.made.tasks, found.made.clock.now()
    await tasks.wait_all([await tasks.submit("video", {"prompt": "v"}) for _ in range(5)])
    times = sorted(due - 20 - start for due in found.due.values())
    assert times[1] < 5
    assert times[2] >= 30
    assert times[4] >= 60


async def test_a_task_that_was_not_sent_is_cancelled_here(product):
    found = product(PLAIN + "    limits: {concurrent: 1}\n")
    tasks = found.made.tasks
    await tasks.submit("video", {"prompt": "a"})
    second = await tasks.submit("video", {"prompt": "b"})
    assert tasks.queue.place(second) == 1
    assert await tasks.cancel(second) == "cancelled"
    assert found.prompts == ["a"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_slot_of_a_dead_process_comes_free_by_itself(tmp_path, clock, kind):
    for url in urls(tmp_path, kind):
        store = Store(url, "run")
        one, other = Leases(store, clock), Leases(store, clock)
        assert await one.take("tasks:x", 2) == 0
        assert await other.take("tasks:x", 2) == 1
        assert await other.take("tasks:x", 2) is None
        clock.time += LIFETIME + 1
        assert await other.take("tasks:x", 2) == 0
        await one.close()
        await other.close()
        store.close()


@pytest.mark.parametrize("amount", [-5, float("nan")])
@pytest.mark.parametrize("scope", ["suite", "run"])
async def test_a_budget_is_an_amount_of_0_or_more(product, amount, scope):
    costs = product(PRICED).made.tasks.costs
    costs.set_budget(5, scope=scope)
    with pytest.raises(ConfigError, match=rf"The budget is {amount:g} credits; expected an amount of 0 or more"):
        costs.set_budget(amount, scope=scope)
    assert costs.set_budget(None, scope=scope) == 5


PRICED = PLAIN + "    price: {amount: 2, unit: credits, times: [duration]}\n"


async def test_a_budget_refuses_the_order_it_cannot_pay(product):
    found = product(PRICED)
    tasks = found.made.tasks
    tasks.costs.set_budget(25, scope="run")
    await tasks.submit("video", {"prompt": "a", "duration": 5})
    await tasks.submit("video", {"prompt": "b", "duration": 5})
    with pytest.raises(errors.BudgetError, match="would cost 10 credits, but 20 of 25 credits of this run are spent"):
        await tasks.submit("video", {"prompt": "c", "duration": 5})
    assert found.prompts == ["a", "b"]
    assert await tasks.costs.totals() == {"credits": 20.0}


async def test_a_budget_may_come_from_the_settings(product):
    found = product(PRICED, Settings.load(arguments={"budget": "3"}, environ={}))
    with pytest.raises(errors.BudgetError, match="would cost 4 credits, but 0 of 3"):
        await found.made.tasks.submit("video", {"prompt": "a", "duration": 2})


async def test_orders_of_one_moment_read_the_budgets_of_the_run_together(tmp_path):
    made = Bench(tmp_path, script((200, {"status": "done"})), PRICED)
    costs, reads, orders, all_came = made.tasks.costs, [], [], threading.Event()
    query, reserve = made.engine.store.query, costs.reserve

    def slow(statement):
        if "FROM budget" in str(statement):
            reads.append(None)
            assert all_came.wait(60)
        return query(statement)

    async def counted(task, price):
        orders.append(None)
        if len(orders) == 50:
            all_came.set()
        await reserve(task, price)

    made.engine.store.query, costs.reserve = slow, counted
    await asyncio.gather(*(made.tasks.submit("video", {"duration": 1}) for _ in range(50)))
    assert len(reads) <= 2
    costs.set_budget(1, scope="run")
    with pytest.raises(errors.BudgetError):  # a budget that is set between two orders holds for the next one
        await made.tasks.submit("video", {"duration": 1})
    await made.close()


async def test_the_order_that_nearly_spends_a_budget_is_reported_once(product, caplog):
    tasks = product(PRICED).made.tasks
    tasks.costs.set_budget(100, scope="run")
    with caplog.at_level("WARNING"):
        for seconds in (38, 2, 1, 1):
            await tasks.submit("video", {"prompt": "a", "duration": seconds})
    assert [r.getMessage() for r in caplog.records] == ["The budget of this run is nearly spent: 80 of 100 credits."]


async def test_a_budget_of_the_run_takes_the_place_of_the_one_before_and_is_reported(product):
    costs = product(PRICED, Settings.load(arguments={"budget": "3"}, environ={})).made.tasks.costs
    assert costs.set_budget(8, scope="run") == 3
    assert costs.set_budget(None, scope="run") == 8
    assert costs.set_budget(5, scope="run") is None
    assert costs.set_budget(2, "USD", "run") is None
    assert costs.set_budget(4, scope="global") == 5


async def test_a_budget_of_the_run_may_be_taken_away_even_where_an_import_set_one(product):
    found = product(PRICED, Settings.load(arguments={"budget": "3"}, environ={}))
    found.made.tasks.costs.set_budget(None, scope="run")
    await found.made.tasks.submit("video", {"prompt": "a", "duration": 5})
    assert found.prompts == ["a"]


@pytest.mark.parametrize(
    ("submit", "cost"),
    [
        ((400, {"error": {"message": "bad"}}), 0),
        ((401, {}), 0),
        ((404, {}), 0),
        ((200, {"error": {"message": "no faces"}}), 0),
        ((200, {"no": "id"}), 10),  # taken, perhaps: nobody can tell
    ],
)
async def test_an_order_that_the_product_refused_costs_nothing(bench, submit, cost):
    refusing = PRICED + '    acceptors: [{when: "body.error", state: failed}]\n'
    made = bench(lambda *_: submit, refusing)
    made.tasks.costs.set_budget(15, scope="run")
    with pytest.raises(errors.TaskError):
        await made.tasks.submit("video", {"duration": 5})
    assert await made.tasks.costs.totals() == {"credits": cost}


async def test_an_order_that_was_cancelled_before_it_was_sent_costs_nothing(product):
    tasks = product(PRICED + "    limits: {concurrent: 1}\n").made.tasks
    await tasks.submit("video", {"prompt": "a", "duration": 5})
    waiting = await tasks.submit("video", {"prompt": "b", "duration": 5})
    assert await tasks.costs.totals() == {"credits": 20}
    await tasks.cancel(waiting)
    assert await tasks.costs.totals() == {"credits": 10}


async def test_a_repeat_by_the_product_itself_counts_and_may_be_refused(bench):
    retrying = PRICED + '    retry: {path: "/tasks/{id}/retry", id: body.id}\n    sla: {retry_times: 5}\n'

    def answer(method, path, more):
        if path == "/tasks":
            return 200, {"id": "1"}
        return (200, {"id": "2"}) if method == "POST" else (200, {"status": "failed"})

    made = bench(answer, retrying)
    made.tasks.costs.set_budget(25, scope="run")
    task = await made.tasks.submit("video", {"duration": 5})
    with pytest.raises(errors.TaskFailedError):
        await made.tasks.wait(task)
    again = await made.tasks.retry(task)
    assert await made.tasks.costs.totals() == {"credits": 20}
    with pytest.raises(errors.TaskFailedError):
        await made.tasks.wait(again)
    with pytest.raises(errors.BudgetError, match="20 of 25 credits of this run are spent"):
        await made.tasks.retry(again)


async def test_what_the_provider_tells_replaces_the_estimate(bench):
    provider = PRICED + "    cost: {amount: body.credits}\n"
    answers = {"POST": (200, {"id": "1"}), "GET": (200, {"status": "done", "output": ["u"], "credits": 7})}
    made = bench(lambda method, path, more: answers[method], provider)
    result = await made.tasks.wait(await made.tasks.submit("video", {"prompt": "a", "duration": 2}))
    assert result["cost"] == {"amount": 7.0, "unit": "credits"}
    assert await made.tasks.costs.totals() == {"credits": 7.0}


async def test_a_held_call_gives_its_handle_at_once_and_its_result_later(bench):
    provider = """
    submit: {path: /tasks, id: body.id, held: true, reads_status: true}
    status: {state: body.status}
    states: {succeeded: completed, failed: failed}
    result: {files: body.output}
"""
    made = bench(lambda *_: (200, {"id": "7", "status": "succeeded", "output": ["data:,hi"]}), provider)
    task = await made.submitted()
    assert made.http.sent == []
    result = await made.tasks.wait(task)
    assert (result["state"], result["polls"]) == ("completed", 0)
