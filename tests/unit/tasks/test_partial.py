"""Fewer files than were ordered are a partial result, whether the product says so or not."""

import pytest

from AIGCLibrary.i18n import in_language
from AIGCLibrary.tasks.providers.loader import Providers
from tests.unit.tasks.support import PLAIN, script

COUNTED = PLAIN.replace("result: {", "result: {count: [n, rounds], ", 1)
PRESETS = [
    ("a1111", {"batch_size": 2, "n_iter": "2"}, {"images": ["QUJD", "REVG", "QUJE"]}, 3, 4),
    ("dashscope", {"n": 3}, {"output": {"task_status": "SUCCEEDED", "results": [{"url": "https://x/1.png"}]}}, 1, 3),
    ("ideogram", {"num_images": 2},
     {"generation_id": "g", "status": "completed", "data": [{"url": "https://x/a.png"}]}, 1, 2),
    ("kling", {"n": 4}, {"code": 0, "data": {"task_id": "8", "task_status": "succeed", "task_result": {
        "images": [{"index": i, "url": f"https://x/{i}.png"} for i in range(3)]}}}, 3, 4),
    ("swarmui", {"images": 2}, {"images": ["View/local/raw/a-1.png"]}, 1, 2),
    ("google_vertex", {"sampleCount": 2},
     {"name": "o", "done": True, "response": {"videos": [{"gcsUri": "gs://b/v.mp4"}]}}, 1, 2),
]  # fmt: skip


def read(preset, inputs, body):
    task = {"id": "g", "kind": "image", "key": "k", "inputs": inputs}
    return Providers().reader(preset, None).read({"http": {"status": 200}, "headers": {}, "body": body, "task": task})


@pytest.mark.parametrize(("preset", "inputs", "body", "made", "ordered"), PRESETS, ids=[one[0] for one in PRESETS])
def test_a_preset_knows_which_input_orders_a_number_of_files(preset, inputs, body, made, ordered):
    found = read(preset, inputs, body)
    assert (str(found.state), len(found.files)) == ("completed", made)
    assert found.partial == f"{made} of the {ordered} files"
    for name in inputs:
        assert read(preset, {name: made}, body).partial is None
    assert read(preset, {}, body).partial is None


def test_a_number_that_is_none_of_files_says_nothing():
    body = {"code": 0, "data": {"task_id": "8", "task_status": "succeed", "task_result": {
        "videos": [{"url": "https://x/v.mp4"}]}}}  # fmt: skip
    for inputs in ({"n": None}, {"n": "many"}, {"n": 0}, {"n": 1}, {"cfg_scale": 4}):
        assert read("kling", inputs, body).partial is None


def test_more_files_than_ordered_are_no_part():
    body = {"images": ["QUJD", "REVG", "QUJE"]}  # the product adds a sheet of all
    assert read("a1111", {"batch_size": 2}, body).partial is None


def test_what_the_product_says_of_the_part_goes_first():
    body = {"output": {"task_status": "SUCCEEDED", "task_metrics": {"TOTAL": 2, "SUCCEEDED": 1, "FAILED": 1},
            "results": [{"url": "https://x/1.png"}, {"code": "Refused", "message": "refused"}]}}  # fmt: skip
    assert read("dashscope", {"n": 2}, body).partial == "refused"


async def test_a_partial_result_is_completed_and_reported(bench, caplog):
    made = bench(script((200, {"status": "done", "output": ["http://x/a.mp4"]})), COUNTED)
    result = await made.tasks.wait(await made.tasks.submit("video", {"n": "2", "rounds": 2}))
    assert (result["state"], result["partial"]) == ("completed", "1 of the 4 files")
    assert len(result["warnings"]) == 1
    assert "only a part of the requested output was delivered: 1 of the 4 files" in caplog.text


async def test_an_own_description_may_take_it_for_a_failure(bench):
    text = COUNTED.replace("result: {", "result: {partial_state: failed, ", 1)
    made = bench(script((200, {"status": "done", "output": ["http://x/a.mp4"]})), text)
    handle = await made.tasks.submit("video", {"n": 2})
    with pytest.raises(Exception, match="1 of the 2 files"):
        await made.tasks.wait(handle)


async def test_a_whole_result_warns_of_nothing(bench):
    made = bench(script((200, {"status": "done", "output": ["http://x/a.mp4", "http://x/b.mp4"]})), COUNTED)
    result = await made.tasks.wait(await made.tasks.submit("video", {"n": 2}))
    assert (result["partial"], result["warnings"]) == (None, [])


def test_it_is_said_in_chinese():
    assert in_language("1 of the 2 files", "zh") == "要求 2 个文件，只得到 1 个"
