"""Judges the text that is seen in pictures and films: what must be there, and what must not."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from AIGCLibrary.files.context import Examination, Spot
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.reading.reader import TextLine, follows
from AIGCLibrary.files.reading.watch import View
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.units import format_share
from AIGCLibrary.wording import NOT_MEASURED

STEP = 2.5
"""Seconds between two frames of a film that are read: 24 a minute, about 8 s on two cores."""
MOST_FRAMES = 240
"""Frames of a film that are read; a longer one is read at larger steps."""
NEAR = 0.75
"""Likeness (difflib's ratio) from which a text may be a demanded one that is garbled, or that was misread."""
LEAST_NEAR = 3
"""Characters of the shortest text for which that is said."""
MOST_KEPT = 200
"""Lines kept in the facts."""


@dataclass(frozen=True, slots=True)
class SeenText:
    """Text in one picture.

    Args:
        at: Seconds from the start; None for a still picture.
        line: What was read.
    """

    at: float | None
    line: TextLine

    @property
    def place(self) -> str:
        """Moment and box, for findings."""
        box = "x {}, y {}, {} x {} px".format(*self.line.box)
        return box if self.at is None else f"{self.at:.2f} s, {box}"

    def as_dict(self) -> dict[str, Any]:
        """Return the text as JSON data."""
        return {"at": self.at, **self.line.as_dict()}


class TextDemands:
    """Watches a file for texts that must, or must not, be seen.

    Args:
        examination: Takes facts and findings.
        demands: The section `text` of the rules: `must`, `must_not`, `step`.
    """

    asks: ClassVar = ("must", "must_not")

    def __init__(self, examination: Examination, demands: RuleSet) -> None:
        self._examination = examination
        self._must, self._must_not = texts_of(demands.get("must")), texts_of(demands.get("must_not"))
        self._step = demands.get("step")
        self._seen: list[list[SeenText]] = []
        self._moments: list[float] = []
        self._before: Any = None

    def moments(self, duration: float, fps: float) -> Sequence[float]:
        """Return moments over the whole film, the first and the last frame among them."""
        return spread(duration, fps, float(self._step or STEP))

    def see(self, view: View) -> None:
        """Read a picture; one that looks like the one before is not read again."""
        if view.at is not None:
            self._moments.append(view.at)
        small = view.picture.convert("L").resize((96, 96)).tobytes()
        if self._before == small:
            return
        self._before = small
        self._seen.append([SeenText(view.at, line) for line in view.lines])

    def finish(self) -> None:
        """Judge what was read."""
        if not self._seen:
            self.unread("no picture could be decoded")
            return
        facts = self._examination.section("text")
        facts["seen"] = [seen.as_dict() for seen in self._distinct()][:MOST_KEPT]
        facts["read_at"] = self._moments
        for text in self._must:
            self._judge_must(text)
        for text in self._must_not:
            self._judge_must_not(text)

    def unread(self, why: str) -> None:
        """Report that no text could be read."""
        for rule, texts, what in (("must", self._must, "be seen"), ("must_not", self._must_not, "not be seen")):
            for text in texts:
                self._report(
                    rule, f"The text “{text}” must {what}, but none was read: {why.rstrip('.')}.", text, NOT_MEASURED
                )

    def _judge_must(self, text: str) -> None:
        if next(found(text, self._seen), None) is not None:
            return
        near = nearest(text, self._seen)
        if near is not None:
            self._report(
                "must",
                f"The text “{text}” is not seen; the nearest is “{near.line.text}”, which is garbled or was misread "
                f"(confidence {format_share(round(near.line.confidence, 2))}).",
                text, near.line.text, near,
            )  # fmt: skip
            return
        read = "; ".join(f"“{seen.line.text}”" for seen in list(self._distinct())[:8]) or "no text at all"
        where = f"in {len(self._moments)} frames" if self._moments else "in the picture"
        self._report("must", f"The text “{text}” is not seen {where}; what was read: {read}.", text, "none")

    def _judge_must_not(self, text: str) -> None:
        seen = next(found(text, self._seen), None)
        if seen is not None:
            self._report(
                "must_not", f"The text “{text}” must not be seen, and was read in “{seen.line.text}”.", f"no “{text}”",
                seen.line.text, seen,
            )  # fmt: skip
            return
        near = nearest(text, self._seen)
        if near is not None:
            self._report(
                "must_not",
                f"The text “{text}” must not be seen; “{near.line.text}” was read, which may be it.",
                f"no “{text}”", near.line.text, near, severity=Severity.WARNING,
            )  # fmt: skip

    def _report(
        self,
        rule: str,
        message: str,
        expected: str,
        actual: str,
        seen: SeenText | None = None,
        *,
        severity: Severity = Severity.ERROR,
    ) -> None:
        if seen is not None:
            self._examination.spots.append(Spot(seen.line.box, seen.at))
        place = seen.place if seen else None
        self._examination.report(
            f"text.{rule}", message, FindingKind.RULE, severity=severity, expected=expected, actual=actual, place=place
        )

    def _distinct(self) -> Iterator[SeenText]:
        """Return each text once, where it was seen first."""
        known = set()
        for picture in self._seen:
            for seen in picture:
                plain = plain_text(seen.line.text)
                if plain not in known:
                    known.add(plain)
                    yield seen


def spread(duration: float, fps: float, step: float) -> tuple[float, ...]:
    """Return moments every `step` seconds, and one in the last frame; larger steps where that is too many."""
    last = max(0.0, duration - 1.5 / max(fps, 1.0))
    step = max(step, duration / MOST_FRAMES)
    found = [round(index * step, 3) for index in range(int(last / step) + 1)]
    return tuple(found) if last - found[-1] < 0.1 else (*found, round(last, 3))


def plain_text(text: str) -> str:
    """Return a text without spaces and differences of width and case, which readers do not keep."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


class _Glob:
    """A text with `*` and `?`, whose search takes time linear in the line: `.*` of a pattern would not.

    Args:
        text: Plain text.
    """

    def __init__(self, text: str) -> None:
        self._parts = [re.compile(re.escape(part).replace(r"\?", ".")) for part in text.split("*") if part]

    def occurs_in(self, line: str) -> bool:
        """Return whether the parts occur in a line in their order: the first place of each leaves most to the rest."""
        end = 0
        for part in self._parts:
            match = part.search(line, end)
            if match is None:
                return False
            end = match.end()
        return True


def found(text: str, pictures: Sequence[Sequence[SeenText]]) -> Iterator[SeenText]:
    """Return where a text is part of a line, or of two that follow each other.

    Args:
        text: What is looked for; `*` stands for any characters, `?` for one.
        pictures: What was read, picture by picture.
    """
    wanted = _Glob(plain_text(text))
    for picture in pictures:
        for seen in picture:
            if wanted.occurs_in(plain_text(seen.line.text)):
                yield seen
        for seen_text in picture:
            for other in picture:
                joined = seen_text is not other and follows(seen_text.line.box, other.line.box)
                if joined and wanted.occurs_in(plain_text(seen_text.line.text + other.line.text)):
                    yield seen_text


def nearest(text: str, pictures: Sequence[Sequence[SeenText]]) -> SeenText | None:
    """Return the line that is most like a text; None where none is like it."""
    wanted = plain_text(text)
    if len(wanted) < LEAST_NEAR or "*" in wanted or "?" in wanted:
        return None
    best: tuple[float, SeenText | None] = (NEAR, None)
    for picture in pictures:
        for seen in picture:
            line = plain_text(seen.line.text)
            for start in range(max(1, len(line) - len(wanted) + 1)):
                likeness = difflib.SequenceMatcher(None, wanted, line[start : start + len(wanted)]).ratio()
                if likeness >= best[0] and (likeness > best[0] or best[1] is None):
                    best = (likeness, seen)
    return best[1]


def texts_of(demand: Any) -> list[str]:
    """Return the texts of a demand: one, or a list."""
    return [str(item) for item in ([] if demand is None else demand if isinstance(demand, list) else [demand])]
