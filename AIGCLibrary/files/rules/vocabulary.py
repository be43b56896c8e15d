"""The rules that demand one value: their names, where the value is found, its unit, its sort."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.rules.constraint import Constraint
from AIGCLibrary.yaml.schema import load_schema


@dataclass(frozen=True, slots=True)
class Word:
    """A rule on one value.

    Args:
        fact: Name of the value among the facts of a file, dots into sections.
        title: What the value is, for sentences.
        unit: Its unit.
        text: The value is a text, not a number.
        kind: Sort of the finding when it is broken.
    """

    fact: str
    title: str
    unit: str | None = None
    text: bool = False
    kind: FindingKind = FindingKind.RULE


WORDS: dict[str, Word] = {
    "size": Word("size", "size", "bytes"),
    "name": Word("name", "file name", text=True),
    "sha256": Word("hashes.sha256", "SHA-256", text=True, kind=FindingKind.HASH),
    "sha1": Word("hashes.sha1", "SHA-1", text=True, kind=FindingKind.HASH),
    "md5": Word("hashes.md5", "MD5", text=True, kind=FindingKind.HASH),
    "duration": Word("media.duration", "duration", "s"),
    "resolution": Word("media.resolution", "resolution", "px", text=True),
    "width": Word("media.width", "width", "px"),
    "height": Word("media.height", "height", "px"),
    "aspect": Word("media.aspect", "aspect ratio"),
    "stored_width": Word("media.stored_width", "stored width", "px"),
    "stored_height": Word("media.stored_height", "stored height", "px"),
    "pixel_format": Word("media.pixel_format", "pixel format", text=True),
    "bit_depth": Word("media.bit_depth", "bit depth", "bit"),
    "color_space": Word("media.color_space", "colour space", text=True),
    "hdr": Word("media.hdr", "high dynamic range"),
    "vfr": Word("media.vfr", "variable frame rate"),
    "fps": Word("media.fps", "frame rate", "fps"),
    "frames": Word("media.frames", "number of frames"),
    "rotation": Word("media.rotation", "rotation", "degrees"),
    "bitrate": Word("media.bitrate", "bit rate", "bit/s"),
    "video_codec": Word("media.video_codec", "video codec", text=True),
    "audio_codec": Word("media.audio_codec", "audio codec", text=True),
    "channels": Word("media.channels", "number of audio channels"),
    "sample_rate": Word("media.sample_rate", "sample rate", "Hz"),
    "video_streams": Word("media.video_streams", "number of video streams"),
    "audio_streams": Word("media.audio_streams", "number of audio streams"),
    "subtitle_streams": Word("media.subtitle_streams", "number of subtitle streams"),
    "faststart": Word("media.faststart", "index before the media"),
    "image_mode": Word("media.image_mode", "colour mode", text=True),
    "loudness": Word("sound.loudness", "loudness", "LUFS"),
    "loudness_range": Word("sound.loudness_range", "loudness range", "LU"),
    "peak": Word("sound.peak", "peak level", "dBFS"),
    "true_peak": Word("sound.true_peak", "true peak level", "dBTP"),
    "dead_channels": Word("sound.dead_channels", "number of channels without sound"),
    "phase": Word("sound.phase", "phase of left and right"),
    "cues": Word("text.cues", "number of subtitle cues"),
    "lines": Word("text.lines", "number of lines"),
    "encoding": Word("text.encoding", "text encoding", text=True),
    "columns": Word("text.columns", "number of columns"),
    "items": Word("json.items", "number of items"),
}
"""Rules at the top of a rule set."""

MEDIA_FACTS = frozenset(
    {
        *(word.fact.partition(".")[2] for word in WORDS.values() if word.fact.startswith("media.")),
        *("media_type", "size", "container", "tags", "video_duration", "audio_duration", "pixel_aspect"),
    }
)
"""What may be known of a media file, by the names that `Get Media Info` returns; each file has only some of them."""

ARCHIVE_WORDS: dict[str, Word] = {
    "count": Word("archive.count", "number of files in the archive"),
    "unpacked": Word("archive.unpacked", "unpacked size", "bytes", kind=FindingKind.UNSAFE),
    "ratio": Word("archive.ratio", "compression ratio", kind=FindingKind.UNSAFE),
    "entry_size": Word("archive.largest", "size of the largest entry", "bytes"),
}
"""Rules in the section `archive`."""

QUALITY_WORDS: dict[str, Word] = {
    "black": Word("quality.black", "time of black picture", "s", kind=FindingKind.QUALITY),
    "frozen": Word("quality.frozen", "time of frozen picture", "s", kind=FindingKind.QUALITY),
    "silent": Word("quality.silent", "time of silence", "s", kind=FindingKind.QUALITY),
    "clipped": Word("quality.clipped", "share of clipped samples", kind=FindingKind.QUALITY),
    "blur": Word("quality.blur", "blur", kind=FindingKind.QUALITY),
    "contrast": Word("quality.contrast", "contrast", kind=FindingKind.QUALITY),
    "length_gap": Word("quality.length_gap", "difference of sound and picture length", "s", kind=FindingKind.QUALITY),
    "start_gap": Word("quality.start_gap", "difference of sound and picture start", "s", kind=FindingKind.QUALITY),
    "cuts": Word("quality.cuts", "number of cuts", kind=FindingKind.QUALITY),
    "colour_shift": Word("quality.colour_shift", "jump of the colours", kind=FindingKind.QUALITY),
    "duplicates": Word("quality.duplicates", "number of near-duplicate images", kind=FindingKind.QUALITY),
}
"""Rules on amounts in the section `quality`."""
AMOUNTS = {name: word for name, word in QUALITY_WORDS.items() if name != "duplicates"}
"""Those of them that are judged by their fact alone; near-duplicates are reported with their names."""


@cache
def watched_sections() -> dict[str, str]:
    """Return the sections on what is seen in pictures, each with its watcher as `module:Class`, from the schema."""
    sections = load_schema("rules")["$defs"]["set"]["properties"]
    return {name: section["x-watcher"] for name, section in sections.items() if "x-watcher" in section}


_DEMANDS = {
    "sound": {"offset": "s", "dead_air": "s", "pace": ""},
    "subtitles": {"reading_speed": ""},
    "reference": {"likeness": ""},
}
"""Demands on numbers that other sections judge themselves, with their unit."""


def demands_in(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Constraint]]:
    """Return every demand on a number of a rule set, with its place in it."""
    for section, words in ((None, WORDS), ("archive", ARCHIVE_WORDS), ("quality", QUALITY_WORDS)):
        found = data if section is None else data.get(section)
        for name, word in words.items():
            if isinstance(found, Mapping) and name in found and not word.text:
                place = (name,) if section is None else (section, name)
                if found[name] is not None:
                    yield place, Constraint(found[name], ".".join(place), word.unit or "")
    for section, units in _DEMANDS.items():
        found = data.get(section)
        for name, unit in units.items():
            if isinstance(found, Mapping) and found.get(name) is not None:
                yield (section, name), Constraint(found[name], f"{section}.{name}", unit)
    entries = (data.get("archive") or {}).get("entries") if isinstance(data.get("archive"), Mapping) else None
    for pattern, count in (entries or {}).items():
        if count is not None:
            yield ("archive", "entries", pattern), Constraint(count, f"archive.entries.{pattern}", "")
