"""Where the commands find a project's settings, and the options they all write alike."""

import argparse
from pathlib import Path

LANGUAGES = ("en", "zh", "chinese", "auto")
"""How the names of the languages begin that messages exist in."""

CONFIGS = ("aigc.yaml", "resources/aigc.yaml")
"""Where the settings of a project are looked for when none are named."""


def find_config(given: Path | None) -> Path | None:
    """Return the settings file that was named, else the project's own in this folder; None when there is none."""
    return given or next((Path(name) for name in CONFIGS if Path(name).is_file()), None)


def add_config(parser: argparse.ArgumentParser) -> None:
    """Declare `--config`."""
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings; {' or '.join(CONFIGS)} when left out")


def add_language(parser: argparse.ArgumentParser) -> None:
    """Declare `--language`."""
    parser.add_argument(
        "--language", metavar="LANG", type=_language, help="en or zh-CN; AIGC_LANGUAGE, else the locale, when left out"
    )


def _language(text: str) -> str:
    if not text.lower().startswith(LANGUAGES):
        raise argparse.ArgumentTypeError(f"'{text}' is not a supported language; expected en or zh-CN")
    return text
