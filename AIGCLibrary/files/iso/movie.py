"""The movie header (moov): tracks, codecs, sizes, times, and whether every sample lies inside the file.

Formats: ISO/IEC 14496-12 (boxes), 14496-14 (mp4), 14496-15 (AVC, HEVC), QuickTime File Format.
"""

import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import pairwise

from AIGCLibrary.files.iso.boxes import Box, Malformed, show_kind, signed
from AIGCLibrary.files.iso.sample_entries import (
    CODECS,
    Pixels,
    check_known,
    codec_of,
    codec_of_picture,
    read_pixels,
    read_sound,
)
from AIGCLibrary.files.iso.sample_tables import chunks_of, read_offsets, read_sizes, read_table

_VISUAL = 78
"""Bytes of a picture's sample entry before the boxes in it."""
MOST_TRACKS = 1000
"""Tracks that a film may have; each costs every reader time and memory, and films have a few dozen at the most."""
_MOST_CHAPTERS = 400
"""Bytes of ids of chapter tracks that are read."""
_MOST_TICKS = 1 << 31
"""Ticks a second of which no reader knows what they mean: most read the time scale as a signed number."""
_HANDLERS = frozenset(
    b"vide soun auxv pict volm hapt text subt subp sbtl clcp meta mdta tmcd hint fdsm data nrtm sdsm odsm ocsm".split()
)
"""Handlers of tracks (MP4 registration authority, QuickTime File Format)."""
_CONFIGURED = {b"avc1": b"avcC", b"hvc1": b"hvcC", b"hev1": b"hvcC", b"av01": b"av1C", b"vp09": b"vpcC"}
"""Boxes that a decoder needs."""


@dataclass(slots=True)
class Track:
    """One track.

    Args:
        number: Its id in the file.
        kind: `video`, `audio`, `subtitle` or `other`.
        duration: Seconds; of reordered frames their delay may be part of it.
        shown: Seconds that its samples are shown, by their own times.
        presented: Seconds of them that the edit list shows, with the delay before them.
        first: Ticks at which the first sample is shown: decoding of reordered frames begins earlier than that.
        durations: How many samples are shown for so many ticks; without the last, which lasts until the sound ends.
        pixels: Shape, crop and colours of a picture.
        samples: Number of samples in the table.
        media_bytes: Bytes of all samples.
        nearest: Where the first of them begins in the file.
        furthest: Where the last of them ends.
        chunks: Begin and end of each chunk in turn.
        table: Where its sample table begins in the file: the place of what the table says wrongly.
        rotation: Degrees clockwise.
        packet: Samples and bytes of a packet, where a sample is one of the sound and its size stands for nothing.
    """

    number: int = 0
    kind: str = "other"
    codec: str | None = None
    entry: str | None = None
    duration: float | None = None
    timescale: int = 0
    width: int = 0
    height: int = 0
    rotation: int = 0
    channels: int | None = None
    sample_rate: int | None = None
    shown: float | None = None
    presented: float | None = None
    first: int = 0
    durations: dict[int, int] = field(default_factory=dict)
    pixels: Pixels = field(default_factory=Pixels)
    edits: list[tuple[float, int]] = field(default_factory=list)
    samples: int = 0
    media_bytes: int = 0
    descriptions: int = 0
    nearest: int = sys.maxsize
    furthest: int = 0
    chunks: "array[int]" = field(default_factory=lambda: array("Q"))
    encrypted: bool = False
    table: int = 0
    packet: tuple[int, int] = (1, 1)

    def spans(self) -> Iterable[tuple[int, int]]:
        """Return begin and end of each chunk in the order of the file; long films have a hundred thousand."""
        spans = zip(self.chunks[0::2], self.chunks[1::2], strict=True)
        begins = self.chunks[0::2]
        return spans if all(a <= b for a, b in pairwise(begins)) else sorted(spans)


@dataclass(slots=True)
class Movie:
    """What a moov box says.

    Args:
        duration: Seconds, by the header.
        promised: Seconds that all fragments together should last (`mehd`).
        usual: Duration of a fragment's sample by track (`trex`), in its ticks.
        chapters: Ids of the tracks that hold the titles of chapters, which no viewer shows as subtitles.
    """

    duration: float | None = None
    timescale: int = 0
    fragmented: bool = False
    promised: float | None = None
    usual: dict[int, int] = field(default_factory=dict)
    chapters: set[int] = field(default_factory=set)
    tracks: list[Track] = field(default_factory=list)

    def check_bounds(self, length: int) -> None:
        """Check that all samples lie inside a file of so many bytes.

        Raises:
            Malformed: One does not.
        """
        for track in self.tracks:
            if track.furthest > length:
                raise Malformed(
                    f"a sample of the {track.kind} ends at offset {track.furthest}, the file at {length}",
                    track.table,
                    claimed=track.furthest,
                    left=length,
                )

    def check_place(self, start: int, end: int) -> None:
        """Check that picture and sound lie inside the media of the file, and nothing on top of anything else.

        Args:
            start: Where the first media box begins.
            end: Where the last one ends.

        Raises:
            Malformed: They do not.
        """
        tracks = [track for track in self.tracks if track.kind in ("video", "audio") and track.chunks]
        for track in tracks:
            if track.nearest < start or track.furthest > end:
                raise Malformed(
                    f"a {track.kind} sample lies outside of the media: offset {min(track.nearest, track.furthest)}",
                    track.table,
                )
        for (_, before), (begin, _) in pairwise(merge(*(track.spans() for track in tracks))):
            if begin < before:
                raise Malformed(f"two chunks lie on top of each other at offset {begin}", begin)

    def of(self, kind: str) -> list[Track]:
        """Return the tracks of a kind."""
        return [track for track in self.tracks if track.kind == kind]


def read_movie(moov: Box) -> Movie:
    """Read a moov box and check its tables.

    Args:
        moov: The box.

    Raises:
        Malformed: A table contradicts itself or the file.
    """
    movie = Movie()
    header = moov.child(b"mvhd")
    if header is None:
        raise Malformed("'moov' has no 'mvhd'", moov.offset)
    movie.timescale, ticks = _times(header)
    if movie.timescale == 0:
        raise Malformed("'mvhd' has no time scale", header.offset)
    movie.duration = None if ticks is None else ticks / movie.timescale
    if (extends := moov.child(b"mvex")) is not None:
        _read_extends(extends, movie)
    for box in moov.children():
        if box.kind == b"trak":
            if len(movie.tracks) == MOST_TRACKS:
                raise Malformed(f"'moov' has more than {MOST_TRACKS} tracks", box.offset)
            movie.tracks.append(_track(box, movie))
    _check_tracks(moov, movie)
    return movie


def _check_tracks(moov: Box, movie: Movie) -> None:
    if not movie.tracks:
        raise Malformed("'moov' has no track", moov.offset)
    for track in movie.tracks:
        if track.number in movie.chapters:
            track.kind = "other"
        if track.shown and track.kind in ("video", "audio") and not _is_shown(track):
            raise Malformed(f"the edit list shows nothing of the {track.kind}", track.table)
    numbers = [track.number for track in movie.tracks if track.number]
    if len(set(numbers)) < len(numbers):
        raise Malformed(f"two tracks have the same id among {numbers}", moov.offset)


def _read_extends(box: Box, movie: Movie) -> None:
    movie.fragmented = True
    for child in box.children():
        if child.kind == b"mehd":
            ticks = child.u64(4) if child.version == 1 else child.u32(4)
            movie.promised = ticks / movie.timescale or None
        elif child.kind == b"trex":
            movie.usual[child.u32(4)] = child.u32(12)


def _read_edits(trak: Box, track: Track, movie: Movie) -> None:
    """Read the edit list: for each part its length in seconds, and where it begins in the media, -1 for a pause."""
    edts = trak.child(b"edts")
    elst = edts.child(b"elst") if edts else None
    if elst is None:
        return
    wide = elst.version == 1
    size = 20 if wide else 12
    for number in range(min(elst.u32(4), 1000)):
        at = 8 + number * size
        elst.need(at + size)
        length = elst.u64(at) if wide else elst.u32(at)
        begin = elst.u64(at + 8) if wide else elst.u32(at + 4)
        top = 1 << (64 if wide else 32)
        track.edits.append((length / movie.timescale, begin - top if begin >= top >> 1 else begin))


def present(track: Track, shown: float | None, first: int = 0) -> float | None:
    """Return for how many seconds a track is shown: its samples as the edit list has them.

    Args:
        track: The track.
        shown: Seconds of all its samples.
        first: Ticks at which the first of them is shown: edit lists count in times of showing, not of decoding.
    """
    if not track.edits or shown is None:
        return shown
    total = 0.0
    for length, begin in track.edits:
        left = min(shown, max(0.0, shown + (first - begin) / track.timescale))
        total += length if begin < 0 else min(length, left) if length else left
    return total


def _is_shown(track: Track) -> bool:
    """Report whether the edit list shows any of the samples, which end at `shown` seconds."""
    ends = track.first + (track.shown or 0.0) * track.timescale
    return not track.edits or any(0 <= begin < ends for _, begin in track.edits)


def _times(box: Box) -> tuple[int, int | None]:
    """Return the time scale and duration of an mvhd or mdhd; a duration of all ones means: not known."""
    if box.version == 1:
        scale, ticks, unknown = box.u32(20), box.u64(24), 0xFFFFFFFFFFFFFFFF
    else:
        scale, ticks, unknown = box.u32(12), box.u32(16), 0xFFFFFFFF
    return scale, None if ticks == unknown else ticks


def _track(trak: Box, movie: Movie) -> Track:
    track = Track()
    mdia = trak.child(b"mdia")
    if mdia is None:
        raise Malformed("'trak' has no 'mdia'", trak.offset)
    header = mdia.child(b"mdhd")
    if header is None:
        raise Malformed("'mdia' has no 'mdhd'", mdia.offset)
    track.timescale, ticks = _times(header)
    if not 0 < track.timescale < _MOST_TICKS:
        raise Malformed(f"'mdhd' has a time scale of {track.timescale}", header.offset)
    track.duration = None if ticks is None else ticks / track.timescale
    handler = mdia.child(b"hdlr")
    if handler is not None:
        handler.need(12)
        track.kind = {
            b"vide": "video", b"soun": "audio", b"subt": "subtitle", b"text": "subtitle", b"sbtl": "subtitle",
        }.get(bytes(handler.data[8:12]), "other")  # fmt: skip
    if (tkhd := trak.child(b"tkhd")) is not None:
        _geometry(tkhd, track)
    movie.chapters.update(_chapters(trak))
    minf = mdia.child(b"minf")
    stbl = minf.child(b"stbl") if minf else None
    if minf is not None and handler is not None:
        _check_handler(minf, handler)
    if minf is not None and track.kind in ("video", "audio"):
        _is_here(minf, track)
    if stbl is None:
        raise Malformed("'mdia' has no sample table", mdia.offset)
    track.table = stbl.offset
    _describe(stbl, track)
    _read_edits(trak, track, movie)
    if not movie.fragmented or _count(stbl, b"stsz", 8) or _count(stbl, b"stts", 4):
        _check_samples(stbl, track)
    track.presented = present(track, track.shown, track.first)
    return track


def _chapters(trak: Box) -> list[int]:
    """Return the ids of the tracks with the chapters of a track (QuickTime File Format, `tref`)."""
    try:
        references = trak.child(b"tref")
        found = references.child(b"chap") if references else None
    except Malformed:
        return []  # nothing that is seen or heard depends on it
    return [found.u32(at) for at in range(0, min(len(found.data), _MOST_CHAPTERS) - 3, 4)] if found else []


def _check_handler(minf: Box, handler: Box) -> None:
    """Check that the handler of a track with pictures or sound is one that players know."""
    kind = bytes(handler.data[8:12])
    if kind not in _HANDLERS and (minf.child(b"vmhd") or minf.child(b"smhd")):
        raise Malformed(f"a track of picture or sound has the handler '{show_kind(kind)}'", handler.offset)


def _is_here(minf: Box, track: Track) -> None:
    dinf = minf.child(b"dinf")
    dref = dinf.child(b"dref") if dinf else None
    places = list(dref.children(8)) if dref else []
    if dref and len(places) != dref.u32(4):
        raise Malformed(f"'dref' announces {dref.u32(4)} places and has {len(places)}", dref.offset)
    for place in places:
        if place.kind in (b"url ", b"urn ", b"alis") and not place.flags & 1:
            raise Malformed(f"the {track.kind} is in another file", place.offset)


def _geometry(box: Box, track: Track) -> None:
    at = 36 if box.version == 1 else 24
    box.need(at + 60)
    matrix = [int.from_bytes(box.data[at + 16 + 4 * i : at + 20 + 4 * i], "big", signed=True) for i in (0, 1, 3, 4)]
    track.number = box.u32(20 if box.version == 1 else 12)
    track.rotation = _rotation(*matrix)
    track.width, track.height = box.u32(at + 52) >> 16, box.u32(at + 56) >> 16


def _rotation(across: int, down: int, left: int, below: int) -> int:
    """Return the degrees clockwise by the signs of a matrix, which may scale and mirror as well."""
    if 100 * max(abs(across), abs(below)) < min(abs(down), abs(left)):
        return 90 if down > 0 else 270
    return 180 if across < 0 and below < 0 and 100 * max(abs(down), abs(left)) < -max(across, below) else 0


def _describe(stbl: Box, track: Track) -> None:
    stsd = stbl.child(b"stsd")
    if stsd is None:
        raise Malformed("the sample table has no 'stsd'", stbl.offset)
    entries = list(stsd.children(8))
    if stsd.u32(4) != len(entries) or not entries:
        raise Malformed(f"'stsd' announces {stsd.u32(4)} descriptions and has {len(entries)}", stsd.offset)
    entry, track.descriptions = entries[0], len(entries)
    track.entry = show_kind(entry.kind)
    track.encrypted = entry.kind in (b"encv", b"enca")
    track.codec = codec_of_picture(entry, _VISUAL) if track.kind == "video" else codec_of(track.entry)
    if track.encrypted:
        track.codec = _original_format(entry, track.kind) or track.codec
    if track.codec is None and track.kind in ("video", "audio"):
        check_known(entry, track.kind)
    if track.kind == "video" and len(entry.data) > _VISUAL and entry.kind in _CONFIGURED:
        needed = _CONFIGURED[entry.kind]
        if entry.child(needed, _VISUAL) is None:
            raise Malformed(
                f"'{track.entry}' has no '{needed.decode()}', without which it cannot be decoded", entry.offset
            )
    if track.kind == "video" and len(entry.data) >= 28:
        track.width, track.height = entry.u16(24) or track.width, entry.u16(26) or track.height
        track.pixels = read_pixels(entry, _VISUAL) if len(entry.data) > _VISUAL else track.pixels
    if track.kind == "audio" and len(entry.data) >= 28:
        sound = read_sound(entry)
        track.channels, track.sample_rate, track.packet = sound.channels, sound.rate, sound.packet
        track.codec = track.codec if track.encrypted else sound.codec
        if len({box.kind for box in entries}) == 1 and len(entries) > 1 and track.entry == "Opus":
            raise Malformed("the Opus track has more than one sample description", stsd.offset)


def _original_format(entry: Box, kind: str) -> str | None:
    skip = _VISUAL if kind == "video" else 28
    if len(entry.data) <= skip:
        return None
    sinf = entry.child(b"sinf", skip)
    frma = sinf.child(b"frma") if sinf else None
    return CODECS.get(show_kind(bytes(frma.data[:4]))) if frma else None


def _count(stbl: Box, kind: bytes, at: int) -> int:
    box = stbl.child(kind)
    return 0 if box is None or len(box.data) < at + 4 else box.u32(at)


def _check_samples(stbl: Box, track: Track) -> None:
    """Check that sizes, chunks and times agree, and find how far the samples reach."""
    sizes = replace(read_sizes(stbl), packet=track.packet)
    offsets = read_offsets(stbl)
    runs = read_table(stbl, b"stsc", 3)
    track.samples = len(sizes) if sizes.fixed is None else sizes.count
    stts = read_table(stbl, b"stts", 2)
    timed = sum(stts[0::2])
    if timed != track.samples and (track.samples or track.kind in ("video", "audio")):
        raise Malformed(f"{track.samples} samples have sizes, {timed} have times", stbl.offset)
    if stts:
        _read_times(stts, track)
        track.first = signed(next(iter(read_table(stbl, b"ctts", 2)[1:2]), 0))
    if not track.samples:
        return
    if not runs or not offsets:
        raise Malformed(f"{track.samples} samples are in no chunk", stbl.offset)
    if strange := [index for index in runs[2::3] if not 1 <= index <= track.descriptions]:
        raise Malformed(f"a chunk has description {strange[0]} of {track.descriptions}", stbl.offset)
    first_sample = held = 0
    for chunk, per_chunk in chunks_of(runs, len(offsets), stbl):
        last = min(first_sample + per_chunk, track.samples)
        end = offsets[chunk] + sizes.total(first_sample, last)
        track.nearest, track.furthest = min(track.nearest, offsets[chunk]), max(track.furthest, end)
        track.chunks.extend((offsets[chunk], end))
        held += per_chunk
        first_sample = last
    if first_sample < track.samples:
        raise Malformed(f"{track.samples - first_sample} of {track.samples} samples are in no chunk", stbl.offset)
    keys = read_table(stbl, b"stss", 1)
    if keys and max(keys) > track.samples:
        raise Malformed(f"sample {max(keys)} of {track.samples} is said to be a keyframe", stbl.offset)
    if held != track.samples and track.kind in ("video", "audio"):
        raise Malformed(f"the chunks hold {held} samples, there are {track.samples}", stbl.offset)
    track.media_bytes = sizes.total(0, track.samples)


def _read_times(stts: "array[int]", track: Track) -> None:
    track.shown = sum(c * d for c, d in zip(stts[0::2], stts[1::2], strict=True)) / track.timescale
    track.duration = track.duration or track.shown
    for count, ticks in zip(stts[0::2], stts[1::2], strict=True):
        track.durations[ticks] = track.durations.get(ticks, 0) + count
    track.durations[stts[-1]] -= 1
