"""Faults of a film or sound, made with PyAV: only the stream that the fault is about is encoded again."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.misbehave.media.impossible import ImpossibleFaultError
from AIGCLibrary.misbehave.media.picture import scaled, without_edges

if TYPE_CHECKING:
    from PIL.Image import Image

Span = tuple[float, float]
WHOLE: Span = (0.0, float("inf"))
Paint = Callable[[float, "Image"], "Image"]
FORMATS = {"mov": "mp4", "matroska": "matroska", "mp3": "mp3", "wav": "wav", "ogg": "ogg", "flac": "flac"}
"""Names of the formats that are written, by the first name of those that are read."""


@dataclass(frozen=True, slots=True)
class FilmChange:
    """How a film is changed.

    Args:
        paint: Returns the picture of a moment, in seconds; None leaves the pictures as they are.
        silent: Span of the sound that becomes silent.
        end: Part of the length that is kept.
        size: Factor of width and height.
        format: Name of another format.
        index_last: The index of an MP4 stands behind its media.
    """

    paint: Paint | None = None
    silent: Span | None = None
    end: float | None = None
    size: float = 1.0
    format: str | None = None
    index_last: bool = False


def black(content: bytes, _media_type: str, value: Span | None) -> bytes:
    """Return the film with a black picture, all the time or in a span."""
    from PIL import Image

    begin, end = value or WHOLE
    return refilmed(
        content,
        FilmChange(paint=lambda at, picture: Image.new("RGB", picture.size) if begin <= at < end else picture),
    )


def blank_first_frame(content: bytes, _media_type: str, _value: Any) -> bytes:
    """Return the film with a black first frame."""
    return black(content, _media_type, (0.0, 1e-6))


def frozen(content: bytes, _media_type: str, value: Span | None) -> bytes:
    """Return the film with a picture that stands still."""
    begin, end = value or WHOLE
    kept: list[Any] = []

    def paint(at: float, picture: "Image") -> "Image":
        if not begin <= at < end:
            return picture
        if not kept:
            kept.append(picture)
        return kept[0]  # type: ignore[no-any-return]

    return refilmed(content, FilmChange(paint=paint))


def silent(content: bytes, _media_type: str, value: Span | None) -> bytes:
    """Return the film or sound with silence."""
    return refilmed(content, FilmChange(silent=value or WHOLE))


def shorter(content: bytes, _media_type: str, value: float) -> bytes:
    """Return the beginning of the film or sound."""
    return refilmed(content, FilmChange(end=value))


def smaller(content: bytes, _media_type: str, value: float) -> bytes:
    """Return the film at another size."""
    return refilmed(content, FilmChange(size=value))


def without_mark(content: bytes, _media_type: str, _value: Any) -> bytes:
    """Return the film without the edges of its picture, where the visible mark is."""
    return refilmed(content, FilmChange(paint=lambda _at, picture: without_edges(picture)))


def other_format(content: bytes, media_type: str, _value: Any) -> bytes:
    """Return the film or sound in a container that its name and type do not promise."""
    return refilmed(content, FilmChange(format="mp4" if "matroska" in media_type else "matroska"))


def index_last(content: bytes, _media_type: str, _value: Any) -> bytes:
    """Return the MP4 with its index behind its media, so that it plays when it is wholly loaded."""
    if content[4:8] != b"ftyp" or content.find(b"moov") > content.find(b"mdat"):
        raise ImpossibleFaultError("The file is not an MP4 with its index before its media.")
    return refilmed(content, FilmChange(index_last=True))


def refilmed(content: bytes, change: FilmChange) -> bytes:
    """Return a changed film; its metadata stay, and streams that need no change are copied.

    Raises:
        ImpossibleFaultError: It has no stream that could be changed.
    """
    import io

    import av

    with tempfile.TemporaryDirectory(prefix="aigc-film-") as folder, av.open(io.BytesIO(content)) as source:
        written = change.format or FORMATS.get(source.format.name.partition(",")[0])
        if written is None:
            raise ImpossibleFaultError(f"Films of format '{source.format.name}' cannot be written.")
        target = Path(folder) / "film"
        flags = "use_metadata_tags" if change.index_last else "use_metadata_tags+faststart"
        options = {"movflags": flags} if written == "mp4" else {}
        with av.open(str(target), "w", format=written, options=options) as made:
            made.metadata.update(source.metadata)
            _write(source, made, change)
        return target.read_bytes()


def _write(source: Any, made: Any, change: FilmChange) -> None:
    streams = [one for one in source.streams if one.type in ("video", "audio")]
    changed = {one.index for one in streams if _is_changed(one, change)}
    if not changed and change.end is None and change.format is None and not change.index_last:
        raise ImpossibleFaultError("The file has no stream of that kind.")
    targets = {one.index: _stream(made, one, one.index in changed, change) for one in streams}
    seconds = float(source.duration or 0) / 1_000_000
    end = None if change.end is None else seconds * change.end
    for packet in source.demux(streams):
        stream, target = packet.stream, targets[packet.stream.index]
        if stream.index not in changed:
            if not packet.size or (end is not None and float(packet.pts * packet.time_base) >= end):
                continue
            packet.stream = target
            made.mux(packet)
            continue
        for frame in packet.decode():
            if end is None or (frame.time or 0.0) < end:
                made.mux(target.encode(_frame(frame, stream.type, change)))
    for index in changed:
        made.mux(targets[index].encode(None))


def _is_changed(stream: Any, change: FilmChange) -> bool:
    if stream.type == "video":
        # A film that is cut is encoded again: its last pictures may need later ones.
        return change.paint is not None or change.size != 1.0 or change.end is not None
    return change.silent is not None


def _stream(made: Any, stream: Any, is_changed: bool, change: FilmChange) -> Any:
    import av

    if not is_changed:
        return made.add_stream_from_template(stream)
    if stream.type == "audio":
        name = stream.codec_context.name
        target = made.add_stream("libmp3lame" if name.startswith("mp3") else name, rate=stream.rate)
        target.layout = stream.layout
        if stream.codec_context.bit_rate:
            target.bit_rate = stream.codec_context.bit_rate
        return target
    name = {"h264": "libx264", "hevc": "libx265", "vp9": "libvpx-vp9"}.get(stream.codec_context.name, "mpeg4")
    if name not in av.codecs_available:
        name = "mpeg4"
    fast = {"preset": "superfast", "crf": "20"} if name == "libx264" else {}
    target = made.add_stream(name, rate=stream.average_rate or 24, options=fast)
    target.width, target.height = scaled((stream.width, stream.height), change.size)
    target.pix_fmt = "yuv420p"
    target.time_base = stream.time_base
    return target


def _frame(frame: Any, kind: str, change: FilmChange) -> Any:
    import av

    if kind == "audio":
        begin, end = change.silent or WHOLE
        if begin <= (frame.time or 0.0) < end:
            for plane in frame.planes:
                plane.update(_zeros(frame.format.name, plane.buffer_size))
        return frame
    if change.paint is None and change.size == 1.0:
        plain = frame.reformat(format="yuv420p")
    else:
        picture = frame.to_image()
        picture = change.paint(frame.time or 0.0, picture) if change.paint else picture
        picture = picture.resize(scaled(picture.size, change.size))
        plain = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
    plain.pts, plain.time_base = frame.pts, frame.time_base
    plain.pict_type = 0
    return plain


def _zeros(sample_format: str, size: int) -> bytes:
    return (b"\x80" if sample_format.startswith("u8") else b"\0") * size
