"""The task keywords in real Robot runs against the studio."""

import re
from pathlib import Path

import pytest

from tests.support.answers import AnswerServer

ROOT = Path(__file__).resolve().parents[3]
PROVIDER = ROOT / "resources" / "providers" / "studio.yaml"


@pytest.fixture
def suite(robot, studio):
    """Run test cases with library, provider and session in place."""

    def run(cases, *options, **settings):
        text = f"""
*** Settings ***
Library    Collections
Library    RequestsLibrary
Library    AIGCLibrary    providers={PROVIDER}
Suite Setup    Open Session

*** Keywords ***
Open Session
    VAR    &{{headers}}    Authorization=Bearer studio-demo-token
    Create Session    studio    {studio.url}/api/v1    headers=${{headers}}

*** Test Cases ***
{cases}
"""
        return robot(text, *options, **settings)

    return run


def test_a_task_is_submitted_and_awaited_through_a_session(suite):
    run = suite(
        """
Image
    ${task} =    Submit Task    image    prompt=a cat
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Should Be Equal    ${result.state}    completed
    Should Be Equal    ${result.result.files}[0][media_type]    image/png
    Get Task State    ${task}    ==    completed
    Get Task Duration    ${task}    <    1 h
    Get Task Progress    ${task}    ==    ${1}
    ${history} =    Get Task History    ${task}
    Should Be Equal    ${history}[-1][state]    completed
    ${same} =    Track Task    image    ${result.id}
    Should Be Equal    ${same}    ${task}

All And Any
    ${a} =    Submit Task    image    prompt=one
    ${b} =    Submit Task    image    prompt=two
    ${any} =    Wait For Any Task    ${a}    ${b}
    ${all} =    Wait For All Tasks    ${a}    ${b}
    Length Should Be    ${all}    2
"""
    )
    assert run.code == 0, run.console
    assert "<svg" in run.log


def test_failures_say_state_class_measure_and_code(suite):
    run = suite(
        """
Moderated
    ${bad} =    Evaluate    {"fail_class": "content_policy"}
    ${task} =    Submit Task    image    prompt=x    misbehave=${bad}
    Wait For Task    ${task}

Stalled
    ${task} =    Submit Task    video    prompt=x    duration=1    misbehave={"stall": 0.3}
    Wait For Task    ${task}    sla={"stall_timeout": "1.5 s"}

Timed Out
    ${task} =    Submit Task    video    prompt=x    duration=1    misbehave={"never_end": true}
    Wait For Task    ${task}    timeout=2 s

Expected Failure
    ${task} =    Submit Task    image    prompt=x    misbehave={"fail_class": "quota"}
    ${result} =    Wait For Task    ${task}    failed
    Should Be Equal    ${result.error['class']}    quota

Unknown
    Wait For Task    video:00000000

Refused
    Submit Task    image    style=none
"""
    )
    messages = {name: test.message for name, test in run.tests.items()}
    assert "refused by content moderation (content_policy_violation)" in messages["Moderated"]
    assert "AIGC202" in messages["Moderated"]
    assert "is still 'processing' after" in messages["Stalled"]
    assert "AIGC203" in messages["Stalled"]
    assert "(timeout 2 s, " in messages["Timed Out"]
    assert "AIGC201" in messages["Timed Out"]
    assert run.tests["Expected Failure"].status == "PASS", messages["Expected Failure"]
    assert "There is no task 'video:00000000'." in messages["Unknown"]
    assert "Did you mean" not in messages["Unknown"]
    assert "was refused at submit with HTTP 422" in messages["Refused"]


def test_a_cost_belongs_to_the_test_that_ordered_whichever_waits(suite):
    run = suite(
        """
Orders
    VAR    ${TASK}    scope=SUITE
    ${TASK} =    Submit Task    image    prompt=a cat
    VAR    ${TASK}    ${TASK}    scope=SUITE

Waits
    Wait For Task    ${TASK}    timeout=1 min

Neither
    No Operation
""",
        "--listener",
        "AIGCLibrary.Listener",
    )
    assert run.code == 0, run.console
    reported = {name: dict(test.metadata).get("Cost") for name, test in run.tests.items()}
    assert reported == {"Orders": "1 credits (tasks: 1)", "Waits": None, "Neither": None}
    table = run.result.suite.metadata["Tests: what they cost"]
    assert "| Orders | Suite | 1 | 1 credits |" in table
    assert "Waits" not in table


def test_the_plugin_follows_a_task(suite):
    run = suite(
        """
By Plugin
    ${task} =    Submit Task    image    prompt=a cat
    ${result} =    Execute Plugin    async_task    task_id=${task}    task_type=image    notification=webhook
    Should Be Equal    ${result.status}    completed
    Should Be True    ${result.metrics.polls} >= 1
"""
    )
    assert run.code == 0, run.console


def test_bursts_lost_webhooks_and_cancels_end_as_they_should(suite):
    run = suite(
        """
Burst Of 429
    VAR    &{burst}    status=${429}    count=${3}    route=status    retry_after=${1}
    VAR    &{bad}    http_burst=${burst}
    ${task} =    Submit Task    image    prompt=x    misbehave=${bad}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Should Be Equal    ${result.state}    completed

Lost Webhook
    ${task} =    Submit Task    image    prompt=x    misbehave={"lost_webhook": true}
    Wait For Task    ${task}    timeout=1 min

Cancelled
    ${task} =    Submit Task    video    prompt=x    duration=1    misbehave={"never_end": true}
    ${state} =    Cancel Task    ${task}
    Should Be Equal    ${state}    cancelled
    Run Keyword And Expect Error    *was cancelled by this test*AIGC204*    Wait For Task    ${task}

Budget
    Set Task Budget    1    scope=test
    Submit Task    image    prompt=x
    Run Keyword And Expect Error    *AIGC208*    Submit Task    image    prompt=y
    Get Task Costs    ==    1
"""
    )
    assert run.code == 0, run.console


MISLED = {
    "no_file": "AIGC202",
    "fail_class=internal": "AIGC202",
    "fail_class=content_policy": "AIGC202",
    "gone": "AIGC310",
    "drop_body": "",
    "redirect": "AIGC207",
}
"""What a live product is made to do, and the code of the failure; none where a test passes all the same."""


def test_each_disturbance_of_a_live_product_has_its_own_verdict(suite):
    cases = "".join(
        f"""
{number}
    Misbehave    {fault}
    ${{task}} =    Submit Task    image    prompt=cat {number}
    Wait For Task    ${{task}}    timeout=1 min
    Process Task Files    ${{task}}
"""
        for number, fault in enumerate(MISLED)
    )
    run = suite(cases)
    messages = {name: run.tests[str(number)].message for number, name in enumerate(MISLED)}
    codes = {name: "".join(re.findall(r"\[(AIGC\d+)\]", message)[:1]) for name, message in messages.items()}
    assert codes == MISLED, messages
    assert "it ended as completed, but without any result" in messages["no_file"]


MADE = [{"url": f"https://files.product.test/{number}.png"} for number in range(3)]
IN_PART = {
    "all": ({"status": "completed", "images": [*MADE, {"url": "https://files.product.test/3.png"}]}, 4, None),
    "word": ({"status": "partial-succeeded", "images": MADE, "error": "one was refused"}, 3, "one was refused"),
    "reason": ({"status": "completed", "images": [*MADE, {"url": None, "error": "too dark"}]}, 3, "too dark"),
    "flag": ({"status": "completed", "images": [*MADE, {"url": None, "nsfw": True}]}, 3, "1 failed (nsfw)"),
    "count": ({"status": "completed", "images": MADE, "failed_count": 1}, 3, "1 failed"),
}
"""How a product says that it made three of four images: its answer, the files, and what is reported as missing."""


def test_a_result_that_is_there_in_part_is_reported_as_partial(robot):
    def answer(asked):
        if asked.method == "POST":
            return 200, {"id": asked.json["prompt"], "status": "queued"}
        return 200, IN_PART[asked.path.rsplit("/", 1)[-1]][0]

    orders = "".join(
        f"""
    ${{{name}}} =    Submit Task    image    provider=generic    session=product    prompt={name}    n=${{4}}"""
        for name in IN_PART
    )
    checks = "".join(
        f"""
    Should Be Equal    ${{results}}[{number}][state]    completed
    Length Should Be    ${{results}}[{number}][result][files]    {files}
    Should Be Equal    ${{results}}[{number}][partial]    {missing or "${None}"}"""
        for number, (_answer, files, missing) in enumerate(IN_PART.values())
    )
    with AnswerServer(answer) as product:
        run = robot(
            f"""
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary
Suite Setup    Create Session    product    {product.url}

*** Test Cases ***
Four Are Ordered{orders}
    @{{results}} =    Wait For All Tasks    {"    ".join(f"${{{name}}}" for name in IN_PART)}    timeout=10 min{checks}
"""
        )
    assert run.code == 0, run.console
    assert [asked.json["n"] for asked in product.asked if asked.method == "POST"] == [4] * len(IN_PART)
