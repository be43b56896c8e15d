"""Targets in a real browser: tiers, states, ambiguity, shadow roots, frames, secrets."""

import json

import pytest

from tests.support.browser import new_browser

SHOP = """<!doctype html><title>Shop</title>
<form onsubmit="return false">
  <label>Prompt <textarea name="prompt" data-testid="prompt-input"></textarea></label>
  <label>Password <input type="password" name="secret"></label>
  <label>Picture <input type="file" name="picture" hidden></label>
  <button class="primary" onclick="generate()">Generate</button>
  <button hidden data-testid="save">Save</button><button data-testid="save">Save</button>
  <button>Twin</button><button>Twin</button>
  <label><input type="checkbox" name="hd"> High quality</label>
  <label>Size <select><option>Small</option><option>Large</option></select></label>
  <ul id="rows"><li data-no="1">cat <button onclick="row(this)">Open</button></li>
  <li data-no="2">"moon" <button onclick="row(this)">Open</button></li></ul>
  <table><tr class="sizes"><td>Small</td><td>8 s</td><td hidden>12</td></tr></table>
</form>
<p id="said" data-testid="said">-</p>
<div id="host"></div><iframe srcdoc="<button data-testid='inner'>Inner</button>" id="frame"></iframe>
<script>
  const said = document.getElementById("said");
  document.getElementById("host").attachShadow({ mode: "open" }).innerHTML = "<button data-testid='deep'>Deep</button>";
  function row(button) {
    said.textContent = button.parentElement.dataset.no;
    setTimeout(() => button.closest("ul").insertAdjacentHTML("beforeend", "<li data-no=3>sun</li>"), 200);
  }
  function generate() {
    said.textContent = document.querySelector("textarea").value;
    setTimeout(() => said.insertAdjacentHTML("afterend", "<b data-testid='late'>late</b>"), 1000);
    setTimeout(() => document.querySelector("[data-testid=late]").remove(), 3000);
  }
</script>"""

LOCATORS = """
targets:
  prompt: {gold: prompt-input, silver: {label: Prompt}}
  password: {gold: gone, silver: {label: Password}}
  picture: {bronze: "input[type=file]"}
  generate: {gold: gone, silver: {role: button, name: {en: Generate, zh: 生成}}}
  save: {gold: save}
  twin: {silver: {role: button, name: Twin}}
  said: {gold: said}
  deep: {gold: deep, silver: {role: button, name: Deep}}
  inner: {gold: inner, frame: "#frame"}
  late: {gold: late}
  lost: {gold: generate-button, silver: {role: button, name: Generate now}, bronze: button.primary-button}
  wrong: {bronze: "button:nth-child(2 of)"}
  quality: {silver: {label: High quality}}
  size: {silver: {role: combobox, name: Size}}
  rows: {bronze: "#rows li"}
  sizes: {bronze: tr.sizes}
  row: {bronze: '#rows li:has-text("{text}")'}
  open: {scope: {target: row}, silver: {role: button, name: Open}}
  last: {scope: {target: rows}, silver: {role: button, name: Open}, nth: -1}
  contradicted: {gold: said, silver: {role: button, name: Generate}}
"""

SETTINGS = f"""*** Settings ***
Library    Browser    timeout=30 s
Library    AIGCLibrary    locators=shop.yaml
Library    OperatingSystem
Suite Setup    Open Shop

*** Keywords ***
Open Shop
    {new_browser()}
    New Page    file://${{EXECDIR}}/shop.html

*** Test Cases ***
"""


@pytest.fixture
def shop(robot, tmp_path):
    (tmp_path / "shop.html").write_text(SHOP, encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(LOCATORS, encoding="utf-8")
    (tmp_path / "late.yaml").write_text("targets:\n  a:\n    bronze: a:nth-child(2 of)\n", encoding="utf-8")
    (tmp_path / "moon.txt").write_text("moon", encoding="utf-8")

    def run(tests, *options):
        return robot(SETTINGS + tests, "--variable", "PASSWORD: Secret:hush-hush", *options)

    return run


def test_targets_are_found_and_used(shop):
    run = shop("""
Tiers, States, Shadow And Frames
    Fill Target    prompt    a cat
    Get Target Text    prompt    ==    a cat
    Get Target Tier    prompt    ==    gold
    Get Target Tier    generate    ==    silver
    Click Target    generate
    Wait For Target    late    timeout=30 s
    Wait For Target    late    hidden    timeout=30 s
    Get Target Text    said    ==    a cat
    Click Target    deep
    Click Target    inner
    ${selector} =    Locate Target    save
    Should Be Equal    ${selector}    [data-testid="save"] >> visible=true
    Click    ${selector}
    Upload To Target    picture    ${EXECDIR}/moon.txt
    Fill Target    password    ${PASSWORD}
    Fill Target    prompt    style=noir
    Get Target Text    prompt    ==    style=noir

Lists, Parameters And Other Uses
    ${before} =    Get Target Snapshot    rows
    Get Target Count    rows    ==    2
    Get Target Texts    rows    ==    ${{['cat Open', '"moon" Open']}}
    Get Target Texts    sizes    ==    ${{['Small 8 s']}}
    Click Target    open    text="moon"
    Get Target Text    said    ==    2
    ${new} =    Wait For New Target    rows    ${before}    timeout=30 s
    Get Text    ${new}    ==    sun
    Get Target Count    rows    >=    3    timeout=30 s
    Get Target Attribute    row(cat)    data-no    ==    1
    Click Target    open(cat)
    Get Target Text    said    ==    1
    Click Target    last
    Get Target Text    said    ==    2
    ${seen} =    Get Target Attribute    row(cat)    id
    Should Be Equal    ${seen}    ${None}
    Check Target    quality
    Get Target State    quality    contains    checked
    Check Target    quality    ${False}
    Get Target State    quality    contains    unchecked
    ${chosen} =    Select Target    size    Large
    Should Be Equal    ${chosen}    ${{['Large']}}
    Press Keys In Target    prompt    Control+A    Delete
    Get Target Text    prompt    ==    ${EMPTY}
    Hover Target    generate
    ${picture} =    Take Target Screenshot    said
    File Should Exist    ${picture}
    Run Keyword And Expect Error    *needs a value for 'text'*    Click Target    open
    Run Keyword And Expect Error    *has the parameters text, but 'txt' was given. Did you mean 'text'*
    ...    Click Target    open    txt=cat
    ${now} =    Get Target Snapshot    said
    Run Keyword And Expect Error    *shows nothing new after 0.2 s*before: 1*
    ...    Wait For New Target    said    ${now}    timeout=200 ms
""")
    assert run.code == 0, run.console
    assert "hush-hush" not in run.log
    assert "possibly another element" not in run.console


def test_failures_say_what_was_looked_for_and_what_was_there(shop):
    run = shop("""
Ambiguous
    Click Target    twin
Lost
    Click Target    lost
Wrong
    Click Target    wrong
Unknown
    Click Target    promt
Still There
    Wait For Target    said    hidden    timeout=300 ms
Covered By Nothing
    Locate Target    contradicted
Loaded While A Page Is Open
    Load Locators    late.yaml
""")
    messages = {name: test.message for name, test in run.tests.items()}
    assert run.code == 6, run.console
    assert "late.yaml, line 3: the browser does not understand" in messages["Loaded While A Page Is Open"]
    assert run.console.count("[ WARN ] shop.yaml, line 14: the browser does not understand") == 1
    assert "AIGC102" in messages["Ambiguous"]
    assert "2 visible elements (button 'Twin', button 'Twin')" in messages["Ambiguous"]
    assert "AIGC101" in messages["Lost"]
    assert 'silver role=button[name="Generate now"]: no element' in messages["Lost"]
    assert "AIGC106" in messages["Wrong"]
    assert "shop.yaml, line" in messages["Wrong"]
    assert "Did you mean 'prompt'" in messages["Unknown"]
    assert "still there" in messages["Still There"]
    assert "button 'Generate'" in run.log
    assert "match different elements" in run.console


INHOUSE = """<!doctype html><html lang={lang}><form onsubmit="return false"><label>{prompt}
<textarea></textarea></label><button type=submit {go}>{button}</button> <button type=reset>×</button></form></html>"""


def test_a_renamed_button_among_few_is_suggested_and_heal_use_says_why_not(robot, tmp_path):
    pages = {
        "zh": {"lang": "zh", "prompt": "提示词", "button": "开始生成", "go": "data-testid=go"},
        "en": {"lang": "en", "prompt": "Prompt", "button": "Start generating", "go": "data-testid=go"},
        "new": {"lang": "zh", "prompt": "提示词", "button": "重新出图", "go": ""},
    }
    html = json.dumps({name: INHOUSE.format(**page) for name, page in pages.items()})
    page = f"<script>document.write({html}[location.hash.slice(1)])</script>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    (tmp_path / "gen.yaml").write_text("""page: gen
targets:
  prompt: {silver: {role: textbox, name: {en: Prompt, zh: 提示词}}}
  start:
    gold: go
    silver: {role: button, name: {en: Start generating, zh: 开始生成}}
  reset: {silver: {role: button, name: "×"}}
""", encoding="utf-8")  # fmt: skip
    suite = rf"""*** Settings ***
Library    Browser    timeout=30 s
Library    AIGCLibrary    locators=gen.yaml    timeout=500 ms    language=zh
Suite Setup    {new_browser()}
*** Test Cases ***
Never Seen
    New Page    file://${{EXECDIR}}/index.html\#new
    Fill Target    prompt    灯笼
    Click Target    start    heal=use
Languages
    New Page    file://${{EXECDIR}}/index.html\#zh
    Click Target    start
    New Page    file://${{EXECDIR}}/index.html\#en
    Click Target    start
"""
    run = robot(suite)
    lost = run.tests["Never Seen"]
    assert not lost.passed
    assert "button '重新出图'" in lost.message
    assert "虽然 heal=use，但未自愈：概率" in lost.message
    assert "是否在正确的页面上" not in lost.message
    assert "修复建议" in lost.metadata
    assert "AIGC 运行" in run.result.suite.metadata
    assert run.tests["Languages"].passed, run.console
    assert "WARN" not in run.console
    said = [one.message for one in all_messages(run.result.suite)]
    assert any("开始生成" in text or "gen.start" in text for text in said)
    assert "ok" not in said


def all_messages(item):
    for one in (*getattr(item, "suites", ()), *getattr(item, "tests", ()), *getattr(item, "body", ())):
        if getattr(one, "type", "") == "MESSAGE":
            yield one
        else:
            yield from all_messages(one)


def test_without_browser_or_page_the_error_says_what_to_do(robot, tmp_path):
    (tmp_path / "shop.yaml").write_text(LOCATORS, encoding="utf-8")
    bare = (
        "*** Settings ***\nLibrary    AIGCLibrary    locators=shop.yaml\n"
        "*** Test Cases ***\nIt\n    Click Target    prompt\n"
    )
    run = robot(bare)
    assert "this suite does not import" in run.tests["It"].message
    run = robot(bare.replace("*** Test", "Library    Browser\n*** Test"))
    assert "no open page" in run.tests["It"].message
    opened = bare.replace("*** Test", f"Library    Browser\nSuite Setup    {new_browser()}\n*** Test")
    run = robot(opened)
    assert "no open page" in run.tests["It"].message
    assert "lookups are slower" not in run.console
