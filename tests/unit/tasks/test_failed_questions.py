"""A question that failed says nothing about the task: no message takes the last state seen for the present one."""

import pytest

from AIGCLibrary.errors import TaskError
from AIGCLibrary.tasks.errors import (
    NotRetriedError,
    ProviderError,
    TaskFailedError,
    TaskTimeoutError,
    TaskVanishedError,
)
from tests.unit.tasks.support import PLAIN, Gone, script

DONE = (200, {"status": "done", "output": ["http://cdn.test/a.mp4"]})
RUNNING = (200, {"status": "running"})
GENERIC = "\n    extends: generic\n"
WITH_RESULT = PLAIN.replace("result: {raw", 'result: {request: {path: "/tasks/{id}/result"}, raw')


async def failed(bench, task, **more):
    with pytest.raises(TaskError) as raised:
        await bench.tasks.wait(task, timeout="60 s", **more)
    return raised.value


def product(result):
    """Answer every status question with completed, and the question for the result by `result`."""

    def answer(method, path, _more):
        if method == "POST":
            return 200, {"id": "7"}
        if path.endswith("/result"):
            if isinstance(result, Exception):
                raise result
            return result
        return DONE

    return answer


@pytest.mark.parametrize(
    ("result", "last"),
    [
        ((503, {"detail": "oops"}), "HTTP 503"),
        ((500, b"<html>oops</html>"), "HTTP 500"),
        ((429, {}), "HTTP 429"),
        (Gone(), "could not be reached"),
    ],
)
async def test_a_completed_task_whose_result_cannot_be_read_is_completed(bench, result, last):
    one = bench(product(result), WITH_RESULT)
    error = await failed(one, await one.submitted())
    assert isinstance(error, ProviderError)
    assert "is completed, but its result cannot be read" in error.message
    assert last in error.message
    assert "queued" not in error.message
    assert error.facts["state"] == "completed"
    assert error.facts["class"] == "outage"


async def test_a_product_that_goes_on_to_answer_for_a_result_with_an_error_of_its_own_has_failed(bench):
    one = bench(product((500, {"detail": "Internal Server Error", "request_id": "r"})), WITH_RESULT)
    task = await one.submitted()
    error = await failed(one, task)
    assert isinstance(error, TaskFailedError)
    assert "it is completed, but its result cannot be read: Internal Server Error" in error.message
    assert (error.facts["state"], error.facts["error_class"]) == ("failed", "internal")
    assert 5 <= sum(path.endswith("/result") for _, path, _ in one.http.sent) <= 8
    one.http.answer = product((200, {"output": ["http://cdn.test/a.mp4"]}))
    assert await one.tasks.state(task) == "completed"  # it was asked again, and may have recovered


async def test_a_result_that_can_be_read_later_completes_the_same_handle(bench):
    answers = [(503, {})] * 40
    one = bench(lambda m, p, more: product(answers.pop() if answers and p.endswith("/result") else DONE)(m, p, more),
                WITH_RESULT)  # fmt: skip
    task = await one.submitted()
    await failed(one, task)
    answers.clear()
    assert (await one.tasks.wait(task, timeout="60 s"))["state"] == "completed"


async def test_a_result_refused_for_its_credentials_is_no_failure_of_the_task(bench):
    one = bench(product((401, {"detail": "expired"})), WITH_RESULT)
    error = await failed(one, await one.submitted(), sla={"outage": 5})
    assert isinstance(error, ProviderError)
    assert error.facts["class"] == "unauthorized"


@pytest.mark.parametrize("answer", [(500, {}), (429, {}), (302, {}, {"location": "/login"}), Gone()])
async def test_a_task_that_was_never_seen_is_in_no_state(bench, answer):
    one = bench(script(answer))
    error = await failed(one, await one.submitted())
    assert "still" not in error.message, error.message
    assert "cannot be read" in error.message or "No state of task" in error.message


async def test_answers_without_a_state_are_no_state(bench):
    one = bench(script((200, {"ok": True})))
    message = (await failed(one, await one.submitted())).message
    assert message.startswith("No state of task")
    assert 'The last answer holds no state: {"ok": true}' in message

    one = bench(script((302, {}, {"location": "/login"})))
    assert "HTTP 302 (GET http://product.test/api/tasks/7)" in (await failed(one, await one.submitted())).message


async def test_a_state_seen_before_the_questions_failed_is_reported_as_the_last_one(bench):
    one = bench(script(RUNNING, (500, {})))
    error = await failed(one, await one.submitted())
    assert isinstance(error, TaskTimeoutError)
    assert "This is the last state seen" in error.message
    assert "HTTP 500 (GET http://product.test/api/tasks/7)" in error.message


async def test_a_completed_task_is_paid_again_on_request_only(bench):
    one = bench(script(DONE))
    task = await one.submitted()
    await one.tasks.wait(task)
    with pytest.raises(NotRetriedError, match="is completed, so it is not retried"):
        await one.tasks.retry(task)
    assert one.http.count("POST") == 1
    await one.tasks.retry(task, force=True)
    assert one.http.count("POST") == 2


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ((200, {"code": 40400, "msg": "任务不存在", "data": None}), '"任务不存在"'),
        ((200, {"success": False, "message": "Task 7 does not exist"}), '"Task 7 does not exist"'),
        ((200, "no such task"), "no such task"),
        ((404, {"detail": "gone"}), "HTTP 404"),
    ],
)
async def test_an_answer_that_knows_no_such_task_is_shown_in_the_message(bench, answer, shown):
    one = bench(script(RUNNING, answer))
    error = await failed(one, await one.submitted())
    assert isinstance(error, TaskVanishedError)
    assert f"has answered HTTP {answer[0]}" in error.message
    assert shown in error.message
    assert "nothing'" not in error.message


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ({"code": 50430, "message": "Request has reached API concurrent limit", "data": None}, "rate_limited"),
        ({"code": 1302, "msg": "请求过快，超过限制"}, "rate_limited"),
        ({"code": 500, "msg": "error", "data": None}, "internal"),
        ({"code": -1, "msg": "服务繁忙"}, "internal"),
    ],
)
async def test_what_an_answer_in_http_200_says_against_a_question_is_the_cause(bench, body, answered):
    one = bench(script((200, body)), GENERIC)
    task = await one.submitted()
    error = await failed(one, task)
    assert isinstance(error, (ProviderError, TaskTimeoutError))
    assert error.facts["answered"] == answered


@pytest.mark.parametrize(
    ("words", "answered"),
    [("请求过于频繁", "rate_limited"), ("QPS limit exceeded", "rate_limited"), ("余额不足", None)],
)
async def test_a_task_that_failed_for_a_limit_of_requests_has_no_used_up_account(bench, words, answered):
    one = bench(script((200, {"id": "7", "status": "failed", "failMsg": words})), GENERIC)
    error = await failed(one, await one.submitted())
    assert error.facts["error_class"] == "quota"
    assert error.facts.get("answered") == answered
