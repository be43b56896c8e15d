"""Named things of one sort, from built-ins, entry points and YAML, with helpful errors."""

import importlib
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from AIGCLibrary.errors import PluginError, near_matches

T = TypeVar("T")


class Registry(Generic[T]):
    """Knows things by name.

    Args:
        sort: What they are, in the singular, for messages: `plugin`, `validator`, `alert channel` …
        group: Entry point group to find installed ones in; they are loaded only when asked for by name.

    Example:
        ```python
        validators: Registry[Validator] = Registry("validator", "aigclibrary.validators")
        validators.add("mp4", Mp4Validator)
        validators.get("mp4")
        ```
    """

    def __init__(self, sort: str, group: str | None = None) -> None:
        self.sort = sort
        self._group = group
        self._items: dict[str, tuple[T, str]] = {}

    def add(self, name: str, item: T, source: str = "built-in") -> None:
        """Make a thing known.

        Raises:
            PluginError: The name is taken; the message names both sources.
        """
        if name in self._items and self._items[name][0] is not item:
            raise PluginError(
                f"The {self.sort} '{name}' from {source} has the same name as the one from {self._items[name][1]}.",
                code="AIGC601",
            )
        self._items[name] = (item, source)

    def get(self, name: str) -> T:
        """Return a thing by name.

        Raises:
            PluginError: There is none; the message lists near matches.
        """
        if name not in self._items:
            self._load_entry_point(name)
        if name not in self._items:
            raise PluginError(f"There is no {self.sort} '{name}'. {near_matches(name, self.names())}", code="AIGC602")
        return self._items[name][0]

    def names(self) -> list[str]:
        """Return all names: the loaded ones and those of installed entry points."""
        return sorted({*self._items, *self._installed()})

    def source(self, name: str) -> str:
        """Describe where a loaded thing comes from."""
        return self._items[name][1] if name in self._items else f"entry point in group {self._group}"

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter([(name, item) for name, (item, _) in sorted(self._items.items())])

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def _installed(self) -> dict[str, Any]:
        return {point.name: point for point in entry_points(group=self._group)} if self._group else {}

    def _load_entry_point(self, name: str) -> None:
        point = self._installed().get(name)
        if point is not None:
            try:
                item = point.load()
            except (Exception, SystemExit) as error:
                reason = str(error) if isinstance(error, ImportError) else f"{type(error).__name__}: {error}"
                raise PluginError(f"The {self.sort} '{name}' cannot be imported: {reason}.", code="AIGC603") from error
            self.add(name, item, f"package '{point.dist.name if point.dist else point.module}'")


def import_object(path: str, sort: str = "plugin") -> Callable[..., Any]:
    """Import `package.module:Name`.

    Raises:
        PluginError: The module or the name in it does not exist.
    """
    module_name, _, name = path.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise PluginError(f"The {sort} '{path}' cannot be imported: {error}.", code="AIGC603") from error
    if not name or not hasattr(module, name):
        raise PluginError(
            f"The {sort} '{path}' cannot be found: write it as 'package.module:Name'. "
            f"{near_matches(name, [n for n in dir(module) if not n.startswith('_')])}",
            code="AIGC603",
        )
    return getattr(module, name)  # type: ignore[no-any-return]
