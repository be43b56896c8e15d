"""The visible label of pictures and films: read, and held against the words and the geometry of GB 45438-2025.

Pictures (5.2): text at an edge or corner, at least 5 % of the shorter side tall. Films (5.4): the same on the
screen from the start, for at least two seconds at normal speed. The clauses are known from publications about the
standard, not from its own text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.files.context import Examination, Spot
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.labels.words import LabelText, find_label
from AIGCLibrary.files.reading.watch import View
from AIGCLibrary.units import format_share
from AIGCLibrary.wording import NOT_MEASURED

LEAST_HEIGHT = 0.05
"""Of the shorter side of the picture."""
LEAST_SECONDS = 2.0
START = 1.0
"""Seconds within which a label must appear to be at the start: many are faded in."""
STEP = 0.5
"""Seconds between two pictures of a film that are read."""
EDGE = 0.25
"""A label that keeps further away from all sides than this part of each is neither at an edge nor in a corner."""
STRIP = 0.25
"""Part of the height at top and bottom that is read again where the whole picture has no label."""
STRIP_WIDTH, STRIP_HEIGHT = 1280, 1920
"""Pixels, the second the most; a detector misses a line at one size of the picture that it finds at another."""
_SOURCE = {True: "GB 45438-2025, 5.4", False: "GB 45438-2025, 5.2"}


@dataclass(frozen=True, slots=True)
class Sight:
    """What was read of the label in one picture.

    Args:
        at: Seconds from the start; None for a still picture.
        size: Width and height of the picture in pixels.
        label: The label; None where there is none.
    """

    at: float | None
    size: tuple[int, int]
    label: LabelText | None


class VisibleLabel:
    """Looks for the visible label of a picture or film, and judges it.

    Args:
        examination: Takes facts and findings.
        wanted: `required`, `optional` or `forbidden`.
    """

    def __init__(self, examination: Examination, wanted: str) -> None:
        self._examination, self._wanted = examination, wanted
        media = examination.facts.get("media", {})
        self._is_film = (examination.media_type or "").startswith("video/")
        self._duration, self._fps = float(media.get("duration") or 0.0), float(media.get("fps") or 25.0)
        self._sights: list[Sight] = []
        self._since: float | None = None
        self._known = False

    def moments(self, duration: float, fps: float) -> Sequence[float]:
        """Return the moments at the start of a film."""
        return moments_at_start(duration, fps)

    def see(self, view: View) -> None:
        """Look for the label, until it is known how long it is on the screen."""
        if self._known:
            return
        label = _label_in(view, thorough=not view.at)
        self._sights.append(Sight(view.at, view.picture.size, label))
        if view.at is not None:
            self._since = (view.at if self._since is None else self._since) if label else None
            self._known = self._since is not None and view.at - self._since >= LEAST_SECONDS - 3 / self._fps

    def finish(self) -> None:
        """Judge whether the label is there, and as it must be."""
        examination, sights, wanted = self._examination, self._sights, self._wanted
        seen = [sight for sight in sights if sight.label is not None]
        examination.section("labels")["visible"] = [_fact(sight) for sight in seen]
        examination.spots += [Spot(sight.label.box, sight.at) for sight in seen[:1] if sight.label]
        if not sights:
            self.unread("no picture could be decoded")
        elif wanted == "forbidden" and seen:
            label, at = seen[0].label, seen[0].at
            examination.report(
                "labels.explicit", f"There is a visible label: “{label.text if label else ''}”.",
                FindingKind.LABEL_INVALID, expected="no label", place=_place(at, label),
            )  # fmt: skip
        elif not seen and wanted == "required":
            where = f"in the first {sights[-1].at:g} s" if self._is_film and sights[-1].at else "in the picture"
            self._missing(f"is not there: none can be read {where}", actual="none")
        elif seen and wanted != "forbidden":
            _judge(examination, sights, self._is_film, self._duration)

    def unread(self, why: str) -> None:
        """Report that the label could not be read."""
        self._missing(f"is {self._wanted}, but it was not read: {why.rstrip('.')}", actual=NOT_MEASURED)

    def _missing(self, what: str, *, actual: str) -> None:
        self._examination.report(
            "labels.explicit", f"The visible label {what}.", FindingKind.LABEL_MISSING,
            expected=f"a label ({self._wanted})", actual=actual, source=_SOURCE[self._is_film],
            severity=Severity.INFO if self._wanted == "optional" else Severity.ERROR,
        )  # fmt: skip


def moments_at_start(duration: float, fps: float = 25.0) -> tuple[float, ...]:
    """Return the seconds at which the start of a film is read, so that two seconds on the screen can be measured."""
    frame = 1.5 / max(fps, 1.0)  # the last frame of a span begins before its end
    end = START + LEAST_SECONDS
    found = [index * STEP for index in range(int(end / STEP))]
    found = [at - frame if at >= LEAST_SECONDS else at for at in found] + [end - frame]
    return tuple(at for at in found if not duration or at < duration - frame) + (
        (max(0.0, duration - frame),) if duration and duration < end else ()
    )


def _label_in(view: View, *, thorough: bool) -> LabelText | None:
    """Look for the label in a picture, and where it is not found and that matters, in its parts at another size."""
    label = find_label(view.lines)
    if label is not None or not thorough:
        return label
    picture = view.picture
    strip = max(1, round(picture.height * STRIP))
    scale = min(STRIP_WIDTH / picture.width, STRIP_HEIGHT / strip)
    size = (max(1, round(picture.width * scale)), max(1, round(strip * scale)))
    for top in (picture.height - strip, 0):
        part = picture.crop((0, top, picture.width, top + strip))
        label = find_label(view.reader.read(part.resize(size)))
        if label is not None:
            return label.moved(1 / scale, top)
    return None


def _judge(examination: Examination, sights: Sequence[Sight], is_film: bool, duration: float) -> None:
    seen = sorted(((sight.label.height, index) for index, sight in enumerate(sights) if sight.label))
    best = sights[seen[len(seen) // 2][1]]  # the middle one: what is in motion behind a label changes how it measures
    label, side = best.label, min(best.size)
    if label is None:
        return
    place, source = _place(best.at, label), _SOURCE[is_film]
    if not label.chinese:
        examination.report(
            "labels.explicit.words", f"The visible label is “{label.text}”; it needs 人工智能 or AI, and 生成 or 合成.",
            FindingKind.LABEL_INVALID, expected="人工智能/AI + 生成/合成", actual=label.text, place=place,
            source=source,
        )  # fmt: skip
    low, high = label.height[0] / side, label.height[1] / side
    if low < LEAST_HEIGHT:
        sure = high < LEAST_HEIGHT
        examination.report(
            "labels.explicit.height",
            f"The visible label is {format_share(low)} to {format_share(high)} of the shorter side tall; "
            f"{format_share(LEAST_HEIGHT)} is demanded"
            + ("." if sure else ": whether it is tall enough cannot be decided."),
            FindingKind.LABEL_INVALID,
            severity=Severity.ERROR if sure else Severity.WARNING,
            expected=f">= {LEAST_HEIGHT * side:.0f}",
            actual=f"{label.height[0]:.0f}..{label.height[1]:.0f}",
            unit="px",
            place=place,
            source=source,
        )
    if not _at_edge(label.box, best.size):
        examination.report(
            "labels.explicit.position", "The visible label is neither at an edge nor in a corner of the picture.",
            FindingKind.LABEL_INVALID, severity=Severity.WARNING, place=place, source=source,
        )  # fmt: skip
    if is_film:
        _judge_time(examination, sights, duration)


def _judge_time(examination: Examination, sights: Sequence[Sight], duration: float) -> None:
    """Judge from when and how long a label is on the screen; between two pictures it is not known."""
    first = next(index for index, sight in enumerate(sights) if sight.label)
    begin = sights[first].at or 0.0
    if begin > START:
        examination.report(
            "labels.explicit.start", f"The visible label appears after {begin:.1f} s; it belongs at the start.",
            FindingKind.LABEL_INVALID, expected=f"<= {START:g}", actual=f"{begin:.1f}", unit="s",
            source=_SOURCE[True],
        )  # fmt: skip
        return
    gone = next((sight for sight in sights[first:] if sight.label is None), None)
    if gone is None or gone.at is None:
        return  # it is there to the last picture that was read
    longest = gone.at - (sights[first - 1].at or 0.0 if first else 0.0)
    if longest < min(LEAST_SECONDS, duration or LEAST_SECONDS):
        examination.report(
            "labels.explicit.time",
            f"The visible label is on the screen for less than {longest:.1f} s; {LEAST_SECONDS:g} s are demanded.",
            FindingKind.LABEL_INVALID, expected=f">= {LEAST_SECONDS:g}", actual=f"< {longest:.1f}", unit="s",
            place=f"{begin:.1f}-{gone.at:.1f} s", source=_SOURCE[True],
        )  # fmt: skip


def _at_edge(box: tuple[int, int, int, int], size: tuple[int, int]) -> bool:
    left, top, width, height = box
    gaps = (left / size[0], 1 - (left + width) / size[0], top / size[1], 1 - (top + height) / size[1])
    return min(gaps) < EDGE


def _place(at: float | None, label: LabelText | None) -> str:
    box = "" if label is None else "x {}, y {}, {} x {} px".format(*label.box)
    return box if at is None else f"{at:.2f} s, {box}"


def _fact(sight: Sight) -> dict[str, Any]:
    label = sight.label
    if label is None:
        return {}
    return {"text": label.text, "at": sight.at, "box": list(label.box), "height": list(label.height)}
