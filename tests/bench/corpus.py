"""`python -m tests.bench corpus DIR`: judges every file of corpora by their MANIFEST.tsv, in bounded time and memory.

A manifest line: path, bytes, expected verdict, origin. What the verdict demands is read from its first words.
"""

import argparse
import json
import queue
import selectors
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.figures import Figures

SECONDS = 10
"""Time one file may take."""
MEGABYTES = 512
"""Memory one worker may grow to."""
DEFAULT = Path("corpora")
CORRECTED = {
    "wide_box_size_0.avif": "reject: mp4parse's own test (public_avif_bad_video_sample_entry) demands BoxBadWideSize",
    "unknown_mdat_in_oversized_meta.avif": "reject: mp4parse's own test demands Status::Unsupported; a fuzzed file",
    **dict.fromkeys(
        ("mp4__testdata__init_prog.mp4", "invalid_userdata.mp4", "bipbop_nonfragment_header.mp4"),
        "reject: the index places every sample behind the end of the file; FFmpeg reads not one packet of it",
    ),
    "zero_empty_stsc.mp4": "reject: cut; FFmpeg reads 2 of 1040 packets, neither decodes, and none of the sound",
    "test_case_1185230.mp4": "reject: cut; FFmpeg reads 3 of 10 packets of the picture and none decodes",
}
"""Verdicts that a manifest took from a file's name, and the project's own tests say otherwise."""


@dataclass
class Case:
    """One file and what is expected of it: accept, reject, encrypted, any, type, schema, marks."""

    path: Path
    verdict: str
    expected: str
    rules: dict = field(default_factory=dict)
    remotes: str | None = None


def expectation(verdict: str, path: Path) -> tuple[str, dict]:
    """Return what a verdict demands, and the rules to judge by."""
    text = verdict.strip().lower()
    strict = {"json": {"duplicate_keys": True}}
    labels = {"labels": {"aigc": "required"}}
    signed = {"labels": {"c2pa": "required"}}
    table = [
        ("valid or policy", "any", {}),
        ("valid with warning", "accept", {}),
        ("valid", "accept", strict),
        ("reject", "reject", {}),
        ("invalid: tampered", "reject", signed),
        ("invalid: assertion", "reject", signed),
        ("invalid", "reject", strict),
        ("encrypted", "encrypted", {}),
        ("conformant", "accept", labels),
        ("nonconformant", "reject", labels),
        ("misplaced", "reject", labels),
        ("signed", "accept", signed),
        ("no manifest", "reject", signed),
        ("no metadata label", "marks:none", {"labels": {"aigc": "optional", "iptc": "optional", "c2pa": "optional"}}),
        ("tc260", "marks:aigc", {"labels": {"aigc": "required", "c2pa": "optional"}}),
        ("iptc", "marks:iptc", {"labels": {"iptc": "required", "aigc": "optional", "c2pa": "optional"}}),
        ("c2pa", "marks:c2pa", {"labels": {"c2pa": "required", "aigc": "optional"}}),
        ("inside", "schema", {}),
        ("remote schema", "accept", {}),
        ("type=", "type", {}),
    ]
    return next(((what, rules) for start, what, rules in table if text.startswith(start)), ("any", {}))


def read_cases(folder: Path) -> list[Case]:
    """Read the manifests below a folder."""
    cases = []
    for manifest in sorted(folder.rglob("MANIFEST.tsv")):
        base = manifest.parent / "files" if (manifest.parent / "files").is_dir() else manifest.parent
        for line in manifest.read_text(encoding="utf-8").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            name, _, verdict, *_ = [*line.split("\t"), "", ""]
            path = base / name
            if not path.is_file():
                continue
            if path.name in CORRECTED:
                verdict = CORRECTED[path.name]
            expected, rules = expectation(verdict, path)
            if base.parent.name.startswith("zip-") and expected == "reject":
                rules = {**rules, "type": "application/zip"}  # these corpora ask: is it a right zip archive?
            remotes = next((str(p) for p in base.rglob("remotes") if p.is_dir()), None)
            cases.append(Case(path, verdict, expected, rules, remotes))
    return cases


class Worker:
    """One process that judges files; a new one when it hangs or dies."""

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None

    def ask(self, case: Case) -> dict:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.corpus_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        process = self._process
        kind = "schema" if case.expected == "schema" else "judge"
        task = {"kind": kind, "path": str(case.path), "rules": case.rules, "remotes": case.remotes}
        started = time.monotonic()
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            ready = selector.select(SECONDS)
        if not ready:
            self.end()
            return {"hang": True, "seconds": SECONDS}
        line = process.stdout.readline()
        answer = json.loads(line) if line else {"crash": f"the process died with {process.wait()}"}
        return {**answer, "seconds": time.monotonic() - started}

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def wrong(case: Case, answer: dict) -> str | None:
    """Describe how an answer is wrong; None when it is as expected."""
    if "crash" in answer or answer.get("hang"):
        return None
    if case.expected == "schema":
        return f"{len(answer['wrong'])} of {answer['cases']} cases: {answer['wrong'][0]}" if answer["wrong"] else None
    kinds = {kind for _, severity, kind, _ in answer["findings"] if severity == "error"}
    reasons = "; ".join(text for _, severity, _, text in answer["findings"] if severity == "error")[:160]
    accepted, labels = answer["accepted"], answer["labels"]
    outcome = {
        "accept": lambda: None if accepted else f"wrong reject: {reasons}",
        "reject": lambda: "wrong accept" if accepted else None,
        "encrypted": lambda: None if "encrypted" in kinds else "wrong accept: encryption was not reported",
        "marks:none": lambda: "a mark was found" if _marks(labels) else None,
        "marks:aigc": lambda: None if _marks(labels) == {"aigc"} and accepted else f"marks {_marks(labels)}: {reasons}",
        "marks:iptc": lambda: None if _marks(labels) == {"iptc"} and accepted else f"marks {_marks(labels)}: {reasons}",
        "marks:c2pa": lambda: None if "c2pa" in _marks(labels) and accepted else f"marks {_marks(labels)}: {reasons}",
        "type": lambda: None if not accepted and "ascii text" in case.verdict.lower() else _type(case, answer["type"]),
        "any": lambda: None,
    }
    return outcome[case.expected]()


def _marks(labels: dict) -> set[str]:
    return {name for name in ("aigc", "iptc", "c2pa") if labels.get(name)}


def _type(case: Case, found: str | None) -> str | None:
    """Compare with what file(1) says, where both name a format of ours."""
    reported = case.verdict.lower()
    families = {
        "image/png": "png image",
        "image/jpeg": "jpeg image",
        "image/gif": "gif image",
        "application/zip": "zip",
        "audio/mpeg": "mpeg adts",
        "application/json": "json",
        "application/x-ndjson": "json",
        "video/mp4": "iso media",
        "application/zstd": "zstandard",
        "image/svg+xml": "svg",
        "audio/dsf": "dsf",
    }
    related = {"application/zip": ("zip", "microsoft word", "microsoft excel", "hancom", "keyman", "openoffice")}
    for media_type, words in families.items():
        if words in reported and found != media_type and not (words == "json" and found in families):
            if "zip" in words or ("zstandard" in reported and "v0.8" not in reported) or "new line" in reported:
                continue
            return f"type {found}, file(1) says {case.verdict[5:60]}"
    if found in families and families[found] not in reported and not any(w in reported for w in related.get(found, ())):
        return f"type {found}, file(1) says {case.verdict[5:60]}"
    return None


def run(cases: list[Case], workers: int) -> list[tuple[Case, dict]]:
    """Judge all files."""
    jobs: queue.SimpleQueue = queue.SimpleQueue()
    for case in cases:
        jobs.put(case)
    results: list[tuple[Case, dict]] = []

    def serve() -> None:
        worker = Worker()
        while True:
            try:
                case = jobs.get_nowait()
            except queue.Empty:
                break
            results.append((case, worker.ask(case)))
        worker.end()

    threads = [threading.Thread(target=serve) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench corpus", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--verbose", action="store_true", help="tell every file that was judged wrong")
    options = parser.parse_args(argv)
    cases = read_cases(options.folder)
    figures = Figures("corpus")
    if not cases:
        print(f"No MANIFEST.tsv with files below {options.folder}: nothing was judged.")
        return 1
    results = run(cases, options.workers)
    accepts, rejects, other, crashes, hangs, escaped = [], [], [], [], [], []
    for case, answer in results:
        name = case.path.relative_to(options.folder)
        if "crash" in answer:
            crashes.append(f"{name}: {answer['crash']}")
        elif answer.get("hang"):
            hangs.append(str(name))
        escaped += [f"{name}: {place}" for place in answer.get("escaped", [])]
        problem = wrong(case, answer)
        if problem:
            group = (
                accepts
                if problem.startswith("wrong accept")
                else rejects
                if problem.startswith("wrong reject")
                else other
            )
            group.append(f"{name} [{case.verdict[:60]}]: {problem}")
    for title, rows in (
        ("wrong accept", accepts),
        ("wrong reject", rejects),
        ("wrong", other),
        ("crash", crashes),
        ("hang", hangs),
        ("escape", escaped),
    ):
        for row in sorted(rows)[: None if options.verbose else 10]:
            print(f"     {title}: {row}")
    judged = sum(case.expected != "any" for case in cases)
    figures.note(f"{len(cases)} files of {len({c.path.parent for c in cases})} folders, {judged} with a verdict")
    figures.add("wrong accepts", len(accepts), 0)
    figures.add("wrong rejects", len(rejects), 0)
    figures.add("other wrong verdicts (types, labels, schema cases)", len(other), 0)
    figures.add("crashes", len(crashes), 0)
    figures.add("hangs", len(hangs), 0)
    figures.add("escapes", len(escaped), 0)
    figures.add("slowest file", max(a["seconds"] for _, a in results), SECONDS, unit="s")
    figures.add("largest worker", max((a.get("rss_mb", 0) for _, a in results), default=0), MEGABYTES, unit="MB")
    return figures.end()
