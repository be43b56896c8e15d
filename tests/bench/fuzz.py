"""`python -m tests.bench fuzz`: files of every format damaged from a seed, and hostile bytes for every reader.

`--minutes 10` sends bytes to the readers for ten minutes, `--minutes 0` none; `--files no` leaves the files out.
Whole files must be accepted, cut ones rejected. What flipped bytes do is judged beside peers: where `unzip -t` and
Python's zipfile both refuse an archive, Pillow and FFmpeg a picture, or FFmpeg finds nothing to decode, we must too.
"""

import argparse
import random
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from tests.bench.corpus import SECONDS, Case, Worker
from tests.bench.figures import Figures
from tests.bench.fuzz_readers import fuzz_readers
from tests.support.damage import PICTURES, cuts, flips, samples


def refused_by_peers(name: str, path: Path) -> str | None:
    """Describe which peers refuse a file; None when one of them takes it, or there is none for its format."""
    if name.endswith(".zip"):
        return _archive_refused(path)
    if name in PICTURES:
        pillow, ffmpeg = _picture_refused(path), _media_refused(path)
        return f"{pillow}; {ffmpeg}" if pillow and ffmpeg else None
    return None if name == "json" else _media_refused(path)


def _archive_refused(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is None:
                return None
    except Exception:  # noqa: BLE001 - whatever it raises, it refuses
        pass
    if shutil.which("unzip") is None:
        return "zipfile"
    done = subprocess.run(["unzip", "-tqq", str(path)], check=False, capture_output=True, stdin=subprocess.DEVNULL)
    return "zipfile and unzip -t" if done.returncode > 1 else None


def _picture_refused(path: Path) -> str | None:
    from PIL import Image

    try:
        for look in ("verify", "load"):
            with Image.open(path) as image:
                getattr(image, look)()
    except Exception as error:  # noqa: BLE001 - whatever it raises, it refuses
        return f"Pillow: {str(error)[:60]}"
    return None


def _media_refused(path: Path) -> str | None:
    import av

    av.logging.set_level(None)
    good = 0
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if any(stream.codec_context is None for stream in container.streams):
                return None
            for packet in container.demux():
                try:
                    good += len(packet.decode())
                except av.error.FFmpegError:
                    continue
    except Exception as error:  # noqa: BLE001 - whatever it raises, it refuses
        return f"FFmpeg: {str(error)[:60]}"
    return None if good else "FFmpeg: nothing to decode"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench fuzz", description=__doc__)
    parser.add_argument("--cuts", type=int, default=60, help="cuts of each file")
    parser.add_argument("--flips", type=int, default=60, help="flipped versions of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=2, help="minutes for the readers of all inputs")
    parser.add_argument("--readers", default="", help="readers, for example yaml,boxes")
    parser.add_argument("--files", default="yes", choices=("yes", "no"))
    parser.add_argument("--kept", default="", help="folder for inputs that a reader does not stand")
    parser.add_argument("--only", default="", help="formats, for example mp4,stored.zip")
    options = parser.parse_args(argv)
    figures = Figures("fuzz")
    if options.minutes:
        kept = Path(options.kept or tempfile.mkdtemp(prefix="fuzz-kept-"))
        kept.mkdir(parents=True, exist_ok=True)
        fuzz_readers(figures, options.minutes, options.seed, options.readers, kept)
    if options.files == "yes":
        _damaged_files(figures, options)
    return figures.end()


def _damaged_files(figures: Figures, options: argparse.Namespace) -> None:
    worker = Worker()
    reported: dict[str, list[str]] = {name: [] for name in ("rejected", "cut", "flipped", "crash", "hang", "escape")}
    judged = slow = 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as where:
        for name, data in samples().items():
            if options.only and name not in options.only.split(","):
                continue
            rng = random.Random(f"{options.seed} {name}")
            damaged = [("cut", size, data[:size]) for size in cuts(data, rng, options.cuts)]
            damaged += [("flipped", at, broken) for at, broken in flips(data, rng, options.flips)]
            for how, at, content in [("whole", len(data), data), *damaged]:
                path = Path(where) / f"a.{name}"
                path.write_bytes(content)
                answer = worker.ask(Case(path, "", "any"))
                judged, slow = judged + 1, max(slow, answer["seconds"])
                _sort(reported, answer, f"{name} {how} at {at}", how, path, name)
    worker.end()
    for group, rows in reported.items():
        for row in rows[:10]:
            print(f"     {group}: {row}")
    figures.note(f"{judged} files of {len(samples())} kinds, seed {options.seed}")
    figures.add("whole files rejected", len(reported["rejected"]), 0)
    figures.add("cut files accepted", len(reported["cut"]), 0)
    figures.add(
        "accepted though peers refuse it", len(reported["flipped"]), 0, peer="unzip -t + zipfile, Pillow, FFmpeg"
    )
    figures.add("crashes", len(reported["crash"]), 0)
    figures.add("hangs", len(reported["hang"]), 0)
    figures.add("escapes", len(reported["escape"]), 0)
    figures.add("slowest file", slow, SECONDS, unit="s")


def _sort(reported: dict[str, list[str]], answer: dict, where: str, how: str, path: Path, name: str) -> None:
    if "crash" in answer:
        reported["crash"].append(f"{where}: {answer['crash']}")
    elif answer.get("hang"):
        reported["hang"].append(where)
    elif how == "whole" and not answer["accepted"]:
        reported["rejected"].append(f"{where}: {answer['findings'][0][3]}")
    elif how == "cut" and answer["accepted"]:
        reported["cut"].append(where)
    elif how == "flipped" and answer["accepted"] and (peers := refused_by_peers(name, path)):
        reported["flipped"].append(f"{where}: {peers}")
    reported["escape"] += [f"{where}: {place}" for place in answer.get("escaped", [])]
