"""Texts of a product on which a pattern that tries all ways to match would go on for minutes or for ever."""

from AIGCLibrary.harmless import robot_text
from AIGCLibrary.locators.words import plain
from AIGCLibrary.recovery.strategies.locators import last_selector
from AIGCLibrary.recovery.strategies.overlay import covering
from AIGCLibrary.rf.result import plain_message

MANY = 200_000


def test_tags_are_removed_and_what_is_none_stays():
    assert plain_message("*HTML*<b>a</b> &lt; b" + "<" * MANY) == "a < b" + "<" * MANY


def test_the_element_in_the_way_is_found_last_of_all():
    said = '  - <div id="a">…</div> from <body class="b">…</body> subtree intercepts pointer events\n'
    assert covering(said) == '<body class="b">'
    assert (
        covering('<i>x</i> intercepts pointer events\n<div id="c"></div> intercepts pointer events') == '<div id="c">'
    )
    assert covering("<" * MANY + " intercepts pointer events") == ""
    assert covering(said + "\n" + "<a>" * 5_000 + "\nno pointer events") == '<body class="b">'


def test_names_lose_their_shortcuts_only():
    assert plain("Undo (Ctrl+Shift+Z)") == plain("Undo [⌘ Z]") == plain("Undo (ctrl - Z)") == "undo"
    assert plain("( ctrl " * 2_000 + "x") == " ".join(["ctrl"] * 2_000 + ["x"])
    assert plain("(ctrl" + " " * 50_000 + "!") == "ctrl"


def test_the_last_step_of_a_chain_is_read_with_its_quotes():
    step = "getByText('It\\'s (me)')"
    assert last_selector(f"locator('form').{step}.first()") == step
    assert last_selector("locator('form').getByText('Send').first()") == 'text="Send"'
    assert last_selector("locator('" + "\\'" * 5_000) == "locator('" + "\\'" * 5_000


def test_addresses_of_pictures_are_not_loaded():
    assert robot_text("see http://a/b.png, or http://a/c.jpg?x") == "see http://a/b.png#, or http://a/c.jpg?x"
    assert robot_text("(http://a/b.svg)") == "(http://a/b.svg#)"
    assert robot_text("://" * MANY) == "://" * MANY
