"""Takes what a product holds already under the names a template would use; creates, changes and removes nothing.

fixed lookup ──────────────► one thing | none | several: refused
list of `sync` ── by key ──► one thing | none | several: refused
               └─ key made up: the things below the same parent, when there are as many as wanted
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath

from AIGCLibrary.data.addresses import identity
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.evidence import contradicts
from AIGCLibrary.data.execution import Tools, Worker
from AIGCLibrary.data.expand import Graph, Instance
from AIGCLibrary.data.failure import NodeFailure, refused
from AIGCLibrary.data.inventory import Thing, listed_things
from AIGCLibrary.data.journal import Preparation
from AIGCLibrary.data.listing import plain_fields
from AIGCLibrary.data.model import Node, RecordState, SyncRule
from AIGCLibrary.data.names import RenderNames, Situation
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.request import ApiRequest, render
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor

_DEEPEST = 3
"""Levels of wrappers around the fields of a creation that are looked into."""
_FIRST = "[0]"
"""End of a lookup's `match` that takes the first of several."""


@dataclass(slots=True)
class _Level:
    """The things of one node below one parent: which were taken, and which were offered without a name."""

    things: list[Thing]
    taken: set[str] = field(default_factory=set)
    offered: dict[str, Thing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What identifies the thing of one record: the fields of its key and the ids it refers to.

    Args:
        key: Fields of the key; None where the template makes them up.
        references: Fields that hold ids, with their values.
    """

    key: Mapping[str, Any] | None
    references: Mapping[str, Any]


class AdoptingWorker(Worker):
    """Finds one copy of a template's data instead of making it.

    Args:
        work: What the records belong to; it is never written down, since nothing of it is to be removed.
        graph: What to find.
        situation: Variables, environment, seed.
        tools: Services.
        caller: Sends the requests.
        redactor: Masks secrets in messages.
        other: The same situation with another seed: what differs in it is made up, and no name.
    """

    def __init__(
        self,
        work: Preparation,
        graph: Graph,
        situation: Situation,
        tools: Tools,
        *,
        caller: Caller,
        redactor: Redactor,
        other: Situation,
    ) -> None:
        super().__init__(work, graph, situation, tools)
        self._caller = caller
        self._redactor = redactor
        self._other = other
        self._levels: dict[tuple[str, str], asyncio.Task[_Level]] = {}

    async def run(self) -> dict[str, Any]:
        """Find everything; see `Worker.run`."""
        data = await super().run()
        for (node, _), reading in self._levels.items():
            level = reading.result()
            left = len(level.offered.keys() - level.taken)
            if left:
                raise NodeFailure(
                    node,
                    f"cannot be distinguished: {len(level.offered)} things lie below its parent, "
                    f"{len(level.offered) - left} are wanted, and the template generates their names",
                    hint=Text("data.hint.adopt"),
                    facts={"class": "conflict", "code": "AIGC413"},
                )
        return data

    async def _bring_about(self, record: DataRecord, instance: Instance, names: RenderNames, *, resumed: bool) -> None:
        del resumed  # nothing is taken up that another process began
        node = instance.node
        lookup = self._fixed_lookup(record, node, names)
        if lookup is not None:
            found = await self._looked_up(record, node, lookup)
        elif node.sync and node.create:
            found = await self._listed(record, node, node.sync, names)
        else:
            raise NodeFailure(
                record.key,
                "cannot be adopted: the template names it by nothing that stays the same",
                hint=Text("data.hint.adopt"),
                facts={"class": "bad_template", "code": "AIGC413"},
            )
        record.body = found
        record.remote_id = identity(node.id, plain_fields(found))
        record.state = RecordState.REUSED
        if record.remote_id is None:
            raise NodeFailure(
                record.key,
                f"was found, but has no id at '{node.id}'",
                hint=Text("data.hint.no_id", path=node.id),
                facts={"class": "bad_template", "code": "AIGC414"},
            )

    def _elsewhere(self, record: DataRecord) -> RenderNames:
        """Return the names of a record in the other situation."""
        more = {"item": record.item, "index": record.index or 0, "key": f"{self._other.tag}-other"}
        return self._other.names(record.key, more, self._of_node)

    def _fixed_lookup(self, record: DataRecord, node: Node, names: RenderNames) -> ApiRequest | None:
        """Return the lookup of a node when it asks for the same in every preparation."""
        if node.lookup is None:
            return None
        call, match = node.lookup.call, node.lookup.match
        request = self._request(call, record, names, "lookup", node.timeout, match)
        functions = self._other.functions(f"{record.key}/lookup")
        again = render(call, self._elsewhere(record), functions, timeout=node.timeout, match=match)
        return request if request.stored() == again.stored() else None

    async def _looked_up(self, record: DataRecord, node: Node, lookup: ApiRequest) -> dict[str, Any]:
        attempt = await self._caller.send(lookup, safe=True, retry=node.retry)
        absent = attempt.response is not None and attempt.response.status in (404, 410)
        if not absent and (attempt.response is None or not lookup.accepted(attempt.response)):
            raise refused(record.key, "looked up", lookup, attempt, self._redactor)
        match = lookup.match or "@"
        body = None if absent or attempt.response is None else attempt.response.json
        found = jmespath.search(match.removesuffix(_FIRST) or "@", body)
        listed = found if isinstance(found, list) and match.endswith(_FIRST) else [jmespath.search(match, body)]
        things = [thing for thing in listed if isinstance(thing, dict) and thing and not contradicts(thing, lookup)]
        params = "".join(f" {name}={value}" for name, value in (lookup.params or {}).items())
        return self._only(record.key, things, self._redactor.text(f"{lookup.method} {lookup.path}{params}"))

    def _only(self, key: str, things: list[dict[str, Any]], asked: str) -> dict[str, Any]:
        if len(things) == 1:
            return things[0]
        if not things:
            raise NodeFailure(key, f"is not there: {asked}", facts={"class": "not_found", "code": "AIGC413"})
        raise NodeFailure(
            key,
            f"cannot be distinguished: {len(things)} things match, one is expected: {asked}",
            hint=Text("data.hint.adopt_one"),
            facts={"class": "conflict", "code": "AIGC413"},
        )

    async def _listed(self, record: DataRecord, node: Node, rule: SyncRule, names: RenderNames) -> dict[str, Any]:
        wanted = self._wanted(record, node, rule, names)
        level = await self._level(node, rule, self._parent(record, rule, wanted))
        things = [thing for thing in level.things if _refers(thing, wanted.references)]
        if wanted.key is None:
            return self._by_order(record, rule, level, things)
        fitting = [thing for thing in things if _same(thing.raw, wanted.key)]
        shown = ", ".join(f"{name}={value}" for name, value in wanted.key.items())
        asked = f"{rule.listing.method} {rule.listing.path.raw} lists {len(level.things)}, {len(fitting)} with {shown}"
        found = self._only(record.key, [thing.item for thing in fitting], self._redactor.text(asked))
        level.taken.add(fitting[0].id)
        return found

    def _wanted(self, record: DataRecord, node: Node, rule: SyncRule, names: RenderNames) -> _Wanted:
        assert node.create is not None  # noqa: S101 - asked by the caller
        request = self._request(node.create, record, names, "create", node.timeout)
        functions = self._other.functions(f"{record.key}/create")
        elsewhere = render(node.create, self._elsewhere(record), functions)
        sent, again = _sent(request, rule.key), _sent(elsewhere, rule.key)
        named = all(name in sent and sent[name] == again.get(name) for name in rule.key)
        references = {name: sent[name] for name in rule.references if name in sent and sent[name] == again.get(name)}
        return _Wanted({name: sent[name] for name in rule.key} if named else None, references)

    def _parent(self, record: DataRecord, rule: SyncRule, wanted: _Wanted) -> DataRecord | None:
        """Return below which record a thing is listed."""
        if rule.parent is None:
            return None
        parents = self._records(rule.parent)
        held = [str(value) for name, value in wanted.references.items() if rule.references[name] == rule.parent]
        items = record.item.values() if isinstance(record.item, dict) else [record.item]
        above = [item for item in items if isinstance(item, DataRecord) and item.node == rule.parent]
        fitting = [parent for parent in parents if parent in above] or [
            parent for parent in parents if str(parent.remote_id) in held
        ]
        fitting = fitting or parents
        if len(fitting) != 1:
            raise NodeFailure(
                record.key,
                f"cannot be adopted: it may lie below {len(fitting)} things of node '{rule.parent}'",
                hint=Text("data.hint.adopt"),
                facts={"class": "bad_template", "code": "AIGC413"},
            )
        return fitting[0]

    async def _level(self, node: Node, rule: SyncRule, parent: DataRecord | None) -> _Level:
        """Return the things of a node below a parent; each list is read once."""
        place = (node.name, parent.key if parent else "")
        if place not in self._levels:
            self._levels[place] = asyncio.create_task(self._read(node, rule, parent))
        return await asyncio.shield(self._levels[place])

    async def _read(self, node: Node, rule: SyncRule, parent: DataRecord | None) -> _Level:
        above = None
        if parent is not None:
            above = Thing(parent.node, (parent.key,), str(parent.remote_id), plain_fields(parent.body or {}))
        return _Level(await listed_things(node, rule, above, self._situation, self._caller, self._redactor))

    def _by_order(self, record: DataRecord, rule: SyncRule, level: _Level, things: list[Thing]) -> dict[str, Any]:
        """Take the next of the things whose names the template makes up; `run` refuses when some are left over."""
        if rule.parent is None:
            keys = " and ".join(rule.key)
            raise NodeFailure(
                record.key,
                f"cannot be adopted: the template generates its {keys}, so that nothing can be recognised by them",
                hint=Text("data.hint.adopt"),
                facts={"class": "bad_template", "code": "AIGC413"},
            )
        level.offered |= {thing.id: thing for thing in things}
        free = [thing for thing in things if thing.id not in level.taken]
        if not free:
            raise NodeFailure(
                record.key,
                f"is not there: {len(things)} things of node '{record.node}' lie below its parent, more are wanted",
                hint=Text("data.hint.adopt"),
                facts={"class": "not_found", "code": "AIGC413"},
            )
        level.taken.add(free[0].id)
        return free[0].item


def _sent(request: ApiRequest, key: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of a creation, from under whatever wraps them; empty where none has the key."""
    waiting: list[tuple[Any, int]] = [(request.body.value if request.body else request.json, 0)]
    while waiting:
        thing, depth = waiting.pop(0)
        if not isinstance(thing, Mapping) or depth > _DEEPEST:
            continue
        fields = plain_fields({"id": None, **thing}) if isinstance(thing.get("attributes"), Mapping) else dict(thing)
        if all(name in fields for name in key):
            return fields
        waiting += [(inner, depth + 1) for inner in thing.values()]
    return {}


def _refers(thing: Thing, references: Mapping[str, Any]) -> bool:
    """Return whether a thing refers to what is wanted; what its list does not show says nothing."""
    return all(_texts(thing.raw[name]) == _texts(value) for name, value in references.items() if name in thing.raw)


def _same(fields: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    return all(str(fields.get(name)) == str(value) for name, value in key.items())


def _texts(value: Any) -> list[str]:
    return sorted(map(str, value)) if isinstance(value, list) else [str(value)]
