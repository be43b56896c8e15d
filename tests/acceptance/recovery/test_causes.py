"""Classes of causes are reached by tests that really fail for them, in Robot; those of pages by test_on_a_page.py."""

import sqlite3
import zipfile

import pytest
from PIL import Image

from tests.support.answers import AnswerServer
from tests.support.robot_run import run_robot

PROVIDER = """
version: 1
providers:
  p:
    submit: {path: /tasks, json: {prompt: "{prompt}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {queued: queued, running: processing, done: completed, failed: failed, cancelled: cancelled}
    progress: {value: body.progress, scale: 1}
    error: {code: body.error.code, message: body.error.message}
"""


def task(identity, timeout="1 min", sla=""):
    return (
        f"${{t}} =    Track Task    image    {identity}    provider=p    session=s",
        f"Wait For Task    ${{t}}    timeout={timeout}{sla}",
    )


def http(status):
    return (f"GET On Session    s    /status/{status}",)


CASES = {
    "assertion.text": ("Should Be Equal    Generate    generate",),
    "assertion.value": ("Should Be Equal As Integers    3    4",),
    "timing": ("[Timeout]    0.2 s", "Sleep    2 s"),
    "api.bad_input": http(422),
    "api.unauthorized": http(401),
    "api.not_found": http(404),
    "api.conflict": http(409),
    "api.rate_limited": http(429),
    "api.server": http(503),
    "api.unreachable": ("GET On Session    dead    /x",),
    "async_task.timeout": task("slow", "0.5 s"),
    "async_task.queued": task("waits", "0.5 s"),
    "async_task.bad_input": task("invalid_parameter"),
    "async_task.quota": task("quota_exceeded"),
    "async_task.moderation": task("content_policy_violation"),
    "async_task.internal": task("internal_error"),
    "async_task.cancelled": task("cancelled"),
    "async_task.failed": task("strange"),
    "async_task.vanished": task("gone", "1 min"),
    "async_task.stalled": task("slow", "1 min", "    sla={'stall_timeout': '1 s'}"),
    "async_task.unknown_state": task("odd", "2 s"),
    "file_processing.corrupted": ("Validate File    flipped.zip",),
    "file_processing.label_missing": ("AIGC Label Should Be Valid    plain.png",),
    "file_processing.truncated": ("Validate File    half.zip",),
    "file_processing.rule_broken": ("Validate File    a.json    rules={'size': '>= 10 MB'}",),
    "file_processing.unsafe": ("Validate File    slip.zip",),
    "file_processing.too_large": ("Process File    a.json    max_size=1",),
    "file_processing.wrong_type": ("Validate File    text.png",),
    "environment.broken": ("Get File    no/such/file.txt",),
    "test.config": ("Use Environment    nowhere",),
    "test.defect": ("No Such Keyword At All",),
    "slo.not_met": (
        "FOR    ${n}    IN RANGE    8",
        "    Record Metric    own.leak    ${9 + ${n}}",
        "END",
        "SLO Should Be Met    own.leak",
    ),
    "plugin.failed": ("Check Plugin Health    test_causes_missing",),
    "unknown": ("Fail    the moon was not full",),
}


def product(asked):
    """Answer with the status that is asked for, and know a task for each way to end."""
    what = asked.path.rpartition("/")[2]
    if asked.path.startswith("/status/"):
        return int(what), {"error": {"message": "no"}}
    if what == "gone":
        return 404, {"error": {"message": "no such task"}}
    states = {"slow": "running", "waits": "queued", "cancelled": "cancelled", "odd": "pondering"}
    return 200, {"id": what, "status": states.get(what, "failed"), "error": {"code": what, "message": what}}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("causes")
    (folder / "p.yaml").write_text(PROVIDER, encoding="utf-8")
    (folder / "slo.yaml").write_text("slo: {own: {leak: {max: 1}}}\ndefaults: {min_samples: 1}\n", encoding="utf-8")
    (folder / "a.json").write_text('{"a": 1}', encoding="utf-8")
    (folder / "text.png").write_text("<html>502</html>", encoding="utf-8")
    with zipfile.ZipFile(folder / "slip.zip", "w") as archive:
        archive.writestr("../../evil.txt", "x")
    with zipfile.ZipFile(folder / "whole.zip", "w") as archive:
        archive.writestr("a.txt", "x" * 9000)
    (folder / "half.zip").write_bytes((folder / "whole.zip").read_bytes()[:3000])
    whole = bytearray((folder / "whole.zip").read_bytes())
    whole[200] ^= 1
    (folder / "flipped.zip").write_bytes(whole)
    Image.new("RGB", (64, 64), "red").save(folder / "plain.png")
    tests = "\n".join(f"{cause}\n" + "".join(f"    {step}\n" for step in steps) for cause, steps in CASES.items())
    suite = """*** Settings ***
Library    AIGCLibrary    providers=p.yaml    slo=slo.yaml
Library    RequestsLibrary
Library    OperatingSystem
Suite Setup    Sessions

*** Test Cases ***
TESTS
*** Keywords ***
Sessions
    Create Session    s    URL    max_retries=0
    Create Session    dead    http://127.0.0.1:9    max_retries=0
"""
    with AnswerServer(product) as server:
        return run_robot(folder, suite.replace("URL", server.url).replace("TESTS", tests))


@pytest.mark.parametrize("cause", CASES)
def test_cause_is_reached_with_its_place(finished, cause):
    test = finished.tests[cause]
    assert test.failed
    assert test.metadata["Cause"] == cause, test.message
    with sqlite3.connect(finished.directory / "results" / "aigc.db") as store:
        (place,) = store.execute(
            "select place from suggestion where test = ? and position = 0", [f"Suite.{cause}"]
        ).fetchone()
    assert place.startswith("suite.robot:")
