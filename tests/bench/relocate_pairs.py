"""Relocation over two versions of a real front end: pages built with Gradio, drawn by its old and its new release.

`python -m tests.bench relocate_pairs --old OLD/bin/python --new NEW/bin/python` takes the interpreters of two virtual
environments, each with its own Gradio from PyPI (5.9.1 and 6.0.0, say; 4.44.1 also needs starlette < 0.40,
pydantic < 2.11 and fastapi < 0.113). With `--edited` the product's makers have changed its pages as well. Truth is the
product's own key, the `elem_id`, which is taken out of both pages before anything is compared. Nothing here was trained
on Gradio. Each target is asked for twice, as in `tests/support/relocation.py`: as the page is, and with its component
taken away; and this once by a suite that knows the whole page, once by one that knows nothing but this target. A heal
counts when the guards of `heal=use` let it pass, so these are the figures of the product, not only of the model.
"""

import argparse
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from AIGCLibrary.locators.guards import Purpose, refusal
from AIGCLibrary.locators.model import Target
from AIGCLibrary.locators.profile import profile_of
from AIGCLibrary.locators.similarity import rank, with_selectors
from AIGCLibrary.rf.browser_driver import LibraryDriver
from tests.bench.figures import Figures
from tests.support import page_snapshot
from tests.support.browser import open_library

APP = Path(__file__).parents[1] / "support" / "gradio_pages.py"
PAGES = 3
POOL = 24
"""As many candidates as the page tells the library of."""
CONTROLS = "button,input:not([type=hidden]),select,textarea,[role=tab],[role=listbox]"
HIDE_KEYS = """([controls]) => {
  const found = {}, boxes = {};
  for (const box of document.querySelectorAll('[id^=k-]')) {
    const own = box.matches(controls) ? [box] : [...box.querySelectorAll(controls)];
    const drawn = own.filter((one) => one.closest('[id^=k-]') === box
      && one.checkVisibility({ visibilityProperty: true })
      && !one.closest('.visually-hidden') && one.getBoundingClientRect().width > 1);
    const kinds = drawn.map((one) => [one, one.tagName + one.type]);
    for (const [one, kind] of kinds)
      if (kinds.filter((other) => other[1] === kind).length === 1) {
        found[`${box.id} ${kind}`] = one;
        boxes[`${box.id} ${kind}`] = box;
      }
  }
  const keys = Object.keys(found);
  keys.forEach((key, index) => found[key].setAttribute('data-truth', index));
  window.boxes = Object.values(boxes);
  for (const name of ['id', 'for', 'aria-controls'])
    for (const box of document.querySelectorAll(`[${name}^=k-]`)) box.removeAttribute(name);
  return keys;
}"""
"""Controls of each key that are the only one of their kind there; then the keys are hidden."""
MARK = """([index]) => {
  document.querySelector("[data-box]")?.removeAttribute("data-box");
  window.boxes[index].setAttribute("data-box", "");
  return true;
}"""
SHOW = "([index, shown]) => window.boxes[index].style.setProperty('display', shown ? '' : 'none', 'important')"


def main(argv: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relocate_pairs")
    parser.add_argument("--old", required=True, help="interpreter whose Gradio draws the old pages")
    parser.add_argument("--new", required=True, help="interpreter whose Gradio draws the new pages")
    parser.add_argument("--edited", action="store_true", help="the product's makers have changed its pages as well")
    parser.add_argument("--port", type=int, default=17861)
    parser.add_argument("--snapshot", type=Path, help="write the pages there as well, for relocate_folder")
    args = parser.parse_args(argv)
    for python in (args.old, args.new):
        if not Path(python).is_file():
            parser.error(f"{python} is no interpreter; make two environments and install another Gradio in each")
    figures = Figures("relocate_pairs")
    library = open_library()
    try:
        with served(args.old, args.port, "first") as urls:
            old = [Page(library, url) for url in urls]
        with served(args.new, args.port, "second" if args.edited else "first") as urls:
            new = [Page(library, url) for url in urls]
            keep(args.snapshot, f"gradio-{args.port}", old, new)
            asked = [found for before, after in zip(old, new, strict=True) for found in questions(before, after)]
    finally:
        library.close_browser("ALL")
    tell(figures, asked)
    return figures.end()


def keep(path, name, old, new):
    """Write the pages in the format of `relocate_folder`."""
    if path:
        lines = [
            before.pair_with(after, f"{name}-{number}")
            for number, (before, after) in enumerate(zip(old, new, strict=True))
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextmanager
def served(python, port, edition):
    """Serve the pages with the Gradio of an interpreter."""
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    # Isolated: neither this repository nor the folder of the pages may hide a module of that environment.
    command = [python, "-I", "-W", "ignore", str(APP), str(port), edition]
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
        self.keys = self.draw()
        self.targets, self.boxes = {}, {}
        for index, key in enumerate(self.keys):
            [one] = self.driver.ask("describe", {"selector": f"[data-truth='{index}']"})
            [now] = self.driver.ask("fingerprints", {"elements": [one["element"]], "frame": []})
            self.targets[key] = (one["element"], now)
            marked = self.library.evaluate_javascript(None, MARK, arg=[index])
            self.boxes[key] = self.driver.ask("describe", {"selector": "[data-box]"})[0]["path"] if marked else ""

    def draw(self):
        """Wait until the page has drawn itself, hide its keys, and give them."""
        self.library.wait_for_elements_state("css=[id^=k-] >> nth=0", timeout="30s")
        self.library.wait_for_load_state("networkidle")
        self.settle()
        return self.library.evaluate_javascript(None, HIDE_KEYS, arg=[CONTROLS])

    def settle(self):
        """Wait until elements no longer come and go."""
        self.driver.ask("settle", {"quiet": 500, "limit": 10_000, "timeout": 12_000})

    def near(self, profile, without):
        """Return the nearest elements, `without` the component of a key if one is given."""
        self.library.switch_page(self.id)
        if without is None:
            return self.driver.ask("rank", {"profile": profile, "pool": POOL})
        index = self.keys.index(without)
        self.library.evaluate_javascript(None, SHOW, arg=[index, False])
        try:
            return self.driver.ask("rank", {"profile": profile, "pool": POOL})
        finally:
            self.library.evaluate_javascript(None, SHOW, arg=[index, True])

    def pair_with(self, later, name):
        """Return this page and a later one as data."""
        self.library.switch_page(self.id)
        before = page_snapshot.everything(self.driver)
        self.library.switch_page(later.id)
        after = page_snapshot.everything(self.driver)
        linked = {key: (number, later.targets.get(key, (None,))[0]) for key, (number, _) in self.targets.items()}
        return page_snapshot.pair(name, before, after, linked, later.boxes)

    def ways(self, elements, frame):
        """Return the selectors of elements."""
        return self.driver.ask("ways", {"elements": elements, "frame": frame})


@dataclass(frozen=True)
class Answer:
    """What came of a question: the place of the right element, what was acted on, and why nothing was."""

    key: str
    removed: bool
    alone: bool
    place: int
    reason: str
    best: str

    @property
    def acted(self):
        """True when an element was used."""
        return not self.reason


def questions(before, after):
    """Ask for each target of the old page on the new one."""
    shared = [key for key in before.targets if key in after.targets]
    for key in shared:
        then, (number, _) = before.targets[key][1], after.targets[key]
        profile = profile_of(Target("", "page", ()), then)
        others = [other for other in shared if other != key]
        for removed in (False, True):
            gone = key.partition(" ")[0]
            kept = [one for one in others if not (removed and one.startswith(f"{gone} "))]
            found = {after.targets[one][0]: (before.targets[one][1], after.targets[one][1]) for one in kept}
            near = after.near(profile, key if removed else None)
            for alone in (False, True):
                yield judged(key, removed, alone, profile, near, {} if alone else found, number, after)


def judged(key, removed, alone, profile, near, siblings, number, page):
    """Rank and judge as the library does."""
    purpose = Purpose(verb_of(profile))
    ranked = with_selectors(rank(profile, near, siblings, purpose.verb), page.ways)
    order = [one.candidate["element"] for one in ranked]
    place = order.index(number) if number in order else 99
    taken = frozenset(siblings)
    reason = refusal(ranked[0], ranked, profile, purpose, taken, siblings) if ranked else "nothing is near"
    best = ranked[0].candidate if ranked else {}
    shown = f"{best.get('tag')} {best.get('type')} '{best.get('name') or best.get('text')}' label '{best.get('label')}'"
    sure = [one.probability for one in ranked[:2]]
    return Answer(key, removed, alone, place, reason or "", f"{shown} {sure}")


def verb_of(profile):
    """Describe what a control is wanted for, by what it is."""
    if profile.get("type") == "file":
        return "given files"
    typed = profile.get("role") in ("textbox", "searchbox", "spinbutton", "combobox")
    return "filled" if typed and profile.get("tag") in ("input", "textarea") else "clicked"


def tell(figures, asked):
    """Print what came out."""
    for alone in (False, True):
        figures.note("a suite that knows only the target:" if alone else "a suite that knows the page:")
        present = [one for one in asked if one.alone == alone and not one.removed]
        gone = [one for one in asked if one.alone == alone and one.removed]
        right = sum(one.place == 0 for one in present)
        false = sum(one.acted for one in gone)
        figures.add(f"right of {len(present)} surviving", 100 * right / len(present), 97, unit="%", better="higher")
        figures.add(f"heals of {len(gone)} removed", 100 * false / len(gone), 1, unit="%")
        wrong = sum(one.acted and one.place != 0 for one in present)
        healed = sum(one.acted and one.place == 0 for one in present)
        figures.note(f"healed of surviving {healed / len(present):.1%}; wrong element {wrong}")
        for one in asked:
            if one.alone == alone and (one.acted if one.removed else one.place or one.reason):
                what = "removed, healed" if one.removed else f"place {one.place}: {one.reason or 'healed'}"
                figures.note(f"  {one.key}: {what}; best {one.best}")
