"""Order, picture, sound and captions against each other: reference pictures, cuts, colours, pace, pauses, reading."""

import av
import numpy as np
import pytest
from PIL import Image, ImageOps

from AIGCLibrary.files.captions import characters, read_captions, speech_units
from AIGCLibrary.files.hearing import rules as sound_rules
from AIGCLibrary.files.hearing.speech import RATE, Heard
from AIGCLibrary.files.reading.likeness import likeness
from tests.unit.files.conftest import scene

SIZE, FPS = (192, 108), 12


def brighter(picture, levels):
    return picture.point(lambda value: min(255, value + levels))


def film(path, frames, *, sound_at=None):
    """A film of these frames, with a tone that begins at a moment."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        tone = container.add_stream("aac", rate=RATE, layout="mono") if sound_at is not None else None
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode())
        if tone is not None:
            wave = (np.sin(np.arange(1024) / 8) * 0.3).astype(np.float32).reshape(1, -1)
            for index in range(round(len(frames) / FPS * RATE / 1024)):
                frame = av.AudioFrame.from_ndarray(wave, format="flt", layout="mono")
                frame.sample_rate, frame.pts = RATE, index * 1024 + round(sound_at * RATE)
                container.mux(tone.encode(frame))
            container.mux(tone.encode())
    return path.read_bytes()


def found_in(judge, data, name, rules):
    examination = judge(data, name, rules)
    return examination.facts, {finding.rule: finding.message for finding in examination.findings}


@pytest.fixture(scope="module")
def shots(tmp_path_factory):
    """Two scenes of 1.5 s; the second becomes brighter at 2.25 s while it shows the same."""
    first, second = scene(1), scene(2)
    frames = [first] * 18 + [second] * 9 + [brighter(second, 24)] * 9
    return film(tmp_path_factory.mktemp("film") / "a.mp4", frames, sound_at=0.4)


def test_cuts_jumps_of_colour_and_starts_are_found_where_they_are(judge, shots):
    rules = {"quality": {"scan": "full", "cuts": 0, "colour_shift": "< 10", "start_gap": "< 0.1 s"}}
    facts, found = found_in(judge, shots, "a.mp4", rules)
    assert facts["quality"]["cut_times"] == pytest.approx([1.5], abs=1 / FPS)
    assert facts["quality"]["colour_shift"] == pytest.approx(24, abs=4)
    assert facts["quality"]["colour_shift_at"] == pytest.approx(2.25, abs=2 / FPS)
    assert facts["quality"]["start_gap"] == pytest.approx(
        0.4, abs=1024 / RATE + 0.01
    )  # the encoder begins a frame early
    assert set(found) == {"quality.cuts", "quality.colour_shift", "quality.start_gap"}
    kinder = {"quality": {"scan": "full", "cuts": 1, "colour_shift": "< 40", "start_gap": "< 0.5 s"}}
    assert found_in(judge, shots, "a.mp4", kinder)[1] == {}


def test_what_needs_all_frames_is_not_measured_from_key_frames(judge, shots):
    _, found = found_in(judge, shots, "a.mp4", {"quality": {"scan": "keyframes", "cuts": 0, "colour_shift": "< 10"}})
    assert all("only key frames were decoded" in found[f"quality.{rule}"] for rule in ("cuts", "colour_shift"))


def test_colours_are_not_compared_where_nothing_can_be_recognised(judge, tmp_path):
    flat = film(tmp_path / "b.mp4", [Image.new("RGB", SIZE, (90, 90, 90))] * 12)
    _, found = found_in(judge, flat, "b.mp4", {"quality": {"scan": "full", "colour_shift": "< 10"}})
    assert "too little is seen" in found["quality.colour_shift"]


def test_first_and_last_frame_are_held_against_the_ordered_pictures(judge, shots, tmp_path):
    ImageOps.pad(scene(1), (400, 400)).save(tmp_path / "one.png")
    brighter(scene(2), 10).resize((960, 540)).save(tmp_path / "two.jpg")
    right = {"reference": {"first": str(tmp_path / "one.png"), "last": str(tmp_path / "two.jpg")}}
    scene(1).save(tmp_path / "one.png")
    facts, found = found_in(judge, shots, "a.mp4", right)
    assert found == {}
    assert min(facts["reference"].values()) > 0.8
    wrong = {"reference": {"first": str(tmp_path / "two.jpg"), "last": str(tmp_path / "one.png")}}
    _, found = found_in(judge, shots, "a.mp4", wrong)
    assert found["reference.first"].startswith("The first frame is not the ordered picture: its likeness is 0.")
    assert "reference.last" in found
    _, found = found_in(judge, shots, "a.mp4", {"reference": {"first": "none.png"}})
    assert "not measured: the picture" in found["reference.first"]
    _, found = found_in(judge, b"a,b\n1,2\n", "a.csv", right)
    assert "has no picture" in found["reference.first"]


def test_the_last_frame_of_an_animation_is_not_guessed(judge, tmp_path):
    scene(1).save(tmp_path / "one.png")
    scene(1).save(tmp_path / "two.gif", save_all=True, append_images=[scene(2)], duration=200)
    rules = {"reference": {"first": str(tmp_path / "one.png"), "last": str(tmp_path / "one.png")}}
    _, found = found_in(judge, (tmp_path / "two.gif").read_bytes(), "a.gif", rules)
    assert set(found) == {"reference.last", "image.first"}
    assert "only the first frame of an animation" in found["reference.last"]


@pytest.mark.parametrize(
    "changed",
    [
        lambda p: p.resize((900, 500)),
        lambda p: ImageOps.fit(p, (200, 200)),
        lambda p: ImageOps.pad(p, (108, 192)),
        lambda p: p.crop((5, 3, 187, 105)),
        lambda p: brighter(p, 20),
    ],
)
def test_a_picture_is_like_itself_scaled_cropped_padded_zoomed_and_brighter(changed):
    assert all(likeness(scene(seed), changed(scene(seed))) > 0.85 for seed in range(6))
    assert all(likeness(scene(seed), changed(scene(seed + 1))) < 0.6 for seed in range(6))


def cue(start, end, text):
    def clock(seconds):
        return f"00:00:{seconds:06.3f}".replace(".", ",")

    return f"1\n{clock(start)} --> {clock(end)}\n{text}\n\n"


ASS = (
    "[Script Info]\n\n[Events]\nFormat: Layer, Start, End, Text\nDialogue: 0,0:00:01.00,0:00:03.00,{\\i1}你好\\N世界\n"
)
TTML = '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="3s">你好<br/>世界</p></div></body></tt>'


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("a.srt", cue(1, 3, "<i>你好世界，这是我们今天要说的话</i>"), "gb18030"),
        ("a.srt", cue(1, 3, "你好世界"), "utf-16"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:03.000\n你好世界\n", "utf-8"),
        ("a.ass", ASS, "utf-8-sig"),
        ("a.xml", TTML, "utf-8"),
    ],
)
def test_captions_are_read_in_all_their_formats_and_encodings(tmp_path, name, text, encoding):
    (tmp_path / name).write_bytes(text.encode(encoding))
    (found,) = read_captions(tmp_path / name)
    assert (found.start, found.end) == (1.0, 3.0)
    assert characters(found.text) in (4, 14)


def test_what_is_no_caption_file_is_refused(tmp_path):
    for data in (b"", b"\0\1\2\3" * 30, b"a text without cues"):
        (tmp_path / "a.srt").write_bytes(data)
        with pytest.raises(ValueError, match=r"no text|no cue"):
            read_captions(tmp_path / "a.srt")


@pytest.mark.parametrize(
    ("text", "units", "read"),
    [
        ("你好，世界！", (4, "characters"), 4),
        ("It's well-known.", (2, "words"), 16),
        ("用 GPU 生成 3 个视频", (8, "characters"), 10),
        ("<b>{\\an8}Hello</b>\nworld", (2, "words"), 11),
        ("", (0, "words"), 0),
    ],
)
def test_what_is_said_and_what_is_read(text, units, read):
    assert speech_units(text) == units
    assert characters(text) == read


def test_reading_speed_is_that_of_the_fastest_cue(judge):
    text = cue(1, 3, "一二三四五六七八") + cue(4, 5, "一二三四五六七八九十一二")
    facts, found = found_in(judge, text.encode(), "a.srt", {"subtitles": {"reading_speed": "<= 9"}})
    assert facts["text"]["reading_speed"] == 12
    assert found == {"subtitles.reading_speed": "12 characters in 1.00 s are 12.0 a second."}


def test_pauses_and_pace_of_speech(judge, wav, monkeypatch, tmp_path):
    spans = ((0.5, 2.5), (6.0, 8.0))
    monkeypatch.setattr(sound_rules, "hear", lambda _path: Heard(np.zeros(9 * RATE), spans, (0.0,)))
    script = tmp_path / "script.txt"
    script.write_text("一二三四五六七八九十" * 2, encoding="gb18030")
    rules = {"sound": {"dead_air": "< 3 s", "pace": "2..4", "script": str(script)}}
    facts, found = found_in(judge, wav, "a.wav", rules)
    assert (facts["sound"]["dead_air"], facts["sound"]["pace"]) == (3.5, 5.0)
    assert found["sound.dead_air"] == "For 3.50 s nothing is said."
    assert found["sound.pace"] == "The speech has 5.00 characters a second, pauses not counted."
    _, found = found_in(judge, wav, "a.wav", {"sound": {"pace": "2..4"}})
    assert "neither `script` nor `captions`" in found["sound.pace"]
    monkeypatch.setattr(sound_rules, "hear", lambda _path: Heard(np.zeros(RATE), (), (0.0,)))
    _, found = found_in(judge, wav, "a.wav", rules)
    assert all("no speech is heard" in found[rule] for rule in ("sound.pace", "sound.dead_air"))
