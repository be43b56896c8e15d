"""`python -m tests.bench spans`: spans, loudness and sizes of seeded media, beside FFmpeg's own detectors and ffprobe.

A difference from a detector is explained where what was found is what was planted: the detector errs then, mostly
freezedetect, which begins again at each key frame and takes black for a standing picture. All others count.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.inspector import FileInspector
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.rules import RuleBook
from AIGCLibrary.files.validators import Validators
from tests.bench.figures import Figures
from tests.support.spans import differences, film, sound

BOOK = RuleBook()
LOUD = {"loudness": "-99..0", "loudness_range": "< 99", "true_peak": "< 99"}
TURNS = ("", "90", "180", "270")


def main(argv: list[str]) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench spans")
    parser.add_argument("--films", type=int, default=120)
    parser.add_argument("--sounds", type=int, default=80)
    parser.add_argument("--sizes", type=int, default=24, help="films with rotation, pixel aspect and crop")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    figures = Figures("spans")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, make, count in (("films", film, options.films), ("sounds", sound, options.sounds)):
            spans = explained = 0
            unexplained: list[str] = []
            for seed in range(options.seed, options.seed + count):
                path, truth = make(folder, seed)
                compared = differences(path, truth)
                spans += compared.spans
                explained += len(compared.explained)
                unexplained += [f"{path.name} {text}" for text in compared.unexplained]
                path.unlink()
            for text in unexplained:
                figures.note(text)
            figures.note(f"{count} {what} with {spans} spans; {explained} differences in which the detector errs")
            figures.add(f"unexplained differences from FFmpeg's detectors, {what}", len(unexplained), 0)
        if shutil.which("ffmpeg"):
            _levels(figures, folder, options.sounds, options.seed)
            _sizes(figures, folder, options.sizes, options.seed)
        else:
            figures.note("no ffmpeg: loudness and sizes were not compared")
    return figures.end()


def _levels(figures: Figures, folder: Path, count: int, seed: int) -> None:
    """Compare loudness, its range and the true peak with the summary of FFmpeg's `ebur128`."""
    furthest = {"loudness": 0.0, "loudness_range": 0.0, "true_peak": 0.0}
    for number in range(seed, seed + count):
        path, _ = sound(folder, number)
        examination = Examination(path.name, BOOK.get(LOUD))
        judge_file(examination, path)
        command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr.rpartition("Summary:")[2]
        for name, pattern in (("loudness", "I:"), ("loudness_range", "LRA:"), ("true_peak", "Peak:")):
            ours = examination.facts["sound"][name]
            peer = max(float(re.search(rf"{pattern}\s+(-?[\d.]+|-inf)", said)[1]), -70.0)  # type: ignore[index]
            furthest[name] = max(furthest[name], abs(ours - peer))
        path.unlink()
    for name, value in furthest.items():
        figures.add(f"{name.replace('_', ' ')} beside ebur128, furthest of {count}", value, 0.3, unit="dB")


def _sizes(figures: Figures, folder: Path, count: int, seed: int) -> None:
    """Compare size, rotation and pixel aspect with what ffprobe says of the stream."""
    wrong = []
    for number in range(seed, seed + count):
        path = _shaped(folder, number)
        media, peer = FileInspector(Validators(), FileLimits()).media_of(path), _probed(path)
        wrong += [
            f"{path.name} {name}: {media.get(name)}, ffprobe {peer[name]}"
            for name in peer
            if media.get(name) != peer[name]
        ]
        path.unlink()
    for text in wrong:
        figures.note(text)
    figures.add(f"differences from ffprobe in sizes of {count} films", len(wrong), 0)


def _shaped(folder: Path, seed: int) -> Path:
    rng = random.Random(f"shape {seed}")
    form, turn = rng.choice(("mp4", "mov", "mkv", "mp4")), rng.choice(TURNS)
    pixel = rng.choice(("1/1", "4/3", "8/9", "16/11", "12/11"))
    width, height = rng.choice(((192, 108), (176, 144), (90, 162), (322, 182)))
    path = folder / f"shape{seed}.{form}"
    crop = f"h264_metadata=crop_right={rng.choice((0, 2, 8))}:crop_bottom={rng.choice((0, 4))}"
    command = [
        "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s={width}x{height}:d=0.4",
        "-vf", f"setsar={pixel}", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-bsf:v", crop,
    ]  # fmt: skip
    plain = folder / f"plain.{form}"
    subprocess.run([*command, str(plain)], check=True)
    rotate = ["-metadata:s:v", f"rotate={turn}"] if turn and form != "mkv" else []
    copy = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(plain), "-c", "copy", *rotate, str(path)]
    subprocess.run(copy, check=True)
    return path


def _probed(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_streams", "-of", "json", str(path)]
    stream = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["streams"][0]
    across, down = map(int, stream.get("sample_aspect_ratio", "1:1").split(":"))
    turned = -int(stream.get("side_data_list", [{}])[0].get("rotation", 0)) % 360
    size = round(stream["width"] * across / down) if across else stream["width"], stream["height"]
    width, height = size[::-1] if turned in (90, 270) else size
    return {
        "width": width, "height": height, "rotation": turned, "pixel_aspect": f"{across or 1}:{down or 1}",
        "pixel_format": stream["pix_fmt"], "video_codec": stream["codec_name"],
        "fps": round(eval(stream["avg_frame_rate"]), 3),
    }  # fmt: skip
