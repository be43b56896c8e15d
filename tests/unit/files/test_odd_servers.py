"""Servers that answer ranges wrongly, announce wrong lengths, or never end a body: the file counts."""

import gzip
import hashlib
import socket
import threading
from contextlib import suppress

import pytest

from AIGCLibrary.files import range_manners
from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.files.wholeness import is_whole
from tests.unit.files.conftest import make_zip


class OddServer:
    """Answers each request with what a function writes; the connection stays open unless that returns False."""

    def __init__(self, write):
        self._write, self._ended = write, threading.Event()
        self.ranges = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/a.bin"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._socket.accept()[0],), daemon=True).start()

    def _serve(self, connection):
        with connection, suppress(OSError):
            lines = connection.makefile("rb")
            while lines.readline():
                asked = None
                while line := lines.readline().strip():
                    if line.lower().startswith(b"range: bytes="):
                        first, _, last = line.partition(b"=")[2].partition(b"-")
                        asked = int(first), int(last or 10**9)
                self.ranges.append(asked)
                if self._write(connection, asked) is False:
                    return
            self._ended.wait(5)

    def close(self):
        self._ended.set()
        self._socket.close()


def head(status, *fields):
    return "\r\n".join((f"HTTP/1.1 {status}", *fields, "", "")).encode()


def part(body, asked, *fields, length=None, total=None):
    data = body[asked[0] : asked[1] + 1]
    last = asked[0] + len(data) - 1
    return (
        head("206 Partial Content", f"Content-Length: {len(data) if length is None else length}",
             f"Content-Range: bytes {asked[0]}-{last}/{total or len(body)}", 'ETag: "v"', *fields) + data
    )  # fmt: skip


def whole(body):
    return head("200 OK", f"Content-Length: {len(body)}") + body


@pytest.fixture
def odd(fetch):
    servers = []

    def run(write, **limits):
        servers.append(OddServer(write))
        return fetch(servers[-1].url, **{"stall": 6, **limits}), servers[-1]

    yield run
    for one in servers:
        one.close()


@pytest.fixture(scope="module")
def large():
    """A whole BMP of 130 kB."""
    import io

    from PIL import Image

    target = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((256, 170)).save(target, "BMP")
    return target.getvalue()


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "500 Oops", "501 Not Implemented", "416 No"])
def test_a_server_that_refuses_ranges_is_asked_without(odd, large, status):
    refused = head(status, "Content-Length: 0")
    report, server = odd(lambda c, asked: c.sendall(refused if asked else whole(large)))
    assert (report.success, report.sha256) == (True, hashlib.sha256(large).hexdigest())
    assert server.ranges == [(0, 65535), None]


def test_a_server_that_hangs_up_on_ranges_is_asked_without(odd, large):
    report, server = odd(lambda c, asked: False if asked else c.sendall(whole(large)))
    assert report.success
    assert server.ranges == [(0, 65535), None]


@pytest.fixture
def impatient(monkeypatch):
    """A fifth of a second is long on this machine."""
    monkeypatch.setattr(range_manners, "FIRST_WAIT", 0.2)
    monkeypatch.setattr(range_manners, "LEAST_WAIT", 0.2)


def silent_from(offset, data, *, began=False):
    """Answer for the whole file, and for parts before an offset; be silent otherwise, perhaps after the head."""

    def write(connection, asked):
        if asked is None or asked[0] < offset:
            connection.sendall(part(data, asked) if asked else whole(data))
        elif began:
            connection.sendall(part(data, asked)[: -len(data[asked[0] : asked[1] + 1])])

    return write


@pytest.mark.parametrize("began", [False, True])
@pytest.mark.parametrize("offset", [0, 1])
def test_a_server_that_is_silent_on_ranges_is_asked_without(odd, large, impatient, offset, began):
    report, server = odd(silent_from(offset, large, began=began))
    assert (report.success, report.sha256) == (True, hashlib.sha256(large).hexdigest())
    assert server.ranges == [(0, 65535), *([(65536, 10**9)] if offset else []), None]


def test_what_a_server_showed_decides_how_long_a_part_is_waited_for():
    manners = range_manners.RangeManners()
    first, other = "http://a/1.mp4", "http://b/1.mp4"
    assert manners.patience(first, 30) == range_manners.FIRST_WAIT
    manners.answered(first, 1.0)
    assert manners.patience("http://a/2.mp4", 30) == 6
    manners.fell_silent(other, 3.0, whole=9.0)  # slow, and not silent
    assert manners.patience(other, 30) == 30
    manners.fell_silent(other, 3.0, whole=0.1)
    assert manners.patience(other, 30) == 0


def test_a_missing_file_is_not_asked_for_twice(odd):
    with pytest.raises(DownloadError, match="404"):
        odd(lambda c, _: c.sendall(head("404 Not Found", "Content-Length: 0")))


@pytest.mark.parametrize("length", ["whole", "a byte more"])
def test_a_length_that_contradicts_the_range(odd, large, length):
    def write(connection, asked):
        count = len(large) if length == "whole" else asked[1] - asked[0] + 2
        connection.sendall(part(large, asked, length=count) if asked else whole(large))

    report, _ = odd(write)
    assert (report.success, report.sha256) == (True, hashlib.sha256(large).hexdigest())


def test_a_total_that_is_that_of_the_part(odd, large):
    report, server = odd(lambda c, asked: c.sendall(part(large, asked, total=65536) if asked else whole(large)))
    assert (report.success, server.ranges) == (True, [(0, 65535), None])


def body_of(kind, data):
    if kind == "chunked":
        return head("200 OK", "Transfer-Encoding: chunked") + f"{len(data):x}\r\n".encode() + data + b"\r\n"
    return head("200 OK", *([f"Content-Length: {len(data) + 90}"] if kind == "too long" else [])) + data


@pytest.mark.parametrize("kind", ["no length", "chunked", "too long"])
@pytest.mark.parametrize("size", ["small", "large"])
def test_a_whole_file_whose_body_never_ends(odd, mp4, large, kind, size):
    data = mp4 if size == "small" else large
    report, server = odd(lambda c, _: c.sendall(body_of(kind, data)), stall=0.6)
    assert (report.success, report.sha256) == (True, hashlib.sha256(data).hexdigest())
    assert [(f.rule, str(f.severity)) for f in report.findings] == [("download.length", "warning")]
    assert len(server.ranges) == 1


@pytest.mark.parametrize("kind", ["no length", "chunked", "too long"])
def test_a_part_of_a_file_whose_body_never_ends_is_an_error(odd, mp4, kind):
    with pytest.raises(DownloadError) as caught:
        odd(lambda c, _: c.sendall(body_of(kind, mp4[:-40])), stall=0.2)
    assert caught.value.code == "AIGC311"


def test_a_whole_file_whose_length_is_announced_too_long(odd, mp4):
    def write(connection, _asked):
        connection.sendall(body_of("too long", mp4))
        return False

    report, _ = odd(write)
    assert (report.success, report.sha256) == (True, hashlib.sha256(mp4).hexdigest())
    assert [f.rule for f in report.findings] == ["download.length"]


def test_compressed_json_ends_where_its_encoding_ends(odd):
    data = gzip.compress(b'{"a": [1, 2]}')
    report, _ = odd(lambda c, _: c.sendall(head("200 OK", "Content-Encoding: gzip") + data))
    assert (report.success, report.size) == (True, 13)


def test_only_files_with_an_unmistakable_end_are_whole(mp4, wav, picture):
    import io

    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG")
    archive = make_zip({"a.txt": b"a"})
    samples = [("video/mp4", mp4), ("audio/wav", wav), ("image/jpeg", jpeg.getvalue()), ("application/zip", archive)]
    for media_type, data in [*samples, ("application/json", b'{"a": 1}')]:
        assert is_whole(media_type, len(data), lambda at, count, data=data: data[at : at + count])
        for cut in (1, 2, 9, len(data) // 2):
            short = data[: max(1, len(data) - cut)]
            assert not is_whole(media_type, len(short), lambda at, count, short=short: short[at : at + count])
    assert not is_whole("audio/mpeg", 9, lambda at, count: b"ID3" * 3)
    assert not is_whole("application/json", 2, lambda at, count: b"42")
