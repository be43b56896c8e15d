"""Small pictures for the log: a contact sheet of a video, a thumbnail of an image, the waveform of a sound."""

import io
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.context import Examination, Spot
from AIGCLibrary.files.options import PICTURE_MEMORY
from AIGCLibrary.files.playback import memory_of_frames
from AIGCLibrary.files.quality.depth import eight_bit
from AIGCLibrary.files.quality.memory import memory_of

if TYPE_CHECKING:
    from PIL.Image import Image

FRAMES = 8
FRAMED = 4
"""Frames with findings that are added to them."""
COLUMNS = 4
WIDTH = 200
WAVE = (800, 80)


def pictures_of(path: Path, examination: Examination) -> dict[str, bytes]:
    """Return the pictures that show a file; none when it cannot be shown."""
    media_type = examination.media_type or ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if media_type.startswith("video/"):
                return {"sheet": _jpeg(contact_sheet(path, examination.spots))}
            if media_type.startswith("audio/"):
                return {"waveform": waveform(path)}
            if media_type.startswith("image/") and media_type != "image/svg+xml":
                shown = _thumbnail(path, examination)
                return {"sheet": _jpeg(shown)} if shown is not None else {}
    except Exception:  # noqa: BLE001 - a picture for the log must never fail the file
        return {}
    return {}


def contact_sheet(path: Path, spots: Sequence[Spot] = ()) -> "Image":
    """Put eight frames of a video side by side, each with its time, and those with findings, framed."""
    from PIL import Image, ImageDraw

    shots = sorted([*_frames(path), *_framed(path, spots)], key=lambda shot: shot[0])
    if not shots:
        raise ValueError("no frame can be shown")
    height = max(picture.height for _, picture in shots)
    rows = (len(shots) + COLUMNS - 1) // COLUMNS
    columns = min(COLUMNS, len(shots))
    sheet = Image.new("RGB", (columns * (WIDTH + 4) - 4, rows * (height + 4) - 4), (128, 128, 128))
    draw = ImageDraw.Draw(sheet)
    for index, (at, picture) in enumerate(shots):
        x, y = index % COLUMNS * (WIDTH + 4), index // COLUMNS * (height + 4)
        sheet.paste(picture, (x, y))
        label = f"{at:.1f} s"
        box = draw.textbbox((x + 5, y + height - 17), label)
        draw.rectangle((box[0] - 3, box[1] - 2, box[2] + 3, box[3] + 2), fill=(0, 0, 0))
        draw.text((x + 5, y + height - 17), label, fill=(255, 255, 255))
    return sheet


def _frames(path: Path) -> "list[tuple[float, Image]]":
    import av

    shots: list[tuple[float, Image]] = []
    with av.open(str(path), metadata_errors="replace") as container:
        stream = container.streams.video[0]
        if memory_of_frames(stream) > PICTURE_MEMORY:
            return []
        duration = float(container.duration or 0) / av.time_base
        base = stream.time_base
        for number in range(FRAMES):
            wanted = duration * (number + 0.5) / FRAMES
            container.seek(int(wanted / base) if base else 0, stream=stream, backward=True)
            best: Any = None
            for tries, frame in enumerate(container.decode(stream)):
                best = frame
                if (frame.time or 0.0) >= wanted or tries > 250:
                    break
            if best is not None and (not shots or (best.time or 0.0) > shots[-1][0]):
                height = max(2, round(best.height * WIDTH / max(best.width, 1)))
                shots.append((best.time or 0.0, best.to_image(width=WIDTH, height=min(height, 400))))
    return shots


def _framed(path: Path, spots: Sequence[Spot]) -> "Iterator[tuple[float, Image]]":
    """Return the frames of findings, their places framed."""
    from AIGCLibrary.files.reading.shots import shots_of

    boxes: dict[float, list[Spot]] = {}
    for spot in spots:
        if spot.at is not None and (spot.at in boxes or len(boxes) < FRAMED):
            boxes.setdefault(spot.at, []).append(spot)
    moments = sorted(boxes)
    for shot, moment in zip(shots_of(path, "video/", moments), moments, strict=False):
        picture = shot.picture
        factor = WIDTH / picture.width
        small = picture.resize((WIDTH, min(400, max(2, round(picture.height * factor)))))
        yield moment, with_frames(small, boxes[moment], factor)


def with_frames(picture: "Image", spots: Sequence[Spot], factor: float) -> "Image":
    """Draw a frame around places of a picture that was scaled by a factor."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(picture)
    for left, top, width, height in (spot.box for spot in spots):
        box = (left * factor - 2, top * factor - 2, (left + width) * factor + 2, (top + height) * factor + 2)
        draw.rectangle(box, outline=(255, 40, 40), width=2)
    return picture


def waveform(path: Path) -> bytes:
    """Draw the loudness of a sound over its time; a PNG without background."""
    import av
    from PIL import Image, ImageDraw

    width, height = WAVE
    levels: list[int] = []
    with av.open(str(path), metadata_errors="replace") as container:
        stream = container.streams.audio[0]
        rate = stream.rate or 44100
        seconds = float(container.duration or av.time_base) / av.time_base
        per_level = max(1, int(rate * seconds / width))
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        rest = b""
        for frame in container.decode(stream):
            for part in resampler.resample(frame):
                rest += bytes(part.planes[0])[: part.samples * 2]
            while len(rest) >= per_level * 2:
                piece, rest = memoryview(rest[: per_level * 2]).cast("h"), rest[per_level * 2 :]
                levels.append(max(map(abs, piece)))
    image = Image.new("RGBA", WAVE, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    middle = height // 2
    for x, level in enumerate(levels[:width]):
        reach = max(1, round(level / 32768 * (middle - 1)))
        draw.line((x, middle - reach, x, middle + reach), fill=(70, 130, 200, 255))
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def _thumbnail(path: Path, examination: Examination) -> "Image | None":
    from PIL import Image

    if spots := examination.spots:
        from AIGCLibrary.files.reading.shots import shots_of

        memory = examination.limits.picture_memory
        shots = shots_of(path, examination.media_type or "", small=examination.small, memory=memory)
        picture = next(iter(shots)).picture
        full = picture.width
        picture.thumbnail((WIDTH * 2, WIDTH * 2))
        return with_frames(picture, spots, picture.width / full)
    if examination.small is not None:
        return _on_grey(examination.small)
    with Image.open(path) as image:
        if memory_of(image) > examination.limits.picture_memory:
            return None
        image.draft("RGB", (WIDTH * 2, WIDTH * 2))
        return _on_grey(image)


def _on_grey(image: "Image") -> "Image":
    """Return a thumbnail in RGB; what is transparent lies on grey."""
    from PIL import Image

    image.thumbnail((WIDTH * 2, WIDTH * 2))
    if image.mode in ("RGBA", "LA", "P", "PA"):
        ground = Image.new("RGBA", image.size, (200, 200, 200, 255))
        return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
    return eight_bit(image).convert("RGB")


def _jpeg(image: "Image") -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=72, optimize=True)
    return target.getvalue()
