"""The exchanges of a recording as stories: what changed something, and what was seen of it afterwards, in time."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from AIGCLibrary.tape.entry import Entry, TapeAnswer, TapeRequest
from AIGCLibrary.tape.links import START, numbers_of


@dataclass(slots=True)
class Story:
    """A request that changes something, and the questions about what came of it.

    Args:
        number: Its place on the tape; 0 for questions before any order.
        order: The request and its answer; None for 0.
        seen: The questions with their answers, in the order in which these came.
    """

    number: int
    order: Entry | None = None
    seen: list[Entry] = field(default_factory=list)

    @property
    def begin(self) -> float:
        """Seconds from the start of the tape to the answer to the submission."""
        return self.order.ended if self.order else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the story as a file of a tape holds it; times of questions count from the answer to the submission."""
        found: dict[str, Any] = {"number": self.number}
        if self.order is not None:
            found |= {
                "at": _rounded(self.order.sent),
                "took": _rounded(self.order.took),
                "request": self.order.request.as_json(),
                "answer": self.order.answer.as_json(),
            }
        questions: dict[str, dict[str, Any]] = {}
        for entry in self.seen:
            about = questions.setdefault(repr(entry.request), {"request": entry.request.as_json(), "timeline": []})
            moment = {
                "at": _rounded(entry.ended - self.begin),
                "until": _rounded(entry.until - self.begin),
                "took": _rounded(entry.took),
                "times": entry.times,
                "answer": entry.answer.as_json(),
            }
            about["timeline"].append(moment)
        if questions:
            found["questions"] = list(questions.values())
        return found

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Story":
        """Read a story from a file of a tape."""
        story = cls(int(value["number"]))
        if "request" in value:
            at = float(value["at"])
            ended = at + float(value["took"])
            request, answer = TapeRequest.from_json(value["request"]), TapeAnswer.from_json(value["answer"])
            story.order = Entry(request, answer, at, ended, ended)
        for question in value.get("questions", ()):
            request = TapeRequest.from_json(question["request"])
            for moment in question["timeline"]:
                ended = float(moment["at"]) + story.begin
                story.seen.append(
                    Entry(
                        request,
                        TapeAnswer.from_json(moment["answer"]),
                        ended - float(moment["took"]),
                        ended,
                        float(moment["until"]) + story.begin,
                        int(moment["times"]),
                    )
                )
        story.seen.sort(key=lambda entry: entry.ended)
        return story


def stories(entries: Iterable[Entry]) -> list[Story]:
    """Arrange the exchanges of a recording; the same answer to the same question in a row is kept once."""
    ordered = sorted(entries, key=lambda entry: entry.ended)
    numbered = list(zip(numbers_of(ordered), ordered, strict=True))
    found = {START: Story(START)}
    found |= {number: Story(number, entry) for number, entry in numbered if not entry.request.reads}
    for number, entry in numbered:
        if entry.request.reads:
            _add(found[number].seen, entry)
    return [story for story in found.values() if story.order is not None or story.seen]


def _add(seen: list[Entry], entry: Entry) -> None:
    for index in range(len(seen) - 1, -1, -1):
        before = seen[index]
        if before.request == entry.request:
            if before.answer == entry.answer and not entry.answer.passing and entry.answer.messages is None:
                seen[index] = replace(before, until=entry.until, times=before.times + entry.times)
                return
            break
    seen.append(entry)


def _rounded(seconds: float) -> float:
    return round(seconds, 3)
