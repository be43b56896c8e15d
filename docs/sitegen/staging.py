"""Collects the pages of the site: those of `docs/`, those of the root, and the generated reference."""

import os
import re
import shutil
from pathlib import Path, PurePosixPath

from sitegen import reference

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LEFT_OUT = ("sitegen", "texts", "example-plugin", "reference", "site")
SHOWN = (".md", ".css", ".js", ".png", ".svg")
"""What a page is made of; all else in `docs/` belongs to the generator."""
ABOUT = {
    "CHANGELOG.md": "about/changelog.md",
    "CONTRIBUTING.md": "about/contributing.md",
    "SECURITY.md": "about/security.md",
}
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
FENCED = re.compile(r"(^ *```.*?^ *```[^\S\n]*$)", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
CHINESE_BREAK = re.compile(
    r"(?<=[\u3400-\u9fff])\n[^\S\n]*(?=[\u3400-\u9fff])"
    r"|(?<=[\u3001-\u3011\uff01-\uff5d”])\n[^\S\n]*(?=[\u3400-\u9fff`A-Za-z“《])"
)
"""A line break within a Chinese sentence."""
CHINESE_TUTORIAL = "tutorial.zh"


def stage(folder: Path) -> None:
    """Fill an empty folder with the pages as the site generator expects them.

    A Chinese page is `name.zh.md`. The Chinese tutorial is a folder of its own in the repository, since Robot Framework
    runs only files that end with `.robot.md`.
    """
    for path in sorted(DOCS.rglob("*")):
        place = path.relative_to(DOCS)
        if path.is_file() and is_shown(place):
            copy(path, folder / target(place), place.as_posix())
    for name, place in ABOUT.items():
        copy(ROOT / name, folder / place, f"../{name}")
    for page in reference.build(folder / "reference"):
        if page.suffix == ".md":
            page.write_text(joined(page.read_text(encoding="utf-8")), encoding="utf-8")


def is_shown(place: Path) -> bool:
    """Return whether a file of `docs/` is part of the site."""
    return place.parts[0] not in LEFT_OUT and place.suffix in SHOWN


def target(place: Path) -> str:
    """Return where a file of `docs/` is on the site."""
    if place.parts[0] == CHINESE_TUTORIAL:
        return f"tutorial/{place.name.removesuffix('.md')}.zh.md"
    return place.as_posix()


def copy(source: Path, to: Path, place: str) -> None:
    """Copy a file; links of a page are adapted to the places of the site."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix != ".md":
        shutil.copyfile(source, to)
        return
    here = PurePosixPath("docs") / place
    on_site = PurePosixPath(to.as_posix())
    root = PurePosixPath(str(to)[: len(str(to)) - len(site_place(place))])

    def adapted(match: re.Match[str]) -> str:
        mark, text, link, anchor = match[1], match[2], match[3], match[4] or ""
        found = os.path.normpath((here.parent / link).as_posix())
        goal = goal_of(found)
        if goal is None:
            return f"`{found}`" if not mark else ""
        moved = os.path.relpath((root / goal).as_posix(), on_site.parent.as_posix())
        return f"{mark}[{text}]({moved}{anchor})"

    to.write_text(LINK.sub(adapted, joined(source.read_text(encoding="utf-8"))), encoding="utf-8")


def joined(text: str) -> str:
    """Join lines of the source where a browser would show a blank that does not belong there.

    Code that a line breaks goes onto one line, since the site shows blanks in code as they are. Chinese has no blanks
    between words or after its punctuation.
    """
    parts = FENCED.split(text)
    parts[::2] = (CODE.sub(lambda found: re.sub(r"\s*\n\s*", " ", found[0]), part) for part in parts[::2])
    parts[::2] = (CHINESE_BREAK.sub("", part) for part in parts[::2])
    return "".join(parts)


def site_place(place: str) -> str:
    """Return the place on the site of a page given by its place below `docs/`, or `../NAME` in the root."""
    return ABOUT[place.removeprefix("../")] if place.startswith("../") else target(Path(place))


def goal_of(path: str) -> str | None:
    """Return the place on the site of a path of the repository; None for one that is not on the site."""
    if path in ABOUT:
        return ABOUT[path]
    if path in ("README.md", "README.zh-CN.md"):
        return "index.md"
    if not path.startswith("docs/"):
        return None
    place = Path(path.removeprefix("docs/"))
    if place.parts[0] in ("example-plugin", "sitegen", "texts") or place.suffix in (".py", ".yaml", ".yml"):
        return None
    found = target(place)
    if place.suffix == "":
        found = f"{found.replace(CHINESE_TUTORIAL, 'tutorial')}/README.md"
    return found.replace(".zh.md", ".md")
