"""Files that are served from memory, with ranges, in the place of those of the product."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import responses

from AIGCLibrary.http.transport import BodyReader
from AIGCLibrary.units import is_whole


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file that is served instead of another.

    Args:
        content: Its bytes.
        headers: Headers of the answer; names in lower case.
    """

    content: bytes
    headers: Mapping[str, str]

    def answer(self, wanted: str) -> "ServedBody":
        """Return the answer to a request, with its range if one is asked for."""
        size = len(self.content)
        kept = {
            name: value
            for name, value in self.headers.items()
            if name not in ("content-length", "content-range", "content-encoding", "transfer-encoding")
        }
        kept |= {"accept-ranges": "bytes"}
        first, dash, last = wanted.removeprefix("bytes=").partition("-")
        if not wanted.startswith("bytes=") or not dash or "," in wanted or not is_whole(first + last):
            return ServedBody(200, kept, self.content)
        start = int(first) if first else max(size - int(last), 0)
        end = min(int(last) + 1, size) if first and last else size
        if start >= size:
            return ServedBody(416, {"content-range": f"bytes */{size}"}, b"")
        return ServedBody(206, {**kept, "content-range": f"bytes {start}-{end - 1}/{size}"}, self.content[start:end])


class ServedBody:
    """A body from memory; see `BodyReader`."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status, self.reason = status, responses.get(status, "")
        self._headers = {**headers, "content-length": str(len(content))}
        self._content, self._at = memoryview(content), 0

    @property
    def length(self) -> int | None:
        """Bytes of the body that are left."""
        return len(self._content) - self._at

    def getheaders(self) -> list[tuple[str, str]]:
        """Return all headers."""
        return list(self._headers.items())

    def read(self, amount: int | None = None, /) -> bytes:
        """Read so many bytes, or all that is left."""
        end = len(self._content) if amount is None else self._at + amount
        data = bytes(self._content[self._at : end])
        self._at += len(data)
        return data

    def read_into(self, buffer: memoryview, /) -> int:
        """Read into a buffer; 0 at the end of the body."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def isclosed(self) -> bool:
        """Return whether the body is read to its end."""
        return self._at >= len(self._content)

    def close(self) -> None:
        """Discard the rest of the body."""
        self._at = len(self._content)


class PassedBody:
    """A body as it comes; see `BodyReader`. What lies about a body changes a part of it.

    Args:
        inner: The body of the product.
    """

    def __init__(self, inner: BodyReader) -> None:
        self._inner = inner
        self.status, self.reason = inner.status, inner.reason

    @property
    def length(self) -> int | None:
        """Bytes of the body that are announced and left."""
        return self._inner.length

    def getheaders(self) -> list[tuple[str, str]]:
        """Return all headers."""
        return self._inner.getheaders()

    def read(self, amount: int | None = None, /) -> bytes:
        """Read so many bytes, or all that comes."""
        return self._inner.read(amount)

    def read_into(self, buffer: memoryview, /) -> int:
        """Read into a buffer; 0 at the end of the body."""
        return self._inner.read_into(buffer)

    def isclosed(self) -> bool:
        """Return whether nothing more comes."""
        return self._inner.isclosed()

    def close(self) -> None:
        """Discard the rest."""
        self._inner.close()


class PeekedBody(PassedBody):
    """A body whose begin was looked at.

    Args:
        inner: The body.
        most: Bytes that are looked at.
    """

    def __init__(self, inner: BodyReader, most: int) -> None:
        super().__init__(inner)
        self.head = inner.read(most)
        self._ahead = self.head

    @property
    def length(self) -> int | None:
        """Bytes of the body that are announced and left."""
        left = self._inner.length
        return None if left is None else left + len(self._ahead)

    def read(self, amount: int | None = None, /) -> bytes:
        """Read so many bytes, or all that comes."""
        if amount is None:
            data, self._ahead = self._ahead + self._inner.read(), b""
            return data
        if not self._ahead:
            return self._inner.read(amount)
        data, self._ahead = self._ahead[:amount], self._ahead[amount:]
        return data

    def read_into(self, buffer: memoryview, /) -> int:
        """Read into a buffer; 0 at the end of the body."""
        if not self._ahead:
            return self._inner.read_into(buffer)
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def isclosed(self) -> bool:
        """Return whether nothing more comes."""
        return not self._ahead and self._inner.isclosed()

    def close(self) -> None:
        """Discard the rest."""
        self._ahead = b""
        self._inner.close()


class CutBody(PassedBody):
    """A body that ends before its announced length.

    Args:
        inner: The whole body.
        room: Bytes that come.
        cut: Breaks the connection: the rest of the body would be taken for the next answer.
    """

    def __init__(self, inner: BodyReader, room: int, cut: Callable[[], None]) -> None:
        super().__init__(inner)
        self._room, self._cut = room, cut
        self._closed = False

    def read(self, amount: int | None = None, /) -> bytes:
        """Read so many bytes, or all that comes."""
        data = self._inner.read(self._room if amount is None else min(amount, self._room))
        self._room -= len(data)
        if not data:
            self.close()
        return data

    def read_into(self, buffer: memoryview, /) -> int:
        """Read into a buffer; 0 where the body breaks off."""
        count = self._inner.read_into(buffer[: min(len(buffer), self._room)]) if self._room else 0
        self._room -= count
        if not count:
            self.close()
        return count

    def isclosed(self) -> bool:
        """Return whether nothing more comes."""
        return self._closed or self._inner.isclosed()

    def close(self) -> None:
        """Cut it."""
        if not self._closed:
            self._closed = True
            self._inner.close()
            self._cut()


class RelabelledBody(PassedBody):
    """A body with another announced length.

    Args:
        inner: The whole body.
        difference: Bytes by which the announced length is off.
    """

    def __init__(self, inner: BodyReader, difference: int) -> None:
        super().__init__(inner)
        self._difference = difference

    @property
    def length(self) -> int | None:
        """Bytes that the headers promise and that are left."""
        left = self._inner.length
        return None if left is None else max(left + self._difference, 0)

    def getheaders(self) -> list[tuple[str, str]]:
        """Return all headers."""
        return [
            (name, str(max(int(value) + self._difference, 0)) if _is_length(name, value) else value)
            for name, value in self._inner.getheaders()
        ]


class RetaggedBody(PassedBody):
    """A body with an ETag of its own.

    Args:
        inner: The whole body.
        tag: The ETag.
    """

    def __init__(self, inner: BodyReader, tag: str) -> None:
        super().__init__(inner)
        self._tag = tag

    def getheaders(self) -> list[tuple[str, str]]:
        """Return all headers."""
        return [
            *((name, value) for name, value in self._inner.getheaders() if name.lower() != "etag"),
            ("ETag", self._tag),
        ]


def _is_length(name: str, value: str) -> bool:
    return name.lower() == "content-length" and is_whole(value)
