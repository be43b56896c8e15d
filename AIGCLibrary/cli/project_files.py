"""The YAML files of a new project: the schema that editors complete with, and comments in the user's language."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from AIGCLibrary.i18n import CHINESE, short_language

SCHEMAS = ".schemas"
"""Folder of a project for the JSON Schemas, so that an editor finds them without a network."""

_SCHEMA_LINE = re.compile(r"\A# yaml-language-server: \$schema=\S*?([\w.]+\.schema\.json)\n")
_COMMENT = re.compile(r"(?m)((?:^|[ \t])# ?)( *\S.*)$")
_DESCRIPTION = re.compile(r"(?m)^(\s*description: )([^\n#\"]+?)([ \t]+#.*)?$")


def schema_files() -> Iterator[tuple[PurePosixPath, Traversable]]:
    """Yield the JSON Schemas of all YAML formats with their places in a project."""
    for source in (resources.files("AIGCLibrary") / "schemas").iterdir():
        if source.name.endswith(".schema.json"):
            yield PurePosixPath(SCHEMAS) / source.name, source


def write_schemas(directory: Path) -> list[Path]:
    """Write the schemas into a project, over older ones.

    Returns:
        The written files.
    """
    written = []
    for name, source in schema_files():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())
        written.append(path)
    return sorted(written)


def adapted(content: str, place: PurePosixPath, lang: str) -> str:
    """Adapt a YAML file of the example to its place in a project and to a language.

    Args:
        content: The file as it is in this package's repository.
        place: Its path in the project; the schema line leads from there to `SCHEMAS`.
        lang: Language of comments and descriptions.
    """
    up = "../" * (len(place.parts) - 1)
    content = _SCHEMA_LINE.sub(rf"# yaml-language-server: $schema={up}{SCHEMAS}/\1\n", content)
    if short_language(lang) != CHINESE:
        return content
    chinese = comments()
    content = _COMMENT.sub(lambda found: f"{found[1]}{chinese.get(found[2], found[2])}", content)
    return _DESCRIPTION.sub(lambda found: f"{found[1]}{chinese.get(found[2], found[2])}{found[3] or ''}", content)


@cache
def comments() -> dict[str, str]:
    """Read the Chinese comments by their English ones."""
    import yaml

    source = resources.files("AIGCLibrary") / "locales" / "project_comments.yaml"
    return dict(yaml.safe_load(source.read_text(encoding="utf-8")))
