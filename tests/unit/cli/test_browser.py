"""Which browser is used, and how it is started."""

import os
import sys

import pytest

from AIGCLibrary.cli import browser
from AIGCLibrary.cli.browser import browser_version, find_browser, get_variables, install_browser, start_arguments
from AIGCLibrary.errors import ConfigError

posix = pytest.mark.skipif(sys.platform == "win32", reason="fake browsers are shell scripts")


def program(path, says="Fake 1.2", code=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def nothing_installed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.delenv("AIGC_BROWSER", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(browser, "find_spec", lambda _name: None)
    return tmp_path


@posix
def test_the_named_browser_comes_first(nothing_installed, monkeypatch):
    program(nothing_installed / "bin" / "chromium")
    own = program(nothing_installed / "own" / "my-browser")
    monkeypatch.setenv("AIGC_BROWSER", str(own))
    found = find_browser()
    assert (found.path, found.source) == (own, "AIGC_BROWSER")


@posix
def test_a_named_browser_that_is_not_there_is_an_error_and_never_replaced(nothing_installed, monkeypatch):
    program(nothing_installed / "bin" / "chromium")
    monkeypatch.setenv("AIGC_BROWSER", "/nowhere/chrome")
    with pytest.raises(ConfigError, match=r"AIGC_BROWSER names '/nowhere/chrome'.*AIGC013"):
        find_browser()


@posix
def test_chrome_is_preferred_to_chromium_and_both_to_playwrights_own(nothing_installed):
    own = program(nothing_installed / "playwright" / "chromium-1200" / "chrome-linux64" / "chrome")
    assert (find_browser().path, find_browser().source) == (own, "playwright")
    chromium = program(nothing_installed / "bin" / "chromium")
    assert (find_browser().path, find_browser().source) == (chromium, "installed")
    chrome = program(nothing_installed / "bin" / "google-chrome")
    assert find_browser().path == chrome


@posix
def test_without_any_browser_the_remedy_is_reported(nothing_installed):
    assert find_browser() is None
    with pytest.raises(ConfigError, match="No browser was found") as caught:
        browser.require_browser()
    assert "AIGC_BROWSER" in str(caught.value.hint)


def test_macs_programs_are_found_in_applications(nothing_installed, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(browser.Path, "home", lambda: nothing_installed)
    path = nothing_installed / "Applications" / "Google Chrome.app" / "Contents" / "MacOS" / "Google Chrome"
    program(path)
    assert find_browser().path == path


def test_windows_programs_are_found_in_their_folders(nothing_installed, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    path = nothing_installed / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    program(path)
    (path.parent / "140.0.1").mkdir()
    found = find_browser({"PROGRAMFILES(X86)": str(nothing_installed)})
    assert found.path == path
    assert browser_version(found) == "140.0.1"


@pytest.mark.parametrize(("user", "arguments"), [(0, ["--no-sandbox"]), (1000, [])])
def test_the_sandbox_is_given_up_only_as_root(user, arguments, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert start_arguments({}) == arguments
    assert start_arguments({"AIGC_BROWSER_ARGS": "--mute-audio"}) == [*arguments, "--mute-audio"]


@posix
def test_a_browser_that_cannot_start_has_no_version(tmp_path):
    assert browser_version(browser.FoundBrowser(program(tmp_path / "good"), "installed")) == "Fake 1.2"
    assert browser_version(browser.FoundBrowser(program(tmp_path / "bad", code=127), "installed")) is None


@posix
def test_installing_tries_one_way_after_the_other_until_a_browser_starts(nothing_installed, monkeypatch):
    tried = []

    def way(name, makes):
        def act(command):
            tried.append(name)
            if makes:
                program(nothing_installed / "bin" / "chromium")
            return makes

        return name, act

    ways = dict([way("first", makes=False), way("second", makes=True), way("third", makes=True)])
    monkeypatch.setattr(browser, "_ways", lambda: [(name, [name]) for name in ways])
    monkeypatch.setattr(browser, "_succeeds", lambda name: ways[name](name))
    said = []
    assert install_browser(said.append).source == "installed"
    assert tried == said == ["first", "second"]


@posix
def test_suites_get_the_browser_as_variables(nothing_installed):
    assert get_variables()["BROWSER_PATH"] is None
    path = program(nothing_installed / "bin" / "chromium")
    assert get_variables() == {"BROWSER_PATH": str(path), "BROWSER_ARGS": start_arguments()}
