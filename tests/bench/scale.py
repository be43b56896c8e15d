"""Ten thousand waiting tasks in one process, on a real server in another: CPU, memory, and what a wait writes.

Protocol: 10,000 tasks are submitted and awaited; each is asked for every 10 s one by one, then every 2 s in batches
of 100. After a settling time the CPU time of this process over a window counts, as a share of one core, and the
growth of its resident memory since before the first submit. The server answers 400 bytes of JSON for each task.

An answer that is word for word the one before is hardly looked at, and where nothing moves nearly all are. So the same
is measured with tasks whose progress moves in every answer; those figures have no bar and stand beside.
"""

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp import web

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from tests.bench.figures import Figures
from tests.support.robot_run import run_robot

PROVIDER = """
version: 1
providers:
  load:
    submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/tasks/{id}", state: body.status}
    states: {running: processing, done: completed}
    progress: {value: body.progress, scale: 1}
    times: {created: body.created_at, started: body.started_at}
    result: {raw: body.output, files: body.output}
    error: {code: body.error.code, message: body.error.message}
"""
BATCH = """    batch: {path: /tasks, query: {ids: "{ids}"}, items: body.items, item_id: id, size: 100}
"""


def main(argv: list[str]) -> int:
    """Measure the figures of scale."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench scale")
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=40.0, help="length of a window")
    parser.add_argument("--moving", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--mode", choices=["single", "batch", "bare"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.serve:
        return serve()
    if options.mode == "bare":
        return asyncio.run(bare(options))
    if options.mode:
        return measure(options)
    figures = Figures("scale")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench", "scale", "--serve"], stdout=subprocess.PIPE, text=True
    )
    try:
        url = server.stdout.readline().strip()
        peer = "a thread per task with requests: 82 % and 336 MB, and 76 of 1,000 requests/s (research)"
        for mode, cpu_bar, memory_bar, name in (
            ("single", 40.0, 150.0, "10,000 tasks, each asked every 10 s"),
            ("batch", 6.0, 25.0, "10,000 tasks, batches of 100 every 2 s"),
        ):
            before = [measured("bare", url, options)[0]] if mode == "single" else []
            cpu, memory, rate, wanted, late = measured(mode, url, options)
            figures.add(f"CPU, {name}", cpu, cpu_bar, unit="% of a core", peer=peer)
            if before:  # and after: other programs of the machine take their part, too
                alone = (before[0] + measured("bare", url, options)[0]) / 2
                peer_alone = f"aiohttp alone asking as often {alone:.1f} %"
                figures.add(f"CPU / aiohttp alone, {name}", cpu / alone, 1.5, unit="×", peer=peer_alone)
            figures.add(f"memory, {name}", memory, memory_bar, unit="MB", peer=peer)
            figures.add(
                f"questions asked of those planned, {mode}", 100 * rate / wanted, 95.0, unit="%", better="higher"
            )
            figures.note(f"{rate:.0f} questions/s answered; 99 % at most {late:.0f} ms later than planned")
            cpu, memory, rate, _, late = measured(mode, url, options, "--moving")
            figures.note(
                f"every answer another one (progress moves): {cpu:.1f} % of a core, {memory:.1f} MB; "
                f"{rate:.0f} questions/s answered; 99 % at most {late:.0f} ms later than planned"
            )
        figures.add(
            "output.xml of a finished wait", per_wait(url), 2.0, unit="kB", peer="WUKS, 120 polls: 173 kB (research)"
        )
    finally:
        server.terminate()
        server.wait(10)
    return figures.end()


def measured(mode: str, url: str, options: argparse.Namespace, *more: str) -> list[float]:
    """Measure in a process of its own; gives what `measure` prints."""
    command = [sys.executable, "-m", "tests.bench", "scale", "--mode", mode, "--url", url, *more]
    command += ["--tasks", str(options.tasks), "--seconds", str(options.seconds)]
    reported = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return [float(part) for part in reported[-5:]]


def serve() -> int:
    """Answer until killed; prints the address."""
    count, asked = {"submitted": 0}, {"n": 0}

    def one(name: str) -> dict[str, object]:
        asked["n"] += 1
        state = "done" if name.startswith("quick") and asked["n"] % 3 == 0 else "running"
        moved = (time.monotonic() / 600 + int(name[5:]) / 1000) % 1 if name.startswith("moves") else 0.25
        return {
            "id": name, "status": state, "progress": round(moved, 4), "created_at": "2026-01-01T00:00:00Z",
            "started_at": "2026-01-01T00:00:05Z", "model": "video-1", "prompt": "x" * 180, "output": ["http://x/a.mp4"],
        }  # fmt: skip

    async def submit(request: web.Request) -> web.Response:
        kind = (await request.json()).get("prefix", "t")
        count["submitted"] += 1
        return web.json_response({"id": f"{kind}{count['submitted']}"})

    async def status(request: web.Request) -> web.Response:
        return web.json_response(one(request.match_info["id"]))

    async def several(request: web.Request) -> web.Response:
        return web.json_response({"items": [one(name) for name in request.query["ids"].split(",")]})

    async def run() -> None:
        app = web.Application()
        app.add_routes([web.post("/tasks", submit), web.get("/tasks", several), web.get("/tasks/{id}", status)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())
    return 0


def measure(options: argparse.Namespace) -> int:
    """Wait for many tasks and print CPU %, MB, questions/s, those planned, and the 99th percentile of lateness, ms."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Settings().identified({}), directory=Path(folder), connections=Connection(options.url))
        provider = Path(folder) / "load.yaml"
        provider.write_text(PROVIDER + (BATCH if options.mode == "batch" else ""), encoding="utf-8")
        engine.tasks.load_providers(provider)
        reported = asyncio.run(_measure(engine, options))
        print(*reported, flush=True)
        os._exit(0)  # ten thousand waits need no farewell


async def _measure(engine: Engine, options: argparse.Namespace) -> tuple[float, ...]:
    pause = 10.0 if options.mode == "single" else 2.0
    sla = {"timeout": "2 h", "min_poll_interval": pause, "max_poll_interval": pause}
    inputs = {"prefix": "moves"} if options.moving else {}
    tasks = engine.tasks
    await tasks.state(await tasks.submit("video", inputs, sla=sla))  # everything is loaded
    await asyncio.sleep(1)
    gc.collect()
    before = resident()
    handles: list[str] = []
    for start in range(0, options.tasks, 200):
        more = range(start, min(start + 200, options.tasks))
        handles += await asyncio.gather(*(tasks.submit("video", inputs, sla=sla) for _ in more))
    waiting = asyncio.ensure_future(tasks.wait_all(handles))
    await asyncio.sleep(2.5 * pause + 5)
    await tasks.registry.flush()
    await asyncio.sleep(2 * pause)
    known = [await tasks.task(handle) for handle in handles]
    polls, cpu, wall = sum(task.polls for task in known), time.process_time(), time.monotonic()
    await asyncio.sleep(options.seconds)
    used, took = time.process_time() - cpu, time.monotonic() - wall
    rate = (sum(task.polls for task in known) - polls) / took
    late = sorted(tasks.observer.lateness)
    gc.collect()
    memory = (resident() - before) / 1e6
    waiting.cancel()
    return 100 * used / took, memory, rate, options.tasks / pause, 1000 * late[int(len(late) * 0.99)] if late else 0.0


async def bare(options: argparse.Namespace) -> int:
    """Ask as often as the tasks are asked for one by one, with nothing but aiohttp: what the protocol alone takes."""
    rate, asked, jobs = options.tasks / 10, 0, set()
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=64)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(number: int) -> None:
            async with session.get(f"{options.url}/tasks/t{number}") as answer:
                await answer.read()

        start, used, since = time.monotonic(), 0.0, 0.0
        while (now := time.monotonic() - start) < options.seconds + 2:
            if not since and now > 2:
                used, since = time.process_time(), now
            while asked < now * rate:
                job = asyncio.ensure_future(ask(asked % options.tasks))
                jobs.add(job)
                job.add_done_callback(jobs.discard)
                asked += 1
            await asyncio.sleep(0.02)
        share = 100 * (time.process_time() - used) / (now - since)
        await asyncio.gather(*jobs)
    print(share, 0.0, rate, rate, 0.0)
    return 0


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def per_wait(url: str, waits: int = 30) -> float:
    """Return the kB that one finished wait adds to output.xml."""
    sizes = []
    for count in (0, waits):
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder)
            (directory / "load.yaml").write_text(PROVIDER, encoding="utf-8")
            body = "    Wait For Task    ${task}\n"
            text = f"""
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary    providers={directory / "load.yaml"}

*** Test Cases ***
Waits
    Create Session    load    {url}
    ${{warm}} =    Submit Task    video    prefix=quick
    Wait For Task    ${{warm}}    sla={{"max_poll_interval": 0.1, "min_poll_interval": 0.05}}
    FOR    ${{n}}    IN RANGE    {count}
        Wait And Forget
    END

*** Keywords ***
Wait And Forget
    ${{task}} =    Submit Task    video    prefix=quick    sla={{"max_poll_interval": 0.1, "min_poll_interval": 0.05}}
{body}"""
            run = run_robot(directory, text)
            if run.code:
                raise RuntimeError(run.console)
            sizes.append(_wait_bytes(directory / "results" / "output.xml"))
    return sizes[1] / waits / 1000


def _wait_bytes(path: Path) -> int:
    """Return the bytes of the elements of `Wait For Task` in the loop."""
    text = path.read_text(encoding="utf-8")
    total, start = 0, text.find("<for")
    while (start := text.find('<kw name="Wait For Task"', max(start, 0))) >= 0:
        end = text.index("</kw>", start) + len("</kw>")
        total += len(text[start:end].encode())
        start = end
    return total
