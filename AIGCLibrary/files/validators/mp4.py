"""Judges mp4, mov and m4a: boxes while they arrive, the movie header as soon as it is there."""

from pathlib import Path

from AIGCLibrary.files.context import RangeReader
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.iso.boxes import Box, Malformed, is_kind
from AIGCLibrary.files.iso.fragments import check_fragment
from AIGCLibrary.files.iso.malformed import report_malformed
from AIGCLibrary.files.iso.movie import Movie, read_movie
from AIGCLibrary.files.iso.walker import KNOWN, IsoWalker
from AIGCLibrary.files.rules.judge import judge
from AIGCLibrary.files.validators.base import Validator

PEEK = 112 << 10
"""Most bytes fetched to see an index that stands behind the media."""


class Mp4Validator(Validator):
    """Judges ISO base media files with a movie header, whole or fragmented."""

    name = "mp4"
    media_types = ("video/mp4", "video/quicktime", "audio/mp4")
    feeds = True

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._walker = IsoWalker(self.examination.length)
        self._movie: Movie | None = None
        self._broken = self._read = self._bounded = False

    def peek(self, reader: RangeReader) -> None:
        """Follow the boxes from head to head to the movie header, and judge it."""
        try:
            self._peek(reader)
        except Malformed as error:
            self._report(error)

    def _peek(self, reader: RangeReader) -> None:  # noqa: C901 - one walk, each step may end it
        length, at, media_at = reader.length, 0, None
        for _hop in range(16):
            if self._movie is not None and not reader.known(at, 16):
                return  # where the media ends is seen when it arrives
            head = reader.read(at, 16)
            if len(head) < 8 or not is_kind(head[4:8]):
                return
            size, header = int.from_bytes(head[:4], "big"), 8
            if size == 1 and len(head) == 16:
                size, header = int.from_bytes(head[8:16], "big"), 16
            if size == 0:
                size = (length or 0) - at
            kind = head[4:8]
            if length is not None and at + size > length and kind in KNOWN:
                left = length - at
                raise Malformed(
                    f"box '{kind.decode()}' claims {size} bytes, the file has {left} left",
                    at,
                    truncated=True,
                    claimed=size,
                    left=left,
                )
            if kind == b"moov" and self._movie is None:
                data = reader.read(at, size) if size <= PEEK or reader.known(at, size) else b""
                if len(data) < size:
                    return
                self._read_movie(Box(b"moov", memoryview(data)[header:], at, header), faststart=media_at is None)
            if kind == b"mdat":
                media_at = at
            if self._movie is not None and media_at is not None and length is not None:
                self._movie.check_bounds(length)
                return
            at += size
            if size < 8 or (length is not None and at >= length):
                return

    def feed(self, data: memoryview) -> None:
        """Walk the boxes; judge the movie header when it is complete."""
        if self._broken:
            return
        try:
            self._walker.feed(data)
            moov = self._walker.find(b"moov") if not self._read else None
            if moov and self._walker.complete(moov):
                before = self._walker.find(b"mdat")
                self._read_movie(moov.box(), faststart=before is None or before.offset > moov.offset)
                self._read = True
            if self._movie and self._walker.length is not None and not self._bounded and self._walker.find(b"mdat"):
                self._bounded = True
                self._movie.check_bounds(self._walker.length)
        except Malformed as error:
            self._report(error)

    def finish(self) -> None:
        """Judge how the file ends."""
        if self._broken:
            return
        try:
            self._walker.finish()
            self._judge_whole()
        except Malformed as error:
            self._report(error)

    def inspect(self, path: Path) -> None:
        """Have the decoder library read what our own walk does not know: fragments, unknown durations."""
        media = self.examination.section("media")
        if self._broken or self.examination.failed or not self._needs_probe(media):
            return
        import av

        from AIGCLibrary.files.probe import probe

        try:
            found = probe(path)
        except (av.error.FFmpegError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.examination.report("mp4.decode", f"The media cannot be opened: {reason}.")
            return
        media.update({name: value for name, value in found.items() if media.get(name) is None})

    def _needs_probe(self, media: dict[str, object]) -> bool:
        wanted = [name for name in ("fps", "duration", "channels") if self.examination.rules.get(name) is not None]
        fragmented = self._movie is not None and self._movie.fragmented
        return (fragmented and media.get("duration") is None) or any(media.get(name) is None for name in wanted)

    def _judge_whole(self) -> None:
        walker = self._walker
        if walker.find(b"moov") is None and walker.find(b"moof", b"styp", b"sidx") is None:
            raise Malformed("there is no movie header ('moov')", walker.position)
        here = walker.position if walker.find(b"mdat") else None
        numbers = {track.number for track in self._movie.tracks} if self._movie else ()
        for top in walker.tops:
            if top.kind == b"moof" and top.data is not None:
                check_fragment(top.box(), here, numbers)
        movie = self._movie
        if movie is None:
            return
        if walker.find(b"mdat", b"moof") is not None:
            movie.check_bounds(walker.position)
            media_boxes = [top for top in walker.tops if top.kind in (b"mdat", b"moof", b"imda")]
            if not movie.fragmented:
                last = media_boxes[-1]
                end = walker.position if last.size is None else last.offset + last.size
                movie.check_place(media_boxes[0].offset + media_boxes[0].header, end)
        elif any(track.samples for track in movie.tracks):
            self.examination.report(
                "mp4.no_media",
                "There is a movie header, and no media ('mdat') behind it.",
                FindingKind.TRUNCATED,
                severity=Severity.WARNING,
                place=f"offset {walker.position}",
            )
        if walker.garbage is not None:
            left = walker.position - walker.garbage
            self.examination.report(
                "mp4.trailing",
                f"{left} bytes behind the last box are no box.",
                FindingKind.CORRUPT,
                severity=Severity.WARNING,
                place=f"offset {walker.garbage}",
            )
        media = self.examination.section("media")
        if media.get("duration"):
            media["bitrate"] = round(walker.position * 8 / media["duration"])

    def _read_movie(self, box: Box, *, faststart: bool) -> None:
        movie = read_movie(box)
        self._movie = movie
        media = self.examination.section("media")
        media |= describe(movie)
        media["faststart"] = faststart
        if any(track.encrypted for track in movie.tracks):
            self.examination.report(
                "mp4.encrypted", "The media is encrypted; its content cannot be judged.", FindingKind.ENCRYPTED,
                severity=Severity.INFO,
            )  # fmt: skip
        self._read_label(box)
        self.examination.extend(list(judge(self.examination.rules, self.examination.facts)))

    def _read_label(self, box: Box) -> None:
        """Judge the label in the index as soon as it is there; one elsewhere in the file is looked for at the end."""
        if not self.examination.rules.get("labels", "aigc"):
            return
        from AIGCLibrary.files.labels.isomedia import read_movie_marks
        from AIGCLibrary.files.labels.value import check

        for label in read_movie_marks(box).labels:
            self.examination.extend(list(check(label)))

    def _report(self, error: Malformed) -> None:
        self._broken = True
        report_malformed(self.examination, "mp4.structure", error, "ISO/IEC 14496-12")


def describe(movie: Movie) -> dict[str, object]:
    """Give the facts of a movie that rules speak of."""
    video = next(iter(movie.of("video")), None)
    audio = next(iter(movie.of("audio")), None)
    lengths = [track.duration for track in movie.tracks if track.duration]
    duration = movie.duration or (max(lengths) if lengths else None)
    facts: dict[str, object] = {
        "duration": round(duration, 6) if duration else None,
        "video_streams": len(movie.of("video")),
        "audio_streams": len(movie.of("audio")),
        "subtitle_streams": len(movie.of("subtitle")),
    }
    if video:
        turned = video.rotation in (90, 270)
        width, height = (video.height, video.width) if turned else (video.width, video.height)
        facts |= {
            "width": width,
            "height": height,
            "resolution": f"{width}x{height}",
            "aspect": round(width / height, 4) if height else None,
            "rotation": video.rotation,
            "video_codec": video.codec,
            "video_duration": video.duration,
            "frames": video.samples or None,
            # From the times of the samples: the track's own length may hold the delay of reordered frames.
            "fps": round(video.samples / video.shown, 3) if video.samples and video.shown else None,
        }
    if audio:
        facts |= {
            "audio_codec": audio.codec,
            "channels": audio.channels,
            "sample_rate": audio.sample_rate or None,
            "audio_duration": audio.duration,
        }
    return {name: value for name, value in facts.items() if value is not None}
