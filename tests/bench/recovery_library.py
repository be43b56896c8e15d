"""Robot library of the bench: breaks pages, asks for suggestions, and checks them in the browser."""

import json
import time
from pathlib import Path

from robot.libraries.BuiltIn import BuiltIn

from AIGCLibrary.errors import TargetError
from AIGCLibrary.recovery.page import verify
from AIGCLibrary.rf import shared
from tests.bench.recovery_heldout import heldout
from tests.bench.recovery_pages import cases

TIMEOUT = 0.3


def run_pages(directory, result):
    """Run all cases in the open page and write what came of them."""
    browser = BuiltIn().get_library_instance("Browser")
    engine = shared.engine()
    folder = Path(directory)
    rows = [_run(browser, engine, folder, number, case) for number, case in enumerate((*cases(), *heldout()))]
    Path(result).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def _run(browser, engine, folder, number, case):
    file = folder / f"page{number}.html"
    locators = folder / f"lost{number}.yaml"
    locators.write_text(case.locators.replace("page: lost", f"page: lost{number}"), encoding="utf-8")
    (name,) = engine.locators.load(locators)
    if case.seen:
        file.write_text(case.old, encoding="utf-8")
        browser.go_to(file.as_uri())
        engine.locators.locate(name, timeout=2)
        engine.store.flush()
    file.write_text(case.new, encoding="utf-8")
    browser.go_to(file.as_uri())
    started = time.perf_counter()
    try:
        engine.locators.locate(name, timeout=TIMEOUT)
    except TargetError as error:
        engine.recovery.note("Locate Target", error)
        message = error.message
    else:
        return {"name": case.name, "problem": "the target was found"}
    found = engine.recovery.conclude(f"Bench.{case.name}", True, message)
    elapsed = time.perf_counter() - started - TIMEOUT
    first = found[0]
    selector = first.evidence.get("selector")
    return {
        "name": case.name,
        "trap": case.right is None,
        "ms": elapsed * 1000,
        "source": first.source,
        "applicability": first.applicability.value,
        "verified": first.verified,
        "selector": selector,
        "score": first.score,
        "margin": first.margin,
        "cause": first.cause_class.value,
        "right": _right(browser, selector, case.right),
        "verifies": verify(engine.driver, selector) if selector else None,
    }


def _right(browser, selector, right):
    """Return whether a selector leads to the right element; for a trap, whether nothing is proposed."""
    if right is None or not selector:
        return right is None and not selector
    usable = "[...document.querySelectorAll('input,textarea,select,button,a')]"
    return bool(browser.evaluate_javascript(selector, f"(element) => {usable}.indexOf(element) === {right}"))
