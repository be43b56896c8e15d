"""Tasks much shorter than the pause between looks: what was learned of them must not end in the longest pause."""

import contextlib
from dataclasses import replace

import pytest

from AIGCLibrary.http.connection import Connection
from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.censoring import ObservedDuration
from AIGCLibrary.tasks.connections import refusal_hint, sign_in
from AIGCLibrary.tasks.history import History
from AIGCLibrary.tasks.poll_interval import PollPlan
from AIGCLibrary.tasks.providers.loader import Providers
from tests.unit.tasks.support import PLAIN, script


def plan(*seconds):
    return PollPlan(History([ObservedDuration(value) for value in seconds]), prior=12.0, cap=30.0, least=1.0)


def test_tasks_of_a_fraction_of_a_second_are_looked_at_soon():
    assert plan(*[0.3] * 12).next_delay(0.01, None, 0.0) <= 1.0


def test_a_task_that_takes_longer_than_all_before_is_looked_at_again_in_proportion():
    learned = plan(*[0.3] * 12)
    assert learned.next_delay(4.0, None, 0.0) <= 4.0
    assert learned.next_delay(500.0, None, 0.0) <= 30.0


BROKEN = (200, {"status": "failed", "error": {"code": "quota", "message": "no credits"}})
AT_WORK = (200, {"status": "running", "progress": 0.4})


def looks(made):
    return [sent[2]["at"] for sent in made.http.sent if sent[0] == "GET"]


async def test_a_task_that_fails_at_once_is_seen_early_without_history(bench):
    made = bench(script(BROKEN))
    task = await made.submitted()
    start = made.clock.now()
    with pytest.raises(errors.TaskFailedError) as caught:
        await made.tasks.wait(task)
    assert looks(made)[0] - start <= 2.2
    assert caught.value.facts["seen_after"] == pytest.approx(looks(made)[0] - start, abs=0.1)


async def test_with_history_the_first_tasks_and_those_after_a_failure_are_looked_at_early(bench):
    ends = {}

    def answer(method, path, more):
        if method == "POST":
            number = str(made.http.count("POST"))
            ends[number] = (made.clock.now(), fails)
            return 200, {"id": number}
        begun, failing = ends[path.rsplit("/", 1)[-1]]
        return BROKEN if failing else (200, {"status": "done" if made.clock.now() - begun >= 60 else "running"})

    async def first_look():
        asked = len(looks(made))
        task = await made.submitted()
        start = made.clock.now()
        with contextlib.suppress(errors.TaskFailedError):
            await made.tasks.wait(task)
        return looks(made)[asked] - start

    made, fails = bench(answer), False
    for _ in range(12):
        await first_look()
    assert await first_look() <= 2.2  # history adds questions; it takes none away
    fails = True
    await first_look()
    assert await first_look() <= 2.2
    assert await first_look() <= 2.2


async def test_webhooks_that_worked_before_do_not_delay_the_first_look(bench):
    made = bench(script(BROKEN))
    made.tasks.receiver.working.add("product")
    task = await made.submitted()
    start = made.clock.now()
    with pytest.raises(errors.TaskFailedError):
        await made.tasks.wait(task)
    assert looks(made)[0] - start <= 2.2


async def test_a_webhook_that_gets_lost_costs_no_more_than_the_task_took(bench):
    start = 0.0

    def answer(method, path, more):
        if method == "POST":
            return 200, {"id": "7"}
        return BROKEN if made.clock.now() - start >= 6 else (200, {"status": "running"})

    made = bench(answer, PLAIN + "    prior: 8 s\n")
    made.tasks.receiver.working.add("product")
    task = await made.submitted()
    start = made.clock.now()
    with pytest.raises(errors.TaskFailedError):
        await made.tasks.wait(task)
    assert looks(made)[-1] - start <= 13
    assert len(looks(made)) <= 5


async def test_the_message_tells_when_an_end_was_seen_later_than_it_was(bench):
    provider = PLAIN + "    times: {created: body.made, finished: body.over, unit: s}\n"
    made = bench(script((200, {**BROKEN[1], "made": 0, "over": 0})), provider)
    task = await made.submitted()
    at = made.clock.now()
    made.http.answer = script((200, {**BROKEN[1], "made": at, "over": at}))
    with pytest.raises(errors.TaskFailedError, match=r"failed after 0 s, seen after [12][.\d]* s \(1 poll\)"):
        await made.tasks.wait(task)


async def test_news_during_a_question_lead_to_another_at_once(bench):
    made = bench(script(AT_WORK, AT_WORK, BROKEN))
    task = await made.submitted()
    reported = []

    def answer(method, path, more, inner=made.http.answer):
        if method == "GET" and not reported:
            reported.append(made.clock.now())
            observer = made.tasks.observer
            observer.wake(observer.watched(task), made.clock.monotonic())
        return inner(method, path, more)

    made.http.answer = answer
    with pytest.raises(errors.TaskFailedError):
        await made.tasks.wait(task)
    assert looks(made)[1] - looks(made)[0] <= 0.1


async def test_progress_seen_once_is_not_called_moving_nor_standing(bench):
    made = bench(script(AT_WORK))
    task = await made.submitted(sla={"timeout": 1.5})
    with pytest.raises(errors.TaskTimeoutError, match=r"1 poll, progress 40 % seen once") as caught:
        await made.tasks.wait(task)
    assert caught.value.facts["progress_looks"] == 1
    assert caught.value.facts["progress_age"] is None


@pytest.mark.parametrize("status", [404, 405])
async def test_a_submit_to_no_such_address_is_not_blamed_on_its_inputs(bench, status):
    made = bench(script(BROKEN, submit=(status, {"error": {"message": "no route"}})))
    words = f"POST http://product.test/api/tasks was answered HTTP {status}"
    with pytest.raises(errors.ProviderError, match=words) as e:
        await made.submitted()
    assert e.value.facts["class"] == "not_found"
    assert e.value.facts["base_url"] == "http://product.test/api"
    assert "base URL" in str(e.value.hint)


async def test_a_wrong_address_that_holds_an_input_names_the_input(bench):
    made = bench(lambda *_: (404, {}), PLAIN.replace("path: /tasks,", "path: '/of/{prompt}/tasks',"))
    with pytest.raises(errors.ProviderError, match="HTTP 404") as caught:
        await made.submitted()
    assert "inputs of the test (prompt=a cat)" in str(caught.value.hint)


@pytest.mark.parametrize(
    "said",
    ["Unknown task 'a cat'", {"error": {"message": "The model veo-9 was not found"}}, {"msg": "模型 veo-9 不存在"}],
)
async def test_a_submit_of_something_that_is_not_there_is_blamed_on_its_inputs(bench, said):
    made = bench(script(BROKEN, submit=(404, said)))
    with pytest.raises(errors.TaskFailedError, match=r"was refused at submit with HTTP 404: bad input") as caught:
        await made.submitted()
    assert caught.value.facts["error_class"] == "bad_input"
    assert "inputs" in str(caught.value.hint)
    assert "base URL" not in str(caught.value.hint)


@pytest.mark.parametrize("said", ["Cannot POST /api/tasks/a cat", {"error": "Not Found", "path": "/v1/a cat"}])
async def test_an_address_that_quotes_an_input_is_a_wrong_address(bench, said):
    made = bench(script(BROKEN, submit=(404, said)))
    with pytest.raises(
        errors.ProviderError, match=r"\(base URL http://product.test/api and path of provider 'product'\)"
    ):
        await made.submitted()


async def test_a_web_page_in_answer_to_a_submit_is_a_wrong_address_too(bench):
    made = bench(script(BROKEN, submit=(200, b"<!doctype html><title>Sign in</title>", {"content-type": "text/html"})))
    with pytest.raises(errors.ProviderError, match="answered HTTP 200 with a web page") as caught:
        await made.submitted()
    assert caught.value.facts["class"] == "not_found"
    assert "doctype" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_token_is_reported_with_the_url_and_where_it_came_from(bench, status):
    made = bench(script(BROKEN, submit=(status, {"error": "who are you"})))
    with pytest.raises(errors.ProviderError, match=r"POST http://product.test/api/tasks .*Authorization") as caught:
        await made.submitted()
    assert caught.value.facts["class"] == "unauthorized"
    assert "s3cr3t" not in str(caught.value)


def test_where_a_token_comes_from_is_reported_without_the_token():
    provider = Providers().reader("generic", "image").provider
    of_session = str(sign_in(provider, Connection("http://x", {"Authorization": "Bearer s3cr3t"}, alias="staging")))
    assert of_session == "session 'staging', token in its header Authorization"
    assert "sends no token" in str(sign_in(provider, Connection("http://x", alias="staging")))
    assert str(sign_in(provider, Connection("http://x"))).endswith("there is no session, so no token is sent")
    assert str(sign_in(provider, Connection("http://x", {"X-Token": "s3cr3t"}))) == "token in its header X-Token"
    own = replace(provider, auth={"header": "X-Key", "value": "{key}", "key_env": "PRODUCT_KEY"})
    assert str(sign_in(own, Connection("http://x", {"X-Key": "s3cr3t"}))).endswith("environment variable PRODUCT_KEY")
    assert str(sign_in(own, Connection("http://x"))).endswith("PRODUCT_KEY, which is not set")


def test_a_refusal_of_nothing_asks_for_credentials_instead_of_checking_them():
    provider = Providers().reader("generic", "image").provider
    own = replace(provider, auth={"header": "X-Key", "value": "{key}", "key_env": "PRODUCT_KEY"})
    assert str(refusal_hint(provider, Connection("http://x", alias="staging"))).startswith("No token was sent.")
    assert str(refusal_hint(own, Connection("http://x"))).startswith("No token was sent.")
    assert str(refusal_hint(own, Connection("http://x", {"X-Key": "s3cr3t"}))).startswith("Check the token")
    assert str(refusal_hint(provider, Connection("http://x", {"Authorization": "a"}))).startswith("Check the token")
