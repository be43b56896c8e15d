"""Judges texts: encoding, tables (csv), subtitles (srt, vtt)."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from AIGCLibrary.content.encodings import SINGLE_BYTE, encoding_of
from AIGCLibrary.files.captions import characters
from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.subtitles import overlaps, read_ass, read_ttml
from AIGCLibrary.files.text import Cue, lines_of, read_cues
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.files.validators.text_pieces import LongText
from AIGCLibrary.files.work import STEP

_TABLES = {"text/csv": ",", "text/tab-separated-values": "\t"}
_READERS = {"text/x-ass": read_ass, "application/ttml+xml": read_ttml}
_SUBTITLES = ("application/x-subrip", "text/vtt", *_READERS)
MOST_TOLD = 20


class TextValidator(Validator):
    """Judges plain text, tables and subtitles."""

    name = "text"

    def inspect(self, path: Path) -> None:
        """Decode and judge the text."""
        facts = self.examination.section("text")
        if path.stat().st_size > self.examination.limits.document_tree:
            self._long(path)
            return
        data = path.read_bytes()
        encoding = encoding_of(data) or "latin-1"
        facts["encoding"] = encoding
        text = data.decode(encoding, errors="replace")
        if encoding in SINGLE_BYTE:
            self.examination.report(
                "text.encoding",
                f"The text is neither UTF-8 nor UTF-16; it looks like {encoding}, which cannot be known for certain.",
                expected="utf-8",
                actual="other bytes" if encoding == "latin-1" else encoding,
                place=f"offset {_first_bad(data)}",
            )
        facts["lines"] = len(lines_of(text))
        media_type = self.examination.media_type or ""
        if media_type == "application/x-subrip" and path.suffix.lower() == ".vtt":
            media_type = "text/vtt"  # cues without the first line of WebVTT
        if media_type in _SUBTITLES:
            self._subtitles(text, encoding, media_type)
        elif media_type in _TABLES or path.suffix.lower() in (".csv", ".tsv"):
            self._table(io.StringIO(text, newline=""), _delimiter(media_type, path))

    def _long(self, path: Path) -> None:
        """Judge a text that is not held in memory."""
        media_type = self.examination.media_type or ""
        if media_type in _SUBTITLES:
            size = path.stat().st_size
            self.examination.exceeds("text.size", f"The subtitles have {size} bytes", "document_tree", size, "bytes")
            return
        text = LongText(self.examination, path)
        bad = text.first_bad()
        if text.encoding in SINGLE_BYTE or bad is not None:
            self.examination.report(
                "text.encoding",
                f"The text is not {'UTF-8' if text.encoding in SINGLE_BYTE else text.encoding} throughout.",
                expected="utf-8",
                actual="other bytes",
                place=f"offset {bad}" if bad is not None else None,
            )
        self.examination.section("text").update(encoding=text.encoding, lines=text.count_lines())
        if media_type in _TABLES or path.suffix.lower() in (".csv", ".tsv"):
            self._table(text.lines(), _delimiter(media_type, path))

    def _table(self, lines: Iterable[str], delimiter: str) -> None:
        widths: dict[int, int] = {}
        width = None
        try:
            csv.field_size_limit(max(csv.field_size_limit(), self.examination.limits.document_tree))
            for number, row in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
                self.examination.tick(STEP)
                if not row:
                    continue
                width = len(row) if width is None else width
                if len(row) != width and len(widths) < MOST_TOLD:
                    widths[number] = len(row)
        except csv.Error as error:
            self.examination.report("csv.syntax", f"The table cannot be read: {error}.", source="RFC 4180")
        self.examination.section("text")["columns"] = width or 0
        for number, count in widths.items():
            self.examination.report(
                "csv.columns",
                f"Row {number} has {count} columns, the first has {width}.",
                FindingKind.RULE,
                expected=str(width),
                actual=str(count),
                place=f"row {number}",
                source="RFC 4180",
            )

    def _subtitles(self, text: str, encoding: str, media_type: str) -> None:
        webvtt = media_type == "text/vtt"
        reader = _READERS.get(media_type)
        cues, problems = reader(text) if reader else read_cues(text, webvtt=webvtt)
        if webvtt and encoding not in ("utf-8", "utf-8-sig"):
            self.examination.report(
                "text.encoding", f"WebVTT is always UTF-8; this is {encoding}.", expected="utf-8", actual=encoding,
                source="W3C WebVTT",
            )  # fmt: skip
        if not cues and not webvtt and not problems:
            problems.append((1, "There is no cue in it."))
        facts = self.examination.section("text")
        facts |= {
            "cues": len(cues),
            "first_cue": cues[0].start if cues else None,
            "last_cue": cues[-1].end if cues else None,
        }
        for line, message in problems[:MOST_TOLD]:
            self.examination.report("subtitles.syntax", message, place=f"line {line}")
        rules = self.examination.rules.get("subtitles") or {}
        for before, cue in overlaps(cues) if rules.get("overlap") is False else ():
            self.examination.report(
                "subtitles.overlap",
                f"A cue begins at {cue.start:.3f} s, before the last one ends at {before.end:.3f} s.",
                FindingKind.RULE,
                place=f"line {cue.line}",
            )
        for cue in cues:
            self._length(cue.end - cue.start, cue.line, rules)
        self._reading_speed(cues)
        if video := rules.get("video"):
            self._in_step(video, cues[-1].end if cues else 0.0, float(rules.get("tolerance", 0.5)))

    def _length(self, length: float, line: int, rules: dict[str, float]) -> None:
        longest, shortest = rules.get("max_cue"), rules.get("min_cue")
        if longest is not None and length > longest:
            self.examination.report(
                "subtitles.max_cue",
                f"A cue is shown for {length:.3f} s; at most {longest} s are allowed.",
                FindingKind.RULE,
                expected=f"<= {longest}",
                actual=f"{length:.3f}",
                unit="s",
                place=f"line {line}",
            )
        if shortest is not None and length < shortest:
            self.examination.report(
                "subtitles.min_cue",
                f"A cue is shown for {length:.3f} s; at least {shortest} s are allowed.",
                FindingKind.RULE,
                expected=f">= {shortest}",
                actual=f"{length:.3f}",
                unit="s",
                place=f"line {line}",
            )

    def _reading_speed(self, cues: list[Cue]) -> None:
        demand = self.examination.rules.demand("subtitles", "reading_speed")
        if demand is None:
            return
        speeds = [(characters(cue.text) / (cue.end - cue.start), cue) for cue in cues if cue.end > cue.start]
        if speeds:
            self.examination.section("text")["reading_speed"] = round(max(speed for speed, _ in speeds), 2)
        for speed, cue in [pair for pair in speeds if not demand.holds(pair[0])][:MOST_TOLD]:
            self.examination.report(
                "subtitles.reading_speed",
                f"{characters(cue.text)} characters in {cue.end - cue.start:.2f} s are {speed:.1f} a second.",
                FindingKind.QUALITY,
                expected=str(demand),
                actual=f"{speed:.1f}",
                place=f"line {cue.line}",
            )

    def _in_step(self, video: str, last: float, tolerance: float) -> None:
        from AIGCLibrary.files.probe import try_probe

        path = next((p for p in (self.examination.rules.directory / video, Path(video)) if p.is_file()), None)
        duration = try_probe(path).get("duration") if path else None
        if duration is None:
            self.examination.report(
                "subtitles.video", f"The length of video '{video}' cannot be read.", FindingKind.RULE
            )
        elif last > duration + tolerance:
            self.examination.report(
                "subtitles.video",
                f"The last cue ends at {last:.3f} s, the video at {duration:.3f} s.",
                FindingKind.RULE,
                expected=f"<= {duration + tolerance:.3f}",
                actual=f"{last:.3f}",
                unit="s",
            )


def _delimiter(media_type: str, path: Path) -> str:
    return _TABLES.get(media_type, "\t" if path.suffix.lower() == ".tsv" else ",")


def _first_bad(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0
