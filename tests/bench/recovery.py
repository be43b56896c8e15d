"""Measures recovery: right suggestions on seeded broken situations, and escalation that does no harm.

Peers: the zero-LLM mode of robotframework-heal solved 45 of 53 recorded failures, one of them wrong and confident
(its own FINDINGS.md); an LLM healer needs 0.4 to 15 s.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figures
from tests.support.browser import new_browser

ROOT = Path(__file__).resolve().parents[2]
SUITE = """*** Settings ***
Library    Browser    timeout=5 s
Library    AIGCLibrary    language=en
Library    tests.bench.recovery_library

*** Test Cases ***
Broken Pages
    {browser}
    New Page    about:blank
    Run Pages    ${{EXECDIR}}    ${{EXECDIR}}/pages.json
"""


def main(argv: list[str]) -> int:
    """Measure; `--pages`, `--situations` or `--escalation` alone do a part, `--show` lists what was wrong."""
    figures = Figures("recovery")
    parts = {"--pages": _pages, "--situations": _situations, "--escalation": _escalation}
    chosen = [name for name in parts if name in argv] or list(parts)
    rows: list[dict] = []
    for name in chosen:
        rows += parts[name](figures, "--show" in argv) or []
    if rows:
        _suggestions(figures, rows)
    return figures.end()


def _suggestions(figures: Figures, rows: list[dict]) -> None:
    right = sum(row["right"] for row in rows)
    wrong_and_certain = [row for row in rows if row["applicability"] == "certain" and not row["right"]]
    figures.add("seeded broken situations", len(rows), 80, better="higher")
    figures.add("of them traps", sum(row.get("trap", False) for row in rows), 15, better="higher")
    figures.add("first suggestion right", 100 * right / len(rows), 90, unit="%", better="higher", peer="heal 45 of 53")
    figures.add("both certain and wrong", len(wrong_and_certain), 0, peer="heal 1 of 53")
    times = [row["ms"] for row in rows if "ms" in row]
    figures.add(
        "time to suggest, median", statistics.median(times), 300, unit="ms", peer="LLM healers 400 to 15,000 ms"
    )
    certain = sum(row["applicability"] == "certain" for row in rows)
    figures.note(f"certain {certain}, likely {sum(row['applicability'] == 'likely' for row in rows)} of {len(rows)}")


def _pages(figures: Figures, show: bool) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pages.robot").write_text(SUITE.format(browser=new_browser()), encoding="utf-8")
        env = {key: value for key, value in os.environ.items() if not key.startswith("AIGC_STORE")}
        env |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "robot", "--outputdir", "results", "--loglevel", "WARN", "pages.robot"]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=500, check=False)
        result = Path(folder) / "pages.json"
        if not result.is_file():
            raise SystemExit(done.stdout + done.stderr)
        rows = json.loads(result.read_text(encoding="utf-8"))
    broken = [row for row in rows if "problem" in row]
    rows = [row for row in rows if "problem" not in row]
    for row in broken:
        figures.note(f"left out: {row['name']}: {row['problem']}")
    held_out = [row for row in rows if row["name"].startswith("held out")]
    for what, some in (("pages", [row for row in rows if row not in held_out]), ("held-out pages", held_out)):
        traps = [row for row in some if row["trap"]]
        pages = [row for row in some if not row["trap"]]
        figures.note(f"{what}: {sum(row['right'] for row in pages)} of {len(pages)} right; "
                     f"traps: {sum(row['right'] for row in traps)} of {len(traps)} right")  # fmt: skip
    figures.add("held-out pages, first suggestion right", 100 * sum(row["right"] for row in held_out) / len(held_out),
                90, unit="%", better="higher")  # fmt: skip
    verified = [row for row in rows if row["verified"]]
    figures.add("verified suggestions that do not verify again", sum(not row["verifies"] for row in verified), 0)
    if show:
        for row in rows:
            if not row["right"]:
                figures.note(str({key: row[key] for key in ("name", "selector", "applicability", "score", "margin")}))
    return rows


def _situations(figures: Figures, show: bool) -> list[dict]:
    from tests.bench.recovery_situations import run

    rows = run()
    figures.note(f"tasks, files, APIs, messages: {sum(row['right'] for row in rows)} of {len(rows)} right")
    if show:
        for row in rows:
            if not row["right"]:
                figures.note(str(row))
    return rows


def _escalation(figures: Figures, show: bool) -> None:
    from tests.bench.recovery_escalation import run

    worst, verdicts, orphans, cases = run(show, figures.note)
    figures.note(f"{cases} escalations to helpers that fail in eight ways")
    figures.add("longest time beyond the deadline", worst, 0.5, unit="s")
    figures.add("changed verdicts", verdicts, 0)
    figures.add("orphan processes", orphans, 0)
