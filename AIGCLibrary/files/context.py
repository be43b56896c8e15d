"""What is known of one file so far: facts and findings, filled by preflight, validators and analysis."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.readers import Readers
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.work import STEP, WorkMeter

MOST_FINDINGS = 200
"""Findings kept of one file; a broken file must not flood the report."""


class RangeReader(Protocol):
    """Reads parts of a file that is not here yet."""

    @property
    def length(self) -> int | None:
        """Length of the file in bytes; None when it is not known."""

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes; fewer at the end of the file. Raises `RangeUnavailable` when the server does not serve them."""

    def known(self, offset: int, count: int) -> bool:
        """Report whether these bytes are there already, so that reading them costs nothing."""


class RangeUnavailable(Exception):  # noqa: N818 - no error, the file itself may still be had
    """A part of a file that is not here yet could not be read; the file itself may still be had."""


class Stopped(Exception):  # noqa: N818 - no error, nobody waits any more
    """The caller does not want the work any more."""


class CancellationToken:
    """Stops the threads that work on a file; what waits in a system call is woken by its callback."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def set(self) -> None:
        """Stop."""
        self._event.set()
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def check(self) -> None:
        """Raise `Stopped` when the sign is set."""
        if self._event.is_set():
            raise Stopped

    @property
    def is_set(self) -> bool:
        """True once it was set."""
        return self._event.is_set()

    def on_stop(self, callback: Callable[[], None]) -> None:
        """Call this when the sign is set."""
        with self._lock:
            self._callbacks.append(callback)


ENCRYPTED = "the media is encrypted"
"""Why nothing of a film or sound was measured."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a picture that is shown to people.

    Args:
        box: Left, top, width and height in pixels, as displayed.
        at: Seconds from the start of a film; None in a still picture.
    """

    box: tuple[int, int, int, int]
    at: float | None = None


Source = Literal["header", "index", "packets", "decoded"]
"""Where a fact on picture or sound is from: the head of the file or of a stream in it, the table of all samples, the
samples themselves, or what a decoder makes of them."""


@dataclass(slots=True)
class Examination:
    """One file under examination.

    Args:
        name: File name.
        rules: What is demanded.
        length: Length in bytes; None while it is not known.
        media_type: Type by content.
        head: The first bytes.
        depth: How many archives it is in.
        facts: What was measured, by section: `media`, `archive`, `json`, `text`, `labels`, `quality`, `sound`;
            `sources`: where each fact of `media` is from.
        announced: What is known of it beforehand: `size`, `sha256`, `md5`.
        unmeasured: Why a fact (`media.fps`) or a section of facts (`sound`) could not be measured.
        type_open: The tracks decide on the type, and are not known yet.
        encrypted: Its pictures and sound are, so that nothing of them can be decoded.
        judged: Ids of the rules that were judged, of those that are no demand on a single fact.
        spots: Places of findings, framed in the contact sheet.
        limits: What judging may take in memory and work.
        readers: Readers of text and speech, and judges, that are in use.
        skipped: Start and end of what lies between the media and is none, as tags between joined pieces; in order.
        small: A smaller copy of a picture that is too large to be decoded more than once.
        work: What judging it has taken; shared with what lies in it.
    """

    name: str
    rules: RuleSet = field(default_factory=RuleSet)
    length: int | None = None
    media_type: str | None = None
    head: bytes = b""
    depth: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stop: CancellationToken = field(default_factory=CancellationToken)
    announced: frozenset[str] = frozenset()
    unmeasured: dict[str, str] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)
    type_open: bool = False
    encrypted: bool = False
    limits: FileLimits = field(default_factory=FileLimits)
    spots: list[Spot] = field(default_factory=list)
    skipped: list[tuple[int, int]] = field(default_factory=list)
    readers: Readers = field(default_factory=Readers)
    small: Any = None
    work: WorkMeter = field(default_factory=WorkMeter)

    def __post_init__(self) -> None:
        self.work.limit = self.limits.work

    def tick(self, units: float = STEP) -> None:
        """Count work that is done on the file, and end it when nobody waits for it any more.

        Raises:
            OverWork: It is more than the limit.
            Stopped: Nobody waits any more.
        """
        self.work.spend(units)
        self.stop.check()

    def too_much_work(self) -> str:
        """Return why something was not measured, where that took too much work."""
        limit = self.limits.work
        return f"judging it takes more than {limit} units of work; raise `options.files.work` to have it measured"

    def exhaust(self) -> None:
        """Report that whether the file is whole was not judged to its end, and that nothing else was measured."""
        self._measure_no_more(self.too_much_work())
        message = (
            f"Whether all of it is right was not judged: that takes more than {self.limits.work} units of work, each "
            "about a microsecond. Raise `options.files.work` to have it judged."
        )
        limit = f"<= {self.limits.work}"
        self.report("work", message, FindingKind.TOO_LARGE, expected=limit, actual="more", unit="units")

    def find_encrypted(self, rule: str) -> None:
        """Report that the media is encrypted: it may be right, and nothing that is seen or heard was measured."""
        self.encrypted = True
        for section in ("quality", "sound", "text"):
            self.unmeasured.setdefault(section, ENCRYPTED)
        message = "The media is encrypted; its content cannot be judged."
        self.report(rule, message, FindingKind.ENCRYPTED, severity=Severity.INFO)

    def lack_memory(self) -> None:
        """Report that whether the file is whole was not judged, since memory could not be had; it may be right."""
        self._measure_no_more("there is not enough memory for it")
        message = "Whether all of it is right was not judged: there is not enough memory for it."
        self.report("memory", message, FindingKind.TOO_LARGE)

    def _measure_no_more(self, why: str) -> None:
        for section in ("media", "quality", "sound", "json", "text", "labels"):
            self.unmeasured.setdefault(section, why)

    def is_skipped(self, packet: Any) -> bool:
        """Report whether a packet that cannot be decoded is in what is no media."""
        at = packet.pos
        if at is None:
            return False
        behind = bisect_left(self.skipped, (at + packet.size,))
        return behind > 0 and at < self.skipped[behind - 1][1]

    def report(
        self,
        rule: str,
        message: str,
        kind: FindingKind = FindingKind.CORRUPT,
        *,
        severity: Severity = Severity.ERROR,
        expected: str | None = None,
        actual: str | None = None,
        unit: str | None = None,
        place: str | None = None,
        source: str | None = None,
    ) -> None:
        """Add a finding."""
        self.add(Finding(rule, message, kind, severity, expected, actual, unit, place, source))

    def add(self, finding: Finding) -> None:
        """Add a finding with the severity the rules set; one that is there already stays alone."""
        weighed = self.rules.weighed(finding)
        if weighed is not None and weighed not in self.findings and len(self.findings) < MOST_FINDINGS:
            self.findings.append(weighed)

    def extend(self, findings: Sequence[Finding]) -> None:
        """Add findings."""
        for finding in findings:
            self.add(finding)

    def section(self, name: str) -> dict[str, Any]:
        """Return a section of the facts; it is made when it is not there."""
        found: dict[str, Any] = self.facts.setdefault(name, {})
        return found

    def note(self, values: dict[str, Any], source: Source) -> None:
        """Keep facts on picture and sound, and where they are from.

        Args:
            values: The facts, by name.
            source: The last of several that measure a fact is the one that is kept.
        """
        self.section("media").update(values)
        self.section("sources").update(dict.fromkeys(values, source))

    def forget(self, *names: str) -> None:
        """Take facts on picture and sound back, with where they are from: something else measures them."""
        for name in names:
            self.section("media").pop(name, None)
            self.section("sources").pop(name, None)

    def exceeds(self, rule: str, what: str, setting: str, found: int, unit: str) -> bool:
        """Report that a limit is exceeded, with the setting that raises it; returns whether it is."""
        limit = getattr(self.limits, setting)
        if found <= limit:
            return False
        message = f"{what}; the limit is {limit} {unit}. Raise `options.files.{setting}` to have it judged."
        kind = FindingKind.TOO_LARGE
        self.report(rule, message, kind, expected=f"<= {limit}", actual=str(found), unit=unit)
        return True

    @property
    def failed(self) -> bool:
        """True when the file is to be rejected."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
