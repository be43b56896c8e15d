"""The facts of a movie that rules speak of: as it is shown, with the values that are stored beside them."""

from collections.abc import Iterator
from typing import Any

from AIGCLibrary.files.display import displayed
from AIGCLibrary.files.iso.fragments import Fragments
from AIGCLibrary.files.iso.movie import Movie, Track, present
from AIGCLibrary.files.iso.sample_entries import MATRICES, is_hdr

_STOOD = 1.0
"""Seconds that single frames may be shown longer or shorter in a film of a constant rate; a fiftieth of long films."""


def describe(movie: Movie, fragments: Fragments) -> dict[str, Any]:
    """Return the facts of a movie; lengths and rates by the times of the samples, not by the headers."""
    videos, sounds, subtitles = (filled(movie, fragments, kind) for kind in ("video", "audio", "subtitle"))
    facts: dict[str, Any] = {
        "duration": _duration(movie, fragments),
        "video_streams": len(videos),
        "audio_streams": len(sounds),
        "subtitle_streams": len(subtitles),
    }
    if videos:
        facts |= _of_picture(videos[0], fragments)
    if sounds:
        facts |= {
            "audio_codec": sounds[0].codec,
            "channels": sounds[0].channels,
            "sample_rate": sounds[0].sample_rate or None,
            "audio_duration": _rounded(length_of(sounds[0], fragments)),
        }
    return {name: value for name, value in facts.items() if value is not None}


def filled(movie: Movie, fragments: Fragments, kind: str) -> list[Track]:
    """Return the tracks of a kind without those of which no sample was written, as by a recorder without microphone.

    Of a film in fragments, all of them until its fragments are here.
    """
    if movie.fragmented and not fragments.samples:
        return movie.of(kind)
    return [track for track in movie.of(kind) if track.samples or fragments.samples.get(track.number)]


def length_of(track: Track, fragments: Fragments) -> float | None:
    """Return for how many seconds a track is shown, with all its fragments; None when nothing states it."""
    ticks = fragments.ticks.get(track.number, 0)
    shown = (track.shown or 0.0) + ticks / track.timescale
    if not shown:
        return track.duration if not fragments.samples else None
    first = track.first if track.samples else fragments.firsts.get(track.number, 0)
    return present(track, shown, first) if ticks else track.presented


def _duration(movie: Movie, fragments: Fragments) -> float | None:
    lengths = [length_of(track, fragments) for track in movie.tracks if track.kind in ("video", "audio")]
    known = [length for length in lengths if length]
    return _rounded(max(known)) if known else _rounded(movie.duration) if not movie.fragmented else None


def _of_picture(track: Track, fragments: Fragments) -> dict[str, Any]:
    pixels = track.pixels
    samples = track.samples + fragments.samples.get(track.number, 0)
    shown = (track.shown or 0.0) + fragments.ticks.get(track.number, 0) / track.timescale
    rate, varied = measured_rate(_durations(track, fragments), track.timescale, samples, shown)
    return {
        **displayed(track.width, track.height, pixels.aspect, track.rotation, pixels.cropped),
        "video_codec": track.codec,
        "video_duration": _rounded(length_of(track, fragments)),
        "frames": samples or None,
        "fps": rate,
        "vfr": varied,
        "color_space": MATRICES.get(pixels.matrix) if pixels.matrix is not None else None,
        "hdr": is_hdr(pixels.transfer) if pixels.transfer is not None else None,
    }


def _durations(track: Track, fragments: Fragments) -> dict[int, int]:
    found = dict(track.durations)
    for ticks, count in fragments.durations.get(track.number, {}).items():
        found[ticks] = found.get(ticks, 0) + count
    return {ticks: count for ticks, count in found.items() if ticks and count > 0}


def measured_rate(
    durations: dict[int, int], scale: int, samples: int, shown: float
) -> tuple[float | None, bool | None]:
    """Return frames a second by the times of the frames, and whether they are shown for different times.

    Args:
        durations: How many frames are shown for so many ticks.
        scale: Ticks a second; times that differ by one tick are the same, rounded.
        samples: Number of frames.
        shown: Seconds they are shown.
    """
    if not samples or not shown:
        return None, None
    if not durations:
        return round(samples / shown, 3), None
    usual = max(durations, key=lambda ticks: durations[ticks])
    same = {ticks: count for ticks, count in durations.items() if abs(ticks - usual) <= max(1, usual // 50)}
    frames = sum(same.values())
    others = sum(durations.values()) - frames
    stood = sum(ticks * count for ticks, count in durations.items() if ticks not in same) / scale
    if others > max(1, frames // 50) or stood > max(_STOOD, shown / 50):
        return round(samples / shown, 3), True
    return round(frames * scale / sum(ticks * count for ticks, count in same.items()), 3), others > 1


def _rounded(value: float | None) -> float | None:
    return round(value, 6) if value else None


def contradictions(movie: Movie, fragments: Fragments) -> Iterator[tuple[str, float, float]]:
    """Report lengths that a header states and the samples do not have: which one, what it says, what is there."""
    found = _duration(movie, fragments)
    if not found:
        return
    margin = max(0.5, 0.02 * found)
    if movie.promised and movie.promised > found + margin:
        yield "mehd", movie.promised, found
    if movie.duration and not movie.fragmented and abs(movie.duration - found) > margin:
        yield "mvhd", movie.duration, found
