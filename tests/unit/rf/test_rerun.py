"""Which run a launch repeats, and which runs a merged result is made of."""

import datetime as dt
from types import SimpleNamespace

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.rf.merged import join_parts
from AIGCLibrary.rf.rerun import repeated_run
from AIGCLibrary.rf.run_of import run_in
from AIGCLibrary.store import Store, chain
from AIGCLibrary.store.tables import run, test_result

OUTPUT = """<robot generator="Robot" schemaversion="5"><suite id="s1" name="Shop">
<meta name="AIGC Run">night-7</meta><status status="PASS" start="2026-11-01T01:00:00" elapsed="1"/></suite>
<statistics><total/><tag/><suite/></statistics><errors/></robot>"""


def test_the_repeated_run_is_named_by_the_output_file_of_rerunfailed(tmp_path):
    output = tmp_path / "first.xml"
    output.write_text(OUTPUT, encoding="utf-8")
    assert repeated_run(["--rerunfailed", str(output), "--name", "Shop", "suites"], {}) == "night-7"
    assert repeated_run(["-S", str(output), "suites"], {}) == "night-7"
    assert repeated_run([f"--rerunfailed={output}", "suites"], {}) == "night-7"
    assert repeated_run(["suites"], {}) is None
    assert repeated_run(["--rerunfailed", str(tmp_path / "gone.xml"), "suites"], {}) is None
    assert repeated_run(["-s", "Shop", "--no-such-option"], {}) is None


@pytest.mark.parametrize("text", ["", OUTPUT[:90], OUTPUT.replace("AIGC Run", "Other")])
def test_an_output_file_of_a_killed_run_names_no_run(tmp_path, text):
    output = tmp_path / "output.xml"
    output.write_text(text, encoding="utf-8")
    assert run_in(output) is None


@pytest.mark.parametrize("text", ["<html><body/></html>", "no markup", "<coverage><line/>"])
def test_a_file_that_is_no_output_of_robot_is_said_to_be_none(tmp_path, text):
    file = tmp_path / "log.html"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"log.html' is not an output file of Robot Framework: .*[^.]\. \[AIGC001\]$"):
        run_in(file)


def test_the_parts_of_a_merged_result_are_found_by_the_start_of_its_tests(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/aigc.db")
    begun = dt.datetime(2026, 11, 1, 1, 0, 0, 123_457, tzinfo=dt.UTC)
    tests = []
    for index, (run_id, name) in enumerate((("night", "Pay"), ("again", "Buy"), ("other", "Sell"))):
        at = begun + dt.timedelta(seconds=60 * index)
        store.upsert(run, id=run_id, started_at=at.timestamp(), labels={"objectives": {}})
        store.insert(test_result, run_id=run_id, test=f"Shop.{name}", at=at.timestamp(), status="PASS")
        tests.append(SimpleNamespace(name=name, start_time=at))
    store.flush()
    join_parts(store, SimpleNamespace(all_tests=tests[:2]), "again")
    assert chain.parts(store, "again") == ["night", "again"]
    join_parts(store, SimpleNamespace(all_tests=tests[2:]), "other")
    assert chain.parts(store, "other") == ["other"]
    store.close()
