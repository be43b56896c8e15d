"""Moves bytes from a reader to disk, hashes and a validator, in pooled buffers, with back-pressure.

reader's thread                thread "aigc-file-disk"        thread "aigc-file-judge"
take() a free buffer, fill it
give(n) ─────────────────────► write, hash ────────┐
        └──────────────────────────────────────────┼───────► validator.feed
take() waits when all are out ◄── free again when both have done with it
"""

import hashlib
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from AIGCLibrary.files.disk import write_all

BUFFER = 1 << 20
BUFFERS = 8
"""1 MiB each: 8 MiB whatever the size of the file."""
SMALL = 2 << 20
"""Files up to this are moved without threads."""
Feed = Callable[[memoryview], None]


class Pump:
    """Writes, hashes and judges one file as it arrives.

    Args:
        path: Where the file is written.
        hashes: Names of the hashes wanted.
        feed: The validator's; None when it does not judge on the way.
        threaded: Use threads; small files are done in place.
        fresh: Begin with an empty file; else what is there is written over.
        mark: Called with the number of bytes on the disk.
    """

    def __init__(
        self,
        path: Path,
        hashes: Sequence[str],
        feed: Feed | None,
        *,
        threaded: bool = True,
        fresh: bool = True,
        mark: Callable[[int], None] = lambda _stored: None,
    ) -> None:
        self.path = path
        self._mark = mark
        self._stored = 0
        self._names = list(hashes)
        self._feed = feed
        self.handle = os.open(
            path, os.O_RDWR | os.O_CREAT | (os.O_TRUNC if fresh else 0) | getattr(os, "O_BINARY", 0), 0o600
        )
        self._buffers = [memoryview(bytearray(BUFFER)) for _ in range(BUFFERS if threaded else 1)]
        self._free: queue.SimpleQueue[int] = queue.SimpleQueue()
        for index in range(len(self._buffers)):
            self._free.put(index)
        self._lock = threading.Lock()
        self._users = [0] * len(self._buffers)
        self._error: BaseException | None = None
        self._now = 0
        self._digests = self._new_digests()
        self._workers: list[tuple[threading.Thread, queue.SimpleQueue[tuple[int, int] | None]]] = []
        if threaded:
            self._start("aigc-file-disk", self._store)
            if feed is not None:
                self._start("aigc-file-judge", feed)

    def take(self) -> memoryview:
        """Return a free buffer to fill."""
        self._now = self._free.get()
        return self._buffers[self._now]

    def give(self, count: int) -> None:
        """Hand over the buffer last taken with so many bytes in it.

        Raises:
            DiskError: The disk is full.
        """
        index = self._now
        if self._error is not None or count == 0:
            self._free.put(index)
            self._raise()
            return
        if not self._workers:
            data = self._buffers[index][:count]
            self._free.put(index)
            self._store(data)
            if self._feed is not None:
                self._feed(data)
            return
        self._users[index] = len(self._workers)
        for _, jobs in self._workers:
            jobs.put((index, count))

    def push(self, data: bytes | memoryview) -> None:
        """Hand over bytes that lie elsewhere."""
        view = memoryview(data)
        for at in range(0, len(view), BUFFER):
            piece = view[at : at + BUFFER]
            self.take()[: len(piece)] = piece
            self.give(len(piece))

    def drain(self) -> None:
        """Wait until everything that was given is done."""
        taken = [self._free.get() for _ in self._buffers]
        for index in taken:
            self._free.put(index)
        self._raise()

    def stored(self, count: int, patience: float = 2.0) -> bool:
        """Return whether so many bytes are on the disk, which takes a moment after they were handed over."""
        end = time.monotonic() + patience
        while self._stored < count and time.monotonic() < end and self._error is None:
            time.sleep(0.005)
        return self._stored >= count

    def restart(self) -> None:
        """Forget everything and begin again."""
        self.drain()
        os.lseek(self.handle, 0, os.SEEK_SET)
        os.ftruncate(self.handle, 0)
        self._stored = 0
        self._digests = self._new_digests()

    def finish(self) -> dict[str, str]:
        """Wait for the end and return the hashes."""
        self.drain()
        os.ftruncate(self.handle, os.lseek(self.handle, 0, os.SEEK_CUR))
        return {name: digest.hexdigest() for name, digest in zip(self._names, self._digests, strict=True)}

    def close(self) -> None:
        """End the threads and close the file."""
        for _, jobs in self._workers:
            jobs.put(None)
        for thread, _ in self._workers:
            thread.join()
        self._workers = []
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1

    def _store(self, data: memoryview) -> None:
        write_all(self.handle, data, self.path.parent, self.path.name)
        self._stored += len(data)
        self._mark(self._stored)
        for digest in self._digests:
            digest.update(data)

    def _start(self, name: str, work: Feed) -> None:
        jobs: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        thread = threading.Thread(target=self._serve, args=(jobs, work), name=name, daemon=True)
        self._workers.append((thread, jobs))
        thread.start()

    def _serve(self, jobs: "queue.SimpleQueue[tuple[int, int] | None]", work: Feed) -> None:
        while (job := jobs.get()) is not None:
            index, count = job
            try:
                if self._error is None:
                    work(self._buffers[index][:count])
            except BaseException as error:  # noqa: BLE001 - raised again on the reader's thread
                self._error = error
            with self._lock:
                self._users[index] -= 1
                done = self._users[index] == 0
            if done:
                self._free.put(index)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _new_digests(self) -> list["hashlib._Hash"]:
        return [hashlib.new(name, usedforsecurity=False) for name in self._names]
