"""Errors say what, with a code; near matches help."""

import pytest

from AIGCLibrary.errors import ApiError, DataError, missing_extra, near_matches


def test_the_code_stands_at_the_end_of_the_message():
    assert str(ApiError("GET /x gave 500.")) == "GET /x gave 500. [AIGC420]"


def test_an_own_code_wins_over_the_class():
    assert ApiError("x", code="AIGC421").code == "AIGC421"


def test_an_api_error_is_a_data_error():
    assert issubclass(ApiError, DataError)


def test_facts_are_a_copy():
    facts = {"a": 1}
    error = ApiError("x", facts=facts)
    facts["a"] = 2
    assert error.facts == {"a": 1}


@pytest.mark.parametrize(
    ("name", "available", "text"),
    [
        ("promt", ["prompt", "style"], "Did you mean 'prompt'?"),
        ("团对", ["团队", "角色"], "Did you mean '团队'?"),
        ("zzz", ["b", "a"], "Available: 'a' and 'b'."),
        ("zzz", ["a"], "Available: 'a'."),
        ("zzz", [], "There is none at all."),
        ("promt", ["prompt", "style", "prompt"], "Did you mean 'prompt'?"),
    ],
)
def test_near_matches(name, available, text):
    assert near_matches(name, available) == text


def test_long_lists_are_cut():
    assert near_matches("zzz", [f"name{n:02}" for n in range(20)]).endswith("'name11' and 8 more.")


def test_a_missing_extra_is_named_with_the_command_to_install_it():
    error = missing_extra("mcp", "mcp", "Escalation")
    assert "pip install 'robotframework-aigclibrary[mcp]'" in str(error.hint)
    assert "请安装" in error.hint.render("zh-CN")
