"""Plans how one environment is brought into line with another; conflicts are left to people."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from AIGCLibrary.data.compare import changed
from AIGCLibrary.data.inventory import Inventory, Key, Thing, order_of
from AIGCLibrary.data.model import Call, Node, Template
from AIGCLibrary.data.sync_bodies import SENDABLE, kind_of


class Step(StrEnum):
    """What is done with one thing."""

    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    CONFLICT = "conflict"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """How one field changes: its value in the target before and after; ids of other things are their names."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a synchronisation.

    Args:
        node: What sort of thing it is.
        key: Its name.
        step: What is done.
        fields: The fields that change.
        reason: Why it is skipped, a conflict, or failed.
        done: True when it was carried out.
        changes: Old and new values of these fields.
    """

    node: str
    key: str
    step: Step
    fields: tuple[str, ...] = ()
    reason: str | None = None
    done: bool = False
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncResult:
    """A synchronisation, planned or carried out.

    Args:
        template: The template that says what belongs together.
        source: Environment that is taken as right.
        target: Environment that is changed.
        actions: All steps.
        dry_run: True when nothing was changed.
    """

    template: str
    source: str
    target: str
    actions: tuple[Action, ...]
    dry_run: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many steps of each sort."""
        return {str(step): sum(action.step is step for action in self.actions) for step in Step}

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        rows = [
            {"node": action.node, "key": action.key, "step": str(action.step), "fields": list(action.fields)}
            | {"reason": action.reason, "done": action.done, "changes": [asdict(change) for change in action.changes]}
            for action in self.actions
        ]
        sides = {"template": self.template, "source": self.source, "target": self.target, "dry_run": self.dry_run}
        return {**sides, **self.counts, "actions": rows}


def fingerprint(thing: Thing) -> str:
    """Hash the compared fields of a thing."""
    return hashlib.sha256(json.dumps(thing.fields, sort_keys=True, default=str).encode()).hexdigest()


Marks = Mapping[tuple[str, str], str]
"""Fingerprints at the last synchronisation, by node and name."""


def plan_sync(
    template: Template, source: Inventory, target: Inventory, marks: Marks, *, overwrite: bool = False
) -> list[Action]:
    """Return what would be done.

    Args:
        template: What belongs together.
        source: What is taken as right.
        target: What is changed.
        marks: What was the same at the last synchronisation.
        overwrite: The source also wins where both sides changed since.
    """
    actions: list[Action] = []
    for node in order_of(template):
        here, there = source.things[node.name], target.things.get(node.name, {})
        for key in dict.fromkeys((*here, *there)):
            ours, theirs = here.get(key, []), there.get(key, [])
            actions.append(_planned(node, key, ours, theirs, marks, overwrite=overwrite))
    return actions


def _planned(node: Node, key: Key, ours: list[Thing], theirs: list[Thing], marks: Marks, *, overwrite: bool) -> Action:
    name = " / ".join(key)
    if len(ours) > 1 or len(theirs) > 1:
        many = f"{len(ours)} things here and {len(theirs)} there have this name"
        return Action(node.name, name, Step.CONFLICT, reason=many)
    impossible = _impossible(node, name, ours, theirs)
    if impossible:
        return impossible
    fields = tuple(changed(ours[0], theirs[0]))
    if not fields:
        return Action(node.name, name, Step.SKIP, reason="the same")
    changes = tuple(FieldChange(field, theirs[0].fields.get(field), ours[0].fields.get(field)) for field in fields)
    mark = marks.get((node.name, name))
    if mark and not overwrite and mark not in (fingerprint(ours[0]), fingerprint(theirs[0])):
        return Action(
            node.name, name, Step.CONFLICT, fields, "both sides changed since the last synchronisation", changes=changes
        )
    unable = _unsendable(node, name, node.update, "update") if node.update else _unable(node, name, "update")
    return replace(unable or Action(node.name, name, Step.UPDATE), fields=fields, changes=changes)


def _impossible(node: Node, name: str, ours: list[Thing], theirs: list[Thing]) -> Action | None:
    """Return the step for a thing that cannot be compared: without a key, or in one environment only."""
    keyless = next((thing.keyless for thing in (*ours, *theirs) if thing.keyless), "")
    if keyless:
        return Action(node.name, name, Step.CONFLICT, reason=f"it has no '{keyless}', which is the key")
    if not ours:
        return Action(node.name, name, Step.SKIP, reason="only in the target")
    if not theirs:
        if node.create is None:
            return _unable(node, name, "create")
        return _unsendable(node, name, node.create, "create") or Action(node.name, name, Step.CREATE)
    return None


def _unsendable(node: Node, name: str, call: Call, what: str) -> Action | None:
    """Return the conflict of a call whose body cannot be made of the fields of a thing."""
    kind = kind_of(node, call)
    if kind in SENDABLE:
        return None
    reason = f"the body of '{what}' is {kind}, which a synchronisation cannot make of the fields of a thing"
    return Action(node.name, name, Step.CONFLICT, reason=reason)


def _unable(node: Node, name: str, what: str, fields: tuple[str, ...] = ()) -> Action:
    return Action(node.name, name, Step.CONFLICT, fields, f"the template has no '{what}' for node '{node.name}'")
