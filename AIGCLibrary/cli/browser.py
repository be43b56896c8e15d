"""Which browser is used and how it is started: the one place that knows, for bootstrap, demo, doctor and suites.

Suites take it as a variable file: `Variables    AIGCLibrary.cli.browser` gives `${BROWSER_PATH}` and `${BROWSER_ARGS}`
for `New Browser    executablePath=${BROWSER_PATH}    args=${BROWSER_ARGS}`. The order:

1. the one named by `AIGC_BROWSER` (a path, or a command such as `msedge`)
2. an installed Chrome, Chromium or Edge
3. Playwright's own, which `rfbrowser install chromium` puts beside robotframework-browser-batteries
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text

NAME = "browser"
HELP = "Show which browser is used; --install provides one where there is none"
EXITS = {0: "a browser was found"}

_LINUX = (
    "google-chrome-stable",
    "google-chrome",
    "chromium",
    "chromium-browser",
    "microsoft-edge-stable",
    "microsoft-edge",
)
_MAC = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
_PLAYWRIGHT = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-win*/chrome.exe",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
_VERSION_WITHIN = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class FoundBrowser:
    """A browser that can be started.

    Args:
        path: Its executable.
        source: How it was found: `AIGC_BROWSER`, `installed` or `playwright`.
        arguments: Command line arguments it needs on this machine.
    """

    path: Path
    source: str
    arguments: list[str] = field(default_factory=list)


def find_browser(environ: Mapping[str, str] = os.environ) -> FoundBrowser | None:
    """Find the browser to use; None where there is none.

    Raises:
        ConfigError: `AIGC_BROWSER` names something that is not there (AIGC013).
    """
    arguments = start_arguments(environ)
    named = environ.get("AIGC_BROWSER")
    if named:
        path = shutil.which(named) or shutil.which(str(Path(named).expanduser()))
        if path is None:
            raise ConfigError(
                f"AIGC_BROWSER names '{named}', which is not a program on this machine.",
                code="AIGC013",
                hint=Text("cli.hint.browser_variable"),
                facts={"browser": named},
            )
        return FoundBrowser(Path(path), "AIGC_BROWSER", arguments)
    for path_found in _installed(environ):
        return FoundBrowser(path_found, "installed", arguments)
    for path_found in _playwrights_own(environ):
        return FoundBrowser(path_found, "playwright", arguments)
    return None


def start_arguments(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the arguments the browser needs here: as root, Chromium refuses to start with its sandbox.

    More can be given in `AIGC_BROWSER_ARGS`, separated by spaces.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    own = environ.get("AIGC_BROWSER_ARGS", "").split()
    return list(dict.fromkeys([*(["--no-sandbox"] if is_root else []), *own]))


def require_browser() -> FoundBrowser:
    """Find the browser to use.

    Raises:
        ConfigError: There is none (AIGC012).
    """
    found = find_browser()
    if found is None:
        raise ConfigError("No browser was found.", code="AIGC012", hint=Text("cli.hint.browser"))
    return found


def get_variables() -> dict[str, Any]:
    """Return Robot the variables of this file; where there is no browser, Playwright looks for its own."""
    found = find_browser()
    return {
        "BROWSER_PATH": str(found.path) if found else None,
        "BROWSER_ARGS": found.arguments if found else start_arguments(),
    }


def browser_version(browser: FoundBrowser) -> str | None:
    """Ask a browser for its version; None when it cannot start, for example because a system library is missing."""
    if sys.platform == "win32":
        # Chrome on Windows opens a window instead of printing; its version is the name of a folder beside it.
        versions = [entry.name for entry in browser.path.parent.iterdir() if entry.is_dir() and entry.name[0].isdigit()]
        return max(versions, default="unknown")
    try:
        command = [str(browser.path), *browser.arguments, "--version"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_VERSION_WITHIN, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def install_browser(say: Callable[[str], None]) -> FoundBrowser:
    """Provide a browser: Playwright's own, else Debian's where this is Debian and we are root.

    Args:
        say: Receives what is being done; it may take minutes.

    Raises:
        ConfigError: No way succeeded (AIGC012).
    """
    for what, commands in _ways():
        say(what)
        if all(_succeeds(command) for command in commands):
            found = find_browser()
            if found and browser_version(found):
                return found
    return require_browser()


def _ways() -> Iterable[tuple[str, list[list[str]]]]:
    rfbrowser = [sys.executable, "-m", "Browser.entry", "install", "chromium"]
    if find_spec("BrowserBatteries"):
        yield "Installing Playwright's Chromium (rfbrowser install chromium) ...", [rfbrowser]
    apt = shutil.which("apt-get")
    if apt and start_arguments({}):
        install = [apt, "install", "-y", "--no-install-recommends", "chromium"]
        yield "Installing Chromium (apt-get install chromium) ...", [[apt, "update", "-qq"], install]


def _succeeds(command: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, capture_output=True, env=environment, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def _installed(environ: Mapping[str, str]) -> Iterable[Path]:
    if sys.platform == "win32":
        roots = [environ[name] for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if environ.get(name)]
        candidates = [Path(root) / name for name in _WINDOWS for root in roots]
    elif sys.platform == "darwin":
        candidates = [root / name for name in _MAC for root in (Path("/Applications"), Path.home() / "Applications")]
    else:
        candidates = [Path(path) for path in (shutil.which(name) for name in _LINUX) if path]
    return (path for path in candidates if path.is_file())


def _playwrights_own(environ: Mapping[str, str]) -> Iterable[Path]:
    """Return the Chromiums of Playwright, the newest first."""
    named = environ.get("PLAYWRIGHT_BROWSERS_PATH", "0")
    roots = [Path(named)] if named != "0" else []
    spec = find_spec("BrowserBatteries") or find_spec("Browser")
    if spec and spec.origin:
        modules = [Path(spec.origin).parent / wrapper / "node_modules" for wrapper in ("bin/wrapper", "wrapper")]
        roots += [folder / "playwright-core/.local-browsers" for folder in modules]
    found = (path for root in roots for pattern in _PLAYWRIGHT for path in sorted(root.glob(pattern), reverse=True))
    return (path for path in found if path.is_file() and os.access(path, os.X_OK))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--install", action="store_true", help="provide a browser where there is none")
    parser.add_argument("--quiet", action="store_true", help="print nothing when there is one already")
    parser.add_argument("--json", action="store_true", help="print JSON for a machine")


def run(args: argparse.Namespace) -> int:
    """Show the browser, or provide one."""
    found = find_browser()
    if found is None and args.install:
        found = install_browser(lambda line: print(line, flush=True, file=sys.stderr if args.json else sys.stdout))
    if found is None:
        found = require_browser()
    if args.json:
        from AIGCLibrary.cli.terminal import print_json

        names = {"path": str(found.path), "source": found.source, "version": browser_version(found)}
        print_json({**names, "arguments": list(found.arguments)})
    elif not args.quiet:
        from AIGCLibrary.cli.terminal import language, text

        lang = language()
        version = browser_version(found) or text("browser.does_not_start", lang)
        source = text(f"browser.source.{found.source}", lang)
        print(text("browser.found", lang, path=found.path, source=source, version=version))
        print(text("browser.arguments", lang, arguments=" ".join(found.arguments) or text("browser.none", lang)))
    return 0
