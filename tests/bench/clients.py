"""`python -m tests.bench clients`: what plain clients take to fetch a big file into a file, without looking at it.

This is what docs/adr/0012 rests on. nginx serves on loopback, unlimited; each client runs in a process of its own, in
turns; medians are compared. Seconds and CPU are those of the transfer, without the start of Python.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figures
from tests.bench.files import MB, nginx

MEASURED = """
import json, resource, sys, time
url, target = sys.argv[1:]
{setup}
started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
{transfer}
spent = resource.getrusage(resource.RUSAGE_SELF)
cpu = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({{"seconds": time.monotonic() - started, "cpu": cpu, "rss_mb": peak / 1024}}))
"""
CURL, OURS = "curl -o", "http.client, readinto1"
CLIENTS = {
    CURL: ("import subprocess", "subprocess.run(['curl', '-s', '-o', target, url], check=True)"),
    OURS: (
        """
from urllib.parse import urlsplit
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.http.transport import OutgoingRequest
view = memoryview(bytearray(1 << 20))
""",
        """
answer = NetworkTransport().connection(OutgoingRequest('GET', url)).get(urlsplit(url).path, {})
with open(target, 'wb', buffering=0) as file:
    while count := answer.read_into(view):
        file.write(view[:count])
""",
    ),
    "requests, 1 MiB pieces": (
        "import requests",
        """
with requests.get(url, stream=True) as answer, open(target, 'wb') as file:
    for piece in answer.iter_content(1 << 20):
        file.write(piece)
""",
    ),
    "requests, 64 KiB pieces": (
        "import requests",
        """
with requests.get(url, stream=True) as answer, open(target, 'wb') as file:
    for piece in answer.iter_content(1 << 16):
        file.write(piece)
""",
    ),
    "aiohttp, as it arrives": (
        """
import aiohttp, asyncio
async def fetch():
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        with open(target, 'wb') as file:
            async for piece in answer.content.iter_any():
                file.write(piece)
""",
        "asyncio.run(fetch())",
    ),
}


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench clients", description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=500, help="MB of the file (default 500)")
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args(arguments)
    figures = Figures("clients")
    with tempfile.TemporaryDirectory(prefix="aigc-bench-") as name:
        folder = Path(name)
        (folder / "files").mkdir()
        with (folder / "files" / "big.bin").open("wb") as file:
            for _ in range(args.size):
                file.write(b"0123456789abcdef" * (MB // 16))
        found: dict[str, list[dict[str, float]]] = {client: [] for client in CLIENTS}
        with nginx(folder / "files", folder) as (url, _):
            for _ in range(args.rounds + 1):
                for client in CLIENTS:
                    found[client].append(fetch(client, f"{url}/big.bin", folder / "target"))
    curl = median(found[CURL], "seconds")
    for client, runs in found.items():
        reported = {key: median(runs, key) for key in ("seconds", "cpu", "rss_mb")}
        figures.note(
            f"{client}: {reported['seconds']:.2f} s, {reported['cpu']:.2f} CPU-s, {reported['rss_mb']:.0f} MB, "
            f"{reported['seconds'] / curl:.2f} x curl"
        )
    best = min(median(runs, "seconds") for client, runs in found.items() if client != OURS)
    figures.add("http.client beside the fastest other client", median(found[OURS], "seconds") / best, 1.0, unit="x")
    return figures.end()


def fetch(client: str, url: str, target: Path) -> dict[str, float]:
    """Fetch the file once in a new process."""
    setup, transfer = CLIENTS[client]
    code = MEASURED.format(setup=setup, transfer=transfer)
    done = subprocess.run([sys.executable, "-c", code, url, str(target)], check=True, capture_output=True, text=True)
    target.unlink()
    return dict(json.loads(done.stdout))


def median(runs: list[dict[str, float]], key: str) -> float:
    """Return the median, without the first round, which fills caches."""
    return statistics.median(run[key] for run in runs[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
