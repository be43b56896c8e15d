"""Whether sound, its end, and captions are judged as they are made: speech with a truth of its own.

Protocol: sentences in four languages by espeak-ng (`--espeak`: where it was unpacked; without it, a synthetic voice of
harmonics with syllables is used, and said so), as WAV, MP3 and AAC, half of them with noise. Whole clips end with a
release of 40 ms and 10 to 600 ms of silence; cut ones are cut inside a loud sound. Captions: 12 to 20 sentences with
pauses, cues that begin with them within 60 ms, moved by up to 8 s, a third at a speed of 25/24 or 24/25.
"""

import argparse
import os
import random
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from AIGCLibrary.files.hearing.captions import step_of
from AIGCLibrary.files.hearing.ending import Ending, ending_of
from AIGCLibrary.files.hearing.speech import Heard, hear
from tests.bench.figures import Figures

RATE = 22_050
SENTENCES = {
    "cmn": ("今天的故事到这里就结束了", "她推开门，看见雨已经停了", "请在下午三点之前回复我", "我们继续往前走"),
    "en-us": ("The story ends here and we say good night", "Please send me the report before Friday", "Welcome back"),
    "de": ("Die Geschichte endet hier und jetzt", "Bitte schicken Sie mir den Bericht"),
    "fr": ("Elle ouvre la porte et regarde la pluie", "Bonjour et bienvenue"),
}


def main(argv: list[str]) -> int:
    """Measure the figures of speech and captions."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench agree")
    parser.add_argument("--clips", type=int, default=200, help="whole ones; as many are cut")
    parser.add_argument("--captions", type=int, default=40, help="films with captions")
    parser.add_argument("--espeak", type=Path, help="root of an unpacked espeak-ng, such as /tmp/root")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    figures = Figures("agree")
    figures.note("voice: " + ("espeak-ng" if options.espeak else "synthetic harmonics (no espeak-ng was given)"))
    with tempfile.TemporaryDirectory() as folder:
        _endings(figures, options, Path(folder))
        _captions(figures, options, Path(folder))
    return figures.end()


def _endings(figures: Figures, options: argparse.Namespace, folder: Path) -> None:
    found: dict[bool, list[Ending]] = {True: [], False: []}
    for number in range(2 * options.clips):
        rng = random.Random(f"{options.seed} ending {number}")
        cut = bool(number % 2)
        samples = _cut(speak(rng, options.espeak), rng) if cut else _whole(speak(rng, options.espeak), rng)
        found[cut].append(ending_of(_heard(samples, rng, folder)))
    cut_off, whole = found[True], found[False]
    share = 100 / max(1, options.clips)
    figures.add("cut-offs found", share * cut_off.count(Ending.CUT), 95, unit="%", better="higher")
    figures.add("whole clips called cut off", share * whole.count(Ending.CUT), 1, unit="%")
    unsure = [one.count(Ending.UNKNOWN) + one.count(Ending.NO_SPEECH) for one in (cut_off, whole)]
    figures.note(f"cannot be determined: {unsure[0]} of the cut ones, {unsure[1]} of the whole ones")


def _captions(figures: Figures, options: argparse.Namespace, folder: Path) -> None:
    import numpy as np

    errors, none, invented = [], 0, 0
    for number in range(options.captions):
        rng = random.Random(f"{options.seed} captions {number}")
        parts, spans, at = [], [], 0.0
        for _ in range(rng.randint(12, 20)):
            pause = rng.uniform(0.3, 2.5)
            voice = speak(rng, options.espeak)
            parts += [np.zeros(round(pause * RATE), dtype=np.float32), voice]
            spans.append((at + pause, at + pause + len(voice) / RATE))
            at = spans[-1][1]
        heard = _heard(np.concatenate(parts), rng, folder)
        late, speed = rng.uniform(-8, 8), rng.choice((1.0, 1.0, 25 / 24, 24 / 25))
        late = max(late, 0.1 - spans[0][0] * speed)
        cues = [(a * speed + late + rng.uniform(-0.06, 0.06), b * speed + late) for a, b in spans]
        step = step_of(cues, heard.spans)
        first, last = spans[0][0], spans[-1][0]
        if step is None:
            none += 1
        else:
            errors.append(abs(step.offset - (late + first * (speed - 1))))
            errors.append(abs(step.offset + step.drift - (late + last * (speed - 1))))
        other = random.Random(number)
        starts = sorted(other.uniform(0, at) for _ in cues)
        invented += step_of([(one, one + other.uniform(0.5, 2)) for one in starts], heard.spans) is not None
    errors.sort()
    if errors:
        figures.add("offset of captions, 95 % within", 1000 * errors[int(0.95 * len(errors))], 80, unit="ms")
        figures.note(f"largest error {1000 * errors[-1]:.0f} ms, at start and end of {len(errors) // 2} films")
    figures.add("captions in step not determined", 100 * none / max(1, options.captions), 10, unit="%")
    figures.add("foreign captions given an offset", 100 * invented / max(1, options.captions), 5, unit="%")


def speak(rng: random.Random, espeak: Path | None) -> Any:
    """Return a sentence of speech at 22,050 Hz, without the silence around it."""
    import numpy as np

    if espeak is None:
        return _synthetic(rng)
    libraries = espeak / "usr/lib/x86_64-linux-gnu"
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(libraries),
        "ESPEAK_DATA_PATH": str(libraries / "espeak-ng-data"),
    }
    language = rng.choice(list(SENTENCES))
    voice = f"{language}+{rng.choice(('m1', 'm3', 'f2', 'f4'))}"
    command = [str(espeak / "usr/bin/espeak-ng"), "-v", voice, "-s", str(rng.randint(130, 200)), "--stdout"]
    command.append(rng.choice(SENTENCES[language]))
    data = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    samples = np.frombuffer(data[44:], dtype="<i2").astype(np.float32) / 32768
    loud = np.nonzero(_levels(samples) > _top(samples) - 45)[0]
    return samples[loud[0] * 110 : (loud[-1] + 1) * 110].copy()


def _synthetic(rng: random.Random) -> Any:
    import numpy as np

    parts = []
    for _ in range(rng.randint(5, 12)):
        length = round(rng.uniform(0.12, 0.25) * RATE)
        time = np.arange(length) / RATE
        pitch = rng.uniform(100, 220) * (1 + 0.1 * np.sin(2 * np.pi * 3 * time))
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        peaks = [rng.uniform(300, 800), rng.uniform(900, 2300), 2700]
        voice = sum(
            np.sin(n * phase) * sum(np.exp(-(((n * 150 - peak) / 180) ** 2)) for peak in peaks) for n in range(1, 25)
        )
        parts += [voice * np.hanning(length) ** 0.4, np.zeros(round(rng.uniform(0.02, 0.06) * RATE))]
    samples = np.concatenate(parts[:-1])
    return (0.4 * samples / np.abs(samples).max()).astype(np.float32)


def _levels(samples: Any) -> Any:
    import numpy as np

    count = len(samples) // 110
    return 10 * np.log10((samples[: count * 110].reshape(count, 110) ** 2).mean(axis=1) + 1e-10)


def _top(samples: Any) -> float:
    import numpy as np

    return float(np.percentile(_levels(samples), 90))


def _cut(samples: Any, rng: random.Random) -> Any:
    levels, least = _levels(samples), _top(samples) - 12
    inside = [at for at in range(len(levels) // 3, len(levels) - 30) if min(levels[at - 1 : at + 1]) > least]
    return samples[: rng.choice(inside) * 110 + rng.randint(0, 109)]


def _whole(samples: Any, rng: random.Random) -> Any:
    import numpy as np

    release = round(0.04 * RATE)
    samples[-release:] *= np.linspace(1, 0, release) ** 2
    return np.concatenate([samples, np.zeros(round(rng.uniform(0.01, 0.6) * RATE), dtype=np.float32)])


def _heard(samples: Any, rng: random.Random, folder: Path) -> Heard:
    """Encode a sound, half of them with noise, and listen to it."""
    import av
    import numpy as np

    if rng.random() < 0.5:
        noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 10 ** (rng.uniform(-70, -50) / 20), len(samples))
        samples = samples + noise.astype(np.float32)
    suffix, codec = rng.choice((("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("m4a", "aac")))
    path = folder / f"clip.{suffix}"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=RATE)
        stream.layout = "mono"
        whole = av.AudioFrame.from_ndarray((np.clip(samples, -1, 1) * 32767).astype("<i2")[None], "s16", "mono")
        whole.sample_rate = RATE
        frames = [whole]
        if suffix != "wav":
            context = stream.codec_context
            resampler = av.AudioResampler(context.format, "mono", RATE, context.frame_size or 1152)
            frames = [*resampler.resample(whole), *resampler.resample(None)]
        for frame in frames:
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return hear(path)
