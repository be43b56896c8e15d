import asyncio

import pytest

from AIGCLibrary.data.calls import Caller, CallLimits, CallOutcome
from AIGCLibrary.data.model import RetryPolicy
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.response import Response
from AIGCLibrary.units import parse_duration


def answer(status, **headers):
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"", 0.0)


class Http:
    """Answers in a given order."""

    def __init__(self, *answers):
        self.answers = list(answers)

    async def request(self, *_args, **_options):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def caller(clock, *answers, rate=None):
    return Caller(Http(*answers), None, CallLimits(8, rate, clock), clock)


async def test_requests_keep_the_rate(clock):
    started = clock.time
    one = caller(clock, *[answer(200)] * 5, rate=10)
    await asyncio.gather(*(one.once(ApiRequest("GET", "/")) for _ in range(5)))
    assert clock.time - started == pytest.approx(0.4)


async def test_retry_after_is_waited_for(clock):
    started = clock.time
    one = caller(clock, answer(429, retry_after="7"), answer(201))
    attempt = await one.send(ApiRequest("POST", "/"), safe=False)
    assert (attempt.response.status, attempt.sent) == (201, 2)
    assert clock.time - started == pytest.approx(7)


@pytest.mark.parametrize(("status", "safe", "sent"), [(500, True, 2), (500, False, 1), (429, False, 2), (422, True, 1)])
async def test_only_what_may_pass_and_is_safe_is_repeated(clock, status, safe, sent):
    one = caller(clock, answer(status), answer(200))
    assert (await one.send(ApiRequest("POST", "/"), safe=safe)).sent == sent


@pytest.mark.parametrize(("lasting", "sent"), [(False, 2), (True, 1)])
@pytest.mark.parametrize(("method", "safe"), [("GET", True), ("POST", False)])
async def test_what_no_repetition_changes_is_sent_once(clock, lasting, sent, method, safe):
    refused = ApiError(f"{method} / could not be reached.", facts={"sent": False, "lasting": lasting})
    one = caller(clock, refused, answer(200))
    assert (await one.send(ApiRequest(method, "/"), safe=safe)).sent == sent


async def test_patience_has_an_end(clock):
    one = caller(clock, *[answer(503)] * 9)
    attempt = await one.send(ApiRequest("GET", "/"), safe=True, retry=RetryPolicy(times=4, backoff=1, longest=2))
    assert (attempt.response.status, attempt.sent) == (503, 5)
    assert max(clock.slept) <= 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30", 30), ("500 ms", 0.5), ("2 min", 120), ("1.5 h", 5400), (4, 4), ("7 d", 604800), ("3m", 180)],
)
def test_times_are_read(text, expected):
    assert parse_duration(text) == expected


def test_an_answer_that_says_the_product_did_nothing_is_clear():
    assert not CallOutcome(answer(429), None, 1).unclear
    assert CallOutcome(answer(504), None, 1).unclear
