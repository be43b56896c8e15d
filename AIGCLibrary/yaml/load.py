"""YAML files read once, with line numbers and near matches in every error."""

from pathlib import Path
from typing import Any

import yaml

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.yaml.document import YamlDocument
from AIGCLibrary.yaml.nodes import construct
from AIGCLibrary.yaml.schema import check


def load_yaml(path: str | Path, schema: str | None = None) -> YamlDocument:
    """Read a YAML file and check it against one of our JSON Schemas.

    Args:
        path: The file; relative paths start at the current directory.
        schema: Name in `AIGCLibrary/schemas`, for example `locators` for `locators.schema.json`.

    Raises:
        ConfigError: The file is missing, is not YAML, repeats a key, or breaks the schema. All breaks
            of the schema are reported at once, each with its line.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise missing_file(file) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"File '{path}', line {line}: is not UTF-8 text.",
            hint=Text("core.hint.save_utf8", file=file.name),
            facts={"file": str(path), "line": line},
        ) from None
    except OSError as error:
        raise ConfigError(f"File '{path}' cannot be read: {error}.", facts={"file": str(path)}) from None
    return parse_yaml(text, file, schema)


def missing_file(path: Path) -> ConfigError:
    """Build the error for a file or folder that is not there, with the names beside it that come near."""
    hint = "check_absolute" if path.is_absolute() else "check_path"
    return ConfigError(
        f"File '{path}' does not exist.{_near(path)}",
        hint=Text(f"core.hint.{hint}", directory=str(Path.cwd())),
        facts={"file": str(path)},
    )


def _near(path: Path) -> str:
    beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = near_matches(path.name, beside)
    return f" {hint}" if hint.startswith("Did") else ""  # what else is in the folder is of no help


def parse_yaml(text: str, path: Path, schema: str | None = None) -> YamlDocument:
    """Do what `load_yaml` does for text that is already in memory."""
    name = f"{schema}.schema.json" if schema else None
    empty = YamlDocument(path, {}, {}, name)
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        data = construct(text, lines, empty)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document = YamlDocument(path, {}, {(): mark.line + 1 if mark else 1}, name)
        problem = f"{error.problem or error.context}."
        constructed = isinstance(error, yaml.constructor.ConstructorError)
        raise document.error((), problem if constructed else f"not valid YAML: {problem}") from None
    except yaml.YAMLError as error:
        raise empty.error((), f"not valid YAML: {error}.") from None
    except RecursionError:
        raise empty.error((), "is nested deeper than 200 levels.") from None
    document = YamlDocument(path, data, lines, name)
    if schema:
        check(document, schema)
    return document


def parse_value(text: str, name: str) -> Any:
    """Read one value that stands outside of a file, such as that of a command's `name=value`, as a file's are read.

    Raises:
        ConfigError: It is not YAML; a text with marks of YAML in it needs quotes.
    """
    try:
        return construct(text, {}, YamlDocument(Path(name), {}, {}), empty=None)
    except (yaml.YAMLError, RecursionError, ConfigError) as error:
        problem = getattr(error, "problem", None) or getattr(error, "message", None) or error
        raise ConfigError(
            f"The value of '{name}' is not valid YAML: {problem}.", hint=Text("core.hint.quote")
        ) from None
