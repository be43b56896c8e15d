"""What the demo runs, and what it says when it cannot."""

import argparse
from pathlib import Path

import pytest

from AIGCLibrary.cli import demo
from AIGCLibrary.cli.browser import FoundBrowser
from AIGCLibrary.cli.main import build_parser, find_commands, main
from AIGCLibrary.errors import ConfigError

BROWSER = FoundBrowser(Path("/usr/bin/chromium"), "installed", ["--no-sandbox"])


def arguments(*given) -> argparse.Namespace:
    return build_parser(find_commands()).parse_args(["demo", *given])


def command(*given):
    args = arguments(*given)
    return demo.robot_command(args, Path("suites"), "http://127.0.0.1:1", BROWSER)


def test_the_suites_get_studio_and_browser_as_variables():
    line = " ".join(command())
    assert "STUDIO_URL:http://127.0.0.1:1" in line
    assert "BROWSER_PATH:/usr/bin/chromium" in line
    assert "BROWSER_ARGS: list:['--no-sandbox']" in line
    assert "HEADLESS: bool:True" in line


def test_headed_shows_the_window():
    assert "HEADLESS: bool:False" in command("--headed")


def test_broken_suites_run_only_when_asked_for():
    assert command()[-3:-1] == ["--exclude", "broken"]
    assert "--exclude" not in command("--broken")
    assert "BROKEN:True" in command("--broken")
    assert "--exclude" not in command("--suite", "suites/broken/one.robot")


def test_options_after_two_dashes_are_robots():
    assert command("--headed", "--", "--test", "Login*")[-3:] == ["--test", "Login*", "suites"]


def test_language_is_robots_and_ours(tmp_path):
    args = arguments("--language", "zh-CN", "--outputdir", str(tmp_path))
    assert "zh-CN" in demo.robot_command(args, Path("suites"), "u", BROWSER)
    assert demo.child_environment(args, BROWSER, "u")["AIGC_LANGUAGE"] == "zh-CN"


def test_the_store_lies_beside_the_reports(tmp_path, monkeypatch):
    monkeypatch.delenv("AIGC_STORE", raising=False)
    environment = demo.child_environment(arguments("--outputdir", str(tmp_path)), BROWSER, "u")
    assert environment["AIGC_STORE"] == f"sqlite:///{tmp_path.as_posix()}/aigc.db"
    assert environment["AIGC_RUN_ID"].startswith("demo-")


def test_a_folder_without_suites_is_said_clearly(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 252
    reported = capsys.readouterr().err
    assert "There is no 'suites' in" in reported
    assert "aigc init" in reported


def test_a_missing_browser_is_said_before_anything_is_started(tmp_path, monkeypatch, capsys):
    (tmp_path / "suites").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIGC_BROWSER", "/nowhere/chrome")
    monkeypatch.setattr(demo, "studio_url", lambda *_: pytest.fail("the studio was started"))
    assert main(["demo"]) == 252
    assert "AIGC013" in capsys.readouterr().err


def test_a_taken_port_is_said_clearly(studio):
    taken = arguments("--port", studio.url.rpartition(":")[2])
    with (
        pytest.raises(ConfigError, match=r"The studio cannot listen on port \d+: .*AIGC015"),
        demo.studio_url(taken, "en"),
    ):
        pass


def test_a_studio_that_does_not_answer_is_said_clearly():
    named = arguments("--studio", "http://127.0.0.1:9")
    with pytest.raises(ConfigError, match="No studio answers at 'http:"), demo.studio_url(named, "en"):
        pass


def test_a_running_studio_can_be_used(studio):
    with demo.studio_url(arguments("--studio", f"{studio.url}/"), "en") as url:
        assert url == studio.url


def test_the_command_shown_can_be_typed():
    shown = demo.shown_command(command())
    assert shown.startswith("robot --outputdir results --listener AIGCLibrary.Listener")
    assert "'HEADLESS: bool:True'" in shown


@pytest.mark.parametrize("there", [(), (demo.REPLAYED,)], ids=["empty folder", "project without the tape"])
def test_a_demo_that_has_nothing_to_replay_says_where_it_does_and_what_replays_a_project(
    there, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    for path in there:
        path.parent.mkdir(parents=True)
        path.write_text("", encoding="utf-8")
    assert main(["demo", "--replay", "--language", "en"]) == 252
    said = capsys.readouterr().err
    missing = demo.TAPE if there else demo.REPLAYED
    assert f"There is no '{missing}'" in said.replace("\n", "")
    assert "aigc record suites/" in " ".join(said.split())
