"""Brings one environment into line with another: a plan first, then its steps; conflicts are left to people."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.compare import changed
from AIGCLibrary.data.creation import with_idempotency
from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.failure import NodeFailure, refused
from AIGCLibrary.data.inventory import Inventory, Key, Thing, order_of
from AIGCLibrary.data.model import Node, Template
from AIGCLibrary.data.names import Situation
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.redaction.redactor import Redactor


class Step(StrEnum):
    """What is done with one thing."""

    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    CONFLICT = "conflict"
    FAILED = "failed"


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
    """

    node: str
    key: str
    step: Step
    fields: tuple[str, ...] = ()
    reason: str | None = None
    done: bool = False


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
        return {str(step): sum(one.step is step for one in self.actions) for step in Step}

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        rows = [
            {"node": one.node, "key": one.key, "step": str(one.step), "fields": list(one.fields)}
            | {"reason": one.reason, "done": one.done}
            for one in self.actions
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
    """Say what would be done.

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
    if not ours:
        return Action(node.name, name, Step.SKIP, reason="only in the target")
    if not theirs:
        return Action(node.name, name, Step.CREATE) if node.create else _unable(node, name, "create")
    fields = tuple(changed(ours[0], theirs[0]))
    if not fields:
        return Action(node.name, name, Step.SKIP, reason="the same")
    mark = marks.get((node.name, name))
    if mark and not overwrite and mark not in (fingerprint(ours[0]), fingerprint(theirs[0])):
        return Action(node.name, name, Step.CONFLICT, fields, "both sides changed since the last synchronisation")
    return Action(node.name, name, Step.UPDATE, fields) if node.update else _unable(node, name, "update", fields)


def _unable(node: Node, name: str, what: str, fields: tuple[str, ...] = ()) -> Action:
    return Action(node.name, name, Step.CONFLICT, fields, f"the template has no '{what}' for node '{node.name}'")


class Synchroniser:
    """Carries a plan out.

    Args:
        template: What belongs together.
        source: What is taken as right.
        target: What is changed; grows as things are created.
        situation: Names for the expressions of the template, in the target.
        caller: Sends requests to the target.
        redactor: Masks secrets in reasons.
    """

    def __init__(
        self,
        template: Template,
        source: Inventory,
        target: Inventory,
        situation: Situation,
        caller: Caller,
        redactor: Redactor,
    ) -> None:
        self._template = template
        self._source = source
        self._target = target
        self._situation = situation
        self._caller = caller
        self._redactor = redactor

    async def apply(self, actions: list[Action]) -> list[Action]:
        """Carry steps out, parents before children; a step that fails is told and does not stop the others."""
        done: list[Action] = []
        keys = {(node, " / ".join(key)): key for node, things in self._source.things.items() for key in things}
        for action in actions:
            if action.step not in (Step.CREATE, Step.UPDATE):
                done.append(action)
                continue
            node = self._template.nodes[action.node]
            thing = self._source.things[action.node][keys[action.node, action.key]][0]
            try:
                if action.step is Step.CREATE:
                    await self._create(node, thing)
                else:
                    await self._update(node, thing, action.fields)
                done.append(replace(action, done=True))
            except (NodeFailure, ExpressionError) as failure:
                reason = self._redactor.text(str(getattr(failure, "problem", failure)))
                done.append(replace(action, step=Step.FAILED, reason=reason))
        return done

    async def _create(self, node: Node, thing: Thing) -> None:
        import jmespath

        assert node.create is not None and node.sync is not None  # noqa: S101, PT018 - planned only then
        wanted = node.create.json.raw if node.create.json and isinstance(node.create.json.raw, dict) else thing.fields
        body = {name: self._there(node, name, thing.raw[name]) for name in wanted if self._sent(node, name, thing)}
        parent = self._parent(thing)
        purpose = f"sync/{node.name}/{thing.name}"
        names = self._situation.names(purpose, _above(parent) | {"source": thing.record()})
        path = str(node.create.path.render(names, self._situation.functions(purpose)))
        asked = ApiRequest(
            node.create.method,
            path,
            body,
            timeout=node.timeout,
            expect=node.create.expect,
            condition=node.create.accepted,
        )
        # A key of its own each time: what was removed from the target since the last time is made again.
        request, safe = with_idempotency(asked, node.idempotency, uuid.uuid4().hex)
        attempt = await self._caller.send(request, safe=safe, retry=node.retry)
        if attempt.response is None or not request.accepted(attempt.response):
            raise refused(thing.name, "created", request, attempt, self._redactor)
        made = attempt.response.json if isinstance(attempt.response.json, dict) else {}
        copy = Thing(node.name, thing.key, str(jmespath.search(node.id, made)), {**body, **made}, parent, thing.fields)
        self._target.things.setdefault(node.name, {})[thing.key] = [copy]

    def _sent(self, node: Node, name: str, thing: Thing) -> bool:
        assert node.sync is not None  # noqa: S101
        return name in thing.raw and name not in node.sync.ignore

    async def _update(self, node: Node, thing: Thing, fields: tuple[str, ...]) -> None:
        assert node.update is not None  # noqa: S101 - planned only then
        there = self._target.things[node.name][thing.key][0]
        body = {name: self._there(node, name, thing.raw.get(name)) for name in fields}
        purpose = f"sync/{node.name}/{thing.name}"
        names = self._situation.names(purpose, _above(there.parent) | {"self": there.record()})
        path = str(node.update.path.render(names, self._situation.functions(purpose)))
        request = ApiRequest(
            node.update.method,
            path,
            body,
            timeout=node.timeout,
            expect=node.update.expect,
            condition=node.update.accepted,
        )
        attempt = await self._caller.send(request, safe=True, retry=node.retry)
        if attempt.response is None or not request.accepted(attempt.response):
            raise refused(thing.name, "updated", request, attempt, self._redactor)

    def _parent(self, thing: Thing) -> Thing | None:
        if thing.parent is None:
            return None
        same = self._target.things.get(thing.parent.node, {}).get(thing.parent.key, [])
        if len(same) != 1:
            raise NodeFailure(thing.name, f"has no parent '{thing.parent.name}' in '{self._target.environment}'")
        return same[0]

    def _there(self, node: Node, name: str, value: Any) -> Any:
        """Translate ids of the source into ids of the target."""
        assert node.sync is not None  # noqa: S101
        other = node.sync.references.get(name)
        if other is None or value is None:
            return value
        if isinstance(value, list):
            return [self._there(node, name, item) for item in value]
        thing = self._source.by_id(other).get(str(value))
        same = self._target.things.get(other, {}).get(thing.key, []) if thing else []
        if thing is None or len(same) != 1:
            what = thing.name if thing else value
            raise NodeFailure(node.name, f"refers to '{what}', which is not in '{self._target.environment}'")
        return same[0].id


def _above(thing: Thing | None) -> dict[str, Any]:
    names: dict[str, Any] = {"parent": thing.record()} if thing else {}
    while thing:
        names[thing.node] = thing.record()
        thing = thing.parent
    return names
