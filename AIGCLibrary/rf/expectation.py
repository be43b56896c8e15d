"""Says whether the running keyword may fail without failing its test; nothing is healed there."""

import re
from typing import Any

from assertionengine import AssertionOperator
from robot.running.context import EXECUTION_CONTEXTS

_EXPECTING = frozenset(
    (
        *("runkeywordandexpecterror", "runkeywordandignoreerror", "runkeywordandreturnstatus"),
        *("runkeywordandwarnonfailure", "waituntilkeywordsucceeds"),
    )
)
"""Keywords of BuiltIn inside which a failure is wanted, handled, or tried again."""

_NEGATIVE = (AssertionOperator["!="], AssertionOperator["not contains"])
NEGATIVE_OPERATORS = frozenset(
    name for name, operator in AssertionOperator.__members__.items() if operator in _NEGATIVE
)
"""Operators of assertions that say what is not so; a guess would fulfil them easily."""
_FREE = (AssertionOperator["validate"], AssertionOperator["then"])
_FREE_OPERATORS = frozenset(name for name, operator in AssertionOperator.__members__.items() if operator in _FREE)
_NOT = re.compile(r"\bnot\b|!=")


def negated(operator: str, expected: object = "") -> bool:
    """Return whether an assertion says what is not so, also as an expression: `validate    'error' not in value`.

    Args:
        operator: Name of the operator in small letters.
        expected: What stands beside it.
    """
    return operator in NEGATIVE_OPERATORS or (operator in _FREE_OPERATORS and bool(_NOT.search(str(expected))))


def failure_expected() -> bool:
    """Look at all keywords around the running one, through user keywords and control structures.

    Returns:
        True inside `Run Keyword And Expect Error`, `… Ignore Error`, `… Return Status`, `… Warn On Failure`,
        `Wait Until Keyword Succeeds`, and a TRY that has an EXCEPT.
    """
    context = EXECUTION_CONTEXTS.current
    return any(_expects(data, implementation) for data, _, implementation in getattr(context, "steps", ()))


def _expects(data: Any, implementation: Any) -> bool:
    name = getattr(implementation, "name", None) or getattr(data, "name", None)
    if str(name or "").lower().replace(" ", "").replace("_", "").removeprefix("builtin.") in _EXPECTING:
        return True
    branches = getattr(getattr(data, "parent", None), "body", ())
    return getattr(data, "type", "") == "TRY" and any(getattr(branch, "type", "") == "EXCEPT" for branch in branches)
