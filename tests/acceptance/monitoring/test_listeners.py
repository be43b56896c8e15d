"""Both listeners in real runs: what they write, that they do it once, and that they never change a verdict."""

import sqlite3

import pytest
from robot.api import ExecutionResult, ResultVisitor

from tests.support.robot_run import run_aigc

SUITE = """
*** Settings ***
Library    AIGCLibrary
*** Test Cases ***
Passes
    FOR    ${i}    IN RANGE    30
        Record Metric    locator.gold_hit    1
    END
Fails
    Fail    something odd
Skips
    Skip    not today
"""

BOTH = ("--listener", "AIGCLibrary.Listener")


def rows(run, query):
    with sqlite3.connect(run.directory / "results" / "aigc.db") as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("options", [(), BOTH], ids=["library alone", "both listeners"])
def test_a_run_leaves_results_samples_and_a_table(robot, options):
    run = robot(SUITE, *options)
    assert run.code == 1
    assert [test.status for test in run.tests.values()] == ["PASS", "FAIL", "SKIP"]
    assert rows(run, "select status, place from test_result order by at") == [
        ("PASS", "s1-t1"),
        ("FAIL", "s1-t2"),
        ("SKIP", "s1-t3"),
    ]
    assert rows(run, "select count(*), min(suite), min(test) from sample") == [(30, "Suite", "Suite.Passes")]
    assert rows(run, "select name, status from run") == [("Suite", "FAIL")]
    table = run.result.suite.metadata["SLO"]
    assert "| ✓\N{NO-BREAK SPACE}healthy | locator.gold_hit_rate | 100 % | 30/30 |" in table
    assert "=Why=" not in table  # slo.html has room for sentences


PLACES = """
*** Settings ***
Library    AIGCLibrary
Suite Setup    Note
Test Teardown    Note
*** Test Cases ***
Structures
    [Setup]    Note
    FOR    ${i}    IN RANGE    3
        Log    ${i}
        IF    ${i} == 1    Note    ELSE IF    ${i} == 2    Twice    ELSE    Log    nothing
        Record Metric    locator.gold_hit    1
    END
    TRY
        Note
        Fail    on purpose
    EXCEPT    *    type=GLOB
        Twice
    FINALLY
        Note
    END
    GROUP    together
        Run Keyword    Note
    END
    Repeat Keyword    3    Note
    Run Keywords    Twice    AND    Note
    WHILE    True    limit=2    on_limit=pass
        Note
    END
    Note
Another
    Note
*** Keywords ***
Note
    Log    before
    Record Metric    locator.gold_hit    1
Twice
    [Setup]    Note
    Note
    Log    between
    Record Metric    locator.gold_hit    1
    [Teardown]    Note
"""


def test_a_measured_value_knows_the_keyword_that_measured_it(robot):
    run = robot(PLACES)
    assert run.code == 0, run.console
    expected = []

    class Measuring(ResultVisitor):
        def start_keyword(self, keyword):
            if keyword.name == "Record Metric" and keyword.status != "NOT RUN":
                expected.append(keyword.id)

    run.result.visit(Measuring())
    assert len(expected) > 30
    assert [place for (place,) in rows(run, "select place from sample order by id")] == expected


def test_a_failure_carries_its_suggestion_everywhere(robot):
    run = robot(SUITE, *BOTH)
    failed = run.tests["Fails"]
    assert failed.message.startswith("something odd\n\n")
    assert failed.metadata["Fix suggestions"]
    assert "aigc-suggestion" in failed.tags
    (html,) = [one for one in failed.body.flatten() if getattr(one, "html", False)]
    assert "No known cause fits." in html.message
    assert "Start at the failing keyword &#39;BuiltIn.Fail&#39;" in html.message
    assert rows(run, "select test from suggestion")[0] == ("Suite.Fails",)
    assert not run.tests["Passes"].metadata


def test_reports_are_made_after_the_run(robot):
    run = robot(SUITE, *BOTH)
    results = run.directory / "results"
    for name in ("metrics.html", "slo.html"):
        page = (results / name).read_text(encoding="utf-8")
        assert "Fails" in page
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert "https://" not in page
    assert 'href="log.html#s1-t2-k1"' in (results / "slo.html").read_text(encoding="utf-8")


def test_all_suites_are_seen_by_the_command_line_listener(robot, tmp_path):
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "one.robot").write_text(SUITE)
    (folder / "two.robot").write_text("*** Test Cases ***\nWithout The Library\n    Log    hello\n")
    run = robot("", *BOTH, name="all/three.robot")
    assert run.code == 252  # an empty suite file is no data: Robot's own verdict is left alone
    (folder / "three.robot").unlink()
    run = robot("*** Test Cases ***\nThird\n    No Operation\n", *BOTH, "all", name="four.robot")
    names = {test for (test,) in rows(run, "select test from test_result")}
    assert {name.rsplit(".", 1)[1] for name in names} == {"Passes", "Fails", "Skips", "Without The Library", "Third"}
    with_table = [suite.name for suite in walk(run.result.suite) if "SLO" in suite.metadata]
    assert with_table == [run.result.suite.name]


def test_report_html_of_a_folder_begins_with_the_failed_tests_without_any_option(robot, tmp_path):
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "two.robot").write_text("*** Test Cases ***\nWithout The Library\n    Log    hello\n")
    (folder / "one.robot").write_text(SUITE)
    run = robot("*** Test Cases ***\nThird\n    No Operation\n", "all", name="four.robot")
    root = run.result.suite
    assert "Fails" in root.metadata["Failed tests"]
    assert [suite.name for suite in walk(root) if "SLO" in suite.metadata] == [root.name]


def walk(suite):
    yield suite
    for child in suite.suites:
        yield from walk(child)


@pytest.mark.parametrize(
    "breakage",
    [
        "AIGCLibrary.recovery.service:RecoveryService.conclude",
        "AIGCLibrary.store.store:Store.insert",
        "AIGCLibrary.monitoring.service:MonitoringService.note_run",
        "AIGCLibrary.monitoring.summary:run_metadata",
        "AIGCLibrary.rf.reports:make_reports",
    ],
)
def test_a_broken_listener_changes_no_verdict(robot, tmp_path, breakage):
    (tmp_path / "Breaks.py").write_text(f"""
import importlib
ROBOT_LISTENER_API_VERSION = 3
module, _, path = {breakage!r}.partition(":")
target = importlib.import_module(module)
*parents, name = path.split(".")
for parent in parents:
    target = getattr(target, parent)
def broken(*args, **kwargs):
    raise RuntimeError("broken on purpose")
assert callable(getattr(target, name))
setattr(target, name, broken)
""")
    suite = (
        "*** Settings ***\nLibrary    AIGCLibrary\n*** Test Cases ***\nPasses\n    No Operation\nFails\n    Fail    x\n"
    )
    run = robot(suite, "--listener", "Breaks.py", *BOTH)
    assert run.code == 1
    assert [test.status for test in run.tests.values()] == ["PASS", "FAIL"]


@pytest.mark.parametrize("store", ["corrupt", "nonsense", "postgresql+psycopg://aigc@127.0.0.1:1/aigc"])
def test_a_store_that_cannot_be_used_costs_one_line_and_no_verdict(robot, tmp_path, store):
    (tmp_path / "results").mkdir()
    if store == "corrupt":
        (tmp_path / "results" / "aigc.db").write_bytes(bytes(range(256)) * 50)
    run = robot(SUITE, *BOTH, env={} if store == "corrupt" else {"AIGC_STORE": store})
    assert run.code == 1
    assert [test.status for test in run.tests.values()] == ["PASS", "FAIL", "SKIP"]
    warnings = [line for line in run.console.splitlines() if "[ WARN ]" in line]
    assert ["is tried again; the tests go on" in line for line in warnings] == [True]
    assert (tmp_path / "results" / "slo.html").is_file()  # of what this process knows
    assert "Traceback" not in run.console
    assert (tmp_path / "results" / "metrics.html").is_file()


def test_a_bad_slo_file_fails_the_import_in_one_sentence(robot, tmp_path):
    (tmp_path / "slo.yaml").write_text("slo:\n  locator:\n    gold_hit_rat: {minn: 1}\n")
    run = robot(
        "*** Settings ***\nLibrary    AIGCLibrary    slo=slo.yaml\n*** Test Cases ***\nT\n    Record Metric    a    1\n"
    )
    assert "slo.yaml, line 3" in run.console
    assert "Did you mean 'min'" in run.console
    assert "Correct slo.yaml, line 3" in run.console
    assert "monitoring/service.py" not in run.console  # where in our code it was noticed helps nobody


def test_keywords_measure_and_judge(robot, tmp_path):
    (tmp_path / "slo.yaml").write_text("slo: {quality: {first_frame: {max: 800 ms, target: 500 ms}, ok: {min: 0.9}}}")
    run = robot("""
*** Settings ***
Library    AIGCLibrary
*** Test Cases ***
All
    ${names} =    Load SLOs    slo.yaml
    Should Be Equal    ${names}    ${{['quality.first_frame', 'quality.ok']}}
    FOR    ${ms}    IN RANGE    400    480    10
        Record Metric    quality.first_frame    ${ms}    unit=ms    kind=video
        Record Metric    quality.ok    0
    END
    Get Metric    quality.first_frame    <    500 ms
    Get Metric    quality.first_frame    ==    ${0.47}    statistic=max
    Get SLO Status    quality.first_frame    ==    healthy
    Get SLO Status    quality.ok    ==    breach
    SLO Should Be Met    quality.first_frame
    Run Keyword And Expect Error    1 SLO is not met: 'quality.ok' is in breach: 0 %, 0/8, *    SLO Should Be Met
    Run Keyword And Expect Error    There is no SLO 'quality.okk'. Did you mean 'quality.ok'*
    ...    SLO Should Be Met    quality.okk
    Start Measurement    m
    ${s} =    Stop Measurement    m
    Should Be True    0 <= ${s} < 5
    ${url} =    Start Monitoring
    Should Match Regexp    ${url}    ^http://127\\\\.0\\\\.0\\\\.1:\\\\d+$
    Stop Monitoring
""")
    assert run.code == 0, run.console


def test_reports_can_be_made_again_from_a_cut_output(robot, tmp_path):
    run = robot(SUITE, *BOTH)
    results = run.directory / "results"
    whole = (results / "output.xml").read_bytes()
    cut = results / "cut.xml"
    for share in (0.5, 0.8, 0.95):
        cut.write_bytes(whole[: int(len(whole) * share)])
        for name in ("log.html", "report.html", "slo.html", "metrics.html"):
            (results / name).unlink(missing_ok=True)
        done = run_aigc(tmp_path, "report", cut, "--store", f"sqlite:///{results}/aigc.db")
        assert done.returncode == 0, done.stderr
        assert ExecutionResult(results / "cut-salvaged.xml").suite.name == "Suite"
        assert "locator.gold_hit_rate" in (results / "slo.html").read_text()
        assert (results / "report.html").is_file()
        assert (results / "metrics.html").is_file()
    (results / "slo.html").unlink()
    cut.write_bytes(b"")
    done = run_aigc(tmp_path, "report", cut, "--store", f"sqlite:///{results}/aigc.db")
    assert (done.returncode, "only slo.html is made" in done.stderr) == (0, True)
    assert "locator.gold_hit_rate" in (results / "slo.html").read_text()


def test_reports_are_made_from_any_folder_wherever_the_output_went(robot, tmp_path):
    robot(SUITE, *BOTH, "--outputdir", "elsewhere/today")
    output = tmp_path / "elsewhere" / "today"
    (output / "slo.html").unlink()
    away = tmp_path.parent / f"{tmp_path.name}-away"
    away.mkdir()
    done = run_aigc(away, "report", output)
    assert done.returncode == 0, done.stderr
    assert "locator.gold_hit_rate" in (output / "slo.html").read_text(encoding="utf-8")
