"""Targets in a real browser: tiers, states, ambiguity, shadow roots, frames, secrets."""

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
</form>
<p id="said" data-testid="said">-</p>
<div id="host"></div><iframe srcdoc="<button data-testid='inner'>Inner</button>" id="frame"></iframe>
<script>
  const said = document.getElementById("said");
  document.getElementById("host").attachShadow({ mode: "open" }).innerHTML = "<button data-testid='deep'>Deep</button>";
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
  contradicted: {gold: said, silver: {role: button, name: Generate}}
"""

SETTINGS = f"""*** Settings ***
Library    Browser    timeout=5 s
Library    AIGCLibrary    locators=shop.yaml
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
    Wait For Target    late    timeout=5 s
    Wait For Target    late    hidden    timeout=5 s
    Get Target Text    said    ==    a cat
    Click Target    deep
    Click Target    inner
    ${selector} =    Locate Target    save
    Should Be Equal    ${selector}    [data-testid="save"] >> visible=true
    Click    ${selector}
    Upload To Target    picture    ${EXECDIR}/moon.txt
    Fill Target    password    ${PASSWORD}
""")
    assert run.code == 0, run.console
    assert "hush-hush" not in run.log


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
    assert "button &#x27;Generate&#x27;" in run.log or "button 'Generate'" in run.log
    assert "match different elements" in run.console


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
    assert "more slowly" not in run.console
