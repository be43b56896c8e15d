"""What a Chinese tester reads of tasks is Chinese: the summary, the states, why a completed task failed."""

import logging
import re
from html import unescape

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.rf.logbridge import LogBridge
from AIGCLibrary.tasks import errors
from tests.unit.tasks.support import PLAIN, script

DONE = (200, {"status": "done", "output": None})


@pytest.mark.parametrize(
    ("language", "there", "absent"),
    [
        ("zh-CN", ["任务“", "”以“已完成”结束", "查询 2 次", "<td>排队中</td>"], ["ended as", "<td>queued</td>"]),
        ("en", ["ended as 'completed' after", "<td>queued</td>"], ["任务", "排队中"]),
    ],
)
async def test_a_diagnosis_speaks_the_language_of_the_run(bench, language, there, absent):
    made = bench(script((200, {"status": "queued"}), DONE), PLAIN)
    made.engine.extend(Settings(language=language))
    handle = await made.submitted()
    await made.tasks.wait(handle)
    _, html = await made.tasks.reports.diagnosis(handle)
    both = unescape(html + await made.tasks.reports.wait_html(handle))
    for words in there:
        assert words in both
    for words in absent:
        assert words not in both
    table = await made.tasks.reports.table_html([handle])
    assert ("已完成" in table) is (language == "zh-CN")


async def test_a_result_that_is_missing_is_explained_in_chinese(bench):
    made = bench(script(DONE), PLAIN.replace("result: {", "result: {empty: failed, "))
    with pytest.raises(errors.TaskFailedError) as caught:
        await made.tasks.wait(await made.submitted())
    line = made.engine.recovery.suggester.suggest(Failure.of_error(caught.value))[0].line("zh-CN")
    assert "已完成，但其响应中没有结果" in line
    assert "it ended" not in line
    assert "修正接口描述文件的 result" in line


LATIN = re.compile(r"(?<![\w/:.])(?:is|was|after|still|the|and|polls?|failed|unchanged|nothing|timeout)(?![\w:])")
QUEUED, RUNNING = (200, {"status": "queued", "position": 3}), (200, {"status": "running", "progress": 0.4})
GONE, FAILED = (404, {}), (200, {"status": "failed", "error": {"code": "E7", "message": "no faces, please."}})


@pytest.mark.parametrize(
    ("answers", "sla", "reported"),
    [
        (
            [RUNNING],
            {"timeout": 90},
            r"^任务“video:\w+”已过 90 s，仍为“生成中”（总超时 90 s，查询 \d+ 次，进度 40 %，8\d",
        ),
        ([RUNNING], {"stall_timeout": 45}, r"停滞超时 45 s，查询"),
        (
            [QUEUED],
            {"queue_timeout": 60},
            r"仍为“排队中”（排队超时 60 s，查询 \d+ 次，排队第 3 位，\d+.* s 没有变化）。 \[AIGC201]$",
        ),
        ([RUNNING, FAILED], {}, r"失败（用时 .* s.*，查询 2 次）：产品报错（E7）：“no faces, please”。 \[AIGC202]$"),
        ([RUNNING, (200, {"status": "cancelled"})], {}, r"”被其他人或产品取消（用时 .*，查询 2 次）。 \[AIGC204]$"),
        (
            [RUNNING, GONE],
            {},
            r"”已消失：.* s 以来，产品“product”对编号“7”一直返回 HTTP 404（查询 \d+ 次；最后的状态为“生成中”）",
        ),
        (
            [(503, {})],
            {"outage": 60},
            r"^无法读取任务“video:\w+”的状态：.*内连续 \d+ 次请求失败，最后一次：HTTP 503 \(GET http://product\.test/api/tasks/7\)。",
        ),
        ([(403, {"detail": "no"})], {}, r"^无法读取任务“video:\w+”的状态：产品“product”返回 HTTP 403，请求 GET "),
        (
            [(200, {"status": "paused"})],
            {"timeout": 60},
            r"）。产品返回的状态“paused”不在接口描述“product”的 states 中。 \[AIGC201]$",
        ),
    ],
)
async def test_why_a_wait_failed_is_reported_in_chinese_with_the_same_code(bench, answers, sla, reported):
    made = bench(script(*answers))
    task = await made.submitted(sla=sla)
    with pytest.raises(errors.TaskError) as caught:
        await made.tasks.wait(task)
    chinese = caught.value.text_in("zh")
    assert re.search(reported, chinese), chinese
    assert not LATIN.search(chinese.replace("no faces, please", "").partition("HTTP 403")[0]), chinese
    assert str(caught.value) == caught.value.text_in("en") != chinese


async def test_several_failures_are_reported_one_under_the_other(bench):
    made = bench(script(FAILED))
    tasks = [await made.submitted() for _ in range(2)]
    with pytest.raises(errors.TaskError) as caught:
        await made.tasks.wait_all(tasks)
    first, *others = caught.value.text_in("zh").splitlines()
    assert first == "2 个任务中有 2 个没有完成："
    assert [line.startswith("- 任务“video:") for line in others] == [True, True]
    assert caught.value.text_in("zh").count("[AIGC202]") == 1


async def test_what_is_wrong_with_a_task_is_warned_of_in_the_language_of_the_suite(bench, caplog):
    made = bench(script((200, {"status": "paused"}), (200, {"status": "done", "output": ["u"]})))
    made.engine.extend(Settings(language="zh-CN"))
    bridge = LogBridge(made.engine.redactor, made.engine.text)
    task = await made.submitted()
    with caplog.at_level(logging.WARNING):
        result = await made.tasks.wait(task)
    (record,) = caplog.records
    english = "Provider 'product' returned the state 'paused', which its description does not define; it counts as"
    assert record.getMessage().startswith(english)
    assert bridge.text_of(record).startswith(
        "产品“product”返回了接口描述中没有的状态“paused”，在超时之前按“生成中”处理。"
    )
    assert result["warnings"] == [
        "provider 'product' returned the state 'paused', which its description does not define"
    ]
    _, html = await made.tasks.reports.diagnosis(task)
    assert "产品“product”返回了接口描述中没有的状态“paused”" in html


async def test_a_place_in_the_queue_that_is_not_known_is_not_reported(bench):
    made = bench(script((200, {"status": "queued"})))
    with pytest.raises(errors.TaskTimeoutError) as caught:
        await made.tasks.wait(await made.submitted(sla={"timeout": 60}))
    assert "place" not in str(caught.value.hint)
    assert str(caught.value.hint).startswith("It never started: the product has answered 'queued' for")


async def test_what_a_product_says_of_a_cancel_ends_with_one_full_stop(bench):
    over = {"status": "cancelled", "error": {"message": "Cancelled successfully."}}
    made = bench(script((200, over)), PLAIN)
    with pytest.raises(errors.TaskCancelledError, match=r"successfully\. \[AIGC204]$"):
        await made.tasks.wait(await made.submitted())


async def test_answers_without_a_state_are_reported_with_the_last_of_them(bench):
    made = bench(script((200, {"code": 40900, "msg": "未知情况", "data": None})))
    with pytest.raises(errors.TaskTimeoutError, match=r"holds no state: .*40900.* \[AIGC201]") as caught:
        await made.tasks.wait(await made.submitted(sla={"timeout": 60}))
    assert "最后一次响应中没有状态：" in caught.value.text_in("zh")
    assert "'missing' where the product does not know the task" in str(caught.value.hint)
    assert caught.value.facts["unreadable"] is True


@pytest.mark.parametrize(
    ("answer", "reported"),
    [
        (
            (400, {"error": {"code": "E1", "message": "too long."}}),
            r"”在提交时被拒绝（HTTP 400）：参数有误（E1）：“too long”。 \[AIGC202]$",
        ),
        ((401, {"detail": "no"}), r"被拒绝：POST .* 返回 HTTP 401（令牌在请求头 Authorization 中）"),
        (
            (404, {"detail": "no"}),
            r"地址不存在：POST .*（基础地址 http://product.test/api 与路径均来自接口描述“product”）",
        ),
        ((503, {}), r"^向产品“product”提交“video”"),
        ((200, {"no": "id"}), r"，响应中没有编号："),
    ],
)
async def test_a_submit_that_failed_is_reported_in_chinese(bench, answer, reported):
    made = bench(script(RUNNING, submit=answer))
    with pytest.raises(errors.TaskError) as caught:
        await made.submitted()
    assert re.search(reported, caught.value.text_in("zh")), caught.value.text_in("zh")
    assert not LATIN.search(str(caught.value.text_in("zh")).partition("POST")[0])
