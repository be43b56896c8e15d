"""An answer says something else in the words of its product, whatever its shape; or it is reported that it cannot."""

import copy

import pytest

from AIGCLibrary.tasks.answer_edits import ProviderAnswerEditor
from AIGCLibrary.tasks.providers.loader import Providers

URL = "https://api.test/v1/tasks/7"
BODIES = {
    "dashscope": {"output": {"task_id": "7", "task_status": "SUCCEEDED", "video_url": "https://cdn.test/a.mp4"}},
    "jimeng": {"code": 10000, "data": {"status": "done", "image_urls": ["https://cdn.test/a.png"]}, "message": "ok"},
    "generic": {"id": "7", "status": "succeeded", "images": [{"url": "https://cdn.test/a.png"}, {"seed": 5}]},
}


@pytest.fixture(scope="module")
def editors():
    providers = Providers()
    return {name: ProviderAnswerEditor(providers.reader(name)) for name in BODIES}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("state", ["queued", "processing", "failed"])
def test_a_completed_task_is_said_to_be_in_another_state(editors, name, state):
    editor, part = editors[name], copy.deepcopy(BODIES[name])
    assert editor.state(part, URL) == "completed"
    done = editor.failed(part, URL, "internal") if state == "failed" else editor.unfinished(part, URL, state, 0.5)
    assert done
    assert editor.state(part, URL) == state
    assert "https://cdn.test" not in str(part)


@pytest.mark.parametrize("name", ["dashscope", "generic"])
def test_the_files_are_gone_and_the_rest_stays(editors, name):
    editor, part = editors[name], copy.deepcopy(BODIES[name])
    assert editor.files(part, URL)
    assert editor.without_files(part, URL)
    assert not editor.files(part, URL)
    assert "7" in str(part)


def test_what_a_description_computes_without_a_word_is_left_unsaid():
    editor = ProviderAnswerEditor(Providers().reader("stability"))
    assert not editor.failed({"video": "AAAA", "finish_reason": "SUCCESS"}, URL, "internal")
