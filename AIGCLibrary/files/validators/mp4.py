"""Judges mp4, mov and m4a: boxes while they arrive, the movie header as soon as it is there."""

from pathlib import Path
from typing import NamedTuple

from AIGCLibrary.files.beginning import look_at_beginning, report_beginnings
from AIGCLibrary.files.context import RangeReader
from AIGCLibrary.files.display import displayed
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.iso.boxes import Box, Malformed, is_kind
from AIGCLibrary.files.iso.facts import contradictions, describe
from AIGCLibrary.files.iso.fragments import Fragments, check_fragment
from AIGCLibrary.files.iso.malformed import report_malformed
from AIGCLibrary.files.iso.movie import Movie, read_movie
from AIGCLibrary.files.iso.walker import KNOWN, IsoWalker
from AIGCLibrary.files.media_type import settle_media_type
from AIGCLibrary.files.rules.judge import judge
from AIGCLibrary.files.rules.vocabulary import WORDS
from AIGCLibrary.files.validators.base import Validator

_SHAPED = ("width", "resolution", "aspect")
PEEK = 112 << 10
"""Most bytes fetched to see an index that stands behind the media."""


class Mp4Validator(Validator):
    """Judges ISO base media files with a movie header, whole or fragmented."""

    name = "mp4"
    feeds = True

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._walker = IsoWalker(self.examination.length)
        self._movie: Movie | None = None
        self._broken = self._read = self._bounded = self._empty = False
        self._fragments = Fragments()
        self._walked = 0
        self._furthest = (0, 0)

    def peek(self, reader: RangeReader) -> None:
        """Follow the boxes from head to head to the movie header, and judge it."""
        try:
            self._peek(reader)
        except Malformed as error:
            self._report(error)

    def _peek(self, reader: RangeReader) -> None:
        length, at, media_at = reader.length, 0, None
        for _hop in range(16):
            if self._movie is not None and not reader.known(at, 16):
                return  # where the media ends is seen when it arrives
            head = _box_head(reader, at)
            if head is None:
                return
            if head.kind == b"moov" and self._movie is None:
                data = reader.read(at, head.size) if head.size <= PEEK or reader.known(at, head.size) else b""
                if len(data) < head.size:
                    return
                box = Box(b"moov", memoryview(data)[head.header :], at, head.header)
                self._read_movie(box, faststart=media_at is None)
            if head.kind == b"mdat":
                media_at = at
            if self._movie is not None and media_at is not None and length is not None:
                self._movie.check_bounds(length)
                return
            at += head.size
            if head.size < 8 or (length is not None and at >= length):
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
            self._take_fragments()
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
            self._take_fragments(at_end=True)
            self._judge_whole()
        except Malformed as error:
            self._report(error)

    def inspect(self, path: Path) -> None:
        """Have the decoder library begin every track, and read what our own walk does not know."""
        import av

        from AIGCLibrary.files.probe import probe

        if self._broken or self._empty:
            return
        try:
            self._begin(path)
            found = probe(path) if self._needs_probe(self.examination.section("media")) else {}
        except MemoryError:
            raise
        except (av.error.FFmpegError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.examination.report("mp4.decode", f"The media cannot be opened: {reason}.")
            return
        media = self.examination.section("media")
        if self._pixels_unknown():  # the coded picture may state the shape of its pixels, where the container does not
            shapes = {name: value for name, value in found.items() if name in displayed(1, 1) and name != "rotation"}
            self.examination.note(shapes, "decoded")
        left = {name: value for name, value in found.items() if media.get(name) is None}
        self.examination.note(left, "header")

    def _begin(self, path: Path) -> None:
        """Report tracks of which nothing can be decoded, though their tables are right."""
        movie, media = self._movie, self._walker.find(b"mdat", b"moof", b"imda")
        if movie is None or media is None or any(track.encrypted for track in movie.tracks):
            return
        filled = {t.number for t in movie.tracks if t.samples or self._fragments.samples.get(t.number)}
        report_beginnings(self.examination, look_at_beginning(self.examination, path), filled)

    def _pixels_unknown(self) -> bool:
        videos = self._movie.of("video") if self._movie else []
        return bool(videos) and videos[0].pixels.aspect is None

    def _needs_probe(self, media: dict[str, object]) -> bool:
        demanded = [word.fact for name, word in WORDS.items() if self.examination.rules.get(name) is not None]
        names = [fact.partition(".")[2] for fact in demanded if fact.startswith("media.")]
        tracks = self._movie.tracks if self._movie else []
        if any(track.codec is None and track.kind in ("video", "audio") for track in tracks):
            return True
        return any(media.get(name) is None or (name in _SHAPED and self._pixels_unknown()) for name in names)

    def _take_fragments(self, *, at_end: bool = False) -> None:
        """Take the times of the fragments that are complete, check them, and forget them."""
        tops, numbers = self._walker.tops, {track.number for track in self._movie.tracks} if self._movie else ()
        while self._walked < len(tops):
            top = tops[self._walked]
            if not self._walker.complete(top) and not (at_end and top.size is None):
                return
            self._walked += 1
            if top.kind == b"moof" and top.data is not None:
                self._furthest = max(self._furthest, check_fragment(top.box(), self._walker.length, numbers))
                self._fragments.add(top.box())
                self._walker.forget(top)

    def _judge_whole(self) -> None:
        walker = self._walker
        segment = walker.find(b"moof", b"styp", b"sidx") and not walker.find(b"ftyp")
        if walker.find(b"moov") is None and not segment:
            raise Malformed("there is no movie header ('moov')", walker.position)
        end, offset = self._furthest
        if end > walker.position and walker.find(b"mdat"):
            raise Malformed(f"the samples of a fragment end at offset {end}, the file at {walker.position}", offset)
        movie = self._movie
        if movie is None:
            return
        self._judge_times(movie)
        if walker.find(b"mdat", b"moof") is not None:
            movie.check_bounds(walker.position)
            media_boxes = [top for top in walker.tops if top.kind in (b"mdat", b"moof", b"imda")]
            if not movie.fragmented:
                last = media_boxes[-1]
                end = walker.position if last.size is None else last.offset + last.size
                movie.check_place(media_boxes[0].offset + media_boxes[0].header, end)
        elif any(track.samples for track in movie.tracks):
            reaching = any(track.furthest > walker.position for track in movie.tracks)
            self.examination.report(
                "mp4.no_media",
                "There is a movie header, and no media ('mdat') behind it.",
                FindingKind.TRUNCATED,
                severity=Severity.ERROR if reaching else Severity.WARNING,
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
        if further := [top for top in walker.tops if top.kind == b"moov"][1:]:
            self.examination.report(
                "mp4.trailing", "A second film stands behind the first; players show the first one only.",
                severity=Severity.WARNING, place=f"offset {further[0].offset}",
            )  # fmt: skip
        self._judge_tracks(movie)
        media = self.examination.section("media")
        if media.get("duration"):
            self.examination.note({"bitrate": round(walker.position * 8 / media["duration"])}, "index")

    def _judge_tracks(self, movie: Movie) -> None:
        """Report tracks of picture and sound without a sample, which players do not show."""
        tracks = [track for track in movie.tracks if track.kind in ("video", "audio")]
        empty = [t for t in tracks if not t.samples and not self._fragments.samples.get(t.number)]
        self._empty = bool(tracks) and len(empty) == len(tracks)
        if self._empty:
            why = "its tracks have no sample" + ("; its fragments are not in this file" if movie.fragmented else "")
            self.examination.unmeasured.update(media=why, quality=why, sound=why)
            self.examination.note({"video_streams": 0, "audio_streams": 0}, "index")
        for track in empty:
            self.examination.report(
                "media.empty_track", f"Track {track.number} ({track.kind}) has no sample.", severity=Severity.WARNING,
                expected=">= 1", actual="0",
            )  # fmt: skip

    def _judge_times(self, movie: Movie) -> None:
        """Take lengths and rates of the fragments, and hold what the headers promise against what is there."""
        if movie.fragmented:
            self._measured(movie)
        for header, promised, found in contradictions(movie, self._fragments):
            missing = promised > found
            self.examination.report(
                "mp4.length",
                f"The header ('{header}') promises {promised:.3f} s, the samples last {found:.3f} s.",
                FindingKind.TRUNCATED if missing else FindingKind.CORRUPT,
                severity=Severity.WARNING,
                expected=f"{promised:.3f}", actual=f"{found:.3f}", unit="s",
            )  # fmt: skip
        for gap in self._fragments.gaps[:20]:
            self.examination.report(
                "mp4.gap",
                f"Between {gap.start:.2f} s and {gap.end:.2f} s, track {gap.track} has no fragment"
                + (", and the numbers of the fragments have a gap." if gap.numbered else "."),
                FindingKind.TRUNCATED,
                severity=Severity.ERROR if gap.numbered else Severity.WARNING,
                place=f"{gap.start:.2f}-{gap.end:.2f} s",
                source="ISO/IEC 14496-12, 8.8",
            )

    def _measured(self, movie: Movie) -> None:
        """Note what the movie header states; of a film in fragments, what these state as well."""
        self.examination.note(describe(movie, self._fragments), "index")

    def _read_movie(self, box: Box, *, faststart: bool) -> None:
        movie = read_movie(box)
        self._movie = movie
        self._fragments.scales = {track.number: track.timescale for track in movie.tracks}
        self._fragments.usual = movie.usual
        self._measured(movie)
        self.examination.note({"faststart": faststart}, "index")
        if movie.fragmented:  # known when the last fragment is here
            self.examination.forget("duration", "frames", "fps", "vfr", "video_duration", "audio_duration")
        settle_media_type(self.examination, picture=bool(movie.of("video")), sound=bool(movie.of("audio")))
        if any(track.encrypted for track in movie.tracks):
            self.examination.find_encrypted("mp4.encrypted")
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


class _BoxHead(NamedTuple):
    kind: bytes
    size: int
    """Of the whole box, in bytes."""
    header: int
    """Of its header, in bytes."""


def _box_head(reader: RangeReader, at: int) -> _BoxHead | None:
    """Read the head of a box; None where there is none.

    Raises:
        Malformed: The box claims more than the file has.
    """
    length, head = reader.length, reader.read(at, 16)
    if len(head) < 8 or not is_kind(head[4:8]):
        return None
    size, header, kind = int.from_bytes(head[:4], "big"), 8, head[4:8]
    if size == 1 and len(head) == 16:
        size, header = int.from_bytes(head[8:16], "big"), 16
    if size == 0:
        size = (length or 0) - at
    if length is not None and at + size > length and kind in KNOWN:
        left = length - at
        problem = f"box '{kind.decode()}' claims {size} bytes, the file has {left} left"
        raise Malformed(problem, at, truncated=True, claimed=size, left=left)
    return _BoxHead(kind, size, header)
