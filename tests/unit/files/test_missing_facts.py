"""What was not measured is a finding of its own, for every rule and every kind of file."""

import io
import wave
from array import array

import pytest

from AIGCLibrary.files.rules.vocabulary import ARCHIVE_WORDS, QUALITY_WORDS, WORDS
from tests.unit.files.conftest import make_zip, rules_of, studio_video

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
    if name in ALWAYS_KNOWN:
        assert all(finding.actual != "not measured" for finding in found.findings)
    elif name in ("sha1", "md5"):
        assert rules_of(found) == {rule}
    else:
        assert [(f.rule, f.actual, str(f.severity)) for f in found.findings] == [(rule, "not measured", "error")]


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
