"""Asks a server for a file or a part of it: again while it is busy, and for the whole where it does not serve parts."""

import http.client
import logging
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from AIGCLibrary.files.context import CancellationToken
from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.files.http_client import Wire, WireResponse, accepted_encodings
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.range_manners import RangeManners, SilentOnRangeError
from AIGCLibrary.files.remote import BUSY, FINAL, REFUSALS
from AIGCLibrary.files.traffic import Traffic
from AIGCLibrary.http.retry import may_repeat, retry_after_of

log = logging.getLogger("aigc.files")
FIRST = 64 << 10
"""Bytes asked for first: enough for the type, most movie headers, and most small files."""
_PLAIN = {"Accept-Encoding": "identity"}


@dataclass(slots=True)
class FileRequests:
    """Asks for one file.

    Args:
        url: Where it is.
        shown: The URL without secrets, for messages.
        wire: The connection.
        limits: Sizes and times.
        stop: Ends a pause.
        traffic: Counts repeated questions.
        manners: How fast servers answer for parts.
    """

    url: str
    shown: str
    wire: Wire
    limits: FileLimits
    stop: CancellationToken
    traffic: Traffic
    manners: RangeManners = field(default_factory=RangeManners)

    def first(self, *, text: bool) -> WireResponse:
        """Ask for the first bytes; for all of a text, and where the server does not answer that, or wrongly."""
        if text:
            return self.encoded()
        try:
            answer = self._range(f"bytes=0-{FIRST - 1}", {}, BUSY)
        except DownloadError as error:
            if not isinstance(error.__cause__, REFUSALS):
                raise
            return self.whole()
        if answer.status == HTTPStatus.PARTIAL_CONTENT and answer.start == 0:
            if answer.total != FIRST:
                return answer
            self.wire.close()  # all of the file, or a server that takes the part for the whole
        return answer if answer.status in FINAL else self.whole()

    def part(self, start: int, validator: str) -> WireResponse:
        """Ask for all from an offset on, of a version of the file."""
        return self._range(f"bytes={start}-", {"If-Range": validator})

    def whole(self) -> WireResponse:
        """Ask for all of the file as it is."""
        return self._ask(_PLAIN)

    def encoded(self) -> WireResponse:
        """Ask for all of the file, which may be compressed on the way."""
        return self._ask({"Accept-Encoding": accepted_encodings()})

    def pause(self, seconds: float) -> None:
        """Wait, unless the file is not wanted any more."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.stop.check()
            time.sleep(min(left, 0.1))

    def _range(self, part: str, headers: dict[str, str], again: Collection[int] | None = None) -> WireResponse:
        """Ask for a part; for all of the file where the server does not answer that in the time it took so far."""
        patience = self.manners.patience(self.url, self.limits.stall)
        if not patience:
            return self.whole()
        try:
            return self._ask({**_PLAIN, "Range": part, **headers}, again, patience)
        except SilentOnRangeError:
            self.wire.close()
        log.info("'%s' did not answer for %s within %.1f s; requested the whole file.", self.shown, part, patience)
        started = time.monotonic()
        answer = self.whole()
        self.manners.fell_silent(self.url, patience, time.monotonic() - started)
        return answer

    def _ask(
        self, headers: dict[str, str], again: Collection[int] | None = None, patience: float = 0.0
    ) -> WireResponse:
        """Ask, and ask again while the server is busy, as all or the named answers say.

        Raises:
            SilentOnRangeError: Nothing of a part came in the seconds that it is waited for.
        """
        wait = 0.5
        for attempt in range(self.limits.retries + 1):
            answer = self._answer(headers, patience)
            busy = may_repeat(answer.status, safe=True) if again is None else answer.status in again
            if not busy or attempt == self.limits.retries:
                return answer
            asked = retry_after_of(answer.headers, now=time.time())
            pause = min(wait if asked is None else asked, self.limits.longest_pause)
            log.warning("'%s' answered %s; requested again in %.1f s.", self.shown, answer.status, pause)
            self.traffic.retried += 1
            self.pause(pause)
            wait *= 2
        raise AssertionError("unreachable")

    def _answer(self, headers: dict[str, str], patience: float) -> WireResponse:
        started = time.monotonic()
        with self.wire.hurry.within(patience):
            answer = self.wire.get(self.url, headers)
            if patience and answer.status == HTTPStatus.PARTIAL_CONTENT:
                with suppress(OSError, http.client.HTTPException):
                    answer.begin()
        self.wire.hurry.check()
        if patience:
            self.manners.answered(self.url, time.monotonic() - started)
        return answer
