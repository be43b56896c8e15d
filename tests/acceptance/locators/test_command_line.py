"""`aigc locators` on a page that draws itself late: a first file, the health of its targets, and their tiers."""

import pytest

from AIGCLibrary.locators.reader import read_locators
from tests.support.browser import new_browser
from tests.support.robot_run import run_aigc

PAGE = """<!doctype html><title>Studio</title><div id="app">loading</div><script>setTimeout(() => {
  app.innerHTML = `<div id="prompt"><label>Prompt <textarea class="svelte-1hfxrpf" data-testid="textbox"></textarea>
      </label></div>
    <div id="negative"><label>Negative prompt <textarea data-testid="textbox"></textarea></label></div>
    <div id="ratio"><input type="radio" name="radio-1" value="1:1" aria-label="Square">
      <input type="radio" name="radio-1" value="16:9" aria-label="Wide"></div>
    <button id="reka-v-3" class="selected go">Generate</button>
    <div id="tools"><button></button></div><button>Twin</button><button>Twin</button><p data-testid="status">idle</p>`;
}, 900);</script>"""


@pytest.fixture
def aigc(tmp_path, monkeypatch):
    (tmp_path / "studio.html").write_text(PAGE, encoding="utf-8")

    def run(*arguments, language="en"):
        done = run_aigc(tmp_path, "locators", *arguments, AIGC_LANGUAGE=language)
        return done.returncode, done.stdout + done.stderr

    run.url = (tmp_path / "studio.html").as_uri()
    run.directory = tmp_path
    return run


def test_a_page_that_stays_empty_gives_no_file(aigc):
    (aigc.directory / "empty.html").write_text("<p>soon</p>", encoding="utf-8")
    code, said = aigc("suggest", (aigc.directory / "empty.html").as_uri(), "-o", "empty.yaml")
    assert code != 0
    assert "0 interactive elements" in said
    assert "Nothing was written" in said
    assert not (aigc.directory / "empty.yaml").exists()


def test_a_page_that_draws_itself_only_after_seconds_is_waited_for(aigc):
    page = aigc.directory / "studio.html"
    page.write_text(PAGE.replace("}, 900)", "}, 3000)"), encoding="utf-8")
    code, said = aigc("suggest", aigc.url)
    assert (code, "generate_button:" in said) == (0, True), said


def test_a_file_that_may_have_been_reviewed_is_kept(aigc):
    (aigc.directory / "mine.yaml").write_text("page: mine\n", encoding="utf-8")
    code, said = aigc("suggest", aigc.url, "-o", "mine.yaml")
    assert (code, "'mine.yaml' already exists" in said) == (2, True), said
    assert (aigc.directory / "mine.yaml").read_text(encoding="utf-8") == "page: mine\n"


def test_a_page_behind_a_login_is_drafted_from_within_a_suite(aigc, robot):
    login = "<button onclick=\"document.body.innerHTML = '<input placeholder=Prompt><b data-testid=state>idle</b>'\">Go"
    (aigc.directory / "login.html").write_text(login, encoding="utf-8")
    run = robot(f"""*** Settings ***
Library    Browser
Library    AIGCLibrary

*** Test Cases ***
Draft
    {new_browser()}
    New Page    file://${{EXECDIR}}/login.html
    Click    "Go"
    ${{text}} =    Suggest Locators    locators/inside.yaml    page=inside
    Should Contain    ${{text}}    prompt:
    Load Locators    locators
    Fill Target    inside.prompt    a cat
    Get Target Text    inside.state    ==    idle
""")
    assert run.code == 0, run.console


def test_a_first_file_is_written_for_a_page_and_judged_in_both_languages(aigc):
    code, said = aigc("suggest", aigc.url, "--page", "studio", "-o", "locators/studio.yaml")
    assert code == 0, said
    text = (aigc.directory / "locators" / "studio.yaml").read_text(encoding="utf-8")
    targets = {
        one.name: [selector.selector for selector in one.selectors]
        for one in read_locators(aigc.directory / "locators" / "studio.yaml")
    }
    assert targets["studio.prompt"] == ['role=textbox[name="Prompt"]', "css=#prompt textarea"]
    assert targets["studio.negative_prompt"] == ['role=textbox[name="Negative prompt"]', "css=#negative textarea"]
    assert targets["studio.wide"] == ['role=radio[name="Wide"]', 'css=#ratio input[value="16:9"]']
    assert targets["studio.generate_button"] == ['role=button[name="Generate"]', "css=button.go"]
    assert targets["studio.status"][0] == '[data-testid="status"]'
    assert "css=#tools button" in targets["studio.button"]
    assert "# Not unique, needs a scope or a test id: button 'Twin'" in text
    assert "svelte" not in text
    code, said = aigc("check", aigc.url, "--locators", "locators")
    assert (code, "7 of 7 targets are found by their best tier." in said) == (0, True), said
    page = aigc.directory / "studio.html"
    page.write_text(PAGE.replace(">Generate<", ">Create<").replace('id="tools"', 'id="bar"'), encoding="utf-8")
    code, said = aigc("check", aigc.url, "--locators", "locators", language="zh-CN")
    assert code == 1
    assert "缺失" in said
    assert "7 个元素中有 5 个由其最佳层级找到。" in said
