"""Finds templates by name: built-in ones, those of the settings, and those loaded by keyword."""

from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from AIGCLibrary.data.check import build
from AIGCLibrary.data.errors import TemplateError
from AIGCLibrary.data.model import Template
from AIGCLibrary.data.reader import merge
from AIGCLibrary.data.variants import split, varied
from AIGCLibrary.errors import near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.yaml import YamlDocument, load_yaml

SUFFIXES = (".yaml", ".yml")


class TemplateCatalogue:
    """Knows the templates by name; a later file of the same name replaces an earlier one.

    Args:
        paths: Files and folders from the settings.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._files: dict[str, list[Path]] = {}
        self._read: dict[Path, YamlDocument] = {}
        self._added: dict[Path, list[str]] = {}
        self._conflicts: dict[str, str] = {}
        self.load(Path(str(resources.files("AIGCLibrary") / "defaults" / "templates")))
        self.add_project_files(paths)

    def add_project_files(self, paths: Iterable[Path]) -> None:
        """Read the template files that imports name and that were not read yet.

        A template that two imports define differently is refused when it is used.

        Raises:
            ConfigError: A path does not exist, or a file is no template.
        """
        for path in paths:
            if path in self._added:
                continue
            before = {name: self._files[name][-1] for names in self._added.values() for name in names}
            names = self._added[path] = self.load(path)
            for name in names:
                first, second = before.get(name), self._files[name][-1]
                if first and first != second and self._document(first).data != self._document(second).data:
                    self._conflicts[name] = (
                        f"Template '{name}' is defined differently in {first} and in {second}; "
                        "both are used in this run."
                    )

    def load(self, path: Path) -> list[str]:
        """Make the templates of a file or folder known.

        Returns:
            Their names.

        Raises:
            ConfigError: The path does not exist, or a file is no template.
        """
        files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES) if path.is_dir() else [path]
        names = []
        for file in files:
            self._read.pop(file, None)  # it may have been rewritten
            document = self._document(file)
            name = (document.data or {}).get("name", file.stem)
            self._conflicts.pop(name, None)
            known = self._files.setdefault(name, [])
            if file not in known:
                known.append(file)
            names.append(name)
        return names

    def names(self) -> list[str]:
        """Return the names of all templates."""
        return sorted(self._files)

    def get(self, name: str) -> Template:
        """Return a template by name, or by the path of its file; `name:variant` returns one of its variants.

        Raises:
            TemplateError: There is none, or it is wrong.
        """
        name, variant = (name, None) if name in self._files else split(name)
        if name in self._conflicts:
            raise TemplateError(self._conflicts[name], hint=Text("core.hint.one_definition"), facts={"template": name})
        file = self._files[name][-1] if name in self._files else None
        if file is None and name.endswith(SUFFIXES):
            file = Path(name)
        if file is None:
            raise TemplateError(
                f"There is no template '{name}'. {near_matches(name, self._files)}",
                hint=Text("data.hint.load_template"),
                facts={"template": name},
            )
        merged = merge(self._document(file), self._find)
        return build(varied(merged, variant, name) if variant else merged, file.stem)

    def _find(self, name: str, seen_from: Path) -> YamlDocument:
        if name.endswith(SUFFIXES):
            return self._document(seen_from.parent / name)
        # A project's own template may extend the built-in one of the same name.
        below = [file for file in self._files.get(name, ()) if file != seen_from]
        if not below:
            raise TemplateError(
                f"{seen_from}: there is no template '{name}'. {near_matches(name, self._files)}",
                facts={"file": str(seen_from), "template": name},
            )
        return self._document(below[-1])

    def _document(self, file: Path) -> YamlDocument:
        if file not in self._read:
            self._read[file] = load_yaml(file, schema="template")
        return self._read[file]
