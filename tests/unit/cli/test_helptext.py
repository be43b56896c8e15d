"""The help of the commands in Chinese: complete, no wider than the terminal, and tables in the same language."""

import re

import pytest
import yaml

from AIGCLibrary.cli import helptext
from AIGCLibrary.cli.main import EXITS, build_parser, find_commands, main
from AIGCLibrary.tasks.providers.loader import Providers
from tests.unit.cli.test_main import leaves

HAN = re.compile("[\u4e00-\u9fff]")


def test_every_text_of_the_help_has_chinese():
    commands = find_commands()
    said = {text for _, _, text in helptext.texts(build_parser(commands))}
    said |= {meaning for module in commands.values() for meaning in (module.EXITS | EXITS).values()}
    assert said - set(helptext.chinese()) == set()


def test_no_chinese_is_of_a_text_that_is_gone():
    commands, providers = find_commands(), Providers()
    said = {text for _, _, text in helptext.texts(build_parser(commands))}
    said |= {meaning for module in commands.values() for meaning in (module.EXITS | EXITS).values()}
    for name in providers.names():
        data = providers.entry(name).data
        said |= {data.get("title"), *data.get("notes", ()), *data.get("evidence", ())}
    assert set(helptext.chinese()) - said - {"usage: ", "exit codes:"} == set()


def test_every_note_of_a_built_in_provider_has_chinese():
    providers = Providers()
    lacking = {
        name: [note for note in providers.entry(name).data.get("notes", ()) if note not in helptext.chinese()]
        for name in providers.names()
    }
    assert {name: notes for name, notes in lacking.items() if notes} == {}


@pytest.mark.parametrize("name", Providers().names())
def test_a_description_is_shown_in_the_language_of_the_run_and_is_the_same_otherwise(name, capsys):
    shown = {}
    for language in ("en", "zh-CN"):
        assert main(["providers", "show", name, "--language", language]) == 0
        shown[language] = yaml.safe_load(capsys.readouterr().out)["providers"][name]
    assert all(HAN.search(note) for note in shown["zh-CN"].get("notes", ()))
    prose = {"title", "notes", "evidence"}
    english, chinese = ({key: one for key, one in shown[language].items() if key not in prose} for language in shown)
    assert english == chinese


def test_a_note_of_ones_own_is_shown_as_it_was_written(tmp_path, capsys):
    note, file = "Ask Li for a key.", tmp_path / "own.yaml"
    file.write_text(f"version: 1\nproviders: {{ours: {{extends: generic, notes: ['{note}']}}}}\n", encoding="utf-8")
    assert main(["providers", "show", "ours", "--file", str(file), "--language", "zh-CN"]) == 0
    assert note in capsys.readouterr().out


def test_every_command_takes_a_language():
    for command in build_parser(find_commands()).children.values():
        for leaf in leaves(command):
            assert "--language" in leaf.format_help(), leaf.prog


@pytest.mark.parametrize("width", [60, 80, 200])
def test_chinese_help_has_no_english_sentence_and_fits_the_terminal(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    for name in ("slo", "files", "providers"):
        for leaf in leaves(build_parser(find_commands(), "zh").children[name]):
            lines = leaf.format_help().splitlines()
            assert lines[0].startswith("用法：aigc")
            breakable = [line for line in lines if "http://" not in line]  # addresses are to be copied whole
            assert max(map(helptext.columns, breakable)) <= width
            for heading in ("usage:", "options:", "exit codes:", "show this help"):
                assert heading not in leaf.format_help()
    with pytest.raises(SystemExit):
        main(["slo", "check", "--help", "--language", "zh-CN"])
    assert "退出码：" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["providers", "list"], ["data", "list"], ["--language", "zh-CN"]])
def test_tables_are_in_the_language_that_is_asked_for(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C")
    main([*arguments, "--language", "zh-CN"] if arguments[0] != "--language" else arguments)
    out = capsys.readouterr().out
    assert HAN.search(out)
    assert not re.search(r"\b(progress|cancel|Template|Description|commands)\b", out)


def test_english_stays_english(capsys, monkeypatch):
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("AIGC_LANGUAGE", raising=False)
    assert main([]) == 0
    assert not HAN.search(capsys.readouterr().out)


@pytest.mark.parametrize("width", [60, 80])
def test_no_line_of_any_help_is_wider_than_the_terminal_in_english(width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    for command in build_parser(find_commands(), "en").children.values():
        for leaf in leaves(command):
            _usage, text = leaf.format_help().split("\n\n", 1)
            breakable = [line for line in text.splitlines() if "http://" not in line]
            assert max(map(helptext.columns, breakable)) <= width, leaf.prog
