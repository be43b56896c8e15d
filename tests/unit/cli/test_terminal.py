"""Output in any encoding and width: nothing raises, nothing that is copied is broken."""

import io
import json
import sys

import pytest

from AIGCLibrary.cli import terminal

COMMAND = "pip install 'robotframework-aigclibrary[parallel]'"
PATH = "suites/a_folder_with_a_long_name/01_redesigned_page.robot:14"


@pytest.fixture
def console(monkeypatch):
    """`console("gbk")` makes standard output one of that encoding; its `text()` is what arrived."""

    def make(encoding):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
        stream.text = lambda: stream.buffer.getvalue().decode(encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        terminal.write_anything()
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
