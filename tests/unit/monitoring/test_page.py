"""slo.html: what is in it, in both languages, and on both databases."""

from AIGCLibrary.monitoring.report.page import render_page
from AIGCLibrary.monitoring.summary import run_metadata
from AIGCLibrary.store import tables
from tests.support.stores import fill

AT = 1_800_000_000.0


def filled(store, samples):
    store.upsert(tables.run, id="run-1", name="Nightly", started_at=AT, status="RUNNING")
    samples("locator.gold_hit", [1] * 40)
    labels = {"target": "generate", "tier": "gold"}
    times = [
        {
            "name": "locator.locate_time",
            "at": AT + i,
            "value": 0.1 + i,
            "unit": "s",
            "labels": labels,
            "place": f"s1-t1-k{i}",
        }
        for i in range(3)
    ]
    fill(store, tables.sample, times)
    done = {"kind": "video", "outcome": "completed"}
    waits = [{"name": "async_task.wait_time", "at": AT, "value": v, "unit": "s", "labels": done} for v in (20.0, 90.0)]
    fill(store, tables.sample, waits)
    reports = [
        {"id": str(i), "media_type": "video/mp4", "size": 10**6, "success": i > 0, "elapsed": 1.0} for i in range(3)
    ]
    fill(store, tables.file_report, reports)
    fill(
        store,
        tables.test_result,
        [{"suite": "S", "test": "S.T", "status": "FAIL", "message": "<b>", "failed_at": "s1-t1-k9"}],
    )
    return store


def test_the_page_tells_everything_in_both_languages(store, samples):
    filled(store, samples)
    english = render_page(store, "run-1", log_name="log.html")
    chinese = render_page(store, "run-1", language="zh-CN", log_name="log.html")
    for text in (
        "healthy",
        "generate",
        "video/mp4",
        "Slowest targets",
        'href="log.html#s1-t1-k2"',
        "&lt;b&gt;",
        "terminated abnormally",
    ):
        assert text in english
    for text in ("达标", "最慢的元素", 'lang="zh-CN"', "金 3"):
        assert text in chinese
    assert "<b></p>" not in english


def test_the_top_suite_shows_targets_tasks_and_files(store, samples):
    found = run_metadata(filled(store, samples), "run-1")
    assert list(found) == [
        "Failed tests",
        "SLO",
        "Targets: how they were found",
        "Tasks: how long they took",
        "Verified files",
    ]
    assert "| all | 3 | gold 3 | 1.1 s | 2.1 s |" in found["Targets: how they were found"]
    assert "| video | 2/2 | 55 s | 86.5 s |" in found["Tasks: how long they took"]
    assert "| video/mp4 | 2/3 | 3 MB | 1 s |" in found["Verified files"]


def test_what_generation_cost_is_added_up_by_unit(store, samples):
    filled(store, samples)
    assert "What generation cost" not in run_metadata(store, "run-1")
    paid = [("video", 2.5, "credits"), ("video", 3.0, "credits"), ("image", 0.04, "USD"), ("video", None, None)]
    fill(
        store,
        tables.task,
        (
            {"handle": f"{kind}:{i}", "provider": "studio", "kind": kind, "cost": cost, "cost_unit": unit}
            for i, (kind, cost, unit) in enumerate(paid)
        ),
    )
    table = run_metadata(store, "run-1")["What generation cost"]
    assert "| studio | video | 2 | 5.5 credits |" in table
    assert "| studio | image | 1 | 0.04 USD |" in table
    page = render_page(store, "run-1")
    assert "What generation cost: 0.04 USD + 5.5 credits" in page
    assert "2.75 credits" in page
    assert page.count('<th scope="row">studio</th><td class="text">video</td><td>3</td>') == 1  # one has no cost
    assert "生成费用" in render_page(store, "run-1", language="zh")


def spending(store, tests):
    rows = (
        {"handle": f"video:{i}", "provider": "studio", "kind": "video", **one}
        for i, one in enumerate(
            {"suite": "S", "test": test, "cost": cost, "cost_unit": unit} for test, cost, unit in tests
        )
    )
    fill(store, tables.task, rows)


def test_what_each_test_spent_is_listed_the_dearest_first(store, samples):
    filled(store, samples)
    fill(store, tables.test_result, [{"suite": "S", "test": "S.Dear", "status": "PASS", "place": "s1-t2"}])
    spending(
        store,
        [
            ("S.Cheap", 1.0, "credits"),
            ("S.Dear", 4.0, "credits"),
            ("S.Dear", 5.5, "credits"),
            ("S.Dear", None, None),
            ("S.Dollars", 0.04, "USD"),
            (None, 2.0, "credits"),
            ("S.Free", None, None),
        ],
    )
    table = run_metadata(store, "run-1")["Tests: what they cost"].splitlines()
    assert table[1:] == [
        "| Dollars | S | 1 | 0.04 USD |",  # the only one in dollars: all of them
        "| Dear | S | 3 | 9.5 credits |",
        "| setup or teardown | S | 1 | 2 credits |",
        "| Cheap | S | 1 | 1 credits |",
        "| Free | S | 1 | – |",
    ]
    page = render_page(store, "run-1", log_name="log.html")
    assert '<a href="log.html#s1-t2">Dear</a>' in page
    assert "各用例的费用" in render_page(store, "run-1", language="zh")


def test_tests_beyond_the_dearest_are_one_row(store, samples):
    filled(store, samples)
    spending(store, [(f"S.T{i:02}", 100 - i, "credits") for i in range(25)])
    assert (
        run_metadata(store, "run-1")["Tests: what they cost"].splitlines()[-1] == "| 15 more |  | 15 | 1,245 credits |"
    )
    assert "5 more" in render_page(store, "run-1")


def test_targets_living_on_bronze_are_listed(store, samples):
    filled(store, samples)
    labels = {"target": "tasks.row", "tier": "bronze", "outcome": "conflict", "remembered": "held"}
    row = {"name": "locator.locate_time", "at": AT, "value": 0.1, "unit": "s", "labels": labels}
    fill(store, tables.sample, [row])
    found = run_metadata(store, "run-1")
    assert "| tasks.row | 1 | bronze 1 |" in found["Targets found only by bronze"]
    assert (
        "Tiers in conflict: 1 · healed: 0 · cached selector still valid: 1 of 1 (100 %)"
        in found["Targets: how they were found"]
    )
    assert "仅靠铜层级定位的元素" in run_metadata(store, "run-1", "zh")
    assert "Targets found only by bronze" in render_page(store, "run-1")


def test_links_follow_the_merged_log_where_ids_are_new(store, samples):
    filled(store, samples)
    page = render_page(store, "run-1", log_name="log.html", places={"S.T": "s1-s4-t1-k2"})
    assert 'href="log.html#s1-s4-t1-k2"' in page
    assert "s1-t1-k9" not in page


def test_without_a_log_there_are_no_links(store, samples):
    assert "href=" not in render_page(filled(store, samples), "run-1")


def test_a_suggestion_stands_once(store):
    message = "No button.\n\nThe button was renamed. → Write 'Create'. (likely)"
    fill(store, tables.test_result, [{"suite": "S", "test": "S.T", "status": "FAIL", "message": message}])
    advice = {"cause": "The button  was renamed.", "fix": "Write 'Create'.", "applicability": "likely"}
    fill(store, tables.suggestion, [{"test": "S.T", "at": AT, **advice}])
    page = render_page(store, "run-1")
    assert page.count("was renamed.") == 1
    assert '<p class="message">No button.</p>' in page


def test_failures_stand_in_the_order_they_happened_and_those_beyond_are_counted(store):
    rows = [{"suite": "S", "test": f"S.T{i:03}", "status": "FAIL", "message": "m", "at": AT + i} for i in range(203)]
    fill(store, tables.test_result, reversed(rows))
    page = render_page(store, "run-1")
    assert page.index("T000") < page.index("T001") < page.index("T199")
    assert "T200" not in page
    assert "3 more failed tests are in log.html." in page


def test_long_names_break_between_their_words(store):
    labels = {"target": "generate.generate_button<i>", "tier": "gold"}
    row = {"name": "locator.locate_time", "at": AT, "value": 0.1, "unit": "s", "labels": labels}
    fill(store, tables.sample, [row])
    assert "generate.<wbr>generate_<wbr>button&lt;i&gt;" in render_page(store, "run-1")


def test_a_ratio_tells_how_many_samples_it_is_made_of(store, samples):
    samples("file_processing.disk_efficiency", [0.9] * 6, weights=[1e6] * 6)
    assert "| 6 samples |" in run_metadata(store, "run-1")["SLO"]
    assert "6 个样本" in render_page(store, "run-1", language="zh")
