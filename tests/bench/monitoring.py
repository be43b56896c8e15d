"""Monitoring: what listening costs, how honest alerts are, what a crash loses, how fast a million points are read.

    python -m tests.bench monitoring [--rounds N] [--points N]

Peers in the same run: no listener, robotframework-events, allure-robotframework (where installed).
"""

import argparse
import asyncio
import importlib.util
import json
import math
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.figures import Figures

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = 20_000
OURS = "AIGCLibrary.Listener"
IMPORTS = ("AIGCLibrary.store", "AIGCLibrary.monitoring.service", "AIGCLibrary.monitoring.summary")
TIMER = """
import importlib, json, os, time
for name in os.environ["BEFORE"].split():
    importlib.import_module(name)
ROBOT_LISTENER_API_VERSION = 3
ROBOT_LISTENER_PRIORITY = 1000
marks = []
def start_test(data, result):
    marks.append(time.process_time())
end_test = start_test
def start_suite(data, result):
    marks.append(time.process_time())
def finish():
    marks.append(time.process_time())
    inside = sum(end - start for start, end in zip(marks[1:-1:2], marks[2:-1:2]))
    with open(os.environ["TIMER"], "w") as file:
        json.dump([inside, marks[-1] - marks[0] - inside], file)
"""
LAST = """
import Timer
ROBOT_LISTENER_API_VERSION = 3
ROBOT_LISTENER_PRIORITY = -1000
def end_suite(data, result):
    Timer.finish()
"""


def main(argv: list[str]) -> int:
    """Measure all figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench monitoring")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--points", type=int, default=1_000_000)
    args = parser.parse_args(argv)
    figures = Figures("monitoring")
    with tempfile.TemporaryDirectory() as folder:
        a_keyword = callbacks(figures, Path(folder))
        listeners(figures, Path(folder), args.rounds, a_keyword)
        alerts(figures)
        oracle(figures)
        coverage(figures)
        crash(figures, Path(folder))
        million(figures, Path(folder), args.points)
    page(figures)
    return figures.end()


def listeners(figures: Figures, folder: Path, rounds: int, a_keyword: float) -> None:
    """Run 20,000 keywords with each listener in turn, as users do: whole processes, with log.html and report.html.

    Whole runs differ by 10 to 30 % on a machine that does other work. What listening costs is a tenth of that, so it
    is put together from where it is spent, as CPU time: at the starts and ends of suites and tests it is the smallest
    of all rounds with the listener less the smallest without, at each keyword it is measured by `callbacks`. What a
    process takes beside it (imports, both pages after the run) is reported as well. Imports are made once a process,
    however many keywords it runs, so those that the first suite would cause are made before the run, and counted there.
    """
    test = "".join(f"T{n}\n" + "    No Operation\n" * (KEYWORDS // 20) for n in range(20))
    (folder / "plain.robot").write_text(f"*** Test Cases ***\n{test}")
    (folder / "Timer.py").write_text(TIMER)
    (folder / "Last.py").write_text(LAST)
    variants = {"no listener": [], "ours": ["--listener", OURS]}
    for name, module, listener in PEERS:
        if importlib.util.find_spec(module):
            variants[name] = ["--listener", listener]
    found: dict[str, list[Times]] = {name: [] for name in variants}
    for options in variants.values():
        timed_run(folder, "plain.robot", options)  # compiles what Python keeps compiled
    for turn in range(rounds):
        for name, options in variants.items():
            if turn < 3 or name in ("no listener", "ours"):
                found[name].append(timed_run(folder, "plain.robot", options))
    none, ours = found["no listener"], found["ours"]
    for name in set(found) - {"no listener"}:
        pairs = [one.whole / alone.whole - 1 for one, alone in zip(found[name], none, strict=False)]
        figures.note(f"{name}: {statistics.median(pairs):+.0%} CPU of whole processes, median of {len(pairs)} pairs")
    alone = min(one.inside for one in none)
    around = min(one.around for one in ours) - min(one.around for one in none)
    beside = min(one.beside for one in ours) - min(one.beside for one in none)
    figures.note(f"ours: {around * 1000:.0f} ms at suites and tests, {beside * 1000:.0f} ms for imports and two pages")
    share = (around + a_keyword * KEYWORDS) / alone * 100
    figures.add("share of a 20,000-keyword run", share, 5, unit="%", peer=f"the run itself {alone:.2f} s")


class Times(NamedTuple):
    """CPU seconds of a robot process: inside of its tests, around them in the run, beside the run."""

    inside: float
    around: float
    beside: float

    @property
    def whole(self) -> float:
        """All of it."""
        return self.inside + self.around + self.beside


PEERS = (
    ("robotframework-events", "robotframework_events", "robotframework_events.Listener"),
    ("allure", "allure_robotframework", "allure_robotframework"),
)


def timed_run(folder: Path, suite: str, options: list[str]) -> Times:
    """Run a suite in a process of its own, and see where its CPU time went."""
    timer = folder / "timer.json"
    timers = ["--listener", str(folder / "Timer.py"), "--listener", str(folder / "Last.py")]
    quiet = ["--console", "none", "--outputdir", str(folder / "out"), *timers]
    command = [sys.executable, "-m", "robot", *quiet, *options, str(folder / suite)]
    environment = _environment(folder, timer, IMPORTS if OURS in options else ())
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"robot ended with {process.returncode}"
    inside, around = json.loads(timer.read_text())
    return Times(inside, around, used.ru_utime + used.ru_stime - inside - around)


def _environment(folder: Path, timer: Path, imports: Sequence[str] = ()) -> dict[str, str]:
    """Let Python keep compiled modules, as it does for every installed package, whatever the caller's environment."""
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "TIMER": str(timer),
        "BEFORE": " ".join(imports),
    }


def callbacks(figures: Figures, folder: Path) -> float:
    """Call the listeners as Robot does, with its own facade and real objects; gives seconds a keyword."""
    script = folder / "callbacks.py"
    # Outside of a run allure has no ground to stand on: it is measured in whole runs only.
    peers = {
        name: listener for name, module, listener in PEERS if name != "allure" and importlib.util.find_spec(module)
    }
    script.write_text(CALLBACKS)
    environment = _environment(folder, folder / "timer.json")
    done = subprocess.run(
        [sys.executable, str(script), json.dumps(peers)],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    beside = ", ".join(f"{name} {micros:.1f} µs" for name, micros in found.items() if name != "ours")
    figures.add(
        "listeners' CPU a keyword with two arguments and a secret known, all three of ours",
        found["ours"],
        5,
        unit="µs",
        peer=beside,
    )
    return float(found["ours"]) * 1e-6


CALLBACKS = """
import json, sys, time
from types import SimpleNamespace
from robot.output.listeners import ListenerFacade
from robot.result import Keyword as Result, TestSuite
from robot.running import Keyword as Data, TestSuite as Running
from robot.running.arguments import ArgumentSpec
from AIGCLibrary.rf import shared
from AIGCLibrary.rf.run_listener import LibraryListener
from AIGCLibrary.rf.secrets import SecretListener

suite = TestSuite(name="S"); test = suite.tests.create(name="T")
given = ("https://studio.example/api/v1", "timeout=30 s")
result = test.body.create_keyword(name="Get Element", owner="Browser", args=given, status="PASS")
implementation = SimpleNamespace(
    name="Get Element", full_name="Browser.Get Element", owner=SimpleNamespace(name="Browser", real_name="Browser"),
    args=ArgumentSpec(positional_or_named=["selector"], var_positional="options"),
)
data = Running(name="S").tests.create(name="T").body.create_keyword(name="Get Element", args=given)

def cost(*facades):
    best = 1e9
    for _ in range(25):
        started = time.process_time()
        for _ in range(20000):
            for facade in facades:
                facade.start_library_keyword(data, implementation, result)
            for facade in facades:
                facade.end_library_keyword(data, implementation, result)
        best = min(best, (time.process_time() - started) / 20000)
    return best * 1e6

run_listener = ListenerFacade.create("AIGCLibrary.Listener")
run_listener.start_suite(Running(name="S"), TestSuite(name="S"))
own = LibraryListener(shared.observer())
shared.engine().redactor.add("a-secret-that-is-masked-9137")  # with one known, arguments are searched
found = {"ours": cost(
    run_listener, ListenerFacade.create(own), ListenerFacade.create(SecretListener(own.redactor))
)}
class Aggregate:
    ROBOT_LISTENER_API_VERSION = 3
    def __init__(self):
        self.names = {}
    def end_keyword(self, data, result):
        n, total = self.names.get(result.full_name, (0, 0.0))
        self.names[result.full_name] = n + 1, total + result.elapsed_time.total_seconds()
found["an in-memory count"] = cost(ListenerFacade.create(Aggregate()))
for name, listener in json.loads(sys.argv[1]).items():
    facade = ListenerFacade.create(listener)
    running = Running(name="S")
    facade.start_suite(running, TestSuite(name="S"))
    facade.start_test(running.tests.create(name="T"), test)
    found[name] = cost(facade)
shared.close()
print(json.dumps(found))
"""


def alerts(figures: Figures) -> None:
    """Look after every sample at simulated runs of 200, with the very test the monitor uses."""
    import numpy as np

    from AIGCLibrary.monitoring.live import ALPHA
    from AIGCLibrary.monitoring.stats import STAKES, Evidence

    rng = np.random.default_rng(11)
    stakes = np.array(STAKES)

    def naive(rate: float, line: float) -> str:
        """Describe how many runs ever fall below the line, looked at after each sample from the fifth on."""
        hits = (rng.random((10_000, 200)) < rate).cumsum(axis=1) / np.arange(1, 201)
        return f"a plain threshold {(hits[:, 4:] < line).any(axis=1).mean():.1%}"

    def first_alarm(rate: float, line: float, runs: int, looks: int) -> "np.ndarray":
        """Return the sample at which each run alarms; one more than `looks` when it never does."""
        logs = np.zeros((runs, len(stakes)))
        alarm = np.full(runs, looks + 1)
        lost, won = np.log1p(stakes * (1 / (1 - line) - 1)), np.log1p(-stakes)
        for look in range(1, looks + 1):
            miss = rng.random(runs) >= rate
            logs += np.where(miss[:, None], lost, won)
            wealth = np.exp(logs).mean(axis=1)
            if look >= 5:
                alarm = np.where((alarm > looks) & (wealth >= 1 / ALPHA), look, alarm)
        return alarm

    same = Evidence(0.2)
    same.add([1, 0, 1, 1, 0, 1, 1, 1])
    logs = 6 * np.log1p(stakes * 4) + 2 * np.log1p(-stakes)
    assert abs(np.exp(logs).mean() - same.wealth) < 1e-9 * same.wealth
    healthy = (first_alarm(0.9, 0.8, 10_000, 200) <= 200).mean() * 100
    figures.add("10,000 healthy runs that ever alert (90 %, minimum 80 %)", healthy, 1, unit="%", peer=naive(0.9, 0.8))
    edge = (first_alarm(0.8, 0.8, 10_000, 200) <= 200).mean() * 100
    figures.add("10,000 runs exactly at the minimum that ever alert", edge, 1, unit="%", peer=naive(0.8, 0.8))
    bad = first_alarm(0.6, 0.8, 4_000, 400)
    figures.note(f"60 % against a minimum of 80 % is found after {np.median(bad):.0f} samples (median)")
    worse = first_alarm(0.6, 0.7, 4_000, 1_000)
    figures.add(
        "60 % against a minimum of 70 %: runs found", (worse <= 1_000).mean() * 100, 99, unit="%", better="higher"
    )
    figures.note(f"60 % against a minimum of 70 % is found after {np.median(worse):.0f} samples (median)")


def oracle(figures: Figures) -> None:
    """Compare the verdict with the defining equation of Wilson's interval, for all k of n up to 200."""
    from AIGCLibrary.monitoring.objectives import built_in
    from AIGCLibrary.monitoring.series import Series
    from AIGCLibrary.monitoring.verdict import Verdict, judge

    objective = built_in().items["locator.gold_hit_rate"]
    wrong = 0
    for n in range(5, 201):
        for good in range(n + 1):
            series = Series("locator.gold_hit", n=n, weight=n, total=good, squares=good, least=0.0, greatest=1.0)
            share, z2 = good / n, 1.959963984540054**2
            # The line lies outside of the interval where (p̂ - p)² > z² p (1 - p) / n.
            outside = (share - 0.7) ** 2 > z2 * 0.7 * 0.3 / n
            expected = (
                Verdict.UNPROVEN
                if not outside
                else Verdict.BREACH
                if share < 0.7
                else Verdict.HEALTHY
                if share >= 0.85
                else Verdict.AT_RISK
            )
            wrong += judge(objective, series).verdict is not expected
    figures.add("verdicts of k of n <= 200 that differ from the oracle", wrong, 0)


def coverage(figures: Figures) -> None:
    """See how often 95 % intervals hold the true value: shares exactly (binomial), means by draws."""
    import numpy as np

    from AIGCLibrary.monitoring.series import Series
    from AIGCLibrary.monitoring.stats import mean_interval, wilson

    def share(rate: float, n: int) -> float:
        found = 0.0
        for good in range(n + 1):
            interval = wilson(good, n)
            if interval.low <= rate <= interval.high:
                found += math.comb(n, good) * rate**good * (1 - rate) ** (n - good)
        return found

    shares = {(rate, n): share(rate, n) for rate in (0.5, 0.7, 0.8, 0.9, 0.95) for n in (10, 20, 30, 50, 100, 200)}
    worst = min(shares, key=lambda case: shares[case])
    figures.note(f"95 % intervals of shares hold the truth in {statistics.fmean(shares.values()):.1%} on average")
    figures.add(f"worst of them, share {worst[0]} of {worst[1]}", shares[worst] * 100, 90, unit="%", better="higher")
    rng = np.random.default_rng(12)
    laws = {
        "exponential": (lambda n: rng.exponential(1.0, n), 1.0),
        "log-normal, sigma 0.5": (lambda n: rng.lognormal(0.0, 0.5, n), math.exp(0.125)),
        "log-normal, sigma 1": (lambda n: rng.lognormal(0.0, 1.0, n), math.exp(0.5)),
    }
    means = {}
    for name, (draw, true) in laws.items():
        for n in (10, 30, 100):
            held = 0
            for _ in range(2000):
                x = draw(n)
                series = Series(
                    "t", n=n, weight=n, total=x.sum(), weights=n, cross=x.sum(), squares=(x**2).sum(),
                    cubes=(x**3).sum(), least=x.min(), greatest=x.max(),
                )  # fmt: skip
                interval = mean_interval(series.mean, series.deviation, series.skew, n)
                held += interval.low <= true <= interval.high
            means[f"{name}, n {n}"] = held / 2000
    worst_mean = min(means, key=lambda case: means[case])
    figures.note(f"95 % intervals of mean times hold the truth in {statistics.fmean(means.values()):.1%} on average")
    figures.add(f"worst of them, {worst_mean}", means[worst_mean] * 100, 90, unit="%", better="higher")


CRASH = """
import sys, time
from AIGCLibrary.store import Store, tables
store = Store(sys.argv[1], "r")
print("ready", flush=True)
while True:
    store.insert(tables.sample, at=time.time(), name="m", value=1.0, weight=None, unit="1", labels={}, place=None)
    time.sleep(0.002)
"""


def crash(figures: Figures, folder: Path) -> None:
    """Kill a writing process at random moments; see how old the newest row is that survived."""
    from sqlalchemy import func, select, text

    from AIGCLibrary.store import Store, tables

    rng, lost, broken = random.Random(3), [], 0
    for attempt in range(15):
        url = f"sqlite:///{folder}/crash{attempt}.db"
        process = subprocess.Popen(
            [sys.executable, "-c", CRASH, url], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        process.stdout.readline()
        time.sleep(0.7 + rng.random())
        killed = time.time()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        store = Store(url, "r")
        newest = store.query(select(func.max(tables.sample.c.at).label("at")))[0]["at"]
        with store.engine.connect() as connection:
            broken += connection.execute(text("PRAGMA integrity_check")).scalar() != "ok"
        store.close()
        lost.append(killed - (newest or 0))
    figures.add("kill -9: newest row lost, worst of 15", max(lost), 1, unit="s")
    figures.add("kill -9: stores broken", broken, 0)


def million(figures: Figures, folder: Path, points: int) -> None:
    """Write points through the store, then ask every question of the API afresh."""
    from AIGCLibrary.store import Store, tables

    url = f"sqlite:///{folder}/million.db"
    store = Store(url, "run-0")
    rng = random.Random(4)
    names = [
        "locator.gold_hit", "locator.silver_fallback", "locator.bronze_fallback", "locator.locate_time",
        "async_task.completed", "async_task.timeout", "async_task.within_sla", "async_task.wait_time",
        "file_processing.success", "file_processing.processing_time",
    ]  # fmt: skip
    labels = {"target": "generate_button", "tier": "gold", "kind": "video", "outcome": "completed"}
    at = time.time() - 30 * 86400
    runs = 41
    for run in range(runs):
        store.upsert(tables.run, id=f"run-{run}", name="Suite", started_at=at + run * 60_000, status="PASS")
    started, cpu = time.perf_counter(), time.process_time()
    # Half of the points in one long run, half in forty short ones.
    for number in range(points):
        run = 40 if number % 2 else (number // 2) % 40
        name = names[(number // 2) % len(names)]
        is_time = name.endswith("_time")
        store.insert(
            tables.sample,
            run_id=f"run-{run}",
            at=at + run * 60_000 + (number // (2 if run == 40 else 80)) * (0.1 if run == 40 else 0.5),
            name=name,
            value=rng.expovariate(1.0) * (30 if "wait" in name else 1) if is_time else float(rng.random() < 0.9),
            weight=None,
            unit="s" if is_time else "1",
            labels=labels,
            place="s1-t1-k1",
        )
    store.flush(600)
    seconds = time.perf_counter() - started
    figures.note(
        f"{points:,} points written through the store: {points / seconds:,.0f}/s, CPU {time.process_time() - cpu:.0f} s"
    )
    for number in range(2000):
        run_id, name = f"run-{number % runs}", f"Suite.T{number}"
        store.insert(
            tables.test_result, run_id=run_id, suite="Suite", test=name, at=at, status="FAIL", message="x" * 200
        )
    store.flush(60)
    store.close()
    store = Store(url)  # as the dashboard does: connections of its own, beside those of the writer
    slow = asyncio.run(ask(store))
    for path, times in slow.items():
        figures.note(f"{path}: median {statistics.median(times) * 1000:.0f} ms, p95 {p95(times) * 1000:.0f} ms")
    worst = max(slow, key=lambda path: p95(slow[path]))
    figures.add(
        f"slowest question at {points:,} points, p95, nothing kept ({worst})", p95(slow[worst]) * 1000, 100, unit="ms"
    )
    store.close()


async def ask(store: "object") -> dict[str, list[float]]:
    """Ask each path of the API forty times over HTTP, with nothing kept between."""
    import aiohttp
    from aiohttp import web

    from AIGCLibrary.monitoring.dashboard.app import create_app

    runner = web.AppRunner(create_app(store, fresh=0.0))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    run = "/api/v1/runs/run-40"
    paths = [
        "/api/v1/runs", f"{run}/slo", f"{run}/metrics", f"{run}/series?name=async_task.wait_time",
        f"{run}/series?name=locator.gold_hit", "/api/v1/runs/run-7/series?name=async_task.wait_time", f"{run}/tasks",
        f"{run}/downloads", f"{run}/failures", "/api/v1/alerts", "/metrics",
    ]  # fmt: skip
    found: dict[str, list[float]] = {path: [] for path in paths}
    async with aiohttp.ClientSession() as session:
        for _ in range(40):
            for path in paths:
                started = time.perf_counter()
                async with session.get(base + path) as answer:
                    await answer.read()
                    assert answer.status == 200, path
                found[path].append(time.perf_counter() - started)
    await runner.cleanup()
    return found


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(times)[int(len(times) * 0.95)]


def page(figures: Figures) -> None:
    """Weigh the page."""
    from importlib import resources

    static = resources.files("AIGCLibrary.monitoring.dashboard") / "static"
    files = [one for one in (*static.iterdir(), *(static / "vendor").iterdir()) if one.is_file()]
    figures.add("dashboard, all files", sum(len(one.read_bytes()) for one in files) / 1000, 150, unit="kB")
    figures.note("no outside request and no axe violation: tests/acceptance/monitoring/test_pages.py")
