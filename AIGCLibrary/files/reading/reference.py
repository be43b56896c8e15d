"""Judges whether a film begins and ends with the pictures it was ordered from; a picture is compared itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from AIGCLibrary.content.sniff import HEAD, sniff
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.options import PICTURE_MEMORY
from AIGCLibrary.files.reading.likeness import SAME, likeness
from AIGCLibrary.files.reading.stills import still_of
from AIGCLibrary.files.reading.watch import View
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.rules.constraint import Constraint
from AIGCLibrary.wording import NOT_MEASURED

if TYPE_CHECKING:
    from PIL.Image import Image

PLACES = {"first": "the first frame", "last": "the last frame"}


class ReferenceFrames:
    """Compares the first and the last frame with ordered pictures; of a still picture both are the picture.

    Args:
        examination: Takes facts and findings.
        rules: The section `reference` of the rules.
    """

    asks: ClassVar = tuple(PLACES)

    def __init__(self, examination: Examination, rules: RuleSet) -> None:
        self._examination = examination
        self._demand = rules.demand("likeness") or Constraint(f">= {SAME}", "reference.likeness")
        self._files = {name: rules.directory / str(rules.get(name)) for name in PLACES if rules.get(name)}
        self._seen: list[View] = []

    def moments(self, duration: float, fps: float) -> Sequence[float]:
        """Return the moments of the first and the last frame."""
        last = max(0.0, duration - 0.5 / max(fps, 1.0))
        return (0.0, *([last] if "last" in self._files and last > 0 else []))

    def see(self, view: View) -> None:
        """Keep the first and the last picture."""
        self._seen = [*self._seen[:1], view]

    def finish(self) -> None:
        """Compare them with the references."""
        if not self._seen:
            self.unread("no frame could be decoded")
            return
        for name, file in self._files.items():
            view = self._seen[0] if name == "first" else self._seen[-1]
            if name == "last" and (why := self._unreached(view)):
                self._report_unread(name, why)
                continue
            try:
                reference = _opened(file)
            except (OSError, ValueError) as error:
                self._report_unread(name, f"the picture '{file}' cannot be read ({error})")
                continue
            self._judge(name, likeness(reference, view.picture), view.at)

    def unread(self, why: str) -> None:
        """Report that nothing could be compared."""
        for name in self._files:
            self._report_unread(name, why)

    def _unreached(self, last: View) -> str:
        """Return why the picture that was seen last is not the last frame; empty where it is."""
        if last.at is None:
            animated = (self._examination.facts.get("media", {}).get("frames") or 1) > 1
            return "only the first frame of an animation is decoded" if animated else ""
        return "the last frame could not be reached" if last.at == 0 and len(self._seen) == 1 else ""

    def _judge(self, name: str, found: float, at: float | None) -> None:
        self._examination.section("reference")[name] = found
        if not self._demand.holds(found):
            what = PLACES[name] if at is not None else "the picture"
            self._examination.report(
                f"reference.{name}", f"{what.capitalize()} is not the ordered picture: its likeness is {found:.2f}.",
                FindingKind.QUALITY, expected=str(self._demand), actual=f"{found:.2f}",
                place=None if at is None else f"{at:.2f} s",
            )  # fmt: skip

    def _report_unread(self, name: str, why: str) -> None:
        self._examination.report(
            f"reference.{name}", f"Whether {PLACES[name]} is the ordered picture was not measured: {why}.",
            FindingKind.RULE, expected=str(self._demand), actual=NOT_MEASURED,
        )  # fmt: skip


def _opened(file: Path) -> "Image":
    with file.open("rb") as opened:
        media_type = sniff(opened.read(HEAD))
    return still_of(file, media_type or "unknown", PICTURE_MEMORY)
