"""Output in any encoding and width: nothing raises, nothing that is copied is broken."""

import io
import json
import re
import sys

import pytest
from rich.cells import cell_len

from AIGCLibrary.cli import terminal
from AIGCLibrary.cli.terminal import write_anything

COMMAND = "pip install 'robotframework-aigclibrary[parallel]'"
PATH = "suites/a_folder_with_a_long_name/01_redesigned_page.robot:14"


@pytest.fixture
def console(monkeypatch):
    """`console("gbk")` makes standard output one of that encoding; its `text()` is what arrived."""

    class Stream(io.TextIOWrapper):
        terminal = False

        def isatty(self):
            return self.terminal

    def make(encoding, terminal=False):
        stream = Stream(io.BytesIO(), encoding=encoding, write_through=True)
        stream.terminal = terminal
        stream.text = lambda: stream.buffer.getvalue().decode(encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        write_anything()
        return stream

    return make


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "cp437", "ascii", "utf-8"])
def test_signs_that_an_encoding_lacks_are_replaced_by_ones_that_look_alike(encoding, console):
    out = console(encoding)
    print("✓ 已达标 ≥ 95 % … ✗ → 🙂")
    text = out.text()
    assert "95 %" in text
    assert text[0] in "✓+"
    assert {"✗", "x"} & set(text)


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii", "utf-8"])
def test_json_keeps_every_character(encoding, console):
    out = console(encoding)
    terminal.print_json({"标题": "✓ 🙂 \N{NO-BREAK SPACE}"})
    assert json.loads(out.text()) == {"标题": "✓ 🙂 \N{NO-BREAK SPACE}"}


@pytest.mark.parametrize("width", [20, 60, 120])
def test_paths_and_commands_are_never_broken(width, console, monkeypatch):
    out = console("utf-8")
    monkeypatch.setattr(terminal, "WIDTH_WITHOUT_TERMINAL", width)
    made = terminal.table("what", "where", "how", title="A title that is longer than the narrow terminal")
    made.add_row("某个很长的中文说明" * 5, PATH, COMMAND)
    made.columns[-1].no_wrap = True
    terminal.show(made)
    assert PATH in out.text()
    assert COMMAND in out.text()


def test_paragraphs_wrap_between_words_only(console, monkeypatch):
    console("utf-8")
    monkeypatch.setattr(terminal, "WIDTH_WITHOUT_TERMINAL", 30)
    wrapped = terminal.paragraph(f"Change it in {PATH} and run the-tests again", "  ")
    assert PATH in wrapped
    assert all(line.startswith("  ") for line in wrapped.splitlines())
    chinese = terminal.paragraph(f"请在 {PATH} 中修改定位符，然后重新运行这些用例，并核对报告。" * 2, "  ").splitlines()
    assert all(cell_len(line) <= 32 or PATH in line for line in chinese)  # a closing mark may stand over the edge
    assert not any(line.strip()[0] in "，。" for line in chinese)


@pytest.mark.parametrize("width", [40, 80])
def test_in_a_narrow_terminal_each_row_is_a_block(width, console, monkeypatch):
    out = console("utf-8", terminal=True)
    monkeypatch.setenv("COLUMNS", str(width))
    made = terminal.table("", "目标项", "Where", "Note", "How")
    made.columns[-1].no_wrap = True
    made.add_row("✓", "locator.gold_hit_rate", PATH, "", COMMAND)
    made.add_row("✗", "locator.silver_fallback_rate", "[red]here", "some words " * 9, COMMAND)
    made.add_row("–", "[ocr]  reading visible labels in pictures and films 人工智能生成内容的标识", "", "", COMMAND)
    terminal.show(made)
    lines = out.text().splitlines()
    assert lines[0] == "✓ locator.gold_hit_rate"
    assert out.text().count(f"    {COMMAND}\n") == 3
    assert PATH in out.text()
    assert "Where [red]here · Note some words" in out.text()
    assert all(cell_len(line) <= width or PATH in line or "pip install" in line for line in lines)


@pytest.mark.parametrize("width", range(76, 160, 7))
def test_a_table_is_no_wider_than_the_terminal_where_its_words_have_room(width, console, monkeypatch):
    out = console("utf-8", terminal=True)
    monkeypatch.setenv("COLUMNS", str(width))
    made = terminal.table("Objective", "Value", "Interval", "目标值", "Why")
    made.add_row(
        "locator.silver_fallback_rate", "100 %", "2.57 % … 51.3 %", "98 %", "the whole interval lies beyond it"
    )
    made.add_row("a.b", "1.44 s", "0 s … 28.9 s", "", "some " * 20)
    made.add_row("名称", "两个字的说明" * 4, "–", "3 min", "")
    terminal.show(made)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", out.text())
    assert max(map(cell_len, shown.splitlines())) <= width
    assert "───" in shown
    assert {"locator.silver_fallback_rate", "interval"} <= set(shown.split())


@pytest.mark.parametrize(
    ("advice", "calls"),
    [
        (
            "Raise the limit: Wait For Task    ${task}    timeout=20 s. Or look at it: Get Task Diagnosis    ${task}",
            ("Wait For Task    ${task}    timeout=20", "Get Task Diagnosis    ${task}"),
        ),
        (
            "如果确实需要这么久：等待任务    ${task}    timeout=20 s；否则请检查产品：跟踪任务    视频    ${task}。",
            ("等待任务    ${task}    timeout=20", "跟踪任务    视频    ${task}"),
        ),
    ],
    ids=["en", "zh"],
)
@pytest.mark.parametrize("width", range(30, 100, 3))
def test_a_keyword_call_in_a_paragraph_can_be_copied(width, advice, calls, console, monkeypatch):
    console("utf-8")
    monkeypatch.setattr(terminal, "WIDTH_WITHOUT_TERMINAL", width)
    wrapped = terminal.paragraph(advice, "  ").splitlines()
    for call in calls:
        assert any(call in line for line in wrapped), wrapped


@pytest.mark.parametrize(("variable", "coloured"), [("", True), ("1", False)])
def test_no_color_leaves_no_escape_sequence_at_all(variable, coloured, console, monkeypatch):
    out = console("utf-8", terminal=True)
    monkeypatch.setenv("NO_COLOR", variable)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    made = terminal.table("Objective", "Verdict", title="Service level objectives")
    made.add_row(terminal.marked("[red]a[/red]"), "breach", style="bold")
    terminal.show(made)
    assert ("\x1b[" in out.text()) == coloured
