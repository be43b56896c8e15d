"""An import that fails says all in its message, since Robot shows no hint of it."""

from pathlib import Path

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.library import AIGCLibrary


def test_a_misspelt_argument_is_not_taken_for_a_path():
    with pytest.raises(ConfigError, match=r"unknown import argument 'confg'\. Did you mean 'config'\?"):
        AIGCLibrary(Path("confg=resources/aigc.yaml"))


@pytest.mark.parametrize(
    ("language", "missing", "says"),
    [
        ("en", "'nowhere.yaml' does not exist", "robot was started"),
        ("zh-CN", "“nowhere.yaml”不存在", "启动 robot 的目录"),
    ],
)
def test_a_missing_config_file_says_where_paths_start(tmp_path, monkeypatch, language, missing, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        AIGCLibrary(Path("nowhere.yaml"), language=language)
    assert missing in str(caught.value)
    assert says in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_file_that_has_an_equals_sign_in_its_name_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("stage=one.yaml").write_text("heel: off\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown key 'heel'"):
        AIGCLibrary(Path("stage=one.yaml"))


@pytest.mark.parametrize(
    ("reported", "read"),
    [("100", {"credits": 100.0}), ("5 USD, 100 credits", {"USD": 5.0, "credits": 100.0}), ({"USD": 5}, {"USD": 5.0})],
)
def test_a_budget_is_an_amount_with_a_unit(reported, read):
    assert Settings.load(arguments={"budget": reported}, environ={}).budget == read


@pytest.mark.parametrize("reported", ["much", "-1 USD", "USD 5"])
def test_a_budget_that_is_none_says_how_one_is_written(reported):
    with pytest.raises(ConfigError, match="'5 USD, 100 credits'"):
        Settings.load(arguments={"budget": reported}, environ={})
