"""Providers by name: built-in presets and the tester's own files, with inheritance and per-kind differences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.tasks.providers.builder import BuildError, build
from AIGCLibrary.tasks.providers.model import Provider
from AIGCLibrary.tasks.providers.reader import Reader
from AIGCLibrary.yaml import YamlDocument, load_yaml
from AIGCLibrary.yaml.layers import Inheritance, Layer, Layered, Overlay, Place, yaml_files

SCHEMA = "provider"
_overlay = Overlay(
    whole=frozenset(
        {"states", "acceptors", "samples", "classes", "json", "form", "multipart", "query", "let", "prepare"}
    ),
    rivals=frozenset({"json", "form", "multipart"}),
)
"""Lays a description over the one it extends: key by key, these as a whole; a request has one body."""


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """One provider as written in a file."""

    name: str
    data: Mapping[str, Any]
    document: YamlDocument
    built_in: bool

    def layer(self) -> Layer:
        """Return the description as a layer; the path of its hook is beside its file."""
        data = dict(self.data)
        if data.get("hook"):
            data["hook"] = str(self.document.path.parent / data["hook"])
        return Layer(self.name, data, self.document, ("providers", self.name))


class Providers:
    """Knows all providers; reads built-in ones when first asked for.

    Example:
        ```python
        providers = Providers()
        providers.load(Path("resources/providers"))
        providers.get("studio", kind="video").submit
        ```
    """

    def __init__(self) -> None:
        self._own: dict[str, ProviderEntry] = {}
        self._cache: dict[tuple[str, str | None], Reader] = {}
        self._inheritance = Inheritance(self._base, self.names, _overlay, own=frozenset({"samples"}))

    def load(self, path: Path) -> list[str]:
        """Read a file, or every YAML file of a folder.

        Returns:
            Names of the providers found.

        Raises:
            ConfigError: A file is missing or wrong; two files describe the same provider.
        """
        names: list[str] = []
        for file in yaml_files(path):
            for entry in read_file(file):
                known = self._own.get(entry.name)
                if known and known.document.path.resolve() != entry.document.path.resolve():
                    raise entry.document.error(
                        ("providers", entry.name),
                        f"provider '{entry.name}' is also described in {known.document.path}.",
                    )
                self._own[entry.name] = entry
                names.append(entry.name)
        self._cache.clear()
        for name in names:
            for kind in (None, *(self.merged(name).get("kinds") or {})):
                self.get(name, kind)
        return names

    @property
    def own(self) -> list[str]:
        """Names of the tester's own providers."""
        return sorted(self._own)

    def names(self) -> list[str]:
        """Return all names, built-in ones included."""
        return sorted({*self._own, *_built_in_names()})

    def entry(self, name: str) -> ProviderEntry:
        """Return a provider as written in its file.

        Raises:
            ConfigError: There is none of this name.
        """
        if name in self._own:
            return self._own[name]
        if name in _built_in_names():
            return _built_in(name)
        raise ConfigError(
            f"There is no provider '{name}'. {near_matches(name, self.names())}",
            code="AIGC207",
            facts={"provider": name},
        )

    def get(self, name: str, kind: str | None = None) -> Provider:
        """Return a provider for one kind of task; raises like `entry`."""
        return self.reader(name, kind).provider

    def reader(self, name: str, kind: str | None = None) -> Reader:
        """Return the reader of a provider's answers."""
        key = (name, kind)
        if key not in self._cache:
            entry = self.entry(name)
            layered = self._inheritance.resolve(entry.layer())
            try:
                provider = build(name, _of_kind(layered.data, kind), str(entry.document.path), kind)
                provider = replace(provider, states_at=self._states_at(entry))
            except BuildError as error:
                raise layered.error(_place(layered, kind, error.place), error.problem) from None
            except ConfigError as error:
                raise entry.document.error(("providers", name), error.message) from None
            self._cache[key] = Reader(provider)
        return self._cache[key]

    def _states_at(self, entry: ProviderEntry) -> tuple[str, int, str] | None:
        """Locate the words of a provider: in its own description, or in one of the tester's it extends."""
        if entry.built_in:
            return None
        words = entry.data.get("states")
        if words:
            first = str(next(iter(words)))
            return str(entry.document.path), entry.document.line(("providers", entry.name, "states", first)), first
        return self._states_at(self.entry(entry.data["extends"])) if entry.data.get("extends") else None

    def default(self) -> str:
        """Return the provider that counts when none is named: the only one of the tester's own.

        Raises:
            ConfigError: There is none, or more than one.
        """
        if len(self._own) == 1:
            return next(iter(self._own))
        what = f"{len(self._own)} providers are loaded" if self._own else "No provider is loaded"
        raise ConfigError(f"{what}, and none was named: say provider=…. {near_matches('', self.names())}")

    def merged(self, name: str, kind: str | None = None) -> dict[str, Any]:
        """Return a description with what it extends, and the differences of a kind, merged in."""
        return _of_kind(self._inheritance.resolve(self.entry(name).layer()).data, kind)

    def _base(self, name: str, _seen_from: Layer) -> Layer | None:
        return self.entry(name).layer() if name in self.names() else None


def _of_kind(data: dict[str, Any], kind: str | None) -> dict[str, Any]:
    kinds = data.get("kinds") or {}
    return _overlay(data, {**kinds[kind], "kinds": kinds}) if kind and kind in kinds else data


def read_file(path: Path, built_in: bool = False) -> list[ProviderEntry]:
    """Read one provider file.

    Raises:
        ConfigError: It is missing or wrong.
    """
    document = load_yaml(path, schema=SCHEMA)
    return [ProviderEntry(name, data, document, built_in) for name, data in document.data["providers"].items()]


def _place(layered: Layered, kind: str | None, place: Iterable[str]) -> Place:
    """Return the place of a value in a description: among the differences of a kind where one of these wrote it."""
    inside: Place = tuple(int(part) if part.isdigit() else part for part in place)
    of_kind = ("kinds", str(kind), *inside)
    return of_kind if any(layer.wrote(of_kind) for layer in layered.layers) else inside


def _folder() -> Path:
    return Path(str(resources.files("AIGCLibrary"))) / "defaults" / "providers"


@cache
def _built_in_names() -> frozenset[str]:
    return frozenset(path.stem for path in _folder().glob("*.yaml"))


@cache
def _built_in(name: str) -> ProviderEntry:
    entries = read_file(_folder() / f"{name}.yaml", built_in=True)
    return next(entry for entry in entries if entry.name == name)
