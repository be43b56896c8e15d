"""Scripts, episodes, characters and scenes in memory, with the rules between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.studio.clock import StudioClock, iso
from AIGCLibrary.studio.errors import bad_input, conflict, not_found
from AIGCLibrary.studio.ids import IdSource

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of item: its words, its fields, and whose child it is."""

    name: str
    plural: str
    prefix: str
    fields: tuple[str, ...]
    label: str
    parents: Mapping[str, str] = field(default_factory=dict)


SCRIPT = Kind("script", "scripts", "scr", ("title", "genre", "language", "tag"), "title")
EPISODE = Kind("episode", "episodes", "epi", ("script_id", "number", "title", "tag"), "title", {"script_id": "scripts"})
CHARACTER = Kind(
    "character", "characters", "cha", ("script_id", "name", "description", "tag"), "name", {"script_id": "scripts"}
)
SCENE = Kind(
    "scene",
    "scenes",
    "sce",
    ("episode_id", "description", "character_ids", "tag"),
    "description",
    {"episode_id": "episodes"},
)
KINDS: Mapping[str, Kind] = {kind.plural: kind for kind in (SCRIPT, EPISODE, CHARACTER, SCENE)}


class Catalogue:
    """The chain script → episode → scene, with characters beside it.

    Args:
        clock: For `created_at`.
        ids: For new ids.
    """

    def __init__(self, clock: StudioClock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids
        self._items: dict[str, dict[str, Item]] = {plural: {} for plural in KINDS}

    def create(self, kind: Kind, body: Mapping[str, Any]) -> Item:
        """Add an item; its parent must exist.

        Raises:
            ApiError: 422 with the field, when a parent or a character is unknown or of another script.
        """
        values = {name: body.get(name) for name in kind.fields}
        if "character_ids" in values:
            values["character_ids"] = list(values["character_ids"] or [])
        self._check(kind, values)
        name = self._ids.next(kind.prefix)
        item: Item = {"id": name, **values, "created_at": iso(self._clock.now())}
        self._items[kind.plural][name] = item
        return item

    def get(self, kind: Kind, name: str) -> Item:
        """The item of that id.

        Raises:
            ApiError: 404.
        """
        try:
            return self._items[kind.plural][name]
        except KeyError:
            raise not_found(kind.name, name) from None

    def has(self, plural: str, name: str) -> bool:
        """Whether an item of that kind and id exists."""
        return name in self._items[plural]

    def find(self, kind: Kind, wanted: Mapping[str, str]) -> list[Item]:
        """Items whose fields equal what is wanted, oldest first; `name` is the item's own label field."""
        wanted = {(kind.label if key == "name" else key): value for key, value in wanted.items()}
        return [i for i in self._items[kind.plural].values() if all(str(i.get(k)) == v for k, v in wanted.items())]

    def update(self, kind: Kind, name: str, body: Mapping[str, Any]) -> Item:
        """Change fields of an item under the same rules as `create`.

        Raises:
            ApiError: 404, or 422 with the field.
        """
        item = self.get(kind, name)
        values = {key: body.get(key, item[key]) for key in kind.fields}
        self._check(kind, values)
        item.update(values)
        return item

    def delete(self, kind: Kind, name: str, *, cascade: bool = False) -> None:
        """Remove an item, with `cascade` also everything below it.

        Raises:
            ApiError: 404; 409 when it has children and no cascade is asked for.
        """
        self.get(kind, name)
        doomed = self._below(kind, name)
        if len(doomed) > 1 and not cascade:
            count = len(doomed) - 1
            raise conflict("has_children", f"The {kind.name} '{name}' still has {count} item(s) below it.")
        for plural, key in doomed:
            del self._items[plural][key]
            if plural == CHARACTER.plural:
                self._forget_character(key)

    def counts(self) -> dict[str, int]:
        """How many items of each kind there are."""
        return {plural: len(items) for plural, items in self._items.items()}

    def _below(self, kind: Kind, name: str) -> list[tuple[str, str]]:
        found = [(kind.plural, name)]
        for child in KINDS.values():
            for key, plural in child.parents.items():
                if plural == kind.plural:
                    for item in self.find(child, {key: name}):
                        found += self._below(child, item["id"])
        return found

    def _forget_character(self, name: str) -> None:
        for scene in self._items[SCENE.plural].values():
            scene["character_ids"] = [c for c in scene["character_ids"] if c != name]

    def _check(self, kind: Kind, values: Item) -> None:
        for key, plural in kind.parents.items():
            if not self.has(plural, str(values[key])):
                raise bad_input("unknown_parent", f"'{key}' names '{values[key]}', which does not exist.", key)
        if kind is SCENE:
            self._check_cast(values)

    def _check_cast(self, values: Item) -> None:
        script = self._items[EPISODE.plural][values["episode_id"]]["script_id"]
        for number, name in enumerate(values["character_ids"]):
            character = self._items[CHARACTER.plural].get(name)
            where = f"character_ids[{number}]"
            if character is None:
                raise bad_input(
                    "unknown_character", f"'{where}' names '{name}', which does not exist.", "character_ids"
                )
            if character["script_id"] != script:
                raise bad_input("foreign_character", f"'{name}' belongs to another script.", "character_ids")
