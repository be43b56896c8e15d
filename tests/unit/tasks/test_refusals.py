"""Refusals that come with HTTP 200 and a code in the body, as most Chinese in-house APIs give them."""

import pytest

from AIGCLibrary.errors import ApiError
from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.providers.loader import Providers
from tests.unit.tasks.support import PLAIN, script

LINGXI = """
    submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.data.jobNo}
    status: {path: "/tasks/{id}", state: body.data.stage}
    states: {排队中: queued, 生成中: processing, 已完成: completed, 生成失败: failed}
    result: {files: body.data.outputs, url: href}
"""
DESCRIBED = (
    LINGXI
    + """
    error:
      code: body.data.reason.no || body.code
      message: body.data.reason.text || body.msg
      classes: {"50103": moderation, "40001": bad_input, "42901": quota, "40101": unauthorized}
    acceptors:
      - {when: "body.code == `42901`", state: retry}
      - {when: "body.code && body.code != `0`", state: failed}
    sla: {retry_times: 2}
"""
)
UNSAID = LINGXI + '    error: {message: "body.data.reason.text || body.msg"}\n'


def refused(code, msg):
    return 200, {"code": code, "msg": msg, "data": None}


ORDERED = (200, {"code": 0, "msg": "ok", "data": {"jobNo": "J1"}})
RUNNING = (200, {"code": 0, "data": {"stage": "生成中"}})
DONE = (200, {"code": 0, "data": {"stage": "已完成", "outputs": [{"href": "/x.png"}]}})


@pytest.mark.parametrize("provider", [DESCRIBED, UNSAID], ids=["described", "undescribed"])
@pytest.mark.parametrize(
    ("code", "msg", "error_class", "words"),
    [
        (50103, "内容安全审核未通过", "moderation", "refused by content moderation (50103): 内容安全审核未通过"),
        (40001, "参数 duration 超出范围", "bad_input", "bad input (40001): 参数 duration 超出范围"),
    ],
)
async def test_a_code_in_the_answer_to_an_order_is_a_refusal_with_a_class(
    bench, provider, code, msg, error_class, words
):
    made = bench(script(RUNNING, submit=refused(code, msg)), provider)
    with pytest.raises(errors.TaskFailedError) as caught:
        await made.submitted()
    assert f"was refused at submit with HTTP 200: {words}." in caught.value.message
    assert (caught.value.facts["error_class"], caught.value.facts["error_code"]) == (error_class, str(code))
    assert "state=failed" not in caught.value.hint.render("en")  # there is no task to wait for
    assert made.http.count("POST") == 1


@pytest.mark.parametrize("provider", [DESCRIBED, UNSAID], ids=["described", "undescribed"])
async def test_a_wrong_token_reported_with_http_200_is_recognised(bench, provider):
    made = bench(script(RUNNING, submit=refused(40101, "令牌无效")), provider)
    with pytest.raises(errors.ProviderError) as caught:
        await made.submitted()
    assert caught.value.facts["class"] == "unauthorized"
    assert "token in its header Authorization" in caught.value.message
    assert "令牌无效" in caught.value.message
    assert str(caught.value.hint.key) == "core.hint.unauthorized"


async def test_an_order_reported_to_come_later_is_sent_again(bench):
    answers = [refused(42901, "限流"), ORDERED]
    made = bench(script(DONE, submit=lambda *_: answers.pop(0)), DESCRIBED)
    assert (await made.tasks.wait(await made.submitted()))["state"] == "completed"
    assert made.http.count("POST") == 2


async def test_an_order_reported_to_come_later_for_too_long_fails_as_busy(bench):
    made = bench(script(DONE, submit=refused(42901, "限流")), DESCRIBED)
    with pytest.raises(errors.ProviderError, match=r"the product is busy \(HTTP 200: 限流\)") as caught:
        await made.submitted()
    assert caught.value.facts["class"] == "busy"
    assert made.http.count("POST") > 3


async def test_a_code_in_the_answer_about_a_state_fails_the_task_with_its_class(bench):
    made = bench(script(RUNNING, refused(50103, "画面未过审"), submit=ORDERED), DESCRIBED)
    with pytest.raises(errors.TaskFailedError, match=r"refused by content moderation \(50103\): 画面未过审"):
        await made.tasks.wait(await made.submitted())


async def test_a_token_that_ran_out_while_waiting_is_no_failure_of_the_task(bench):
    made = bench(script(RUNNING, refused(40101, "令牌已过期"), submit=ORDERED), DESCRIBED)
    handle = await made.submitted()
    with pytest.raises(errors.ProviderError, match="cannot be read") as caught:
        await made.tasks.wait(handle)
    assert caught.value.facts["class"] == "unauthorized"
    assert "令牌已过期" in caught.value.message
    assert str((await made.tasks.task(handle)).state) == "processing"


async def test_an_error_page_of_a_gateway_is_no_refusal(bench):
    page = (502, b"<html>bad gateway</html>", {"content-type": "text/html"})
    made = bench(script(RUNNING, page, DONE, submit=ORDERED), DESCRIBED)
    assert (await made.tasks.wait(await made.submitted()))["state"] == "completed"


async def test_an_answer_without_an_id_that_tells_no_error_is_shown_with_its_letters(bench):
    raw = b'{"code": 0, "msg": "\\u6210\\u529f", "data": {}}'
    made = bench(script(RUNNING, submit=(200, raw)), DESCRIBED)
    with pytest.raises(errors.ProviderError, match=r"without an id.*成功"):
        await made.submitted()


async def test_a_kind_that_looks_misspelt_is_reported_once_and_sent_all_the_same(bench, caplog):
    made = bench(script((200, {"status": "done"})), PLAIN + "    kinds: {poster: {}}\n")
    for kind in ("vidoe", "vidoe", "video", "poster", "postre", "storyboard"):
        await made.submitted(kind)
    reported = [record.getMessage() for record in caplog.records if "did you mean" in record.getMessage()]
    assert [message.partition(";")[2] for message in reported] == [
        " did you mean 'video'? Provider 'product' receives 'vidoe' anyway.",
        " did you mean 'poster'? Provider 'product' receives 'postre' anyway.",
    ]
    assert [sent[2]["json"]["kind"] for sent in made.http.sent].count("vidoe") == 2


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        ({"code": 24, "description": "可能包含敏感词", "result": "1320098173412546"}, False),
        ({"code": 3, "description": "账号不存在", "result": "1320098173412546"}, False),
        ({"code": 23, "description": "队列已满，请稍后尝试", "result": "1320"}, False),
        ({"code": 4, "description": "parameter error", "result": "1320"}, False),
        ({"code": 5001, "message": "balance not enough", "data": "abc"}, False),
        ({"status": "error", "message": "Prompt is required", "id": "req-1"}, False),
        ({"code": 50411, "data": None, "message": "Pre Img Risk Not Pass", "request_id": "z"}, False),
        ({"success": False, "message": "too many running tasks", "taskId": "x"}, False),
        ({"error": "CUDA busy, queue is full", "id": "r"}, False),
        ({"code": 1, "description": "提交成功", "result": "1320098173412546"}, True),
        ({"code": 22, "description": "排队中，前面还有1个任务", "result": "1320098173412546"}, True),
        ({"code": 1000, "message": "task created", "request_id": "r9"}, True),
        ({"code": 201, "message": "Accepted", "data": "t"}, True),
        ({"id": "r9", "status": "queued", "error": {"code": "", "message": ""}, "message": "no error"}, True),
    ],
)
def test_an_id_beside_words_of_a_refusal_is_no_order_that_was_taken(body, taken):
    reader = Providers().reader("generic", None)
    envelope = {"http": {"status": 200}, "headers": {}, "body": body, "task": {}}
    submit = reader.provider.submit
    assert (submit.accepted.truth(envelope) and submit.id(envelope) is not None) is taken
    assert taken or reader.refusal(envelope, 200)[0] is not None


@pytest.mark.parametrize(("lasting", "orders"), [(True, 1), (False, 4)])
async def test_an_order_that_another_try_would_not_bring_further_is_sent_once(bench, lasting, orders):
    def submit(*_):
        raise ApiError("POST / was redirected.", code="AIGC421", facts={"sent": False, "lasting": lasting})

    made = bench(script((200, {"status": "done"}), submit=submit), PLAIN)
    with pytest.raises(errors.ProviderError, match="was redirected"):
        await made.submitted()
    assert made.http.count("POST") == orders


async def test_an_answer_to_an_order_without_a_state_is_nothing_to_warn_of(bench, caplog):
    text = PLAIN.replace("id: body.id}", "id: body.id, reads_status: true}", 1)
    made = bench(script((200, {"status": "done", "output": ["http://x/a.mp4"]})), text)
    result = await made.tasks.wait(await made.submitted())
    assert (result["state"], result["warnings"]) == ("completed", [])
    assert "holds no state" not in caplog.text


async def test_inputs_sent_as_text_that_look_like_numbers_are_named_in_the_hint(bench):
    refusal = (400, {"code": "InvalidParameter", "message": "steps must be an integer"})
    made = bench(script((200, {"status": "done"}), submit=refusal), PLAIN + "    inputs: {seed: integer, size: text}\n")
    inputs = {"prompt": "5 cats", "steps": "5", "hd": "false", "scale": "0.5", "seed": "7", "size": "5", "n": 2}
    with pytest.raises(errors.TaskFailedError) as caught:
        await made.tasks.submit("video", inputs)
    hint = str(caught.value.hint)
    assert "as Robot gives them: steps=5, hd=false, scale=0.5. " in hint
    assert hint.endswith("inputs: {steps: integer, hd: boolean, scale: number}")


async def test_a_form_has_nothing_but_text(bench):
    refusal = (400, {"code": "InvalidParameter", "message": "steps must be an integer"})
    text = PLAIN.replace("json:", "form:").replace('kind: "{kind}", "*": "{inputs}"', 'steps: "{steps}"')
    made = bench(script((200, {"status": "done"}), submit=refusal), text)
    with pytest.raises(errors.TaskFailedError) as caught:
        await made.tasks.submit("video", {"steps": "5"})
    assert "as Robot gives them" not in str(caught.value.hint)
