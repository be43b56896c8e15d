"""Validators by name and by media type: built-in ones, and those of installed packages."""

from typing import Any

from AIGCLibrary.content.formats import JUDGED_BY, VALIDATORS
from AIGCLibrary.content.sniff import sniff
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.plugins.registry import Registry, import_object

__all__ = ["Validator", "Validators"]


class Validators:
    """Finds the validator of a file.

    Args:
        names: Validators that may be used beside the built-in ones: names of installed ones (entry points
            `aigclibrary.validators`), or `package.module:Class`. What is installed is not used before it is named.

    Example:
        ```yaml
        # aigc.yaml
        options:
          files:
            validators: [obj3d, "my_checks.recipes:RecipeValidator"]
        ```
    """

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.registry: Registry[type[Validator]] = Registry("validator", "aigclibrary.validators")
        for name, path in VALIDATORS.items():
            self.registry.add(name, _Later(path))  # type: ignore[arg-type]
        self._added: list[type[Validator]] = []
        for name in names:
            found: Any = import_object(name, "validator") if ":" in name else self.registry.get(name)
            self.add(found) if ":" in name else self._added.append(found)

    def add(self, validator: type[Validator]) -> None:
        """Make a validator known; it is asked before the built-in ones."""
        self.registry.add(validator.name, validator, f"{validator.__module__}:{validator.__qualname__}")
        self._added.append(validator)

    def sniff(self, head: bytes) -> str | None:
        """Return the media type of content; added validators are asked first."""
        for validator in self._added:
            if media_type := validator.sniff(head):
                return media_type
        return sniff(head)

    def of(self, examination: Examination) -> Validator:
        """Make the validator of a file; one that judges nothing when the format has none."""
        media_type = examination.media_type or ""
        for validator in self._added:
            if media_type in validator.media_types:
                return validator(examination)
        name = JUDGED_BY.get(media_type)
        return _Later(VALIDATORS[name])(examination) if name else _Nothing(examination)


class _Later:
    """A built-in validator, imported when it is first used."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, examination: Examination) -> Validator:
        validator: Validator = import_object(self.path, "validator")(examination)
        return validator


class _Nothing(Validator):
    name = "none"
