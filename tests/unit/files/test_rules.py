"""Rules: demands on values, sets that extend sets, mistakes reported with line and near matches."""

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.rules import RuleBook
from AIGCLibrary.files.rules.constraint import Constraint
from AIGCLibrary.files.rules.vocabulary import watched_sections
from AIGCLibrary.files.units import number
from AIGCLibrary.plugins.registry import import_object
from AIGCLibrary.yaml.schema import load_schema


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
    assert Constraint(demand).holds(value) is holds


@pytest.mark.parametrize(
    ("text", "value"), [("500 MB", 5e8), ("250 ms", 0.25), ("1.5 GiB", 1610612736), ("-3 dB", -3), (7, 7)]
)
def test_number_with_unit(text, value):
    assert number(text) == value


def test_unknown_unit_is_reported():
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
        ("rules:\n  a: {extends: vidoe}\n", "line 2 at 'rules.a.extends': 'vidoe' is not known. Did you mean 'video'?"),
        ("rules:\n  a: {extends: b}\n  b: {extends: a}\n", "3 at 'rules.b.extends': 'a' depends on itself: a → b → a."),
        ("rules:\n  a:\n    size: ten\n", "line 3 at 'rules.a.size': size 'ten' is not a number"),
    ],
)
def test_mistakes_are_reported(tmp_path, text, message):
    (tmp_path / "r.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        RuleBook().load(tmp_path / "r.yaml")
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("rule", "place", "reported"),
    [
        ("duration: 4..5 sekunden", "duration", "duration '5 sekunden' is not a number with a known unit"),
        ("duration: 4..5 世纪", "duration", "Its unit is ms, s, min or h"),
        ("duration: 4 MB", "duration", "has the unit of something else"),
        ("width: 4..5 sekunden", "width", "'5 sekunden'"),
        ("bitrate: 2 MB/s", "bitrate", "bit/s, kbit/s or Mbit/s"),
        ("fps: 24 fsp", "fps", "Did you mean 'fps'?"),
        ("quality: {black: '< 5 %'}", "quality.black", "ms, s, min or h"),
        ("archive: {entries: {'*.png': 3 s}}", "archive.entries.*.png", "has the unit of something else"),
        ("archive: {rules: {'*.mp4': {duration: 4..5 sekunden}}}", "archive.rules.*.mp4.duration", "'5 sekunden'"),
        ("archive: {rules: {'*.png': {extends: imge}}}", "archive.rules.*.png.extends", "Did you mean 'image'?"),
        ("archive: {rules: {'*.png': imge}}", "archive.rules.*.png", "Did you mean 'image'?"),
        ("archive: {manifest: {file: m, files: 'items['}}", "archive.manifest.files", "'items[' is not a JMESPath"),
        ("json: {values: {'a[': 3}}", "json.values.a[", "'a[' is not a JMESPath"),
        ("extends: bundel", "extends", "Did you mean 'bundle'?"),
        ("extends: mine", "extends", "'mine' depends on itself: mine → mine."),
        ("type: mp4", "type", "It is called 'video/mp4' here."),
        ("type: image/jpg", "type", "It is called 'image/jpeg' here."),
        ("type: image", "type", "'image' is not a media type. It is called 'image/*' here."),
        ("type: vidoe/mp4", "type", "Did you mean 'video/mp4'"),
        ("image_mode: [RGB, RBGA]", "image_mode", "'RBGA' is not known. Did you mean 'RGBA'"),
        ("encoding: utf8", "encoding", "Did you mean 'utf-8'"),
        ("video_codec: h265", "video_codec", "It is called 'hevc' here."),
        ("resolution: 1080p", "resolution", "1920x1080"),
        ("duration: 2-4 s", "duration", "'2-4 s' is not how a range is written. Write it as '2..4 s'."),
        ("duration: 2 s 至 4 s", "duration", "Write it as '2 s..4 s'."),
        ("duration: '>= 2 s and <= 4 s'", "duration", "Write it as '2 s..4 s'."),
        ("duration: '2,4'", "duration", "'2,4' is not a number with a known unit."),
        (
            "duration: {min: 2, max: 4}",
            "duration",
            "is a mapping; a limit is part of the value: '>= 5', '<= 5' or '1..5'.",
        ),
        ("min_duration: 2", "min_duration", "It is called 'duration' here; a limit is part of the value: '>= 5'"),
        ("max_frame-rate: 30", "max_frame-rate", "It is called 'fps' here; a limit is part of the value"),
        ("min_colour: 2", "min_colour", "unknown key 'min_colour'. Available"),
        ("sha256: abc", "sha256", "expected 64 hexadecimal digits, got 3 characters"),
        ("severity: {quality.blak: warning}", "severity.quality.blak", "Did you mean 'quality.bla"),
    ],
)
def test_a_mistake_is_reported_when_the_file_is_read(tmp_path, rule, place, reported):
    (tmp_path / "r.yaml").write_text(f"rules:\n  mine:\n    {rule}\n")
    with pytest.raises(ConfigError) as caught:
        RuleBook().load(tmp_path / "r.yaml")
    assert f"r.yaml, line 3 at 'rules.mine.{place}': " in caught.value.message
    assert reported in caught.value.message


@pytest.mark.parametrize(
    "rule",
    [
        "duration: 5 ± 10 %",
        "type: [image/*, video/ogg, audio/mp4, model/obj]",
        "resolution: ['*x1080', '!= 640x360', 1920*1080]",
        "image_mode: rgb*",
        "video_codec: '!= mpeg4'",
        "severity: {obj3d.faces: warning, quality: info, json.values.a: info, zip.crc: warning}",
        "json: {values: {'items[0].name': x}}",
        "bitrate: 1..2 Mbit/s",
        "quality: {clipped: '< 0.1 %', black: null}",
    ],
)
def test_what_can_be_meant_is_read(tmp_path, rule):
    (tmp_path / "r.yaml").write_text(f"rules:\n  mine:\n    {rule}\n")
    assert RuleBook().load(tmp_path / "r.yaml") == ["mine"]


def test_a_mistake_in_given_rules_is_reported_with_its_place():
    with pytest.raises(ConfigError, match=r"Given rules, at 'archive\.manifest\.files': 'items\[' is not a JMESPath"):
        RuleBook().get({"archive": {"manifest": {"file": "m.json", "files": "items["}}})


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


@pytest.mark.parametrize(
    ("text", "seconds"), [("4 秒", 4), ("2 m", 120), ("1 min 30 s", 90), ("-0.5 s", -0.5), ("01:30", 90)]
)
def test_a_duration_of_a_rule_is_written_as_everywhere(text, seconds):
    assert number(text, "duration", "s") == seconds


def test_sections_on_what_is_seen_name_their_watcher_in_the_schema():
    sections = load_schema("rules")["$defs"]["set"]["properties"]
    assert {"text", "reference"} <= set(watched_sections())
    for name, path in watched_sections().items():
        assert set(import_object(path).asks) <= set(sections[name]["properties"])
