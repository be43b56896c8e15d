"""Keeps the progress of downloads in the store, at most once a second each, for the dashboard beside the run."""

import hashlib

from AIGCLibrary.events import Bus, DownloadProgress
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import download

EVERY = 1.0


class Downloads:
    """Follows downloads.

    Args:
        bus: Where progress is reported.
        store: Where it is kept.
        redactor: Takes secrets out of addresses.
    """

    def __init__(self, bus: Bus, store: Store, redactor: Redactor) -> None:
        self._store = store
        self._redactor = redactor
        self._told: dict[str, float] = {}
        self._started: dict[str, float] = {}
        bus.subscribe(DownloadProgress, self.progress)

    def progress(self, event: DownloadProgress) -> None:
        """Keep where a download stands."""
        if not event.done and event.at - self._told.get(event.source, 0.0) < EVERY:
            return
        self._told[event.source] = event.at
        started = self._started.setdefault(event.source, event.at)
        if event.done:
            self._told.pop(event.source, None)
            self._started.pop(event.source, None)
        key = f"{self._store.scope.run_id}\0{event.source}\0{started}"
        self._store.upsert(
            download,
            id=hashlib.sha256(key.encode()).hexdigest()[:40],
            source=self._redactor.text(event.source),
            received=event.received,
            total=event.total,
            started_at=started,
            updated_at=event.at,
            done=event.done,
        )
