"""A state word that the provider file lacks: reported as such, with the word, the file and the line to add."""

import logging

import pytest

from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.patching import make_patch
from AIGCLibrary.tasks import errors
from tests.unit.tasks.support import PLAIN, script

WORDS = "{queued: queued, running: processing, done: completed, failed: failed, cancelled: cancelled}"
LINES = """
      排队中: queued
      running: processing
"""
QUEUED, ODD = (200, {"status": "queued"}), (200, {"status": "渲染收尾", "progress": 0.99})


async def failure(bench, provider, **sla):
    made = bench(script(QUEUED, ODD), provider)
    handle = await made.tasks.submit("video", {}, sla=sla)
    with pytest.raises(errors.TaskError) as caught:
        await made.tasks.wait(handle)
    return made, caught.value


@pytest.mark.parametrize("sla", [{"timeout": "60 s"}, {"timeout": "60 s", "stall_timeout": "30 s"}])
async def test_the_word_the_file_and_the_line_are_named(bench, tmp_path, sla):
    made, error = await failure(bench, PLAIN, **sla)
    assert "The product says '渲染收尾', which is not in 'states' of provider 'product'." in error.message
    for language, said in (("en", "Add the word to 'states' in"), ("zh", "的 states 中添加该状态")):
        hint = error.hint.render(language)
        assert said in hint
        assert "渲染收尾: processing" in hint
        assert str(tmp_path / "provider.yaml") in hint
    first = made.engine.recovery.suggester.suggest(Failure.of_error(error))[0]
    assert first.cause_class == "async_task.unknown_state"
    assert "渲染收尾" in first.cause.render("zh")


@pytest.mark.parametrize(
    ("provider", "added"),
    [
        (PLAIN, "states: {渲染收尾: processing, queued: queued,"),
        (PLAIN.replace(WORDS, LINES), "      渲染收尾: processing\n      排队中:"),
    ],
    ids=["between braces", "in lines"],
)
async def test_the_line_can_be_added_to_the_file(bench, tmp_path, provider, added):
    made, error = await failure(bench, provider, timeout="60 s")
    edit = made.engine.recovery.suggester.suggest(Failure.of_error(error))[0].edit
    patch = make_patch([edit], tmp_path)
    assert not patch.refused
    patch.write()
    assert added in (tmp_path / "provider.yaml").read_text(encoding="utf-8")
    assert made.tasks.load_providers(tmp_path / "provider.yaml") == ["product"]


async def test_a_preset_is_extended_and_not_changed(bench):
    _, error = await failure(bench, "\n    extends: generic\n", timeout="60 s")
    assert "states_line" not in error.facts
    assert "extends: product" in error.hint.render("en")


async def test_the_warning_and_the_failure_count_the_word_alike(bench, caplog):
    with caplog.at_level(logging.WARNING, "aigc.tasks"):
        _, error = await failure(bench, PLAIN, timeout="60 s")
    assert "'渲染收尾', which its description does not define; it counts as 'processing'" in caplog.text
    assert "is still 'processing'" in error.message


def test_no_silence_within_the_stall_timeout_is_called_standing_still():
    facts = {"state": "processing", "progress": 0.6, "elapsed": 16.0, "progress_age": 4.0}
    assert Failure("m", "task", facts=facts).standing_still
    assert not Failure("m", "task", facts=facts | {"stall_timeout": 5.0}).standing_still
    assert Failure("m", "task", facts=facts | {"stall_timeout": 3.0}).standing_still
