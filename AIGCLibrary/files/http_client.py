"""Downloads of large bodies over one connection: redirects, credentials, Content-Encoding, and what went wrong."""

import http.client
import logging
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from AIGCLibrary.files.context import CancellationToken
from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.files.range_manners import Hurry
from AIGCLibrary.http import redirects
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.proxy import HINT, Routes, without_login
from AIGCLibrary.http.speed import SpeedMeter, TooSlowError
from AIGCLibrary.http.transport import BlockingConnection, BodyReader, OutgoingRequest, Transport
from AIGCLibrary.i18n import Text
from AIGCLibrary.units import format_size, is_whole

log = logging.getLogger("aigc.files")
DRAIN = 64 << 10
"""An unread rest up to this is read to keep the connection; a longer one is cut."""
_BEGIN = 8 << 10
_SAFE = "/%:=&?~#+!$,;'@()*[]"


@dataclass(slots=True)
class WireResponse:
    """The head of an HTTP answer whose body is still to be read.

    Args:
        status: HTTP status.
        headers: Names in lower case.
        url: Where it came from, after redirects.
        raw: The answer as the transport returned it.
        redirect: How it was redirected to another origin; empty when it was not.
        asked: Offset of the last byte that was asked for; None without a range.
    """

    status: int
    headers: Mapping[str, str]
    url: str
    raw: BodyReader = field(repr=False)
    redirect: str = ""
    asked: int | None = None
    _left: int | None = field(default=None, init=False, repr=False)
    _begun: memoryview = field(default_factory=lambda: memoryview(b""), init=False, repr=False)

    def __post_init__(self) -> None:
        """Bound the body by the end of the range and of the file, where Content-Length contradicts them.

        Some servers (Starlette of 2025, so Gradio 4 and 5) announce one byte more than there is when the range that was
        asked for exceeds the file; a reader who believes that waits for a byte that never comes.
        """
        ends = [end for end in (self.total, None if self.asked is None else self.asked + 1) if end is not None]
        announced = self.length
        if self.status == 206 and announced is not None and ends and 0 <= self.start <= min(ends):
            count = min(ends) - self.start
            self._left = count if announced > count else None

    @property
    def overstated(self) -> bool:
        """Whether more bytes were announced than the file holds, so that the connection cannot be reused."""
        return self._left is not None

    @property
    def length(self) -> int | None:
        """Bytes of this body as announced; None when it is not."""
        value = self.headers.get("content-length", "")
        return int(value) if is_whole(value) and "chunked" not in self.headers.get("transfer-encoding", "") else None

    @property
    def total(self) -> int | None:
        """Bytes of the whole file: of Content-Range when this is a part of it."""
        if self.status == 206:
            _, _, total = self.headers.get("content-range", "").rpartition("/")
            return int(total) if is_whole(total) else None
        return self.length

    @property
    def start(self) -> int:
        """Offset of the first byte of this body in the file."""
        if self.status != 206:
            return 0
        first = self.headers.get("content-range", "").removeprefix("bytes").strip().partition("-")[0]
        return int(first) if is_whole(first) else -1

    @property
    def validator(self) -> str | None:
        """What If-Range may hold: a strong ETag, else Last-Modified."""
        tag = self.headers.get("etag", "")
        if tag and not tag.startswith("W/"):
            return tag
        return self.headers.get("last-modified") or None

    @property
    def encoding(self) -> str:
        """Content-Encoding; `identity` when there is none."""
        return self.headers.get("content-encoding", "identity").strip().lower() or "identity"

    def readinto(self, buffer: memoryview) -> int:
        """Read what is there into a buffer; 0 at the end of the body."""
        if count := min(len(self._begun), len(buffer)):
            buffer[:count], self._begun = self._begun[:count], self._begun[count:]
            return count
        if self._left is None:
            return self.raw.read_into(buffer)
        count = self.raw.read_into(buffer[: self._left]) if self._left else 0
        self._left -= count
        return count

    def begin(self) -> None:
        """Wait for the first bytes of the body, and keep them for the reader."""
        buffer = memoryview(bytearray(_BEGIN))
        self._begun = buffer[: self.readinto(buffer)]

    def watch(self, seconds: float, enough: Callable[[], bool]) -> None:
        """End the body once nothing has arrived for some time and the reader has enough, where the transport can."""
        if (watch := getattr(self.raw, "watch", None)) is not None:
            watch(seconds, enough)


class Wire:
    """One connection to the server of a file.

    Args:
        connection: Headers, certificates, proxy; headers go to its own origin only.
        transport: Carries the requests.
        stall: Seconds without a byte after which a read fails.
        stop: Stops a waiting read.
        redact: Masks secrets in messages.
        meter: Raises when the server is too slow; None when that does not count.
    """

    def __init__(
        self,
        connection: Connection,
        transport: Transport,
        *,
        stall: float = 30,
        stop: CancellationToken | None = None,
        redact: Any = str,
        meter: SpeedMeter | None = None,
    ) -> None:
        self._meter = meter
        self._connection = connection
        self._transport = transport
        self._stall = stall
        self._redact = redact
        self._open: BlockingConnection | None = None
        self._origin = ""
        self._routes = Routes()
        self._answer: WireResponse | None = None
        self.requests = 0
        self.hurry = Hurry(self.abort)
        self._stop = stop
        if stop:
            stop.on_stop(self.abort)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> WireResponse:
        """Ask for a file and return the head of the answer.

        Raises:
            DownloadError: No answer came (AIGC310), or not in time (AIGC311).
        """
        given, own = dict(headers or {}), self._connection.owns(url)
        led = ""
        for _ in range(redirects.LIMIT + 1):
            answer = self._request(url, given, own=own)
            answer.redirect = led
            target = redirects.target(answer.status, answer.headers.get("location"), url)
            if target is None:
                return answer
            if urlsplit(target).scheme not in ("http", "https"):
                raise DownloadError(f"'{self._redact(target)}' is not an HTTP URL; a redirect led there.")
            if not redirects.same_origin(url, target):
                led = redirects.note(self._redact(url), self._redact(target))
                log.info("%s.", led.capitalize())
                given, own = redirects.harmless(given), False
            url = target
        raise DownloadError(f"'{self._redact(url)}' was redirected more than {redirects.LIMIT} times.")

    def abort(self) -> None:
        """Cut the connection; a waiting read fails at once."""
        if self._open is not None:
            self._open.abort()

    def close(self) -> None:
        """Close the connection."""
        if self._answer is not None:
            with suppress(OSError, http.client.HTTPException):
                self._answer.raw.close()
            self._answer = None
        if self._open is not None:
            self._open.close()
            self._open = None

    def _request(self, url: str, headers: Mapping[str, str], *, own: bool) -> WireResponse:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DownloadError(f"'{self._redact(url)}' is not an HTTP URL.", hint=Text("files.hint.address"))
        origin = f"{parts.scheme}://{parts.netloc}"
        for fresh in (False, True):
            reused = self._reuse(origin) and not fresh
            if not reused:
                self.close()
            try:
                if not reused:
                    self._open, self._origin = self._connect(parts, owned=own), origin
                return self._ask(url, parts, headers, own=own)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
                self._check_stop()
                if reused:
                    continue  # the server closed an idle connection; that says nothing
                raise self._failed(url, error) from error
            except (OSError, http.client.HTTPException) as error:
                self._check_stop()
                raise self._failed(url, error) from error
        raise AssertionError("unreachable")

    def _check_stop(self) -> None:
        """Report a stop as what it is: it cuts the connection, also one that waits for its answer; so does a hurry."""
        self.hurry.check()
        if self._stop:
            self._stop.check()

    def _ask(self, url: str, parts: Any, headers: Mapping[str, str], *, own: bool) -> WireResponse:
        connection = self._open or self._connect(parts, owned=own)
        self._open = connection
        ours = self._connection.headers if own else {}
        given = {"User-Agent": "AIGCLibrary", "Accept": "*/*", **ours, **headers}
        if "@" in parts.netloc and "authorization" not in {name.lower() for name in given}:
            user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            given["Authorization"] = f"Basic {b64encode(user.encode()).decode()}"
        login = self._routes.to(f"{parts.scheme}://{parts.netloc}").login
        if login and "authorization" not in {name.lower() for name in given}:
            given["Authorization"] = login
        path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
        if self._proxy(parts) and parts.scheme == "http":
            path = f"http://{parts.netloc.rpartition('@')[2]}{path}"
        self.requests += 1
        raw = connection.get(path, given)
        received = {name.lower(): value for name, value in raw.getheaders()}
        last = headers.get("Range", "").rpartition("-")[2]
        answer = WireResponse(raw.status, received, url, raw, asked=int(last) if is_whole(last) else None)
        self._answer = answer
        return answer

    def _reuse(self, origin: str) -> bool:
        """Report whether the open connection can take another request: the last body is read, or nearly."""
        if self._open is None or not self._open.connected or self._origin != origin:
            return False
        if self._answer is not None and self._answer.overstated:
            return False
        if self._answer is not None and not self._answer.raw.isclosed():
            rest = self._answer.raw.length
            if rest is None or rest > DRAIN:
                return False
            try:
                self._answer.raw.read()
            except (OSError, http.client.HTTPException):
                return False
        return True

    def _connect(self, parts: Any, *, owned: bool) -> BlockingConnection:
        proxy = self._proxy(parts)
        return self._transport.connection(
            OutgoingRequest(
                "GET",
                f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
                timeout=self._stall,
                verify=self._connection.verify,
                cert=self._connection.cert if owned else None,
                proxy=proxy,
                meter=self._meter,
            )
        )

    def _proxy(self, parts: Any) -> str | None:
        return self._connection.proxy or self._routes.to(f"{parts.scheme}://{parts.netloc}").proxy

    def _failed(self, url: str, error: Exception) -> DownloadError:
        shown = self._redact(url)
        if isinstance(error, TimeoutError):
            what = too_slow_for(error) if isinstance(error, TooSlowError) else f"sent nothing for {self._stall:g} s"
            return DownloadError(
                f"'{shown}' {what}.", code="AIGC311", hint=Text("files.hint.slow"),
                facts={"class": "stalled", "source": shown, "stall": self._stall},
            )  # fmt: skip
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(shown))
        proxy = self._proxy(urlsplit(url))
        through = f" (through the proxy {without_login(proxy)}; {HINT})" if proxy else ""
        return DownloadError(
            f"'{shown}' could not be fetched: {str(error) or type(error).__name__}{through}.",
            hint=Text("core.hint.unreachable", url=origin),
            facts={"class": "unreachable", "source": shown},
        )


def too_slow_for(error: TooSlowError) -> str:
    """Describe how slow a server was, and what the least is."""
    return (
        f"sent only {format_size(error.rate)}/s over {error.seconds:.1f} s "
        f"(low_speed: at least {format_size(error.floor)}/s)"
    )


def http_error(answer: WireResponse, shown: str) -> DownloadError:
    """Build the error of an answer that is no file."""
    hint = {401: "core.hint.unauthorized", 403: "files.hint.forbidden", 404: "files.hint.gone", 410: "files.hint.gone"}
    body = b""
    with suppress(OSError, http.client.HTTPException):
        body = answer.raw.read(2000)
    text = " ".join(body.decode("utf-8", errors="replace").split())[:200]
    key = hint.get(answer.status)
    return DownloadError(
        f"'{shown}' answered {answer.status} {answer.raw.reason}"
        + (f": {text}" if text else "")
        + (f" ({answer.redirect})" if answer.redirect else "")
        + ".",
        hint=Text(key) if key else None,
        facts={"class": "http", "source": shown, "status": answer.status, "body": text},
    )


class Decoded:
    """Undoes a Content-Encoding a piece at a time, with bounded memory.

    Args:
        encoding: `gzip`, `deflate` or `br`.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._rest: bytes | memoryview = b""
        if encoding in ("gzip", "x-gzip"):
            self._decoder: Any = zlib.decompressobj(31)
        elif encoding == "deflate":
            self._decoder = zlib.decompressobj()
        elif encoding == "br":
            self._decoder = _brotli()
        else:
            raise DownloadError(
                f"The body is encoded as '{encoding}', which is not supported.", code="AIGC318",
                facts={"encoding": encoding},
            )  # fmt: skip

    @property
    def waiting(self) -> bool:
        """True while bytes of the wire wait to be decoded."""
        return bool(len(self._rest))

    @property
    def done(self) -> bool:
        """True when the encoded data has come to its end, whether the body has or not."""
        return bool(self._decoder.is_finished() if self._encoding == "br" else self._decoder.eof)

    def give(self, data: memoryview) -> None:
        """Take bytes of the wire."""
        self._rest = data

    def take(self, most: int) -> Iterator[bytes]:
        """Return bytes of the file, at most so many.

        Raises:
            DownloadError: The encoding is broken.
        """
        try:
            if self._encoding == "br":
                yield from self._take_br(most)
            elif self._decoder.eof:
                self._rest = b""
            elif len(self._rest):
                piece = self._decoder.decompress(self._rest, most)
                self._rest = b"" if self._decoder.eof else self._decoder.unconsumed_tail
                yield piece
        except Exception as error:
            raise DownloadError(f"The body is not valid {self._encoding}: {error}.", code="AIGC318") from error

    def _take_br(self, most: int) -> Iterator[bytes]:
        while most > 0 and (len(self._rest) or not self._decoder.can_accept_more_data()):
            data = b""
            if self._decoder.can_accept_more_data():
                data, self._rest = bytes(self._rest[:4096]), self._rest[4096:]
            piece = self._decoder.process(data, output_buffer_limit=most)[:most]
            most -= len(piece)
            yield piece

    def finish(self) -> None:
        """Report that the body ended.

        Raises:
            DownloadError: It ended too early.
        """
        if not self.done:
            raise DownloadError(f"The {self._encoding} body ends too early.", code="AIGC318")


def decoder_of(answer: WireResponse) -> Decoded | None:
    """Return what undoes the encoding of an answer; None when it has none."""
    return None if answer.encoding == "identity" else Decoded(answer.encoding)


def accepted_encodings() -> str:
    """Return the value of Accept-Encoding for texts."""
    try:
        import brotli  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401
    except ImportError:
        return "gzip"
    return "gzip, br"


def too_large(shown: str, size: int, limit: int, what: str = "is") -> DownloadError:
    """Build the error of a file beyond its limit."""
    return DownloadError(
        f"'{shown}' {what} {format_size(size)}; at most {format_size(limit)} are allowed.",
        code="AIGC307",
        hint=Text("files.hint.max_size"),
        facts={"class": "too_large", "source": shown, "size": size, "limit": limit},
    )


def _brotli() -> Any:
    try:
        import brotli
    except ImportError:
        raise DownloadError(
            "The body is encoded as 'br', and the package 'brotli' is not installed.", code="AIGC318"
        ) from None
    return brotli.Decompressor()
