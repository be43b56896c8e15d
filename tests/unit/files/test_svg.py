"""SVG: measured by its view box, and nothing in it runs or loads from elsewhere."""

import pytest

from tests.unit.files.conftest import rules_of

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 640 360"', "640x360"),
        ('width="1in" height="48" viewBox="0 0 10 10"', "96x48"),
        ('width="320" viewBox="0,0,16,9"', "320x180"),
        ('width="100%" height="100%" viewBox="0 0 64 32"', "64x32"),
    ],
)
def test_size(judge, attributes, size):
    found = judge(f'{HEAD} {attributes}><path id="p" d="M0 0"/><use href="#p"/></svg>'.encode(), "a.svg")
    assert not found.findings
    assert found.facts["media"]["resolution"] == size


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("<script>1</script>", "svg.script"),
        ('<rect onclick="a()"/>', "svg.script"),
        ('<a xlink:href="java&#10;script:a()"><text>x</text></a>', "svg.script"),
        ('<image href="https://example.org/a.png"/>', "svg.reference"),
        ('<image xlink:href="/etc/passwd"/>', "svg.reference"),
        ("<style>@import 'https://example.org/a.css';</style>", "svg.reference"),
        ('<rect style="fill: url(//example.org/a#b)"/>', "svg.reference"),
        ("<g>", "svg.syntax"),
    ],
)
def test_what_runs_or_loads(judge, content, rule):
    found = judge(f'{HEAD} viewBox="0 0 9 9">{content}</svg>'.encode(), "a.svg")
    assert rules_of(found) == {rule}


def test_an_entity_is_never_expanded(judge):
    data = (
        '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]>' + HEAD + ' viewBox="0 0 9 9"><text>&a;</text></svg>'
    )
    assert "svg.entity" in rules_of(judge(data.encode(), "a.svg"))


def test_harmless_references(judge):
    content = '<a href="https://example.org"/><image href="data:image/png;base64,AA"/><rect fill="url(#g)"/>'
    assert not judge(f'{HEAD} viewBox="0 0 9 9">{content}</svg>'.encode(), "a.svg").findings
