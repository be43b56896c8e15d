"""`aigc doctor` says what is installed, what is missing, and how to get it."""

import argparse
from collections.abc import Iterable
from dataclasses import asdict

from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.terminal import console, language, marked, print_json, show, table, text
from AIGCLibrary.i18n import series

NAME = "doctor"
HELP = "Show what is installed, what is missing, and how to get it"
EXITS = {0: "all that is required is there", 1: "something required is missing"}

_MARKS = {"ok": "[green]✓[/green]", "missing": "[red]✗[/red]", "optional": "[yellow]–[/yellow]"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_language(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON, for a bug report")
    parser.add_argument("--secrets", action="store_true", help="list what is masked and why, never the values")


def run(args: argparse.Namespace) -> int:
    """Look at everything and show it.

    Returns:
        0 when all that is needed is there, else 1.
    """
    from AIGCLibrary.cli.health import HealthCheck, examine

    lang = language(args.language)
    if args.secrets:
        from AIGCLibrary.cli.doctor_secrets import show_secrets

        return show_secrets(lang, as_json=args.json)
    findings: Iterable[HealthCheck] = examine(lang)
    if args.json:
        found = list(findings)
        print_json([asdict(finding) for finding in found])
    else:
        found = []
        made = table("", *(text(f"doctor.{name}", lang) for name in ("what", "found", "how")))
        for finding in findings:
            found.append(finding)
            made.add_row(marked(_MARKS[finding.state]), finding.what, finding.found, finding.remedy)
        made.columns[-1].no_wrap = True  # commands are to be copied
        out = console()
        show(made)
        missing = [finding.what for finding in found if finding.state == "missing"]
        out.print(
            text("doctor.missing", lang, names=series(missing)) if missing else text("doctor.all_well", lang),
            markup=False,
        )
    return int(any(finding.state == "missing" for finding in found))
