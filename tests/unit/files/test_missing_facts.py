"""What was not measured is a finding of its own, for every rule and every kind of file."""

import io
import wave
from array import array

import pytest

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.rules import RuleSet
from AIGCLibrary.files.rules.vocabulary import ARCHIVE_WORDS, QUALITY_WORDS, WORDS
from tests.unit.files.conftest import BOOK, make_zip, rules_of, studio_video

ALWAYS_KNOWN = {"size", "name", "sha256"}


@pytest.fixture(scope="module")
def silent_film():
    """A film without any stream of sound."""
    import av

    target = io.BytesIO()
    source, sink = av.open(io.BytesIO(studio_video(seconds=1.0))), av.open(target, "w", format="mp4")
    stream = source.streams.video[0]
    copy = sink.add_stream_from_template(stream)
    for packet in source.demux(stream):
        if packet.dts is not None:
            packet.stream = copy
            sink.mux(packet)
    sink.close()
    return target.getvalue()


def demands(words, section=""):
    for name, word in words.items():
        demand = "nothing-like-it" if word.text and name != "resolution" else "1..2"
        demand = {"resolution": "9x9", "hdr": True, "vfr": True, "faststart": True}.get(name, demand)
        digits = {"sha256": 64, "sha1": 40, "md5": 32}.get(name)
        demand = "0" * digits if digits else demand
        demand = {"audio_codec": "aac", "video_codec": "h264", "encoding": "utf-8", "image_mode": "RGB"}.get(
            name, demand
        )
        yield name, f"{section}.{name}".lstrip("."), {section: {name: demand}} if section else {name: demand}


EVERY = [*demands(WORDS), *demands(ARCHIVE_WORDS, "archive"), *demands(QUALITY_WORDS, "quality")]


@pytest.mark.parametrize(("name", "rule", "rules"), EVERY, ids=[rule for _, rule, _ in EVERY])
def test_no_demand_passes_on_a_file_that_lacks_the_fact(judge, name, rule, rules):
    found = judge(b"\0\1\2\3 no format at all " * 9, "a.bin", rules)
    findings = [(f.rule, f.actual, str(f.severity)) for f in found.findings]
    whole = [] if name in ("sha256", "sha1", "md5") else [("intact", "not measured", "warning")]
    if name in ALWAYS_KNOWN:
        assert [finding for finding in findings if finding[1] == "not measured"] == whole
    elif name in ("sha1", "md5"):
        assert rules_of(found) == {rule}
    else:
        assert sorted(findings) == sorted([(rule, "not measured", "error"), *whole])


@pytest.mark.parametrize(
    "rules",
    [
        {"json": {"schema": {"type": "object"}}},
        {"json": {"values": {"a": 1}}},
        {"json": {"duplicate_keys": False}},
        {"subtitles": {"overlap": False}},
        {"subtitles": {"max_cue": 3}},
        {"archive": {"entries": {"*.png": 3}}},
        {"archive": {"manifest": {"file": "m.json"}}},
        {"quality": {"blank": False}},
        {"quality": {"blank_first_frame": False}},
    ],
    ids=str,
)
def test_no_rule_on_contents_passes_on_a_file_without_them(judge, rules, wav):
    found = judge(wav, "a.wav", rules)
    section, inner = next(iter(rules.items()))
    assert [(f.rule, f.actual) for f in found.findings] == [(f"{section}.{next(iter(inner))}", "not measured")]


@pytest.mark.parametrize(
    ("rules", "actual"),
    [
        ({"quality": {"silent": "< 3 s"}}, "no sound"),
        ({"quality": {"clipped": "< 1 %"}}, "no sound"),
        ({"loudness": "-30..-5 LUFS"}, "no sound"),
        ({"peak": "< 0 dBFS"}, "no sound"),
        ({"audio_codec": "aac"}, "no sound"),
        ({"channels": 2}, "no sound"),
        ({"sample_rate": "48 kHz"}, "no sound"),
        ({"quality": {"length_gap": "< 0.1 s"}}, "not measured"),
    ],
    ids=str,
)
def test_a_film_without_sound_passes_no_rule_on_sound(judge, silent_film, rules, actual):
    found = judge(silent_film, "a.mp4", rules)
    assert [(f.actual, str(f.severity)) for f in found.findings] == [(actual, "error")]


def test_the_reason_is_named(judge, silent_film, wav):
    assert "there is no sound" in judge(silent_film, "a.mp4", {"loudness": "-20..-10"}).findings[0].message
    assert "no picture" in judge(wav, "a.wav", {"width": 320}).findings[0].message
    off = judge(wav, "a.wav", {"quality": {"scan": "off", "silent": "< 1 s"}})
    assert "`quality.scan` is off" in off.findings[0].message


@pytest.fixture(scope="module")
def kinds(silent_film, wav):
    """One small file of each kind, none of which has all facts."""
    from PIL import Image

    def image(form, **options):
        target = io.BytesIO()
        frames = [Image.linear_gradient("L").resize((64, 48)).rotate(turn).convert("RGB") for turn in (0, 90, 180)]
        frames[0].save(target, form, **options | ({"append_images": frames[1:]} if options else {}))
        return target.getvalue()

    return {
        "a.mp4": silent_film, "a.wav": wav, "a.png": image("PNG"), "a.gif": image("GIF", save_all=True, duration=80),
        "a.srt": b"1\n00:00:00,000 --> 00:00:01,000\nHello\n", "a.json": b'{"a": 1}', "a.txt": b"words of a text\n",
        "a.zip": make_zip({"a.txt": b"a"}), "a.svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        "a.jxl": b"\xff\x0a\x7f\x00\x00\x00\x00\x00\x00\x00", "a.bin": b"\0\1\2\3 no format at all " * 9,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["a.mp4", "a.wav", "a.png", "a.gif", "a.srt", "a.json", "a.txt", "a.zip", "a.svg", "a.jxl", "a.bin"],
)
def test_every_rule_is_measured_or_reported_in_every_kind_of_file(judge, kinds, name):
    """All rules at once: one for which there is no finding holds of a fact that is known."""
    rules = {"early": False}
    for _, _, one in EVERY:
        for key, value in one.items():
            rules[key] = {**rules.get(key, {}), **value} if isinstance(value, dict) else value
    found = judge(kinds[name], name, rules)
    reported = {finding.rule for finding in found.findings}
    for section, words in (("", WORDS), ("archive", ARCHIVE_WORDS), ("quality", QUALITY_WORDS)):
        for key, word in words.items():
            rule = f"{section}.{key}".lstrip(".")
            known = RuleSet("facts", found.facts).get(*word.fact.split("."))
            assert rule in reported or (known is not None and found.rules.demand(*rule.split(".")).holds(known)), rule


SECTIONS = {
    "sound.ends": {"ends": "natural"}, "sound.dead_air": {"dead_air": "< 2 s"},
    "sound.pace": {"pace": "1..9"}, "sound.captions": {"captions": "none.srt"}, "reference.first": {"first": "no.png"},
    "reference.last": {"last": "no.png"}, "subtitles.reading_speed": {"reading_speed": "< 20"},
    "json.schema": {"schema": {"type": "object"}}, "archive.entries": {"entries": {"*.png": 1}},
    "judge.cat": {"cat": "a cat"},
    "text.must": {"must": ["words"]}, "text.must_not": {"must_not": ["words"]}, "labels.aigc": {"aigc": "required"},
    "labels.c2pa": {"c2pa": "required"}, "labels.iptc": {"iptc": "required"},
    "labels.explicit": {"explicit": "required"},
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.bin", "a.wav"])
def test_every_section_of_rules_is_reported_on_a_file_that_it_does_not_fit(judge, kinds, name):
    rules = {}
    for rule, demand in SECTIONS.items():
        rules.setdefault(rule.partition(".")[0], {}).update(demand)
    reported = {finding.rule for finding in judge(kinds[name], name, rules).findings}
    assert set(SECTIONS) - reported == set()


@pytest.mark.parametrize("name", ["a.bin", "a.jxl"])
def test_what_is_to_be_decoded_and_cannot_be_is_an_error(judge, kinds, name):
    found = judge(kinds[name], name, {"intact": "decoded"})
    assert [one.actual for one in found.findings if one.rule == "intact"] == ["not measured"] or found.failed


def test_an_offset_without_captions_is_not_measured(judge, wav):
    assert rules_of(judge(wav, "a.wav", {"sound": {"offset": "< 0.1 s"}})) == {"sound.offset"}


def test_a_picture_that_is_too_large_to_be_decoded_is_not_intact(kinds, tmp_path):
    (tmp_path / "a.png").write_bytes(kinds["a.png"])
    found = Examination("a.png", BOOK.get({"intact": "decoded"}), limits=FileLimits(picture_memory=10))
    judge_file(found, tmp_path / "a.png")
    assert [(one.rule, str(one.severity)) for one in found.findings] == [("image.size", "warning"), ("intact", "error")]


def test_a_broken_file_is_an_error_once_and_what_was_not_measured_a_note(judge, mp4):
    found = judge(mp4[: len(mp4) // 2], "a.mp4", {"loudness": "-30..-5", "quality": {"black": "< 1 s"}})
    assert rules_of(found) == {"mp4.structure"}
    notes = {f.rule: f.message for f in found.findings if f.severity == "info"}
    assert notes.keys() == {"loudness", "quality.black"}
    assert all("broken" in message for message in notes.values())


def test_a_dead_channel_and_channels_out_of_phase_are_facts(judge, tmp_path):
    def stereo(name, right):
        left = [int(9000 * ((i % 100) / 50 - 1)) for i in range(48000)]
        with wave.open(str(tmp_path / name), "wb") as writer:
            writer.setnchannels(2)
            writer.setsampwidth(2)
            writer.setframerate(48000)
            writer.writeframes(
                array("h", [v for pair in zip(left, map(right, left), strict=True) for v in pair]).tobytes()
            )
        return (tmp_path / name).read_bytes()

    rules = {"dead_channels": 0, "phase": "> -0.2"}
    assert not judge(stereo("good.wav", lambda v: v), "a.wav", rules).findings
    dead = judge(stereo("dead.wav", lambda _: 0), "b.wav", {"dead_channels": 0})
    assert [(f.rule, f.actual) for f in dead.findings] == [("dead_channels", "1")]
    assert rules_of(judge(stereo("out.wav", lambda v: -v), "c.wav", rules)) == {"phase"}


def test_zip_facts_are_known_of_an_archive(judge):
    assert not judge(make_zip({"a.txt": b"a"}), "a.zip", {"archive": {"count": 1, "unpacked": 1}}).findings


def test_every_fact_of_a_medium_has_its_source(judge, kinds, mp4, picture):
    for name, data in (*kinds.items(), ("film.mp4", mp4)):
        facts = judge(data, name, "any").facts
        assert set(facts.get("media", {})) == set(facts.get("sources", {})), name
    sources = judge(mp4, "film.mp4").facts["sources"]
    assert {sources[name] for name in ("duration", "frames", "fps", "video_codec")} == {"index"}


def test_what_is_measured_takes_the_place_of_what_a_header_says(judge, wav, tmp_path):
    from tests.unit.files.test_formats import sound_alone

    data = sound_alone("mp3", "libmp3lame", tmp_path / "made") * 2
    assert judge(data, "joined.mp3").facts["sources"]["duration"] == "packets"
    assert judge(wav, "a.wav").facts["sources"]["duration"] == "header"
