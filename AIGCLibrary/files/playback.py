"""Opens a film or sound, says when it begins for a viewer, and what its frames take in memory."""

from pathlib import Path
from typing import Any

_FRAMED = {"audio/aac": "262144", "audio/ac3": "262144", "audio/eac3": "262144"}
"""Bytes looked at when sound without a container is opened, which tell all. FFmpeg keeps each frame of the 5 MB that it
looks at otherwise, and frames may have seven bytes."""
HELD = {"full": 8, "keyframes": 2}
"""Frames that decoding holds at once: those others refer to, and those of the second thread."""


def open_media(path: Path, media_type: str | None = None) -> Any:
    """Open a media file.

    Args:
        path: The file.
        media_type: Its type by content.

    Raises:
        av.error.FFmpegError: It cannot be opened.
    """
    import av

    looked_at = _FRAMED.get(media_type or "")
    options = {"probesize": looked_at} if looked_at else {}
    return av.open(str(path), metadata_errors="replace", options=options)


def memory_of_frames(stream: Any, scan: str = "full") -> int:
    """Estimate the bytes that decoding a stream of pictures takes.

    Args:
        stream: A stream of PyAV.
        scan: `full`, or `keyframes` where no frame refers to another.
    """
    form = stream.codec_context.format if stream.codec_context is not None else None
    bits = form.padded_bits_per_pixel if form is not None else 0
    return int(stream.width * stream.height * (bits or 24) / 8 * HELD[scan])


def origin_of(container: Any) -> float:
    """Return the time stamp, in seconds, at which playing begins.

    Recordings and transport streams often begin at 1.4 s or at hours, and MP3 behind the delay of its encoder. What
    lies before zero is cut away by an edit list or a decoder, and is not played.

    Args:
        container: An open container of PyAV.
    """
    import av

    start = container.start_time
    return max(0.0, start / av.time_base) if start is not None else 0.0
