"""Texts of a product are shown: they control no terminal, and load no picture."""

import io
import sys

import pytest
from robot.utils import html_format

from AIGCLibrary.cli.streams import visible_streams
from AIGCLibrary.cli.terminal import console, table
from AIGCLibrary.errors import FileError
from AIGCLibrary.harmless import robot_text, visible
from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.model import Cause, Suggestion

HOSTILE = "\x1b[2J\x1b]0;title\x07 \x1b[1A\x1b[2K \x9b31m \u202egnp.exe a\rb \x08 [red]x[/y] [/] 猫"


def test_control_characters_are_shown():
    assert visible("\x1b[2J\x07\x9b\u202e\r") == "\\x1b[2J\\x07\\u009b\\u202e\\x0d"


def test_ends_of_lines_tabs_and_scripts_stay():
    text = "a\tb\r\nc\n猫 עברית\u200f é 👨\u200d👩\u200d👧"
    assert visible(text) == text


@pytest.mark.parametrize("show", ["print", "table", "title", "console"])
def test_nothing_of_a_product_reaches_the_terminal_raw(show, monkeypatch):
    terminal = io.StringIO()
    monkeypatch.setattr(sys, "stdout", terminal)
    with visible_streams():
        if show == "print":
            print(HOSTILE)
        elif show == "console":
            console().print(HOSTILE, markup=False)
        else:
            made = table("head", title=HOSTILE if show == "title" else None)
            made.add_row(HOSTILE)
            console().print(made)
    shown = terminal.getvalue()
    assert visible(shown) == shown
    assert "\\x1b[2J" in shown.replace("\n", "")
    assert sys.stdout is terminal


def test_messages_of_errors_are_shown():
    error = FileError(f"Entry '{HOSTILE}' is corrupt.")
    assert "\x1b" not in str(error) + error.message
    assert "\\x1b[2J" in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "http://tracker.example/x.png", "see http://tracker.example/x.JPG.", '("http://a/b.svg")', "a\nhttp://a/b.gif\nb",
        "[http://a/b.png|x]", "[x|http://a/b.bmp]", "[data:image/png;base64,AA|x]", "[http://a/b.jpeg|http://a/b.png]",
        "ftp://a/b.png, http://a/c.png;", "x://y.png://z.png", "HTTP://A/B.PNG}",
    ],
)  # fmt: skip
def test_text_in_metadata_loads_no_picture(text):
    assert "<img" in html_format(text)
    assert "<img" not in html_format(robot_text(text))


def test_other_addresses_stay_links():
    assert 'href="http://a/b.html"' in html_format(robot_text("see http://a/b.html."))
    assert 'href="http://a/b.png#"' in html_format(robot_text("see http://a/b.png."))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_values_within_messages_of_the_catalogue_are_shown(language):
    said = Text("core.hint.unreachable", url=HOSTILE).render(language)
    assert visible(said) == said
    assert "\\x1b[2J" in said


def test_suggestions_hold_no_control_characters():
    advice = Suggestion(code="X", cause_class=Cause.UNKNOWN, cause=f"it said {HOSTILE}", fix=f"ask {HOSTILE}")
    for text in (advice.line(), advice.remedy("zh"), advice.cause, advice.fix):
        assert visible(text) == text


def test_a_keyword_call_in_metadata_can_be_copied():
    shown = robot_text("Say so: Wait For Task    ${task}    timeout=20 s")
    from robot.api import get_resource_model

    call = shown.partition(": ")[2]
    model = get_resource_model(f"*** Keywords ***\nOne\n    {call}\n")
    (step,) = model.sections[0].body[0].body
    assert (step.keyword, step.args) == ("Wait For Task", ("${task}", "timeout=20 s"))
    assert "  " not in shown  # a browser would show one blank
