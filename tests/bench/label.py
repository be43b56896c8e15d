"""Visible labels: whether they are found, how honest their height is, how often other text is taken for one, how fast.

Protocol: seeded pictures (`label_pictures`) with labels of 3 to 8 % of the shorter side, in all fonts with simplified
Chinese characters that the machine has (and those of `--fonts`), at opacities of 0.4 to 1, six places, four styles, on
noise with the spectrum of photographs, gradients and textures, JPEG 40 to 95; films of them, CRF 18 to 35. Every file
is judged as a user's is, against `labels: {explicit: required}`. The limits of the product were chosen on `--split
choosing`; the figures come from `judging`, which has other seeds and words, and a third more fonts.

A wrong accept is a label that is too small, with no finding on its height; a wrong reject one that is tall enough,
with an error on it. Bounds that cross the limit are a warning ("cannot be decided"), and counted on their own.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.rules.book import RuleSet
from tests.bench import label_pictures as pictures
from tests.bench.figures import Figures

REQUIRED = {"labels": {"explicit": "required"}}
TALL, OPAQUE = 0.05, 0.6
Font = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of one file, and what is true of it."""

    seed: int
    about: str
    text: str
    share: float
    opacity: float
    read: str | None
    height: str | None
    bounds: tuple[float, float]
    seconds: float

    @property
    def counts(self) -> bool:
        """True where the label must be found."""
        return self.share >= TALL and self.opacity >= OPAQUE

    def __str__(self) -> str:
        low, high = self.bounds
        return (
            f"{self.seed}: “{self.text}” {self.share:.1%} opacity {self.opacity:.2f} {self.about}: "
            f"read {self.read}, {low:.1%} to {high:.1%}, {self.height or 'accepted'}"
        )


def main(argv: list[str]) -> int:
    """Measure the figures of visible labels."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench label")
    parser.add_argument("--pictures", type=int, default=400, help="with a label")
    parser.add_argument("--others", type=int, default=1000, help="pictures with other text")
    parser.add_argument("--films", type=int, default=20)
    parser.add_argument("--split", choices=("choosing", "judging"), default="judging")
    parser.add_argument("--fonts", type=Path, help="folder with more fonts")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    figures, known = Figures("label"), pictures.fonts(options.fonts)
    figures.note(f"{len(known)} fonts; split {options.split}")
    first = options.seed
    _speed(figures, options.split, known)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        judge = partial(_picture, options.split, known)
        _found(figures, "pictures", list(pool.map(judge, range(first, first + options.pictures), chunksize=8)))
        judge = partial(_strong, options.split, known)
        strong = list(pool.map(judge, range(first, first + options.pictures // 4), chunksize=4))
        _found(figures, "pictures on strong noise", strong, bar=False)
        judge = partial(_film, options.split, known)
        _found(figures, "films", list(pool.map(judge, range(first, first + options.films))))
        judge = partial(_other, options.split, known)
        others = list(pool.map(judge, range(first, first + options.others), chunksize=8))
    wrong = [verdict for verdict in others if verdict.read]
    figures.add("labels seen in other text", 100 * len(wrong) / max(1, len(others)), 0.5, unit="%")
    for verdict in wrong:
        figures.note(f"false {verdict}")
    return figures.end()


def _found(figures: Figures, what: str, verdicts: list[Verdict], *, bar: bool = True) -> None:
    counted = [verdict for verdict in verdicts if verdict.counts]
    missed = [verdict for verdict in counted if not verdict.read]
    share = 100 * (1 - len(missed) / max(1, len(counted)))
    if bar:
        figures.add(f"labels found in {len(counted)} {what}", share, 99, unit="%", better="higher")
    else:
        figures.note(f"labels found in {len(counted)} {what}: {share:.4g} %")
    for verdict in missed:
        figures.note(f"missed {verdict}")
    seen = [verdict for verdict in verdicts if verdict.read]
    accepts = [verdict for verdict in seen if verdict.share < TALL and verdict.height is None]
    rejects = [verdict for verdict in seen if verdict.share >= TALL and verdict.height == "error"]
    figures.add(f"wrong verdicts on height, {what}", len(accepts) + len(rejects), 0)
    for verdict in accepts + rejects:
        figures.note(f"height {verdict}")
    unsure = [verdict for verdict in seen if verdict.height == "warning"]
    beyond = [verdict for verdict in unsure if abs(verdict.share / TALL - 1) > 0.15]
    outside = sum(not v.bounds[0] <= v.share <= v.bounds[1] for v in seen)
    figures.note(
        f"{what}: of {len(seen)} heights {len(unsure)} undecided ({len(beyond)} of them over 15 % off the limit), "
        f"{outside} outside of their bounds"
    )


def _speed(figures: Figures, split: str, known: list[Font]) -> None:
    """Measure alone, with both cores for one picture at a time."""
    _picture(split, known, -1)  # loads the models
    spent = [_picture(split, known, -2 - seed).seconds for seed in range(24)]
    spent += [_other(split, known, -2 - seed).seconds for seed in range(24)]
    figures.add("seconds a picture, mean", sum(spent) / len(spent), 1, unit="s")
    figures.note(f"seconds a picture: median {sorted(spent)[24]:.2f}, longest {max(spent):.2f}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "minute.mp4"
        rng = random.Random(7)
        ground = pictures.ground_of("noise", (1280, 720), rng)
        written, _ = pictures.write(ground, "今日天气", known[0], 0.07, 1.0, "plate", "left top", rng)
        encode(path, moving(written, 1500), 25, 28)  # without a label: all that may be read is read
        started = time.perf_counter()
        _judged(path, "video/mp4")
        figures.add("seconds for a film of a minute", time.perf_counter() - started, 10, unit="s")


def _picture(split: str, known: list[Font], seed: int) -> Verdict:
    return _verdict(pictures.labelled(seed, split, known), seed)


def _strong(split: str, known: list[Font], seed: int) -> Verdict:
    return _verdict(pictures.labelled(seed + 100_000, split, known, "strong"), seed)


def _other(split: str, known: list[Font], seed: int) -> Verdict:
    return _verdict(pictures.other(seed, split, known), seed)


def _film(split: str, known: list[Font], seed: int) -> Verdict:
    case = pictures.labelled(seed + 200_000, split, known)
    crf = random.Random(seed).randint(18, 35)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        encode(path, moving(case.picture, 75), 25, crf)
        return _verdict(case, seed, path, f" crf {crf}")


def moving(picture: Any, count: int) -> Iterator[Any]:
    """Return frames that differ a little, as those of a film do."""
    from PIL import ImageEnhance

    for number in range(count):
        yield ImageEnhance.Brightness(picture).enhance(1 - 0.08 * number / count)


def encode(path: Path, frames: Iterator[Any], fps: int, crf: int) -> None:
    """Write an H.264 film."""
    import av

    with av.open(str(path), "w") as container:
        stream: Any = None
        for picture in frames:
            if stream is None:
                stream = container.add_stream("libx264", rate=fps, options={"crf": str(crf), "preset": "veryfast"})
                stream.width, stream.height, stream.pix_fmt = *picture.size, "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())


def _verdict(case: pictures.Case, seed: int, film: Path | None = None, more: str = "") -> Verdict:
    if film is not None:
        examination, seconds = _judged(film, "video/mp4")
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.jpg"
            path.write_bytes(case.data)
            examination, seconds = _judged(path, "image/jpeg")
    seen = examination.facts["labels"]["visible"]
    best = max(seen, key=lambda fact: fact["height"][1], default=None)
    side = min(case.picture.size)
    height = next((str(f.severity) for f in examination.findings if f.rule == "labels.explicit.height"), None)
    bounds = (best["height"][0] / side, best["height"][1] / side) if best else (0.0, 0.0)
    return Verdict(
        seed, case.about + more, case.text, case.share, case.opacity, best["text"] if best else None, height, bounds,
        seconds,
    )  # fmt: skip


def _judged(path: Path, media_type: str) -> tuple[Examination, float]:
    started = time.perf_counter()
    examination = Examination(path.name, RuleSet("label", REQUIRED))
    judge_file(examination, path)
    assert examination.media_type == media_type, examination.media_type
    return examination, time.perf_counter() - started
