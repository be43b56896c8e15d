"""Explicit labels: visible text in pictures and films (`visible.py`), and in sounds the rhythm short-long-short-short.

GB 45438-2025, 5.3: the Morse signs of "AI" (· −  · ·) at the start or end of a sound.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from AIGCLibrary.content.formats import TEXT_TYPES
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.labels.words import says_label
from AIGCLibrary.wording import NOT_MEASURED

ENDS, LINES = 8192, 6
"""Bytes and lines at the start and end of a text in which its label is looked for; a cue of subtitles has three."""
LISTENED = 12.0
"""Seconds at the start that are listened to."""
STEP = 0.01
LONGEST_PAUSE = 0.8


def judge_explicit(examination: Examination, path: Path, wanted: str) -> None:
    """Judge the explicit label of a file that is neither picture nor film."""
    media_type = examination.media_type or ""
    if media_type.startswith("audio/"):
        _judge_audible(examination, path, wanted)
        return
    if media_type in TEXT_TYPES:
        _judge_text(examination, path, wanted)
        return
    examination.report(
        "labels.explicit",
        f"The explicit label is {wanted}, but it was not read: only texts, sounds, pictures and films have one "
        "that can be measured here.",
        FindingKind.LABEL_MISSING,
        severity=Severity.INFO if wanted == "optional" else Severity.ERROR,
        actual=NOT_MEASURED,
        source="GB 45438-2025, 5",
    )


def _judge_text(examination: Examination, path: Path, wanted: str) -> None:
    """Judge whether a text, subtitles too, has the words of the label at its start or its end (5.1)."""
    with path.open("rb") as file:
        start = file.read(ENDS)
        file.seek(max(0, path.stat().st_size - ENDS))
        end = file.read(ENDS)
    lines = [*_lines(start)[:LINES], *_lines(end)[-LINES:]]
    label = next((line for line in lines if says_label(line)), None)
    examination.section("labels")["explicit"] = label
    if label is None and wanted == "required":
        examination.report(
            "labels.explicit", "The text has no label (人工智能/AI + 生成/合成) at its start or end.",
            FindingKind.LABEL_MISSING, expected="人工智能/AI + 生成/合成", actual="none", source="GB 45438-2025, 5.1",
        )  # fmt: skip
    if label is not None and wanted == "forbidden":
        examination.report("labels.explicit", f"There is a label: “{label[:80]}”.", FindingKind.LABEL_INVALID)


def _lines(data: bytes) -> list[str]:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
        if "\ufffd" in text:
            text = data.decode("utf-8", errors="replace")  # cut inside a character
    return [line for line in text.splitlines() if line.strip(" \t\0")]


def _judge_audible(examination: Examination, path: Path, wanted: str) -> None:
    """Listen for the audible label at the start of a sound, and judge its presence."""
    at = audible_label(path)
    examination.section("labels")["explicit"] = at
    if at is None and wanted == "required":
        examination.report(
            "labels.explicit",
            "There is no audible label (short-long-short-short) at the start.",
            FindingKind.LABEL_MISSING,
            expected="· − · ·",
            actual="none",
            place=f"0-{LISTENED:g} s",
            source="GB 45438-2025, 5.3",
        )
    if at is not None and wanted == "forbidden":
        examination.report(
            "labels.explicit", "There is an audible label.", FindingKind.LABEL_INVALID, place=f"{at:.2f} s"
        )


def audible_label(path: Path) -> float | None:
    """Find the rhythm short-long-short-short.

    Returns:
        Where it begins, in seconds; None when it is not there.
    """
    import av

    try:
        levels = list(_levels(path))
    except (av.error.FFmpegError, ValueError):
        return None  # what cannot be decoded is reported elsewhere
    if not levels:
        return None
    loudest = max(levels[: int(LISTENED / STEP)])
    beeps = list(_beeps([level > loudest * 0.2 for level in levels], 3))
    for index in range(len(beeps) - 3):
        if _is_rhythm(beeps[index : index + 4]):
            return round(beeps[index][0] * STEP, 2)
    return None


def _is_rhythm(four: list[tuple[int, int]]) -> bool:
    lengths = [(end - start) * STEP for start, end in four]
    pauses = [(after[0] - before[1]) * STEP for before, after in pairwise(four)]
    short = (lengths[0] + lengths[2] + lengths[3]) / 3
    alike = all(0.6 * short <= length <= 1.5 * short for length in (lengths[0], lengths[2], lengths[3]))
    return 0.03 <= short <= 0.6 and alike and 1.8 * short <= lengths[1] <= 5 * short and max(pauses) <= LONGEST_PAUSE


def _beeps(loud: list[bool], shortest_pause: int) -> Iterator[tuple[int, int]]:
    """Return the runs of sound; pauses shorter than `shortest_pause` steps do not end one."""
    start: int | None = None
    quiet = 0
    for at, is_loud in enumerate([*loud, *[False] * (shortest_pause + 1)]):
        if is_loud:
            start = at if start is None else start
            quiet = 0
        elif start is not None:
            quiet += 1
            if quiet > shortest_pause:
                yield start, at - quiet + 1
                start = None


def _levels(path: Path) -> Iterator[int]:
    """Return the peak of each hundredth of a second."""
    import av

    with av.open(str(path), metadata_errors="replace") as container:
        if not container.streams.audio or container.streams.audio[0].codec_context is None:
            return
        stream: Any = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout="mono", rate=8000)
        size, rest, count = int(8000 * STEP) * 2, b"", 0
        for frame in container.decode(stream):
            for part in resampler.resample(frame):
                rest += bytes(part.planes[0])[: part.samples * 2]
            while len(rest) >= size:
                piece, rest = memoryview(rest[:size]).cast("h"), rest[size:]
                yield max(map(abs, piece))
                count += 1
            if count * STEP > LISTENED:
                return
