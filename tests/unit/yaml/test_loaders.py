"""Both parsers read a text the same way: the one of libyaml, and PyYAML's own."""

import re
from importlib import resources
from pathlib import Path

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yaml import loaders
from AIGCLibrary.yaml.load import parse_yaml

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(Path(str(resources.files("AIGCLibrary"))).glob("defaults/**/*.yaml"))
PAGES = sorted(ROOT.glob("docs/**/*.md"))

needs_libyaml = pytest.mark.skipif(loaders._with_libyaml() is None, reason="PyYAML comes without a safe libyaml")


def read_by(parser, text, monkeypatch):
    """What is read: data and lines, or the error."""
    monkeypatch.setattr(loaders, "_fast", parser)
    try:
        document = parse_yaml(text, Path("any.yaml"))
    except ConfigError as error:
        return error.message
    return repr(document.data), document.lines


def expect_the_same(text, monkeypatch):
    fast = loaders._with_libyaml()
    assert read_by(fast, text, monkeypatch) == read_by(None, text, monkeypatch), text


@needs_libyaml
def test_shipped_files_and_the_examples_of_the_pages_are_read_alike(monkeypatch):
    examples = [text for page in PAGES for text in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]
    assert len(FILES) > 40
    assert len(examples) > 60
    for text in [*(file.read_text("utf-8") for file in FILES), *examples]:
        expect_the_same(text, monkeypatch)


@needs_libyaml
@pytest.mark.parametrize(
    "text",
    [
        *("a:\tb", "a\tb: 1", "a: {b: 1}\t", "x: [a?b]", "x: {a? b: 1}", "x: what? nothing", "# why?\nx: 1", "x: 'a?'"),
        *("! #a", "x: !a b", "x: !<tag:x> y", "x: a\x85y: 2", "x: a\u2028y: 2", "\ufeffx: 1", "x: 1\n\ufeff"),
        *("x: \ud83d\ude00", 'x: "\\ud83d\\ude00"', 'x: "\\ud83d"', "x: \x00", "x: \x07", "x: &a [*a]", "x: *a"),
        *("x: 2026-11-29", "no: off", "x: 0o7", "x: 1:30", "x: 1_000", "x: .5", "x: =", "<<: {a: 1}\nb: 2", "~: 1"),
        *("a: 1\na: 2", "? a\n: b", "- - a", "x: |+2\n    a\n\n", "--- a\n--- b", "%YAML 1.2\n---\na: 1", "a: b: c"),
        *("[" * 5000, "{a: " * 5000, "- " * 5000, "[" * 500 + "]" * 500, "'", '"', "a: 'b\n", "a: [1, 2", "", "# a"),
        *("x: !!int abc", "x: !!binary YQ==", "x: !!set {a}", "[1, 2]: x", "x: " + "9" * 2000, "a: 1\r\nb: 2\r\n"),
    ],
)
def test_other_texts_are_read_alike(text, monkeypatch):
    expect_the_same(text, monkeypatch)


def test_a_libyaml_that_has_no_limit_of_depth_is_not_used(monkeypatch):
    yaml = pytest.importorskip("yaml._yaml")
    monkeypatch.setattr(yaml, "get_version", lambda: (0, 2, 5))
    assert loaders._with_libyaml() is None


@needs_libyaml
def test_a_large_text_is_never_read_by_the_slow_parser(monkeypatch):
    """PyYAML takes 2.6 s for this much."""
    monkeypatch.setattr(loaders, "_PlainLoader", None)
    right = "a: [" + "b,\t" * 40_000 + "c]\n"
    assert len(parse_yaml(right, Path("any.yaml")).data["a"]) == 40_001
    with pytest.raises(ConfigError, match=r"any\.yaml, line 3: not valid YAML"):
        parse_yaml("x: 1\n" + right[:-2] + "\nb: 1\n", Path("any.yaml"))
