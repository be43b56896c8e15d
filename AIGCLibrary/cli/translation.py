"""`aigc translation` keeps the Chinese keyword names and documentation in step with the English ones."""

import argparse
import json
from pathlib import Path

from AIGCLibrary.cli.terminal import language, print_json, show, table, text
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text

NAME = "translation"
HELP = "Compare a translation of the keywords with the library, or bring it up to date"
EXITS = {0: "every text is translated and fresh", 1: "a text is missing or stale"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, nargs="?", help="the JSON file (default: the Chinese one of the library)")
    parser.add_argument("--json", action="store_true", help="print JSON for a machine")
    parser.add_argument("--update", action="store_true", help="note today's English; add entries for new keywords")


def run(args: argparse.Namespace) -> int:
    """Show what is missing or stale.

    Returns:
        0 when the translation is complete and fresh, else 1.
    """
    from AIGCLibrary import AIGCLibrary
    from AIGCLibrary.rf.translation import chinese_file, compare, english_texts, load_table, updated

    path = args.file or chinese_file()
    texts = english_texts(AIGCLibrary(language="en"))
    found = load_table(path) if path.exists() else {}
    if args.update:
        found = updated(found, texts)
        _write(path, found)
        found = load_table(path)
    problems = compare(found, texts)
    if args.json:
        print_json({"file": str(path), "texts": len(texts), "problems": problems})
        return int(bool(problems))
    lang = language()
    made = table(text("translation.keyword", lang), text("translation.problem", lang))
    for name, problem in sorted(problems.items(), key=lambda item: (item[1], item[0])):
        made.add_row(name, _named(problem, lang))
    if problems:
        show(made)
    fresh = len(set(texts) - set(problems))
    print(text("translation.summary", lang, path=str(path), fresh=fresh, n=len(texts)))
    return int(bool(problems))


def _named(problem: str, lang: str) -> str:
    """Name a problem in words: it is a code of `compare`, or `no '...'` of a section that is missing."""
    section = problem.removeprefix("no '").removesuffix("'") if problem.startswith("no '") else ""
    return text(f"translation.problems.{'no_section' if section else problem.replace(' ', '_')}", lang, section=section)


def _write(path: Path, entries: dict[str, dict[str, object]]) -> None:
    try:
        path.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"'{path}' cannot be written: {error.strerror}.", hint=Text("cli.hint.translation_update")
        ) from None
