"""`aigc demo` runs a project's suites against the studio, the demo product, and shows what came of it."""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from AIGCLibrary.cli.browser import FoundBrowser, find_browser, require_browser
from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.robot_run import ROBOT_EXITS, run_robot, shown_command
from AIGCLibrary.cli.terminal import language, text
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import CHINESE, Text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from AIGCLibrary.studio import StudioSettings

NAME = "demo"
HELP = "Run the suites of this folder against the studio in a real browser and show the results"
EXITS = ROBOT_EXITS

BROKEN = "broken"  # tag and folder of suites that fail on purpose
STUDIO_TOKEN = "studio-demo-token"  # noqa: S105 - the demo product's published token
REPLAYED = Path("suites/04_api_only.robot")
TAPE = Path("tapes/demo")
SPEED = 60.0  # a job of ten minutes takes ten seconds
REPORTS = ("log.html", "report.html", "slo.html", "metrics.html", "aigc.db")
_ANSWER_WITHIN = 5.0  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--headed", action="store_true", help="show the browser's window")
    parser.add_argument("--broken", action="store_true", help="run suites/broken, whose failures show fix suggestions")
    parser.add_argument("--suite", type=Path, metavar="PATH", help="suite file or folder to run (default: suites)")
    parser.add_argument(
        "--json", action="store_true", help="print JSON for a machine; robot's own output goes to stderr"
    )
    add_language(parser)
    parser.add_argument("--outputdir", type=Path, default=Path("results"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=0, help="port of the studio (default: a free one)")
    parser.add_argument("--speed", type=float, default=SPEED, help="times faster than real time (default: %(default)g)")
    parser.add_argument("--studio", metavar="URL", help="use a studio that is running already")
    parser.add_argument(
        "--replay", action="store_true", help="replay the API suite from a recording: no studio, no browser"
    )
    parser.add_argument("robot", nargs="*", metavar="-- OPTION", help="options for robot, after --: -- --test Login*")


def run(args: argparse.Namespace) -> int:
    """Start the studio, run robot, stop the studio, show the tables.

    Returns:
        Robot's exit code: 0 when all passed, else the number of failed tests.

    Raises:
        ConfigError: There are no suites, no browser, or no studio where one was named.
    """
    from AIGCLibrary.cli.demo_report import show_json, show_results

    if args.replay:
        return _replayed(args)
    lang = language(args.language)
    suites = find_suites(args)
    browser = find_browser() if args.suite else require_browser()
    args.outputdir.mkdir(parents=True, exist_ok=True)
    with studio_url(args, lang) as url:
        environment = child_environment(args, browser, url)
        out = sys.stderr if args.json else sys.stdout
        print(text("demo.studio", lang, url=url, speed=args.speed), file=out)
        print(text("demo.browser", lang, path=browser.path if browser else "-"), file=out)
        command = robot_command(args, suites, url, browser)
        print(text("demo.command", lang, command=shown_command(command)), flush=True, file=out)
        code = run_robot(command, environment, quiet=args.json)
    show = show_json if args.json else show_results
    show(args.outputdir, REPORTS, environment["AIGC_STORE"], environment["AIGC_RUN_ID"], code, lang)
    return code


def _replayed(args: argparse.Namespace) -> int:
    """Run the suite that needs no page from the tape of the repository.

    Raises:
        ConfigError: The suite or the tape is not there (AIGC014).
    """
    from AIGCLibrary.cli import replay

    for path in (args.suite or REPLAYED, TAPE):
        _require(path, "cli.hint.no_demo_tape")
    os.environ.setdefault("STUDIO_URL", "http://studio.invalid")
    os.environ.setdefault("STUDIO_TOKEN", STUDIO_TOKEN)
    chosen = argparse.Namespace(suites=[args.suite or REPLAYED], tape=TAPE, config=None, speed="max", misbehave=None)
    chosen.outputdir, chosen.robot = args.outputdir, shlex.join(args.robot)
    chosen.json, chosen.language = args.json, args.language
    return replay.run(chosen)


def find_suites(args: argparse.Namespace) -> Path:
    """Find what to run.

    Raises:
        ConfigError: It is not there (AIGC014).
    """
    default = Path("suites") / BROKEN if args.broken else Path("suites")
    path: Path = args.suite or default
    _require(path, "cli.hint.no_suites")
    return path


def _require(path: Path, hint: str) -> None:
    if not path.exists():
        raise ConfigError(
            f"There is no '{path}' in '{Path.cwd()}'.", code="AIGC014", hint=Text(hint), facts={"path": str(path)}
        )


def robot_command(args: argparse.Namespace, suites: Path, url: str, browser: FoundBrowser | None) -> list[str]:
    """Build the command line, which can also be written by hand."""
    command = [sys.executable, "-m", "robot", "--outputdir", str(args.outputdir), "--listener", "AIGCLibrary.Listener"]
    command += ["--variable", f"STUDIO_URL:{url}", "--variable", f"STUDIO_TOKEN:{STUDIO_TOKEN}"]
    command += ["--variable", f"HEADLESS: bool:{not args.headed}"]
    if browser:
        command += ["--variable", f"BROWSER_PATH:{browser.path}"]
        command += ["--variable", f"BROWSER_ARGS: list:{browser.arguments}"]
    if args.language:
        command += ["--language", args.language]
    if args.broken:
        command += ["--variable", "BROKEN:True"]
    elif args.suite is None:
        command += ["--exclude", BROKEN]
    return [*command, *args.robot, str(suites)]


def child_environment(args: argparse.Namespace, browser: FoundBrowser | None, url: str) -> dict[str, str]:
    """Return robot the address of the studio, and the run's name, by which its results are found in the store."""
    store = f"sqlite:///{(args.outputdir.resolve() / 'aigc.db').as_posix()}"
    environment = {"AIGC_STORE": store, **os.environ, "AIGC_RUN_ID": f"demo-{uuid4().hex[:8]}", "PYTHONUTF8": "1"}
    environment |= {"STUDIO_URL": url, "STUDIO_TOKEN": STUDIO_TOKEN}
    environment["AIGC_LANGUAGE"] = "zh-CN" if language(args.language) == CHINESE else "en"
    if browser:
        environment["AIGC_BROWSER"] = str(browser.path)
    return environment


@contextmanager
def studio_url(args: argparse.Namespace, lang: str) -> Iterator[str]:
    """Start a studio for as long as the block runs, or use the one that was named.

    Raises:
        ConfigError: The port is taken (AIGC015), or the named studio does not answer (AIGC016).
    """
    with _named(args.studio) if args.studio else _started(_settings(args, lang)) as url:
        yield url


def _settings(args: argparse.Namespace, lang: str) -> "StudioSettings":
    from AIGCLibrary.studio import StudioSettings

    return StudioSettings(
        port=args.port, speed=args.speed, ui=3 if args.broken else 1, lang="zh" if lang == CHINESE else "en"
    )


@contextmanager
def _started(settings: "StudioSettings") -> Iterator[str]:
    from AIGCLibrary.studio import StudioServer

    server = StudioServer(settings)
    try:
        url = server.start()
    except OSError as error:
        raise ConfigError(
            f"The studio cannot listen on port {settings.port}: {error.strerror or error}.",
            code="AIGC015",
            hint=Text("cli.hint.studio_port"),
            facts={"port": settings.port},
        ) from None
    try:
        yield url
    finally:
        server.stop()


def _named(url: str) -> "AbstractContextManager[str]":
    import requests

    try:
        requests.get(f"{url.rstrip('/')}/api/v1/health", timeout=_ANSWER_WITHIN).raise_for_status()
    except requests.RequestException:
        raise ConfigError(
            f"No studio answers at '{url}'.", code="AIGC016", hint=Text("cli.hint.studio_url"), facts={"url": url}
        ) from None
    return nullcontext(url.rstrip("/"))
