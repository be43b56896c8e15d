"""A ComfyUI 0.3.64 that answers as the recorded one did: no state by id, a queue, a history, `/interrupt`."""

import json
import re
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.world.servers import Served


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PIXEL = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\xff\x80\x40"))
    + _chunk(b"IEND", b"")
)


class Queue:
    """Prompts in their order; what becomes of one is in the prefix of its file name."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()

    def ordered(self, body: dict[str, Any]) -> tuple[int, Any]:
        graph = body.get("prompt")
        if not graph:
            message = "No prompt provided"
            return 400, {"error": {"type": "no_prompt", "message": message, "details": message}, "node_errors": {}}
        prefix = graph["9"]["inputs"]["filename_prefix"]
        if prefix == "narrow":
            error = {
                "type": "value_smaller_than_min",
                "message": "Value -5 smaller than min of 1",
                "details": "width",
            }
            return 400, {
                "error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"},
                "node_errors": {"1": {"errors": [error], "class_type": "EmptyImage"}},
            }
        with self.lock:
            identity = f"{len(self.jobs):08d}-0000-4000-8000-000000000000"
            seconds = float(graph["9"]["inputs"].get("seconds", 1))
            start = max([time.time(), *(job["end"] for job in self.jobs.values())])
            self.jobs[identity] = {"prefix": prefix, "start": start, "end": start + seconds, "state": ""}
        return 200, {"prompt_id": identity, "number": len(self.jobs), "node_errors": {}}

    def state(self, job: dict[str, Any]) -> str:
        now = time.time()
        return job["state"] or ("pending" if now < job["start"] else "running" if now < job["end"] else "ended")

    def queue(self) -> dict[str, Any]:
        named = {"running": [], "pending": []}
        for number, (identity, job) in enumerate(self.jobs.items()):
            named.get(self.state(job), []).append([number, identity, {}, {}, ["9"]])
        return {"queue_running": named["running"], "queue_pending": named["pending"]}

    def history(self, identity: str) -> dict[str, Any]:
        job = self.jobs.get(identity)
        if job is None or self.state(job) not in ("ended", "interrupted"):
            return {}
        stamps = [{"prompt_id": identity, "timestamp": int(job[name] * 1000)} for name in ("start", "end")]
        messages: list[Any] = [["execution_start", stamps[0]]]
        outputs: dict[str, Any] = {}
        word = "error"
        if self.state(job) == "interrupted":
            messages.append(["execution_interrupted", stamps[1]])
        elif job["prefix"] == "broken":
            reason = {"exception_type": "OSError", "exception_message": "Truncated File Read", "node_id": "1"}
            messages.append(["execution_error", {**stamps[1], **reason}])
        else:
            word = "success"
            messages.append(["execution_success", stamps[1]])
            files = [{"filename": f"{job['prefix']}_{n}_.png", "subfolder": "", "type": "output"} for n in (1, 2)]
            outputs = {} if job["prefix"] == "cached" else {"9": {"images": files}}
        status = {"status_str": word, "completed": word == "success", "messages": messages}
        return {identity: {"prompt": [], "outputs": outputs, "status": status}}

    def interrupted(self, body: dict[str, Any]) -> None:
        for identity, job in self.jobs.items():
            if self.state(job) == "running" and body.get("prompt_id") in (None, identity):
                job["state"], job["end"] = "interrupted", time.time()

    def deleted(self, body: dict[str, Any]) -> None:
        for identity in body.get("delete", ()):
            if identity in self.jobs and self.state(self.jobs[identity]) == "pending":
                self.jobs[identity]["state"] = "deleted"


@contextmanager
def replaying() -> Iterator[Served]:
    """Serve until the block ends; yields the address."""
    queue = Queue()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, body: Any, kind: str = "application/json") -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if found := re.fullmatch(r"/history/([\w-]+)", path):
                self.answer(200, queue.history(found[1]))
            elif path == "/view":
                self.answer(200, PIXEL, "image/png")
            else:
                self.answer(200, queue.queue()) if path == "/queue" else self.answer(404, b"404: Not Found")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            if self.path == "/prompt":
                self.answer(*queue.ordered(body))
                return
            {"/queue": queue.deleted, "/interrupt": queue.interrupted}.get(self.path, lambda _body: None)(body)
            self.answer(200, b"")

        def log_message(self, *_more: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()
