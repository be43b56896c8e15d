"""`aigc skill`: instructions for coding assistants that write suites, as a folder with a SKILL.md."""

import argparse
from pathlib import Path

from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.terminal import language

NAME = "skill"
HELP = "Write a skill for coding assistants: vocabulary, keywords, recipes"
EXITS = {0: "the skill was written, over an older one"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folder."""
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("skills", "aigclibrary"),
        help="where, as the assistant wants it (default: skills/aigclibrary)",
    )  # fmt: skip
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Write the files and print their names."""
    from AIGCLibrary.cli.skill_pages import skill_pages

    for name, content in skill_pages(language(args.language)).items():
        path = args.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
        print(path)
    return 0
