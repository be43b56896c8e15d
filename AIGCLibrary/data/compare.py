"""Compares two environments: what only one of them has, and what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.data.inventory import Inventory, Key, Thing, leave_own_out
from AIGCLibrary.data.model import Template


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two environments.

    Args:
        node: What sort of thing it is.
        key: Its name.
        kind: `only in <environment>`, `differs`, `ambiguous`: several things have this name, or `without key`.
        field: The field that differs; None for the whole thing.
        first: Value in the first environment.
        second: Value in the second.
    """

    node: str
    key: str
    kind: str
    field: str | None = None
    first: Any = None
    second: Any = None


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs between two environments.

    Args:
        template: The template that says what is compared.
        first: Name of the first environment.
        second: Name of the second.
        differences: All differences.
        compared: How many names were compared.
        own: Fields by node that were left out since they are machine-made and different in everything.
    """

    template: str
    first: str
    second: str
    differences: tuple[Difference, ...]
    compared: int
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the drift as plain data."""
        rows = [{name: getattr(difference, name) for name in difference.__slots__} for difference in self.differences]
        return {
            "template": self.template,
            "first": self.first,
            "second": self.second,
            "compared": self.compared,
            "count": len(rows),
            "differences": rows,
            "own_fields": {node: list(names) for node, names in self.own.items()},
        }


def compare(template: Template, first: Inventory, second: Inventory) -> Drift:
    """Compare what two environments hold."""
    own = leave_own_out(template, first, second)
    differences: list[Difference] = []
    compared = 0
    for node, things in first.things.items():
        others = second.things.get(node, {})
        for key in dict.fromkeys((*things, *others)):
            compared += 1
            differences += _of_name(node, key, things.get(key, []), others.get(key, []), (first, second))
    return Drift(template.name, first.environment, second.environment, tuple(differences), compared, own)


def _of_name(
    node: str, key: Key, first: list[Thing], second: list[Thing], sides: tuple[Inventory, Inventory]
) -> list[Difference]:
    name = " / ".join(key)
    if len(first) > 1 or len(second) > 1:
        return [Difference(node, name, "ambiguous", None, f"{len(first)} things", f"{len(second)} things")]
    if any(thing.keyless for thing in (*first, *second)):
        return [
            Difference(node, name, "without key", None, *(side[0].id if side else None for side in (first, second)))
        ]
    if not second:
        return [Difference(node, name, f"only in {sides[0].environment}", None, first[0].id, None)]
    if not first:
        return [Difference(node, name, f"only in {sides[1].environment}", None, None, second[0].id)]
    return [
        Difference(node, name, "differs", field, first[0].fields.get(field), second[0].fields.get(field))
        for field in changed(first[0], second[0])
    ]


def changed(first: Thing, second: Thing) -> list[str]:
    """Return the compared fields in which two things differ."""
    names = dict.fromkeys((*first.fields, *second.fields))
    return [name for name in names if first.fields.get(name) != second.fields.get(name)]
