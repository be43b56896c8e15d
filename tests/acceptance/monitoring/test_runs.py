"""One story of launches: a bad build is stopped, its failed tests are repeated and merged, a later run is compared."""

import contextlib
import json
import sqlite3

import pytest
from robot.api import ExecutionResult

from tests.support.forks import run_module
from tests.support.robot_run import clean_environment

SUITE = """
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary    slo=slo.yaml

*** Test Cases ***
Bad Build
    FOR    ${i}    IN RANGE    60
        Record Metric    own.done    %{DONE}
    END
Orders More
    Create Session    product    http://127.0.0.1:9
    Submit Task    video    provider=generic    session=product    prompt=a boat
Flaky
    Should Be Equal    %{BREAK}    no
Compared
    Run Should Not Be Worse    than=%{THAN}
"""
SLO = "slo: {own: {done: {min: 90 %, stop: proven}}}\n"


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Run it all once: the results by name."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "suite.robot").write_text(SUITE, encoding="utf-8")
    (folder / "slo.yaml").write_text(SLO, encoding="utf-8")

    def call(*arguments, **environment):
        return run_module(*arguments, cwd=folder, env=clean_environment(**environment))

    robot = ("robot", "--outputdir", "results", "--listener", "AIGCLibrary.Listener")
    found = {}
    call(*robot, "suite.robot", BREAK="yes", DONE="0", THAN="previous")
    found["first"] = ExecutionResult(folder / "results" / "output.xml")
    repeat = ("--rerunfailed", "results/output.xml", "--output", "again.xml", "suite.robot")
    call(*robot, *repeat, BREAK="no", DONE="0", THAN="previous")
    found["again"] = ExecutionResult(folder / "results" / "again.xml")
    merge = ("--merge", "--prerebotmodifier", "AIGCLibrary.SLOReport", "--outputdir", "merged", "--output", "m.xml")
    call("robot.rebot", "--name", "Night", *merge, "results/output.xml", "results/again.xml")
    found["merged"] = ExecutionResult(folder / "merged" / "m.xml")
    found["gate"] = call("AIGCLibrary", "slo", "check", "--json")
    smaller = ("--removekeywords", "all", "--flattenkeywords", "for", "suite.robot")
    call(*robot, *smaller, BREAK="no", DONE="1", THAN="last 2")
    found["later"] = ExecutionResult(folder / "results" / "output.xml")
    found["page"] = (folder / "results" / "slo.html").read_text(encoding="utf-8")
    found["before"] = left_in(folder / "results")
    call(*robot, "--dryrun", "suite.robot", BREAK="no", DONE="1", THAN="last 2")
    found["after"] = left_in(folder / "results")
    found["compared"] = call("AIGCLibrary", "compare", "last 2", "--json")
    found["order"] = call("AIGCLibrary", "order", "suites", "--output", "order.txt", "--processes", "3")
    found["ordering"] = (folder / "order.txt").read_text(encoding="utf-8")
    return found


def left_in(folder):
    """Return what a run leaves: rows of the store, and the pages with the times at which they were written."""
    tables = ("run", "test_result", "sample")
    with contextlib.closing(sqlite3.connect(folder / "aigc.db")) as database:
        rows = [database.execute(f"select count(*) from {name}").fetchone() for name in tables]
    return rows, {name: (folder / name).stat().st_mtime_ns for name in ("slo.html", "metrics.html")}


def by_name(result):
    return {test.name: test for test in result.suite.all_tests}


def test_once_a_breach_is_proven_tests_that_would_order_more_are_skipped(story):
    skipped = by_name(story["first"])["Orders More"]
    assert skipped.status == "SKIP", skipped.message
    assert "own.done" in skipped.message
    assert len(skipped.message.splitlines()) == 1


def test_what_is_repeated_is_read_together_with_the_run_it_repeats(story):
    assert {name: test.status for name, test in by_name(story["again"]).items()}["Flaky"] == "PASS"
    merged = by_name(story["merged"])
    assert {name: merged[name].status for name in ("Bad Build", "Orders More", "Flaky")} == {
        "Bad Build": "PASS",
        "Orders More": "SKIP",
        "Flaky": "PASS",
    }
    assert story["merged"].suite.name == "Night"
    assert "| own.done | 0 % | 0/60 |" in story["merged"].suite.metadata["SLO"]


def test_removed_and_flattened_keywords_take_nothing_from_the_tables(story):
    assert "| own.done | 100 % | 60/60 |" in story["later"].suite.metadata["SLO"]
    assert "own.done" in story["page"]


def test_a_dry_run_leaves_nothing(story):
    assert story["after"] == story["before"]


def test_the_gate_judges_the_samples_of_all_parts(story):
    judged = json.loads(story["gate"].stdout)
    assert story["gate"].returncode == 1
    assert [(one["name"], one["verdict"], one["value"]) for one in judged["objectives"]] == [
        ("own.done", "breach", 0.0)
    ]


def test_a_run_without_an_earlier_one_cannot_be_compared(story):
    assert "AIGC013" in by_name(story["first"])["Compared"].message


def test_a_later_run_is_compared_with_the_earlier_ones(story):
    assert by_name(story["later"])["Compared"].status == "PASS", by_name(story["later"])["Compared"].message
    assert story["compared"].returncode == 0, story["compared"].stderr
    assert json.loads(story["compared"].stdout)["judgement"] in ("not_worse", "unknown")


def test_suites_are_ordered_for_pabot(story):
    assert story["order"].returncode == 0, story["order"].stderr
    assert story["ordering"] == "--suite Suite\n"
    assert "pabot --processes 3 --ordering order.txt" in story["order"].stdout
