"""Fetches one file over HTTP: preflight before the body, judged on the way, resumed when the line breaks."""

import http.client
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from AIGCLibrary.content.formats import TEXT_TYPES, extension_type
from AIGCLibrary.content.sniff import HEAD
from AIGCLibrary.files.context import Examination, RangeUnavailable
from AIGCLibrary.files.disk import DiskLedger, require, reserve
from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.files.evaluation import recognise, wanted_hashes
from AIGCLibrary.files.http_client import (
    Decoded,
    Wire,
    WireResponse,
    decoder_of,
    http_error,
    too_large,
    too_slow_for,
)  # fmt: skip
from AIGCLibrary.files.local import HeadReader
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.partial import Partials
from AIGCLibrary.files.pump import SMALL, Pump
from AIGCLibrary.files.questions import FIRST, FileRequests
from AIGCLibrary.files.range_manners import RangeManners
from AIGCLibrary.files.remote import HttpReader
from AIGCLibrary.files.rules.judge import judge
from AIGCLibrary.files.salvage import salvage
from AIGCLibrary.files.traffic import DownloadState, Traffic, changes, cut_off, too_slow
from AIGCLibrary.files.unended import Arrived, report_unended
from AIGCLibrary.files.validators import Validator, Validators
from AIGCLibrary.files.wholeness import PATIENT
from AIGCLibrary.http.speed import TooSlowError
from AIGCLibrary.units import format_size

log = logging.getLogger("aigc.files")
MOST_BREAKS, MOST_STUCK, MOST_RESTARTS = 1000, 3, 2
Progress = Callable[[int, int | None], None]
_SILENCE, _PATIENCE = 0.5, 2.0  # seconds without a byte after which a file may be whole; with a length, the latter


@dataclass(slots=True)
class Fetch:
    """Fetches one file.

    Args:
        url: Where it is.
        shown: The URL without secrets, for messages.
        wire: The connection.
        examination: Takes facts and findings.
        validators: The known validators.
        limits: Sizes and times.
        progress: Called with the bytes received and the length.
        ledger: Called with the bytes taken on the disk.
        partials: Knows what killed runs left unfinished; None when that does not count.
        manners: How fast servers answer for parts.
    """

    url: str
    shown: str
    wire: Wire
    examination: Examination
    validators: Validators
    limits: FileLimits = field(default_factory=FileLimits)
    progress: Progress = lambda _received, _total: None
    ledger: DiskLedger = field(default_factory=DiskLedger)
    partials: Partials | None = None
    manners: RangeManners = field(default_factory=RangeManners)
    traffic: Traffic = field(default_factory=Traffic)
    validator: Validator | None = None
    questions: FileRequests = field(init=False)
    _total: int | None = None
    _received: int = 0
    _broken_at: int = -1
    _stuck: int = 0
    _tag: str | None = None
    _failure: str = ""
    _pump: Pump | None = None
    _pending: memoryview = field(default_factory=lambda: memoryview(b""))
    _whole: bool = False

    def __post_init__(self) -> None:
        """Make what asks the server."""
        self.questions = FileRequests(
            self.url, self.shown, self.wire, self.limits, self.examination.stop, self.traffic, self.manners
        )

    def run(self, target: Path) -> bool:
        """Fetch the file.

        Args:
            target: Where to write it.

        Returns:
            False when it was rejected before its end; nothing is at the target then.

        Raises:
            DownloadError: It could not be fetched; nothing is left at the target.
            DiskError: It does not fit on the disk; nothing is left.
        """
        done = False
        try:
            done = self._run(target)
            if not done:
                salvage(self.examination, target)
        except DownloadError:
            salvage(self.examination, target)
            raise
        finally:
            self.traffic.requests = self.wire.requests
            self.wire.close()
            if self.partials is not None:
                self.partials.forget()
            if not done:
                target.unlink(missing_ok=True)
        if not done:
            self.traffic.saved = max(0, (self._total or 0) - self.traffic.wire)
            self.traffic.early = self.traffic.saved > 0
        return done

    @property
    def _early(self) -> bool:
        return self.examination.failed and self.examination.rules.get("early") is not False

    def _run(self, target: Path) -> bool:
        answer = self._ask_first()
        head = self._preflight(answer, target.parent)
        if head is None:
            return False
        total = self._total
        taken = self._take_over(answer, target)
        pump = self._pump = Pump(
            target,
            wanted_hashes(self.examination),
            self._feed,
            threaded=total is None or total > SMALL,
            fresh=not taken,
            mark=self.partials.mark if self.partials else lambda _stored: None,
        )
        try:
            if total is not None:
                reserve(pump.handle, total, target.parent, self.shown)
                self.ledger.take(total)
            if self.partials is not None and answer.status == 206:
                self.partials.begin(self._tag, total, target)
            if taken:
                if not self._replay(pump, target, taken):
                    return False
                following = self._resume(pump)
            else:
                following = self._following(answer, head)
                if following.start or following is answer:
                    pump.push(head)
                    self._received = len(head)
                    pump.drain()  # what the first bytes show is known before more are fetched
                    if self._early and self._received != total:
                        return False
            if not self._pour(pump, following):
                return False
            self.examination.facts["hashes"] = pump.finish()
        finally:
            pump.close()
            self._pump, self._pending = None, memoryview(b"")  # 8 MiB of buffers
        self.progress(self._received, self._received)
        self._end()
        return True

    def _take_over(self, answer: WireResponse, target: Path) -> int:
        if self.partials is None or answer.status != 206 or self._tag is None or self._total is None:
            return 0
        return self.partials.take_over(self._tag, self._total, target)

    def _replay(self, pump: Pump, target: Path, count: int) -> bool:
        """Judge and hash what an earlier run fetched; False when it is rejected on the way."""
        log.info("'%s': an earlier run was interrupted after %s; resumed from there.", self.shown, format_size(count))
        self._failure = "an earlier run was interrupted"
        with target.open("rb", buffering=0) as file:
            while self._received < count:
                buffer = pump.take()
                have = file.readinto(buffer[: count - self._received]) or 0
                pump.give(have)
                if not have:
                    break
                self._received += have
                self.examination.stop.check()
                if self._early:
                    return False
        self.traffic.taken_over = self._received
        return True

    def _end(self) -> None:
        if self.validator is None:  # nothing came at all
            recognise(self.examination, b"", self.validators)
        else:
            self.validator.end()

    def _ask_first(self) -> WireResponse:
        promised = extension_type(self.url.partition("?")[0]) or self._type_wanted()
        answer = self.questions.first(text=promised in TEXT_TYPES)
        if answer.status not in (200, 206):
            raise http_error(answer, self.shown)
        self._tag = answer.validator
        return answer

    def _type_wanted(self) -> str | None:
        wanted = self.examination.rules.get("type")
        return next((t for t in (wanted if isinstance(wanted, list) else [wanted]) if t in TEXT_TYPES), None)

    def _preflight(self, answer: WireResponse, folder: Path) -> bytes | None:
        """Judge size, room, type and structure before the body; None when the file is to be rejected."""
        self.traffic.encoding = answer.encoding
        if answer.encoding != "identity":
            self._bounded(answer.length)
            return b""
        self._total = answer.total
        self._bounded(self._total)
        if self._total is not None:
            require(folder, self._total, self.shown)
        examination = self.examination
        examination.length = self._total
        head = self._first_bytes(answer)
        recognise(examination, head, self.validators)
        self.validator = self.validators.of(examination)
        if self._total is not None:
            examination.facts["size"] = self._total
            examination.extend(list(judge(examination.rules, examination.facts)))
        complete = self._whole or (self._total is not None and len(head) >= self._total)
        if self._early and not complete:
            return None
        if self._total is not None and not complete and answer.status == 206 and self._tag:
            with suppress(RangeUnavailable):
                self.validator.peek(
                    HttpReader(
                        self.url, self.wire, head, self._total, self._tag, self.traffic,
                        self.manners.patience(self.url, self.limits.stall),
                    )
                )  # fmt: skip
        elif not complete:
            with suppress(RangeUnavailable):
                self.validator.peek(HeadReader(head, self._total))
        return None if self._early and not complete else head

    def _first_bytes(self, answer: WireResponse) -> bytes:
        buffer = memoryview(bytearray(FIRST))
        have, _ = self._fill(answer, buffer, None)
        return bytes(buffer[:have])

    def _following(self, answer: WireResponse, head: bytes) -> WireResponse:
        """Return the answer to go on reading from."""
        if self._whole or answer.status == 200 or (self._total is not None and len(head) >= self._total):
            return answer
        if self._tag is None:
            return self._anew(self.questions.whole())
        body = self.questions.part(len(head), self._tag)
        if body.status == 206 and body.start == len(head) and body.total in (self._total, None):
            return body
        return self._anew(body)

    def _anew(self, body: WireResponse) -> WireResponse:
        """Forget what is known of the file: the server sends it from the start, perhaps another version."""
        if body.status != 200:
            raise http_error(body, self.shown)
        examination = self.examination
        if self.partials is not None:
            self.partials.forget()
        self.traffic.taken_over = 0
        self._total = body.total if body.encoding == "identity" else None
        self._bounded(body.length)
        examination.findings.clear()
        examination.facts.clear()
        examination.length = self._total
        self._tag, self.validator, self._received = body.validator, None, 0
        return body

    def _pour(self, pump: Pump, answer: WireResponse) -> bool:
        """Move the body; go on after breaks. False when the file was rejected on the way."""
        decoder = decoder_of(answer)
        reported_at = time.monotonic()
        while not self._whole:
            have, ended = self._fill(answer, pump.take(), decoder)
            pump.give(have)
            self._received += have
            self._bounded(self._received, "has more than")
            if self._total is None:
                self.ledger.take(have)
                require(pump.path.parent, 0, self.shown)
            if self._early:
                return False
            if time.monotonic() - reported_at > 0.25:
                reported_at = time.monotonic()
                self.progress(self._received, self._total)
            if not ended:
                continue
            if not self._failure and (self._total is None or self._received >= self._total):
                break
            if self._whole or (decoder is None and self._received == self._broken_at and self._is_whole()):
                break
            answer = self._resume(pump)
            decoder = decoder_of(answer)
        if decoder is not None:
            decoder.finish()
        if self._whole:
            report_unended(self.examination, self._received, answer.length)
            self._total = self._received
        return True

    def _is_whole(self) -> bool:
        """Return whether what has arrived is whole by its own structure."""
        sniff, arrived = self.validators.sniff, Arrived(self._pump, self._received, self._pending)
        self._whole = arrived.is_whole(self.examination.media_type, sniff)
        return self._whole

    def _fill(self, answer: WireResponse, buffer: memoryview, decoder: Decoded | None) -> tuple[int, bool]:
        """Read until a buffer is full or the body ends; says how many bytes came, and whether it ended."""
        if decoder is not None:
            return self._fill_decoded(answer, buffer, decoder)
        have = 0
        self._failure = ""
        patient = answer.length is not None or self.examination.media_type in PATIENT
        answer.watch(min(_PATIENCE if patient else _SILENCE, self.limits.stall / 2), self._is_whole)
        while have < len(buffer):
            self._pending = buffer[:have]
            count = self._read(answer, buffer[have:])
            if count == 0:
                break
            have += count
        self._pending = buffer[:0]
        return have, have < len(buffer)

    def _fill_decoded(self, answer: WireResponse, buffer: memoryview, decoder: Decoded) -> tuple[int, bool]:
        have, ended = 0, False
        self._failure = ""
        if not decoder.waiting:
            raw = memoryview(bytearray(64 << 10))
            count = self._read(answer, raw)
            ended = count == 0
            decoder.give(raw[:count])
        for piece in decoder.take(len(buffer)):
            buffer[have : have + len(piece)] = piece
            have += len(piece)
        return have, (ended or decoder.done) and not decoder.waiting

    def _read(self, answer: WireResponse, buffer: memoryview) -> int:
        """Read what is there; 0 at the end, which may be a broken line."""
        self.examination.stop.check()
        try:
            count = answer.readinto(buffer)
        except TimeoutError as error:
            what = f"sent nothing for {self.limits.stall:g} s"
            raise too_slow(self._state, too_slow_for(error) if isinstance(error, TooSlowError) else what) from error
        except (OSError, http.client.HTTPException) as error:
            self.examination.stop.check()
            self._failure = str(error) or type(error).__name__
            return 0
        self.traffic.wire += count
        return count

    def _resume(self, pump: Pump) -> WireResponse:
        """Go on after a broken line; begin again where the server cannot go on."""
        why = self._failure or "the connection ended"
        self._stuck = self._stuck + 1 if self._received == self._broken_at else 0
        self._broken_at = self._received
        if self._stuck >= MOST_STUCK or self.traffic.resumed >= MOST_BREAKS:
            raise cut_off(self._state, why)
        self.questions.pause(0.2 * self._stuck)
        if self._tag is not None and self.traffic.encoding == "identity":
            log.warning("'%s' was interrupted after %s (%s); resumed.", self.shown, format_size(self._received), why)
            self.traffic.resumed += 1
            answer = self.questions.part(self._received, self._tag)
            if answer.status == 206 and answer.start == self._received and answer.total in (self._total, None):
                return answer
            if answer.status == 416:
                raise cut_off(self._state, "the server has no more data")
        else:
            compressed = self.traffic.encoding != "identity"
            answer = self.questions.encoded() if compressed else self.questions.whole()
        self.traffic.restarted += 1
        log.warning("'%s' cannot be resumed after %s (%s); restarted.", self.shown, format_size(self._received), why)
        if self.traffic.restarted > MOST_RESTARTS:
            changed = answer.status == 200 and answer.validator != self._tag
            raise changes(self._state) if changed else cut_off(self._state, why)
        pump.restart()
        return self._anew(answer)

    @property
    def _state(self) -> DownloadState:
        return DownloadState(self.shown, self._received, self._total, self.traffic)

    def _bounded(self, size: int | None, what: str = "is") -> None:
        if size is not None and size > self.limits.max_size:
            raise too_large(self.shown, size if what == "is" else self.limits.max_size, self.limits.max_size, what)

    def _feed(self, data: memoryview) -> None:
        if self.validator is None:
            recognise(self.examination, bytes(data[:HEAD]), self.validators)
            self.validator = self.validators.of(self.examination)
        if self.validator.feeds:
            self.validator.take(data)
