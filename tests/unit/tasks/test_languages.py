"""What a Chinese tester reads of tasks is Chinese: the summary, the states, why a completed task failed."""

from html import unescape

import pytest

from AIGCLibrary.recovery.failure import Failure
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
    made.engine.speak(language)
    handle = await made.submitted()
    await made.tasks.wait(handle)
    _, html = await made.tasks.diagnosis(handle)
    both = unescape(html + await made.tasks.wait_html(handle))
    for words in there:
        assert words in both
    for words in absent:
        assert words not in both
    table = await made.tasks.table_html([handle])
    assert ("已完成" in table) is (language == "zh-CN")


async def test_a_result_that_is_missing_is_explained_in_chinese(bench):
    made = bench(script(DONE), PLAIN.replace("result: {", "result: {empty: failed, "))
    with pytest.raises(errors.TaskFailedError) as caught:
        await made.tasks.wait(await made.submitted())
    line = made.engine.recovery.suggester.suggest(Failure.of_error(caught.value))[0].line("zh-CN")
    assert "已完成，但其响应中没有结果" in line
    assert "it ended" not in line
    assert "修正服务商文件的 result" in line
