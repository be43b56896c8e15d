"""Every command: its exit codes are documented and are those it has; its tables are JSON on demand."""

import json
import os
import re
import subprocess
import sys

import pytest

from AIGCLibrary.cli.main import build_parser, find_commands, main
from tests.unit.cli.test_main import leaves

COMMANDS = find_commands()
LEAVES = {leaf.prog: leaf for command in build_parser(COMMANDS).children.values() for leaf in leaves(command)}
WITHOUT_TABLE = {"aigc schemas",
    "aigc dashboard", "aigc studio", "aigc mcp",  # they serve until they are ended
    "aigc init", "aigc report", "aigc data import", "aigc data draft", "aigc draft suite",
    "aigc locators suggest", "aigc skill",  # they write files
    "aigc slo export", "aigc slo push", "aigc store export",  # their output is a format of its own
}  # fmt: skip
ARGUMENTS = {
    "aigc data plan": ["nosuch"],
    "aigc data sweep": ["--dry-run"],
    "aigc data compare": ["a", "b", "nosuch"],
    "aigc data sync": ["a", "b", "nosuch"],
    "aigc draft suite": ["first.robot", "--provider", "nosuch"],
    "aigc files check": ["nosuch.mp4"],
    "aigc locators check": ["nosuch.yaml"],
    "aigc locators tiers": ["nosuch.yaml"],
    "aigc matrix": ["nosuch.robot", "--environments", "a"],
    "aigc order suites": ["nosuch"],
    "aigc providers show": ["nosuch"],
    "aigc providers try": ["http://127.0.0.1:9", "--provider", "nosuch"],
    "aigc store prune": ["--older-than", "1 d"],
    "aigc demo": ["--suite", "nosuch.robot"],
    "aigc translation": ["nosuch.json"],
}
"""What a command needs to begin; in an empty folder most end with a message."""


LIKE_ROBOT = {"aigc demo", "aigc record", "aigc replay", "aigc run"}
"""They exit with the number of failed tests, so that 2 and 130 mean nothing else."""


def documented(parser):
    return set(re.findall(r"^ +([\d-]+)  \S", parser.format_help().partition("exit codes:")[2], re.MULTILINE))


@pytest.mark.parametrize("name", LEAVES)
def test_exit_codes_stand_in_the_help(name):
    assert documented(LEAVES[name]) >= ({"0", "1-250", "252", "253"} if name in LIKE_ROBOT else {"0", "2", "130"})
    assert name not in LIKE_ROBOT or not documented(LEAVES[name]) & {"2", "130"}


def test_every_table_is_json_on_demand():
    without = {name for name, leaf in LEAVES.items() if "--json" not in leaf.format_help()}
    assert without == WITHOUT_TABLE


@pytest.mark.parametrize("name", LEAVES)
def test_wrong_usage_has_its_exit_code_and_prints_nothing(name, capsys):
    assert main([*name.split()[1:], "--nosuch-option"]) == (252 if name in LIKE_ROBOT else 2)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("command", "code"), [("demo", 252), ("doctor", 2)])
def test_the_language_before_a_command_changes_no_exit_code(command, code):
    assert main(["--language", "zh-CN", command, "--nosuch-option"]) == code


@pytest.mark.parametrize("name", sorted(set(LEAVES) - WITHOUT_TABLE - {"aigc plugins"}))  # see test_plugins
def test_in_an_empty_folder_the_output_is_json_or_nothing(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AIGC_STORE", raising=False)
    code = main([*name.split()[1:], *ARGUMENTS.get(name, []), "--json"])
    printed = capsys.readouterr()
    assert str(code) in documented(LEAVES[name])
    assert printed.out == "" or json.loads(printed.out) is not None
    assert code not in (2, 252) or "[AIGC" in printed.err or json.loads(printed.out)["error"]["code"].startswith("AIGC")
    assert "Traceback" not in printed.err


def test_a_check_of_no_tests_at_all_does_not_pass(tmp_path, capsys):
    (tmp_path / "notes.robot").write_text("*** Keywords ***\nDo\n    No Operation\n", encoding="utf-8")
    for place in (tmp_path, tmp_path / "notes.robot"):
        assert main(["check", "suites", str(place)]) == 2
        assert f"There are no tests in '{place}'." in capsys.readouterr().err


@pytest.mark.parametrize(("words", "written"), [
    (["check", "a.robot"], "aigc check suites a.robot"),
    (["files", "a.robot", "--json"], "aigc files check|rules a.robot"),
])  # fmt: skip
def test_a_path_without_its_action_is_answered_with_what_to_write(words, written, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.robot").touch()
    assert main(words) == 2
    assert written in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_an_interrupted_command_has_its_exit_code(name, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("AIGCLibrary.cli.main.run", interrupted)
    assert main(name.split()[1:]) == (253 if name in LIKE_ROBOT else 130)


@pytest.mark.parametrize(("content", "code"), [(b"not a film", 1), (b"[1]", 0)])
def test_a_reader_that_has_gone_changes_no_exit_code(content, code, tmp_path):
    file = tmp_path / ("a.mp4" if code else "a.json")
    file.write_bytes(content)
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "wb") as output:
        command = [sys.executable, "-m", "AIGCLibrary", "files", "check", str(file)]
        done = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, check=False)
    assert done.returncode == code
    assert done.stderr == b""
