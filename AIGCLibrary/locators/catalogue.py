"""All targets known by name, from locator files and folders."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError, close_names, near_matches
from AIGCLibrary.i18n import Text, listed, series
from AIGCLibrary.locators.errors import UnknownTargetError
from AIGCLibrary.locators.model import Target
from AIGCLibrary.locators.parameters import called, checked, in_order
from AIGCLibrary.locators.reader import read_locators
from AIGCLibrary.locators.scope import within
from AIGCLibrary.yaml.layers import yaml_files


class Catalogue:
    """Finds targets by their full name, or by the short one where only one page has it.

    Example:
        ```python
        catalogue = Catalogue()
        catalogue.load(Path("resources/locators"))
        catalogue.get("generate.prompt")
        ```
    """

    def __init__(self) -> None:
        self.revision = 0  # counts what was read: what others derive from all targets holds for one of them
        self._targets: dict[str, Target] = {}
        self._failures: dict[Path, ConfigError] = {}
        self._resolved: dict[str, Target] = {}  # by the name asked for, until a file is read

    def load(self, path: Path) -> list[str]:
        """Read a locator file, or all of a folder; a file that is read again replaces what it said before.

        Returns:
            Full names of the targets read.

        Raises:
            ConfigError: A file is wrong, the folder has none, or two files name the same target. It is kept, and
                raised again by whatever misses a target later.
        """
        try:
            names = self._load(path)
        except ConfigError as error:
            self._failures[path] = error
            raise
        self._failures.pop(path, None)
        return names

    def _load(self, path: Path) -> list[str]:
        names = []
        self.revision += 1
        self._resolved.clear()
        for file in _files(path):
            targets = read_locators(file)
            resolved = file.resolve()
            self._targets = {
                name: target for name, target in self._targets.items() if target.file.resolve() != resolved
            }
            for target in targets:
                other = self._targets.get(target.name)
                if other:
                    raise ConfigError(
                        f"{target.file}, line {target.line}: target '{target.name}' is already named in "
                        f"{other.file}, line {other.line}.",
                        facts={"file": str(target.file), "line": target.line},
                    )
                self._targets[target.name] = target
            names += [target.name for target in targets]
        return names

    def get(self, name: str) -> Target:
        """Return a target as its file has it.

        Raises:
            UnknownTargetError: No file names it, or several pages do; the message lists near matches.
        """
        found = self._resolved.get(name)
        if found is None:
            found = self._resolved[name] = within(self._written(name), self._written)
        return found

    def bound(self, name: str, given: Mapping[str, Any], options: Iterable[str] = ()) -> Target:
        """Return a target with the values a test gives its parameters and those of the targets it is in.

        Args:
            name: Its name, or the short form `tasks.row(a cat)`.
            given: The values.
            options: Options of the keyword, for the message about a misspelt one.

        Raises:
            UnknownTargetError: No file names it, a value is missing, or it has no parameter of that name.
        """
        name, written = called(name)
        whole = self.get(name)
        if written is not None:
            given = {**in_order(whole.name, whole.parameters, written), **given}
        values = checked(whole.name, whole.parameters, given, options)

        def one(inner: str) -> Target:
            found = self._written(inner)
            return found.bind(values) if found.bind else found

        return replace(within(one(name), one), values=values) if values else whole

    def _written(self, name: str) -> Target:
        if name in self._targets:
            return self._targets[name]
        short = [full for full in self._targets if full.rsplit(".", 1)[-1] == name]
        if len(short) == 1:
            return self._targets[short[0]]
        if short:
            named = " and ".join(f"'{full}'" for full in sorted(short))
            raise UnknownTargetError(f"Target '{name}' is defined on several pages: {named}. Say which one is meant.")
        if not self._targets:
            self.raise_failure(f"There is no target '{name}', since its locator file could not be loaded. ")
            raise UnknownTargetError(
                f"There is no target '{name}': no locator file is loaded.", hint=Text("locators.hint.load")
            )
        available = (
            [*self._targets] if "." in name else [*self._targets, *(n.rsplit(".", 1)[-1] for n in self._targets)]
        )
        near = near_matches(name, available)
        failed = "".join(f" Not loaded: {error.message}" for error in self._failures.values())
        errors = [Text("locators.failure.not_loaded", what=error.said) for error in self._failures.values()]
        alike = close_names(name, available)
        files = {target.file.name for target in self._targets.values()}
        raise UnknownTargetError(
            Text(
                "locators.failure.unknown",
                original=f"There is no target '{name}'. {near}{failed}",
                target=name,
                near=Text("locators.failure.near", names=series(alike)) if alike else "",
                failed=listed(errors) if errors else "",
            ),
            hint=Text(
                "locators.hint.unknown",
                name=name,
                files=series(sorted(files)),
            ),
            facts={"target": name, "available": sorted(self._targets)},
        )

    def raise_failure(self, before: str = "") -> None:
        """Raise again why a locator file could not be loaded, if one could not.

        Args:
            before: What comes before the original message.
        """
        for error in self._failures.values():
            raise ConfigError(f"{before}{error.message}", code=error.code, hint=error.hint, facts=error.facts)

    def __contains__(self, name: str) -> bool:
        return name in self._targets

    def __iter__(self) -> Iterator[Target]:
        """Go over the targets that can be looked for as they are: those with parameters need values first."""
        for name in self._targets:
            with suppress(UnknownTargetError):  # reported where it is used
                if not (found := self.get(name)).parameters:
                    yield found

    def names(self) -> list[str]:
        """Return the names of all targets, those with parameters as well."""
        return list(self._targets)

    def __len__(self) -> int:
        return len(self._targets)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = yaml_files(path, recursive=True)
    if not found:
        raise ConfigError(f"Folder '{path}' contains no locator file (*.yaml).", facts={"file": str(path)})
    return found
