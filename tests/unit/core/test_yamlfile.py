"""YAML is read once, and every error says where."""

from pathlib import Path

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yamlfile import load_yaml, parse_yaml


def parse(text, schema="config"):
    return parse_yaml(text, Path("x.yaml"), schema)


def test_data_and_lines():
    document = parse("heal: use\noptions:\n  tasks:\n    budget: 5\n")
    assert document.data == {"heal": "use", "options": {"tasks": {"budget": 5}}}
    assert document.line(("options", "tasks", "budget")) == 4
    assert document.line(("options", "tasks", "missing")) == 3


def test_dates_stay_text():
    assert parse("day: 2026-11-23", schema=None).data == {"day": "2026-11-23"}


def test_an_empty_file_is_an_empty_mapping():
    assert parse("").data == {}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [1,\nb: 2", 2, "not valid YAML"),
        ("locators: a\nlocators: b\n", 2, "stands twice, first in line 1"),
        ("\nlocatorz: a\n", 2, "unknown key 'locatorz'. Did you mean 'locators'?"),
        ("store: s\nheal: maybe\n", 2, '"maybe" is not one of'),
        ("- 1\n", 1, 'is not of type "object"'),
        ("a: *nowhere\n", 1, "undefined alias"),
        ("a: !!python/object:os.system x\n", 1, "could not determine a constructor"),
        ("a: 'b\x07c'\n", 1, "not valid YAML"),
    ],
)
def test_errors_carry_file_and_line(text, line, says):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert f"x.yaml, line {line}" in caught.value.message
    assert says in caught.value.message
    assert caught.value.facts["line"] == line


def test_all_breaks_of_the_schema_are_told_at_once():
    with pytest.raises(ConfigError, match=r"(?s)line 1.*line 2"):
        parse("heal: maybe\nstore: 5\n")


def test_deep_nesting_is_an_error_not_a_crash():
    with pytest.raises(ConfigError):
        parse("[" * 5000 + "]" * 5000, schema=None)


def test_a_missing_file_says_where_paths_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"'nowhere\.yaml' does not exist") as caught:
        load_yaml("nowhere.yaml")
    assert str(tmp_path) in str(caught.value.hint)


def test_a_file_that_is_no_text(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xff\xfe\x00\x01\x80")
    with pytest.raises(ConfigError):
        load_yaml(file)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xef\xbb\xbfheal: use\n")
    assert load_yaml(file, "config").data == {"heal": "use"}
