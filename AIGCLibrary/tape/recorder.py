"""Keeps what passed during a recording, and makes a tape of it at the end."""

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.http.transport import InboundMessage, IncomingAnswer, OutgoingRequest
from AIGCLibrary.tape.bodies import FileStore, of_answer
from AIGCLibrary.tape.entry import INBOUND, Entry, TapeAnswer, TapeRequest, kept_headers
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.failed import failure
from AIGCLibrary.tape.folder import (
    FILES,
    HEAD,
    IGNORE,
    check_plain,
    files_used,
    head_of,
    holds_tape,
    load_tape,
    write_tape,
)
from AIGCLibrary.tape.journal import TapeJournal, read_journal
from AIGCLibrary.tape.masks import LEARNT, Masks
from AIGCLibrary.tape.scan import places_of_secrets
from AIGCLibrary.tape.stories import stories
from AIGCLibrary.tape.withheld import without_secrets

log = logging.getLogger("aigc.tape")


class Recorder:
    """Records into a folder.

    Args:
        folder: The tape; one that is there is replaced when the recording ends.
        masks: Masks secrets.
        clock: Time.
        about: What its head says beside times and versions.
        ignore: Fields in which a request may differ from its recording; those of the tape that is there when None.

    Raises:
        TapeError: What is in the folder leads out of it.
    """

    def __init__(
        self,
        folder: Path,
        masks: Masks,
        clock: Clock,
        about: Mapping[str, str],
        ignore: tuple[str, ...] | None = None,
    ) -> None:
        check_plain(folder)  # what is there is written over
        self.folder = folder
        self.masks = masks
        self._clock = clock
        self.ignore = ignore or _ignored_before(folder)
        self._started, self._origin = clock.now(), clock.monotonic()
        self.files = FileStore(folder / FILES)
        self._about = about
        self.lost: list[str] = []
        """What could not be recorded, and why."""
        self._journal = TapeJournal(folder, head_of(self._started, 0.0, self.ignore, about))

    def now(self) -> float:
        """Return the seconds since the recording began."""
        return self._clock.monotonic() - self._origin

    def about(self, request: OutgoingRequest) -> TapeRequest:
        """Describe a request, secrets masked."""
        self.masks.learn_request(request)
        return TapeRequest.of(request, self.masks)

    def moment(self, time_of_day: float) -> float:
        """Return a time of day, in seconds since 1970, as seconds since the recording began."""
        return time_of_day - self._started

    def answered(self, request: TapeRequest, sent: float, answer: IncomingAnswer, ended: float | None = None) -> None:
        """Keep an answer; it ended now when nothing else is said."""
        self.masks.learn(answer.headers, answer.body[:LEARNT].decode("utf-8", "replace"))
        kind = answer.headers.get("content-type", "")
        body = of_answer(answer.body, kind, self.files, self.masks)
        self.add(request, sent, TapeAnswer(answer.status, kept_headers(answer.headers, self.masks), body), ended)

    def received(self, message: InboundMessage, status: int) -> None:
        """Keep a message that the product sent, and what it was answered with."""
        now, text = self.now(), message.body.decode("utf-8", "replace")
        self.masks.learn({}, text[:LEARNT])
        body = of_answer(message.body, "", self.files, self.masks)
        request = TapeRequest(INBOUND, message.name, body, reads=True)
        self.add(request, now, TapeAnswer(status, kept_headers(message.headers, self.masks)))

    def failed(self, request: TapeRequest, sent: float, error: OSError, ended: float | None = None) -> None:
        """Keep that no answer came."""
        self.add(request, sent, TapeAnswer(failure=failure(error, self.masks)), ended)

    def add(self, request: TapeRequest, sent: float, answer: TapeAnswer, ended: float | None = None) -> None:
        """Keep what came of a request."""
        ended = self.now() if ended is None else max(ended, sent)
        self._journal.add(Entry(request, answer, sent, ended, ended))

    def finish(self) -> int:
        """Make the tape of what was recorded.

        Returns:
            The number of exchanges.

        Raises:
            TapeError: A secret would be on it beside the bodies of answers; nothing is kept then.
        """
        self._journal.close()
        _, entries = read_journal(self._journal.path)
        if not entries:  # a tape that is there stays
            self._journal.path.unlink()
            return 0
        kept, left_out = without_secrets((_masked(entry, self.masks) for entry in entries), self.files, self.masks)
        self._report_left_out(left_out)
        found = stories(kept)
        ended = max((entry.ended for entry in entries), default=0.0)
        head = head_of(self._started, ended, self.ignore, self._about)
        draft = self.folder / "unfinished"
        shutil.rmtree(draft, ignore_errors=True)
        write_tape(draft, head, found)
        used = files_used(found)
        for path in self.files.folder.glob("*") if self.files.folder.is_dir() else ():
            if path.name not in used:
                path.unlink()
        where = places_of_secrets(draft, self.masks)
        shutil.rmtree(draft)
        if where:
            self._journal.path.unlink()
            raise TapeError(
                f"The tape '{self.folder}' was not written: a secret would be in {', '.join(where[:5])}. "
                "Add its pattern to 'redact' of the settings and record again.",
                code="AIGC703",
                facts={"places": where},
            )
        write_tape(self.folder, head, found)
        self._journal.path.unlink()
        log.info("Recorded %d exchanges on the tape '%s'.", len(entries), self.folder / HEAD)
        return len(entries)

    def _report_left_out(self, entries: list[Entry]) -> None:
        for request in dict.fromkeys(str(entry.request) for entry in entries):
            self.lost.append(request)
            log.warning(
                "The answer to '%s' is not on the tape '%s', since a secret is in it; a replay that asks for it fails. "
                "[AIGC703]",
                request,
                self.folder,
            )


def _ignored_before(folder: Path) -> tuple[str, ...]:
    """Return the fields that may differ on the tape that is there, else those of a new one."""
    if not holds_tape(folder):
        return IGNORE
    try:
        return load_tape(folder).ignore
    except TapeError:
        return IGNORE  # what is left of it is replaced


def _masked(entry: Entry, masks: Masks) -> Entry:
    """Mask again, with the secrets that became known after an exchange was noted."""
    mask: Callable[[Any], Any] = masks.data
    request = replace(entry.request, url=masks.text(entry.request.url), body=mask(entry.request.body))
    failed = entry.answer.failure
    answer = replace(
        entry.answer,
        headers=masks.headers(entry.answer.headers),
        body=mask(entry.answer.body),
        failure=None if failed is None else mask(failed),
    )
    return replace(entry, request=request, answer=answer)
