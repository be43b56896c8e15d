"""Every symptom of the index: the rule it names rejects a file that has it, and accepts one that has not."""

import io
import math
import wave
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import yaml
from PIL import Image

from AIGCLibrary.files.hearing import rules as sound_rules
from AIGCLibrary.files.hearing.speech import RATE, Heard
from AIGCLibrary.files.labels.writer import write_label
from AIGCLibrary.files.reading import ocr
from AIGCLibrary.files.reading.reader import TextLine
from AIGCLibrary.files.symptoms import SYMPTOMS
from tests.unit.files.conftest import FIELDS, rules_of, scene
from tests.unit.files.test_agreement import brighter, cue, film
from tests.unit.files.test_quality import moving, tone
from tests.unit.files.test_speech import heard, sentences


@dataclass(frozen=True)
class Sample:
    """A file, what readers find in it, and what lies beside it."""

    name: str
    data: bytes
    text: tuple[str, ...] = ()
    speech: Heard | None = None
    beside: dict[str, bytes] | None = None


class Reader:
    """Reads prepared lines."""

    def __init__(self, texts):
        self.texts = texts

    def read(self, _picture):
        return [TextLine(text, (8, 8 + 40 * row, 90, 30), 0.9, (10, 12)) for row, text in enumerate(self.texts)]


def clip(folder, frames, sound_at=None):
    return Sample("a.mp4", film(folder / "clip.mp4", list(frames), sound_at=sound_at))


def said(*parts, script=""):
    """Speech of given spans."""
    speech = Heard(np.zeros(round((parts[-1][1] + 1) * RATE)), parts, (0.0,))
    return Sample("a.wav", tone(1), speech=speech, beside={"line.txt": script.encode()})


def captioned(_folder, late):
    cues = "".join(cue(start + late, end + late, "text") for start, end in sentences())
    return Sample("a.wav", tone(1), speech=Heard(np.zeros(RATE), tuple(sentences()), (0.0,)),
                  beside={"film.srt": cues.encode()})  # fmt: skip


def requested(folder, shown):
    sample, target = clip(folder, [scene(shown)] * 12), io.BytesIO()
    scene(1).resize((384, 216)).save(target, "PNG")
    return Sample(sample.name, sample.data, beside={"requested.png": target.getvalue()})


def picture(image, *text):
    target = io.BytesIO()
    image.save(target, "PNG")
    return Sample("a.png", target.getvalue(), text=text)


def labelled(folder):
    plain, marked = folder / "plain.png", folder / "marked.png"
    plain.write_bytes(picture(scene(1)).data)
    write_label(plain, marked, FIELDS)
    return Sample("a.png", marked.read_bytes(), text=("AI生成",))


def stereo(*levels):
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(24000)
        writer.writeframes(
            array(
                "h", (max(-32768, min(32767, int(level * math.sin(at / 9)))) for at in range(48000) for level in levels)
            ).tobytes()
        )
    return Sample("a.wav", target.getvalue())


def frames(count):
    return list(moving(count, 192, 108))


def with_black(folder, seconds):
    black = [Image.new("RGB", (192, 108))] * round(12 * seconds)
    return clip(folder, [*frames(12), *black, *frames(12)])


def lighter(folder, *levels):
    return clip(folder, [brighter(scene(2), level) for level in levels])


def half(sample):
    return Sample(sample.name, sample.data[: len(sample.data) // 2])


SAMPLES: dict[str, tuple[str, Callable, Callable]] = {
    "the last sentence is cut off": (
        "sound.ends",
        lambda _: Sample("a.wav", tone(1), speech=heard((1.0, 0.2))),
        lambda _: Sample("a.wav", tone(1), speech=heard((1.0, 0.2), (0.4, 0.0))),
    ),
    "it speaks too fast or too slowly": (
        "sound.pace",
        lambda _: said((0.5, 4.5), script="一二三四五六七八" * 4),
        lambda _: said((0.5, 4.5), script="一二三四" * 4),
    ),
    "nobody speaks for a long time": (
        "sound.dead_air",
        lambda _: said((0.5, 2.0), (6.0, 7.0)),
        lambda _: said((0.5, 2.0), (3.0, 4.0)),
    ),
    "the captions come too late, or ever later": (
        "sound.captions",
        lambda folder: captioned(folder, 0.8),
        lambda folder: captioned(folder, 0.1),
    ),
    "nobody can read the captions that fast": (
        "subtitles.reading_speed",
        lambda _: Sample("a.srt", cue(1, 2, "一二三四五六七八九十一二").encode()),
        lambda _: Sample("a.srt", cue(1, 3, "一二三四五六七八").encode()),
    ),
    "the film does not begin with my picture": (
        "reference.first",
        lambda folder: requested(folder, 2),
        lambda folder: requested(folder, 1),
    ),
    "there is a cut in a single shot": (
        "quality.cuts",
        lambda folder: clip(folder, [scene(1)] * 18 + [scene(2)] * 18),
        lambda folder: clip(folder, frames(36)),
    ),
    "the colours jump": (
        "quality.colour_shift",
        lambda folder: lighter(folder, *[0] * 15, *[20] * 15),
        lambda folder: lighter(folder, *[0] * 9, *(2 * step for step in range(10)), *[20] * 9),
    ),
    "the title is garbled or missing": (
        "text.must",
        lambda _: picture(scene(1), "夏曰特惠"),
        lambda _: picture(scene(1), "夏日", "特惠"),
    ),
    "there is a foreign watermark": (
        "text.must_not",
        lambda _: picture(scene(1), "© somepix 2026"),
        lambda _: picture(scene(1), "© 2026"),
    ),
    "nothing shows that it was generated": ("labels.explicit", lambda _: picture(scene(1)), labelled),
    "the picture is black for a while": (
        "quality.black",
        lambda folder: with_black(folder, 1),
        lambda folder: with_black(folder, 0.2),
    ),
    "the picture stands still": (
        "quality.frozen",
        lambda folder: clip(folder, [*frames(12), *[frames(12)[-1]] * 45]),
        lambda folder: clip(folder, frames(57)),
    ),
    "the sound is missing for a while": (
        "quality.silent",
        lambda _: Sample("a.wav", tone(5, [(1, 4)])),
        lambda _: Sample("a.wav", tone(5, [(1, 1.4), (3, 3.5)])),
    ),
    "it is too loud or crackles": ("true_peak", lambda _: stereo(60000, 60000), lambda _: stereo(9000, 9000)),
    "one side has no sound": ("dead_channels", lambda _: stereo(9000, 0), lambda _: stereo(9000, 9000)),
    "sound and picture do not start together": (
        "quality.start_gap",
        lambda folder: clip(folder, frames(24), 0.4),
        lambda folder: clip(folder, frames(24), 0.0),
    ),
    "sound and picture do not end together": (
        "quality.length_gap",
        lambda folder: clip(folder, frames(24), 1.0),
        lambda folder: clip(folder, frames(24), 0.0),
    ),
    "it is shorter than requested": (
        "duration",
        lambda folder: clip(folder, frames(47)),
        lambda folder: clip(folder, frames(60)),
    ),
    "it is blurred, or of one colour": (
        "quality.blank",
        lambda _: picture(Image.new("RGB", (192, 108), (128, 128, 128))),
        lambda _: picture(scene(1)),
    ),
    "it does not open": (
        "mp4.structure",
        lambda folder: half(clip(folder, frames(12))),
        lambda folder: clip(folder, frames(12)),
    ),
}
"""The rule that is broken, a file that has the symptom, and one that has not."""


def test_every_symptom_has_samples():
    assert list(SAMPLES) == [symptom.noticed[0] for symptom in SYMPTOMS]


@pytest.mark.parametrize("symptom", SYMPTOMS, ids=lambda one: one.noticed[0])
def test_the_rule_of_a_symptom_finds_it_and_nothing_else(judge, symptom, tmp_path, monkeypatch):
    rule, failing, passing = SAMPLES[symptom.noticed[0]]
    monkeypatch.chdir(tmp_path)

    def broken(sample):
        for name, data in (sample.beside or {}).items():
            (tmp_path / name).write_bytes(data)
        monkeypatch.setattr(sound_rules, "hear", lambda _path: sample.speech)
        monkeypatch.setattr(ocr, "shared_ocr", lambda: Reader(sample.text))
        return rules_of(judge(sample.data, sample.name, yaml.safe_load(symptom.rule)))

    assert rule in broken(failing(tmp_path))
    assert broken(passing(tmp_path)) == set()
