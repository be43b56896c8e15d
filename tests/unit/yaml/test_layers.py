"""Definitions that build on each other: one way of merging, one text for each mistake, the line of the writer."""

from pathlib import Path

import pytest

from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.data.environments import Environments
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.rules.book import RuleBook
from AIGCLibrary.i18n import in_language
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.yaml import parse_yaml
from AIGCLibrary.yaml.imported import ImportedFiles
from AIGCLibrary.yaml.layers import Inheritance, Layer, Overlay, yaml_files


@pytest.mark.parametrize(
    ("overlay", "expected"),
    [
        (Overlay(), {"a": {"keep": 1, "deep": {"y": 2}}, "b": {"z": 1}}),
        (Overlay(removes=0), {"a": {"keep": 1, "gone": None, "deep": {"x": None, "y": 2}}, "b": {"z": 1}, "c": None}),
        (Overlay(removes=1), {"a": {"keep": 1, "gone": None, "deep": {"x": None, "y": 2}}, "b": {"z": 1}}),
        (Overlay(depth=0), {"a": {"gone": None, "deep": {"x": None, "y": 2}}, "b": {"z": 1}}),
        (Overlay(depth=1), {"a": {"keep": 1, "deep": {"x": None, "y": 2}}, "b": {"z": 1}}),
        (Overlay(whole=frozenset({"deep"})), {"a": {"keep": 1, "deep": {"x": None, "y": 2}}, "b": {"z": 1}}),
    ],
)
def test_mappings_are_joined_as_deep_as_asked_and_null_removes_where_asked(overlay, expected):
    base = {"a": {"keep": 1, "gone": 2, "deep": {"x": 1}}, "b": [1], "c": 3}
    over = {"a": {"gone": None, "deep": {"x": None, "y": 2}}, "b": {"z": 1}, "c": None}
    assert overlay(base, over) == expected
    assert base == {"a": {"keep": 1, "gone": 2, "deep": {"x": 1}}, "b": [1], "c": 3}


def test_of_rivals_the_one_that_is_written_stays():
    overlay = Overlay(rivals=frozenset({"json", "form"}))
    assert overlay({"ask": {"json": {"a": 1}, "path": "/"}}, {"ask": {"form": {"b": 2}}}) == {
        "ask": {"form": {"b": 2}, "path": "/"}
    }
    assert overlay({"inputs": {"json": "text"}}, {"inputs": {"form": "text"}}) == {
        "inputs": {"json": "text", "form": "text"}
    }


def test_the_files_of_a_folder_come_by_name(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "folder.yaml").mkdir()
    for name in ("b.yml", "a.yaml", "c.txt", "in/d.yaml"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert [file.name for file in yaml_files(tmp_path)] == ["a.yaml", "b.yml"]
    assert [file.name for file in yaml_files(tmp_path, recursive=True)] == ["a.yaml", "b.yml", "d.yaml"]
    assert yaml_files(tmp_path / "missing.yaml") == [tmp_path / "missing.yaml"]


TEXT = """things:
  base: {size: 1, tags: {a: 1}, note: of the base}
  middle:
    extends: base
    tags: {b: 2}
  top:
    extends: [middle, other]
    size: 3
  other: {colour: red, tags: {c: 3}}
"""


def things(text=TEXT):
    document = parse_yaml(text, Path("things.yaml"))
    layers = {name: Layer(name, data, document, ("things", name)) for name, data in document.data["things"].items()}
    return layers, Inheritance(lambda name, _: layers.get(name), lambda: layers, own=frozenset({"note"}))


def test_a_definition_is_laid_over_all_that_it_builds_on():
    layers, inheritance = things()
    found = inheritance.resolve(layers["top"])
    assert found.data == {"size": 3, "tags": {"a": 1, "b": 2, "c": 3}, "colour": "red"}
    assert [layer.name for layer in found.layers] == ["top", "other", "middle", "base"]


@pytest.mark.parametrize(
    ("place", "line", "shown"),
    [
        (("size",), 8, "things.top.size"),
        (("tags", "b"), 5, "things.middle.tags.b"),
        (("tags", "a"), 2, "things.base.tags.a"),
        (("tags", "c"), 9, "things.other.tags.c"),
        (("tags", "d"), 9, "things.other.tags.d"),
        (("nothing",), 6, "things.top.nothing"),
    ],
)
def test_an_error_names_the_line_of_the_definition_that_wrote_the_value(place, line, shown):
    layers, inheritance = things()
    message = inheritance.resolve(layers["top"]).error(place, "is wrong.").message
    assert message == f"things.yaml, line {line} at '{shown}': is wrong."


def test_what_yaml_itself_merges_counts_as_written_there():
    layers, inheritance = things("things:\n  a: &a {x: 1}\n  b: {x: 2}\n  c:\n    <<: *a\n    extends: b\n")
    found = inheritance.resolve(layers["c"])
    assert found.data == {"x": 1}
    assert found.writer(("x",)).name == "c"


KINDS = {
    "rules": ("rules:\n  one: {{extends: {one}}}\n  two: {{extends: {two}}}\n", "rules.{at}.extends"),
    "providers": (
        "version: 1\nproviders:\n  one: {{extends: {one}}}\n  two: {{extends: {two}}}\n",
        "providers.{at}.extends",
    ),
    "environments": (
        "version: 1\nenvironments:\n  one: {{base_url: http://a.test, extends: {one}}}\n  two: {{extends: {two}}}\n",
        "environments.{at}.extends",
    ),
}
READ = {
    "rules": lambda file: RuleBook([file]),
    "providers": lambda file: Providers().load(file),
    "environments": lambda file: Environments(file).get("one"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("bases", "at", "problem"),
    [
        (("twoo", "one"), "one", "'twoo' is not known. Did you mean 'two'?"),
        (("two", "one"), "two", "'one' depends on itself: one → two → one."),
        (("one", "one"), "one", "'one' depends on itself: one → one."),
    ],
)
def test_every_kind_of_file_reports_the_same_mistake_in_the_same_words(tmp_path, kind, bases, at, problem):
    text, place = KINDS[kind]
    file = tmp_path / "f.yaml"
    file.write_text(text.format(one=bases[0], two=bases[1]), encoding="utf-8")
    line = next(n for n, written in enumerate(file.read_text().splitlines(), 1) if written.startswith(f"  {at}:"))
    with pytest.raises(ConfigError) as caught:
        READ[kind](file)
    assert caught.value.message == f"{file}, line {line} at '{place.format(at=at)}': {problem}"
    assert in_language(caught.value.said, "zh-CN").startswith(f"{file} 第 {line} 行")
    assert "known" not in (chinese := in_language(caught.value.said, "zh-CN"))
    assert "builds" not in chinese


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ("extends: campain\n", "line 2 at 'extends': 'campain' is not known. Did you mean 'campaign'?"),
        ("include: [campain]\n", "line 2 at 'include.0': 'campain' is not known. Did you mean 'campaign'?"),
        ("extends: mine.yaml\n", "line 2 at 'extends': 'mine.yaml' depends on itself: mine.yaml → mine.yaml."),
        ("include: [mine]\n", "line 2 at 'include.0': 'mine.yaml' depends on itself: mine.yaml → mine.yaml."),
        ("include: [./../{folder}/mine.yaml]\n", "depends on itself: mine.yaml → mine.yaml."),
    ],
)
def test_templates_report_it_in_these_words_too(tmp_path, own, problem):
    nodes = "nodes:\n  a: {create: {post: /a}}\n"
    (tmp_path / "campaign.yaml").write_text(f"version: 1\n{nodes}", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(f"version: 1\n{own.format(folder=tmp_path.name)}{nodes}", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        TemplateCatalogue([tmp_path]).get("mine")
    assert problem in caught.value.message
    assert caught.value.code == "AIGC404"


def test_two_imports_may_define_a_name_alike_but_not_differently(tmp_path):
    sets = {}

    def load(path):
        document = parse_yaml(path.read_text(encoding="utf-8"), path)
        sets.update({name: Layer(name, data, document, (name,)) for name, data in document.data.items()})
        return list(document.data)

    for name, text in (("a", "x: {n: 1}\ny: {n: 1}\n"), ("b", "x: {n: 1}\ny: {n: 2}\n")):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    imported = ImportedFiles("Rule set", load, sets.__getitem__)
    imported.add([first, second, first])
    imported.check("x")
    with pytest.raises(ConfigError) as caught:
        imported.check("y")
    reported = f"is defined differently in {first}, line 2 and in {second}, line 2; both are used in this run."
    assert caught.value.message == f"Rule set 'y' {reported}"
    assert in_language(caught.value.said, "zh-CN").startswith("规则“y”")
    imported.settle(["y"])
    imported.check("y")
