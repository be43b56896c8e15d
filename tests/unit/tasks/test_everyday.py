"""Everyday envelopes: what is around a task never decides, and everything of the task is found inside."""

import json

import pytest

from AIGCLibrary.tasks.providers import everyday
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.snapshot import Trouble
from AIGCLibrary.tasks.states import ErrorClass, TaskState

URL = "https://cdn.example/a.mp4"


def read(body, provider="generic", http=200):
    return Providers().reader(provider, None).read({"http": {"status": http}, "headers": {}, "body": body})


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"status": "success", "data": {"task_id": "t", "status": "processing"}}, TaskState.PROCESSING),
        ({"state": "SUCCESS", "data": {"task_id": "t", "state": "running"}}, TaskState.PROCESSING),
        ({"code": 0, "data": {"code": 0, "data": {"jobId": 7, "jobStatus": "QUEUED"}}}, TaskState.QUEUED),
        ({"success": True, "result": {"job": {"id": "x", "phase": "failed"}}}, TaskState.FAILED),
        ({"code": 200, "data": json.dumps({"taskId": "x", "state": "running"})}, TaskState.PROCESSING),
        ({"code": 200, "data": [{"taskId": "x", "taskStatus": "running"}]}, TaskState.PROCESSING),
        ({"status": "ok", "task": {"status": "done", "video": {"url": URL}}}, TaskState.COMPLETED),
        ({"status": "success", "data": {"video_url": URL}}, TaskState.COMPLETED),
        ({"status": "success", "output": [URL]}, TaskState.COMPLETED),
        ({"status": {"code": "ENDED", "reason": "COMPLETED"}, "artifact": {"href": URL}}, TaskState.COMPLETED),
        ({"status": {"name": "RUNNING", "ordinal": 3}}, TaskState.PROCESSING),
        ({"id": "x", "status": {"name": "completed", "reason": "cancelled"}}, TaskState.CANCELLED),
        ({"status": {"code": "SUCCESS"}, "data": {"state": "running"}}, TaskState.PROCESSING),
        ({"status": "success", "message": "Video processing completed", "task_id": "t"}, TaskState.COMPLETED),
        ({"status": "success", "message": "Queued", "task_id": "t", "output": [URL]}, TaskState.COMPLETED),
        ({"id": "x", "status": "stopped"}, TaskState.CANCELLED),
        ({"errno": 0, "data": {"list": [{"job_id": "j", "job_status": "RUNNING"}]}}, TaskState.PROCESSING),
        (
            {"task": {"task_id": "t", "status": "TASK_STATUS_SUCCEED"}, "videos": [{"video_url": URL}]},
            TaskState.COMPLETED,
        ),
        ({"name": "n", "state": "JOB_STATE_SUCCEEDED", "output": URL}, TaskState.COMPLETED),
        ({"status": "failed", "detail": {"status": "ok"}}, TaskState.FAILED),
    ],
)
def test_the_inner_word_wins_over_the_envelope(body, state):
    snapshot = read(body)
    assert (snapshot.state, snapshot.trouble) == (state, None)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "success", "data": {"task_id": "t1"}},
        {"status": "ok", "data": {"created": 1}},
        {"status": "success", "data": None},
        {"status": "success", "message": "Task is still in progress", "data": None},
        {"status": "success", "message": "task submitted", "task_id": "t1"},
        {"status": "success", "msg": "视频生成中", "jobId": "t1"},
        {"message": "success", "code": 0, "data": {"taskId": "k"}},
    ],
)
def test_an_envelope_alone_holds_no_state(body):
    assert read(body).trouble is Trouble.UNREADABLE


@pytest.mark.parametrize(
    ("body", "identifier"),
    [
        ({"code": 0, "data": {"taskId": "t-1", "id": 99}}, "t-1"),
        ({"request_id": "r", "output": {"task_id": "t"}}, "t"),
        ({"code": 200, "msg": "success", "data": "b2c1"}, "b2c1"),
        ({"code": 200, "data": 1234}, 1234),
        ({"job": {"uuid": "u"}}, "u"),
        ({"request_id": "only"}, "only"),
        ({"data": {"task": {"task_id": "deep"}}}, "deep"),
        ({"status": "ok"}, None),
        ({"Response": {"Error": {"Code": "LimitExceeded", "Message": "m"}, "RequestId": "r"}}, None),
        ({"Response": {"JobId": "9", "RequestId": "r"}}, "9"),
        ({"request_id": "r", "code": "InvalidApiKey", "message": "m"}, None),
        ({"success": False, "message": "m", "data": "b2c1"}, None),
        ({"code": 1, "description": "submitted", "result": "132"}, "132"),
        ({"code": 1000, "message": "task created", "request_id": "r9"}, "r9"),
        ([], None),
        ("<html>", None),
    ],
)
def test_the_id_of_the_task_is_found(body, identifier):
    assert everyday.identifier(body) == identifier


@pytest.mark.parametrize(
    ("body", "words", "code"),
    [
        (
            {"code": 200, "msg": "success", "data": {"state": "fail", "failCode": "501", "failMsg": "nsfw"}},
            "nsfw",
            "501",
        ),
        (
            {"code": "success", "message": "", "data": {"status": "FAILURE", "fail_reason": "violence"}},
            "violence",
            None,
        ),
        ({"code": 200, "message": "ok", "data": {"status": "failed", "error": "no faces"}}, "no faces", None),
        ({"status": "failed", "error": {"code": "E7", "message": "too long"}}, "too long", "E7"),
        ({"status": "failed", "message": "success"}, "", None),
        ({"status": "ok", "data": {"status": "failed", "message": "m"}}, "m", None),
        ({"status": "failed", "errors": [{"message": "a"}, {"message": "b"}]}, "a; b", None),
    ],
)
def test_the_reason_is_the_tasks_own(body, words, code):
    failure = read(body).failure
    assert (failure.message, failure.code) == (words, code)


@pytest.mark.parametrize(
    ("result", "count"),
    [
        ({"video_url": URL}, 1),
        ({"videos": [{"url": URL, "duration": 5}, {"url": URL + "?2"}]}, 2),
        ({"resultJson": json.dumps({"resultUrls": [URL]})}, 1),
        ({"output": {"images": [URL], "audio": {"url": URL + "?a"}}}, 2),
        ({"result": {"url": URL, "download_url": URL + "?dl"}}, 1),
        ({"input": {"image_url": "https://x/in.png"}, "result": {"video": URL}}, 1),
        ({"image_url": "https://x/in.png", "output": {"files": [URL]}}, 1),
        ({"preview": "https://x/p.png", "status_url": "https://x/s", "output": "data:image/png;base64,iVBORw0="}, 1),
        ({"output": "a poem"}, 0),
        ({"resultVideoUrl": URL, "coverUrl": "https://x/p.png"}, 1),
        ({"outputs": {"main": {"src": URL}, "mask": {"src": "https://x/in.png"}}}, 1),
        ({"files": [{"link": URL}]}, 1),
        ({"output": {"url": URL, "input": {"url": "https://x/in.png"}}}, 1),
        ({"urls": {"get": "https://x/in.png", "cancel": "https://x/in.png"}, "output": [URL]}, 1),
        ({"model": {"url": "https://x/in.png"}, "result": {"frames": {"low": URL, "high": URL + "?h"}}}, 2),
    ],
)
def test_all_files_of_a_result_are_found_and_nothing_else(result, count):
    snapshot = read({"code": 0, "data": {"taskId": "t", "state": "success", **result}})
    assert snapshot.state is TaskState.COMPLETED
    assert len(snapshot.files) == count
    assert not any("in.png" in file.url or "/p.png" in file.url for file in snapshot.files)


@pytest.mark.parametrize("provider", sorted(set(Providers().names()) - {"stability"}))
@pytest.mark.parametrize(
    ("http", "trouble"),
    [(401, Trouble.UNAUTHORIZED), (403, Trouble.UNAUTHORIZED), (429, Trouble.RETRY), (503, Trouble.RETRY)],
)
@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 503, "message": "The service is unavailable.", "status": "UNAVAILABLE"}},
        {"code": 5001, "message": "try later"},
        {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}},
        {"detail": "no"},
        {"status": "error", "message": "try later"},
        {"status": "failed"},
    ],
)
def test_a_question_that_failed_tells_nothing_of_the_task_in_any_preset(provider, http, trouble, body):
    assert read(body, provider, http).trouble is trouble


@pytest.mark.parametrize(
    ("provider", "body", "trouble"),
    [
        ("minimax_v1", {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, Trouble.RETRY),
        ("kling", {"code": 1302, "message": "API request frequency exceeds limit"}, Trouble.RETRY),
        ("kling", {"code": 1004, "message": "Authorization expired"}, Trouble.UNAUTHORIZED),
        ("kling", {"code": 5000, "message": "server busy, try again later"}, Trouble.RETRY),
    ],
)
def test_an_envelope_of_http_200_that_refuses_the_question_ends_no_task(provider, body, trouble):
    assert read(body, provider).trouble is trouble


def test_a_completed_answer_without_files_carries_the_products_own_reason():
    filtered = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["unsafe audio"], "generatedSamples": []}
    snapshot = read({"name": "o", "done": True, "response": {"generateVideoResponse": filtered}}, "google_genai")
    assert snapshot.files == ()
    assert snapshot.failure.message == "unsafe audio"
    assert isinstance(snapshot.failure.error_class, ErrorClass)


@pytest.mark.parametrize("provider", sorted(set(Providers().names()) - {"cog_webhook", "prefect"}))
def test_every_preset_that_promises_files_takes_nothing_for_a_failure(provider):
    assert Providers().get(provider).result.empty is TaskState.FAILED
