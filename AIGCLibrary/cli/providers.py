"""`aigc providers`: which task APIs are known, what a description says, and whether it fits the product."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.project import add_config, find_config
from AIGCLibrary.cli.task_inputs import INPUT

if TYPE_CHECKING:
    from AIGCLibrary.tasks.providers.loader import Providers
    from AIGCLibrary.tasks.providers.model import Provider

PROSE = ("evidence", "notes")
"""Lists of a description that are read by people alone."""

NAME = "providers"
HELP = "List, show and check descriptions of task APIs, or try one on a product"
EXITS = {0: "done; every sample was read as expected", 1: "a sample was read otherwise, or the task did not complete"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="list|show|check|try")
    listing = what.add_parser("list", help="List all known providers with their abilities")
    listing.add_argument("--file", type=Path, action="append", default=[], help="own provider file or folder")
    show = what.add_parser("show", help="Show the effective description, with what it extends")
    show.add_argument("name", metavar="NAME", help="name of the provider")
    show.add_argument("--kind", help="with the differences of this kind of task")
    show.add_argument("--file", type=Path, action="append", default=[], help="own provider file or folder")
    check = what.add_parser("check", help="Run the samples in a provider file")
    check.add_argument("file", type=Path, nargs="*", help="file or folder; the project's own when not given")
    for command in (listing, show, check):
        add_config(command)
        command.add_argument("--json", action="store_true", help="print JSON for a machine")
    attempt = what.add_parser("try", help="Submit or track one task and print each answer and how it was read")
    attempt.add_argument("url", help="base URL of the product's API")
    attempt.add_argument("--provider", help="name of the description; the only one of --file when not given")
    attempt.add_argument("--file", type=Path, action="append", default=[], help="own provider file or folder")
    attempt.add_argument("--kind", default="image", help="kind of task (default: image)")
    attempt.add_argument("--track", metavar="ID", help="follow this task instead of submitting one")
    attempt.add_argument("--input", action="append", default=[], metavar="NAME=VALUE", help=INPUT)
    attempt.add_argument("--header", action="append", default=[], metavar="NAME:VALUE", help="for example a token")
    attempt.add_argument("--timeout", default="10 min", help="longest wait for the end of the task (default: 10 min)")
    attempt.add_argument("--json", action="store_true", help="print JSON: each answer and how it was read")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from AIGCLibrary.tasks.providers.loader import Providers

    if args.what == "try":
        from AIGCLibrary.cli.providers_try import attempt

        return attempt(args)
    providers = Providers()
    # Files that are named come alone: one of them may describe what a file of the project describes already.
    files = args.file or list(_of_project(args.config))
    for path in [] if args.what == "check" else files:
        providers.load(path)
    if args.what == "list":
        return _list(providers, as_json=args.json)
    if args.what == "show":
        return _show(providers, args.name, args.kind, as_json=args.json)
    from AIGCLibrary.cli.providers_check import check

    return check(providers, files, as_json=args.json)


def _of_project(config: Path | None) -> tuple[Path, ...]:
    """Return the provider files of the project in this folder, as its settings name them."""
    from AIGCLibrary.config import Settings

    found = find_config(config)
    return Settings.load(found).providers if found else ()


def _list(providers: "Providers", *, as_json: bool) -> int:
    from AIGCLibrary.cli.helptext import translated
    from AIGCLibrary.cli.terminal import language, paragraph, print_json, text
    from AIGCLibrary.tasks.providers.samples import unproven

    lang, listed = language(), []
    for name in providers.names():
        provider = providers.get(name)
        missing = unproven(providers, name)
        able = abilities(provider)
        if as_json:
            features = {word: described and word not in missing for word, described in able.items()}
            listed.append({"name": name, "title": provider.title, "own": name in providers.own, "able": features})
            continue
        own = "" if name not in providers.own else text("providers.own", lang)
        print(paragraph(f"{translated(provider.title, lang)}{own}", f"{name:18} ", " " * 19))
        shown = [word for word, described in able.items() if described and word not in missing]
        doubt = text("providers.doubt", lang, names=named_abilities(missing, lang)) if missing else ""
        print(paragraph(f"{named_abilities(shown, lang) or text('providers.state_only', lang)}{doubt}", " " * 19))
    if as_json:
        print_json(listed)
    return 0


def abilities(provider: "Provider") -> dict[str, bool]:
    """Return what a description can do beside submitting a task and reading its state."""
    safe = provider.submit and (provider.submit.idempotency or provider.submit.lookup)
    parts = {
        "progress": provider.progress,
        "queue": provider.queue_position,
        "cancel": provider.cancel,
        "batch": provider.batch,
        "webhook": provider.webhook,
        "stream": provider.stream,
        "safe resubmit": safe,
    }
    return {name: bool(part) for name, part in parts.items()}


def named_abilities(names: Iterable[str], lang: str) -> str:
    """Join the names of abilities in a language."""
    from AIGCLibrary.cli.terminal import text

    return text("providers.comma", lang).join(text(f"providers.able.{name}", lang) for name in names)


def described(description: dict[str, Any], lang: str) -> dict[str, Any]:
    """Return a description with its title, notes and sources in a language; all that is no prose stays as written."""
    from AIGCLibrary.cli.helptext import translated

    said: dict[str, Any] = {
        key: [translated(text, lang) for text in description[key]] for key in PROSE if key in description
    }
    if "title" in description:
        said["title"] = translated(description["title"], lang)
    return description | said


def _show(providers: "Providers", name: str, kind: str | None, *, as_json: bool) -> int:
    import yaml

    from AIGCLibrary.cli.terminal import language, print_json

    entry = providers.entry(name)
    merged = {key: value for key, value in providers.merged(name, kind).items() if key != "samples"}
    if as_json:
        print_json({"file": str(entry.document.path), "name": name, "provider": merged})
        return 0
    print(f"# {entry.document.path}")
    merged = described(merged, language())
    text = yaml.safe_dump({"version": 1, "providers": {name: merged}}, allow_unicode=True, sort_keys=False, width=110)
    print(text, end="")
    return 0
