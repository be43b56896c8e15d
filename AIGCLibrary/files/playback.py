"""Opens a film or sound, says when it begins for a viewer, and what its frames take in memory."""

from pathlib import Path
from typing import Any

_FRAMED = {"audio/aac": "262144", "audio/ac3": "262144", "audio/eac3": "262144"}
"""Bytes looked at when sound without a container is opened, which suffice. FFmpeg keeps each frame of the 5 MB that it
looks at otherwise, and frames may have seven bytes."""
_STRICT = "crccheck+bitstream+buffer+explode"
_DEMANDED = {
    "hevc": "explode", **dict.fromkeys(("h264", "vp8", "vp9", "av1")), **dict.fromkeys(("mp1", "mp2", "mp3")),
    "tiff": None,
}  # fmt: skip
"""What is demanded of codecs whose decoders mark or refuse damage by themselves, or are too strict: encoders of MP3
leave bits over, and write wrong checksums; TIFF may have tags that FFmpeg's decoder does not know."""
_PADDED = {"wav": 1, "w64": 7}
"""Containers whose sound may end with bytes of padding, which demuxers return as a packet: the most of them."""
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


def decode_strictly(stream: Any) -> None:
    """Have the decoder of a stream refuse what it would leave out or make up without a mark on the frame.

    Between threads of frames, FFmpeg loses what they refuse.

    Args:
        stream: A stream of PyAV whose decoder is not open yet.
    """
    demanded = _DEMANDED.get(stream.codec_context.codec.canonical_name, _STRICT)
    if demanded:
        stream.codec_context.options = {"err_detect": demanded}
        stream.thread_type = "SLICE"


def why_not_started(stream: Any) -> str:
    """Start the decoder of a stream; returns why it cannot start though nothing is damaged, else an empty text.

    Where the data that it needs beforehand is damaged, decoding fails, too, and that is reported as damage.

    Args:
        stream: A stream of PyAV whose decoder is set up, and not open yet.
    """
    import av

    try:
        stream.codec_context.open(strict=False)
    except (av.error.InvalidDataError, av.error.PermissionError):
        return ""  # 'not permitted' is -1, which older decoders return for any damage
    except av.error.FFmpegError as error:
        name = stream.codec_context.codec.canonical_name
        return f"the decoder of '{name}' cannot start with what the container states ({error.strerror})"
    return ""


def is_padding(packet: Any) -> bool:
    """Report whether a packet is too short to be more than the padding behind a sound."""
    return bool(packet.size <= _PADDED.get(packet.stream.container.format.name, -1))


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
