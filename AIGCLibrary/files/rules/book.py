"""The rule sets that are known: built-in ones, those of the project, and those given in place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.files.finding import Finding, Severity
from AIGCLibrary.files.rules.constraint import Constraint
from AIGCLibrary.files.rules.lint import mistakes
from AIGCLibrary.i18n import Text
from AIGCLibrary.yaml import YamlDocument, load_yaml, parse_yaml
from AIGCLibrary.yaml.imported import ImportedFiles
from AIGCLibrary.yaml.layers import SUFFIXES, Inheritance, Layer, Overlay, yaml_files

SCHEMA = "rules"
overlay = Overlay()
"""Lays rules over others: mappings are joined, everything else is replaced, null takes a rule away."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What is demanded of a file.

    Args:
        name: Name of the set; `(given)` when it was given in place.
        data: The demands by rule, with those of the sets it extends.
        directory: Where relative paths in it start.
    """

    name: str = "any"
    data: Mapping[str, Any] = field(default_factory=dict)
    directory: Path = Path()

    def get(self, *path: str) -> Any:
        """Return a demand; None when nothing is demanded."""
        node: Any = self.data
        for key in path:
            node = node.get(key) if isinstance(node, Mapping) else None
        return node

    def section(self, name: str) -> "RuleSet":
        """Return the rules below a key as a set of their own."""
        found = self.get(name)
        return replace(self, data=found if isinstance(found, Mapping) else {})

    def demand(self, *path: str) -> Constraint | None:
        """Return a demand on one value; None when nothing is demanded."""
        value = self.get(*path)
        return None if value is None else Constraint(value, ".".join(path))

    def weighed(self, finding: Finding) -> Finding | None:
        """Return a finding with the severity this set says; None when it says `off`.

        A longer name wins: `quality.black` over `quality`.
        """
        levels: Mapping[str, str] = self.get("severity") or {}
        names = [name for name in levels if finding.rule == name or finding.rule.startswith(f"{name}.")]
        if not names:
            return finding
        severity = levels[max(names, key=len)]
        return None if severity == "off" else replace(finding, severity=Severity(severity))


class RuleBook:
    """Knows rule sets by name.

    Args:
        paths: Rule files or folders of the project, beside the built-in sets.

    Example:
        ```python
        book = RuleBook([Path("resources/rules")])
        rules = book.get({"extends": "video", "duration": "4.5..5.5 s"})
        ```
    """

    def __init__(self, paths: list[Path] | tuple[Path, ...] = ()) -> None:
        self._sets: dict[str, Layer] = {}
        self._inheritance = Inheritance(self._base, self.names, overlay, complete=self._with_nested)
        self._imported = ImportedFiles("Rule set", self.load, self._sets.__getitem__)
        for item in sorted((resources.files("AIGCLibrary") / "defaults" / "rules").iterdir(), key=lambda i: i.name):
            if item.name.endswith(".yaml"):
                name = Path("AIGCLibrary/defaults/rules") / item.name
                self._add(parse_yaml(item.read_text(encoding="utf-8"), name, SCHEMA))
        self.add_project_files(paths)

    def add_project_files(self, paths: Iterable[Path]) -> None:
        """Read the rule files that imports name and that were not read yet.

        A set that a project file defines differently from one read before is refused when it is used: which of both a
        test means cannot be known.

        Raises:
            ConfigError: A file is missing, is no YAML, or breaks the schema.
        """
        self._imported.add(paths)

    def load(self, path: str | Path) -> list[str]:
        """Read a rule file, or every rule file of a folder; a set of the same name replaces the earlier one.

        Returns:
            The names of the sets that were read.

        Raises:
            ConfigError: A file is missing, is no YAML, or breaks the schema; each break with its line.
        """
        names = [name for file in yaml_files(Path(path)) for name in self._add(load_yaml(file, SCHEMA))]
        self._imported.settle(names)
        for name in names:
            self._check(name)
            self.get(name)
        return names

    def names(self) -> list[str]:
        """Return the names of all sets."""
        return sorted(self._sets)

    def get(self, rules: "str | Path | Mapping[str, Any] | RuleSet | None") -> RuleSet:
        """Return a rule set.

        Args:
            rules: Name of a set; path of a rule file, `file.yaml#name` when it has several sets; a mapping with the
                rules themselves, also as JSON text, which may extend a set; None: the set `any`.

        Raises:
            ConfigError: The set is unknown, or a demand in it cannot be read.
        """
        if isinstance(rules, RuleSet):
            return rules
        if isinstance(rules, str) and rules.lstrip().startswith("{"):
            rules = parse_yaml(rules, Path("(given rules)")).data  # JSON is YAML; Robot passes it on as text
        if isinstance(rules, Mapping):
            return self._given(rules)
        name = "any" if rules is None or not str(rules) else str(rules)
        path, _, part = name.partition("#")
        if path.endswith(SUFFIXES):
            names = self.load(path)
            if not part and len(names) != 1:
                raise ConfigError(
                    f"Rule file '{path}' has {len(names)} sets ({', '.join(names)}).",
                    hint=f"Say which one: {path}#{names[0] if names else 'name'}",
                )
            name = part or names[0]
        layer = self._find(name)
        return RuleSet(name, self._inheritance.resolve(layer).data, layer.document.path.parent)

    def _add(self, document: YamlDocument) -> list[str]:
        sets = (document.data or {}).get("rules", {})
        self._sets |= {name: Layer(name, data or {}, document, ("rules", name)) for name, data in sets.items()}
        return list(sets)

    def _check(self, name: str) -> None:
        layer = self._sets[name]
        for place, wrong in mistakes(layer.data, self._missing):
            raise layer.document.error((*layer.place, *place), wrong)

    def _missing(self, name: str) -> str:
        """Return that a set is unknown; empty when it is known."""
        return "" if name in self._sets else f"'{name}' is not known. {near_matches(name, self._sets)}"

    def _find(self, name: str) -> Layer:
        self._imported.check(name)
        if name not in self._sets:
            raise ConfigError(
                f"There is no rule set '{name}'. {near_matches(name, self._sets)}",
                hint=Text("files.hint.unknown_rules"),
                facts={"rules": name, "available": self.names()},
            )
        return self._sets[name]

    def _base(self, name: str, _seen_from: Layer) -> Layer | None:
        return self._find(name) if name in self._sets else None

    def _given(self, rules: Mapping[str, Any]) -> RuleSet:
        import yaml

        plain = _plain(rules)
        text = yaml.safe_dump({"rules": {"(given)": plain}}, allow_unicode=True, sort_keys=False)
        document = parse_yaml(text, Path("(given rules)"), SCHEMA)
        for place, wrong in mistakes(plain, self._missing):
            raise ConfigError(f"Given rules, at '{'.'.join(place)}': {wrong}", facts={"place": ".".join(place)})
        merged = self._inheritance.resolve(Layer("(given)", plain, document, ("rules", "(given)"))).data
        base = plain.get("extends")
        directory = Path()
        if isinstance(base, str) and base in self._sets:
            directory = self._sets[base].document.path.parent
        return RuleSet(f"{base} (extended)" if isinstance(base, str) else "(given)", merged, directory)

    def _with_nested(self, layer: Layer, data: dict[str, Any], trail: tuple[Layer, ...]) -> dict[str, Any]:
        """Resolve the sets for the files of an archive, too."""
        data.pop("description", None)
        archive = data.get("archive")
        if not isinstance(archive, dict) or not archive.get("rules"):
            return data
        nested = {
            pattern: self._inheritance.resolve(_nested(layer, pattern, rules), trail).data
            for pattern, rules in archive["rules"].items()
        }
        return {**data, "archive": {**archive, "rules": nested}}


def _nested(layer: Layer, pattern: str, rules: Any) -> Layer:
    data = {"extends": rules} if isinstance(rules, str) else rules or {}
    place = (*layer.place, "archive", "rules", pattern)
    return Layer(f"{layer.name}.archive.rules.{pattern}", data, layer.document, place)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
