"""Reads parts of a file that still lies on its server, with few requests."""

import http.client
from http import HTTPStatus
from typing import Protocol

from AIGCLibrary.files.context import RangeUnavailable
from AIGCLibrary.files.http_client import Wire
from AIGCLibrary.files.range_manners import SilentOnRangeError

BUDGET = 256 << 10
"""Most bytes fetched before the body, the first ones included."""
MOST_REQUESTS = 2
"""Most questions asked before the body, beside the first one."""
AHEAD = 112 << 10
"""Bytes fetched at once: an index is usually smaller, and a second question costs more."""
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
FINAL = (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.GONE, *BUSY)
"""Answers to a question for a range that would not be others without it."""
REFUSALS = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)
"""Errors of servers that hang up on a question for a range."""


class Counted(Protocol):
    """Counts bytes of bodies."""

    wire: int


class HttpReader:
    """A file behind HTTP as a range reader.

    Args:
        url: Where it is.
        wire: The connection.
        head: Its first bytes, which are here already.
        length: Its length.
        validator: ETag or date of the version that is wanted.
        traffic: Counts the bytes.
        patience: Seconds that the server may be silent; 0: as long as on any request.
    """

    def __init__(
        self,
        url: str,
        wire: Wire,
        head: bytes,
        length: int,
        validator: str,
        traffic: Counted,
        patience: float = 0.0,
    ) -> None:
        self._patience = patience
        self._url, self._wire, self._validator, self._traffic = url, wire, validator, traffic
        self._length = length
        self._parts: dict[int, bytes] = {0: head}
        self._asked = 0

    @property
    def length(self) -> int | None:
        """Length of the file in bytes."""
        return self._length

    def known(self, offset: int, count: int) -> bool:
        """Report whether the bytes are here already."""
        return self._find(offset, count) is not None

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes; fewer at the end of the file.

        Raises:
            RangeUnavailable: The server does not serve them: it knows no ranges, or the file has changed.
        """
        count = max(0, min(count, self._length - offset))
        found = self._find(offset, count)
        if found is None:
            self._fetch(offset, count)
            found = self._find(offset, count)
        return found or b""

    def _find(self, offset: int, count: int) -> bytes | None:
        data = b""
        while count > 0:
            part = next(((s, p) for s, p in self._parts.items() if s <= offset < s + len(p)), None)
            if part is None:
                return None
            piece = part[1][offset - part[0] :][:count]
            data, offset, count = data + piece, offset + len(piece), count - len(piece)
        return data

    def _fetch(self, offset: int, count: int) -> None:
        start = next((s + len(p) for s, p in self._parts.items() if s <= offset < s + len(p)), offset)
        follower = min((s for s in self._parts if s >= start), default=self._length)
        ahead = min(AHEAD, BUDGET - self._traffic.wire)
        end = max(offset + count, min(start + ahead, follower, self._length))
        if self._asked >= MOST_REQUESTS or end - start > BUDGET - self._traffic.wire:
            raise RangeUnavailable
        self._asked += 1
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={start}-{end - 1}", "If-Range": self._validator}
        try:
            with self._wire.hurry.within(self._patience):
                answer = self._wire.get(self._url, headers)
                if answer.status != 206 or answer.start != start:
                    self._wire.close()
                    raise RangeUnavailable
                data = answer.raw.read(end - start)
            self._wire.hurry.check()
        except (OSError, http.client.HTTPException, SilentOnRangeError) as error:
            self._wire.close()
            raise RangeUnavailable from error
        self._traffic.wire += len(data)
        self._parts[start] = data
