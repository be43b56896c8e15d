"""How definitions in YAML files build on each other: folders, `extends`, merging, cycles, and who wrote what.

Rule sets, providers, environments and templates share it: a definition names what it extends, is laid over that, and an
error in what results names the file and the line that wrote it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.yaml.document import YamlDocument

SUFFIXES = (".yaml", ".yml")
Place = tuple[str | int, ...]


def yaml_files(path: Path, *, recursive: bool = False) -> list[Path]:
    """Return the YAML files of a folder by name; the path itself where it is no folder.

    Args:
        path: A file or a folder.
        recursive: Also those of the folders in it.
    """
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in (path.rglob("*") if recursive else path.iterdir())
        if file.suffix in SUFFIXES and not file.is_dir()
    )


@dataclass(frozen=True, slots=True)
class Overlay:
    """Lays a mapping over another one: keys are joined, values that are no mappings are replaced.

    Args:
        depth: Levels of mappings below the first that are joined; None for all.
        removes: Levels, the first included, on which null removes a key; None for all.
        whole: Keys whose values are replaced as a whole.
        rivals: Keys of which a mapping has one: writing it removes the others.

    Example:
        ```python
        Overlay()({"a": {"b": 1, "c": 2}}, {"a": {"b": None, "d": 3}})  # {"a": {"c": 2, "d": 3}}
        ```
    """

    depth: int | None = None
    removes: int | None = None
    whole: frozenset[str] = frozenset()
    rivals: frozenset[str] = frozenset()

    def __call__(self, base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
        """Return a new mapping; it shares values with both."""
        return self._joined(base, over, 0)

    def _joined(self, base: Mapping[str, Any], over: Mapping[str, Any], level: int) -> dict[str, Any]:
        joined = dict(base)
        removes = self.removes is None or level < self.removes
        deeper = self.depth is None or level < self.depth
        for key, value in over.items():
            known = joined.get(key)
            if key in self.rivals and isinstance(value, Mapping):
                for other in self.rivals - over.keys():
                    joined.pop(other, None)
            if value is None and removes:
                joined.pop(key, None)
            elif deeper and key not in self.whole and isinstance(value, Mapping) and isinstance(known, Mapping):
                joined[key] = self._joined(known, value, level + 1)
            else:
                joined[key] = value
        return joined


@dataclass(frozen=True, slots=True)
class Layer:
    """A definition as it is written.

    Args:
        name: What messages call it.
        data: What it says itself.
        document: The file.
        place: Where it is in the file; empty where it is the whole file.
    """

    name: str
    data: Mapping[str, Any]
    document: YamlDocument
    place: Place = ()

    @property
    def where(self) -> str:
        """File and line, for messages."""
        line = f", line {self.document.line(self.place)}" if self.place else ""
        return f"{self.document.path}{line}"

    def wrote(self, place: Place) -> bool:
        """Return whether it says something of a place in the definition."""
        if (*self.place, *place) in self.document.lines:
            return True
        value: Any = self.data
        for part in place:  # what YAML itself merges (`<<`) has no line of its own
            if not isinstance(value, Mapping) or part not in value:
                return False
            value = value[part]
        return True

    def same_as(self, other: "Layer") -> bool:
        """Return whether both are the same definition of the same file."""
        return self.place == other.place and self.document.path.resolve() == other.document.path.resolve()


@dataclass(frozen=True, slots=True)
class Layered:
    """A definition with everything that it builds on.

    Args:
        data: What holds.
        layers: The definition itself, then those it builds on, the nearest first.
        raises: Class of its errors.
    """

    data: dict[str, Any]
    layers: tuple[Layer, ...]
    raises: type[ConfigError] = ConfigError

    def writer(self, place: Place) -> Layer:
        """Return the nearest layer that wrote a value; where none did, the one that wrote most of the way to it."""
        found = next((layer for layer in self.layers if layer.wrote(place)), None)
        return found or max(self.layers, key=lambda layer: _depth(layer, place))

    def error(self, place: Place, problem: str, code: str | None = None) -> ConfigError:
        """Build the error for a value, with the file and line that wrote it.

        Args:
            place: Where the value is in the definition.
            problem: What is wrong, as a sentence.
            code: Another code than the one of the class.
        """
        layer = self.writer(place)
        return layer.document.error((*layer.place, *place), problem, code=code, kind=self.raises)


def _depth(layer: Layer, place: Place) -> int:
    return next(size for size in range(len(place), -1, -1) if layer.wrote(place[:size]))


@dataclass(frozen=True, slots=True)
class Inheritance:
    """How the definitions of one kind build on each other.

    Args:
        find: Returns the definition of a name as seen from the layer that names it; None where there is none.
        names: Returns the names that there are, for messages.
        overlay: Lays a definition over what it builds on.
        keys: Keys that name what a definition builds on: a name, or a list of names, the later one over the earlier.
        own: Keys that are not inherited.
        raises: Class of its errors.
        complete: Completes the data of a definition when it was laid over its bases; it gets the trail to it, too.
    """

    find: Callable[[str, Layer], Layer | None]
    names: Callable[[], Iterable[str]]
    overlay: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]] = field(default_factory=Overlay)
    keys: tuple[str, ...] = ("extends",)
    own: frozenset[str] = frozenset()
    raises: type[ConfigError] = ConfigError
    complete: Callable[[Layer, dict[str, Any], tuple[Layer, ...]], dict[str, Any]] | None = None

    def resolve(self, layer: Layer, trail: tuple[Layer, ...] = ()) -> Layered:
        """Return a definition with everything that it builds on.

        Args:
            layer: The definition.
            trail: Those that build on it, on the way here.

        Raises:
            ConfigError: It builds on a definition that does not exist, or on itself; the message has the line and,
                for a cycle, all names of it.
        """
        data: dict[str, Any] = {}
        layers = [layer]
        trail = (*trail, layer)
        for place, name in self._bases(layer):
            base = self.find(name, layer)
            if base is None:
                raise self._error(layer, place, f"'{name}' is not known. {near_matches(name, self.names())}")
            if any(base.same_as(visited) for visited in trail):
                chain = " → ".join(document.name for document in (*trail, base))
                raise self._error(layer, place, f"'{base.name}' depends on itself: {chain}.")
            below = self.resolve(base, trail)
            data = self.overlay(data, {key: value for key, value in below.data.items() if key not in self.own})
            layers[1:1] = below.layers  # what is laid on top of the others is nearer
        own = {key: value for key, value in layer.data.items() if key not in self.keys}
        data = self.overlay(data, own)
        return Layered(self.complete(layer, data, trail) if self.complete else data, tuple(layers), self.raises)

    def _bases(self, layer: Layer) -> Iterator[tuple[Place, str]]:
        for key in self.keys:
            named = layer.data.get(key) or ()
            if isinstance(named, str):
                yield (key,), named
            else:
                yield from (((key, index), name) for index, name in enumerate(named))

    def _error(self, layer: Layer, place: Place, problem: str) -> ConfigError:
        return layer.document.error((*layer.place, *place), problem, kind=self.raises)
