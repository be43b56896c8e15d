"""What the strategies suggest, how sure they are, and where they keep quiet."""

import pytest
from robot.utils import timestr_to_secs

from AIGCLibrary.errors import ConfigError, FileError, TargetError, TaskError
from AIGCLibrary.recovery.model import Applicability, Cause
from AIGCLibrary.recovery.strategies.names import slip_of_the_finger
from AIGCLibrary.recovery.strategies.text import difference
from AIGCLibrary.store.tables import target_hit, task

GOOD = {"selector": "[data-testid=go]", "tier": "gold", "score": 0.97, "verified": True, "value": "go", "text": "Go"}
NEXT = {"selector": "text=Cancel", "tier": "silver", "score": 0.2, "text": "Cancel"}


TIERS = [{"tier": "gold", "selector": "[data-testid=go-button]", "count": 0, "visible": 0}]


def lost(*candidates):
    return TargetError(
        "Target 'g.submit' was not found.", facts={"target": "g.submit", "tiers": TIERS, "candidates": list(candidates)}
    )


def test_probable_lonely_and_verified_candidate_is_certain(first):
    one = first(lost(GOOD, NEXT))
    assert (one.source, one.applicability, one.verified) == ("suggest_testid", Applicability.CERTAIN, True)
    assert one.runner_up == "text=Cancel"
    assert one.margin == 0.77


@pytest.mark.parametrize(
    "candidates",
    [
        (GOOD | {"verified": False, "count": 2}, NEXT),
        (GOOD | {"score": 0.7}, NEXT),
        (GOOD, NEXT | {"score": 0.9}),
    ],
    ids=["not verified", "not probable", "near neighbour"],
)
def test_doubtful_candidate_is_only_likely(first, candidates):
    assert first(lost(*candidates)).applicability is Applicability.LIKELY


def test_candidate_far_from_the_target_is_not_suggested(first):
    one = first(lost(GOOD | {"score": 0.2}))
    assert one.source == "triage"


def test_test_id_made_by_a_machine_is_not_suggested(first):
    machine = GOOD | {"selector": "[data-testid=btn-9f8a7c6d]"}
    one = first(lost(machine, GOOD | {"selector": "text=Go", "tier": "silver", "score": 0.9}))
    assert one.source == "suggest_locator"


@pytest.mark.parametrize(
    ("actual", "expected", "kind"),
    [
        ("Generate", "generate", "case"),
        ("Generate  video ", "Generate video", "space"),
        ("生成视频", "Generate video", "language"),
        ("Ａ１", "A1", "width"),
        ("Generate!", "Generate", "punctuation"),
        ("Generate video now", "Generate video", "extra"),
        ("Generate", "Generate video", "missing"),
        ("Create video", "Create a video", "similar"),
        ("Error 500", "Welcome", "different"),
    ],
)
def test_differences_of_texts_are_named(actual, expected, kind):
    assert difference(actual, expected) == kind


def late(**facts):
    base = {"state": "processing", "timeout": 90.0, "elapsed": 90.0, "kind": "video", "provider": "studio"}
    return TaskError("Task 'video:1' is still 'processing'.", code="AIGC201", facts=base | facts)


def finished(engine, *durations):
    for number, duration in enumerate(durations):
        engine.store.insert(
            task, handle=f"t{number}", kind="video", provider="studio", outcome="completed", duration=duration
        )


def test_timeout_comes_from_history_and_is_certain_only_with_enough_of_it(engine, first):
    finished(engine, *[100.0 + n for n in range(25)])
    one = first(late())
    assert (one.source, one.applicability) == ("extend_timeout", Applicability.CERTAIN)
    name, _, value = one.edit.after.partition("=")
    assert (name, timestr_to_secs(value)) == ("timeout", pytest.approx(195, rel=0.02))
    assert one.evidence["earlier_tasks"] == 25


def test_short_history_is_only_likely(engine, first):
    finished(engine, *[100.0 + n for n in range(6)])
    assert first(late()).applicability is Applicability.LIKELY


def test_history_below_the_timeout_gives_no_longer_one(engine, first):
    finished(engine, *[10.0] * 30)
    assert first(late()).source != "extend_timeout"


def test_rising_progress_asks_for_more_time(first):
    one = first(late(progress=0.5, progress_age=2.0))
    assert one.source == "extend_timeout"
    assert "timeout=4 min 30 s" in one.line()


def test_a_task_slower_than_all_before_gets_the_time_its_own_progress_asks_for(engine, first):
    finished(engine, *[60.0] * 30)
    one = first(late(progress=0.25, progress_age=2.0))
    assert (one.source, one.applicability) == ("extend_timeout", Applicability.LIKELY)
    assert "slower than others of its kind: 25 % after 90 s" in str(one.cause)
    assert "timeout=9 min" in one.line()


def test_progress_within_what_history_allows_changes_nothing(engine, first):
    finished(engine, *[100.0] * 30)
    one = first(late(progress=0.75, progress_age=2.0))
    assert one.applicability is Applicability.CERTAIN
    assert "timeout=2 min 30 s" in one.line()


def test_standing_progress_does_not(first):
    assert first(late(progress=0.5, progress_age=80.0)).source != "extend_timeout"


def test_timeout_is_changed_in_the_line_that_names_it(engine, tmp_path):
    suite = tmp_path / "s.robot"
    suite.write_text("*** Test Cases ***\nT\n    Wait For Task    ${t}\n    ...    timeout=90s\n", encoding="utf-8")
    engine.recovery.note("Wait For Task", late(progress=0.5, progress_age=2.0), f"{suite}:3")
    edit = engine.recovery.conclude("T", True, "Task 'video:1' is still 'processing'.")[0].edit
    assert (edit.before, edit.after, edit.line) == ("timeout=90s", "timeout=4 min 30 s", 4)


def test_broken_transfer_and_broken_file_are_distinguished(first):
    short = {"rule": "length", "kind": "truncated", "expected": "1000", "actual": "400", "message": "400 of 1000 bytes"}
    assert (
        "broke off"
        in first(
            FileError("short", code="AIGC302", facts={"source": "https://example.com/u", "findings": [short]})
        ).line()
    )
    bad = {"rule": "mp4.structure", "kind": "corrupt", "message": "no moov box"}
    assert (
        "product defect"
        in first(FileError("bad", code="AIGC301", facts={"source": "https://example.com/u", "findings": [bad]})).line()
    )
    cut = {"rule": "mp4.structure", "kind": "truncated", "expected": "660624", "actual": "394986", "message": "box"}
    facts = {"source": "https://example.com/u", "size": 398457, "findings": [cut]}
    assert "product defect" in first(FileError("cut", code="AIGC302", facts=facts)).line()


def test_broken_rule_shows_both_sides(first):
    rule = {"rule": "duration", "kind": "rule", "expected": "10", "actual": "5", "unit": "s", "message": "too short"}
    one = first(FileError("bad", code="AIGC304", facts={"source": "u", "findings": [rule]}))
    assert "demands 10 s, the file has 5 s" in one.line()


@pytest.mark.parametrize(
    ("facts", "cause"),
    [({"status": 404}, Cause.API_NOT_FOUND), ({"status": 403}, Cause.API_UNAUTHORIZED), ({}, Cause.API_UNREACHABLE)],
)
def test_a_download_that_was_answered_did_reach_the_product(first, facts, cause):
    error = FileError("'http://h/a.mp4' answered or not.", code="AIGC310", facts={"source": "http://h/a.mp4", **facts})
    assert first(error).cause_class is cause


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Dictionary '${结果}[result]' has no key 'assets'.", "${结果}[result] 中没有“assets”。 → 先查看其内容：Log"),
        ("List '${files}' has no item in index 3.", "${files} 中没有“3”。"),
    ],
)
def test_a_key_that_is_not_there_is_answered_with_where_to_look(first, message, said):
    assert said in first(message).line("zh")


def test_what_was_only_noted_of_a_file_is_no_reason_of_its_failure(engine):
    late = {"rule": "duration", "kind": "rule", "severity": "error", "expected": "5", "actual": "2", "message": "D."}
    noted = {"rule": "labels.aigc.Label", "severity": "info", "expected": "1", "actual": "2", "message": "L."}
    engine.recovery.note("Process File", FileError("bad", code="AIGC304", facts={"findings": [late, noted]}))
    reported = engine.recovery.conclude("T", True, "bad")
    assert [one.evidence["finding"]["rule"] for one in reported if one.source == "relax_rule"] == ["duration"]


@pytest.mark.parametrize(
    ("message", "near", "sure"),
    [
        ("There is no target 'generate.sumbit'. Did you mean 'generate.submit'?", "generate.submit", "certain"),
        ("There is no target 'row.item2'. Did you mean 'row.item1'?", "row.item1", "likely"),
        ("No keyword with name 'Clik Target' found. Did you mean:\n    Click Target", "Click Target", "likely"),
        (
            "a.yaml, line 3 at 'rules.r.length': unknown key 'length'. It is called 'duration' here.",
            "duration",
            "likely",
        ),
        ("a.yaml, line 3 at 'x': unknown key 'format'. Did you mean 'pixel_format'?", "pixel_format", "needs_values"),
        ("a.yaml, line 3 at 'x': unknown key '团对'. Did you mean '团队'?", "团队", "likely"),
    ],
)
def test_misspelled_name(first, message, near, sure):
    failure = TargetError(message, code="AIGC103") if "target" in message else message
    one = first(ConfigError(message, code="AIGC002") if "unknown" in message else failure)
    assert near in one.line()
    assert one.applicability == sure


def test_names_of_other_problems_of_a_file_are_no_near_matches(first):
    message = "a.yaml, line 3: unknown key 'fbs'. Did you mean 'fps'?\n  line 4: unknown key 'x'. Available: 'archive'."
    assert first(ConfigError(message)).evidence["near"] == ["fps"]


@pytest.mark.parametrize(
    ("wrong", "right", "slip"),
    [
        ("generate.sumbit", "generate.submit", True),
        ("generate.generate_buton", "generate.generate_button", True),
        ("full_video_creatoin", "full_video_creation", True),
        ("login.passwword", "login.password", True),
        ("row.items", "row.item", False),
        ("panel_a", "panel_b", False),
        ("prompt2", "prompt1", False),
        ("cost", "coast", False),
        ("user_name", "username", False),
        ("first_name", "last_name", False),
        ("selected", "deselected", False),
        ("visible", "visibles", False),
    ],
)
def test_slips_of_the_finger_are_reported_from_other_names(wrong, right, slip):
    assert slip_of_the_finger(wrong, right) is slip


def test_task_that_owes_progress_stands_still(first):
    one = first(late(elapsed=20.2, timeout=20.0, progress=0.6, progress_age=4.45))
    assert one.cause_class == "async_task.stalled"


def test_wrong_token_of_a_provider_is_no_failed_task(first):
    facts = {"state": "failed", "class": "unauthorized", "http_status": 401, "task": "image:1"}
    assert first(TaskError("Submit was answered with HTTP 401.", code="AIGC207", facts=facts)).cause_class == (
        "api.unauthorized"
    )


def test_neighbour_of_a_removed_target_is_not_suggested(first):
    neighbour = GOOD | {"text": "button 'Go back'", "selector": "[data-testid=back]"}
    error = lost(neighbour)
    error.facts["tiers"] = [{"tier": "silver", "selector": 'role=button[name="Go up"]'}]
    assert first(error).source == "triage"


@pytest.mark.parametrize(
    ("usable", "sure"), [(True, Applicability.CERTAIN), (False, Applicability.LIKELY), (None, Applicability.LIKELY)]
)
def test_element_without_a_name_is_certain_where_a_heal_would_use_it(engine, first, usable, sure):
    engine.store.insert(
        target_hit, run_id=engine.run_id, target="g.submit", tier="gold", selector="[data-testid=ref]",
        outcome="found", at=1.0,
    )  # fmt: skip
    error = lost(GOOD | {"text": "<input> /html/body/input"})
    error.facts["usable"] = usable
    one = first(error)
    assert (one.source, one.applicability) == ("suggest_testid", sure)


def test_element_without_a_name_is_not_suggested_on_another_page_than_the_target_belongs_to(first):
    error = lost(GOOD | {"text": "<input> /html/body/input"})
    assert first(error).source == "suggest_testid"
    error.facts["misplaced"] = "url"
    assert first(error).source != "suggest_testid"


def test_element_of_another_name_is_never_certain(first):
    assert first(lost(GOOD | {"text": "button 'Go and generate'"}, NEXT)).applicability is Applicability.LIKELY
