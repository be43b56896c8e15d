"""Shows the pictures of a file to a judge; the answer is a finding with its evidence."""

from collections.abc import Callable, Sequence

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.files.context import Examination, Spot
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.reading.judging import Judge, JudgeAnswer, JudgeQuestion
from AIGCLibrary.files.reading.shots import Shot
from AIGCLibrary.files.reading.watch import View
from AIGCLibrary.wording import NOT_MEASURED

FRAMES = 6
"""Frames of a film that a judge sees, the first and the last among them."""
LONGEST_REASON = 500
"""Characters of a reason that are kept."""


class JudgedDemand:
    """Shows a file to a judge.

    Args:
        examination: Takes facts and findings.
        name: Name of the judge.
        demand: What must hold.
        new_judge: Returns the judge; raises when it is not enabled or cannot be made.
    """

    def __init__(self, examination: Examination, name: str, demand: str, new_judge: Callable[[], Judge]) -> None:
        self._examination, self._name, self._demand, self._new_judge = examination, name, demand, new_judge
        self._shots: list[Shot] = []

    def moments(self, duration: float, fps: float) -> Sequence[float]:
        """Return moments over the whole film."""
        last = max(0.0, duration - 0.5 / max(fps, 1.0))
        return [round(index * last / (FRAMES - 1), 3) for index in range(FRAMES)] if last else [0.0]

    def see(self, view: View) -> None:
        """Keep a picture."""
        self._shots.append(view.shot)

    def finish(self) -> None:
        """Ask the judge."""
        if not self._shots:
            self.unread("no picture could be decoded")
            return
        question = JudgeQuestion(self._demand, self._examination.media_type or "", tuple(self._shots))
        try:
            answer: object = self._new_judge().judge(question)
        except AIGCError as error:
            self.unread(error.message)
            return
        except Exception as error:  # noqa: BLE001 - a judge is foreign code, and its failure no error of the file
            self.unread(f"{type(error).__name__}: {error}")
            return
        if isinstance(answer, JudgeAnswer):
            self._take(answer)
        else:
            self.unread(f"it returned {type(answer).__name__}, expected JudgeAnswer")

    def _take(self, answer: JudgeAnswer) -> None:
        reason = " ".join(str(answer.reason).split())[:LONGEST_REASON] or "no reason was returned"
        facts = {"demand": self._demand, "holds": answer.holds, "reason": reason, "at": answer.at}
        self._examination.section("judges")[self._name] = facts
        if answer.holds is True:
            return
        if answer.box is not None:
            self._examination.spots.append(Spot(answer.box, answer.at))
        place = None if answer.at is None else f"{answer.at:.2f} s"
        undecided = answer.holds is None
        what = "cannot decide on" if undecided else "rejects"
        self._examination.report(
            f"judge.{self._name}", f"Judge '{self._name}' {what} “{self._demand}”: {reason}", FindingKind.QUALITY,
            severity=Severity.WARNING if undecided else Severity.ERROR, expected=self._demand,
            actual="undecided" if undecided else reason, place=place,
        )  # fmt: skip

    def unread(self, why: str) -> None:
        """Report that the judge did not answer, and why."""
        self._examination.report(
            f"judge.{self._name}", f"“{self._demand}” was not judged by '{self._name}': {why.rstrip('.')}.",
            FindingKind.RULE, expected=self._demand, actual=NOT_MEASURED,
        )  # fmt: skip
