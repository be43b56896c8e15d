"""Locating: a gold hit, a winner in the fourth tier, late elements, misses, and suggestions, beside what Robot has.

All calls are made as Robot keywords in one running suite, in shuffled rounds, on a page of about 1,400 nodes.
"""

import json
import sys
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from tests.bench.figures import Figures
from tests.support.browser import new_browser
from tests.support.robot_run import run_robot

SUPPORT = Path(__file__).resolve().parents[1] / "support"
LOCATORS = """
targets:
  gold:
    gold: generate-button
    silver: {role: button, name: Generate}
    bronze: button.go
  fourth:
    gold: go-1
    silver: [{role: link, name: Generate}, {role: tab, name: Generate}]
    bronze: button.go
  doubted:
    gold: go-1
    silver: [{role: button, name: Go}, {text: Go now}]
    bronze: button.go
  late: {gold: late, silver: {role: button, name: Late late}}
  one: {gold: none-1}
  four: {gold: none-1, silver: [{role: button, name: None}, {text: None}], bronze: .none}
  twelve:
    gold: [none-1, none-2, none-3, none-4]
    silver: [{role: button, name: None}, {text: None}, {label: None}, {role: link, name: None}]
    bronze: [.none, .none2, //nothing, //nothing2]
"""
SUITE = f"""*** Settings ***
Library    Browser    timeout=5 s
Library    AIGCLibrary    locators=gallery.yaml
Library    locate_timer.py

*** Test Cases ***
Bench
    {new_browser()}
    New Page    file://${{EXECDIR}}/gallery.html
    Measure    ${{EXECDIR}}/found.json

*** Keywords ***
Count Chain
    FOR    ${{selector}}    IN    [data-testid="go-1"]    role=link[name="Generate"]    role=tab[name="Generate"]
    ...    button.go
        ${{count}} =    Get Element Count    ${{selector}}
        IF    ${{count}} == 1    BREAK
    END

Ignore Chain
    ${{old}} =    Set Browser Timeout    500 ms
    FOR    ${{selector}}    IN    [data-testid="go-1"]    role=link[name="Generate"]    role=tab[name="Generate"]
    ...    button.go
        ${{status}}    ${{_}} =    Run Keyword And Ignore Error    Get Element    ${{selector}}
        IF    '${{status}}' == 'PASS'    BREAK
    END
    Set Browser Timeout    ${{old}}
"""


def main(argv: list[str]) -> int:
    """Print the figures."""
    figures = Figures("locate")
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        for name in ("gallery.html", "locate_timer.py"):
            (directory / name).write_text((SUPPORT / name).read_text(encoding="utf-8"), encoding="utf-8")
        (directory / "gallery.yaml").write_text(LOCATORS, encoding="utf-8")
        run = run_robot(directory, SUITE, timeout=540)
        if run.code:
            sys.exit(run.console)
        found = json.loads((directory / "found.json").read_text(encoding="utf-8"))
    tell(figures, found)
    return figures.end()


def tell(figures, found):
    """Print what came out; times in ms, medians where not said otherwise."""
    middle = {name: median(values) for name, values in found.items() if isinstance(values, list)}
    figures.note(f"page of {found['nodes']} nodes; all as Robot keywords")
    peer = f"bare Evaluate JavaScript {middle['evaluate']:.1f} ms, Get Element {middle['get element']:.1f} ms"
    figures.note(f"cache: the remembered selector won again in {found['cache']:.1%} of the lookups")
    figures.note(f"gold hit {middle['gold']:.1f} ms, winner in the fourth selector {middle['fourth']:.1f} ms")
    figures.note(
        f"a winner that is called otherwise than its file says, examined each time: {middle['doubted']:.1f} ms"
    )
    # The two lie near each other: they are measured side by side, often, and the middle of all pairs counts.
    ratios = [gold / bare for gold, bare in zip(found["paired gold"], found["paired evaluate"], strict=True)]
    figures.add("gold hit / bare Evaluate JavaScript", median(ratios), 1.3, unit="×", peer=peer)
    quarter, _, three = quantiles(ratios, n=4)
    figures.note(f"half of {len(ratios)} pairs lie between {quarter:.2f} and {three:.2f} ×")
    faster = middle["ignore chain"] / middle["fourth"]
    peer = f"500 ms Ignore-Error chain {middle['ignore chain']:.0f} ms"
    figures.add(
        "fourth selector, faster than the Ignore-Error chain", faster, 100, unit="×", better="higher", peer=peer
    )
    faster = middle["count chain"] / middle["fourth"]
    peer = f"Get Element Count chain {middle['count chain']:.1f} ms"
    figures.add("fourth selector, faster than the count chain", faster, 5, unit="×", better="higher", peer=peer)
    peer = f"Get Element with .or() of the four selectors {middle['or']:.1f} ms, which does not tell the tier"
    figures.add("fourth selector / .or()", middle["fourth"] / middle["or"], 1, unit="×", peer=peer)
    figures.add(
        "gold hit / Get Element by test id",
        middle["gold"] / middle["get element"],
        1,
        unit="×",
        peer=f"Get Element {middle['get element']:.1f} ms",
    )
    late = sorted(found["late"])
    peer = f"Get Element p50 {middle['late get element']:.0f} ms, .or() p50 {middle['late or']:.0f} ms"
    figures.add("late element noticed, p50", middle["late"], 30, unit="ms", peer=peer)
    figures.add("late element noticed, p95", late[int(len(late) * 0.95)], 80, unit="ms")
    figures.add("nothing found: verdict with diagnosis, longest", max(found["nothing"]) / 1000, 2.3, unit="s")
    figures.add("suggestion pass", middle["suggest"], 50, unit="ms")
