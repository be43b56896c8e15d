"""Relocation over two versions of ComfyUI's real front end: its main page and the pages of its settings.

`python -m tests.bench relocate_comfy --old 1.44.19 --new 1.58.1` takes two versions of its package, which
pip downloads for the time of the run. Truth is the product's own key: the id of a setting, the class or test id of a
button; it is taken out of both pages before anything is compared. Nothing here was trained on ComfyUI. Each target is
asked for as in `relocate_pairs.py`: present and removed, by a suite that knows the page and by one that does not.
"""

import argparse
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import relocate_pairs
from tests.bench.figures import Figures
from tests.support.browser import open_library
from tests.support.comfy_server import comfy

PANELS = (None, "Comfy", "Lite Graph", "Appearance", "Mask Editor")
"""The main page, and the pages of the settings."""
CONTROLS = "button,input:not([type=hidden]),select,textarea,[role=switch],[role=combobox],[role=slider]"
READY = "() => window.app?.graph && document.querySelectorAll('button').length > 10"
OPEN = "() => { window.app.extensionManager.command.execute('Comfy.ShowSettingsDialog') }"
TURN_TO = """(panel) => {
  const named = [...document.querySelectorAll('[role=dialog] *')]
    .filter((one) => one.textContent.trim() === panel && one.checkVisibility());
  named.at(-1).click();
}"""
HIDE_KEYS = """([controls]) => {
  const found = {}, boxes = {};
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
  const ours = /^(Comfy|LiteGraph|pysssss)/;
  for (const label of document.querySelectorAll('[id$="-label"]')) {
    const row = label.parentElement.parentElement;
    const all = [...row.querySelectorAll(controls)].filter(seen);
    const own = all.length > 1 ? all.filter((one) => one.matches('input,textarea')) : all;
    if (!ours.test(label.id) || own.length !== 1) continue;
    found[label.id] = own[0];
    boxes[label.id] = row;
  }
  const isKey = (name) => /-tab-button$/.test(name);
  for (const one of document.querySelectorAll('button[class*="-tab-button"],button[data-testid]')) {
    const key = `main-${[...one.classList].find(isKey) || one.dataset.testid}`;
    if (!seen(one) || found[key]) continue;
    found[key] = boxes[key] = one;
  }
  const keys = Object.keys(found);
  keys.forEach((key, index) => found[key].setAttribute('data-truth', index));
  window.boxes = Object.values(boxes);
  const names = new Map();
  const hidden = (id) => {
    if (ours.test(id) && !names.has(id)) names.set(id, `u${Math.random().toString(36).slice(2, 10)}`);
    return names.get(id) || id;
  };
  for (const name of ['id', 'for', 'aria-controls', 'aria-labelledby'])
    for (const one of document.querySelectorAll(`[${name}]`))
      one.setAttribute(name, one.getAttribute(name).split(' ').map(hidden).join(' '));
  for (const one of document.querySelectorAll('[data-testid]')) one.removeAttribute('data-testid');
  for (const one of document.querySelectorAll('[class*="-tab-button"]'))
    one.classList.remove(...[...one.classList].filter(isKey));
  return keys;
}"""
"""The control of each setting and the buttons that have a key of their own; then the keys are hidden."""


def main(argv: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relocate_comfy")
    parser.add_argument("--old", default="1.44.19", help="older version of the front end")
    parser.add_argument("--new", default="1.58.1", help="newer version of the front end")
    parser.add_argument("--snapshot", type=Path, help="write the pages there as well, for relocate_folder")
    args = parser.parse_args(argv)
    figures = Figures("relocate_comfy")
    library = open_library()
    library.new_context(viewport={"width": 1500, "height": 950})
    try:
        with served(args.old) as url:
            old = [ComfyPage(library, url, panel) for panel in PANELS]
        with served(args.new) as url:
            new = [ComfyPage(library, url, panel) for panel in PANELS]
            relocate_pairs.keep(args.snapshot, f"comfy-{args.old}-{args.new}", old, new)
            asked = [one for before, after in zip(old, new, strict=True) for one in questions(before, after)]
    finally:
        library.close_browser("ALL")
    relocate_pairs.tell(figures, asked)
    return figures.end()


def questions(before, after):
    """Ask for what belongs to the page itself, not to the one under its dialog."""
    mine = {key: one for key, one in before.targets.items() if key.startswith("main-") == (before.panel is None)}
    before.targets = mine
    return relocate_pairs.questions(before, after)


@contextmanager
def served(version):
    """Serve a version of the front end out of its package."""
    requirement = f"comfyui-frontend-package=={version}"
    with TemporaryDirectory() as name:
        directory = Path(name)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", name, requirement]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(directory.glob("*.whl"))) as wheel:
            wheel.extractall(directory)
        with comfy(directory / "comfyui_frontend_package" / "static") as url:
            yield url


class ComfyPage(relocate_pairs.Page):
    """The main page or a page of the settings, without its keys."""

    def __init__(self, library, url, panel):
        self.panel = panel
        super().__init__(library, url)

    def draw(self):
        """Wait for the page, open the settings where they are asked for, and hide the keys."""
        self.library.wait_for_function(READY, timeout="60s")
        self.settle()
        for step in ((OPEN, None), (TURN_TO, self.panel)) if self.panel else ():
            self.library.evaluate_javascript(None, step[0], arg=step[1])
            self.library.wait_for_elements_state("css=[role=dialog]", timeout="20s")
            self.settle()
        return self.library.evaluate_javascript(None, HIDE_KEYS, arg=[CONTROLS])
