"""Asks the decoder library (FFmpeg through PyAV) what a media file holds."""

from pathlib import Path
from typing import Any


def probe(path: Path) -> dict[str, Any]:
    """Give the facts of a media file.

    Returns:
        `container`, `duration` (s), `bitrate` (bit/s), counts of streams, and of the first video and audio stream:
        `width`, `height`, `resolution`, `aspect`, `fps`, `frames`, `video_codec`, `audio_codec`, `channels`,
        `sample_rate`; `tags`: metadata of container and streams. Unknown values are left out.

    Raises:
        av.error.FFmpegError: It cannot be opened.
    """
    import av

    with av.open(str(path), metadata_errors="replace") as container:
        video = container.streams.video
        pictures = [s for s in video if s.disposition & av.stream.Disposition.attached_pic == 0]
        facts: dict[str, Any] = {
            "container": container.format.name,
            "duration": round(container.duration / av.time_base, 6) if container.duration else None,
            "bitrate": container.bit_rate or None,
            "video_streams": len(pictures),
            "audio_streams": len(container.streams.audio),
            "subtitle_streams": len(container.streams.subtitles),
            "tags": _tags(container),
        }
        if pictures:
            facts |= _of_video(pictures[0])
        if container.streams.audio:
            facts |= _of_audio(container.streams.audio[0])
        return {name: value for name, value in facts.items() if value is not None}


def _of_video(stream: Any) -> dict[str, Any]:
    if stream.codec_context is None:
        return {}  # FFmpeg does not know its codec, and PyAV then nothing of the stream
    width, height = stream.width, stream.height
    rate = stream.average_rate
    return {
        "width": width,
        "height": height,
        "resolution": f"{width}x{height}",
        "aspect": round(width / height, 4) if height else None,
        "fps": round(float(rate), 3) if rate else None,
        "frames": stream.frames or None,
        "video_codec": stream.codec_context.name,
        "video_duration": _seconds(stream),
    }


def _of_audio(stream: Any) -> dict[str, Any]:
    if stream.codec_context is None:
        return {}
    return {
        "audio_codec": stream.codec_context.name,
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
    """Give the tags of the container and of each stream, each with its place; nothing when it cannot be opened."""
    import av

    try:
        with av.open(str(path), metadata_errors="replace") as container:
            found = [("container", dict(container.metadata))]
            found += [(f"stream {stream.index}", dict(stream.metadata)) for stream in container.streams]
            return found
    except (av.error.FFmpegError, ValueError):
        return []


def try_probe(path: Path) -> dict[str, Any]:
    """Do what `probe` does, and give nothing when the file cannot be opened."""
    import av

    try:
        return probe(path)
    except (av.error.FFmpegError, ValueError):
        return {}
