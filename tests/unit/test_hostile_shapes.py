"""Inputs that readers met in fuzzing: nested without end, numbers without end, words without end."""

from pathlib import Path

import pytest

from AIGCLibrary.data.expression import ExpressionError, parse
from AIGCLibrary.data.inputs.cases import InputField, cases_of, limits
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.providers.classify import classify
from AIGCLibrary.tasks.providers.long_texts import HALF, searched
from AIGCLibrary.yaml.load import parse_yaml


def test_an_expression_of_a_thousand_subscripts_is_nested_too_deep():
    with pytest.raises(ExpressionError, match=r"nested too deep|recursion"):
        parse("a" + "[0]" * 2000).evaluate({"a": []}, {})


def test_limits_that_are_no_finite_numbers_are_none():
    schema = {"minimum": float("-inf"), "maximum": float("nan"), "exclusiveMaximum": float("inf")}
    assert limits(schema, 1) == (None, None)


def test_a_binary_key_is_refused_with_its_line():
    with pytest.raises(ConfigError, match="line 2: the tag '!!binary' is not supported"):
        parse_yaml("a: 1\n? !!binary \n: 2\n", Path("a.yaml"), None)


def test_the_reason_is_found_at_the_beginning_and_at_the_end_of_a_long_message():
    dump = "9" * 100_000
    assert len(searched(dump)) < 2 * HALF + 2
    for message in (f"content moderation refused it {dump}", f"{dump} content moderation refused it"):
        assert str(classify(None, None, message, {})) == "moderation"


@pytest.mark.parametrize("huge", [1e30, 10**400, 1e999])
def test_no_text_or_list_of_unlimited_length_is_made(huge):
    shapes = (
        {"type": "string", "minLength": huge},
        {"type": "string", "maxLength": huge},
        {"type": "array", "minItems": huge},
        {"type": "integer", "maximum": huge, "multipleOf": 0.5},
    )
    for schema in shapes:
        made = cases_of(InputField("prompt", schema, required=True, promised=True))
        assert all(len(str(case.value)) < 10_010 for case in made)
