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
    from AIGCLibrary.studio.misbehaviour import OutputFault

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
