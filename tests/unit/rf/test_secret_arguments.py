"""Arguments of keywords in results: masked, whatever they are, and again when a secret was learned."""

import pytest
from robot.result import Keyword

from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.rf.secrets import SecretListener


@pytest.mark.parametrize(
    ("args", "masked"),
    [
        (("open sesame", "x"), ("open ****", "x")),
        (["open sesame", 1], ("open ****", 1)),
        ([{"not": "hashable"}, "sesame"], ({"not": "hashable"}, "****")),
        (("nothing here",), ("nothing here",)),
    ],
)
def test_secrets_in_arguments_are_masked(args, masked):
    redactor = Redactor()
    redactor.add("sesame")
    result = Keyword(name="Log")
    result.args = args
    SecretListener(lambda: redactor).end_keyword(None, result)
    assert tuple(result.args) == masked


def test_what_was_seen_before_is_masked_once_it_is_known_to_be_a_secret():
    redactor = Redactor()
    listener = SecretListener(lambda: redactor)
    first, second = (Keyword(name="Log", args=("sesame street",)) for _ in range(2))
    listener.end_keyword(None, first)
    redactor.add("sesame")
    listener.end_keyword(None, second)
    assert (first.args, second.args) == (("sesame street",), ("**** street",))


def test_without_anything_that_knows_secrets_nothing_is_done():
    result = Keyword(name="Log", args=("sesame",))
    SecretListener(lambda: None).end_keyword(None, result)
    assert result.args == ("sesame",)
