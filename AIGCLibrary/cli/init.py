"""`aigc init` gives a user's own project its layout, with an example that runs against the studio."""

import argparse
import re
import shlex
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.project_files import adapted, write_schemas
from AIGCLibrary.cli.terminal import language, text
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import CHINESE, ENGLISH, Text, short_language

NAME = "init"
HELP = "Make a project of your own, with a working example"
EXITS = {0: "the project was written"}

_SHARED = ("keywords", "resources")
"""Folders that the project shares with the repository this package is developed in; setup.py puts them into wheels."""
_READMES = ("README.zh-CN.md", "README.md")
_SUITES, _CHINESE_SUITES = "suites", "suites.zh-CN"
"""Folders with suites; those of a language replace the ones with their number."""
# Names that a repository or an installer would treat in its own way are stored under another one.
_RENAMED = {"gitignore": ".gitignore", "gitkeep": ".gitkeep"}


_OF_A_REPOSITORY = re.compile(
    r"\.git(ignore|attributes|keep|hub|ea|lab-ci\.yml|modules)?|\.(svn|hg|editorconfig|idea|vscode|venv|DS_Store)|venv"
    r"|(README|LICEN[CS]E|COPYING|NOTICE|CODEOWNERS|CONTRIBUTING|SECURITY)([.-].*)?",
    re.IGNORECASE,
)
"""Names in a folder that was just made as a repository or as an environment of Python; they are kept as they are."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("directory", type=Path, nargs="?", default=Path(), help="where (default: this folder)")
    parser.add_argument("--plugin", metavar="NAME", help="make a plug-in package there instead of a project")
    parser.add_argument("--force", action="store_true", help="write into a folder that is not empty; keep its files")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Write the project's files and say what to do next.

    Raises:
        ConfigError: The folder is not empty (AIGC017), or cannot be written (AIGC018).
    """
    lang = language(args.language)
    directory: Path = args.directory
    if args.plugin:
        from AIGCLibrary.plugins.scaffold import create_plugin

        print("\n".join(f"  {path}" for path in create_plugin(directory, args.plugin)))
        return 0
    if directory.exists() and not args.force and not _is_new(directory):
        raise ConfigError(
            f"'{directory.resolve()}' is not an empty folder.", code="AIGC017", hint=Text("cli.hint.init_not_empty")
        )
    try:
        written = write_project(directory, lang)
    except OSError as error:
        raise ConfigError(f"'{error.filename}' cannot be written: {error.strerror}.", code="AIGC018") from None
    for path in written:
        print(f"  {path}")
    here = directory.resolve() == Path.cwd()
    print(text("init.here" if here else "init.done", lang, count=len(written), directory=shlex.quote(str(directory))))
    return 0


def _is_new(directory: Path) -> bool:
    """Return whether a folder holds nothing but what a new repository begins with."""
    return directory.is_dir() and all(_OF_A_REPOSITORY.fullmatch(path.name) for path in directory.iterdir())


def write_project(directory: Path, lang: str = ENGLISH) -> list[Path]:
    """Write the files that are not there yet, with README and comments in a language; return their paths."""
    written = []
    for name, source in sorted(template_files(lang), key=lambda item: str(item[0])):
        path = directory / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.suffix == ".yaml":
            content = adapted(source.read_text(encoding="utf-8"), name, lang)
            path.write_text(content, encoding="utf-8", newline="\n")
        else:
            path.write_bytes(source.read_bytes())
        written.append(path)
    return [*written, *write_schemas(directory)]


def template_files(lang: str = ENGLISH) -> Iterator[tuple[PurePosixPath, Traversable]]:
    """Return the files of the example project: where each belongs, and where it is read."""
    mine, other = _READMES if short_language(lang) == CHINESE else _READMES[::-1]
    package = resources.files("AIGCLibrary")
    project = package / "defaults" / "project"
    chinese = {item.name[:2] for item in (project / _CHINESE_SUITES).iterdir()} if mine == _READMES[0] else set()
    for name, source in _walk(project, PurePosixPath()):
        if name.parts[0] == _CHINESE_SUITES:
            if chinese:
                yield PurePosixPath(_SUITES, name.name), source
        elif str(name) != other and not (name.parts[0] == _SUITES and name.name[:2] in chinese):
            yield (PurePosixPath("README.md") if str(name) == mine else name), source
    for folder in _SHARED:
        if not (project / folder).is_dir():  # a wheel has a copy; the repository has them beside the package
            yield from _walk(Path(str(package)).parent / folder, PurePosixPath(folder))


def _walk(folder: Traversable, place: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for item in folder.iterdir():
        if item.name == "__pycache__":
            continue
        name = place / _RENAMED.get(item.name, item.name)
        if item.is_dir():
            yield from _walk(item, name)
        else:
            yield name, item
