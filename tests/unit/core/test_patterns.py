"""Regular expressions of projects and products end within a time limit."""

import logging
import re

import pytest

from AIGCLibrary import patterns
from AIGCLibrary.data.inputs.cases import InputField, cases_of
from AIGCLibrary.patterns import BoundedPattern
from AIGCLibrary.recovery.table import load_table
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rule import MASK
from AIGCLibrary.tasks.providers.expressions import AnswerExpression

ENDLESS, TEXT = r"(?:a|a)+$", "a" * 60 + "!"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(patterns, "SECONDS", 0.02)


@pytest.mark.parametrize("expression", [ENDLESS, r"(a+)+\b!?x|(a|aa)+$"])
def test_a_search_without_end_is_ended(expression, impatient):
    with pytest.raises(TimeoutError):
        BoundedPattern(expression).search(TEXT)


@pytest.mark.parametrize("expression", [r"\w*" * 6 + "=", "a?" * 40 + "a" * 40, r".*" * 6 + "=x"])
def test_many_repetitions_one_after_the_other_end_in_a_short_text_too(expression):
    assert BoundedPattern(expression).search("a" * 39 + "!" * 300) is None


@pytest.mark.parametrize("text", ["order CUST-12 and CUST-9", "CUST-12 " * 1000, ""])
@pytest.mark.parametrize("expression", [r"CUST-\w+", r"(?P<a>CUST)-(\d+)", "(?:x|CUST)+"])
def test_matches_are_those_of_python(expression, text):
    found = [(one.span(), one.groups()) for one in BoundedPattern(expression).finditer(text)]
    assert found == [(one.span(), one.groups()) for one in re.finditer(expression, text)]
    assert (BoundedPattern(expression).search(text) is None) == (not found)


def test_what_is_no_expression_is_an_error():
    with pytest.raises(re.error):
        BoundedPattern("(")


def test_a_text_that_takes_too_long_is_masked_as_a_whole_and_reported_once(caplog, impatient):
    redactor = Redactor([ENDLESS])
    assert [redactor.text(f"{TEXT}{n}") for n in range(2)] == [MASK, MASK]
    assert redactor.text("ab") == "ab"
    assert [one.levelno for one in caplog.records] == [logging.WARNING]
    assert ENDLESS in caplog.text


def test_expressions_of_products_and_rules_end(tmp_path, caplog, impatient):
    assert AnswerExpression(f"matches(body, '{ENDLESS}')")({"body": TEXT}) is None
    assert AnswerExpression(f"capture(body, '{ENDLESS}')")({"body": TEXT}) is None
    assert AnswerExpression("captures(body, '(x)?b')")({"body": "xb b"}) == ["x", ""]
    cases_of(InputField("a.b", {"type": "string", "pattern": "(a|a)+!", "minLength": 70}, required=True))
    (tmp_path / "own.yaml").write_text(f"version: 1\nmessages:\n  - {{match: '{ENDLESS}', cause: timing}}\n")
    assert load_table(tmp_path / "own.yaml").rules[0].matches(TEXT) == []
    assert "takes too long" in caplog.text
