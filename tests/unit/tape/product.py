"""A product at the transport seam: tasks whose states follow the clock, files with ranges, failures on purpose."""

import io
import json
import re
from http.client import responses

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.transport import IncomingAnswer, TransportError
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.folder import load_tape
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.recorder import Recorder
from AIGCLibrary.tape.recording import RecordingTransport
from AIGCLibrary.tape.reel import Reel
from AIGCLibrary.tape.replaying import ReplayTransport
from AIGCLibrary.tape.virtual_clock import VirtualClock

HOST = "http://product.test"
PROVIDER = """
version: 1
providers:
  product:
    submit: {path: /tasks, json: {kind: "{kind}", "*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {waiting: queued, running: processing, done: completed, failed: failed, cancelled: cancelled}
    progress: {value: body.progress, scale: 1}
    error: {code: body.error.code, message: body.error.message}
    result: {raw: body.output, files: body.output}
    cost: {amount: body.cost, unit: credits}
    times: {created: body.created, started: body.started, finished: body.finished}
    cancel: {path: "/tasks/{id}/cancel", verify: 5 s}
    sla: {timeout: 30 min, retry_times: 3}
"""


class Product:
    """Answers at the seam.

    Args:
        clock: Time.
        queued: Seconds a task waits.
        runs: Seconds it runs then.
        faults: By number of the question, a status or an error that is answered instead.
        end: Last state of a task.
        clip: Bytes of every file.
        says: More fields of every answer.
        more: `writes` makes the text of an answer.
    """

    def __init__(
        self, clock, *, queued=20.0, runs=100.0, faults=(), end="done", clip=b"", says=None, times=True, **more
    ):
        self.clock, self.queued, self.runs, self.end, self.clip = clock, queued, runs, end, clip
        self.faults, self.says, self.times = dict(faults), says or {}, times
        self.writes = more.get("writes", json.dumps)
        self.tasks, self.questions, self.downloads, self.cut = {}, 0, [], 0

    async def exchange(self, request):
        await self.clock.sleep(0.05)
        method, path = request.method, request.url.removeprefix(HOST)
        if method == "POST" and path == "/tasks":
            name = f"task-{len(self.tasks) + 1}"
            self.tasks[name] = [self.clock.now(), None]
            return self.answer(request, {"id": name, "status": "waiting", **self.says})
        found = re.fullmatch(r"/tasks/(task-\d+)(/cancel)?", path)
        if found is None:
            return self.answer(request, {"error": "no such address"}, 404)
        if found[2]:
            self.tasks[found[1]][1] = self.clock.now()
            return self.answer(request, {"ok": True})
        self.questions += 1
        fault = self.faults.get(self.questions)
        if isinstance(fault, Exception):
            raise fault
        if fault:
            return self.answer(request, {"error": "busy"}, fault)
        return self.answer(request, self.state(found[1]))

    def state(self, name):
        begun, cancelled = self.tasks[name]
        passed = self.clock.now() - begun
        if cancelled is not None:
            return {"id": name, "status": "cancelled"}
        if passed < self.queued:
            return {"id": name, "status": "waiting"}
        if passed < self.queued + self.runs:
            return {"id": name, "status": "running", "progress": round((passed - self.queued) / self.runs, 2)}
        files = [f"{HOST}/files/{name}.png"] if self.clip else []
        times = {"created": begun, "started": begun + self.queued, "finished": begun + self.queued + self.runs}
        wrong = {"error": {"code": "content_policy", "message": "refused"}} if self.end == "failed" else {}
        about = {"id": name, "status": self.end, "output": files, "cost": 7, **wrong, **self.says}
        return about | (times if self.times else {})

    def answer(self, request, value, status=200):
        return IncomingAnswer(status, {"content-type": "application/json"}, self.writes(value).encode(), request.url)

    def connection(self, request):
        return Files(self)

    async def listen(self, *_args, **_named):
        raise TransportError("no webhooks", sent=False)

    async def close(self):
        pass


class Files:
    connected = False

    def __init__(self, product):
        self.product = product

    def get(self, target, headers):
        wanted = {name.lower(): value for name, value in headers.items()}.get("range")
        self.product.downloads.append(wanted)
        clip, cut = self.product.clip, self.product.cut
        self.product.cut = 0
        if not wanted:
            about = {"content-length": str(len(clip)), "accept-ranges": "bytes", "etag": '"1"'}
            return Body(200, about, clip[: len(clip) - cut], len(clip))
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last) + 1 if last else len(clip), len(clip))
        part = clip[start:end]
        about = {
            "content-length": str(len(part)),
            "content-range": f"bytes {start}-{end - 1}/{len(clip)}",
            "etag": '"1"',
        }
        return Body(206, about, part, len(part))

    def abort(self):
        pass

    close = abort


class Body:
    def __init__(self, status, headers, content, length):
        self.status, self.reason, self.length = status, responses[status], length
        self._headers = {**headers, "content-type": "image/png"}
        self._left = io.BytesIO(content)

    def getheaders(self):
        return list(self._headers.items())

    def read(self, amount=None):
        data = self._left.read(amount)
        self.length -= len(data)
        return data

    def read_into(self, buffer):
        count = self._left.readinto(buffer)
        self.length -= count
        return count

    def isclosed(self):
        return self.length == 0

    def close(self):
        self.length = 0


class Studio:
    """Makes engines that record a product or replay its tape, all on virtual time."""

    def __init__(self, directory):
        self.directory, self.number = directory, 0
        self.tape = directory / "tape"
        self.reported = []

    def recording(self, headers=None, redact=(), **product):
        clock = VirtualClock()
        redactor = Redactor(redact)
        recorder = Recorder(self.tape, Masks(redactor), clock, {"run": "recording-run", "seed": "s"})
        self.product = Product(clock, **product)
        transport = RecordingTransport(self.product, recorder, lambda *about: self.reported.append(about))
        return self.engine(clock, transport, redactor, headers)

    def replaying(self, headers=None):
        clock = VirtualClock()
        self.reel = Reel(load_tape(self.tape))
        redactor = Redactor()
        transport = ReplayTransport(self.reel, clock, Masks(redactor), lambda: None)
        return self.engine(clock, transport, redactor, headers)

    def engine(self, clock, transport, redactor, headers):
        self.number += 1
        folder = self.directory / str(self.number)
        folder.mkdir()
        engine = Engine(
            Settings(run_id=f"run{self.number}"),
            directory=folder,
            connections=Connection(HOST, headers or {}),
            clock=clock,
            transport=transport,
            redactor=redactor,
        )
        clock.waited_for = lambda: engine.loop.waited_for
        path = folder / "provider.yaml"
        path.write_text(PROVIDER, encoding="utf-8")
        engine.tasks.load_providers(path)
        return engine
