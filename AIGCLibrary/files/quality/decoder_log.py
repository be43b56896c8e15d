"""Asks what FFmpeg's decoders say of damage only in their log.

The log belongs to the process, and a callback that takes it may block threads that decode other files. So the streams
are decoded once more in a process of their own, and only those whose decoders neither refuse nor mark what they make
up.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.work import PICTURE, PIXEL, SOUND_FRAME, SOUND_SAMPLE
from AIGCLibrary.wording import NOT_MEASURED

_TELLING = frozenset(
    (
        "h264", "hevc", "vvc", "vp8", "vp9", "av1", "mpeg4", "mpeg1video", "mpeg2video", "mjpeg", "prores", "png",
        "webp", "rawvideo", "aac", "mp1", "mp2", "mp3", "opus", "vorbis", "flac", "ac3", "eac3", "tta",
        "wavpack",
    )
)  # fmt: skip
"""Codecs whose decoders refuse or mark damage where it is demanded of them."""
_CHILD = Path(__file__).with_name("decoder_child.py")
_STARTING = 200_000.0
"""Work of starting the process."""


@dataclass(frozen=True, slots=True)
class DecoderLog:
    """What was said.

    Args:
        said: Time stamp, in seconds, and words of the first lines.
        count: Packets of which something was said.
        until: Time stamp up to which was decoded, where the limit on work ended it.
        why: Why nothing was decoded.
    """

    said: tuple[tuple[float, str], ...] = ()
    count: int = 0
    until: float | None = None
    why: str = ""


def is_tacit(stream: Any) -> bool:
    """Report whether the decoder of a stream reports damage in its log alone.

    Args:
        stream: A stream of PyAV.
    """
    name = stream.codec_context.codec.canonical_name
    return name not in _TELLING and not name.startswith("pcm_")


def read_decoder_log(
    examination: Examination, path: Path, streams: Iterable[tuple[int, bool]], form: str | None = None
) -> DecoderLog:
    """Have the streams decoded.

    Args:
        examination: Takes the work; ends the process when nobody waits for it any more.
        path: The file.
        streams: Number of each stream, and whether it is a picture.
        form: FFmpeg's name of the format, where the name of the file could mislead it.
    """
    budget = examination.work.left - _STARTING
    if budget <= 0:
        return DecoderLog(why=examination.too_much_work())
    weights = {number: (PICTURE, PIXEL) if picture else (SOUND_FRAME, SOUND_SAMPLE) for number, picture in streams}
    request = {
        "path": sys.path, "file": str(path.absolute()), "format": form, "streams": weights, "units": budget,
    }  # fmt: skip
    examination.tick(_STARTING)
    try:
        answer = _ask(examination, json.dumps(request))
    except (OSError, ValueError) as error:
        return DecoderLog(why=f"the process that reads the decoder's log did not end as it should ({error})")
    examination.tick(answer["units"])
    said = tuple((float(at), str(text)) for at, text in answer["said"])
    return DecoderLog(said, int(answer["count"]), answer["until"])


def report_decoder_log(examination: Examination, log: DecoderLog, origin: float) -> None:
    """Report the damage, and what was not looked at.

    Args:
        examination: Takes the findings.
        log: What was said.
        origin: Time stamp at which playing begins.
    """
    if log.said:
        begin, end = (max(0.0, log.said[number][0] - origin) for number in (0, -1))
        examination.report(
            "media.concealed",
            f"{log.count} packets are damaged; the decoder made up what is missing ('{log.said[0][1]}').",
            expected="0", actual=str(log.count), place=f"{begin:.2f}-{end:.2f} s",
        )  # fmt: skip
    report_unread_log(examination, log, "" if log.until is None else f" behind {max(0.0, log.until - origin):.2f} s")


def report_unread_log(examination: Examination, log: DecoderLog, where: str = "") -> None:
    """Report why a log says nothing of the damage, or of a part of it."""
    why = log.why or (f"{examination.too_much_work()}" if log.until is not None else "")
    if why:
        severity = Severity.ERROR if examination.rules.get("intact") == "decoded" else Severity.WARNING
        message = f"Whether the decoder makes up what is damaged was not measured{where}: {why}."
        examination.report("intact", message, FindingKind.RULE, severity=severity, actual=NOT_MEASURED)


def _ask(examination: Examination, request: str) -> dict[str, Any]:
    """Start the process and return its answer.

    Raises:
        OSError: It cannot be started.
        ValueError: It did not answer.
    """
    words = [sys.executable, "-I", "-S", str(_CHILD)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, text=True, encoding="utf-8", **pipes) as child:  # noqa: S603 - our own script
        examination.stop.on_stop(child.kill)
        if examination.stop.is_set:
            child.kill()
        answer, _ = child.communicate(request)
    examination.stop.check()
    if child.returncode:
        raise ValueError(f"exit code {child.returncode}")
    found: dict[str, Any] = json.loads(answer)
    return found
