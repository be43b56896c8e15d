"""Busy in any form: the order is sent again within its SLA, and reported as what it is."""

import pytest

from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.providers.busy import is_busy
from AIGCLibrary.tasks.providers.classify import classify, is_temporary
from AIGCLibrary.tasks.states import ErrorClass
from tests.unit.tasks.support import PLAIN, script

BUSY = [
    (200, None, '{"message": "server is busy"}'),
    (200, None, "content moderation service is busy, please try again later"),
    (429, None, ""),
    (429, "rate_limit_exceeded", "Rate limit reached for requests"),
    (409, None, "At capacity - all prediction slots busy"),
    (503, None, "Queue is full. Max size is 4 and size is 4."),
    (503, "ServerOverloaded", ""),
    (503, "QueueFull", "rejected"),
    (529, "overloaded_error", "Overloaded"),
    (500, None, "no free worker available"),
    (400, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."),
    (403, None, "API rate limit exceeded for this client"),
    (422, None, "Maximum concurrency reached: max 2 concurrent jobs"),
    (200, "23", "Queue is full, please try again later"),
    (200, "50430", "Request Has Reached API Limit, Please Try Later"),
    (200, "1303", "parallel task over resource pack limit, too many running tasks"),
    (200, "429", "retry"),
    (200, None, "系统繁忙，请稍后再试"),
    (200, "1013", "排队人数过多，请稍后重试"),
    (200, None, "任务队列已满"),
    (200, None, "并发数超过上限"),
    (200, None, "当前算力不足，请稍后提交"),
    (200, None, "请求过于频繁"),
    (200, "RequestLimitExceeded", "请求频率超限"),
]
OTHER = [
    (429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing details"),
    (402, None, "Insufficient balance"),
    (200, "1102", "账户余额不足，请充值"),
    (200, None, "今日次数已达上限"),
    (400, None, "prompt is too long: it exceeds the limit of 2000 characters"),
    (413, None, "Request entity exceeds the limit of 10 MB"),
    (400, None, "too many images: at most 4"),
    (409, None, "a project of this name exists"),
    (409, None, "missing parameter 'prompt'"),
    (400, None, "请求体过大"),
    (422, None, "duration must be between 1 and 10 seconds"),
    (502, None, "Bad gateway, try again later"),
    (504, None, "Gateway time-out"),
    (500, None, "internal error, please retry later"),
    (200, "50412", "内容违规"),
    (400, "content_policy", "Prompt rejected: 'a busy street' shows violence"),
    (400, None, "Your prompt “people in a full queue, slow down” was flagged as unsafe content"),
    (400, None, "内容违规：“并发过高的街头，人数过多”"),
]


@pytest.mark.parametrize(("status", "code", "words"), BUSY)
def test_busy_in_any_words_is_busy(status, code, words):
    assert is_busy(status, code, words)


@pytest.mark.parametrize(("status", "code", "words"), OTHER)
def test_what_waiting_does_not_cure_or_may_have_been_taken_is_not_busy(status, code, words):
    assert not is_busy(status, code, words)


@pytest.mark.parametrize(("status", "code", "words"), [one for one in BUSY if one[2]])
def test_what_an_order_is_repeated_for_a_question_is_asked_again_for(status, code, words):
    assert is_temporary(code, words) or is_busy(200, code, words)


@pytest.mark.parametrize(
    "words", ["当前API请求过多，请稍后重试", "QPS超限", "Too many requests", "请求过于频繁", "并发数超过上限"]
)
def test_a_rate_is_one_thing_for_an_order_for_a_question_and_as_a_class(words):
    assert is_busy(200, None, words)
    assert is_temporary(None, words)
    assert classify(None, None, words, {}) is ErrorClass.QUOTA


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (429, "1121", "账户存违规行为，账号已被锁定"),
        (429, "1304", "该 API 已达今日调用次数限额，如有更多需求，请联系客服购买"),
        (429, None, "Your account has been suspended"),
    ],
)
def test_an_account_that_is_locked_or_used_up_for_the_day_is_not_busy(status, code, words):
    assert not is_busy(status, code, words)


def test_a_limit_that_names_a_plan_is_busy_where_it_is_one_of_requests_at_a_time():
    words = "Too many concurrent requests. Please upgrade your subscription to increase this limit."
    assert is_busy(429, "too_many_concurrent_requests", words)


FORM = PLAIN.replace("json:", "form:").replace('kind: "{kind}", "*": "{inputs}"', 'prompt: "{prompt}"')
MULTIPART = FORM.replace("form:", "multipart:")
FULL = (503, {"detail": "Queue is full. Max size is 4 and size is 4."})
REFUSALS = [
    FULL,
    (429, {}),
    (409, {"error": "At capacity - all prediction slots busy"}),
    (200, {"code": 50430, "msg": "系统繁忙"}),
    (200, {"success": False, "message": "queue is full"}),
]


@pytest.mark.parametrize("body", [PLAIN, FORM, MULTIPART], ids=["json", "form", "multipart"])
@pytest.mark.parametrize("refusal", REFUSALS, ids=[str(one[1]) for one in REFUSALS])
async def test_an_order_is_sent_until_the_product_takes_it(bench, body, refusal):
    answers = [refusal] * 5 + [(200, {"id": "7"})]
    done = (200, {"status": "done", "output": ["http://x/a.mp4"]})
    made = bench(script(done, submit=lambda *_: answers.pop(0)), body)
    assert (await made.tasks.wait(await made.submitted()))["state"] == "completed"
    assert made.http.count("POST") == 6


@pytest.mark.parametrize("refusal", REFUSALS, ids=[str(one[1]) for one in REFUSALS])
async def test_a_product_that_stays_busy_is_reported_as_busy_within_the_sla(bench, refusal):
    made = bench(script((200, {"status": "running"}), submit=refusal), PLAIN)
    begun = made.clock.now()
    with pytest.raises(errors.ProviderError) as caught:
        await made.submitted(sla={"outage": 40})
    assert caught.value.facts["class"] == "busy"
    assert "the product is busy" in caught.value.message
    assert "bad input" not in caught.value.message
    assert 15 <= made.clock.now() - begun <= 40


async def test_no_retries_means_that_a_busy_product_is_not_asked_again(bench):
    made = bench(script((200, {}), submit=FULL), PLAIN)
    with pytest.raises(errors.ProviderError, match=r"HTTP 503: Queue is full"):
        await made.submitted(sla={"retry_times": 0})
    assert made.http.count("POST") == 1


async def test_an_account_that_is_used_up_is_refused_at_once(bench):
    words = "You exceeded your current quota, please check your plan and billing details"
    made = bench(script((200, {}), submit=(429, {"error": {"code": "insufficient_quota", "message": words}})), PLAIN)
    with pytest.raises(errors.TaskFailedError, match="quota") as caught:
        await made.submitted()
    assert caught.value.facts["error_class"] == "quota"
    assert made.http.count("POST") == 1


async def test_our_own_tasks_that_hold_the_places_are_named(bench):
    orders = [(200, {"id": "7"})]
    made = bench(script((200, {"status": "running"}), submit=lambda *_: orders.pop() if orders else FULL), PLAIN)
    first = await made.submitted()
    with pytest.raises(errors.TaskTimeoutError):
        await made.tasks.wait(first, timeout=5)
    with pytest.raises(errors.ProviderError) as caught:
        await made.submitted(sla={"outage": 5})
    assert f"(1 of them given up after their timeout): '{first}'" in caught.value.message
