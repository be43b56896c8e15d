"""What the recovery manager does, and above all what it does not do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from AIGCLibrary.errors import ApiError, ConfigError, FileError, TaskError
from AIGCLibrary.plugins import ScenarioContext
from AIGCLibrary.recovery.strategy import Level
from AIGCLibrary.store.tables import recovery

MOVING = {"state": "processing", "timeout": 60.0, "elapsed": 60.0, "progress": 0.8, "progress_age": 2.0}


def unreachable():
    return ApiError("GET /tasks could not be reached.", code="AIGC421", facts={"class": "unreachable"})


class Flaky:
    """Fails a number of times, then returns its arguments."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = []

    def __call__(self, changes):
        self.calls.append(dict(changes))
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.mark.parametrize(("left", "calls"), [(20.0, [{"timeout": timedelta(seconds=19)}]), (1.0, []), (0.0, [])])
def test_a_wait_is_repeated_within_the_time_that_was_asked_for_only(engine, left, calls):
    error = TaskError("Its state cannot be read.", code="AIGC207", facts={"class": "outage", "time_left": left})
    again = Flaky()
    try:
        engine.recovery.manager.attempt("wait_for_task", error, again)
    except TaskError:
        assert not calls
    assert again.calls == calls


def test_passing_trouble_is_recovered_recorded_and_counted(engine):
    seen = []
    from AIGCLibrary.events import MetricRecorded

    engine.bus.subscribe(MetricRecorded, seen.append)
    again = Flaky()
    result, done = engine.recovery.manager.attempt("wait_for_task", unreachable(), again)
    assert (result, done.strategy, again.calls) == ("done", "wait_and_retry", [{}])
    rows = engine.store.query(select(recovery))
    assert [(row["strategy"], row["outcome"], row["error_type"]) for row in rows] == [
        ("wait_and_retry", "recovered", "api.unreachable")
    ]
    assert [event.value for event in seen] == [1.0]


@pytest.mark.parametrize("keyword", ["submit_task", "prepare_data", "click_target", "execute_plugin", "call_mcp_tool"])
def test_what_could_act_twice_is_never_repeated(engine, keyword):
    again = Flaky()
    with pytest.raises(ApiError):
        engine.recovery.manager.attempt(keyword, unreachable(), again)
    assert again.calls == []


def test_attempts_are_bounded(engine):
    again = Flaky(*[unreachable() for _ in range(20)])
    with pytest.raises(ApiError):
        engine.recovery.manager.attempt("wait_for_task", unreachable(), again)
    assert len(again.calls) == 1


def test_hopeless_keyword_is_given_up(engine):
    manager = engine.recovery.manager
    again = Flaky(*[unreachable() for _ in range(100)])
    for _ in range(10):
        with pytest.raises(ApiError):
            manager.attempt("wait_for_task", unreachable(), again)
    assert len(again.calls) == 3


def test_off_means_off(engine):
    engine.settings.options["recovery"] = {"act": "off"}
    again = Flaky()
    with pytest.raises(ApiError):
        engine.recovery.manager.attempt("wait_for_task", unreachable(), again)
    assert again.calls == []


def test_yaml_off_is_off(engine):
    engine.settings.options["recovery"] = {"act": False}  # YAML 1.1 reads `off` as false
    assert engine.recovery.manager.level is Level.OFF


def test_longer_timeout_only_when_bending_is_allowed(engine):
    late = TaskError("Task is still processing.", facts=MOVING)
    again = Flaky()
    with pytest.raises(TaskError):
        engine.recovery.manager.attempt("wait_for_task", late, again)
    engine.settings.options["recovery"] = {"act": "bending"}
    engine.recovery.manager.attempt("wait_for_task", late, again)
    assert again.calls == [{"timeout": timedelta(seconds=120)}]


@pytest.mark.parametrize(
    "facts",
    [MOVING | {"progress_age": 40.0}, MOVING | {"progress": None}, MOVING | {"progress": 0.0}],
    ids=["stands still", "no progress known", "never began"],
)
def test_timeout_is_not_extended_for_a_task_that_does_not_move(engine, facts):
    engine.settings.options["recovery"] = {"act": "bending"}
    again = Flaky()
    with pytest.raises(TaskError):
        engine.recovery.manager.attempt("wait_for_task", TaskError("late", facts=facts), again)
    assert again.calls == []


def test_truncated_download_is_fetched_again_but_a_local_file_is_not(engine):
    def short(source):
        return FileError("short", code="AIGC302", facts={"source": source, "findings": [{"kind": "truncated"}]})

    again = Flaky()
    engine.recovery.manager.attempt("process_file", short("http://studio.test/f.mp4"), again)
    assert len(again.calls) == 1
    with pytest.raises(FileError):
        engine.recovery.manager.attempt("process_file", short("/tmp/f.mp4"), again)
    assert len(again.calls) == 1


def test_error_of_the_last_try_is_the_one_reported(engine):
    second = ApiError("now it is another error", facts={"status": 500})
    with pytest.raises(ApiError, match="another"):
        engine.recovery.manager.attempt("wait_for_task", unreachable(), Flaky(second))


def test_strategy_that_fails_does_not_hide_the_error(engine, monkeypatch):
    strategy = engine.recovery.strategies.get("wait_and_retry")
    monkeypatch.setattr(strategy, "prepare", lambda _self, _attempt: 1 / 0)
    with pytest.raises(ApiError):
        engine.recovery.manager.attempt("wait_for_task", unreachable(), Flaky())


def test_keyword_timeout_of_robot_is_not_swallowed(engine):
    class TimeoutExceeded(BaseException):  # as in Robot Framework 7.5
        pass

    def again(_changes):
        raise TimeoutExceeded

    with pytest.raises(TimeoutExceeded):
        engine.recovery.manager.attempt("wait_for_task", unreachable(), again)


async def test_handle_error_answers_as_the_strategy_table_says(engine):
    context = ScenarioContext(engine, {"error": TaskError("late", facts=MOVING)})
    answer = await engine.recovery.manager.handle_error("async_task.timeout", context)
    assert answer["status"] == "escalated"
    assert answer["retry"] is True
    assert any("timeout=" in line for line in answer["suggestions"])


def test_an_own_suggestion_without_a_text_is_refused(engine):
    with pytest.raises(ConfigError, match="The suggestion has no text"):
        engine.recovery.add("  ")
