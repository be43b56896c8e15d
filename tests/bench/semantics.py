"""Roles and names on real front ends: the page program and Playwright's own engine give the same answer everywhere.

`python -m tests.bench semantics [ADDRESS …]` looks at the addresses given, at the three designs of the studio, at the
recorded pages of `--recorded FOLDER` (*.html, and *.fixture.json of robotframework-heal), and at built front ends of
packages, which are downloaded with pip for the time of the run and shown without their servers.
"""

import argparse
import json
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Figures
from tests.support.browser import open_library
from tests.support.differential import Differential

PACKAGES = (
    ("comfyui-frontend-package==1.20.7", "comfyui_frontend_package/static/"),
    ("comfyui-frontend-package==1.30.6", "comfyui_frontend_package/static/"),
    ("invokeai==5.0.0", "invokeai/frontend/web/dist/"),
)
PAGES = ("login", "", "scripts", "generate", "tasks", "library")
SETTLED = {"quiet": 700, "limit": 10_000, "timeout": 12_000}
NAMES = 6  # names compared for each role and page, exact and as a part


def main(argv: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench semantics")
    parser.add_argument("address", nargs="*", help="pages to look at as well")
    parser.add_argument("--recorded", type=Path, metavar="FOLDER", help="folder of recorded pages")
    parser.add_argument("--no-packages", action="store_true", help="download nothing")
    args = parser.parse_args(argv)
    figures = Figures("semantics")
    library = open_library()
    try:
        look = Looker(library)
        for address in args.address:
            look.at(address)
        with studio() as url:
            for ui in (1, 2, 3):
                look.at_studio(url, ui)
        for page in sorted(args.recorded.rglob("*")) if args.recorded else ():
            look.at_recorded(page)
        for requirement, folder in () if args.no_packages else PACKAGES:
            with TemporaryDirectory() as directory, served(requirement, folder, Path(directory)) as url:
                look.at(url)
    finally:
        library.close_browser("ALL")
        library.playwright.close()
    for row in look.different[:20]:
        print(f"     {row}")
    figures.note(f"{look.pages} pages, {look.compared} selectors compared")
    figures.add("disagreements with Playwright's role and name engine", len(look.different), 0, peer="internal:role")
    return figures.end()


class Looker:
    """Opens pages and compares."""

    def __init__(self, library):
        self.library = library
        library.new_page("about:blank")
        self.differential = Differential(library)
        self.pages, self.compared, self.different = 0, 0, []

    def at(self, address):
        """Compare on a page once it has drawn itself."""
        self.library.go_to(address)
        self._compare(address)

    def at_studio(self, url, ui):
        """Sign in and compare on the pages of one design."""
        self.at(f"{url}/login?ui={ui}")
        if ui == 1:
            self.library.fill_text("#username", "demo")
            self.library.fill_text("#password", "demo-password")
            self.library.click("main form button")
        for page in PAGES:
            self.at(f"{url}/{page}")

    def at_recorded(self, file):
        """Show a recorded page and compare."""
        if file.suffix == ".html":
            self.at(file.as_uri())
        elif file.name.endswith(".fixture.json"):
            html = excerpt(json.loads(file.read_text(encoding="utf-8")))
            self.library.go_to("about:blank")
            self.library.evaluate_javascript(
                None, "(html) => { document.documentElement.setHTMLUnsafe(html) }", arg=html
            )
            self._compare(file.name)

    def _compare(self, address):
        self.differential.driver.ask("settle", SETTLED)
        compared, different = self.differential.compare(NAMES)
        self.pages += 1
        self.compared += compared
        self.different += [(address, *row) for row in different]


@contextmanager
def studio():
    """A studio in this process."""
    from AIGCLibrary.studio import StudioServer, StudioSettings

    with StudioServer(StudioSettings(seed=1, speed=60)) as server:
        yield server.url


def excerpt(fixture):
    """The markup of a recorded failure."""
    evidence = fixture["context"]["evidence"]["dom-excerpt"]
    return next(value for value in evidence.values() if isinstance(value, str) and "<" in value)


@contextmanager
def served(requirement, folder, directory):
    """A built front end out of its package, served on a free port; questions to its server are answered with {}."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(directory), requirement]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(directory.glob("*.whl"))) as wheel:
        wheel.extractall(directory, [name for name in wheel.namelist() if name.startswith(folder)])
    handler = partial(Handler, directory=str(directory / folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Handler(SimpleHTTPRequestHandler):
    """Files, and {} for everything that is none."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        if Path(self.translate_path(path)).exists() and path != "/api":
            return super().do_GET()
        return self.do_POST()

    def do_POST(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_args):
        """Stay quiet."""
