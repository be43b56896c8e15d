"""Texts of a product on which a pattern that tries all ways to match would go on for minutes or for ever."""

import pytest

from AIGCLibrary.content.sniff import sniff
from AIGCLibrary.files.labels import carriers
from tests.unit.files.conftest import rules_of

COMMENTS = "<!-- by a machine -->\n" * 80


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        (COMMENTS + "x", "text/plain"),
        (COMMENTS + '<tt xmlns="http://www.w3.org/ns/ttml">', "application/ttml+xml"),
        ('<?xml version="1.0"?>\n<!-- a -->\n<tt:tt>', "application/ttml+xml"),
        (" " * 4000 + "1", "text/plain"),
        ("\r\n1\r\n00:00:01,000 --> 00:00:02,000\r\n", "application/x-subrip"),
        ("00:00:01.5 --> 00:00:02.5", "application/x-subrip"),
    ],
)
def test_a_text_that_begins_with_comments_or_blanks_has_its_type(text, media_type):
    assert sniff(text.encode()[:4096]) == media_type


def test_a_document_of_beginnings_of_labels_has_none(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"/AIGC (" * 150_000)
    assert carriers.read_marks(path, "application/pdf").labels == []
    path.write_bytes(b'%PDF-1.7\n/AIGC ({"Label": "1\\)"})\n%%EOF')
    assert len(carriers.read_marks(path, "application/pdf").labels) == 1


def test_a_style_of_blanks_loads_nothing(judge):
    assert loads(judge, '<rect style="fill: url(' + " " * 200_000 + ')"/>') == set()
    assert loads(judge, "<rect style=\"fill: url( '//example.org/a' )\"/>") == {"svg.reference"}
    assert loads(judge, "<style>@import'https://example.org/a.css';</style>") == {"svg.reference"}


def loads(judge, content):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{content}</svg>'
    return rules_of(judge(svg.encode(), "a.svg"))
