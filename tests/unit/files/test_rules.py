"""Rules: demands on values, sets that extend sets, mistakes told with line and near matches."""

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.rules import RuleBook
from AIGCLibrary.files.rules.demand import Demand
from AIGCLibrary.files.units import number


@pytest.mark.parametrize(
    ("demand", "value", "holds"),
    [
        ("4.5..5.5", 5, True),
        ("4.5..5.5 s", 5.6, False),
        ("10..500 MB", 11_000_000, True),
        ("10 MB..", 9_000_000, False),
        ("..2 s", 1.5, True),
        (">= 24", 24, True),
        ("> 24", 24, False),
        ("5 ± 0.5", 5.4, True),
        ("5 +- 10 %", 5.6, False),
        ("16:9", 1.7777, True),
        ("16:9", 1.6, False),
        ("-30..-8", -20, True),
        (["h264", "hevc"], "HEVC", True),
        ("!= h264", "h264", False),
        ("image/*", "image/png", True),
        ("*.png", "a.jpg", False),
        (True, False, False),
        ("< 5 %", 0.04, True),
        (3, 3, True),
        ("640x360", "640x360", True),
        ("!= 0", 0, False),
    ],
)
def test_demand(demand, value, holds):
    assert Demand(demand).holds(value) is holds


@pytest.mark.parametrize(
    ("text", "value"), [("500 MB", 5e8), ("250 ms", 0.25), ("1.5 GiB", 1610612736), ("-3 dB", -3), (7, 7)]
)
def test_number_with_unit(text, value):
    assert number(text) == value


def test_unknown_unit_is_told():
    with pytest.raises(ConfigError, match="duration '4 parsecs'"):
        RuleBook().get({"duration": "4 parsecs"})


def test_set_extends_several_sets_and_takes_rules_away(tmp_path):
    (tmp_path / "r.yaml").write_text(
        "rules:\n  base: {type: video/mp4, quality: {black: '< 1 s', frozen: '< 1 s'}}\n"
        "  mine: {extends: [base, labelled], quality: {black: null}}\n"
    )
    book = RuleBook()
    assert book.load(tmp_path) == ["base", "mine"]
    mine = book.get("mine")
    assert mine.data == {"type": "video/mp4", "quality": {"frozen": "< 1 s"}, "labels": {"aigc": "required"}}
    assert mine.directory == tmp_path


def test_nested_sets_of_an_archive_are_resolved():
    rules = RuleBook().get({"archive": {"rules": {"*.png": "image", "*.x": {"extends": "image", "width": 5}}}})
    nested = rules.get("archive", "rules")
    assert nested["*.png"]["type"] == "image/*"
    assert nested["*.x"]["width"] == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "rules:\n  a:\n    durtion: 3\n",
            "line 3 at 'rules.a.durtion': unknown key 'durtion'. Did you mean 'duration'",
        ),
        ("rules:\n  a: {extends: vidoe}\n", "There is no rule set 'vidoe'. Did you mean 'video'?"),
        ("rules:\n  a: {extends: b}\n  b: {extends: a}\n", "extends itself"),
        ("rules:\n  a:\n    size: ten\n", "line 3 at 'rules.a.size': size 'ten' is not a number"),
    ],
)
def test_mistakes_are_told(tmp_path, text, message):
    (tmp_path / "r.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        RuleBook().load(tmp_path / "r.yaml")
    assert message in caught.value.message


def test_file_with_several_sets_needs_a_name(tmp_path):
    (tmp_path / "r.yaml").write_text("rules:\n  a: {size: 1}\n  b: {size: 2}\n")
    book = RuleBook()
    assert book.get(f"{tmp_path}/r.yaml#b").get("size") == 2
    with pytest.raises(ConfigError, match="has 2 sets"):
        book.get(f"{tmp_path}/r.yaml")


def test_severity_of_a_section_and_of_one_rule(judge, picture, tmp_path):
    picture.save(tmp_path / "p.png")
    data = (tmp_path / "p.png").read_bytes()
    rules = {"width": 1, "height": 1, "size": 1, "severity": {"width": "warning", "height": "off"}}
    found = {f.rule: str(f.severity) for f in judge(data, "a.png", rules).findings}
    assert found == {"width": "warning", "size": "error"}


def test_the_project_rule_files_are_right():
    from pathlib import Path

    names = RuleBook([Path(__file__).parents[3] / "resources" / "rules"]).names()
    assert {"studio-video", "studio-image", "studio-audio", "studio-bundle"} <= set(names)
