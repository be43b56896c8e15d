"""Changing one place of a YAML file, all else untouched."""

import pytest
import yaml

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.recovery.yamledit import add_alternative

FILE = """\
# Targets of the generate page
page: generate
targets:
  submit:
    gold: generate-button   # test id
    silver: {role: button, name: {en: Generate, zh: 生成}}
    bronze: "form button[type=submit]"
  prompt:
    silver:
      label: Prompt
      exact: true
    bronze:
      - css: textarea
      - xpath=//textarea
  only: {gold: a}
"""


def lines_changed(after):
    before = FILE.splitlines()
    return [line for line in after.splitlines() if line not in before]


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("targets", "submit", "gold"), "create-video", "    gold: [create-video, generate-button]   # test id"),
        (
            ("targets", "submit", "silver"),
            {"role": "button", "name": "Create video"},
            "    silver: [{role: button, name: Create video}, {role: button, name: {en: Generate, zh: 生成}}]",
        ),
        (
            ("targets", "submit", "bronze"),
            "#go: 1",
            "    bronze: ['#go: 1', \"form button[type=submit]\"]",
        ),
        (("targets", "prompt", "silver"), "Idea", "    silver: [Idea, {label: Prompt, exact: true}]"),
        (("targets", "prompt", "bronze"), {"css": "#idea"}, "      - {css: '#idea'}"),
        (("targets", "prompt", "gold"), "idea", "    gold: idea"),
        (("targets", "only", "silver"), "A", "  only: {silver: A, gold: a}"),
    ],
)
def test_value_is_added_and_nothing_else_changes(path, value, shown):
    after = add_alternative(FILE, path, value)
    assert lines_changed(after)[0] == shown
    found = yaml.safe_load(after)["targets"][path[1]][path[2]]
    first = found[0] if isinstance(found, list) else found
    assert first == value


def test_adding_twice_changes_nothing_more():
    once = add_alternative(FILE, ("targets", "submit", "gold"), "x")
    assert add_alternative(once, ("targets", "submit", "gold"), "x") == once


def test_place_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match=r"targets\.nothing"):
        add_alternative(FILE, ("targets", "nothing", "gold"), "x")


NESTED = "\n".join(["a0: &a0 [1]", *(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]" for n in range(1, 9))])


@pytest.mark.parametrize("text", ["targets: [", "a: *b", "targets:\n  go: {gold: 'x\n", "a: \0", NESTED])
def test_a_file_that_cannot_be_read_is_an_error(text):
    with pytest.raises(ConfigError):
        add_alternative(text, ("targets", "go", "gold"), "x")


def test_a_large_text_that_only_libyaml_reads_is_not_changed():
    text = "targets:\n  go:\n    gold:\ta\n" + "# a comment\n" * 10_000
    with pytest.raises(ConfigError, match=r"'targets\.go\.gold' cannot be changed automatically"):
        add_alternative(text, ("targets", "go", "gold"), "b")
