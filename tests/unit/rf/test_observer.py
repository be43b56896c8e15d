"""What the observer of a run keeps: nothing of a dry run, each event once, whatever a step raises."""

from types import SimpleNamespace

import pytest
from robot import result as model

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.rf import observer as module
from AIGCLibrary.rf.observer import RunObserver
from AIGCLibrary.rf.run_records import RunRecords
from AIGCLibrary.store.tables import run, test_result


@pytest.fixture
def robot(monkeypatch):
    """Robot's answer to the question whether this is a dry run."""
    state = SimpleNamespace(dry_run_active=False, get_variable_value=lambda _name, default=None: default)
    monkeypatch.setattr(module, "BuiltIn", lambda: state)
    return state


@pytest.fixture
def engine(tmp_path, clock):
    made = Engine(Settings(run_id="r", store=f"sqlite:///{tmp_path}/aigc.db"), directory=tmp_path, clock=clock)
    yield made
    made.close()


def suite(name="Shop", parent=None):
    return SimpleNamespace(full_name=name, parent=parent, source=None, has_setup=False)


def play(observer, data, *tests, after=lambda result: None, result=None):
    """Run a suite of tests that pass or fail, as Robot tells listeners of it."""
    result = model.TestSuite(name=data.full_name) if result is None else result
    observer.start_suite(data, result)
    for name, status in tests:
        test = SimpleNamespace(full_name=f"{data.full_name}.{name}", parent=data, source=None, lineno=1, body=[])
        outcome = result.tests.create(name=name, status=status, elapsed_time=1.0)
        observer.start_test(test, outcome)
        observer.end_test(test, outcome)
    after(result)
    observer.end_suite(data, result)
    observer.end_run()
    return result


def test_a_run_keeps_its_tests_once_though_two_listeners_report_them(robot, engine):
    observer = RunObserver(engine)
    engine.begin()
    data, result = suite(), model.TestSuite()
    observer.start_suite(data, result)
    observer.start_suite(data, result)
    play(observer, suite("Shop.Cart", data), ("Buy", "PASS"))
    observer.end_suite(data, result)
    observer.end_run()
    assert [row["test"] for row in engine.store.query(test_result.select())] == ["Shop.Cart.Buy"]
    assert engine.store.query(run.select())[0]["status"] == "PASS"


def test_the_run_is_shown_at_the_top_though_only_suites_below_import_the_library(robot, engine):
    observer = RunObserver(engine)
    engine.begin()
    top, data = model.TestSuite(name="Suites"), suite("Suites", parent=None)
    for name, status in (("First", "PASS"), ("Second", "FAIL")):
        result = top.suites.create(name=name)
        play(observer, suite(f"Suites.{name}", data), ("Buy", status), result=result)
        assert not result.metadata
    assert top.metadata["AIGC Run"] == "r"
    assert "Buy" in top.metadata["Failed tests"]


def test_a_dry_run_leaves_nothing(robot, engine, tmp_path):
    robot.dry_run_active = True
    observer = RunObserver(engine)
    result = play(observer, suite(), ("Buy", "PASS"))
    assert observer.dry_run
    assert result.metadata == {}
    assert not engine.begun
    assert not (tmp_path / "aigc.db").exists()


def test_what_a_step_raises_is_reported_once_and_the_run_continues(robot, engine, caplog, monkeypatch):
    observer = RunObserver(engine)
    engine.begin()
    monkeypatch.setattr(RunRecords, "keep", lambda *_: 1 / 0)  # a defect of ours
    play(observer, suite(), ("Buy", "PASS"), ("Sell", "PASS"))
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "The listener could not <lambda>: division by zero"
    ]
    assert engine.store.query(run.select())[0]["status"] == "PASS"


def _fail_teardown(result):
    result.teardown.config(name="Close All", status="FAIL")
    result.suite_teardown_failed("the key is s3cret")


@pytest.mark.parametrize("begun", [True, False], ids=["written", "waiting"])
def test_a_failed_teardown_of_the_suite_fails_the_tests_that_are_kept(robot, engine, begun):
    engine.redactor.add("s3cret")
    observer = RunObserver(engine)
    if begun:
        engine.begin()
    play(observer, suite(), ("Buy", "PASS"), ("Sell", "FAIL"), ("Wait", "SKIP"), after=_fail_teardown)
    engine.begin()
    rows = {row["test"]: row for row in engine.store.query(test_result.select())}
    assert [row["status"] for row in rows.values()] == ["FAIL", "FAIL", "SKIP"]
    assert "Parent suite teardown failed" in rows["Shop.Buy"]["message"]
    assert all("s3cret" not in row["message"] for row in rows.values())
    assert rows["Shop.Buy"]["failed_keyword"] == "Close All"
    assert [rows[name]["failed_keyword"] for name in ("Shop.Sell", "Shop.Wait")] == [None, None]
    if begun:
        assert engine.store.query(run.select())[0]["status"] == "FAIL"


def test_what_another_listener_made_of_a_result_is_kept(robot, engine):
    observer = RunObserver(engine)
    engine.begin()

    def decide(result):
        result.tests[1].status, result.tests[1].message = "FAIL", "*HTML* <b>too slow</b> &lt;for us&gt;"

    play(observer, suite(), ("Buy", "PASS"), ("Sell", "PASS"), ("Wait", "PASS"), after=decide)
    rows = [(row["status"], row["message"]) for row in engine.store.query(test_result.select())]
    assert rows == [("PASS", ""), ("FAIL", "too slow <for us>"), ("PASS", "")]
    assert engine.store.query(run.select())[0]["status"] == "FAIL"
