"""The stages a file goes through: fetch, judge, analyse, clean up; each can be replaced."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.files.context import CancellationToken, Examination
from AIGCLibrary.files.disk import DiskLedger
from AIGCLibrary.files.evaluation import analyse, conclude, examine, inspect, is_broken
from AIGCLibrary.files.fetch import Fetch, Progress
from AIGCLibrary.files.filename import name_on_disk
from AIGCLibrary.files.http_client import Wire, too_large
from AIGCLibrary.files.options import FileLimits, KeepTemp
from AIGCLibrary.files.partial import Partials
from AIGCLibrary.files.range_manners import RangeManners
from AIGCLibrary.files.readers import Readers
from AIGCLibrary.files.report import FileReport, by_weight
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.salvage import salvage
from AIGCLibrary.files.temp import TempFolder
from AIGCLibrary.files.validators import Validator, Validators
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.http.speed import SpeedMeter
from AIGCLibrary.http.transport import Transport

log = logging.getLogger("aigc.files")


ANNOUNCED = ("size", "sha256", "md5")
"""What the result of a task may say of its files."""


@dataclass(slots=True)
class FileJob:
    """One file to be processed, and how.

    Args:
        source: URL, path on this machine, or content.
        name: File name; taken from the source when not given.
        rules: What is demanded.
        connection: For URLs: headers, certificates, proxy.
        limits: Sizes and times.
        extract_dir: Archives are unpacked there when they are accepted.
        keep: When the temporary folder stays.
        redact: Masks secrets in what is shown.
        progress: Called with the bytes received and the length.
        expected: What the task's result says of the file: `size`, `sha256`, `md5`, `media_type`.
        pictures: Make a contact sheet or waveform for the log.
        readers: Readers of text and speech, and judges, that are in use.
        distinct: Keep what the file looks like, so that it can be compared with others.
    """

    source: str | Path | bytes
    name: str = ""
    rules: RuleSet = field(default_factory=RuleSet)
    connection: Connection = field(default_factory=lambda: Connection(""))
    limits: FileLimits = field(default_factory=FileLimits)
    extract_dir: Path | None = None
    keep: KeepTemp = KeepTemp.NEVER
    redact: Callable[[str], str] = str
    progress: Progress = lambda _received, _total: None
    expected: dict[str, Any] = field(default_factory=dict)
    pictures: bool = False
    distinct: bool = False
    readers: Readers = field(default_factory=Readers)
    stop: CancellationToken = field(default_factory=CancellationToken)

    @property
    def is_remote(self) -> bool:
        """True for URLs."""
        return isinstance(self.source, str) and self.source.startswith(("http://", "https://"))

    @property
    def shown(self) -> str:
        """The source without secrets."""
        return "(content)" if isinstance(self.source, bytes) else self.redact(str(self.source))


@dataclass(slots=True)
class Work:
    """A file on its way through the stages.

    Args:
        order: What was asked.
        examination: What is known of the file.
        folder: Its temporary folder.
        path: The file; None while it is not here, or when it was rejected early.
    """

    order: FileJob
    examination: Examination
    folder: TempFolder
    validators: Validators
    report: FileReport
    ledger: DiskLedger = field(default_factory=DiskLedger)
    path: Path | None = None
    validator: Validator | None = None
    unpacked: list[Path] = field(default_factory=list)
    done: bool = False


class Stage(Protocol):
    """One step of the pipeline."""

    name: str

    def run(self, work: Work) -> None:
        """Do the step; findings go to `work.examination`, errors that end everything are raised."""


class DownloadStage:
    """Brings the file here, and judges it on the way: URLs by HTTP, content into a file, paths stay where they are.

    Args:
        transport: Carries the requests; the network when None.
    """

    name = "download"

    def __init__(self, transport: Transport | None = None) -> None:
        self._transport = transport or NetworkTransport()
        self._manners = RangeManners()

    def run(self, work: Work) -> None:
        """Fetch the file."""
        order = work.order
        if order.is_remote:
            wire = Wire(
                order.connection,
                self._transport,
                stall=order.limits.stall,
                stop=order.stop,
                redact=order.redact,
                meter=SpeedMeter(order.limits.low_speed, order.limits.low_speed_time),
            )
            target = work.folder.path / name_on_disk(work.examination.name)
            fetch = Fetch(
                str(order.source),
                order.shown,
                wire,
                work.examination,
                work.validators,
                order.limits,
                order.progress,
                work.ledger,
                Partials(work.folder.path, str(order.source), order.limits.resume_for),
                self._manners,
            )
            try:
                here = fetch.run(target)
            finally:
                traffic = fetch.traffic
                work.report.traffic = {name: getattr(traffic, name) for name in traffic.__slots__ if name != "early"}
                work.report.early = traffic.early
            work.path, work.validator = (target if here else None), fetch.validator
            return
        if isinstance(order.source, bytes):
            work.path = work.folder.path / name_on_disk(work.examination.name, "content")
            work.path.write_bytes(order.source)
            work.ledger.take(len(order.source))
        else:
            work.path = Path(order.source)
            work.ledger.take(work.path.stat().st_size)
        size = work.path.stat().st_size
        if size > order.limits.max_size:
            raise too_large(order.shown, size, order.limits.max_size)


class ValidationStage:
    """Judges the whole file: structure, contents, rules."""

    name = "validation"

    def run(self, work: Work) -> None:
        """Judge the file."""
        if work.path is None:
            return
        if work.validator is None:
            work.validator = examine(work.examination, work.path, work.validators)
        _hold_against_the_order(work)
        inspect(work.examination, work.validator, work.path)


class AnalysisStage:
    """Looks, listens, reads labels; unpacks what was accepted; makes pictures for the log."""

    name = "analysis"

    def run(self, work: Work) -> None:
        """Analyse the file."""
        examination, order = work.examination, work.order
        if work.path is None:
            return
        analyse(examination, work.path)
        conclude(examination)
        if order.pictures and not is_broken(examination):
            from AIGCLibrary.files.preview import pictures_of

            work.report.pictures = pictures_of(work.path, examination)
        if order.distinct and not is_broken(examination):
            from AIGCLibrary.files.look import look_of

            work.report.look = look_of(examination, work.path)
        if order.extract_dir is not None and examination.media_type == "application/zip" and not examination.failed:
            from AIGCLibrary.files.zips.extract import extract

            work.unpacked = extract(work.path, order.extract_dir, check=order.stop.check)
            work.ledger.take(sum(path.stat().st_size for path in work.unpacked))


class CleanupStage:
    """Removes what is not to stay, and accounts for the disk."""

    name = "cleanup"

    def run(self, work: Work) -> None:
        """Clean up; runs whatever happened before."""
        success = work.done and not work.examination.failed
        if work.examination.failed and work.path is not None and work.path.is_file():
            salvage(work.examination, work.path)
        size = work.path.stat().st_size if work.path is not None and work.path.exists() else 0
        unpacked = sum(path.stat().st_size for path in work.unpacked if path.exists())
        peak = work.ledger.peak
        kept = work.folder.close(success=success)
        report = work.report
        if work.path is not None and (kept or not work.path.is_relative_to(work.folder.path)):
            report.path = str(work.path)
            report.files = [str(work.path)]
        report.files += [str(path) for path in work.unpacked]
        delivered = size + unpacked
        report.disk = {
            "peak": peak,
            "delivered": delivered,
            "efficiency": round(min(1.0, delivered / peak), 4)
            if peak and work.done and work.path is not None
            else None,
        }


class ProcessingPipeline:
    """Takes files through the stages.

    Args:
        stages: The stages in order; the last one runs whatever happened before.
        validators: The known validators.
        clock: Seconds that never jump.
        transport: Carries downloads; the network when None.

    Example:
        ```python
        report = ProcessingPipeline().run(Order("https://example.com/clip.mp4", rules=RuleBook().get("video")))
        report.raise_for_errors()
        ```
    """

    def __init__(
        self,
        stages: Sequence[Stage] | None = None,
        validators: Validators | None = None,
        clock: Callable[[], float] = time.monotonic,
        transport: Transport | None = None,
    ) -> None:
        self.stages: list[Stage] = list(
            stages or (DownloadStage(transport), ValidationStage(), AnalysisStage(), CleanupStage())
        )
        self.validators = validators or Validators()
        self._clock = clock

    def run(self, order: FileJob) -> FileReport:
        """Process one file.

        Returns:
            The report; `raise_for_errors` makes its findings an error.

        Raises:
            FileError: The file could not be fetched, does not fit, or could not be unpacked; the temporary files
                are gone nevertheless. The report so far is in the error's `facts["partial"]`.
        """
        name = order.name or name_of(order.source)
        announced = frozenset(key for key, value in order.expected.items() if value is not None)
        examination = Examination(name, order.rules, stop=order.stop, announced=announced, limits=order.limits)
        examination.readers = order.readers
        report = FileReport(order.shown, name, order.rules.name)
        work = Work(order, examination, TempFolder(order.limits.temp, order.keep), self.validators, report)
        started = self._clock()
        *stages, last = self.stages
        try:
            for stage in stages:
                begun = self._clock()
                try:
                    stage.run(work)
                finally:
                    report.timings[stage.name] = round(self._clock() - begun, 6)
            work.done = True
        except AIGCError as error:
            error.facts.setdefault("source", order.shown)
            if "good" in examination.facts:
                error.facts.setdefault("good", examination.facts["good"])
            raise
        finally:
            begun = self._clock()
            last.run(work)
            report.timings[last.name] = round(self._clock() - begun, 6)
            report.timings["total"] = round(self._clock() - started, 6)
            self._fill(work)
        return report

    @staticmethod
    def _fill(work: Work) -> None:
        report, examination = work.report, work.examination
        report.media_type = examination.media_type
        report.size = int(examination.facts.get("size") or examination.length or 0)
        report.hashes = examination.facts.get("hashes", {})
        report.facts = examination.facts
        report.findings = by_weight(examination.findings)
        report.success = work.done and not examination.failed


def name_of(source: str | Path | bytes) -> str:
    """Return the file name in a source."""
    if isinstance(source, bytes):
        return "content"
    text = str(source)
    if "://" in text:
        from urllib.parse import unquote, urlsplit

        return Path(unquote(urlsplit(text).path)).name or "file"
    return Path(text).name


def _hold_against_the_order(work: Work) -> None:
    """Compare the file with what the task's result says of it."""
    from AIGCLibrary.files.finding import FindingKind

    facts, expected = work.examination.facts, work.order.expected
    size = expected.get("size")
    there = work.path.stat().st_size if work.path else 0
    if size is not None and int(size) != there:
        work.examination.report(
            "announced.size",
            f"The task announced {size} bytes; the file has {there}.",
            FindingKind.TRUNCATED if there < int(size) else FindingKind.HASH,
            expected=str(size),
            actual=str(there),
            unit="bytes",
        )
    for name, title in (("sha256", "SHA-256"), ("md5", "MD5")):
        digest, actual = expected.get(name), facts.get("hashes", {}).get(name)
        if digest and actual and str(digest).lower() != actual:
            work.examination.report(
                f"announced.{name}", f"The {title} is not the one the task announced.", FindingKind.HASH,
                expected=str(digest), actual=actual,
            )  # fmt: skip
