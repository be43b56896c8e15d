"""Asks the decoder library (FFmpeg through PyAV) what a media file holds, under the names that ffprobe uses."""

from pathlib import Path
from typing import Any

from AIGCLibrary.files.display import displayed
from AIGCLibrary.files.iso.sample_entries import MATRICES, is_hdr
from AIGCLibrary.files.options import PICTURE_MEMORY
from AIGCLibrary.files.playback import memory_of_frames, open_media

_UNKNOWN = 2
"""Colour code `unspecified` of ITU-T H.273."""


def probe(path: Path, *, look: bool = True, media_type: str | None = None) -> dict[str, Any]:
    """Return the facts of a media file.

    Args:
        path: The file.
        look: Decode the first picture, which alone shows rotation and crop in some containers.
        media_type: Its type by content.

    Returns:
        `container`, `duration` (s), `bitrate` (bit/s), counts of streams without covers, and of the first video and
        audio stream: `width`, `height`, `resolution`, `aspect` as shown, `stored_width`, `stored_height`,
        `pixel_aspect`, `rotation`, `pixel_format`, `bit_depth`, `color_space`, `hdr`, `fps`, `frames`, `video_codec`,
        `audio_codec`, `channels`, `sample_rate`; `tags`: metadata of container and streams. Unknown values are
        left out.

    Raises:
        av.error.FFmpegError: It cannot be opened.
    """
    import av

    with open_media(path, media_type) as container:
        pictures = [s for s in container.streams.video if s.disposition & av.stream.Disposition.attached_pic == 0]
        facts: dict[str, Any] = {
            "container": container.format.name,
            "duration": round(container.duration / av.time_base, 6) if container.duration else None,
            "bitrate": container.bit_rate or None,
            "video_streams": len(pictures),
            "audio_streams": len(container.streams.audio),
            "subtitle_streams": len(container.streams.subtitles),
            "tags": _tags(container),
        }
        if container.streams.audio:
            facts |= _of_audio(container.streams.audio[0])
        if pictures and pictures[0].codec_context is not None:
            look = look and memory_of_frames(pictures[0], "keyframes") <= PICTURE_MEMORY
            facts |= _of_video(pictures[0], _first_frame(container, pictures[0]) if look else None)
        return {name: value for name, value in facts.items() if value is not None}


def _first_frame(container: Any, stream: Any) -> Any:
    import av

    try:
        stream.codec_context.thread_count = 1
        return next(container.decode(stream), None)
    except (av.error.FFmpegError, ValueError):
        return None  # what cannot be decoded is reported elsewhere


def _of_video(stream: Any, frame: Any) -> dict[str, Any]:
    context = stream.codec_context
    rate = stream.average_rate
    if rate and stream.time_base and rate == 1 / stream.time_base:
        rate = stream.base_rate or rate  # of raw DV, FFmpeg takes its ticks for frames
    pixel = stream.sample_aspect_ratio
    turned = -int(frame.rotation) % 360 if frame is not None else 0  # FFmpeg counts the other way round
    cropped = (frame.width, frame.height) if frame is not None else None
    shape = (pixel.numerator, pixel.denominator) if pixel else None
    return {
        **displayed(stream.width, stream.height, shape, turned, cropped),
        "pixel_format": context.pix_fmt,
        "bit_depth": context.format.components[0].bits if context.format and context.format.components else None,
        "color_space": MATRICES.get(int(context.colorspace)) if int(context.colorspace) != _UNKNOWN else None,
        "hdr": is_hdr(int(context.color_trc)),
        "fps": round(float(rate), 3) if rate else None,
        "frames": stream.frames or None,
        "video_codec": context.codec.canonical_name,
        "video_duration": _seconds(stream),
    }


def _of_audio(stream: Any) -> dict[str, Any]:
    if stream.codec_context is None:
        return {}
    return {
        "audio_codec": stream.codec_context.codec.canonical_name,
        "channels": stream.channels or None,
        "sample_rate": stream.rate or None,
        "audio_duration": _seconds(stream),
    }


def _seconds(stream: Any) -> float | None:
    return round(float(stream.duration * stream.time_base), 6) if stream.duration and stream.time_base else None


def _tags(container: Any) -> dict[str, str]:
    tags = {str(key): str(value) for key, value in container.metadata.items()}
    for stream in container.streams:
        for key, value in stream.metadata.items():
            tags.setdefault(str(key), str(value))
    return tags


def all_tags(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Return the tags of the container and of each stream, each with its place; nothing when it cannot be opened."""
    import av

    try:
        with av.open(str(path), metadata_errors="replace") as container:
            found = [("container", dict(container.metadata))]
            found += [(f"stream {stream.index}", dict(stream.metadata)) for stream in container.streams]
            return found
    except (av.error.FFmpegError, ValueError):
        return []


def try_probe(path: Path) -> dict[str, Any]:
    """Do what `probe` does, and return nothing when the file cannot be opened."""
    import av

    try:
        return probe(path)
    except (av.error.FFmpegError, ValueError):
        return {}
