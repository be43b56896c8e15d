"""From stored suggestions to a diff, and to changed files."""

import json

import pytest

from AIGCLibrary.cli.main import main
from AIGCLibrary.errors import ApiError, ConfigError, TargetError
from AIGCLibrary.recovery.model import Edit
from AIGCLibrary.recovery.patching import MissingError, make_patch
from AIGCLibrary.store.tables import run, suggestion

SUITE = "*** Test Cases ***\nTest\n    Wait For Task    ${task}    timeout=90 s\n"


@pytest.fixture
def suite(tmp_path):
    path = tmp_path / "suite.robot"
    path.write_text(SUITE, encoding="utf-8")
    return path


def test_edit_becomes_a_diff_and_changes_nothing_before_it_is_written(suite, tmp_path):
    patch = make_patch([Edit("timeout=90 s", "timeout=3 min", "suite.robot", 3)], tmp_path)
    assert (
        "-    Wait For Task    ${task}    timeout=90 s\n+    Wait For Task    ${task}    timeout=3 min\n"
        in patch.diff()
    )
    assert suite.read_text(encoding="utf-8") == SUITE
    assert patch.write() == [suite]
    assert "timeout=3 min" in suite.read_text(encoding="utf-8")


def test_edit_follows_a_line_that_moved(suite, tmp_path):
    suite.write_text("# a comment\n\n" + SUITE, encoding="utf-8")
    assert "timeout=3 min" in make_patch([Edit("timeout=90 s", "timeout=3 min", "suite.robot", 3)], tmp_path).diff()


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit("timeout=80 s", "timeout=3 min", "suite.robot", 3), "is no longer"),
        (Edit("a", "b", "../elsewhere.robot", 1), "lies outside"),
        (Edit("a", "b", "missing.robot", 1), "There is no file"),
        (Edit("a", "b"), "names no file"),
    ],
)
def test_edit_that_does_not_fit_is_refused_with_its_reason(suite, tmp_path, edit, reason):
    patch = make_patch([edit], tmp_path)
    assert reason in str(patch.refused[0][1])
    assert patch.diff() == ""


def test_windows_line_ends_are_kept(suite, tmp_path):
    suite.write_bytes(SUITE.replace("\n", "\r\n").encode())
    make_patch([Edit("timeout=90 s", "timeout=3 min", "suite.robot", 3)], tmp_path).write()
    assert suite.read_bytes().count(b"\r\n") == 3


def failed_run(engine, *failures):
    engine.store.insert(run, id=engine.run_id, started_at=1.0)
    for number, failure in enumerate(failures):
        engine.recovery.note("Keyword", failure)
        engine.recovery.conclude(f"Suite.Test {number}", True, failure.message)
    engine.store.flush()


def lost(name="generate.submit"):
    return TargetError(
        f"Target '{name}' was not found.",
        code="AIGC101",
        facts={
            "target": name,
            "file": "locators/generate.yaml",
            "line": 2,
            "tiers": [{"tier": "silver", "selector": 'role=button[name="Create video"]'}],
            "candidates": [
                {"selector": "[data-testid=go]", "tier": "gold", "score": 0.97, "verified": True, "value": "go",
                 "text": "Create video"},
                {"selector": "text=Cancel", "tier": "silver", "score": 0.1, "text": "Cancel"},
            ],
        },
    )  # fmt: skip


def test_apply_changes_the_locator_file(engine, tmp_path, capsys):
    file = tmp_path / "locators" / "generate.yaml"
    file.parent.mkdir()
    file.write_text("targets:\n  submit:\n    gold: old\n", encoding="utf-8")
    failed_run(engine, lost())
    assert main(["fixes", str(tmp_path / "results"), "--root", str(tmp_path), "--language", "en"]) == 0
    assert "gold: [go, old]" in capsys.readouterr().out
    assert "old\n" in file.read_text(encoding="utf-8")
    assert "gold: [go, old]" in (tmp_path / "results" / "fixes.patch").read_text(encoding="utf-8")
    assert main(["fixes", str(tmp_path / "results"), "--root", str(tmp_path), "--apply"]) == 0
    assert "gold: [go, old]" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [(), ("--apply",), ("--json",), ("--github",)], ids=" ".join)
@pytest.mark.parametrize(
    ("language", "said", "advised"),
    [("en", "There is no file '{file}'.", "with --root"), ("zh-CN", "文件“{file}”不存在。", "用 --root 指定")],
)
def test_files_that_are_not_there_are_reported_in_the_language(
    engine, tmp_path, capsys, options, language, said, advised
):
    failed_run(engine, lost())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    asked = ["fixes", str(tmp_path / "results"), "--root", str(elsewhere), "--language", language, *options]
    assert main(asked) == (1 if "--apply" in options else 0)
    captured = capsys.readouterr()
    assert said.format(file=elsewhere / "locators" / "generate.yaml") in captured.err
    assert advised in captured.err
    assert "Errno" not in captured.out + captured.err
    if "--json" in options:  # what the text says is in what a machine reads
        shown = json.loads(captured.out)
        assert shown["root"] == str(elsewhere)
        (refused,) = shown["refused"]
        assert refused["file"] == "locators/generate.yaml"
        assert refused["reason"].startswith(said.format(file=elsewhere / "locators" / "generate.yaml"))
    assert "None of these fixes can be applied" not in captured.out
    assert not (tmp_path / "results" / "fixes.patch").exists()


def test_a_file_that_is_no_text_is_refused(suite, tmp_path):
    suite.write_bytes(SUITE.encode() + b"# \xff\n")
    patch = make_patch([Edit("timeout=90 s", "timeout=3 min", "suite.robot", 3)], tmp_path)
    assert "line 4: is not UTF-8 text" in str(patch.refused[0][1])
    assert not isinstance(patch.refused[0][1], MissingError)


def test_a_folder_of_reports_stands_for_its_own_run_in_the_store_above(engine, tmp_path, capsys):
    failed_run(engine, lost())
    engine.store.insert(run, id="later", started_at=2.0)
    engine.store.flush()
    below = tmp_path / "results" / "first"
    below.mkdir()
    suite = f'<suite name="S"><meta name="AIGC run">{engine.run_id}</meta><status status="FAIL"/></suite>'
    (below / "output.xml").write_text(f'<robot generator="Robot 7" schemaversion="5">{suite}</robot>', encoding="utf-8")
    for named in (below, below / "output.xml"):
        assert main(["fixes", str(named), "--root", str(tmp_path), "--language", "en"]) == 0
        assert f"run {engine.run_id}" in capsys.readouterr().out


def test_likely_fixes_are_reported_of_while_only_certain_ones_are_shown(engine, tmp_path, capsys):
    file = tmp_path / "locators" / "generate.yaml"
    file.parent.mkdir()
    file.write_text("targets:\n  submit:\n    gold: old\n", encoding="utf-8")
    unsure = lost()
    unsure.facts["candidates"][0]["score"] = 0.6
    failed_run(engine, unsure)
    asked = ["fixes", str(tmp_path / "results"), "--root", str(tmp_path), "--language", "en"]
    assert main(asked) == 0
    reported = capsys.readouterr().out
    assert "Likely fixes that can be applied: 1" in reported
    assert "None of these fixes can be applied" not in reported
    assert main([*asked, "--apply", "--likely"]) == 0
    assert "gold: [go, old]" in file.read_text(encoding="utf-8")


def test_a_suggestion_beside_a_message_does_not_repeat_it(engine):
    message = "slo.yaml, line 3: '12 parsecs' is not a time; a number with s, min or h was expected."
    engine.recovery.note("Keyword", ConfigError(message, code="AIGC001", facts={"file": "slo.yaml", "line": 3}))
    (first, *_) = engine.recovery.conclude("Suite.Test", True, message)
    line = first.line("en", message)
    assert "parsecs" not in line
    assert "slo.yaml, line 3" in line


def test_failures_of_one_cause_are_one_group(engine, tmp_path, capsys):
    dead = [
        ApiError(
            f"POST http://127.0.0.1:9/{what} could not be reached.", code="AIGC421", facts={"class": "unreachable"}
        )
        for what in ("scripts", "tasks", "scenes")
    ]
    failed_run(engine, *dead, lost())
    main(["fixes", str(tmp_path / "results"), "--json", "--language", "en"])
    shown = json.loads(capsys.readouterr().out)
    assert [len(group["tests"]) for group in shown["groups"]] == [3, 1]


def test_github_shows_suggestions_beside_the_lines_they_change(engine, tmp_path, capsys):
    failed_run(engine, lost())
    assert main(["fixes", str(tmp_path / "results"), "--root", str(tmp_path), "--github", "--language", "en"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("::error file=locators/generate.yaml,line=2,title=Suite.Test 0::")
    assert "%0A" not in line.partition("::error")[2][:60]


def test_a_missing_store_is_reported_with_the_places_that_were_searched(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AIGC_STORE", raising=False)
    output = tmp_path / "out" / "output.xml"
    output.parent.mkdir()
    output.write_text("<robot/>", encoding="utf-8")
    assert main(["fixes", str(output), "--language", "en"]) == 2
    assert f"beside '{output}' or above it" in capsys.readouterr().err


def test_what_suggestions_of_a_failure_share_is_printed_once(engine, tmp_path, capsys):
    engine.store.insert(run, id=engine.run_id, started_at=1.0)
    shared = {"run_id": engine.run_id, "test": "Suite.Test", "cause_class": "async_task.stalled", "group_key": "k"}
    shared |= {"cause": "The task stalled.", "applicability": "needs_values", "place": "suite.robot:7", "at": 1.0}
    for fix in ("Look at the worker.", "Request less."):
        engine.store.insert(suggestion, fix=fix, message="late", **shared)
    engine.store.flush()
    main(["fixes", str(tmp_path / "results"), "--root", str(tmp_path), "--language", "en"])
    printed = capsys.readouterr().out
    assert printed.count("→") == 2
    assert printed.count("The task stalled.") == 1
    assert printed.count("suite.robot:7") == 1
