"""Fetches and verifies one file in a process of its own; prints seconds, CPU and memory as JSON."""

import json
import resource
import sys
import time
from pathlib import Path

from AIGCLibrary.files.finding import errors
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.pipeline import FileJob, ProcessingPipeline
from AIGCLibrary.files.rules import RuleBook


def peak_memory() -> float:
    """Peak resident memory of this program in MB; ru_maxrss would count what it was forked from."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    task = json.loads(sys.argv[1])
    pipeline = ProcessingPipeline()
    rules = RuleBook().get(task["rules"])
    limits = FileLimits(max_size=10**11, temp=Path(task["folder"]))
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    report = pipeline.run(FileJob(task["url"], rules=rules, limits=limits))
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": time.monotonic() - started,
                "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                "rss_mb": peak_memory(),
                "sha256": report.sha256,
                "size": report.size,
                "errors": [f.rule for f in errors(report.findings)],
                "requests": report.traffic["requests"],
                "wire": report.traffic["wire"],
                "label": bool(report.facts.get("labels", {}).get("aigc")),
            }
        )
    )


if __name__ == "__main__":
    main()
