"""Locator files are read with file, line and near matches in every error."""

from pathlib import Path

import pytest

from AIGCLibrary.config import Heal
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.locators.catalogue import Catalogue
from AIGCLibrary.locators.errors import UnknownTargetError
from AIGCLibrary.locators.explore import Exploration, Found
from AIGCLibrary.locators.model import Tier
from AIGCLibrary.locators.reader import read_locators
from AIGCLibrary.locators.starter import starter_file
from AIGCLibrary.locators.strategies import STRATEGIES, label_pattern

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def locators(tmp_path):
    def write(text, name="generate.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def selectors(target):
    return [(one.tier, one.selector) for one in target.selectors]


def test_tiers_become_selectors_best_first(locators):
    path = locators(
        "targets:\n  prompt:\n    bronze: textarea[name=prompt]\n    gold: prompt-input\n"
        "    silver:\n      - {role: textbox, name: Prompt}\n      - {label: Prompt}\n"
    )
    (target,) = read_locators(path)
    assert target.name == "generate.prompt"
    assert selectors(target) == [
        (Tier.GOLD, '[data-testid="prompt-input"]'),
        (Tier.SILVER, 'role=textbox[name="Prompt"]'),
        (Tier.SILVER, f"internal:label={label_pattern(['Prompt'])}"),
        (Tier.BRONZE, "css=textarea[name=prompt]"),
    ]


@pytest.mark.parametrize(
    ("tier", "entry", "selector"),
    [
        ("gold", "{attribute: data-qa, value: send}", '[data-qa="send"]'),
        ("gold", "{id: send}", '[id="send"]'),
        ("silver", "{role: button, name: {en: Go, zh: 开始}}", "role=button[name=/^(Go|开始)$/]"),
        ("silver", "{role: button, name: Go, exact: false}", 'internal:role=button[name="Go"i]'),
        ("silver", "{role: button, name: /go/i}", "role=button[name=/go/i]"),
        ("silver", "{role: heading, level: 2}", "role=heading[level=2]"),
        ("silver", "Start now", 'text="Start now"'),
        ("silver", "{text: [A+B, C]}", r"text=/^(A\+B|C)$/"),
        ("silver", "{placeholder: {en: Say, zh: 说}}", '[placeholder="Say"], [placeholder="说"]'),
        ("silver", "{title: Save, exact: false}", 'internal:attr=[title="Save"i]'),
        ("silver", "{alt: Preview}", '[alt="Preview"]'),
        ("bronze", "//form//button[1]", "xpath=//form//button[1]"),
        ("bronze", "xpath=//a", "xpath=//a"),
        ("bronze", "{css: main > a}", "css=main > a"),
    ],
)
def test_every_strategy_writes_its_selector(locators, tier, entry, selector):
    (target,) = read_locators(locators(f"targets:\n  it:\n    {tier}: {entry}\n"))
    assert target.selectors[0].selector == selector


@pytest.fixture
def own_strategy(monkeypatch):
    monkeypatch.setattr(STRATEGIES, "_items", dict(STRATEGIES._items))
    STRATEGIES.add("qa", lambda value, entry: f"css=[data-qa={value}]{entry.get('value', '')}", "my_locators")


@pytest.mark.usefixtures("own_strategy")
def test_own_strategies_join_through_the_registry_and_are_judged_as_well(locators):
    (target,) = read_locators(locators("targets:\n  a:\n    gold: {qa: send}\n"))
    assert selectors(target) == [(Tier.GOLD, "css=[data-qa=send]")]
    with pytest.raises(ConfigError, match=r"line 3.*qa 'send' is not a CSS selector: unexpected '>'"):
        read_locators(locators("targets:\n  a:\n    gold: {qa: send, value: ' > > b'}\n"))
    with pytest.raises(ConfigError, match=r"Did you mean 'qa'"):
        read_locators(locators("targets:\n  a:\n    gold: {qaa: send}\n"))


def test_scope_and_frame_of_the_file_hold_for_its_targets(locators):
    path = locators(
        "scope: {role: navigation}\nframe: [iframe#app]\ntargets:\n  a: {gold: x}\n  b: {gold: y, scope: nav}\n"
    )
    first, second = read_locators(path)
    assert first.selectors[0].selector == 'role=navigation >> [data-testid="x"]'
    assert second.selectors[0].selector == 'css=nav >> [data-testid="y"]'
    assert first.in_frame("css=a") == "css=iframe#app >>> css=a"


def test_timeout_and_heal_are_read(locators):
    (target,) = read_locators(locators("targets:\n  a: {gold: x, timeout: 500 ms, heal: off}\n"))
    assert (target.timeout, target.heal) == (0.5, Heal.OFF)


@pytest.mark.parametrize(("written", "seconds"), [("1 min 30 s", 90.0), ("2 秒", 2.0), ("00:01:30", 90.0), ("3", 3.0)])
def test_a_timeout_is_written_as_everywhere_else(locators, written, seconds):
    (target,) = read_locators(locators(f"targets:\n  a: {{gold: x, timeout: '{written}'}}\n"))
    assert target.timeout == seconds


def test_a_timeout_that_is_no_time_is_reported_with_its_line(locators):
    with pytest.raises(ConfigError, match=r"line 2 at 'targets.a.timeout': 'soon' is not a time; expected seconds or"):
        read_locators(locators("targets:\n  a: {gold: x, timeout: soon}\n"))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("targets:\n  a:\n    gold: x\n    sliver: {text: a}\n", 4, "Did you mean 'silver'?"),
        ("targets:\n  a:\n    silver: {rolle: button}\n", 3, "Did you mean 'role'?"),
        ("targets:\n  a:\n    bronze: button[name=x\n", 3, "open '['"),
        ("targets:\n  a:\n    bronze:\n      - a\n      - //b[text()='x]\n", 5, "open '"),
        ("targets:\n  a:\n    gold: {attribute: data-x}\n", 3, "needs 'value'"),
        ("targets:\n  a:\n    silver: {text: a, label: b}\n", 3, "exactly one strategy"),
        ("targets:\n  a:\n    bronze: div > > p\n", 3, "unexpected '>' at position 7"),
        ("targets:\n  a:\n    bronze: 'button:hass-text(\"x\")'\n", 3, "Did you mean 'has-text'"),
        ("targets:\n  a:\n    bronze:\n      - b\n      - //a[containss(@b, 'c')]\n", 5, "Did you mean 'contains'?"),
        ("targets:\n  a:\n    bronze: 'iframe >>> button'\n", 3, "under 'frame'"),
        ("targets:\n  a:\n    silver: {role: buton}\n", 3, "Did you mean 'button'"),
        ("targets:\n  a:\n    silver: {role: button, level: 2}\n", 3, "heading, listitem, row, treeitem"),
        ("targets:\n  a:\n    silver: {text: '/(x/'}\n", 3, "missing )"),
        ("scope: 'main >'\ntargets:\n  a: {gold: x}\n", 1, "ends where more is expected"),
        ("targets:\n  a: {gold: x}\n  b:\n    frame: 'iframe[name=x'\n    gold: y\n", 4, "open '['"),
        ("targets:\n  a: {description: nothing}\n", 2, "gold"),
        ("targets:\n  a: {gold: x}\n  a: {gold: y}\n", 3, "occurs twice"),
    ],
)
def test_errors_say_file_line_and_what_was_meant(locators, text, line, problem):
    with pytest.raises(ConfigError) as caught:
        read_locators(locators(text))
    assert f"generate.yaml, line {line}" in caught.value.message
    assert problem in caught.value.message


def test_targets_are_found_by_short_name_where_only_one_page_has_it(locators):
    catalogue = Catalogue()
    catalogue.load(locators("targets:\n  a: {gold: x}\n  b: {gold: y}\n"))
    catalogue.load(locators("targets:\n  b: {gold: z}\n", "tasks.yaml"))
    assert catalogue.get("a").name == "generate.a"
    with pytest.raises(UnknownTargetError, match=r"'generate\.b' and 'tasks\.b'"):
        catalogue.get("b")
    with pytest.raises(UnknownTargetError, match=r"Did you mean"):
        catalogue.get("generate.aa")


def test_a_file_read_again_replaces_what_it_said(locators):
    catalogue = Catalogue()
    catalogue.load(locators("targets:\n  a: {gold: x}\n"))
    catalogue.load(locators("targets:\n  b: {gold: x}\n"))
    assert [one.name for one in catalogue] == ["generate.b"]


def test_two_files_cannot_name_the_same_target(locators):
    catalogue = Catalogue()
    catalogue.load(locators("targets:\n  a: {gold: x}\n"))
    with pytest.raises(ConfigError, match="already named"):
        catalogue.load(locators("page: generate\ntargets:\n  a: {gold: x}\n", "other.yaml"))


def test_the_example_locator_files_are_right():
    catalogue = Catalogue()
    names = catalogue.load(ROOT / "resources" / "locators")
    assert "generate.prompt" in names


def test_a_starter_file_with_chinese_names_is_accepted(locators):
    candidates = [
        {"role": "textbox", "name": "用户名", "ways": [{"tier": "silver", "yaml": {"label": "用户名"}}]},
        {"role": "link", "name": "中文", "ways": [{"tier": "silver", "yaml": {"role": "link", "name": "中文"}}]},
    ]
    found = Exploration([Found(one, {}) for one in candidates], ())
    text = starter_file(found, "登录页", "http://127.0.0.1/login")
    assert "  用户名:" in text
    assert "  中文链接:" in text
    assert [target.name for target in read_locators(locators(text))] == ["登录页.用户名", "登录页.中文链接"]


def test_why_a_file_could_not_be_loaded_is_reported_again_by_every_later_miss(locators):
    catalogue = Catalogue()
    path = locators("targets:\n  a: {golden: x}\n")
    with pytest.raises(ConfigError, match="unknown key 'golden'"):
        catalogue.load(path)
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"no target 'a'.*could not be loaded.*line 2.*unknown key 'golden'"):
            catalogue.get("a")
    catalogue.load(locators("targets:\n  b: {gold: x}\n", "other.yaml"))
    with pytest.raises(UnknownTargetError, match=r"no target 'a'\. .*Not loaded: .*unknown key 'golden'"):
        catalogue.get("a")
    catalogue.load(locators("targets:\n  a: {gold: x}\n"))
    with pytest.raises(UnknownTargetError) as caught:
        catalogue.get("nothing.like.it")
    assert "Not loaded" not in caught.value.message
