"""Advice names what is in a file, proposes what is not there yet, and no patience where patience cannot help."""

import pytest

from AIGCLibrary.errors import ConfigError, FileError, TargetError, TaskError
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Cause, Edit
from AIGCLibrary.recovery.present import stands_already
from AIGCLibrary.store.tables import task
from AIGCLibrary.tape.errors import TapeError

PAGE = """targets:
  upload:
    gold: upload-button
    silver: [{role: button, name: Upload}]
"""


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.yaml"
    path.write_text(PAGE, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("edit", "known"),
    [
        ({"after": "gold: upload-button", "place": "targets.upload.gold"}, True),
        ({"after": "gold: upload", "place": "targets.upload.gold"}, False),
        ({"after": "", "place": "targets.upload.silver", "value": '{"role": "button", "name": "Upload"}'}, True),
        ({"after": "", "place": "targets.upload.bronze", "value": '"#up"'}, False),
        ({"after": "gold:  upload-button", "line": 3}, True),
        ({"after": "gold: upload-button", "line": 1, "place": None, "before": "targets:"}, False),
        ({"after": "x: [", "place": "targets.upload.gold", "value": "{"}, False),
    ],
)
def test_what_a_file_holds_already_is_recognised(page, edit, known):
    assert stands_already(Edit(edit.pop("before", ""), edit.pop("after"), page, **edit)) is known


def test_an_edit_without_a_readable_file_is_not_there_already(tmp_path):
    assert not stands_already(None)
    assert not stands_already(Edit("", "gold: a"))
    assert not stands_already(Edit("", "gold: a", str(tmp_path / "none.yaml"), 1))


def test_a_test_id_that_the_file_names_is_asked_back_not_proposed_again(engine, page):
    near = {
        "selector": "role=button",
        "tier": "silver",
        "score": 0.9,
        "text": "Upload",
        "html": "<button>Upload</button>",
    }
    error = TargetError(
        "Target 'page.upload' was not found.",
        facts={
            "target": "page.upload",
            "file": page,
            "tiers": [{"tier": "gold", "selector": '[data-testid="upload-button"]', "count": 0, "visible": 0}],
            "candidates": [near],
        },
    )
    engine.recovery.note("Click Target", error)
    found = engine.recovery.conclude("Suite.Test", True, error.message)
    asked = [one for one in found if one.source == "suggest_testid"]
    assert [one.edit for one in asked] == [None]
    assert 'data-testid="upload-button"' in str(asked[0].fix)


def late(**facts):
    known = {
        "task": "video:9k2m",
        "kind": "video",
        "provider": "p",
        "state": "processing",
        "elapsed": 20.0,
        "timeout": 20.0,
    }
    return TaskError("Task 'video:9k2m' is still 'processing' after 20 s.", code="AIGC201", facts={**known, **facts})


@pytest.fixture
def advised(engine):
    """What is suggested for an error, where such tasks usually take much longer than its timeout."""
    for number in range(30):
        engine.store.insert(
            task, handle=f"v{number}", provider="p", kind="video", state="completed", outcome="completed",
            duration=60.0, submitted_at=1.0, finished_at=61.0,
        )  # fmt: skip
    engine.store.flush()

    def ask(error):
        engine.recovery.note("Wait For Task", error)
        return engine.recovery.conclude("Suite.Test", True, error.message)

    return ask


@pytest.mark.parametrize(
    "facts",
    [
        {"progress": 0.6, "progress_age": 15.0, "polls": 20},
        {"failed_polls": 4, "polls": 20},
        {"unreadable": True, "polls": 20},
    ],
    ids=["stands still", "unreachable", "no state in the answers"],
)
def test_no_longer_timeout_for_what_stood_still_or_was_not_reached(advised, facts):
    found = advised(late(**facts))
    assert "extend_timeout" not in [one.source for one in found]
    assert not any(one.edit and "timeout=" in one.edit.after for one in found)


def test_a_longer_timeout_names_no_value_that_stands_in_no_file(advised):
    found = advised(late(progress=0.5, progress_age=0.5, polls=20))
    one = next(one for one in found if one.source == "extend_timeout")
    assert one.cause_class is Cause.TASK_TIMEOUT
    assert one.edit.before == ""
    assert "9k2m" not in str(one.fix)


REFUSED = "GET http://127.0.0.1:9/tasks/7 could not be reached: connection refused"


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"failed_polls": 4, "problem": REFUSED}, Cause.API_UNREACHABLE),
        ({"failed_polls": 4, "problem": REFUSED, "state": "queued"}, Cause.API_UNREACHABLE),
        ({"failed_polls": 4, "problem": REFUSED, "progress": 0.6, "progress_age": 15.0}, Cause.API_UNREACHABLE),
        ({"failed_polls": 4, "http_status": 503}, Cause.API_SERVER),
        ({"failed_polls": 4, "http_status": 429}, Cause.API_RATE_LIMITED),
        ({"failed_polls": 4, "http_status": 200}, Cause.API_UNREACHABLE),
        ({"failed_polls": 4, "http_status": 200, "answered": "rate_limited"}, Cause.API_RATE_LIMITED),
        ({"failed_polls": 4, "http_status": 200, "answered": "internal"}, Cause.API_SERVER),
        ({"state": "failed", "error_class": "quota", "answered": "rate_limited"}, Cause.API_RATE_LIMITED),
        ({"state": "failed", "error_class": "quota"}, Cause.TASK_QUOTA),
        ({"failed_polls": 1, "problem": REFUSED}, Cause.TASK_TIMEOUT),
        ({"http_status": 200}, Cause.TASK_TIMEOUT),
    ],
)
def test_questions_without_an_answer_are_the_cause_of_a_timeout(engine, facts, cause):
    assert engine.recovery.suggester.judge(Failure.of_error(late(**facts))).cause is cause


@pytest.mark.parametrize(("more", "cause"), [({}, None), ({"http_status": 503}, Cause.API_SERVER)])
def test_a_step_before_the_submission_leaves_nothing_in_a_queue(engine, more, cause):
    facts = {"task": "video:9k2m", "kind": "video", "state": "queued", "elapsed": 0.0, "phase": "prepare", **more}
    error = TaskError("Step 'upload' before the submission of 'video' failed: no 'id'.", code="AIGC207", facts=facts)
    judged = engine.recovery.suggester.judge(Failure.of_error(error)).cause
    assert judged is cause if cause else judged is not Cause.TASK_QUEUED


@pytest.mark.parametrize(
    ("message", "cause", "said"),
    [
        (
            "State of task 'image:a1' 'completed' (str) should be 'failed' (str)",
            Cause.ASSERTION_VALUE,
            "The value is 'completed', expected was 'failed'.",
        ),
        (
            "Progress of task 'video:b2' '0.4' (float) should be greater than '0.5' (float)",
            Cause.ASSERTION_VALUE,
            "The value is '0.4'; it should be greater than '0.5'.",
        ),
        ("SLO 'async_task.cost' 'breach' (str) should not be 'breach' (str)", Cause.ASSERTION_VALUE, "should not be"),
        (
            "Text of target 'page.title' 'Done' (str) should be 'Ready' (str)",
            Cause.ASSERTION_TEXT,
            "“Done” instead of “Ready”",
        ),
        ("Text 'It's done' (str) should be 'Ready' (str)", Cause.ASSERTION_TEXT, "“It's done” instead of “Ready”"),
    ],
)
def test_the_name_of_what_was_asked_is_no_part_of_its_value(first, message, cause, said):
    found = first(message, "Get Task State")
    assert found.cause_class is cause
    assert said in found.cause.render("en")


def test_what_is_wrong_stands_in_the_cause_itself(first):
    found = first(ConfigError("timeout='soon' is not a time; expected seconds."))
    assert (
        found.cause.render("en")
        == "A setting or file of the test is wrong: timeout='soon' is not a time; expected seconds."
    )


@pytest.mark.parametrize(
    ("source", "downloaded"), [("/tmp/made.mp4", False), ("made.mp4", False), ("https://example.com/made.mp4", True)]
)
def test_a_file_of_this_machine_is_not_to_be_downloaded_again(engine, source, downloaded):
    facts = {"source": source, "findings": [{"rule": "empty", "message": "The file is empty."}]}
    engine.recovery.note("Process File", FileError("File 'made.mp4' is rejected.", code="AIGC302", facts=facts))
    fixes = [
        one.fix.render("en") for one in engine.recovery.conclude("Suite.Test", True, "File 'made.mp4' is rejected.")
    ]
    assert any("Download it" in fix for fix in fixes) is downloaded


def test_the_first_damage_is_a_position_and_no_advice_to_use_what_comes_before(engine):
    facts = {"findings": [{"rule": "mp4.structure", "message": "A sample table is wrong.", "place": "offset 433"}]}
    engine.recovery.note("Process File", FileError("File 'made.mp4' is rejected.", code="AIGC301", facts=facts))
    said = " ".join(
        f"{one.cause.render('en')} {one.fix.render('en')}"
        for one in engine.recovery.conclude("Suite.Test", True, "File 'made.mp4' is rejected.")
    )
    assert "offset 433" in said
    assert "good up to" not in said


def test_what_an_error_of_no_ability_advises_is_shown_though_its_keyword_failed_with_the_same_text(engine):
    message = "'POST http://x/tasks' is not on the tape 'tape', and nothing is sent during a replay."
    advice = "Write this rule."
    engine.recovery.note("AIGCLibrary.Submit Task", TapeError(message, code="AIGC701", hint=advice))
    engine.recovery.note_message("AIGCLibrary.Submit Task", f"{message} [AIGC701]")
    first = engine.recovery.suggestions(f"{message} [AIGC701]")[0]
    assert (first.fix, first.cause_class) == (advice, Cause.CONFIG)
