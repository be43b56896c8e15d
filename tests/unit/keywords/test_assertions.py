"""Assertions of getters on values that the product does not report."""

import pytest
from assertionengine import AssertionOperator

from AIGCLibrary.keywords.component import Component


@pytest.mark.parametrize("sign", ["==", "<", ">", "<=", ">="])
def test_an_unknown_value_is_reported_as_unknown(sign):
    getter = Component(None, None)
    with pytest.raises(AssertionError, match=f"^Progress is not known: .* Expected: {sign} 0.5"):
        getter.verify(None, AssertionOperator[sign], "0.5", None, "Progress")
    assert getter.verify(0.7, AssertionOperator[">="], "0.5", None, "Progress") == 0.7
    assert getter.verify(None, AssertionOperator["=="], None, None, "Progress") is None
