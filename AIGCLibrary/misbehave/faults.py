"""The table of everything that a product can do wrong; the studio and `Misbehave` read the same names from here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class OutputFault(StrEnum):
    """A way in which a produced file can be wrong."""

    CORRUPT = "corrupt"
    TRUNCATED = "truncated"
    MISLABELLED = "mislabelled"
    WRONG_LABEL = "wrong_label"
    UNLABELLED = "unlabelled"
    BAD_HASH = "bad_hash"
    BLACK = "black"
    FROZEN = "frozen"
    SILENT = "silent"
    BLANK_FIRST_FRAME = "blank_first_frame"
    ZIP_SLIP = "zip_slip"
    MOOV_LAST = "moov_last"


class FaultGroup(StrEnum):
    """What a fault changes."""

    ANSWER = "answer"
    """The HTTP answer to a request."""
    TASK = "task"
    """What an answer says about a task."""
    MESSAGE = "message"
    """Webhooks."""
    DOWNLOAD = "download"
    """How a file is sent."""
    FILE = "file"
    """What is in a file; its announced size and hash fit it."""
    STUDIO = "studio"
    """The studio alone: a cause inside of a product, or its pages."""


class ValueKind(StrEnum):
    """What is written behind the name of a fault."""

    FLAG = "flag"
    STATUS = "status"
    """An HTTP status from 400 to 599."""
    MOVED = "moved"
    """An HTTP status from 301 to 308."""
    SECONDS = "seconds"
    """A time such as `60` or `2 min`."""
    SHARE = "share"
    """0 to 1, or a percentage."""
    AMOUNT = "amount"
    """Bytes, or a percentage of the file."""
    BYTES = "bytes"
    """A whole number, also below 0."""
    WORD = "word"
    SPAN = "span"
    """`START..END` in seconds; the whole file without."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a product can do wrong.

    Args:
        name: As scenarios write it.
        group: What it changes.
        value: What is written behind its name.
        default: Its value when none is written.
        times: How often it happens when the scenario does not say; None for always.
        studio: The studio's key for the same; `output` means a value of that key. Empty where it has none.
        media: Main types of the files that it can be done to; empty for all.
    """

    name: str
    group: FaultGroup
    value: ValueKind = ValueKind.FLAG
    default: Any = None
    times: int | None = None
    studio: str = ""
    media: tuple[str, ...] = ()


def _file(fault: OutputFault, *media: str, value: ValueKind = ValueKind.FLAG) -> Fault:
    return Fault(fault.value, FaultGroup.FILE, value, studio="output", media=media)


_ANSWER, _TASK, _MESSAGE, _DOWNLOAD = FaultGroup.ANSWER, FaultGroup.TASK, FaultGroup.MESSAGE, FaultGroup.DOWNLOAD
_STUDIO = ("duration", "fail_at", "attempts", "drop_times", "slow_body", "share", "ui")
FAULTS = {
    fault.name: fault
    for fault in (
        Fault("http_burst", _ANSWER, ValueKind.STATUS, 503, 3, "http_burst"),
        Fault("expired_token", _ANSWER),
        Fault("redirect", _ANSWER, ValueKind.MOVED, 302),
        Fault("slow_queue", _TASK, ValueKind.SECONDS, 60.0),
        Fault("stall", _TASK, ValueKind.SHARE, 0.5, studio="stall"),
        Fault("never_end", _TASK, studio="never_end"),
        Fault("fail_class", _TASK, ValueKind.WORD, "internal", studio="fail_class"),
        Fault("failure_in_body", _TASK),
        Fault("no_file", _TASK),
        Fault("lost_webhook", _MESSAGE, studio="lost_webhook"),
        Fault("doubled_webhook", _MESSAGE),
        Fault("drop_body", _DOWNLOAD, ValueKind.AMOUNT, 0.5, 1, "drop_body_at"),
        Fault("wrong_content_length", _DOWNLOAD, ValueKind.BYTES, 1024, studio="wrong_content_length"),
        Fault("changing_etag", _DOWNLOAD, studio="changing_etag"),
        Fault("gone", _DOWNLOAD, ValueKind.STATUS, 410),
        _file(OutputFault.CORRUPT),
        _file(OutputFault.TRUNCATED),
        _file(OutputFault.MISLABELLED, "image", "video", "audio"),
        _file(OutputFault.WRONG_LABEL, "image", "video", "audio"),
        _file(OutputFault.UNLABELLED, "image", "video", "audio"),
        _file(OutputFault.BAD_HASH),
        _file(OutputFault.BLACK, "image", "video", value=ValueKind.SPAN),
        _file(OutputFault.FROZEN, "video", value=ValueKind.SPAN),
        _file(OutputFault.SILENT, "video", "audio", value=ValueKind.SPAN),
        _file(OutputFault.BLANK_FIRST_FRAME, "video"),
        _file(OutputFault.ZIP_SLIP, "application"),
        Fault("wrong_length", FaultGroup.FILE, ValueKind.SHARE, 0.5, media=("video", "audio")),
        Fault("wrong_size", FaultGroup.FILE, ValueKind.SHARE, 0.5, media=("image", "video")),
        Fault("no_visible_mark", FaultGroup.FILE, media=("image", "video")),
        Fault("other_clip", FaultGroup.FILE),
        _file(OutputFault.MOOV_LAST, "video"),
        *(Fault(name, FaultGroup.STUDIO, studio=name) for name in _STUDIO),
    )
}
"""By name."""
