"""What an assistant gets of a finished run, through a real MCP client."""

import pytest

from AIGCLibrary.errors import TargetError
from AIGCLibrary.recovery.bundle import RunBundle
from AIGCLibrary.recovery.mcp_server import make_server
from AIGCLibrary.store.tables import run, target_hit, task
from AIGCLibrary.tasks.errors import TaskStalledError


@pytest.fixture
def server(engine):
    engine.redactor.add("hunter2-hunter2")
    engine.store.insert(run, id=engine.run_id, started_at=1.0, name="Demo")
    engine.store.insert(target_hit, test="S.A", target="g.submit", tier="gold", outcome="found", at=1.0)
    engine.store.insert(target_hit, test="S.B", target="g.submit", tier=None, outcome="missing", at=2.0)
    for test in ("S.A", "S.B"):
        error = TargetError(
            "Target 'g.submit' was not found (hunter2-hunter2).", code="AIGC101", facts={"target": "g.submit"}
        )
        engine.recovery.note("Click Target", error)
        engine.recovery.conclude(test, True, error.message)
    engine.store.flush()
    return make_server(RunBundle(engine.store))


def client_of(server):
    from mcp.client.client import Client  # loads for a second, in each process that collects the tests

    return Client(server)


async def ask(server, tool, **arguments):
    async with client_of(server) as client:
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        return result.structured_content


async def test_all_tools_are_read_only(server):
    async with client_of(server) as client:
        tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == {
        "list_runs", "list_failures", "get_failure_bundle", "get_suggestions", "get_slo_status", "get_locator_health",
    }  # fmt: skip
    assert all(tool.annotations.read_only_hint for tool in tools)


async def test_failures_are_grouped(server):
    (group,) = (await ask(server, "list_failures"))["groups"]
    assert group["tests"] == ["S.A", "S.B"]
    assert group["cause_class"] == "locator.bronze_failure"


async def test_bundle_holds_the_evidence_and_no_secret(server):
    bundle = await ask(server, "get_failure_bundle", test="S.B")
    assert bundle["same_cause"] == ["S.A"]
    assert bundle["targets"][0]["outcome"] == "missing"
    assert "hunter2" not in str(bundle)


async def test_bundle_holds_the_task_a_failure_speaks_of_whichever_test_ordered_it(engine):
    engine.store.insert(run, id=engine.run_id, started_at=1.0, name="Demo")
    engine.store.upsert(task, handle="video:1", suite="S", test="S.Orders", kind="video", state="processing")
    engine.store.upsert(task, handle="video:2", suite="S", test="S.Orders", kind="video", state="completed")
    error = TaskStalledError("Task 'video:1' is still 'processing'.", facts={"task": "video:1"})
    engine.recovery.note("Wait For Task", error)
    engine.recovery.conclude("S.Waits", True, error.message)
    engine.store.flush()
    bundle = await ask(make_server(RunBundle(engine.store)), "get_failure_bundle", test="S.Waits")
    assert [one["handle"] for one in bundle["tasks"]] == ["video:1"]


async def test_unknown_test_names_near_ones(server):
    assert "Did you mean" in (await ask(server, "get_failure_bundle", test="S.C"))["error"]


async def test_locator_health_counts_tiers(server):
    (row,) = (await ask(server, "get_locator_health"))["targets"]
    assert row == {"target": "g.submit", "gold": 1, "missing": 1, "looked": 2}


async def test_slo_status_and_suggestions_answer(server):
    assert "slos" in await ask(server, "get_slo_status")
    assert (await ask(server, "get_suggestions"))["groups"][0]["suggestions"]
