"""Broken tasks, files, APIs and messages: real errors of the engine, and messages as libraries really write them."""

import io
import json
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import requests
import yaml
from aiohttp import web

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError, TaskError
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.recovery.model import Cause


@dataclass(frozen=True)
class Situation:
    """What is raised, and what the first suggestion must be: its cause, and words of its fix or cause."""

    name: str
    failure: AIGCError | str
    cause: Cause
    words: str


def run():
    """Ask for suggestions on all situations; a row each."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Settings(language="en").identified({}), directory=Path(folder))
        try:
            return [
                _row(engine, one) for one in (*tasks(engine), *files(engine, Path(folder)), *apis(engine), *messages())
            ]
        finally:
            engine.close()


def _row(engine, one):
    started = time.perf_counter()
    message = one.failure
    if isinstance(one.failure, AIGCError):
        engine.recovery.note("Keyword", one.failure)
        message = one.failure.message
    first = engine.recovery.conclude(f"Bench.{one.name}", True, message)[0]
    elapsed = (time.perf_counter() - started) * 1000
    line = first.line("en")
    return {
        "name": one.name,
        "right": first.cause_class is one.cause and one.words.lower() in line.lower(),
        "applicability": first.applicability.value,
        "ms": elapsed,
        "line": line,
        "cause": first.cause_class.value,
    }


def tasks(engine):
    """Task failures, with the facts that the task service gives."""
    from AIGCLibrary.store.tables import task

    for number in range(30):
        engine.store.insert(
            task, handle=f"h{number}", kind="video", provider="known", outcome="completed", duration=100.0 + number
        )

    def late(name, cause, words, **facts):
        base = {"task": "video:1", "kind": "video", "provider": "p", "state": "processing", "timeout": 60.0,
                "elapsed": 60.0, "polls": 9}  # fmt: skip
        return Situation(name, TaskError(f"Task 'video:1' {name}.", code="AIGC201", facts=base | facts), cause, words)

    def failed(name, cause, words, error_class):
        facts = {"task": "t:1", "kind": "image", "state": "failed", "error_class": error_class, "elapsed": 3.0}
        return Situation(name, TaskError(f"Task 't:1' {name}.", code="AIGC202", facts=facts), cause, words)

    yield late("rises", Cause.TASK_TIMEOUT, "timeout=", progress=0.8, progress_age=1.0)
    yield late("rises slowly", Cause.TASK_TIMEOUT, "timeout=", progress=0.3, progress_age=4.0)
    yield late("stands", Cause.TASK_STALLED, "more time will not help", progress=0.5, progress_age=40.0)
    yield late("stands early", Cause.TASK_STALLED, "more time will not help", progress=0.9, progress_age=20.0)
    yield late("has no progress", Cause.TASK_TIMEOUT, "progress")
    yield late("is known to take longer", Cause.TASK_TIMEOUT, "timeout=", provider="known")
    yield late("waits in the queue", Cause.TASK_QUEUED, "load", state="queued", queue_position=12)
    yield Situation("stalled", TaskError("stalled", code="AIGC203", facts={"task": "t", "state": "processing"}),
                    Cause.TASK_STALLED, "worker")  # fmt: skip
    yield Situation(
        "vanished", TaskError("gone", code="AIGC205", facts={"task": "t"}), Cause.TASK_VANISHED, "no longer"
    )
    yield Situation("cancelled", TaskError("gone", code="AIGC204", facts={"task": "t", "state": "cancelled"}),
                    Cause.TASK_CANCELLED, "who cancelled")  # fmt: skip
    yield failed("refused the input", Cause.TASK_BAD_INPUT, "inputs", "bad_input")
    yield failed("had no quota", Cause.TASK_QUOTA, "quota", "quota")
    yield failed("was moderated", Cause.TASK_MODERATION, "policy", "moderation")
    yield failed("broke", Cause.TASK_INTERNAL, "product defect", "internal")
    yield failed("failed somehow", Cause.TASK_FAILED, "inputs", "unknown")


def files(engine, folder):
    """Real broken files, judged by the real pipeline."""
    from AIGCLibrary.studio.media.order import Order
    from AIGCLibrary.studio.media.render import make

    def made(**order):
        return b"".join(make(Order(prompt="a boat", seconds=1.0, **order), _no_stop()).blob.chunks())

    png = made(kind="image")
    broken = (Cause.FILE_CORRUPTED, Cause.FILE_TRUNCATED)
    html = b"<html>502 Bad Gateway</html>"
    sources = {
        "half.png": (png[: len(png) // 2], None, broken, "again"),
        "text.png": (html, {"type": "image/png"}, (Cause.FILE_TYPE, Cause.FILE_CORRUPTED), ""),
        "broken.json": (b'{"a": [1, 2', None, broken, ""),
        "half.zip": (_zip({"a.txt": b"x" * 9000})[:100], None, broken, "again"),
        "slip.zip": (_zip({"../../evil.txt": b"x"}), None, (Cause.FILE_UNSAFE,), "security"),
        "small.png": (png, {"width": ">= 5000"}, (Cause.FILE_RULE,), "5000"),
    }
    for name, (content, rules, causes, words) in sources.items():
        path = folder / name
        path.write_bytes(content)
        try:
            engine.files.validate(path, rules).raise_for_errors()
        except AIGCError as error:
            cause = engine.recovery.suggester.judge(_failure(error)).cause
            yield Situation(name, error, cause if cause in causes else causes[0], words)


def apis(engine):
    """A real server that refuses in all ways, asked by the engine and by requests."""

    async def answer(request):
        status = int(request.match_info["status"])
        return web.json_response({"error": {"message": "no"}}, status=status)

    async def start():
        app = web.Application()
        app.router.add_get("/{status}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, site._server.sockets[0].getsockname()[1]

    runner, port = engine.loop.run(start())
    expected = {
        400: (Cause.API_BAD_INPUT, "field"), 401: (Cause.API_UNAUTHORIZED, "token"),
        403: (Cause.API_UNAUTHORIZED, "token"), 404: (Cause.API_NOT_FOUND, "id"), 409: (Cause.API_CONFLICT, "name"),
        422: (Cause.API_BAD_INPUT, "field"), 429: (Cause.API_RATE_LIMITED, "fewer"),
        500: (Cause.API_SERVER, "log"), 503: (Cause.API_SERVER, "log"),
    }  # fmt: skip
    try:
        for status, (cause, words) in expected.items():
            try:
                requests.get(f"http://127.0.0.1:{port}/{status}", timeout=5).raise_for_status()
            except requests.RequestException as error:
                yield Situation(f"requests {status}", f"{type(error).__name__}: {error}", cause, words)
    finally:
        engine.loop.run(runner.cleanup())
    try:
        engine.loop.run(engine.http.request("GET", "/x", Connection("http://127.0.0.1:9")))
    except AIGCError as error:
        yield Situation("engine refused", error, Cause.API_UNREACHABLE, "running")
    try:
        requests.get("http://127.0.0.1:9/", timeout=2)
    except requests.RequestException as error:
        yield Situation("requests refused", f"{type(error).__name__}: {error}", Cause.API_UNREACHABLE, "running")


def messages():
    """Failures that only leave a text."""
    for one in yaml.safe_load((Path(__file__).parent / "recovery_messages.yaml").read_text(encoding="utf-8")):
        yield Situation(one["name"], one["message"], Cause(one["cause"]), one["words"])


def _zip(entries):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return data.getvalue()


def _no_stop():
    import threading

    from AIGCLibrary.studio.media.order import CancellationToken

    return CancellationToken(threading.Event())


def _failure(error):
    from AIGCLibrary.recovery.failure import Failure

    return Failure.of_error(error)


if __name__ == "__main__":
    print(json.dumps(run(), indent=1, ensure_ascii=False))
