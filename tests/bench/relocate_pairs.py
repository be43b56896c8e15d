"""Relocation over two versions of a real front end: pages built with Gradio, drawn by its old and its new release.

`python -m tests.bench relocate_pairs --old OLD/bin/python --new NEW/bin/python` takes the interpreters of two virtual
environments, each with its own Gradio from PyPI. Truth is the product's own key, the `elem_id`, which is taken out of
both pages before anything is compared. Nothing here was trained on Gradio. Each target is asked for twice, as in
`tests/support/relocation.py`: as the page is, and with the element taken away. A heal counts when the guards of
`heal=use` let it pass, so these are the figures of the product, not only of the model.
"""

import argparse
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from AIGCLibrary.locators.guards import Purpose, refusal
from AIGCLibrary.locators.similarity import rank, with_ways
from AIGCLibrary.rf.browser_driver import LibraryDriver
from tests.bench.figures import Figures
from tests.support.browser import open_library

APP = Path(__file__).parents[1] / "support" / "gradio_pages.py"
PAGES = 3
POOL = 25
CONTROLS = "button,input:not([type=hidden]),select,textarea,[role=tab],[role=listbox]"
FIND = """([controls]) => {
  const found = {};
  for (const box of document.querySelectorAll('[id^=k-]')) {
    const own = box.matches(controls) ? [box] : [...box.querySelectorAll(controls)];
    const drawn = own.filter((one) => one.closest('[id^=k-]') === box && one.getBoundingClientRect().width > 1);
    const kinds = drawn.map((one) => [one, one.tagName + one.type]);
    for (const [one, kind] of kinds)
      if (kinds.filter((other) => other[1] === kind).length === 1) found[`${box.id} ${kind}`] = one;
  }
  const keys = Object.keys(found);
  keys.forEach((key, index) => found[key].setAttribute('data-truth', index));
  for (const name of ['id', 'for'])
    for (const box of document.querySelectorAll(`[${name}^=k-]`)) box.removeAttribute(name);
  return keys;
}"""
"""Controls of each key that are the only one of their kind there; then the keys are hidden."""


def main(argv: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relocate_pairs")
    parser.add_argument("--old", required=True, help="interpreter whose Gradio draws the old pages")
    parser.add_argument("--new", required=True, help="interpreter whose Gradio draws the new pages")
    parser.add_argument("--port", type=int, default=17861)
    args = parser.parse_args(argv)
    figures = Figures("relocate_pairs")
    library = open_library()
    try:
        with served(args.old, args.port) as urls:
            old = [Page(library, url) for url in urls]
        with served(args.new, args.port) as urls:
            new = [Page(library, url) for url in urls]
            asked = [found for before, after in zip(old, new, strict=True) for found in questions(before, after)]
    finally:
        library.close_browser("ALL")
    tell(figures, asked)
    return figures.end()


@contextmanager
def served(python, port):
    """Serve the pages with the Gradio of an interpreter."""
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    # Isolated: neither this repository nor the folder of the pages may hide a module of that environment.
    command = [python, "-I", str(APP), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            while "ready" not in (line := server.stdout.readline()):
                if not line:
                    raise SystemExit(f"{python} could not draw the pages; is Gradio installed there?")
            yield [f"http://127.0.0.1:{port + number}/" for number in range(PAGES)]
        finally:
            server.kill()


class Page:
    """An open page without its keys."""

    def __init__(self, library, url):
        self.library, self.driver = library, LibraryDriver(library)
        self.id = library.new_page(url)["page_id"]
        library.wait_for_elements_state("css=[id^=k-] >> nth=0", timeout="30s")
        library.wait_for_load_state("networkidle")
        keys = library.evaluate_javascript(None, FIND, arg=[CONTROLS])
        shown = self.driver.ask("inventory", {"limit": 1000})
        self.all = self.driver.ask("fingerprints", {"elements": [one["element"] for one in shown], "frame": []})
        self.targets = {}
        for index, key in enumerate(keys):
            [one] = self.driver.ask("describe", {"selector": f"[data-truth='{index}']"})
            [now] = self.driver.ask("fingerprints", {"elements": [one["element"]], "frame": []})
            self.targets[key] = (one["element"], now)

    def near(self, profile):
        """Give the elements that come nearest."""
        self.library.switch_page(self.id)
        return self.driver.ask("rank", {"profile": profile, "pool": POOL})

    def ways(self, elements, frame):
        """Give the selectors of elements."""
        return self.driver.ask("ways", {"elements": elements, "frame": frame})


def questions(before, after):
    """Ask for each target of the old page on the new one; gives its key, whether removed, its place, whether acted."""
    shared = [key for key in before.targets if key in after.targets]
    for key in shared:
        then, (number, _) = before.targets[key][1], after.targets[key]
        texts = [then[field] for field in ("name", "text", "label", "placeholder") if then.get(field)]
        profile = {
            **{k: v for k, v in then.items() if v not in ("", [], None)},
            "texts": texts,
            "keys": [],
            "seen": True,
        }
        siblings = {
            after.targets[other][0]: (before.targets[other][1], after.targets[other][1])
            for other in shared
            if other != key
        }
        near = after.near(profile)
        for removed in (False, True):
            candidates = [one for one in near if not (removed and one["element"] == number)][: POOL - 1]
            ranked = with_ways(rank(profile, candidates, siblings), after.ways)
            order = [one.candidate["element"] for one in ranked]
            acted = bool(ranked) and not refusal(ranked[0], ranked, profile, Purpose(), frozenset(siblings))
            place = order.index(number) if number in order else 99
            yield key, removed, place, acted


def tell(figures, asked):
    """Print what came out."""
    present = [(place, acted) for _, removed, place, acted in asked if not removed]
    gone = [acted for _, removed, _, acted in asked if removed]
    figures.note(f"{len(present)} targets that are on both pages; their keys hidden")
    figures.add("top-1", 100 * sum(place == 0 for place, _ in present) / len(present), 97, unit="%", better="higher")
    figures.note(f"top-3 {sum(place < 3 for place, _ in present) / len(present):.1%}")
    healed = sum(acted and place == 0 for place, acted in present) / len(present)
    wrong = sum(acted and place != 0 for place, acted in present)
    figures.note(f"healed of present {healed:.1%}; wrong element {wrong}; acted on removed {sum(gone)} of {len(gone)}")
    figures.add("acted on removed", 100 * sum(gone) / len(gone), 1, unit="%")
    for key, removed, place, acted in asked:
        if (not removed and place) or (acted and (removed or place)):
            figures.note(f"{key}: place {place}, {'acted' if acted else 'not acted'}{', removed' if removed else ''}")
