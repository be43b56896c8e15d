"""Shows pictures and films to all rules that are about what a viewer sees: visible label, text, reference pictures."""

from functools import partial
from pathlib import Path

from AIGCLibrary.errors import ConfigError, FileError
from AIGCLibrary.files.context import ENCRYPTED, Examination
from AIGCLibrary.files.finding import Severity
from AIGCLibrary.files.readers import Readers
from AIGCLibrary.files.reading.judge import JudgedDemand
from AIGCLibrary.files.reading.reader import TextLine, TextReader
from AIGCLibrary.files.reading.shots import is_viewable, shots_of
from AIGCLibrary.files.reading.watch import SectionWatcher, Watcher, watch
from AIGCLibrary.files.rules.vocabulary import watched_sections
from AIGCLibrary.plugins.registry import import_object

INSTALL = "pip install 'robotframework-aigclibrary[ocr]' brings a reader of text, with its models"


def view(examination: Examination, path: Path) -> None:
    """Judge what the rules demand of pictures.

    Args:
        examination: Takes facts and findings.
        path: The file.
    """
    watchers = _watchers(examination)
    if not watchers:
        return
    media_type, media = examination.media_type or "", examination.facts.get("media", {})
    why = f"a file of type {media_type or 'unknown'} has no picture that can be decoded here"
    if examination.encrypted:
        why = ENCRYPTED
    elif is_viewable(media_type):
        try:
            watch(
                path,
                media_type,
                watchers,
                partial(_reader, examination.readers),
                duration=float(media.get("duration") or 0.0),
                fps=float(media.get("fps") or 25.0),
                check=examination.stop.check,
                small=examination.small,
                memory=examination.limits.picture_memory,
            )
        except (OSError, ValueError) as error:  # FFmpeg's errors are of these
            why = str(error)
        else:
            _report_first(examination)
            return
    for watcher in watchers:
        watcher.unread(why)


def _report_first(examination: Examination) -> None:
    """Report that the other frames of an animation were not looked at."""
    media = examination.facts.get("media", {})
    frames, animated = media.get("frames") or 1, media.get("container") != "mpo"  # of these, one picture is shown
    if frames > 1 and animated and not (examination.media_type or "").startswith("video/"):
        message = f"Only the first of its {frames} frames was held against labels, text, reference and judge."
        examination.report("image.first", message, severity=Severity.WARNING, expected=str(frames), actual="1")


def _reader(readers: Readers) -> TextReader:
    try:
        return readers.text
    except ConfigError as error:
        raise ConfigError(f"{error.message.rstrip('.')}. {INSTALL}") from error


def _watchers(examination: Examination) -> list[Watcher]:
    from AIGCLibrary.files.labels.laws import label_rules
    from AIGCLibrary.files.labels.visible import VisibleLabel

    watchers: list[Watcher] = []
    explicit = label_rules(examination.rules).get("explicit")
    if explicit and is_viewable(examination.media_type):
        watchers.append(VisibleLabel(examination, explicit))
    for section, path in watched_sections().items():
        demands = examination.rules.section(section)
        if demands.data:
            watcher: type[SectionWatcher] = import_object(path, "watcher")  # type: ignore[assignment]
            if any(demands.get(key) for key in watcher.asks):
                watchers.append(watcher(examination, demands))
    for name, demand in examination.rules.section("judge").data.items():
        if demand:
            new_judge = partial(examination.readers.judge, name)
            watchers.append(JudgedDemand(examination, name, str(demand), new_judge))
    return watchers


def read_text(path: Path, media_type: str | None, reader: TextReader, at: float = 0.0) -> list[TextLine]:
    """Return the lines of a picture, or of the frame of a film that is on the screen at a moment.

    Raises:
        FileError: There is no picture that can be decoded.
    """
    why = f"a file of type {media_type or 'unknown'} has none"
    if is_viewable(media_type):
        try:
            shot = next(iter(shots_of(path, media_type or "", (at,))), None)
        except (OSError, ValueError) as error:  # FFmpeg's errors are of these
            shot, why = None, str(error)
        if shot is not None:
            return reader.read(shot.picture)
    raise FileError(f"No picture of '{path}' can be read: {why}.", code="AIGC304", facts={"source": str(path)})
