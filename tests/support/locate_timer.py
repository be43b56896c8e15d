"""Robot library of the locate benchmark: runs keywords as Robot does, and notes how long they take."""

import json
import random
import time
from pathlib import Path

from robot.libraries.BuiltIn import BuiltIn

ROUNDS = 40
PAIRS = 160
CHAIN = ('[data-testid="go-1"]', 'role=link[name="Generate"]', 'role=tab[name="Generate"]', "css=button.go")
LATE = 30


class locate_timer:  # noqa: N801 - Robot imports it by this name
    """Measures inside a running suite."""

    ROBOT_LIBRARY_SCOPE = "GLOBAL"

    def __init__(self):
        self.found = {}
        self.builtin = BuiltIn()

    def measure(self, output):
        """Measure everything and write it as JSON."""
        self._rounds()
        self._chain()
        self._late()
        self._nothing()
        self._suggestions()
        Path(output).write_text(json.dumps(self.found), encoding="utf-8")

    def _time(self, name, *call):
        start = time.perf_counter()
        self.builtin.run_keyword(*call)
        self.found.setdefault(name, []).append((time.perf_counter() - start) * 1000)

    def _rounds(self):
        cases = {
            "evaluate": ("Browser.Evaluate JavaScript", None, "()=>1"),
            "get element": ("Browser.Get Element", '[data-testid="generate-button"]'),
            "gold": ("Locate Target", "gallery.gold"),
            "fourth": ("Locate Target", "gallery.fourth"),
            "doubted": ("Locate Target", "gallery.doubted"),
            "count chain": ("Count Chain",),
            "or": ("Browser.Get Element", _or(*CHAIN)),
        }
        for number in range(ROUNDS + 3):
            names = list(cases)
            random.shuffle(names)
            for name in names:
                self._time(name if number > 2 else "warm", *cases[name])
        for _ in range(PAIRS):
            pair = ["evaluate", "gold"]
            random.shuffle(pair)
            for name in pair:
                self._time(f"paired {name}", *cases[name])

    def _chain(self):
        for _ in range(3):
            self._time("ignore chain", "Ignore Chain")

    def _late(self):
        library = self.builtin.get_library_instance("Browser")
        for number in range(LATE):
            delay = random.randint(150, 700)
            for name, call in (
                ("late", ("Locate Target", "gallery.late")),
                ("late get element", ("Browser.Get Element", '[data-testid="late"]')),
                ("late or", ("Browser.Get Element", _or('[data-testid="late"]', 'role=button[name="Late late"]'))),
            ):
                if name != "late" and number % 3:
                    continue
                library.evaluate_javascript(
                    None,
                    "(ms) => { document.querySelector('[data-testid=late]')?.remove(); later('late', ms) }",
                    arg=delay,
                )
                self.builtin.run_keyword(*call)
                seen = time.time() * 1000
                self.found.setdefault(name, []).append(seen - library.evaluate_javascript(None, "() => shown"))

    def _nothing(self):
        for name in ("one", "four", "twelve"):
            self._time("nothing", "Run Keyword And Ignore Error", "Locate Target", f"gallery.{name}")

    def _suggestions(self):
        from AIGCLibrary.locators.profile import profile_of_selector
        from AIGCLibrary.locators.similarity import rank, with_selectors
        from AIGCLibrary.rf.browser_driver import browser_driver

        driver = browser_driver()
        profile = profile_of_selector('role=button[name="Generate video"]')
        for number in range(ROUNDS):
            start = time.perf_counter()
            found = with_selectors(
                rank(profile, driver.ask("rank", {"profile": profile})),
                lambda elements, frame: driver.ask("ways", {"elements": elements, "frame": frame}),
            )
            self.found.setdefault("suggest" if number > 2 else "warm", []).append((time.perf_counter() - start) * 1000)
        assert found[0].candidate["name"] == "Generate"
        self.found["cache"] = self.builtin.run_keyword("Get Metric", "locator.cache_hit_rate")
        self.found["nodes"] = driver.library.evaluate_javascript(None, "() => document.querySelectorAll('*').length")


def _or(first, *others):
    parts = "".join(f" >> internal:or={json.dumps(part)}" for part in others)
    # Robot takes a backslash in an argument as its own.
    return f"{first}{parts}".replace("\\", "\\\\")
