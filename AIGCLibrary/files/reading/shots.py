"""The pictures of a file as a viewer sees them: turned, at the right aspect, each with its moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.options import PICTURE_MEMORY
from AIGCLibrary.files.playback import memory_of_frames
from AIGCLibrary.files.reading.stills import on_white, still_of

if TYPE_CHECKING:
    from PIL.Image import Image

SKIPPED = 4.0
"""Seconds of a film that are decoded rather than jumped over: about the distance of two key frames."""


def is_viewable(media_type: str | None) -> bool:
    """Return whether files of a type have pictures that can be decoded here."""
    return (media_type or "").startswith(("image/", "video/")) and media_type != "image/svg+xml"


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture.

    Args:
        at: Seconds from the start; None for a still picture.
        picture: In RGB, as displayed.
    """

    at: float | None
    picture: "Image"


def shots_of(
    path: Path,
    media_type: str,
    moments: Sequence[float] = (),
    *,
    small: "Image | None" = None,
    memory: int = PICTURE_MEMORY,
) -> Iterator[Shot]:
    """Return the pictures of a file.

    Args:
        path: The file.
        media_type: Its type by content.
        moments: Seconds, ascending, at which a film is looked at: the frame that is on the screen then.
        small: A copy of a still picture that was decoded before, since it is large or of a rare format.
        memory: Bytes that decoding a still picture may take.

    Raises:
        ValueError: The picture takes more memory, or nothing here decodes it.
        OSError, av.error.FFmpegError: It cannot be decoded.
    """
    if media_type.startswith("video/"):
        yield from _frames(path, moments, memory)
        return
    yield Shot(None, on_white(small) if small is not None else still_of(path, media_type, memory))


def _frames(path: Path, moments: Sequence[float], memory: int) -> Iterator[Shot]:
    """Decode a film once up to each moment in turn; gaps of more than `SKIPPED` seconds are jumped over."""
    import av

    with av.open(str(path), metadata_errors="replace") as container:
        stream: Any = next((s for s in container.streams.video if s.codec_context and not _is_cover(s)), None)
        if stream is None:
            return
        if (needed := memory_of_frames(stream)) > memory:
            raise ValueError(
                f"decoding its frames takes about {needed} bytes; the limit is {memory} bytes. "
                "Raise `options.files.picture_memory` to have them decoded"
            )
        stream.thread_type = "AUTO"
        start = float((stream.start_time or 0) * stream.time_base)
        frames, shown, coming = container.decode(stream), None, None
        for wanted in moments:
            if coming is not None and wanted - (coming.time - start) > SKIPPED:
                container.seek(int((wanted + start) / stream.time_base), stream=stream, backward=True)
                frames, coming = container.decode(stream), None
            while coming is None or coming.time - start <= wanted + 1e-6:
                shown, coming = coming or shown, next(frames, None)
                if coming is None or coming.time is None:
                    break
            on_screen = shown or coming
            if on_screen is not None:
                yield Shot(round(max(0.0, on_screen.time - start), 3), displayed(on_screen, stream))
            if coming is None:
                return


def displayed(frame: Any, stream: Any) -> "Image":
    """Return a frame as it is displayed: with its sample aspect ratio, and turned as its side data say."""
    from PIL import Image

    aspect = float(stream.sample_aspect_ratio or 1) or 1.0
    picture: Image.Image = frame.to_image()
    if abs(aspect - 1) > 1e-3:
        picture = picture.resize((max(1, round(picture.width * aspect)), picture.height))
    turned = round(getattr(frame, "rotation", 0) or 0) % 360
    return picture.rotate(turned, expand=True) if turned else picture


def _is_cover(stream: Any) -> bool:
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)
