"""The line that would notice a lie which the suite did not: found among those that are known, and tried."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.cli.mutate_catalogue import Mutant
from AIGCLibrary.cli.mutate_probe import LinePlace, ProbeNotes, TrialLine
from AIGCLibrary.cli.mutate_runs import MutantJob, SuiteRunner
from AIGCLibrary.rf.translation import chinese_file, load_table
from AIGCLibrary.tape.bodies import FileStore

MOST = 4
"""Lines that are tried for one mutant."""


@dataclass(frozen=True, slots=True)
class KillingLine:
    """A line that was tried: with it the suite passes on the right product, and fails on the lie.

    Args:
        text: The line.
        where: File and place.
        test: The test that fails with it.
        message: How.
        kills: False: the test fails on the right product as well, which may lack what the line demands.
    """

    text: str
    where: str
    test: str
    message: str
    kills: bool = True


@dataclass(frozen=True, slots=True)
class TapeMedia:
    """What the files of a tape are like, by media type: seconds and widths, the least and the most."""

    seconds: Mapping[str, tuple[float, float]]
    widths: Mapping[str, tuple[int, int]]


def find_line(
    mutant: Mutant, baseline: ProbeNotes, runner: SuiteRunner, media: Callable[[], TapeMedia]
) -> KillingLine | None:
    """Return a line that kills a mutant, else one that the right product breaks; None where none is known.

    Args:
        mutant: It survived.
        baseline: What a run without lies showed.
        runner: Runs the suites.
        media: Returns what the files of the tape are like.
    """
    broken: KillingLine | None = None
    for trial in list(_trials(mutant, baseline, media))[:MOST]:
        notes: dict[str, ProbeNotes] = {}
        jobs = [MutantJob("right", "", mutant.tests, trial), MutantJob("lie", mutant.scenario, mutant.tests, trial)]
        runner.run(jobs, lambda job, found, notes=notes: notes.update({job.name: found}))  # type: ignore[misc]
        right, lie = notes["right"], notes["lie"]
        if right.error or lie.error or not right.tests:
            continue
        without = [(name, test.message) for name, test in right.tests.items() if not test.passed]
        failed = without or [(name, test.message) for name, test in lie.tests.items() if not test.passed]
        if failed:
            where = _where(trial, baseline, lie.places)
            line = KillingLine(_written(trial, lie.places), where, *failed[0], kills=not without)
            if line.kills:
                return line
            broken = broken or line
    return broken


def _trials(mutant: Mutant, baseline: ProbeNotes, media: Callable[[], TapeMedia]) -> Iterator[TrialLine]:
    for line in mutant.lines:
        if "keyword" in line:
            limit = max(round(baseline.durations.get(mutant.kind, 0.0) * 2), 5)
            parts = [part.replace("{limit}", f"{limit} s") for part in line["keyword"].split("    ")]
            yield TrialLine(keyword=tuple(parts), kind=mutant.kind)
        else:
            rule = _filled(line["rule"], mutant, media)
            if rule is not None:
                yield from (TrialLine(name, rule) for name in _sets(mutant, baseline))


def _sets(mutant: Mutant, baseline: ProbeNotes) -> list[str]:
    """Return the rule sets that the tests use which met the files."""
    found = {name for test in mutant.tests for name in baseline.rules.get(test, {})}
    return sorted(name for name in found if name not in ("any", "(given)"))


def _filled(rule: Mapping[str, Any], mutant: Mutant, media: Callable[[], TapeMedia]) -> dict[str, Any] | None:
    """Fill in what the files of the tape are like; None where that is not known."""
    text = json.dumps(rule)
    values = {"media_type": mutant.media_type}
    if "{duration}" in text:
        seconds = media().seconds.get(mutant.media_type)
        if seconds is None:
            return None
        values["duration"] = f"{seconds[0] * 0.95:.1f}..{seconds[1] * 1.05:.1f} s"
    if "{width}" in text:
        widths = media().widths.get(mutant.media_type)
        if widths is None:
            return None
        values["width"] = f">= {widths[0]}"
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    found: dict[str, Any] = json.loads(text)
    return found


def _written(trial: TrialLine, places: set[LinePlace]) -> str:
    if trial.keyword:
        keyword, *arguments = trial.keyword
        place = _first(places)
        name = _chinese_name(keyword) if place.chinese else keyword
        return "    ".join((name, *arguments)).replace("{task}", place.task)
    return _yaml(trial.rule)


def _chinese_name(keyword: str) -> str:
    return str(load_table(chinese_file())[keyword.lower().replace(" ", "_")]["name"])


def _order(place: LinePlace) -> tuple[str, int, str]:
    return place.source, place.line, place.task


def _first(places: set[LinePlace]) -> LinePlace:
    return min(places, key=_order, default=LinePlace("", 0))


def _yaml(value: Any) -> str:
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, inner),) = value.items()
        return f"{name}: {{{_yaml(inner)}}}" if isinstance(inner, Mapping) else f"{name}: {json.dumps(inner)}"
    return json.dumps(value, ensure_ascii=False)


def _where(trial: TrialLine, baseline: ProbeNotes, places: set[LinePlace]) -> str:
    if trial.keyword:
        written = _first(places).task
        found = sorted(places, key=_order)
        named = [f"{_short(place.source)}:{place.line}" for place in found]
        of = ["" if place.task == written else f" ({place.task})" for place in found]
        return ", ".join(map("".join, zip(named, of, strict=True)))
    folders = {folder for rules in baseline.rules.values() for name, folder in rules.items() if name == trial.rule_set}
    files = [_short(str(file)) for folder in sorted(folders) for file in _files_of(Path(folder), trial.rule_set)]
    return f"{trial.rule_set} ({', '.join(files)})" if files else trial.rule_set


def _files_of(folder: Path, rule_set: str) -> list[Path]:
    """Return the files that define a rule set."""
    named = re.compile(rf"^\s+[\"']?{re.escape(rule_set)}[\"']?\s*:", re.MULTILINE)
    found = sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))
    return [file for file in found if named.search(file.read_text(encoding="utf-8", errors="replace"))]


def _short(path: str) -> str:
    here, found = Path.cwd(), Path(path)
    for spelling in (found, found.resolve()):
        if spelling.is_relative_to(here):
            return str(spelling.relative_to(here))
    return path


def media_of(folder: Path) -> TapeMedia:
    """Measure the files of a tape."""
    import io

    from AIGCLibrary.content.sniff import HEAD, sniff

    found = TapeMedia({}, {})
    store = FileStore(folder / "files")
    for path in sorted(store.folder.glob("*")) if store.folder.is_dir() else ():
        content = path.read_bytes()
        media_type = sniff(content[:HEAD]) or ""
        try:
            _measure(io.BytesIO(content), media_type, found)
        except (OSError, ValueError):
            continue
    return found


def _measure(content: Any, media_type: str, found: TapeMedia) -> None:
    seconds, width = None, None
    if media_type.startswith("image/"):
        from PIL import Image

        with Image.open(content) as picture:
            width = picture.width
    elif media_type.startswith(("video/", "audio/")):
        import av

        with av.open(content) as container:
            seconds = float(container.duration or 0) / 1_000_000
            width = next((stream.width for stream in container.streams.video), None)
    if seconds:
        low, high = found.seconds.get(media_type, (seconds, seconds))
        found.seconds[media_type] = (min(low, seconds), max(high, seconds))  # type: ignore[index]
    if width:
        least, most = found.widths.get(media_type, (width, width))
        found.widths[media_type] = (min(least, width), max(most, width))  # type: ignore[index]
