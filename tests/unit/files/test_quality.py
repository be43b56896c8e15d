"""Quality: planted faults are found within one frame or 50 ms, and good files raise no alarm."""

import io

import pytest

from tests.unit.files.conftest import rules_of, studio_video

FRAME = 1 / 24
EVERYTHING = {"quality": {"scan": "full", "black": "< 10 s", "frozen": "< 10 s", "silent": "< 10 s"}}


def near(found, planted, tolerance):
    assert len(found) == len(planted), found
    for (start, end), (low, high) in zip(found, planted, strict=True):
        assert start == pytest.approx(low, abs=tolerance)
        assert end == pytest.approx(high, abs=tolerance)


@pytest.mark.parametrize("spans", [((0.5, 1.25),), ((0.0, 0.5), (2.0, 3.0)), ((1.0, 1.25), (2.5, 4.0))])
@pytest.mark.parametrize(("kind", "tolerance"), [("black", FRAME), ("frozen", FRAME), ("silent", 0.05)])
def test_planted_spans(judge, kind, tolerance, spans):
    found = judge(studio_video(seconds=4.0, **{kind: spans}), "a.mp4", EVERYTHING).facts["quality"]
    near(found[f"{kind}_spans"], spans, tolerance)
    for other in {"black", "frozen", "silent"} - {kind}:
        assert found[f"{other}_spans"] == []


def test_good_video_raises_no_alarm(judge, mp4):
    strict = {
        "black": "== 0",
        "frozen": "== 0",
        "silent": "== 0",
        "clipped": 0,
        "length_gap": "< 0.1 s",
        "blank_first_frame": False,
    }
    found = judge(mp4, "a.mp4", {"quality": strict, "loudness": "-30..-5"})
    assert not found.findings, found.findings


def test_wholly_black_video_and_blank_first_frame(judge):
    from AIGCLibrary.misbehave.faults import OutputFault

    black = studio_video(faults=(OutputFault.BLACK,))
    assert rules_of(judge(black, "a.mp4", "video")) == {"quality.black"}
    blank = studio_video(faults=(OutputFault.BLANK_FIRST_FRAME,))
    assert rules_of(judge(blank, "a.mp4", {"quality": {"blank_first_frame": False}})) == {"quality.blank_first_frame"}


def test_keyframes_see_long_black_without_false_freezes(judge):
    rules = {"quality": {"scan": "keyframes", "black": "< 1 s", "frozen": "< 1 s"}}
    assert not judge(studio_video(seconds=4.0), "a.mp4", rules).findings
    black = studio_video(seconds=6.0, black=((0.0, 6.0),))
    assert rules_of(judge(black, "a.mp4", rules)) == {"quality.black"}


def test_clipped_sound(judge, tmp_path):
    import wave
    from array import array

    with wave.open(str(tmp_path / "a.wav"), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(44100)
        writer.writeframes(
            array("h", [32767, 32767, 32767, 32767, -5000, -32768, -32768, -32768, 0, 32767] * 4410).tobytes()
        )
    found = judge((tmp_path / "a.wav").read_bytes(), "b.wav", {"quality": {"clipped": "< 1 %"}, "peak": "< -1 dBFS"})
    assert rules_of(found) == {"quality.clipped", "peak"}
    assert found.facts["quality"]["clipped"] == pytest.approx(0.8, abs=0.01)  # the runs of neighbouring periods join


def test_pictures(judge, picture):
    from PIL import Image, ImageFilter

    def png(image):
        target = io.BytesIO()
        image.save(target, "PNG")
        return target.getvalue()

    sharp = Image.effect_noise((96, 64), 90).convert("RGB")
    rules = {"quality": {"blank": False, "blur": "< 1"}}
    assert not judge(png(sharp), "a.png", rules).findings
    assert rules_of(judge(png(sharp.filter(ImageFilter.GaussianBlur(6))), "b.png", rules)) == {"quality.blur"}
    blank = judge(png(Image.new("RGB", (96, 64), (12, 90, 200))), "c.png", rules)
    assert rules_of(blank) == {"quality.blank", "quality.blur"}


def tone(seconds, pauses=(), rate=24000):
    import math
    import wave
    from array import array

    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        samples = (
            0 if any(a <= i / rate < b for a, b in pauses) else int(9000 * math.sin(i / 9))
            for i in range(int(seconds * rate))
        )
        writer.writeframes(array("h", samples).tobytes())
    return target.getvalue()


@pytest.mark.parametrize("at", [0.013, 0.05, 0.08, 0.099])
def test_a_pause_that_begins_and_ends_in_one_frame_is_not_silence_to_the_end(judge, at):
    found = judge(tone(4, [(1 + at, 1 + at + 0.06)]), "a.wav", {"quality": {"silent": "< 1 s", "shortest": 0.05}})
    near(found.facts["quality"]["silent_spans"], [(1 + at, 1 + at + 0.06)], 0.01)


def test_many_short_pauses_and_one_at_the_end(judge):
    pauses = [(i + 0.3, i + 0.3 + 0.05 * (1 + i % 3)) for i in range(8)] + [(9.5, 10.0)]
    found = judge(tone(10, pauses), "a.wav", {"quality": {"silent": "< 1 s"}}).facts["quality"]
    near(found["silent_spans"], [(a, b) for a, b in pauses if b - a > 0.099], 0.02)


def film(pictures, rate=25, shown=None, bit_rate=None):
    """Encode pictures, each shown from its own time on."""
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as sink:
        stream = sink.add_stream("libx264", rate=rate, options={"g": "25", **({"b": bit_rate} if bit_rate else {})})
        stream.width, stream.height, stream.pix_fmt = pictures[0].width, pictures[0].height, "yuv420p"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_image(picture)
            frame.pts = number if shown is None else shown[number]
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode())
    return target.getvalue()


def moving(count, width=160, height=90):
    from PIL import Image, ImageDraw

    for number in range(count):
        picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
        ImageDraw.Draw(picture).rectangle((number * 3 % width, 20, number * 3 % width + 30, 60), (200, 30, 30))
        yield picture


def test_dropped_frames_do_not_freeze_the_rest(judge):
    times = [n for n in range(100) if n not in (26, 27)]
    found = judge(film(list(moving(98)), shown=times), "a.mp4", "video")
    assert not found.findings
    assert found.facts["quality"]["frozen"] <= 0.13


def test_few_frames_a_second_are_no_stillness(judge):
    assert judge(film(list(moving(24)), rate=8), "a.mp4", "video").facts["quality"]["frozen_spans"] == []


def test_a_picture_that_key_frames_refresh_stands_still_all_the_time(judge):
    picture = next(moving(1, 320, 180))
    found = judge(film([picture] * 125, bit_rate="150000"), "a.mp4", "video")
    assert rules_of(found) == {"quality.frozen"}
    assert found.facts["quality"]["frozen"] > 4.5  # the coder needs some frames to settle


def test_each_picture_shown_for_a_second_is_no_freeze_of_all(judge):
    from PIL import Image

    slides = [Image.effect_noise((160, 90), 40 + 10 * n).convert("RGB") for n in range(5)]
    found = judge(film([slide for slide in slides for _ in range(25)]), "a.mp4", "video")
    assert not found.findings
    near(found.facts["quality"]["frozen_spans"], [(n, n + 1) for n in range(5)], 1 / 25)


def test_a_still_picture_under_moving_grain_is_not_frozen(judge):
    from PIL import Image

    still, seconds = next(moving(1)), 3
    grain = [Image.effect_noise((160, 90), 60).convert("RGB") for _ in range(6)]
    pictures = [Image.blend(still, grain[n % 6], 0.1) for n in range(25 * seconds)]
    found = judge(film(pictures), "a.mp4", {"extends": "video", "quality": {"frozen": "< 1 s"}})
    assert not found.findings


def test_sound_whose_header_states_another_sample_format(judge, tmp_path):
    import av
    import numpy as np

    path = tmp_path / "a.mp2"
    with av.open(str(path), "w", format="mp2") as container:
        stream = container.add_stream("mp2", rate=44100)
        noise = np.random.default_rng(5).integers(-9000, 9000, (1, 44100)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
        frame.sample_rate = 44100
        container.mux([*stream.encode(frame), *stream.encode()])
    found = judge(path.read_bytes(), "a.mp2", "audio")
    assert not found.findings
    assert found.facts["sound"]["loudness"] > -30


def test_frames_that_change_their_rate_are_brought_to_the_first_one():
    import av
    import numpy as np

    from AIGCLibrary.files.quality.uniform import Uniform

    def frame(rate, form, layout):
        made = av.AudioFrame.from_ndarray(np.zeros((1, rate), np.int16 if form == "s16" else np.float32), form, layout)
        made.sample_rate = rate
        return made

    uniform = Uniform()
    assert len(uniform.frames(frame(48000, "s16", "mono"))) == 1
    parts = uniform.frames(frame(24000, "flt", "mono"))
    assert {(part.format.name, part.sample_rate) for part in parts} == {("s16", 48000)}
    assert sum(part.samples for part in parts) > 40000


def test_one_channel_that_clips_is_clipped():
    import av
    import numpy as np

    from AIGCLibrary.files.quality.levels import Levels
    from AIGCLibrary.files.quality.spans import Spans

    left = np.tile(np.array([32767] * 4 + [0] * 4, dtype=np.int16), 500)
    frame = av.AudioFrame(format="s16", layout="stereo", samples=len(left))
    frame.planes[0].update(np.stack((left, np.full_like(left, 3000)), axis=1).tobytes())
    frame.sample_rate = 8000
    levels = Levels(Spans(), -50)
    levels.see(frame)
    levels.finish()
    assert levels.clipped == pytest.approx(0.25)


def test_a_pause_that_was_not_coded_is_silence():
    from fractions import Fraction

    import av

    from AIGCLibrary.files.quality.levels import Levels
    from AIGCLibrary.files.quality.spans import Spans

    silent = Spans()
    levels = Levels(silent, -50)
    for at in (0, 400, 2000, 2400):  # 1.2 s lack between the second and the third
        frame = av.AudioFrame(format="s16", layout="mono", samples=400)
        frame.planes[0].update(b"\x00\x20" * 400)
        frame.sample_rate, frame.time_base, frame.pts = 1000, Fraction(1, 1000), at
        levels.see(frame)
    levels.finish()
    assert silent.found == [(0.8, 2.0)]
