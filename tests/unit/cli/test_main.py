"""The command line: near matches, one sentence for every error, no traceback."""

import argparse
import socket

import pytest

from AIGCLibrary import __version__
from AIGCLibrary.cli.main import build_parser, find_commands, main
from AIGCLibrary.errors import ConfigError


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.strip() == f"aigc {__version__}"


def test_without_a_command_help_is_shown(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in find_commands())


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["dmeo"], "'dmeo' is not a command of aigc. Did you mean 'demo'? [AIGC010]"),
        (["demo", "--heeded"], "aigc demo: unknown argument --heeded. Did you mean '--headed'"),
        (["doctor", "--language", "xx"], "'xx' is not a supported language; expected en or zh-CN. [AIGC011]"),
        (["demo", "--port", "many"], "aigc demo: argument --port: invalid int value: 'many'. [AIGC011]"),
    ],
)
def test_wrong_usage_is_one_sentence_with_near_matches(arguments, reported, capsys):
    assert main(arguments) == (252 if arguments[0] == "demo" else 2)
    printed = capsys.readouterr().err
    assert reported in printed
    assert "aigc: aigc" not in printed
    assert "--help" in printed
    assert "Traceback" not in printed


def test_language_is_the_same_option_in_every_command():
    reported = {}
    for command in find_commands():
        for parser in leaves(build_parser(find_commands()).children[command]):
            for action in parser._actions:
                if "--language" in action.option_strings:
                    reported[parser.prog] = (action.metavar, action.help)
    assert len(reported) >= 10
    assert len(set(reported.values())) == 1, reported


def test_every_argument_of_every_command_is_explained():
    parsers = [leaf for child in build_parser(find_commands()).children.values() for leaf in leaves(child)]
    assert [f"{leaf.prog} {action.dest}" for leaf in parsers for action in leaf._actions if not action.help] == []


def leaves(parser):
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return [leaf for action in inner for child in action.choices.values() for leaf in leaves(child)] or [parser]


def test_an_error_of_a_command_is_reported_with_its_remedy(monkeypatch, capsys):
    def fail(_args):
        raise ConfigError("The cupboard is bare.", hint="Go to the market.")

    monkeypatch.setattr(find_commands()["browser"], "run", fail)
    assert main(["browser"]) == 2
    assert capsys.readouterr().err.splitlines() == ["aigc: The cupboard is bare. [AIGC001]", "      Go to the market."]


def test_hints_come_in_the_language_of_the_user(monkeypatch, capsys):
    monkeypatch.setenv("AIGC_LANGUAGE", "zh-CN")
    assert main(["dmeo"]) == 2
    assert "查看全部命令" in capsys.readouterr().err


def test_interrupting_ends_without_a_traceback(monkeypatch):
    def interrupt(_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(find_commands()["browser"], "run", interrupt)
    assert main(["browser"]) == 130


def test_every_command_has_a_help_and_parses_nothing_as_valid_or_says_what_is_missing(capsys):
    for name in find_commands():
        with pytest.raises(SystemExit) as end:
            main([name, "--help"])
        assert end.value.code == 0
        assert f"usage: aigc {name}" in capsys.readouterr().out


def test_a_studio_on_a_taken_port_is_one_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["studio", "--port", str(port)]) == 2
    printed = capsys.readouterr().err
    assert f"Port {port} of 127.0.0.1 is taken" in printed
    assert "--port 0" in printed


def test_a_folder_without_a_store_is_reported_where_stores_are(tmp_path, capsys):
    assert main(["fixes", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert "results/aigc.db under the folder robot was started in" in printed
    assert "AIGC_STORE" in printed


def test_a_folder_without_an_output_file_is_reported(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert str(tmp_path / "output.xml") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["store", "vacuum"], "aigc store：参数 ACTION：“vacuum” 无效（可选："),
        (
            ["store", "prune", "--older-thn"],
            "aigc store prune：未知的参数 --older-thn。是否要写：“--older-than”",
        ),
        (["slo", "check", "--run"], "aigc slo check：参数 --run 需要一个值。 [AIGC011]"),
        (["--lnaguage"], "aigc：未知的参数 --lnaguage。是否要写：“--language”？ [AIGC011]"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_names_its_command_as_it_is_typed_in_chinese(arguments, line, monkeypatch, capsys):
    monkeypatch.setenv("AIGC_LANGUAGE", "zh-CN")
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(line)
