"""The types of what keywords return say what is really returned."""

import inspect
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest

from AIGCLibrary.data.compare import Difference, Drift
from AIGCLibrary.data.plan import Plan, PlannedNode
from AIGCLibrary.data.sync_plan import Action, FieldChange, Step, SyncResult
from AIGCLibrary.files.finding import Finding
from AIGCLibrary.files.report import FileReport
from AIGCLibrary.keywords import COMPONENTS, results
from AIGCLibrary.locators.model import Tier
from AIGCLibrary.locators.tiers import TierRecord
from AIGCLibrary.tasks.snapshot import ResultFile
from tests.unit.tasks.support import script

FREE = {"call_mcp_tool", "get_media_info", "get_prepared_data", "get_aigc_label"}
"""Keywords that return what somebody else, or a path into data, decides."""


NODE = PlannedNode("script", "create", "POST /scripts", 1, 0, (), None, None)
ACTION = Action("script", "a", Step.UPDATE, ("title",), changes=(FieldChange("title", "old", "new"),))


def misfits(value, kind, at=""):
    """What of a value is not as a TypedDict says: keys that are missing or unknown, also within."""
    if not is_typeddict(kind):
        return []
    keys = kind.__required_keys__ | kind.__optional_keys__
    found = [f"{at}.{key}" for key in sorted((kind.__required_keys__ - value.keys()) | (value.keys() - keys))]
    for key, inner in get_type_hints(kind).items():
        one = value.get(key)
        if isinstance(one, dict):
            found += [text for part in (inner, *get_args(inner)) for text in misfits(one, part, f"{at}.{key}")]
        elif isinstance(one, list) and one and isinstance(one[0], dict):
            found += [text for part in get_args(inner) for text in misfits(one[0], part, f"{at}.{key}[0]")]
    return found


def keywords():
    return {
        name: method
        for component in COMPONENTS
        for name, method in vars(component).items()
        if hasattr(method, "robot_name")
    }


def test_every_keyword_but_those_of_free_form_has_a_return_type():
    untyped = {name for name, method in keywords().items() if get_type_hints(method).get("return") is Any}
    assert untyped == FREE
    assert not [name for name, method in keywords().items() if "return" not in inspect.get_annotations(method)]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (FileReport("a", "b", "c").as_dict(), results.FileResult),
        (Finding("size", "too large").as_dict(), results.FileFinding),
        (ResultFile("http://x/a.png").as_dict(), results.GeneratedFile),
        (Plan("t", "dev", (NODE,), 8, None, None, 0).as_dict(), results.DataPlan),
        (Drift("t", "a", "b", (Difference("n", "k", "missing"),), 1).as_dict(), results.EnvironmentDrift),
        (SyncResult("t", "a", "b", (ACTION,), True).as_dict(), results.SyncSummary),
        (TierRecord("t", Tier.GOLD, "/", "#a", 1.0, {}, 0, 0, 0, 0).as_data(), results.TargetSums),
    ],
    ids=lambda value: value.__name__ if is_typeddict(value) else "",
)
def test_a_result_has_the_keys_of_its_type(value, kind):
    assert misfits(value, kind) == []


async def test_a_task_has_the_keys_of_its_types(bench):
    done = {"status": "done", "output": ["http://x/a.png"], "cost": 2}
    made = bench(script((200, {"status": "running", "progress": 0.5}), (200, done)))
    task = await made.submitted()
    assert misfits(await made.tasks.wait(task), results.TaskResult) == []
    diagnosis, _html = await made.tasks.reports.diagnosis(task)
    assert misfits(diagnosis, results.TaskDiagnosis) == []


async def test_a_failed_task_has_the_keys_of_its_types(bench):
    made = bench(script((200, {"status": "failed", "error": {"code": "E1", "message": "no"}})))
    task = await made.submitted()
    result = await made.tasks.wait(task, "failed")
    assert result["error"] is not None
    assert misfits(result, results.TaskResult) == []


def test_misfits_are_found():
    wrong = {**FileReport("a").as_dict(), "more": 1, "findings": [{"rule": "size"}]}
    del wrong["size"]
    assert misfits(wrong, results.FileResult)[:3] == [".more", ".size", ".findings[0].actual"]
