"""A YAML document: plain data that still knows its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text

FILE_ERROR = "AIGC002"
"""Code of an error in a file."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A YAML file as plain data that still knows its lines.

    Args:
        path: The file, or a name for text that came from elsewhere.
        data: Its content: dicts, lists, strings, numbers, booleans, None.
        lines: Line number (from 1) by path into the data, for example `("slo", "locator")`.
        schema: Name of the JSON Schema it was checked against, if any.
    """

    path: Path
    data: Any
    lines: dict[tuple[str | int, ...], int]
    schema: str | None = None

    def line(self, where: Sequence[str | int] = ()) -> int:
        """Return the line of a value; of its nearest known parent when the value itself has none."""
        place = tuple(where)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error(
        self,
        where: Sequence[str | int],
        problem: str,
        *,
        code: str | None = None,
        kind: type[ConfigError] = ConfigError,
    ) -> ConfigError:
        """Build the error that says what is wrong at a place of this file.

        Args:
            where: Path into the data.
            problem: What is wrong, as a sentence.
            code: Its code; by default that of `kind`, and AIGC002 for a plain `ConfigError`.
            kind: Its class.
        """
        line = self.line(where)
        place = ".".join(str(part) for part in where)
        at = f" at '{place}'" if place else ""
        return kind(
            f"{self.path}, line {line}{at}: {problem}",
            code=code or (FILE_ERROR if kind is ConfigError else None),
            hint=Text("core.hint.fix_file", file=self.path.name, line=line, schema=self._format()),
            facts={"file": str(self.path), "line": line, "place": place},
        )

    def _format(self) -> str:
        return f"AIGCLibrary/schemas/{self.schema}" if self.schema else "YAML 1.1"
