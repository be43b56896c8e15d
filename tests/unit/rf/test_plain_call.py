"""What a plain Browser keyword wants of an element, read off its call."""

import pytest

from AIGCLibrary.rf.plain_call import PlainCall


def purpose(name, *arguments, assigned=False):
    return PlainCall.of(name, arguments, assigned).purpose(lambda text: text == "hush-hush")


@pytest.mark.parametrize(
    ("arguments", "again"),
    [
        (("#a", "x"), ["!prefix #b", "x"]),
        (("selector=css=a", "txt=x"), ["selector=!prefix #b", "txt=x"]),
        (("txt=x", "selector=#a"), ["txt=x", "selector=!prefix #b"]),
    ],
)
def test_a_call_is_made_again_as_it_was_written(arguments, again):
    call = PlainCall.of("fill text", arguments, False)
    assert call.selector in ("#a", "css=a")
    assert call.again("#b") == again


@pytest.mark.parametrize("arguments", [(), ("",), ("selector=",)])
def test_a_call_without_a_selector_is_nothing_to_explain(arguments):
    assert PlainCall.of("click", arguments, False) is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("#a", "!=", "x"),
        ("#a", "should not be", "x"),
        ("selector=#a", "assertion_operator=not contains", "assertion_expected=x"),
        ("#a", "validate", "'x' not in value"),
        ("#a", "then", "value != 'x'"),
    ],
)
def test_what_is_not_so_is_never_answered_by_a_guess(arguments):
    assert purpose("get text", *arguments).never_healed


@pytest.mark.parametrize("arguments", [("#a",), ("#a", "==", "not yet"), ("#a", "validate", "'x' in value")])
def test_what_is_so_may_be_answered(arguments):
    assert not purpose("get text", *arguments).never_healed


def test_secrets_absence_and_values_that_are_handed_back_are_never_guessed():
    assert purpose("fill text", "#a", "hush-hush").secret
    assert purpose("type text", "#a", "txt=hush-hush").secret
    assert purpose("fill secret", "#a", "$x").secret
    assert purpose("wait for elements state", "#a", "hidden").never_healed
    assert purpose("wait for elements state", "#a", "state=detached").never_healed
    assert purpose("get element", "#a", assigned=True).never_healed
    assert not purpose("wait for elements state", "#a", "visible").never_healed
    assert not purpose("fill text", "#a", "a cat").never_healed


@pytest.mark.parametrize(
    ("name", "arguments", "method", "done"),
    [
        ("select options by", ("#kind", "text", "B"), "elementHandle", True),
        ("select options by", ("#kind", "text", "False"), "elementHandle", True),
        ("select options by", ("#kind", "text", "B"), "selectOption", False),
        ("type text", ("#name", "x"), "type", True),
        ("type text", ("#name", "x", "clear=False"), "type", False),
        ("type text", ("#name", "x"), "fill", False),
        ("get element", ("#name",), "elementHandle", False),
    ],
)
def test_an_element_that_was_used_and_then_lost_is_not_used_again(name, arguments, method, done):
    message = f"TimeoutError: locator.{method}: Timeout 500ms exceeded.\nCall log:\n  - waiting for locator('#kind')"
    assert PlainCall.of(name, arguments, False).took_place(message) is done
