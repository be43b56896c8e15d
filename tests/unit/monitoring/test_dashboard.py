"""The dashboard's API: what it answers, and to whom."""

import asyncio
import json
import os
import shutil
import subprocess

import pytest
from aiohttp.test_utils import TestClient, TestServer

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.monitoring.dashboard.app import create_app
from AIGCLibrary.monitoring.dashboard.guard import is_local
from AIGCLibrary.monitoring.dashboard.prometheus import exposition
from AIGCLibrary.monitoring.dashboard.server import DashboardServer
from AIGCLibrary.monitoring.objectives import built_in
from AIGCLibrary.monitoring.units import base_of
from AIGCLibrary.store import tables
from tests.support.stores import fill

AT = 1_800_000_000.0


@pytest.fixture
def filled(store, samples):
    store.upsert(tables.run, id="run-0", name="Older", started_at=AT - 9999, finished_at=AT - 9000, status="PASS")
    store.upsert(tables.run, id="run-1", name="Suite", started_at=AT, status="RUNNING")
    samples("locator.gold_hit", [1] * 30 + [0] * 10)
    samples("locator.locate_time", [0.2, 0.4] * 20, "s")
    fill(
        store,
        tables.test_result,
        [{"test": "Suite.A", "suite": "Suite", "status": "FAIL", "message": "boom", "at": AT, "process": "h:1"}],
    )
    fill(
        store,
        tables.suggestion,
        [{"test": "Suite.A", "cause": "c", "fix": "f", "texts": {"zh": {"cause": "原因", "fix": "修复"}}, "at": AT}],
    )
    fill(store, tables.task, [{"handle": "video:1", "state": "processing", "progress": 0.5, "updated_at": AT}])
    return store


@pytest.fixture
async def client(filled):
    async with TestClient(TestServer(create_app(filled))) as made:
        yield made


async def get(client, path, **options):
    async with client.get(path, **options) as answer:
        return answer.status, await answer.json()


async def test_runs_come_latest_first(client):
    status, found = await get(client, "/api/v1/runs")
    assert (status, [run["id"] for run in found]) == (200, ["run-1", "run-0"])
    assert found[0]["tests"] == {"FAIL": 1}


async def test_objectives_come_with_numbers_and_words(client):
    _, found = await get(client, "/api/v1/runs/latest/slo?lang=zh")
    gold = next(card for card in found if card["name"] == "locator.gold_hit_rate")
    assert (gold["verdict"], gold["good"], gold["n"], gold["value"]) == ("unproven", 30, 40, 0.75)
    assert gold["text"]["interval"] == "59.8 % … 85.8 %"
    assert gold["reason"] == "区间跨越阈值"


async def test_a_series_has_three_lists_of_one_length(client):
    _, found = await get(client, "/api/v1/runs/run-1/series?name=locator.locate_time")
    assert len(found["t"]) == len(found["mean"]) == len(found["n"]) == 40
    assert sum(found["n"]) == 40


async def test_failures_speak_the_asked_language(client):
    _, found = await get(client, "/api/v1/runs/latest/failures?lang=zh")
    assert found[0]["suggestions"] == [{"cause": "原因", "fix": "修复", "trust": "", "applicability": "", "place": ""}]


async def test_a_failure_tells_its_suggestion_once(client, filled):
    message = "No button.\n\nThe button was renamed. → Write 'Create'. (likely)"
    failed = {"test": "Suite.B", "suite": "Suite", "status": "FAIL", "message": message, "at": AT + 1}
    await asyncio.to_thread(fill, filled, tables.test_result, [failed])
    advice = {"test": "Suite.B", "cause": "The button was renamed.", "fix": "Write 'Create'.", "texts": {}, "at": AT}
    await asyncio.to_thread(fill, filled, tables.suggestion, [advice])
    _, found = await get(client, "/api/v1/runs/run-1/failures")
    assert found[0]["message"] == "No button."
    assert [one["fix"] for one in found[0]["suggestions"]] == ["Write 'Create'."]


async def test_alerts_of_another_run_are_reported_only_when_asked_for(client, filled):
    rows = [
        {"id": run, "run_id": run, "name": "a", "state": "firing", "since": AT, "updated_at": AT, "labels": {}}
        for run in ("run-0", "run-1")
    ]
    await asyncio.to_thread(fill, filled, tables.alert, rows)
    for query, runs in (("", {"run-0", "run-1"}), ("?run=latest", {"run-1"}), ("?run=run-0", {"run-0"})):
        _, found = await get(client, f"/api/v1/alerts{query}")
        assert {one["run_id"] for one in found} == runs
    assert (await get(client, "/api/v1/alerts?run=none"))[0] == 404


async def test_what_nobody_waits_for_any_more_comes_after_what_is_under_way(client, filled):
    given_up = {"handle": "video:2", "state": "processing", "outcome": "stalled", "updated_at": AT + 9}
    await asyncio.to_thread(fill, filled, tables.task, [given_up])
    _, found = await get(client, "/api/v1/runs/run-1/tasks")
    assert [one["handle"] for one in found] == ["video:1", "video:2"]


async def test_tasks_under_way_are_listed(client):
    _, found = await get(client, "/api/v1/runs/latest/tasks")
    assert [(one["handle"], one["progress"]) for one in found] == [("video:1", 0.5)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/runs/nothing/slo", 404),
        ("/api/v1/runs/latest/series", 400),
        ("/api/v1/runs/latest/series?name=x&from=y", 400),
        ("/api/v1/nothing", 404),
    ],
)
async def test_a_wrong_question_is_answered_in_one_sentence(client, path, status):
    found, body = await get(client, path)
    assert found == status
    assert body["error"]["message"]


async def test_every_documented_path_answers_and_every_path_is_documented(client):
    _, document = await get(client, "/openapi.json")
    routes = {
        resource.canonical
        for resource in client.app.router.resources()
        if resource.canonical.startswith("/api/") or resource.canonical in ("/metrics", "/healthz")
    }
    assert set(document["paths"]) == routes
    for path in document["paths"]:
        if not path.endswith("events"):
            address = path.replace("{run}", "latest") + ("?name=locator.gold_hit" if "series" in path else "")
            async with client.get(address) as answer:
                assert answer.status == 200, path


async def test_nothing_can_be_changed(client):
    for method in ("post", "put", "patch", "delete"):
        async with getattr(client, method)("/api/v1/runs") as answer:
            assert answer.status == 405


async def test_a_foreign_name_for_this_machine_is_refused(client):
    async with client.get("/api/v1/runs", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost:80", True),
        ("127.0.0.1", True),
        ("[::1]:80", True),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:80", False),
        ("0.0.0.0:80", False),
        ("192.168.0.2:8099", False),
    ],
)
def test_which_names_are_this_machine_s_own(host, local):
    assert is_local(host) is local


async def test_every_answer_carries_the_safety_headers(client):
    for path in ("/", "/api/v1/runs", "/api/v1/runs/nothing/slo", "/nothing", "/metrics"):
        async with client.get(path) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_token_is_asked_for_and_leaves_the_address(filled):
    async with TestClient(TestServer(create_app(filled, token="s3cret"))) as client:
        async with client.get("/api/v1/runs") as answer:
            assert answer.status == 401
        async with client.get("/api/v1/runs", headers={"Authorization": "Bearer wrong"}) as answer:
            assert answer.status == 401
        async with client.get("/api/v1/runs", headers={"Authorization": "Bearer s3cret"}) as answer:
            assert answer.status == 200
        async with client.get("/?token=s3cret", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/")
            assert "HttpOnly" in answer.headers["Set-Cookie"]
        async with client.get("/?token=s3cret&lang=zh", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/?lang=zh"


async def test_any_bytes_for_a_token_are_refused_and_no_address_leads_elsewhere(filled):
    async with TestServer(create_app(filled, token="s3cret")) as server:

        async def ask(path: bytes, header: bytes = b"") -> bytes:
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header + b"Connection: close\r\n\r\n")
            answer = await reader.read()
            writer.close()
            return answer

        assert b" 401 " in (await ask(b"/", b"Authorization: Bearer \xff\xfe\r\n")).split(b"\r\n")[0]
        for path in (b"/", b"/nowhere", b"//x/%ff?y"):
            answer = await ask(path, b"Authorization: Bearer sesame\r\nExpect: \xff\r\n")
            assert b" 417 " in answer.split(b"\r\n")[0]
        for path in (b"//evil.example/", b"/\\evil.example/", b"/\\/evil.example/", b"///\\evil.example/"):
            answer = await ask(path + b"?token=s3cret")
            assert b"Location: /evil.example/\r\n" in answer  # a browser reads a backslash there as a slash
        answer = await ask(b"/?token=s3cret&lang=%0d%0aX-Evil:%201")
        assert b"Location: /?lang=%0D%0AX-Evil:+1\r\n" in answer


def test_other_machines_need_a_token(tmp_path):
    with pytest.raises(MonitoringError, match="has no token") as caught:
        DashboardServer(f"sqlite:///{tmp_path}/x.db", host="0.0.0.0")
    assert caught.value.code == "AIGC530"


def test_a_taken_port_is_reported_in_one_sentence(filled):
    first = DashboardServer(filled.url)
    port = int(first.start().rsplit(":", 1)[1])
    second = DashboardServer(filled.url, port=port)
    with pytest.raises(MonitoringError, match=f"cannot listen at 127.0.0.1:{port}"):
        second.start()
    first.stop()


async def test_the_stream_tells_what_changed(client, filled):
    async with client.get("/api/v1/events") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        await stream.content.readline()
        row = {"at": AT, "name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {}, "place": None}
        await asyncio.to_thread(fill, filled, tables.sample, [row])
        found = b""
        while b"data:" not in found:
            found = await asyncio.wait_for(stream.content.readline(), 10)
        assert "samples" in json.loads(found.removeprefix(b"data:"))


async def test_metrics_satisfy_prometheus(client):
    async with client.get("/metrics") as answer:
        text = await answer.text()
    assert 'aigc_samples_total{metric="locator.gold_hit",unit="1",run="run-1"} 40.0' in text
    assert 'aigc_slo_verdict{slo="locator.gold_hit_rate",run="run-1",verdict="unproven"} 1.0' in text
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool of Debian's package prometheus is not installed")
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)  # noqa: ASYNC221
    assert (done.returncode, done.stderr) == (0, "")


def test_counters_of_what_is_demanded_are_there_from_0_on_under_the_same_labels(store, samples):
    def counters():
        lines = (line.rpartition(" ") for line in exposition(store).splitlines())
        return {name: float(value) for name, _, value in lines if name.startswith("aigc_values_total")}

    store.upsert(tables.run, id="run-1", name="Suite", started_at=AT, status="RUNNING")
    before = counters()
    assert set(before.values()) == {0.0}
    for metric, unit in {(one.metric, base_of(one.unit)) for one in built_in().items.values()}:
        samples(metric, [1.0, 1.0], unit)
    after = counters()
    assert set(after) == set(before)
    assert min(after.values()) > 0


def test_the_page_weighs_little():
    from importlib import resources

    static = resources.files("AIGCLibrary.monitoring.dashboard") / "static"
    files = [*static.iterdir(), *(static / "vendor").iterdir()]
    assert sum(len(one.read_bytes()) for one in files if one.is_file()) <= 150_000


async def test_a_run_that_is_over_says_so_and_leaves_nothing_moving(client, filled):
    rows = [
        {"handle": "video:8", "state": "queued", "submitted": True, "updated_at": AT + 1},
        {"handle": "video:9", "state": "queued", "submitted": False, "outcome": "failed", "updated_at": AT + 2},
    ]
    await asyncio.to_thread(fill, filled, tables.task, rows)
    _, before = await get(client, "/api/v1/runs/run-1/tasks")
    assert [one["shown"] for one in before] == ["queued", "processing", "not_submitted"]
    await asyncio.to_thread(filled.upsert, tables.run, id="run-1", finished_at=AT + 60, status="FAIL")
    await asyncio.to_thread(filled.flush)
    async with TestClient(TestServer(create_app(filled, fresh=0))) as later:
        _, after = await get(later, "/api/v1/runs/run-1/tasks")
        assert [one["shown"] for one in after] == ["abandoned", "abandoned", "not_submitted"]
        assert (await get(later, "/api/v1/runs"))[1][0]["ended"] is True
        still = {"test": "Suite.B", "status": "PASS", "at": AT + 90, "process": "h:2"}
        await asyncio.to_thread(fill, filled, tables.test_result, [still])
        assert (await get(later, "/api/v1/runs"))[1][0]["ended"] is False


async def test_log_and_comparison_of_a_run_are_linked_and_cannot_reach_the_dashboard(client, filled, tmp_path):
    assert (await get(client, "/api/v1/runs"))[1][0]["log"] is False
    async with client.get("/runs/run-1/log.html") as answer:
        assert answer.status == 404
    log = tmp_path / "log.html"
    log.write_text("<p>the log</p>", encoding="utf-8")
    os.utime(log, (AT + 60, AT + 60))
    await asyncio.to_thread(filled.upsert, tables.run, id="run-1", name="Suite", labels={"log": str(log)})
    await asyncio.to_thread(filled.upsert, tables.run, id="run-0", name="Suite")
    await asyncio.to_thread(filled.flush)
    async with TestClient(TestServer(create_app(filled, fresh=0))) as later:
        async with later.get("/runs/run-1/log.html") as answer:
            assert (await answer.text(), answer.headers["Content-Security-Policy"].split()[0]) == (
                "<p>the log</p>",
                "sandbox",
            )
        run = (await get(later, "/api/v1/runs"))[1][0]
        assert (run["log"], run["previous"]) == (True, "run-0")
        async with later.get("/runs/run-1/compare.html?than=run-0&lang=zh") as answer:
            assert "运行对比" in await answer.text()
            assert "script-src" not in answer.headers["Content-Security-Policy"]
        async with later.get("/runs/run-0/compare.html?lang=zh") as answer:
            assert (answer.status, answer.content_type) == (404, "text/plain")
            assert "[AIGC013]" in await answer.text()
        # Another run begins, and will write its log to the same place: until then the file is that of the first one.
        new = {"id": "run-2", "name": "Suite", "status": "RUNNING", "started_at": AT + 90, "labels": {"log": str(log)}}
        await asyncio.to_thread(filled.upsert, tables.run, **new)
        await asyncio.to_thread(filled.flush)
        assert [one["log"] for one in (await get(later, "/api/v1/runs"))[1]] == [False, True, False]
        os.utime(log, (AT + 99, AT + 99))
        assert [one["log"] for one in (await get(later, "/api/v1/runs"))[1]] == [True, False, False]


async def test_only_what_is_measured_continuously_is_drawn_over_time(client):
    _, found = await get(client, "/api/v1/runs/run-1/metrics")
    assert {one["name"]: one["kind"] for one in found} == {
        "locator.gold_hit": "share",
        "locator.locate_time": "mean",
    }


async def test_a_run_that_gives_no_sign_of_life_is_shown_as_abandoned_with_its_tasks(filled):
    dead = {"id": "dead", "name": "Suite", "status": "RUNNING", "started_at": 1000.0, "seen_at": 1060.0}
    await asyncio.to_thread(filled.upsert, tables.run, **dead)
    row = {"handle": "video:9", "run_id": "dead", "state": "processing", "submitted_at": 1010.0, "updated_at": 1050.0}
    await asyncio.to_thread(filled.upsert, tables.task, **row)
    await asyncio.to_thread(filled.flush)
    async with TestClient(TestServer(create_app(filled, fresh=0))) as later:
        found = {one["id"]: (one["abandoned"], one["seen_at"]) for one in (await get(later, "/api/v1/runs"))[1]}
        assert found["dead"] == (True, 1060.0)
        assert found["run-1"] == (False, None)
        (task,) = (await get(later, "/api/v1/runs/dead/tasks"))[1]
        assert task["shown"] == "abandoned"
