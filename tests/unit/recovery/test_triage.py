"""What causes are found, from messages as their libraries really write them, and from facts of our errors."""

import pytest
import requests
from robot.libraries.BuiltIn import BuiltIn
from robot.libraries.Collections import Collections

from AIGCLibrary.errors import AIGCError, ApiError, ConfigError, DataError, FileError, TargetError, TaskError
from AIGCLibrary.recovery.explain import explain
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Cause
from AIGCLibrary.recovery.triage import parts


def message_of(function, *args, **kwargs):
    """Return the message Robot shows for what a function raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function(*args, **kwargs)
    error = caught.value
    plain = isinstance(error, AssertionError) or getattr(error, "ROBOT_SUPPRESS_NAME", False)
    return str(error) if plain else f"{type(error).__name__}: {error}"


def http_error(status, reason="Reason"):
    response = requests.Response()
    response.status_code, response.reason, response.url = status, reason, "http://studio.test/api/v1/scripts"
    return message_of(response.raise_for_status)


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (
            (
                "Error: locator.click: Error: strict mode violation: locator('button') resolved to 2 elements:\n"
                "    1) <button>Send</button> aka getByTestId('send-btn')\n    2) <p>Go</p> aka getByText('Go')\n"
            ),
            Cause.LOCATOR_AMBIGUOUS,
        ),
        (
            "TimeoutError: locator.click: Timeout 1000ms exceeded.\nCall log:\n  - waiting for getByTestId('send')\n",
            Cause.LOCATOR_LOST,
        ),
        (
            (
                "TimeoutError: locator.click: Timeout 1000ms exceeded.\nCall log:\n  - waiting for locator('#a')\n"
                '    - locator resolved to <button id="a">Go</button>\n  - attempting click action\n'
                "    - waiting for element to be visible, enabled and stable\n    - element is not visible\n"
                '    - <div id="ov"></div> intercepts pointer events\n  - retrying click action\n'
            ),
            Cause.LOCATOR_COVERED,
        ),
        (
            (
                "TimeoutError: locator.click: Timeout 1000ms exceeded.\nCall log:\n  - waiting for locator('#a')\n"
                "    - element is not enabled\n  - retrying click action\n"
            ),
            Cause.LOCATOR_DISABLED,
        ),
        (
            (
                "TimeoutError: locator.waitFor: Timeout 5000ms exceeded.\nCall log:\n"
                "  - waiting for locator('.spinner') to be hidden\n"
            ),
            Cause.TIMING,
        ),
        ("Execution terminated by signal", Cause.ENVIRONMENT),
        ("Error: page.goto: net::ERR_CONNECTION_REFUSED at http://127.0.0.1:9/\nCall log:", Cause.ENVIRONMENT),
        ("Error: Tried to do playwright action 'click', but no open page.", Cause.TEST_DEFECT),
        (http_error(422), Cause.API_BAD_INPUT),
        (http_error(401), Cause.API_UNAUTHORIZED),
        (http_error(404), Cause.API_NOT_FOUND),
        (http_error(409), Cause.API_CONFLICT),
        (http_error(429), Cause.API_RATE_LIMITED),
        (http_error(503), Cause.API_SERVER),
        ("Url: http://studio.test/x Expected status: 500 != 201", Cause.API_SERVER),
        ("Url: http://studio.test/x Expected status: 200 != 201", Cause.ASSERTION_VALUE),
        (message_of(requests.get, "http://127.0.0.1:9/", timeout=2), Cause.API_UNREACHABLE),
        (message_of(BuiltIn().should_be_equal, "Generate", "generate"), Cause.ASSERTION_TEXT),
        (message_of(BuiltIn().should_be_equal, "1", 1), Cause.ASSERTION_VALUE),
        (message_of(BuiltIn().should_be_equal_as_numbers, 5, 6), Cause.ASSERTION_VALUE),
        (message_of(BuiltIn().should_contain, "some text", "other"), Cause.ASSERTION_TEXT),
        ("'1 == 2' should be true.", Cause.ASSERTION_VALUE),
        (message_of(BuiltIn().length_should_be, [1], 2), Cause.ASSERTION_VALUE),
        (message_of(Collections().lists_should_be_equal, [1], [2]), Cause.ASSERTION_VALUE),
        ("Evaluating expression '1 +' failed: SyntaxError: invalid syntax (<string>, line 1)", Cause.TEST_DEFECT),
        ("Text 'Hello' (str) should be 'World' (str)", Cause.ASSERTION_TEXT),
        ("Element count '3' (int) should be '4' (int)", Cause.ASSERTION_VALUE),
        ("Variable '${PROMPT}' not found.", Cause.TEST_DEFECT),
        ("No keyword with name 'Generte Video' found. Did you mean:\n    Generate Video", Cause.TEST_DEFECT),
        ("Keyword 'BuiltIn.Log' expected 1 to 7 arguments, got 0.", Cause.TEST_DEFECT),
        ("ValueError: Argument 'timeout' got value 'soon' that cannot be converted to timedelta.", Cause.TEST_DEFECT),
        ("Test timeout 1 minute exceeded.", Cause.TIMING),
        ("Setting test timeout failed: Invalid time string '5 分钟'.", Cause.TEST_DEFECT),
        ("OSError: [Errno 28] No space left on device", Cause.ENVIRONMENT),
        ("the moon was not full", Cause.UNKNOWN),
    ],
)
def test_message_tells_cause(first, message, cause):
    assert first(message).cause_class is cause


RESOLVED = "\nCall log:\n  - waiting for locator('.a')\n    - locator resolved to <div class=\"a\">A</div>\n"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Error: locator.setInputFiles: Error: Node is not an HTMLInputElement", "not a file input"),
        ("Error: locator.selectOption: Error: Element is not a <select> element", "not a <select>"),
        ("Error: locator.check: Error: Not a checkbox or radio button", "not a check box"),
        ("Error: locator.check: Clicking the checkbox did not change its state", "did not change"),
        ("Error: locator.fill: Error: Element is not an <input>, <textarea> or [contenteditable]", "not a field that"),
        ("Error: locator.fill: Error: Cannot type text into input[type=number]", "does not accept such a text"),
        ('Error: locator.press: Unknown key: "Entr"', "no key 'Entr'"),
        ("TimeoutError: locator.click: Timeout 900ms exceeded.", "not ready within 900 ms"),
    ],
)
@pytest.mark.parametrize("of_target", [True, False])
def test_an_element_that_is_there_is_never_reported_as_not_found(first, said, words, of_target):
    target = "Target 'x.a' was found by gold ([data-testid=\"a\"]), but could not be used: "
    if of_target:
        facts = {"target": "x.a"}
        found = first(TargetError(f"{target}{said}{RESOLVED}", code="AIGC105", facts=facts))
    else:
        found = first(said + RESOLVED)
    assert words in str(found.cause)
    assert found.cause_class is not Cause.LOCATOR_LOST


def test_a_use_that_failed_for_an_unknown_reason_has_no_known_cause(first):
    error = TargetError(
        "Target 'x.a' was found by gold, but could not be clicked: Error: odd", code="AIGC105", facts={}
    )
    assert first(error).cause_class is Cause.UNKNOWN


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (TargetError("Target 'x' was not found.", facts={"target": "x"}), Cause.LOCATOR_LOST),
        (TargetError("Target 'x' is ambiguous: 3 visible matches.", facts={"target": "x"}), Cause.LOCATOR_AMBIGUOUS),
        (TargetError("Target 'x' is disabled.", facts={"target": "x"}), Cause.LOCATOR_DISABLED),
        (TaskError("late", facts={"state": "processing", "timeout": 90.0}), Cause.TASK_TIMEOUT),
        (TaskError("late", facts={"state": "queued", "timeout": 90.0}), Cause.TASK_QUEUED),
        (TaskError("stood", facts={"state": "processing", "outcome": "stalled"}), Cause.TASK_STALLED),
        (TaskError("no", facts={"state": "failed", "error_class": "quota"}), Cause.TASK_QUOTA),
        (TaskError("no", facts={"state": "failed", "error_class": "moderation"}), Cause.TASK_MODERATION),
        (TaskError("no", facts={"state": "failed"}), Cause.TASK_FAILED),
        (FileError("bad", facts={"findings": [{"rule": "duration", "kind": "rule"}]}), Cause.FILE_RULE),
        (
            FileError("bad", facts={"findings": [{"rule": "duration", "kind": "rule"}, {"kind": "corrupt"}]}),
            Cause.FILE_CORRUPTED,
        ),
        (FileError("bad", code="AIGC305"), Cause.FILE_LABEL),
        (ApiError("no", facts={"status": 401}), Cause.API_UNAUTHORIZED),
        (ApiError("no", code="AIGC421", facts={"class": "unreachable"}), Cause.API_UNREACHABLE),
        (DataError("no", facts={"node": "scene", "status": 422}), Cause.API_BAD_INPUT),
        (DataError("no", facts={"node": "scene"}), Cause.DATA),
        (ConfigError("f.yaml, line 3: bad", facts={"file": "f.yaml", "line": 3}), Cause.CONFIG),
    ],
)
def test_facts_tell_cause(first, error, cause):
    assert first(error).cause_class is cause


def test_setup_and_teardown_failures_are_taken_apart():
    message = "Parent suite setup failed:\nError\n\nAlso teardown failed:\nSeveral failures occurred:\n\n1) A\n\n2) B"
    assert parts(message) == ["Error", "A", "B"]


def test_error_the_test_handled_itself_is_no_cause(engine):
    engine.recovery.note("Click Target", TargetError("Target 'banner' was not found.", facts={"target": "banner"}))
    found = engine.recovery.conclude("T", True, "Generate != generate")
    assert {one.cause_class for one in found} == {Cause.ASSERTION_TEXT}


def test_passed_test_has_no_suggestions_and_leaves_no_evidence(engine):
    engine.recovery.note("Click Target", TargetError("Target 'x' was not found."))
    assert engine.recovery.conclude("A", False, "") == []
    assert engine.recovery.conclude("B", True, "the moon was not full")[0].cause_class is Cause.UNKNOWN


def test_every_cause_has_its_texts_in_both_languages():
    from AIGCLibrary.recovery.explain import explain
    from AIGCLibrary.recovery.failure import Failure

    for cause in Cause:
        one = explain(Failure("something happened", cause=cause))
        assert one.line("en") != one.line("zh")
        assert "?" not in cause.text.render("en")


def test_own_error_family_without_facts_still_gets_a_cause(first):
    assert first(AIGCError("something odd happened in the library")).line()


def test_names_and_addresses_are_no_evidence(engine):
    error = TargetError(
        "Target 'form.overlay_button' was not found within 2 s on page /app/overlay/disabled.html (asked: visible).",
        code="AIGC101",
        facts={"target": "form.overlay_button", "page": "/app/overlay/disabled.html"},
    )
    assert engine.recovery.suggester.judge(Failure.of_error(error)).cause is Cause.LOCATOR_LOST


@pytest.mark.parametrize(
    ("message", "cause", "advice"),
    [
        ("Element with locator 'name:q' not found.", Cause.LOCATOR_LOST, "selenium_not_found"),
        (
            'NoSuchElementException: Message: no such element: Unable to locate element: {"method":"css selector"}',
            Cause.LOCATOR_LOST,
            "selenium_not_found",
        ),
        ("Element 'id:pop' did not appear in 5 seconds.", Cause.LOCATOR_LOST, "selenium_not_found"),
        ("StaleElementReferenceException: Message: The element is stale", Cause.TIMING, "stale"),
        (
            (
                "ElementClickInterceptedException: Message: element click intercepted: Element <a> is not clickable at "
                'point (3, 4). Other element would receive the click: <div class="mask"></div>'
            ),
            Cause.LOCATOR_COVERED,
            "selenium_covered",
        ),
        ("ElementNotInteractableException: Message: element not interactable", Cause.LOCATOR_HIDDEN, "hidden"),
        (
            "NoSuchElementException: Message: Could not locate element with visible text: 4K",
            Cause.ASSERTION_VALUE,
            "no_option",
        ),
        (
            "MoveTargetOutOfBoundsException: Message: move target out of bounds",
            Cause.LOCATOR_HIDDEN,
            "outside",
        ),
        (
            "NoSuchWindowException: Message: no such window: target window already closed",
            Cause.LOCATOR_LOST,
            "other_frame",
        ),
        ("UnexpectedAlertPresentException: Alert Text: Leave?", Cause.LOCATOR_COVERED, "alert_open"),
        ("No browser is open.", Cause.TEST_DEFECT, "no_page"),
    ],
)
def test_messages_of_selenium_have_causes_as_well(engine, message, cause, advice):
    judged = engine.recovery.suggester.judge(Failure.of_message(message, "Click Element"))
    assert (judged.cause, judged.fact("rule").advice) == (cause, advice)


def test_a_rule_of_one_keyword_explains_no_other(engine):
    message = (
        "TimeoutError: locator.elementHandle: Timeout 1000ms exceeded.\nCall log:\n  - waiting for locator('#kind')\n"
    )
    advice = [
        engine.recovery.suggester.judge(Failure.of_message(message, name)).fact("rule").advice
        for name in ("Browser.Select Options By", "Get Element")
    ]
    assert advice == ["changed_by_use", "not_found"]


@pytest.mark.parametrize(
    ("facts", "cause", "words"),
    [({}, Cause.LOCATOR_LOST, "Nothing on the page matches"), ({"there_now": True}, Cause.TIMING, "shows it now")],
)
def test_what_the_page_shows_by_now_only_came_late(engine, facts, cause, words):
    message = "TimeoutError: locator.click: Timeout 1000ms exceeded.\nCall log:\n  - waiting for locator('id=a')\n"
    judged = engine.recovery.suggester.judge(Failure.of_message(message, "click").with_facts(**facts))
    assert judged.cause is cause
    assert words in str(explain(judged).cause)


@pytest.mark.parametrize(
    ("facts", "said"), [({"options": "'2K', '8 K'"}, "list: '2K', '8 K'."), ({"options": ""}, "list."), ({}, "list.")]
)
def test_the_options_that_exist_are_named(engine, facts, said):
    message = "TimeoutError: locator.selectOption: Timeout 9ms exceeded.\n  - did not find some options\n"
    assert str(
        explain(engine.recovery.suggester.judge(Failure.of_message(message).with_facts(**facts))).cause
    ).endswith(said)
