"""Answers of many products in every state, as public references name the fields, read by the preset `generic` alone."""

import json
from pathlib import Path

import pytest

from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.providers.moments import moment

V = "https://cdn.example/v.mp4"
Q, P, C, F, X = "queued", "processing", "completed", "failed", "cancelled"
M = "missing"
GENERIC = Providers().reader("generic", None)

ANSWERS = [json.loads(line) for line in Path(__file__).with_name("products.jsonl").read_text("utf-8").splitlines()]
"""HTTP status, body, state or trouble, and what else is read: one a line."""
ORDERS = [json.loads(line) for line in Path(__file__).with_name("orders.jsonl").read_text("utf-8").splitlines()]
"""HTTP status, answer to an order, and what became of it: `id:…`, `busy`, `refused:…` with the class, or `noid`."""
WORDS = {
    P: ["未完成", "审核中", "渲染完成", "text_success", "upload_success", "image_done", "step completed",
        "render done", "阶段完成", "not failed", "no_error", "未失败", "回调失败", "callback_failed",
        "即将完成", "部分完成", "上一步完成", "审核通过", "待取消", "取消中", "正在取消", "unknown",
        "正在合成视频", "后处理中", "In Process", "已开始", "生成成功"],
    Q: ["排队", "等待中", "待处理", "已提交", "提交成功", "创建成功", "未开始", "WAITING_IN_QUEUE",
        "queued_for_gpu", "JOB_PENDING", "Enqueued", "pending_review", "等待资源", "初始化中", "RETRYING",
        "重试"],
    F: ["生成失败", "任务失败", "推理出错", "已超时", "审核未通过", "内容违规", "GENERATION_FAILED",
        "create_task_failed", "SafetyBlocked", "content filtered", "INTERNAL_ERROR", "JobExpired", "timed out",
        "OOM", "已驳回", "系统异常"],
    X: ["用户取消", "任务已取消", "已终止", "手动停止", "CANCELLED_BY_USER", "user_cancelled", "Task Aborted",
        "已删除"],
    M: ["NOT_FOUND", "Task Not Found", "任务不存在", "job_not_exist", "NoSuchTask", "该任务不存在或已过期"],
}  # fmt: skip
ENDS = ["完成", "生成成功", "任务完成", "渲染完成", "已结束", "Task Completed", "render_done", "generation-complete",
        "JOB_STATUS_SUCCESS", "COMPLETED_SUCCESSFULLY", "all_done", "执行完毕"]  # fmt: skip


def read(body, http=200):
    return GENERIC.read({"http": {"status": http}, "headers": {}, "body": body, "task": {"id": "a"}})


def shown(found, name, value):
    failure, urls = found.failure, [file.url for file in found.files]
    return {
        "files": lambda: sorted(urls) == sorted(value),
        "hasfile": lambda: value in urls,
        "n": lambda: len(urls) == value,
        "id": lambda: found.remote_id == value,
        "pos": lambda: found.queue_position == value,
        "progress": lambda: found.progress == value,
        "partial": lambda: bool(found.partial) is value,
        "class": lambda: str(failure.error_class) == value,
        "code": lambda: failure.code == value,
        "words": lambda: failure.message == value,
    }[name]()


@pytest.mark.parametrize(("http", "body", "outcome", "more"), ANSWERS, ids=[str(one[1])[:60] for one in ANSWERS])
def test_an_answer_of_a_product_is_read_for_what_it_says(http, body, outcome, more):
    found = read(body, http)
    assert str(found.trouble or found.state) == outcome
    assert [name for name, value in more.items() if not shown(found, name, value)] == []


@pytest.mark.parametrize(("http", "body", "outcome"), ORDERS, ids=[str(one[1])[:60] for one in ORDERS])
def test_the_answer_to_an_order_is_read_for_what_it_says(http, body, outcome):
    envelope = {"http": {"status": http}, "headers": {}, "body": body, "task": {"id": None}}
    submit = GENERIC.provider.submit
    found = submit.id(envelope) if submit.accepted.truth(envelope) else None
    failure, busy = GENERIC.refusal(envelope, http)
    refused = "noid" if failure is None else f"refused:{failure.error_class}"
    read_as = f"id:{found}" if found else "busy" if busy else refused
    assert read_as == outcome or (outcome == "refused:*" and read_as.startswith("refused:"))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1762164000, 1762164000.0),
        (1762164000123, 1762164000.123),
        (1762164000123456, 1762164000.123456),
        ("1762164000123456789", 1762164000.1234567),
        ("20251103100000", 1762164000.0),
        (20251103100000, 1762164000.0),
        ("20251103T100000Z", 1762164000.0),
        ("2025/11/03 10:00:00", 1762164000.0),
        ("2025-11-03 10:00:00 +0000 UTC", 1762164000.0),
        ("2025-11-03T18:00:00 +08:00", 1762164000.0),
        ("2025-11-03T10:00:00.5Z", 1762164000.5),
        ("Mon, 03 Nov 2025 10:00:00 GMT", 1762164000.0),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("0000-00-00T00:00:00Z", None),
        ("0", None),
        ("soon", None),
        ("00:01:30", None),
        ([1], None),
    ],
)
def test_a_time_is_read_as_products_write_it(value, seconds):
    assert moment(value) == (seconds if seconds is None else pytest.approx(seconds, abs=1e-3))


@pytest.mark.parametrize(("word", "outcome"), [(word, state) for state, some in WORDS.items() for word in some])
def test_a_word_without_a_result_is_never_a_success(word, outcome):
    found = read({"code": 0, "data": {"id": "z", "status": word}})
    assert str(found.trouble or found.state) == outcome


@pytest.mark.parametrize("word", ENDS)
def test_a_word_of_an_end_with_a_result_is_completed(word):
    found = read({"id": "z", "status": word, "video_url": V})
    assert (str(found.state), found.known, [file.url for file in found.files]) == (C, True, [V])


def test_words_count_only_where_the_description_is_loose():
    found = (
        Providers().reader("replicate", None).read({"http": {"status": 200}, "body": {"id": "z", "status": "已失败"}})
    )
    assert (str(found.state), found.known) == (P, False)


@pytest.mark.parametrize(
    ("word", "error_class", "words"),
    [
        ("Content Moderated", "moderation", "Content Moderated"),
        ("SENSITIVE_WORD_ERROR", "moderation", "SENSITIVE_WORD_ERROR"),
        ("已超时", "internal", "已超时"),
        ("failed", "unknown", ""),
    ],
)
def test_a_state_word_that_says_why_is_the_reason(word, error_class, words):
    failure = read({"id": "z", "status": word}).failure
    assert (str(failure.error_class), failure.message) == (error_class, words)


def test_a_number_without_a_label_is_a_word_that_the_description_has_to_name():
    found = read({"code": 0, "data": {"taskId": "7", "status": 3}})
    assert (str(found.state), found.raw, found.known) == (P, "3", False)


@pytest.mark.parametrize(
    "body",
    [
        {"code": 500, "msg": "查询失败"},
        {"code": 500, "msg": "获取生成结果失败"},
        {"code": -1, "msg": "获取任务状态失败"},
        {"code": 500, "message": "Failed to get task: task failed to load"},
        {"code": 1001, "msg": "任务处理中", "data": None},
        {"success": False, "message": "Query failed"},
        {"id": "x", "status": "succeeded", "cancelled": False, "video": {"status": "uploading"}},
    ],
    ids=str,
)
def test_a_question_that_failed_ends_no_task(body):
    found = read(body)
    assert found.trouble is not None or not found.state.ended or found.files == ()
    assert str(found.state) not in (F, X)
