"""An answer says something else in the words of its product, whatever its shape; or it is reported that it cannot."""

import copy
import re

import pytest

from AIGCLibrary.tasks.answer_edits import ProviderAnswerEditor
from AIGCLibrary.tasks.providers.loader import Providers

URL = "https://api.test/v1/tasks/7"
PROVIDERS = Providers()
BODIES = {
    "dashscope": {"output": {"task_id": "7", "task_status": "SUCCEEDED", "video_url": "https://cdn.test/a.mp4"}},
    "jimeng": {"code": 10000, "data": {"status": "done", "image_urls": ["https://cdn.test/a.png"]}, "message": "ok"},
    "generic": {"id": "7", "status": "succeeded", "images": [{"url": "https://cdn.test/a.png"}, {"seed": 5}]},
}


@pytest.fixture(scope="module")
def editors():
    return {name: ProviderAnswerEditor(PROVIDERS.reader(name)) for name in BODIES}


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
    editor = ProviderAnswerEditor(PROVIDERS.reader("stability"))
    assert not editor.failed({"video": "AAAA", "finish_reason": "SUCCESS"}, URL, "internal")


def completed():
    """Return the samples of all shipped descriptions that complete a task by what one answer says."""
    for name in PROVIDERS.names():
        editor = ProviderAnswerEditor(PROVIDERS.reader(name))
        for number, sample in enumerate(PROVIDERS.entry(name).data.get("samples") or ()):
            body = sample.get("body")
            if sample["expect"].get("state") == "completed" and isinstance(body, dict) and editor.state(body, URL):
                yield pytest.param(name, body, id=f"{name}-{number + 1}")


COMPLETED = list(completed())


def leaves(value, path=()):
    """Return all values that hold no others, by their paths."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {} if inner else {path: value}
    for key, item in inner:
        found |= leaves(item, (*path, str(key)))
    return found


AT_ONCE = {"a1111", "recraft", "stability", "swarmui"}
"""Products that answer an order with its result: there is no state to lie about."""
BY_STATUS = [{"id": "doc1", "url": "https://host/v.mp4"}]
"""Answers whose HTTP status is the state."""


@pytest.mark.parametrize("state", ["queued", "processing", "failed"])
@pytest.mark.parametrize(("name", "body"), COMPLETED)
def test_an_answer_of_every_shipped_description_says_another_state_and_the_rest_stays(name, body, state):
    reader = PROVIDERS.reader(name)
    editor, part = ProviderAnswerEditor(reader), copy.deepcopy(body)
    raw, files = (
        reader.read({"http": {"status": 200}, "headers": {}, "body": copy.deepcopy(body)}, URL).raw,
        editor.files(body, URL),
    )
    done = editor.failed(part, URL, "internal") if state == "failed" else editor.unfinished(part, URL, state, 0.5)
    assert done or name in AT_ONCE or body in BY_STATUS
    assert not done or editor.state(part, URL) in (state, "processing" if state == "queued" else state)
    named = set(re.findall(r"\w+", _described(reader.provider)))
    after = leaves(part)
    for path, value in leaves(body).items():
        if not named & set(path) and value is not True and value != raw and not any(str(value) in url for url in files):
            assert after[path] == value


def _described(provider):
    """Return the expressions in which a description says where the state, the result, the error and the times are."""
    result, errors, times, progress = provider.result, provider.errors, provider.times, provider.progress
    found = (provider.state, result.raw, result.files, errors.code, errors.reported, errors.message, times.finished)
    return " ".join(one.text.replace("body", "") for one in (*found, progress and progress.value) if one is not None)


@pytest.mark.parametrize(("name", "body"), COMPLETED)
def test_the_files_of_every_shipped_description_are_gone_where_an_answer_names_them(name, body):
    editor, part = ProviderAnswerEditor(PROVIDERS.reader(name)), copy.deepcopy(body)
    assert editor.without_files(part, URL) == (not editor.files(part, URL))
