"""What suggestions say: nothing unknown is ever named, and what was not seen is not said."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from robot.running.arguments.typeinfo import TypeInfo

from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import (
    AIGCError,
    ApiError,
    ConfigError,
    DataError,
    FileError,
    PluginError,
    TargetError,
    TaskError,
)
from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.errors import unknown_metric
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Cause
from AIGCLibrary.store.tables import target_hit
from AIGCLibrary.tasks.errors import BudgetError

HOLE = re.compile(r"(?:^|[\s'“\"(（:：/=])\?(?!\w)|第 \? 行|“\?”")
"""A question mark where a value should stand, not one that ends a question."""

SAMPLES = [
    "strict mode violation: locator('b') resolved to 2 elements",
    "<div> intercepts pointer events",
    "TimeoutError: locator.click: Timeout 1000ms exceeded.\nCall log:\n  - waiting for getByTestId('send')\n",
    "Error: locator.click: No element matching selector #x",
    "net::ERR_CONNECTION_REFUSED",
    "page.goto: Timeout 100ms exceeded",
    *(f"HTTPError: {status} Client Error" for status in (400, 401, 404, 409, 429, 500)),
    "Expected status: 200 != 201",
    "certificate verify failed",
    "Read timed out",
    "ConnectionError",
    "Importing library 'Nope' failed: ModuleNotFoundError",
    "Resource file 'x.resource' does not exist.",
    "FileNotFoundError",
    "File 'a.mp4' does not exist.",
    "Test timeout 1 minute exceeded.",
    "Setting test timeout failed: Invalid time string '5 分钟'.",
    "'' != 'something'",
    "Argument 'timeout' got value '30 secnds' that cannot be converted to timedelta.",
    "No keyword with name 'Clik' found.",
    "the moon was not full",
]


def lines(engine, failure):
    found = [one.line(language) for one in engine.recovery.suggester.suggest(failure) for language in ("en", "zh")]
    assert found
    return found


@pytest.mark.parametrize("message", SAMPLES)
def test_no_message_leaves_a_hole(engine, message):
    for line in lines(engine, Failure.of_message(message)):
        assert not HOLE.search(line), line


@pytest.mark.parametrize("cause", list(Cause))
def test_no_cause_leaves_a_hole_when_nothing_else_is_known(engine, cause):
    for family in ("message", "target", "task", "file", "api", "data", "config"):
        failure = Failure("Something happened.", family, "AIGC999", cause=cause)
        for one in engine.recovery.suggester.of_cause(failure):
            for language in ("en", "zh"):
                assert not HOLE.search(one.line(language)), one.line(language)


@pytest.mark.parametrize(
    "kind", [AIGCError, ApiError, ConfigError, DataError, FileError, PluginError, TargetError, TaskError]
)
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"state": "processing", "timeout": 5.0, "elapsed": 5.0},
        {"state": "queued"},
        {"outcome": "stalled"},
        {"state": "failed"},
        {"class": "unreachable"},
        {"status": 404},
        {"findings": [{"rule": "duration", "kind": "rule", "message": "too short"}]},
        {"findings": [{"kind": "too_large", "message": "too large"}]},
        {"findings": [{"kind": "truncated"}]},
        {"candidates": [{"selector": "#a", "tier": "gold", "score": 0.9, "text": "Go"}]},
    ],
    ids=str,
)
def test_no_error_leaves_a_hole(engine, kind, facts):
    error = kind("Something happened.", hint=Text("tasks.hint.queued", position="?", still="3 s"), facts=facts)
    for line in lines(engine, Failure.of_error(error, "A Keyword")):
        assert not HOLE.search(line), line


def test_no_file_known_names_the_argument(first):
    one = first(ConfigError("No provider is loaded, and none was named: say provider=…. Available: 'ark'."))
    assert "Correct the argument or setting 'provider'." in one.line()
    assert "Correct what the message names" in first(ConfigError("'30 secnds' is not a time.")).line()
    assert "Correct a.yaml, line 3." in first(ConfigError("bad", facts={"file": "a.yaml", "line": 3})).line()


def test_a_message_of_the_catalogue_is_a_cause_in_the_language_it_was_shown_in(engine):
    amounts = {"cost": "1", "unit": "credits", "spent": "0", "amount": "0", "scope": "suite"}
    error = BudgetError(Text("tasks.error.budget", kind="image", provider="studio", **amounts))
    error.args = (error.text_in("zh"),)  # as the keyword reports it in a Chinese run
    engine.recovery.note("Submit Task", error)
    one = engine.recovery.conclude("Suite.Test", True, str(error))[0]
    assert one.line("en").startswith("Submit of 'image' to provider 'studio' would cost 1 credits")
    assert one.line("zh").startswith("向“studio”提交“image”的费用为 1 credits")


def task(polls, **facts):
    known = {
        "task": "video:1",
        "state": "processing",
        "timeout": 20.0,
        "elapsed": 20.0,
        "progress": 0.3,
        "polls": polls,
    }
    return TaskError(
        "Task 'video:1' is still 'processing'.", code="AIGC201", facts=known | {"progress_age": 1.0} | facts
    )


def test_task_seen_once_is_not_called_alive(first):
    assert "was still progressing" in first(task(5)).line()
    one = first(task(1))
    assert "alive" not in one.line()
    assert "seen only once" in one.line()
    assert one.applicability is Applicability.NEEDS_VALUES


def test_task_seen_once_is_not_called_stalled_for_sure(first):
    error = TaskError("Task 'v' has stalled.", code="AIGC203", hint="Submit it again.", facts={"task": "v", "polls": 1})
    one = first(error)
    assert "seen only once" in one.line()
    assert "Get Task Diagnosis" in one.line()


def test_unit_is_said_once(first):
    rule = {"rule": "quality.silent", "kind": "quality", "expected": "< 1 s", "actual": "4 s", "unit": "s"}
    one = first(FileError("bad", code="AIGC304", facts={"source": "u", "findings": [rule]}))
    assert "demands < 1 s, the file has 4 s." in one.line()


def test_misspelt_slo_gets_the_near_name(first):
    error = unknown_metric("SLO", "task_sucess", ["task_success", "locator_gold"])
    one = first(error, "Get SLO Status")
    assert one.cause_class is Cause.TEST_DEFECT
    assert "Write 'task_success'." in one.line()
    assert "Record" not in one.line()
    far = first(unknown_metric("SLO", "zzz", ["task_success", "locator_gold"]), "Get SLO Status")
    assert "Use an existing name: 'locator_gold' and 'task_success'." in far.line()


def test_unknown_operator_gets_the_list(first):
    one = first(
        "ValueError: Argument 'assertion_operator' got value '=~=' that cannot be converted to "
        "AssertionOperator or None."
    )
    assert "which is not an assertion operator" in one.line()
    assert "*= (contains)" in one.line()


@pytest.mark.parametrize(
    ("hint", "en", "zh"),
    [
        (dict, 'or the dictionary itself: x={"key": 1}', '直接写字典：x={"key": 1}'),
        (dict[str, Any] | None, "x=${values} with a variable created as &{values}", "以 &{values} 创建"),
        (Mapping, "created as &{values}", "以 &{values} 创建"),
        (list[str], 'or the list itself: x=["a", "b"]', '直接写列表：x=["a", "b"]'),
        (tuple[str, ...], "created as @{values}", "以 @{values} 创建"),
        (dict[str, Any] | list[str], "the dictionary itself", "直接写字典"),
        (int, "a whole number, for example x=3", "请写整数"),
        (float | None, "a number, for example x=0.5", "请写数字"),
        (timedelta | None, "x=90 s or x=2 min", "x=90 s 或 x=2 min"),
        (bool | None, "x=true or x=false", "x=true 或 x=false"),
        (date, "the documentation of the keyword describes it", "关键字文档中有说明"),
    ],
)
def test_a_value_of_another_type_is_answered_with_how_that_type_is_written(first, hint, en, zh):
    value = [] if hint == bool | None else "so on"
    with pytest.raises(ValueError, match="cannot be converted") as caught:
        TypeInfo.from_type_hint(hint).convert(value, "x")
    one = first(f"ValueError: {caught.value}")
    assert one.cause_class is Cause.TEST_DEFECT
    assert en in one.line()
    assert zh in one.line("zh")


def test_several_distant_names_need_a_decision(first):
    one = first("No keyword with name 'Get Thing' found. Did you mean:\n    Get Things In\n    Get Thin Line")
    assert one.applicability is Applicability.NEEDS_VALUES
    assert "Get Things In" in one.line()
    assert "Get Thin Line" in one.line()
    assert one.edit is None


@pytest.mark.parametrize(("mine", "said"), [(True, "earlier in this run"), (False, "until run other")])
def test_this_run_is_called_so(engine: Engine, first, mine, said):
    run = engine.run_id if mine else "other"
    hit = {"target": "g.submit", "tier": "gold", "selector": "[data-testid=go]", "outcome": "found", "at": 1.0}
    engine.store.insert(target_hit, run_id=run, **hit)
    engine.store.flush()
    candidate = {"selector": "[data-testid=new]", "tier": "gold", "score": 0.9, "text": "Go"}
    facts = {"target": "g.submit", "candidates": [candidate]}
    one = first(TargetError("Target 'g.submit' was not found.", facts=facts))
    assert said in one.line()
    assert "由金层" in one.line("zh")


def test_unreached_product_has_no_task_to_go_on_with(first):
    facts = {"class": "unreachable", "task": "image:1", "provider": "studio"}
    message = "Task 'image:1' was not accepted: POST http://127.0.0.1:9/tasks could not be reached: connection refused."
    one = first(TaskError(message, code="AIGC207", hint=Text("tasks.hint.outage"), facts=facts), "Submit Task")
    assert one.cause_class is Cause.API_UNREACHABLE
    assert "Is it running, and is the address right?" in one.line()
    assert "same handle" not in one.line()


def test_failure_of_a_suite_setup_is_known_for_all_its_tests(engine):
    error = TargetError("There is no target 'a.sumbit'. Did you mean 'a.submit'?", code="AIGC103")
    engine.recovery.note("Click Target", error)
    message = "Parent suite setup failed:\nThere is no target 'a.sumbit'. Did you mean 'a.submit'?"
    found = [engine.recovery.conclude(test, True, message) for test in ("A", "B", "C")]
    assert {one[0].line() for one in found} == {found[0][0].line()}
    assert {one[0].code for one in found} == {"AIGC103"}


def test_a_refused_preparation_is_reported_in_the_products_own_words(first):
    facts = {"class": "bad_input", "status": 200, "excerpt": '{"code": 40002, "msg": "name 不能为空"}'}
    one = first(DataError("Node 'a' could not be created: POST …", code="AIGC410", facts=facts))
    assert one.line("zh").startswith('API 拒绝请求（HTTP 200）：{"code": 40002, "msg": "name 不能为空"}')


@pytest.mark.parametrize(
    ("message", "en", "zh"),
    [
        (
            "Resolving variable '${task.state}' failed: AttributeError: 'NoneType' object has no attribute 'state'",
            "${task.state} cannot be read: the value that should have 'state' is nothing.",
            "要取“state”的值是空值",
        ),
        (
            (
                "Variable '${task}' is None, which is not subscriptable, and thus accessing item 'state' from it is "
                "not possible. To use '[state]' as a literal value, it needs to be escaped like '\\[state]'."
            ),
            "the value that should have 'state' is nothing",
            "的值是空值",
        ),
        (
            "Evaluating expression '$task.state' failed: AttributeError: 'str' object has no attribute 'state'",
            "the value that should have 'state' is a text",
            "的值是文本",
        ),
        (
            (
                "String '${task}' used with invalid index 'state'. To use '[state]' as a literal value, it needs to be "
                "escaped like '\\[state]'."
            ),
            "the value that should have 'state' is a text",
            "的值是文本",
        ),
        ("Value of variable '@{files}' is not list or list-like.", "@{files} needs a list", "@{files} 需要列表"),
        ("Value of variable '&{values}' is not dictionary or dictionary-like.", "needs a dictionary", "需要字典"),
        ("TypeError: argument of type 'NoneType' is not iterable", "is nothing (None)", "空值"),
        (
            (
                "Evaluating expression '$none + 1' failed: TypeError: unsupported operand type(s) for +: 'NoneType' "
                "and 'int'"
            ),
            "is nothing (None)",
            "空值",
        ),
        (
            "ValueError: Argument 'inputs' got value 'None' (None) that cannot be converted to dict[str, Any] or None.",
            "Argument 'inputs' takes a dictionary; it got 'None'.",
            "参数“inputs”应为字典，实际为“None”。",
        ),
        (
            "ValueError: Argument 'size' got value 'x' that cannot be converted to integer or timedelta.",
            "takes a whole number or a time; it got 'x'",
            "应为整数或时长",
        ),
        ("1 (string) != 1 (integer)", "1 is a text, 1 is a whole number", "1 是文本，1 是整数"),
    ],
)
def test_types_are_named_as_testers_name_them(first, message, en, zh):
    one = first(message)
    assert one.cause_class in (Cause.TEST_DEFECT, Cause.ASSERTION_VALUE)
    assert en in str(one.cause)
    assert zh in one.cause.render("zh")
    shown = one.line("en") + one.line("zh")
    assert not re.search(r"NoneType|\bdict\b|Mapping|\bstr\b|\bint\b|\bstring\b|\binteger\b|timedelta", shown)


def test_a_message_in_a_cause_is_cut_in_the_language_and_without_what_is_available(first):
    names = "Available: 'a1111', 'ark', 'azure_lro', 'bedrock_async', 'bentoml', 'bfl' and 44 more."
    message = f"No provider is loaded, and none was named: say provider=…. {names}"
    one = first(ConfigError(message, code="AIGC001", facts={"argument": "provider"}))
    assert "No provider is loaded" in str(one.cause)
    assert "没有加载接口描述" in one.cause.render("zh")
    for language in ("en", "zh"):
        assert "ark" not in one.cause.render(language)
        assert "..." not in one.cause.render(language)
