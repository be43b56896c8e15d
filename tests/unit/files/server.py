"""A file server with faults that a test switches on."""

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """What the server does with one path."""

    body: bytes = b""
    ranges: bool = True
    etag: str | None = '"v1"'
    changing: bool = False
    drop_at: int | None = None
    drop_times: int = 10**9
    extra_length: int = 0
    overstated: bool = False
    """Announce one byte more than there is in the last range."""
    chunked: bool = False
    encoding: str | None = None
    pause_at: int | None = None
    pause: float = 0.0
    busy: int = 0
    status: int | None = None
    redirect: str | None = None
    requests: list = field(default_factory=list)


class FileServer(ThreadingHTTPServer):
    """Serves `files[path]`."""

    daemon_threads = True

    def __init__(self):
        self.files: dict[str, Behaviour] = {}
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def add(self, path, body, **options):
        self.files[path] = Behaviour(body, **options)
        return self.url + path

    def handle_error(self, request, client_address):
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        reported = self.server.files.get(self.path.partition("?")[0])
        if reported is None:
            self._plain(404, b"no such file")
            return
        reported.requests.append(dict(self.headers))
        if reported.redirect:
            self.send_response(302)
            self.send_header("Location", reported.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if reported.status:
            self._plain(reported.status, b'{"error": "no"}')
            return
        if reported.busy > 0:
            reported.busy -= 1
            self._plain(503, b"busy", {"Retry-After": "0"})
            return
        self._file(reported)

    def _plain(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, reported):
        etag = f'"{len(reported.requests)}"' if reported.changing else reported.etag
        body, start, status = reported.body, 0, 200
        asked = self.headers.get("Range")
        condition = self.headers.get("If-Range")
        if asked and reported.ranges and (condition is None or condition == etag):
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start = int(first)
            if start >= len(body):
                self._plain(416, b"", {"Content-Range": f"bytes */{len(body)}"})
                return
            end = min(int(last) + 1 if last else len(body), len(body))
            status = 206
        else:
            end = len(body)
        part = body[start:end]
        overstated = reported.overstated and end == len(body)
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if reported.encoding:
            self.send_header("Content-Encoding", reported.encoding)
        if status == 206:
            last = end if overstated else end - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{len(body) + reported.extra_length}")
        if reported.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            extra = reported.extra_length if status == 200 or end == len(body) else 0
            self.send_header("Content-Length", str(len(part) + extra + (status == 206 and overstated)))
        self.end_headers()
        if reported.drop_at is not None and len(part) > reported.drop_at and reported.drop_times > 0:
            reported.drop_times -= 1
            self._send(reported, part[: reported.drop_at])
            self.close_connection = True
            self.connection.close()
            return
        self._send(reported, part)
        if reported.chunked:
            self.wfile.write(b"0\r\n\r\n")
        if reported.extra_length > 0:
            self.close_connection = True

    def _send(self, reported, part):
        for at in range(0, len(part), 16384):
            piece = part[at : at + 16384]
            if reported.pause_at is not None and at >= reported.pause_at:
                self.wfile.flush()
                time.sleep(reported.pause)
            if reported.chunked:
                self.wfile.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
            else:
                self.wfile.write(piece)
        self.wfile.flush()
