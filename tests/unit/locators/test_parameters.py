"""Parametrised targets, targets inside of targets, and the n-th of several."""

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.locators.catalogue import Catalogue
from AIGCLibrary.locators.diagnosis import candidate_facts
from AIGCLibrary.locators.errors import UnknownTargetError
from AIGCLibrary.locators.listing import Item, Listing, fresh
from AIGCLibrary.locators.model import Tier
from AIGCLibrary.locators.parameters import filled, names_in, templated
from AIGCLibrary.locators.similarity import Scored

FILE = """page: shop
targets:
  row: {gold: "row-{id}", silver: {role: row, name: "{id}"}, bronze: '#r{id} > td:has-text("{id}")'}
  open: {scope: {target: row}, silver: {role: button, name: Open}}
  cell: {bronze: "tr:nth-child({row}) td", nth: "{column}"}
  last: {silver: {role: link, name: More}, nth: -1}
  frame: {bronze: main, frame: "#f"}
  inner: {scope: {target: frame}, gold: x, bronze: b}
  pattern: {silver: {text: "/^{word}!/"}}
"""


@pytest.fixture
def catalogue(tmp_path):
    def load(text=FILE):
        (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
        found = Catalogue()
        found.load(tmp_path / "shop.yaml")
        return found

    return load


def selectors(target):
    return [one.selector for one in target.selectors]


def test_values_are_put_in_by_name_or_in_brackets(catalogue):
    targets = catalogue()
    by_name = targets.bound("row", {"id": 7})
    assert selectors(by_name) == ['[data-testid="row-7"]', 'role=row[name="7"]', 'css=#r7 > td:has-text("7")']
    assert targets.bound("shop.row(7)", {}) == by_name
    assert by_name.key == "shop.row id=7"
    assert selectors(targets.bound("cell(2, 3)", {})) == ["css=tr:nth-child(2) td >> visible=true >> nth=2"]


def test_a_value_stays_a_text_whatever_is_in_it(catalogue):
    targets = catalogue()
    assert selectors(targets.bound("row", {"id": 'a "b"'}))[2] == 'css=#ra \\"b\\" > td:has-text("a \\"b\\"")'
    assert selectors(targets.bound("pattern(a.b)", {})) == ["text=/^a\\.b!/"]
    assert filled({"text": "{x}"}, {"x": "/imagine/"}) == {"text": "/^\\/imagine\\/$/"}
    assert filled({"text": "{x} {other}"}, {"x": "1"}) == {"text": "1 {other}"}


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("row", {}, "needs a value for 'id', as in shop.row(<id>)"),
        ("row", {"id": 1, "timout": 3}, "Did you mean 'timeout'"),
        ("last", {"id": 1}, "has no parameters, but 'id' was given"),
        ("cell(1)", {}, "takes row, column, but 1 were given"),
        ("last(1)", {}, "takes no values"),
        ("open", {}, "needs a value for 'id'"),
    ],
)
def test_missing_and_unknown_values_are_reported(catalogue, name, given, message):
    with pytest.raises(UnknownTargetError) as caught:
        catalogue().bound(name, given, ("timeout", "heal"))
    assert message in caught.value.message


def test_a_target_inside_of_another_is_as_good_as_the_weaker_tier(catalogue):
    targets = catalogue()
    inside = targets.bound("open", {"id": "7"})
    assert [one.tier for one in inside.selectors] == [Tier.SILVER, Tier.SILVER, Tier.BRONZE]
    assert selectors(inside)[0] == '[data-testid="row-7"] >> role=button[name="Open"]'
    assert targets.get("inner").frame == ("css=#f",)
    assert [one.tier for one in targets.get("inner").selectors] == [Tier.BRONZE, Tier.BRONZE]
    assert targets.get("inner") is targets.get("inner")


def test_the_nth_is_counted_from_one_among_the_visible(catalogue):
    assert selectors(catalogue().get("last")) == ['role=link[name="More"] >> visible=true >> nth=-1']


def test_those_with_parameters_are_not_among_those_that_can_be_looked_for_as_they_are(catalogue):
    targets = catalogue()
    assert [one.name for one in targets] == ["shop.last", "shop.frame", "shop.inner"]
    assert "shop.row" in targets.names()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('targets: {a: {bronze: "td:hass-text({x})"}}', "unknown pseudo-class"),
        ("targets: {a: {gold: x, nth: 0}}", "nth"),
        ("targets: {a: {gold: x, scope: {target: b, css: c}}}", "scope"),
    ],
)
def test_mistakes_are_reported_when_the_file_is_read(catalogue, text, message):
    with pytest.raises(ConfigError, match=message):
        catalogue(text)


def test_a_target_in_itself_or_in_an_unknown_one_is_reported(catalogue):
    targets = catalogue("targets: {a: {gold: x, scope: {target: b}}, b: {gold: y, scope: {target: a}}}")
    with pytest.raises(UnknownTargetError, match=r"'shop\.a' in 'shop\.b' in 'shop\.a': a target cannot be in itself"):
        targets.get("a")
    with pytest.raises(UnknownTargetError, match=r"no target 'shop\.c'"):
        catalogue("targets: {a: {gold: x, scope: {target: c}}}").get("a")


def test_suggestions_name_the_parameter_or_are_left_out(catalogue):
    ways = [
        {"tier": "gold", "yaml": {"testid": "line-cat"}, "selector": "g"},
        {"tier": "bronze", "yaml": {"css": ".line"}, "selector": "b"},
    ]
    facts = candidate_facts(catalogue().bound("row(cat)", {}), [Scored({"role": "row", "ways": ways}, 0.9)])
    assert [one["yaml"] for one in facts] == ['gold: "line-{id}"']
    assert templated({"css": ".line"}, {"id": "cat"}) is None


def test_what_is_new_is_what_the_snapshot_does_not_have():
    old, same, new = Item(1, "cat", "/1", ""), Item(9, "cat", "/1", ""), Item(1, "cat", "/2", "")
    before = Listing((old,), None, "", "", {}).snapshot()
    assert fresh([same], before) == []  # drawn again is not new
    assert fresh([new], before) == [new]
    assert fresh([old, same], before) == [same]
    assert fresh([old], "") == [old]
    with pytest.raises(ConfigError, match="is not a snapshot"):
        fresh([old], "cat")


def test_a_pattern_and_css_have_literal_braces_and_what_is_no_word_is_text():
    for text in (r"/^\{model\}$/", r'[title="\{model\}"]', "{1}", "{a b}", "{}"):
        assert names_in(text) == (), text
        assert filled(text, {"model": "x"}, "css") == text
