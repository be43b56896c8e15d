"""Finds templates by name: built-in ones, those of the settings, and those loaded by keyword."""

from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from AIGCLibrary.data.check import build
from AIGCLibrary.data.errors import TemplateError
from AIGCLibrary.data.model import Template
from AIGCLibrary.data.reader import Merged, overlay
from AIGCLibrary.data.variants import split, varied
from AIGCLibrary.errors import near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.yaml import YamlDocument, load_yaml
from AIGCLibrary.yaml.imported import ImportedFiles
from AIGCLibrary.yaml.layers import SUFFIXES, Inheritance, Layer, yaml_files

_OWN = frozenset({"name", "description", "abstract", "version"})
"""Keys of a template that another one does not inherit."""


class TemplateCatalogue:
    """Knows the templates by name; a later file of the same name replaces an earlier one.

    Args:
        paths: Files and folders from the settings.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._files: dict[str, list[Path]] = {}
        self._read: dict[Path, YamlDocument] = {}
        self._inheritance = Inheritance(
            self._base, lambda: self._files, overlay, ("extends", "include"), _OWN, TemplateError
        )
        self._imported = ImportedFiles("Template", self.load, self._newest, TemplateError)
        self.load(Path(str(resources.files("AIGCLibrary") / "defaults" / "templates")))
        self.add_project_files(paths)

    def add_project_files(self, paths: Iterable[Path]) -> None:
        """Read the template files that imports name and that were not read yet.

        A template that two imports define differently is refused when it is used.

        Raises:
            ConfigError: A path does not exist, or a file is no template.
        """
        self._imported.add(paths)

    def load(self, path: Path) -> list[str]:
        """Make the templates of a file or folder known.

        Returns:
            Their names.

        Raises:
            ConfigError: The path does not exist, or a file is no template.
        """
        names = []
        for file in yaml_files(path):
            self._read.pop(file, None)  # it may have been rewritten
            document = self._document(file)
            name = (document.data or {}).get("name", file.stem)
            known = self._files.setdefault(name, [])
            if file not in known:
                known.append(file)
            names.append(name)
        self._imported.settle(names)
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
        self._imported.check(name)
        file = self._files[name][-1] if name in self._files else None
        if file is None and name.endswith(SUFFIXES):
            file = Path(name)
        if file is None:
            raise TemplateError(
                f"There is no template '{name}'. {near_matches(name, self._files)}",
                hint=Text("data.hint.load_template"),
                facts={"template": name},
            )
        layered = self._inheritance.resolve(self._layer(file))
        merged = Merged(layered.data, layered.layers, TemplateError)
        return build(varied(merged, variant, name) if variant else merged, file.stem)

    def _base(self, name: str, seen_from: Layer) -> Layer | None:
        if name.endswith(SUFFIXES):
            return self._layer(seen_from.document.path.parent / name)
        # A project's own template may extend the built-in one of the same name.
        known = self._files.get(name, ())
        below = [file for file in known if file != seen_from.document.path] or known
        return self._layer(below[-1]) if below else None

    def _newest(self, name: str) -> Layer:
        return self._layer(self._files[name][-1])

    def _layer(self, file: Path) -> Layer:
        document = self._document(file)
        return Layer(file.name, document.data or {}, document)

    def _document(self, file: Path) -> YamlDocument:
        if file not in self._read:
            self._read[file] = load_yaml(file, schema="template")
        return self._read[file]
