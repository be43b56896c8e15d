"""`python -m tests.bench files_damage`: seeded damage, judged here and by ffmpeg's or libjpeg's own decoder.

The figures: of what the decoder complains about, what is rejected; of the whole files, what is rejected.
"""

import argparse
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.finding import Severity
from AIGCLibrary.files.rules import RuleBook
from tests.bench.damage_media import STRUCTURAL, damaged, whole
from tests.bench.figures import Figures

FILMS, SOUNDS = (".mp4", ".mov", ".mkv", ".webm"), (".mp3", ".aac", ".m4a", ".flac", ".ogg", ".opus", ".wav")
NOTES = (
    "non-strictly-monotonic",
    "Non-monotonous DTS",
    "Estimating duration",
    "Guessed Channel Layout",
    "unsupported chunk",
)
"""What ffmpeg says of whole files, too, or of what it lacks itself."""
UNKNOWN_TO_PEER = ("moving.webp",)
BOOK = RuleBook()


def rejected(path: Path) -> list[str]:
    """Return the errors found in a file."""
    rules = "video" if path.name.endswith(FILMS) else "audio" if path.name.endswith(SOUNDS) else "image"
    examination = Examination(path.name, BOOK.get(rules))
    judge_file(examination, path)
    return [
        f"{finding.rule}: {finding.message}" for finding in examination.findings if finding.severity is Severity.ERROR
    ]


def complaints(path: Path) -> list[str]:
    """Return what the peer says of a file."""
    if path.suffix == ".jpg":
        words = ["djpeg", "-outfile", "/dev/null", str(path)]
    else:
        words = [
            "ffmpeg",
            "-nostdin",
            "-v",
            "warning",
            "-threads",
            "1",
            "-i",
            str(path),
            "-map",
            "0",
            "-f",
            "null",
            "-",
        ]
    ended = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=60, check=False)
    said = [line for line in ended.stderr.splitlines() if line.strip() and not any(note in line for note in NOTES)]
    return said or (["exit code " + str(ended.returncode)] if ended.returncode else [])


def main(argv: list[str]) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench files_damage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=2, help="files for each way to damage one")
    options = parser.parse_args(argv)
    figures = Figures("files_damage")
    counted: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        files = whole(Path(folder) / "whole")
        wrong = [f"{name}: {found[0]}" for name, path in files.items() if (found := rejected(path))]
        for name, way, number, data in damaged(files, options.seed, options.each):
            path = Path(folder) / f"{way.__name__}.{number}.{name}"
            path.write_bytes(data)
            found = rejected(path)
            said = complaints(path) if name not in UNKNOWN_TO_PEER else []
            if said or way in STRUCTURAL:
                counted["rejected" if found else "accepted"] += 1
                if not found:
                    figures.note(f"accepted: {path.name}: {said[0][:120] if said else 'the peer says nothing'}")
            else:
                counted["quiet, rejected" if found else "quiet, accepted"] += 1
            path.unlink()
    figures.note(", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())))
    judged = counted["rejected"] + counted["accepted"]
    figures.add("damage found", 100 * counted["rejected"] / max(1, judged), 99, unit="%", better="higher")
    figures.add("whole files rejected" + "".join(f" ({text})" for text in wrong[:3]), len(wrong), 0)
    return figures.end()
