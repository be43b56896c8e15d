"""A user's own file: messages of their product, strategies laid over ours."""

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.recovery.model import Applicability, Cause

OWN = r"""
version: 1
strategies:
  api.server: {retry: false, auto_fix: []}
messages:
  - match: 'GPU (?P<number>\d+) is busy'
    cause: environment.broken
    applicability: likely
    cause_text: {en: "GPU {number} was taken.", zh: "GPU {number} 被占用。"}
    fix_text: {en: "Ask for another one.", zh: "请换一块。"}
"""


@pytest.fixture
def own(engine, tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    engine.settings.options["recovery"] = {"file": "own.yaml"}
    return engine


def test_own_message_is_explained_in_both_languages(own):
    one = own.recovery.conclude("T", True, "GPU 3 is busy")[0]
    assert one.line("en") == "GPU 3 was taken. → Ask for another one. (likely)"
    assert one.line("zh") == "GPU 3 被占用。 → 请换一块。（很可能）"
    assert (one.cause_class, one.applicability) == (Cause.ENVIRONMENT, Applicability.LIKELY)


def test_own_rows_replace_ours_and_the_rest_stays(own):
    assert own.recovery.table.row("api.server").retry is False
    assert own.recovery.table.row("async_task.timeout").auto_fix == ("extend_timeout", "split_task")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("strategies: {api.sever: {retry: true}}", "line 1.*Did you mean 'api.server'"),
        ("strategies: {api.server: {auto_fix: [extend_timout]}}", "Did you mean 'extend_timeout'"),
        ("messages: [{match: '(', cause: unknown}]", "line 1"),
    ],
)
def test_mistakes_are_reported_with_their_line(engine, tmp_path, text, problem):
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    engine.settings.options["recovery"] = {"file": "own.yaml"}
    with pytest.raises(ConfigError, match=problem):
        _ = engine.recovery.table
