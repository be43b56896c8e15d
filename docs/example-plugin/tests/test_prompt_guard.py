"""Tests of the example plug-in, without Robot Framework."""

import asyncio

import pytest
from aigc_prompt_guard import PromptGuardPlugin, RephrasePrompt

from AIGCLibrary.engine import Engine
from AIGCLibrary.plugins import Failure, ScenarioContext
from AIGCLibrary.recovery.model import Cause


def check(**params):
    return asyncio.run(PromptGuardPlugin().execute(ScenarioContext(Engine()), params))


def test_good_prompt_passes():
    assert check(prompt="a cat on the moon").success


@pytest.mark.parametrize(
    ("prompt", "problem"),
    [("", "empty"), ("x" * 3000, "characters"), ("a {animal}", "placeholder"), ("blood on snow", "refused")],
)
def test_bad_prompt_is_told(prompt, problem):
    result = check(prompt=prompt)
    assert result.status == "failed"
    assert problem in result.error


def test_refused_word_is_named():
    failure = Failure("Task failed", cause=Cause.TASK_MODERATION, facts={"inputs": {"prompt": "a weapon"}})
    (suggestion,) = RephrasePrompt().suggest(failure)
    assert "Say it without weapon." in suggestion.line()
