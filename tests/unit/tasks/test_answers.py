"""Answers of everyday shapes, as public references describe them, read by the preset `generic` alone."""

import json

import pytest

from AIGCLibrary.tasks.providers.loader import Providers

V = "https://cdn.example/v.mp4"
W = "https://cdn.example/w.png"
QUEUED, PROCESSING, COMPLETED, FAILED, CANCELLED = "queued", "processing", "completed", "failed", "cancelled"
RETRY, UNAUTHORIZED = "retry", "unauthorized"
PAGE = "<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>"

ANSWERS = [
    # plain
    (200, {"id": "a", "status": "IN_QUEUE", "queue_position": 3}, QUEUED, {}),
    (200, {"id": "a", "status": "IN_PROGRESS"}, PROCESSING, {}),
    (200, {"id": "a", "status": "rendering", "progress": 42}, PROCESSING, {"progress": 0.42}),
    (200, {"id": "a", "state": "dreaming", "progress": "42%"}, PROCESSING, {"progress": 0.42}),
    (200, {"id": "a", "status": "succeeded", "output": [V, W]}, COMPLETED, {"files": [V, W]}),
    (200, {"id": "a", "status": "Ready", "result": {"sample": W}}, COMPLETED, {"files": [W]}),
    (200, {"id": "a", "status": "finished", "assets": {"video": V}}, COMPLETED, {"files": [V]}),
    (200, {"id": "a", "status": "canceled"}, CANCELLED, {}),
    (200, {"id": "a", "status": "aborted"}, CANCELLED, {}),
    (200, {"id": "a", "status": "FAILED", "error": "CUDA out of memory"}, FAILED, {"class": "internal"}),
    (200, {"id": "a", "status": "error", "error": {"code": "E7", "message": "nsfw"}}, FAILED, {"class": "moderation"}),
    (202, {"id": "a", "status": "running"}, PROCESSING, {}),
    # code and message around the task
    (200, {"code": 0, "message": "success", "data": {"task_id": "a", "task_status": "submitted"}}, QUEUED, {}),
    (200, {"code": 0, "msg": "ok", "data": {"taskId": "a", "taskStatus": "RUNNING"}}, PROCESSING, {}),
    (200, {"code": 200, "data": {"taskId": "a", "state": "success", "resultUrls": [V]}}, COMPLETED, {"files": [V]}),
    (200, {"code": "0", "data": {"id": "a", "status": "fail", "failMsg": "bad face"}}, FAILED, {"words": "bad face"}),
    (200, {"errcode": 0, "errmsg": "ok", "result": {"job_id": "a", "job_status": "WAIT"}}, QUEUED, {}),
    (200, {"ret": 0, "data": {"task": {"id": "a", "status": "doing"}}}, PROCESSING, {}),
    (200, {"success": True, "data": {"jobId": "a", "status": "processing"}}, PROCESSING, {}),
    (200, {"success": True, "result": {"id": "a", "status": "complete", "url": V}}, COMPLETED, {"files": [V]}),
    (200, {"status": "success", "data": {"id": "a", "status": "processing"}}, PROCESSING, {}),
    (200, {"status": "ok", "data": {"status": "error", "reason": "worker lost"}}, FAILED, {"words": "worker lost"}),
    (200, {"status": 200, "data": {"task_id": "a", "status": "completed", "images": [W]}}, COMPLETED, {"files": [W]}),
    (200, {"state": "SUCCESS", "data": {"id": "a", "state": "PENDING"}}, QUEUED, {}),
    (200, {"output": {"task_id": "a", "task_status": "SUCCEEDED", "video_url": V}}, COMPLETED, {"files": [V]}),
    (200, {"output": {"task_id": "a", "task_status": "FAILED", "code": "DataInspectionFailed", "message": "flagged"}},
     FAILED, {"class": "moderation", "code": "DataInspectionFailed"}),
    (200, {"request_id": "r", "output": {"task_id": "a", "task_status": "PENDING"}}, QUEUED, {}),
    (200, {"Response": {"JobId": "a", "Status": "RUN"}}, PROCESSING, {}),
    (200, {"Response": {"JobId": "a", "Status": "DONE", "ResultImage": [W]}}, COMPLETED, {"files": [W]}),
    # nested and listed
    (200, {"data": {"data": {"task_id": "a", "status": "queued"}}}, QUEUED, {}),
    (200, {"data": {"result": {"task": {"taskId": "a", "status": "running"}}}}, PROCESSING, {}),
    (200, {"data": [{"id": "a", "status": "running"}]}, PROCESSING, {}),
    (200, [{"id": "a", "status": "succeeded", "output": V}], COMPLETED, {"files": [V]}),
    (200, {"jobs": [{"job_id": "a", "state": "failed", "failure_reason": "timeout"}]}, FAILED, {"words": "timeout"}),
    (200, {"task": {"id": "a", "status": {"state": "running"}}}, PROCESSING, {}),
    (200, {"generation": {"id": "a", "status": "completed", "images": [{"url": W}]}}, COMPLETED, {"files": [W]}),
    (200, {"data": {"id": "a", "status": "completed", "works": [{"resource": {"resource": V}}]}}, COMPLETED,
     {"files": [V]}),
    (200, {"data": {"task_id": "a", "task_status": "succeed", "task_result": {"videos": [{"id": "1", "url": V}]}}},
     COMPLETED, {"files": [V]}),
    # JSON inside a text
    (200, {"code": 0, "data": json.dumps({"id": "a", "status": "running"})}, PROCESSING, {}),
    (200, {"data": {"taskId": "a", "state": "success", "resultJson": json.dumps({"resultUrls": [V]})}}, COMPLETED,
     {"files": [V]}),
    (200, {"data": {"id": "a", "status": "failed", "error": json.dumps({"code": 7, "message": "too dark"})}}, FAILED,
     {"words": "too dark"}),
    # Chinese
    (200, {"code": 0, "data": {"id": "a", "status": "失败", "reason": "内容违规"}}, FAILED, {"class": "moderation"}),
    (200, {"code": 0, "data": {"id": "a", "status": "排队中"}}, QUEUED, {}),
    (200, {"code": 0, "data": {"id": "a", "status": "生成中"}}, PROCESSING, {}),
    (200, {"code": 0, "data": {"id": "a", "status": "已完成", "video": V}}, COMPLETED, {"files": [V]}),
    # files of every form; inputs, previews and links to the API are none
    (200, {"id": "a", "status": "succeeded", "output": "data:image/png;base64,QUJD"}, COMPLETED,
     {"files": ["data:image/png;base64,QUJD"]}),
    (200, {"id": "a", "status": "done", "video": {"url": V, "cover_url": W}}, COMPLETED, {"files": [V]}),
    (200, {"id": "a", "status": "done", "input": {"image": W}, "output": {"video": V}}, COMPLETED, {"files": [V]}),
    (200, {"id": "a", "status": "done", "urls": {"get": "https://api/x", "cancel": "https://api/c"}, "output": V},
     COMPLETED, {"files": [V]}),
    # nothing there
    (200, {"id": "a", "status": "succeeded", "output": []}, COMPLETED, {"files": []}),
    (200, {"id": "a", "status": "succeeded", "output": None}, COMPLETED, {"files": []}),
    # questions that failed
    (401, {"message": "token expired"}, UNAUTHORIZED, {}),
    (403, {"error": {"code": 403, "status": "failed"}}, UNAUTHORIZED, {}),
    (407, PAGE, UNAUTHORIZED, {}),
    (408, {"status": "failed"}, RETRY, {}),
    (425, {}, RETRY, {}),
    (429, {"status": "failed", "error": "rate limit"}, RETRY, {}),
    (500, {"id": "a", "status": "failed", "error": "internal"}, RETRY, {}),
    (502, PAGE, RETRY, {}),
    (503, {"status": "error", "message": "maintenance"}, RETRY, {}),
    (504, "", RETRY, {}),
    (524, PAGE, RETRY, {}),
    (200, PAGE, RETRY, {}),
    (302, "", RETRY, {}),
    (200, {"code": 401, "message": "token expired"}, UNAUTHORIZED, {}),
    (200, {"code": 40101, "msg": "登录已过期，请重新登录", "data": None}, UNAUTHORIZED, {}),
    (200, {"success": False, "message": "Unauthorized"}, UNAUTHORIZED, {}),
    (200, {"code": 429, "message": "Too many requests"}, RETRY, {}),
    (200, {"code": 50001, "msg": "系统繁忙，请稍后再试", "data": None}, RETRY, {}),
    (200, {"success": False, "error": "Service temporarily unavailable"}, RETRY, {}),
    (200, {"status": "error", "message": "rate limit exceeded"}, RETRY, {}),
    (200, {"code": 500, "message": "internal server error", "data": None}, RETRY, {}),
    # an envelope that says nothing of a task
    (200, {}, "unreadable", {}),
    (200, {"code": 0, "message": "success", "data": None}, "unreadable", {}),
    (200, {"status": "success", "data": {"task_id": "a"}}, "unreadable", {}),
]  # fmt: skip


def test_there_are_enough_of_them():
    assert len(ANSWERS) > 60


@pytest.mark.parametrize(("http", "body", "outcome", "more"), ANSWERS, ids=[str(one[:2])[:70] for one in ANSWERS])
def test_an_answer_is_read_for_what_it_says(http, body, outcome, more):
    envelope = {"http": {"status": http}, "headers": {}, "body": body, "task": {"id": "a"}}
    found = Providers().reader("generic", None).read(envelope)
    assert str(found.trouble or found.state) == outcome
    for name, value in more.items():
        shown = {
            "files": lambda: [file.url for file in found.files],
            "progress": lambda: found.progress,
            "class": lambda: str(found.failure.error_class),
            "code": lambda: found.failure.code,
            "words": lambda: found.failure.message,
        }[name]()
        assert shown == value, name
