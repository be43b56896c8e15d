"""`aigc doctor --secrets`: which values are masked and why, never the values."""

import os
from dataclasses import asdict
from pathlib import Path

from AIGCLibrary.cli.project import find_config
from AIGCLibrary.cli.terminal import console, marked, print_json, show, table, text
from AIGCLibrary.config import Settings
from AIGCLibrary.redaction.redactor import MaskedValue, Redactor


def findings() -> list[MaskedValue]:
    """Return what is masked by name in the environment and the settings of the project in this folder."""
    config: Path | None = find_config(None)
    settings = Settings.load(config)
    redactor = Redactor(settings.redact)
    redactor.add_named(os.environ)
    redactor.add_named({"options": settings.options})
    return sorted(redactor.findings, key=lambda masked_value: (not masked_value.masked, masked_value.name))


def show_secrets(lang: str, *, as_json: bool) -> int:
    """Print names, whether their values are masked, the reasons and the lengths of the values.

    Returns:
        0, since it is no check.
    """
    found = findings()
    if as_json:
        print_json([asdict(masked_value) for masked_value in found])
        return 0
    if found:
        made = table("", *(text(f"doctor.secrets.{name}", lang) for name in ("name", "reason", "length")))
        for masked_value in found:
            mark = marked("[green]✓[/green]" if masked_value.masked else "[yellow]–[/yellow]")
            made.add_row(mark, masked_value.name, masked_value.reason, str(masked_value.length))
        show(made)
    masked = sum(masked_value.masked for masked_value in found)
    console().print(text(f"doctor.secrets.{'about' if found else 'nothing'}", lang, masked=masked, all=len(found)))
    return 0
