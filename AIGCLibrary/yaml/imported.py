"""Files that the imports of a run name: each is read once, and nothing in them may contradict."""

from collections.abc import Callable, Iterable
from pathlib import Path

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text
from AIGCLibrary.yaml.layers import Layer


class ImportedFiles:
    """Reads the files that imports name, and knows which names two of them define differently.

    Args:
        what: What the names are in messages, for example `Rule set`.
        load: Reads a file or folder and returns the names that it defines.
        definition: Returns the definition of a name that holds now.
        raises: Class of the errors.
    """

    def __init__(
        self,
        what: str,
        load: Callable[[Path], list[str]],
        definition: Callable[[str], Layer],
        raises: type[ConfigError] = ConfigError,
    ) -> None:
        self._what = what
        self._load = load
        self._definition = definition
        self._raises = raises
        self._read: dict[Path, list[str]] = {}
        self._differing: dict[str, tuple[Layer, Layer]] = {}

    def add(self, paths: Iterable[Path]) -> None:
        """Read the paths that were not read yet.

        Raises:
            ConfigError: A path does not exist, or a file is wrong.
        """
        for path in paths:
            if path in self._read:
                continue
            before = {name: self._definition(name) for names in self._read.values() for name in names}
            names = self._read[path] = self._load(path)
            for name in names:
                now = self._definition(name)
                if name in before and before[name].data != now.data:
                    self._differing[name] = (before[name], now)

    def settle(self, names: Iterable[str]) -> None:
        """Note that names were defined again, by a keyword: that definition holds."""
        for name in names:
            self._differing.pop(name, None)

    def check(self, name: str) -> None:
        """Refuse a name that two imports define differently: which of both a test means cannot be known.

        Raises:
            ConfigError: It is one; the message names both files.
        """
        if name in self._differing:
            first, second = (layer.where for layer in self._differing[name])
            raise defined_twice(self._what, name, first, second, self._raises)


def defined_twice(
    what: str, name: str, first: str, second: str, raises: type[ConfigError] = ConfigError
) -> ConfigError:
    """Build the error for a name that two files of a run define differently.

    Args:
        what: What the name is, for example `Rule set`.
        name: The name.
        first: The first file, with its line.
        second: The second one.
        raises: Class of the error.
    """
    return raises(
        f"{what} '{name}' is defined differently in {first} and in {second}; both are used in this run.",
        hint=Text("core.hint.one_definition"),
        facts={"name": name, "files": [first, second]},
    )
