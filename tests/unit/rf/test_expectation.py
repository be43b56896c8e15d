"""Where a failure is expected or handled, seen from inside real Robot runs."""

import io

import pytest
from robot.running import TestSuite as Suite

PROBE = """*** Settings ***
Library    {library}

*** Keywords ***
Wrapped
    Note

*** Test Cases ***
One
{body}
"""
HANDLED = {
    "expect error": "    Run Keyword And Expect Error    *    Note",
    "ignore error": "    Run Keyword And Ignore Error    Wrapped",
    "return status": "    BuiltIn.Run Keyword And Return Status    Note",
    "warn on failure": "    run_keyword_and_warn_on_failure    Note",
    "tried again": "    Wait Until Keyword Succeeds    1x    0s    Note",
    "try except": "    TRY\n        Wrapped\n    EXCEPT    other\n        No Operation\n    END",
    "if in try": "    TRY\n        IF    1\n            Note\n        END\n    EXCEPT\n        No Operation\n    END",
}
OPEN = {
    "plain": "    Wrapped",
    "continue on failure": "    Run Keyword And Continue On Failure    Note",
    "try finally": "    TRY\n        Note\n    FINALLY\n        No Operation\n    END",
    "in finally": "    TRY\n        No Operation\n    FINALLY\n        Note\n    END",
    "in except": "    TRY\n        Fail\n    EXCEPT\n        Note\n    END",
}
LIBRARY = """from AIGCLibrary.rf.expectation import failure_expected
from robot.libraries.BuiltIn import BuiltIn


def note():
    BuiltIn().set_suite_metadata("expected", str(failure_expected()))
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [*((body, True) for body in HANDLED.values()), *((body, False) for body in OPEN.values())],
    ids=[*HANDLED, *OPEN],
)
def test_a_failure_is_expected_where_the_test_handles_it(body, expected, tmp_path):
    library = tmp_path / "probe.py"
    library.write_text(LIBRARY, encoding="utf-8")
    suite = Suite.from_string(PROBE.format(library=library, body=body))
    result = suite.run(output=None, stdout=io.StringIO(), stderr=io.StringIO())
    assert result.suite.metadata["expected"] == str(expected)
