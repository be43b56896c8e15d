"""Spans are those that FFmpeg's detectors report, or where these err, those that were planted."""

import math
import struct
import wave
from fractions import Fraction

import pytest

from tests.support.spans import Truth, differences, film, sound


@pytest.mark.parametrize("seed", [16, 25])
def test_films_beside_the_detectors(tmp_path, seed):
    compared = differences(*film(tmp_path, seed))
    assert compared.spans
    assert not compared.unexplained


@pytest.mark.parametrize("seed", [0, 1])
def test_sounds_beside_the_detectors(tmp_path, seed):
    compared = differences(*sound(tmp_path, seed))
    assert not compared.unexplained


def test_the_true_peak_of_the_last_tenth_of_a_second_counts(tmp_path, judge):
    path = tmp_path / "a.wav"
    quiet, loud = (
        [round(level * math.sin(math.pi * n / 2 + math.pi / 4)) for n in range(count)]
        for level, count in ((2000, 24000), (20000, 900))
    )
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 24000, 0, "NONE", ""))
        sound.writeframes(struct.pack("<24900h", *quiet, *loud))
    found = judge(path.read_bytes(), "a.wav", {"true_peak": "<= -10", "quality": {"silent": "== 0"}})
    assert {finding.rule for finding in found.findings} == {"true_peak"}
    assert found.facts["sound"]["true_peak"] == pytest.approx(20 * math.log10(20000 / 32768), abs=0.5)


def test_times_are_counted_from_where_playing_begins(tmp_path):
    import av
    from PIL import Image

    path = tmp_path / "a.ts"
    with av.open(str(path), "w", format="mpegts", options={"output_ts_offset": "5"}) as container:
        stream = container.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(50):
            light = 0 if 25 <= number < 45 else 90 + 5 * (number % 20)
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), (light, light, light)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    compared = differences(path, Truth(black=[(1.0, 1.8)], step=0.04, length=2.0))
    assert compared.spans == 1
    assert not compared.unexplained


def test_sound_that_begins_late_is_silent_until_then(tmp_path):
    from AIGCLibrary.files.hearing.speech import RATE, _pieces

    path = tmp_path / "a.mp4"
    write_late_sound(path, seconds=1.0, late=0.75)
    data = b"".join(_pieces(path))
    assert len(data) / 2 / RATE == pytest.approx(1.75, abs=0.1)
    assert max(memoryview(data).cast("h")[: round(0.7 * RATE)]) < 600
    assert max(memoryview(data).cast("h")) > 12000


def write_late_sound(path, *, seconds, late):
    """Write a film whose sound begins after its picture."""
    import av
    from PIL import Image

    rate = 16000
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 32, 32, "yuv420p"
        sound = container.add_stream("aac", rate=rate, layout="mono")
        for number in range(round(10 * (seconds + late))):
            frame = av.VideoFrame.from_image(Image.new("RGB", (32, 32), (9 * number, 0, 0)))
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        for number in range(round(seconds * rate / 1024)):
            frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            frame.planes[0].update(struct.pack("<1024f", *([0.5, -0.5] * 512)))
            frame.rate, frame.time_base, frame.pts = rate, Fraction(1, rate), round(late * rate) + 1024 * number
            container.mux(sound.encode(frame))
        container.mux(sound.encode())
