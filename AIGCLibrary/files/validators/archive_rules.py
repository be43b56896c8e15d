"""Holds the rules of the section `archive` against a directory, or against entries that pass by before it is known."""

import fnmatch
from collections.abc import Iterator, Mapping, Sequence

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import Finding, FindingKind
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.rules.constraint import Constraint
from AIGCLibrary.files.rules.judge import judge
from AIGCLibrary.files.rules.vocabulary import ARCHIVE_WORDS
from AIGCLibrary.files.zips.directory import Directory
from AIGCLibrary.files.zips.entry import ZipEntry
from AIGCLibrary.files.zips.safety import bomb, dangers, entry_dangers

MOST_OTHERS = 20
"""Unexpected entries that are named."""


def judge_directory(examination: Examination, directory: Directory) -> None:
    """Judge the entries of a directory: dangers, counts, sizes, names."""
    rules = examination.rules.section("archive")
    examination.extend(directory.findings)
    examination.extend(list(dangers(directory, **_allowed(rules))))
    files = [entry for entry in directory.entries if not entry.is_folder]
    size, packed = sum(entry.size for entry in files), sum(entry.packed for entry in files)
    examination.facts["archive"] = {
        "count": len(files),
        "unpacked": size,
        "packed": packed,
        "ratio": round(size / packed, 3) if packed else 1.0,
        "largest": max((entry.size for entry in files), default=0),
        "names": [entry.name for entry in files[:1000]],
    }
    examination.extend(list(judge(rules, examination.facts, ARCHIVE_WORDS, prefix="archive.")))
    names = [entry.name for entry in files]
    for pattern, wanted in (rules.get("entries") or {}).items():
        matching = sum(fnmatch.fnmatchcase(name, pattern) for name in names)
        demand = Constraint(wanted, f"archive.entries.{pattern}")
        if not demand.holds(matching):
            examination.add(_count_finding(pattern, demand, matching, "match"))
    if rules.get("others") is False:
        for name in [name for name in names if not _named(rules, name)][:MOST_OTHERS]:
            examination.add(_other(name))


class Tally:
    """Judges entries as they pass by, by what cannot become right again: upper limits, dangers, unwanted names.

    Args:
        examination: Takes the findings.
    """

    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._rules = examination.rules.section("archive")
        self._strict = examination.rules.get("early") is not False
        self._count = self._largest = 0
        self._matching: dict[str, int] = dict.fromkeys(self._rules.get("entries") or {}, 0)

    def begin(self, entry: ZipEntry) -> None:
        """Take an entry whose local header is here."""
        self._examination.extend(list(entry_dangers(entry, **_allowed(self._rules))))
        if entry.is_folder or not self._strict:
            return
        self._count += 1
        if self._rules.get("others") is False and not _named(self._rules, entry.name):
            self._examination.add(_other(entry.name))
        for pattern, wanted in (self._rules.get("entries") or {}).items():
            if fnmatch.fnmatchcase(entry.name, pattern):
                self._matching[pattern] += 1
                demand = Constraint(wanted, f"archive.entries.{pattern}")
                if _beyond(demand, self._matching[pattern]):
                    self._examination.add(_count_finding(pattern, demand, self._matching[pattern], "match so far"))

    def measure(self, size: int, unpacked: int) -> None:
        """Take the size of the entry at hand, and of all so far."""
        length = self._examination.length
        if length:
            self._examination.extend(list(bomb(unpacked, max(length, 1))))
        if not self._strict:
            return
        self._largest = max(self._largest, size)
        so_far: dict[str, float] = {"count": self._count, "unpacked": unpacked, "largest": self._largest}
        if length:
            so_far["ratio"] = unpacked / length
        for name, word in ARCHIVE_WORDS.items():
            value, demand = so_far.get(word.fact.partition(".")[2]), self._rules.demand(name)
            if value is not None and demand is not None and _beyond(demand, value):
                message = f"The {word.title} is {value:.0f} so far; expected {demand}."
                self._examination.report(
                    f"archive.{name}",
                    message,
                    word.kind,
                    expected=str(demand),
                    actual=f">= {value:.0f}",
                    unit=word.unit,
                )


def _allowed(rules: RuleSet) -> dict[str, bool]:
    return {"encrypted": bool(rules.get("encrypted")), "symlinks": bool(rules.get("symlinks"))}


def _named(rules: RuleSet, name: str) -> bool:
    patterns: Mapping[str, object] = rules.get("entries") or {}
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _beyond(demand: Constraint, value: float) -> bool:
    """Report whether a value that only grows can never hold again."""
    return not demand.holds(value) and all(value > high for high in _highs(demand))


def _highs(demand: Constraint) -> Iterator[float]:
    texts: Sequence[object] = demand.text if isinstance(demand.text, list) else [demand.text]
    for text in texts:
        yield float("inf") if str(text).strip().startswith("!=") else Constraint(text, demand.what).bounds()[2] - 1e-9


def _count_finding(pattern: str, demand: Constraint, count: int, how: str) -> Finding:
    message = f"{count} entries {how} '{pattern}'; expected {demand}."
    return Finding("archive.entries", message, FindingKind.RULE, expected=str(demand), actual=str(count), place=pattern)


def _other(name: str) -> Finding:
    message = f"Entry '{name}' is not among those demanded."
    return Finding("archive.others", message, FindingKind.RULE, actual=name, place=f"entry {name}")
