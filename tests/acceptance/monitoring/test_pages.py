"""The pages in a real browser: nothing is fetched from outside, nothing injected runs, everybody can read them."""

import asyncio
import json
import random
from pathlib import Path

import pytest

from AIGCLibrary.monitoring.dashboard.server import DashboardServer
from AIGCLibrary.store import Store, tables
from tests.support.chrome import CHROME, Chrome
from tests.support.stores import fill

pytestmark = pytest.mark.skipif(
    CHROME is None, reason="no Chrome, Chromium or Edge is installed; AIGC_BROWSER names one"
)
AXE = (Path(__file__).resolve().parents[2] / "support" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
AT = 1_800_000_000.0

BOOM = "window.pwned=(window.pwned||0)+1"
PAYLOADS = [
    f"<script>{BOOM}</script>",
    f"</script><script>{BOOM}</script>",
    f"<img src=x onerror={BOOM}>",
    f"<svg onload={BOOM}>",
    f"<svg><script>{BOOM}</script></svg>",
    f'"><img src=x onerror="{BOOM}">',
    f"'><img src=x onerror='{BOOM}'>",
    f"<iframe srcdoc='<script>parent.{BOOM}</script>'></iframe>",
    f"<body onload={BOOM}>",
    f"<details open ontoggle={BOOM}>x</details>",
    f"<input autofocus onfocus={BOOM}>",
    f"<video><source onerror={BOOM}></video>",
    f"<math><mi xlink:href='javascript:{BOOM}'>x</mi></math>",
    f"<a href='javascript:{BOOM}'>x</a>",
    f"[javascript:{BOOM}|click]",
    f"</title><script>{BOOM}</script>",
    f"</style><script>{BOOM}</script>",
    f"</textarea><script>{BOOM}</script>",
    f"--><script>{BOOM}</script>",
    f"]]><script>{BOOM}</script>",
    f"';{BOOM};//",
    f'";{BOOM};//',
    f"`;{BOOM};//",
    f"\\\\';{BOOM};//",
    f"{{{{constructor.constructor('{BOOM}')()}}}}",
    "{%% if 1 %%}<script>%s</script>{%% endif %%}" % BOOM,  # noqa: UP031 - braces
    f"<object data='javascript:{BOOM}'></object>",
    f"<embed src='javascript:{BOOM}'>",
    f"<form action='javascript:{BOOM}'><button>x</button></form>",
    f"<meta http-equiv=refresh content='0;url=javascript:{BOOM}'>",
    f"<link rel=stylesheet href='javascript:{BOOM}'>",
    f"<marquee onstart={BOOM}>x</marquee>",
]


def cell(text):
    """Write a payload as one cell of a suite."""
    return (
        text.replace("\\\\", "\\")
        .replace("\\", "\\\\")
        .replace("${", "\\${")
        .replace("%{", "\\%{")
        .replace("@{", "\\@{")
    )


def hostile_suite():
    lines = [
        "*** Settings ***",
        "Library    AIGCLibrary",
        *(f"Metadata    {number} {cell(payload)}    {cell(payload)}" for number, payload in enumerate(PAYLOADS)),
        "*** Test Cases ***",
    ]
    for number, payload in enumerate(PAYLOADS):
        lines += [
            f"{number} {cell(payload)}",
            f"    [Documentation]    {cell(payload)}",
            f"    [Tags]    {cell(payload)}",
            f"    [Metadata]    Hostile    {cell(payload)}",
            f"    Record Metric    {cell(payload)}    1    label={cell(payload)}",
            f"    Log    {cell(payload)}",
            f"    Fail    {cell(payload)}",
        ]
    return "\n".join(lines) + "\n"


async def ready(page):
    await page.until("document.body.dataset.ready === 'true'")


async def test_injected_text_runs_nowhere(robot):
    run = await asyncio.to_thread(robot, hostile_suite(), "--listener", "AIGCLibrary.Listener")
    assert run.code == len(PAYLOADS), run.console
    results = run.directory / "results"
    server = DashboardServer(f"sqlite:///{results}/aigc.db")
    url = server.start()
    try:
        async with Chrome() as page:
            for name in ("log.html", "report.html#totals?all", "slo.html", "metrics.html"):
                await page.open(f"file://{results}/{name}")
                await page.until("document.readyState === 'complete'")
                if name == "log.html":
                    await page.until("!!document.getElementById('s1')")
                    for number in range(1, len(PAYLOADS) + 1):
                        for place in (f"s1-t{number}", *(f"s1-t{number}-k{step}" for step in (1, 2, 3))):
                            await page.evaluate(f"expandElementWithId('{place}')")
                    text = await page.evaluate("document.body.textContent")
                    assert sum(payload in text for payload in PAYLOADS) > 25
                if name == "metrics.html":
                    for part in ("suite", "test", "kwtimes", "details"):
                        await page.evaluate(f"location.hash = '{part}'")
                    await page.evaluate(
                        "document.querySelectorAll('.suite-card, .filter-buttons button').forEach(e => e.click())"
                    )
                if name == "slo.html":
                    await page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
                await asyncio.sleep(0.3)
                assert await page.evaluate("window.pwned || 0") == 0, name
                assert "XSS" not in await page.evaluate("document.title")
                links = await page.evaluate(
                    "[...document.querySelectorAll('a')].filter(a => a.protocol === 'javascript:').length"
                )
                if name in ("slo.html", "metrics.html"):
                    assert links == 0, name
            await page.open(url)
            await ready(page)
            for value in await page.evaluate("[...document.querySelectorAll('#metric option')].map(o => o.value)"):
                choose = f"(m => {{ m.value = {json.dumps(value)}; m.dispatchEvent(new Event('change')); }})"
                await page.evaluate(f"{choose}(document.getElementById('metric'))")
            await page.until("document.body.textContent.includes('<img src=x')")
            assert await page.evaluate("window.pwned || 0") == 0
            assert "<img src=x" in await page.evaluate("document.body.textContent")
            assert page.dialogs == []
    finally:
        server.stop()


async def test_the_slo_table_is_a_table_in_log_and_report(robot):
    suite = """
*** Settings ***
Library    AIGCLibrary
*** Test Cases ***
T
    FOR    ${i}    IN RANGE    30
        Record Metric    locator.gold_hit    1
    END
"""
    run = await asyncio.to_thread(robot, suite, "--listener", "AIGCLibrary.Listener")
    async with Chrome() as page:
        for name in ("log.html", "report.html"):
            await page.open(f"file://{run.directory}/results/{name}")
            cells = (
                "[...document.querySelectorAll('table table td, .metadata td, td td')].map(td => td.textContent.trim())"
            )
            found = await page.until(f"(c => c.includes('locator.gold_hit_rate') && c)({cells})")
            assert "✓\N{NO-BREAK SPACE}healthy" in found


@pytest.fixture
def database(tmp_path):
    rng = random.Random(5)
    store = Store(f"sqlite:///{tmp_path}/aigc.db", "run-1")
    store.upsert(tables.run, id="run-1", name="Suite", started_at=AT, status="RUNNING")
    base = {"weight": None, "unit": "1", "labels": {"target": "generate_button", "tier": "gold"}, "place": "s1-t1-k1"}
    for name, share in (("locator.gold_hit", 0.8), ("async_task.completed", 0.5), ("async_task.within_sla", 0.99)):
        fill(
            store,
            tables.sample,
            [{"name": name, "at": AT + i, "value": float(rng.random() < share), **base} for i in range(80)],
        )
    times = [
        {"name": "locator.locate_time", "at": AT + i, "value": rng.random(), **base, "unit": "s"} for i in range(80)
    ]
    fill(store, tables.sample, times)
    kinds = [
        {**base, "name": "async_task.wait_time", "at": AT + i, "value": 5 + rng.random() * 60, "unit": "s",
         "labels": {"kind": "video", "outcome": "completed"}}
        for i in range(40)
    ]  # fmt: skip
    fill(store, tables.sample, kinds)
    fill(
        store,
        tables.task,
        [{"handle": "video:1", "state": "processing", "progress": 0.4, "submitted_at": AT, "updated_at": AT}],
    )
    fill(
        store,
        tables.download,
        [
            {
                "id": "d",
                "source": "/files/1",
                "received": 5 * 10**6,
                "total": 10**7,
                "done": False,
                "started_at": AT,
                "updated_at": AT + 3,
            }
        ],
    )
    fill(
        store,
        tables.alert,
        [
            {
                "id": "a",
                "name": "async_task.completion_rate",
                "state": "firing",
                "since": AT,
                "updated_at": AT,
                "message": "50 %",
            }
        ],
    )
    fill(
        store,
        tables.file_report,
        [{"id": "f", "media_type": "video/mp4", "size": 9, "success": True, "elapsed": 1.0, "at": AT}],
    )
    failed = {"suite": "Suite", "test": "Suite.A", "status": "FAIL", "message": "gone", "at": AT, "elapsed": 1.0}
    fill(
        store,
        tables.test_result,
        [failed | {"place": "s1-t1", "failed_at": "s1-t1-k1", "failed_keyword": "Click Target", "process": "h:1"}],
    )
    fill(
        store,
        tables.suggestion,
        [{"test": "Suite.A", "cause": "renamed", "fix": "gold: create", "texts": {}, "at": AT}],
    )
    yield store
    store.close()


async def violations(page):
    await page.evaluate(AXE)
    run = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    return await page.evaluate(
        f"{run}.then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ')))"
    )


async def test_the_dashboard_is_accessible_and_needs_no_network(database):
    server = DashboardServer(database.url)
    url = server.start()
    try:
        async with Chrome() as page:
            await page.open(url)
            await ready(page)
            for dark in (False, True):
                await page.dark(dark)
                await asyncio.sleep(0.3)
                assert await violations(page) == []
            await page.evaluate("document.getElementById('language').click()")
            await page.until("document.body.textContent.includes('未达标')")
            await page.narrow()
            assert await violations(page) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390
            await page.open(f"{url}/?lang=en")
            await page.until("document.documentElement.lang === 'en' && document.body.textContent.includes('Failures')")
            await page.evaluate("document.getElementById('language').click()")
            await page.until("document.documentElement.lang === 'zh-CN' && location.search === '?lang=zh'")
            assert [one for one in page.requests if not one.startswith(url)] == []
            assert page.console == []
    finally:
        server.stop()


async def test_the_dashboard_shows_trouble_first_and_moves_by_itself(database):
    server = DashboardServer(database.url)
    url = server.start()
    try:
        async with Chrome() as page:
            await page.open(url)
            await ready(page)
            order = "[...document.querySelectorAll('.card')].map(c => c.className.replace('card ', ''))"
            found = await page.evaluate(order)
            assert found == sorted(found, key=["breach", "at_risk", "unproven", "healthy"].index)
            shown = await page.evaluate("document.body.textContent")
            for text in ("video:1", "/files/1", "gold: create", "50 %"):
                assert text in shown
            await page.until("document.getElementById('live').className === 'on'")
            base = {"weight": None, "unit": "1", "labels": {}, "place": None}
            more = [{"name": "file_processing.success", "at": AT + i, "value": 1.0, **base} for i in range(9)]
            await asyncio.to_thread(fill, database, tables.sample, more)
            await page.until("!!document.querySelector('[data-slo=\"file_processing.success_rate\"]')")
    finally:
        server.stop()


async def test_slo_html_is_accessible_and_needs_no_network(database, tmp_path):
    from AIGCLibrary.monitoring.report.page import write_page

    for language in ("en", "zh"):
        path = await asyncio.to_thread(
            write_page, database, "run-1", tmp_path / f"{language}.html", language=language, log_name="log.html"
        )
        async with Chrome() as page:
            await page.open(f"file://{path}")
            for dark in (False, True):
                await page.dark(dark)
                assert await violations(page) == []
            await page.narrow()
            assert await violations(page) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390
            assert page.requests == [f"file://{path}"]
            assert page.console == []
            assert (
                await page.evaluate("document.querySelector('.failure a').getAttribute('href')") == "log.html#s1-t1-k1"
            )


async def test_the_comparison_of_two_runs_is_accessible_and_needs_no_network(database, tmp_path):
    from AIGCLibrary.monitoring.compare.comparison import compare
    from AIGCLibrary.monitoring.compare.flaky import flaky_tests
    from AIGCLibrary.monitoring.compare.page import render_comparison

    store = Store(database.url, "run-2")
    store.upsert(tables.run, id="run-2", name="Suite", started_at=AT + 500, status="FAIL")
    base = {"weight": None, "unit": "1", "labels": {"target": "generate_button"}, "place": None, "test": "Suite.A"}
    fill(
        store, tables.sample, [{"name": "locator.gold_hit", "at": AT + 500 + i, "value": 0.0, **base} for i in range(9)]
    )
    async with Chrome() as page:
        for language in ("en", "zh"):
            found = await asyncio.to_thread(compare, store, "run-2", ["run-1"])
            html, _ = render_comparison(store, found, flaky_tests(store, "run-2"), language)
            (tmp_path / f"{language}.html").write_text(html, encoding="utf-8")
            await page.open(f"file://{tmp_path}/{language}.html")
            for dark in (False, True):
                await page.dark(dark)
                assert await violations(page) == []
    assert [one for one in page.requests if not one.startswith("file://")] == []
    store.close()


async def test_the_page_of_mutants_is_accessible_and_needs_no_network(tmp_path):
    from AIGCLibrary.cli.mutate_catalogue import Mutant
    from AIGCLibrary.cli.mutate_lines import KillingLine
    from AIGCLibrary.cli.mutate_report import write_page
    from AIGCLibrary.cli.mutate_score import Fate, JudgedMutant, MutationScore

    lie = Mutant("black", "files", "clip", "black for=clip", ("S.A",), media_type="video/mp4")
    line = KillingLine('quality: {black: "< 0.5 s"}', "films (resources/rules/films.yaml)", "S.A", "black: 4 s")
    judged = (
        JudgedMutant(lie, Fate.KILLED, (("S.A", "The picture is black."),)),
        JudgedMutant(lie, Fate.SURVIVED, line=line),
        JudgedMutant(lie, Fate.SURVIVED),
        JudgedMutant(lie, Fate.NOT_APPLICABLE, reason="no_file"),
    )
    found = MutationScore(judged, ("S.A", "S.B"), ("song",))
    async with Chrome() as page:
        for language in ("en", "zh"):
            path = tmp_path / f"{language}.html"
            path.write_text(write_page(found, language, 90), encoding="utf-8")
            await page.open(f"file://{path}")
            for dark in (False, True):
                await page.dark(dark)
                assert await violations(page) == []
        await page.narrow()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [one for one in page.requests if not one.startswith("file://")] == []


async def test_metrics_html_is_whole_without_a_network(robot):
    suite = "*** Test Cases ***\nPasses\n    Log    x\nFails\n    Fail    no\n"
    run = await asyncio.to_thread(robot, suite, "--listener", "AIGCLibrary.Listener")
    async with Chrome() as page:
        await page.open(f"file://{run.directory}/results/metrics.html")
        assert [one for one in page.requests if not one.startswith("file://")] == []
        assert page.console == []
        assert await page.evaluate("getComputedStyle(document.getElementById('dashboard')).display") == "block"
        assert await page.evaluate("document.querySelectorAll('#testPie .bar').length") == 3
        for part in ("dashboard", "suite", "test", "kwtimes", "details"):
            await page.evaluate(f"location.hash = '{part}'")
            await page.until(f"getComputedStyle(document.getElementById('{part}')).display === 'block'")
            for dark in (False, True):
                await page.dark(dark)
                assert await violations(page) == [], part
        await page.evaluate("location.hash = 'test'")
        await page.until("getComputedStyle(document.getElementById('test')).display === 'block'")
        search = "(f => { f.value = 'fails'; f.dispatchEvent(new Event('input')); })"
        await page.evaluate(f"{search}(document.querySelector('#tm tfoot th:nth-child(2) input'))")
        shown = "[...document.querySelectorAll('#tm tbody tr')].filter(r => !r.hidden).length"
        assert await page.evaluate(shown) == 1
