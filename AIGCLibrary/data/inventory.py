"""What an environment holds of a template's kinds of things, each under a name that means the same elsewhere."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from AIGCLibrary.data.addresses import item_identity
from AIGCLibrary.data.answers import is_deleted
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.environments import Environment
from AIGCLibrary.data.errors import ExpressionError, SyncError
from AIGCLibrary.data.failure import NodeFailure, excerpt, refused
from AIGCLibrary.data.listing import items_in, plain_fields
from AIGCLibrary.data.model import Node, SyncRule, Template
from AIGCLibrary.data.names import Situation
from AIGCLibrary.data.own_fields import different_in_everything, is_own, read_only, spelled, without_own
from AIGCLibrary.data.paging import PageReader, PageRefusedError
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.request import ApiRequest, render
from AIGCLibrary.http.response import Response
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor

Key = tuple[str, ...]


@dataclass(slots=True, eq=False)
class Thing:
    """One thing of an environment.

    Args:
        node: What it is.
        key: Its name, below its parent's: the same in every environment.
        id: Its id in this environment.
        raw: All its fields, as plain names and values.
        fields: The fields that are compared; ids of other things are replaced by their names.
        item: As it came in the list.
        keyless: The field of its key that it does not have; empty when it has a key.
    """

    node: str
    key: Key
    id: str
    raw: dict[str, Any]
    parent: "Thing | None" = None
    fields: dict[str, Any] = field(default_factory=dict)
    item: dict[str, Any] = field(default_factory=dict)
    keyless: str = ""

    def record(self) -> DataRecord:
        """Return it as expressions see it."""
        return DataRecord(self.id, self.node, self.name, remote_id=self.id, body=self.raw)

    @property
    def name(self) -> str:
        """Its name for people."""
        return " / ".join(self.key)


@dataclass(slots=True)
class Inventory:
    """The things of one environment: by node and name; several under one name cannot be distinguished."""

    environment: str
    things: dict[str, dict[Key, list[Thing]]] = field(default_factory=dict)
    api_calls: int = 0

    def all(self, node: str) -> list[Thing]:
        """Return all things of a node."""
        return [thing for same in self.things.get(node, {}).values() for thing in same]

    def by_id(self, node: str) -> dict[str, Thing]:
        """Return the things of a node by their ids here."""
        return {thing.id: thing for thing in self.all(node)}


def order_of(template: Template) -> list[Node]:
    """Return the nodes that can be compared, parents first.

    Raises:
        SyncError: None can be, or their parents form a circle.
    """
    nodes = {name: node for name, node in template.nodes.items() if node.sync}
    if not nodes:
        raise SyncError(
            f"Template '{template.name}' does not describe how its things are listed: no node has 'sync'.",
            code="AIGC417",
            hint=Text("data.hint.no_sync"),
            facts={"template": template.name},
        )
    needs = {name: _needs(node.sync, nodes) for name, node in nodes.items() if node.sync}
    try:
        return [nodes[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        raise SyncError(f"Template '{template.name}': sync references form a circle: {error.args[1]}.") from None


def _needs(rule: SyncRule, nodes: Mapping[str, Node]) -> set[str]:
    return {name for name in (rule.parent, *rule.references.values()) if name is not None and name in nodes}


async def take_inventory(
    environment: Environment, template: Template, situation: Situation, caller: Caller, redactor: Redactor
) -> Inventory:
    """List everything of a template's kinds in an environment.

    Raises:
        SyncError: A list could not be read.
    """
    inventory = Inventory(environment.name)
    for node in order_of(template):
        rule = node.sync
        assert rule is not None  # noqa: S101 - `order_of` gives only such
        parents: list[Thing | None] = [*inventory.all(rule.parent)] if rule.parent else [None]
        try:
            found = await asyncio.gather(
                *(listed_things(node, rule, parent, situation, caller, redactor) for parent in parents)
            )
        except (NodeFailure, ExpressionError) as failure:
            raise SyncError(
                f"The things of node '{node.name}' in environment '{environment.name}' cannot be listed: "
                f"{getattr(failure, 'problem', failure)}.",
                hint=getattr(failure, "hint", None),
                facts={**getattr(failure, "facts", {}), "environment": environment.name, "node": node.name},
            ) from None
        for thing in [thing for things in found for thing in things]:
            inventory.things.setdefault(node.name, {}).setdefault(thing.key, []).append(thing)
        inventory.things.setdefault(node.name, {})
        for thing in inventory.all(node.name):
            thing.fields = _compared(thing, node, rule, inventory)
    inventory.api_calls = caller.sent
    return inventory


async def listed_things(
    node: Node, rule: SyncRule, parent: Thing | None, situation: Situation, caller: Caller, redactor: Redactor
) -> list[Thing]:
    """Return the things of a node, below a parent where its list is by parent; all pages are read.

    Raises:
        NodeFailure: The list could not be read in whole.
        ExpressionError: Its address cannot be built.
    """
    names = {"parent": parent.record(), parent.node: parent.record()} if parent else {}
    purpose = f"sync/{node.name}"
    request = render(rule.listing, situation.names(purpose, names), situation.functions(purpose), timeout=node.timeout)
    started = False

    async def send(page: ApiRequest) -> Response:
        nonlocal started
        attempt = await caller.send(page, safe=True, retry=node.retry)
        if attempt.response is None or not page.accepted(attempt.response):
            failure = refused(node.name, "listed", page, attempt, redactor)
            refusal = attempt.response is not None and attempt.response.status in (400, 404, 416, 422)
            raise PageRefusedError(failure.problem) if started and refusal else failure
        started = True
        return attempt.response

    def items(response: Response) -> list[Any]:
        found = items_in(response.json, rule.items)
        if found is None:
            raise NodeFailure(
                node.name,
                f"has no list at '{rule.items}': {request.method} {redactor.text(response.url)} answered "
                f"{excerpt(response, redactor)}",
                hint=Text("data.hint.items"),
            )
        return [item for item in found if isinstance(item, dict)]

    def identity(item: Any) -> str:
        return item_identity(node.id, plain_fields(item)) or str(item)

    listed = await PageReader(send, items, identity, rule.paging, rule.page_size).read(request)
    if listed.missing:
        raise NodeFailure(node.name, f"cannot be read in whole: {listed.missing}", hint=Text("data.hint.paging"))
    # What a product keeps as deleted does not exist any more for those who use it.
    return [_thing(node, rule, item, parent) for item in listed.items if not is_deleted(item)]


def _thing(node: Node, rule: SyncRule, item: dict[str, Any], parent: Thing | None) -> Thing:
    fields = plain_fields(item)
    missing = next((name for name in rule.key if fields.get(name) in (None, "")), "")
    # Products that know things by name alone list no ids: the name is part of their addresses.
    remote_id = item_identity(node.id, fields) or str(fields.get(rule.key[0]))
    own = f"(without {missing}: {remote_id})" if missing else " · ".join(str(fields[name]) for name in rule.key)
    return Thing(
        node.name, (*(parent.key if parent else ()), own), remote_id, fields, parent, item=item, keyless=missing
    )


def _compared(thing: Thing, node: Node, rule: SyncRule, inventory: Inventory) -> dict[str, Any]:
    names = rule.fields or [name for name in thing.raw if _is_compared(name, thing, node, rule)]
    fields = {}
    for name in names:
        value = thing.raw.get(name)
        target = rule.references.get(name)
        if target:
            fields[name] = _named(value, inventory.by_id(target))
        elif thing.parent and value is not None and str(value) == thing.parent.id and spelled(name).endswith("id"):
            fields[name] = thing.parent.name
        else:
            fields[name] = value if rule.fields else without_own(value)
    return fields


def _is_compared(name: str, thing: Thing, node: Node, rule: SyncRule) -> bool:
    if name in (*rule.key, *rule.ignore, "id", node.id.rpartition(".")[2]):
        return False
    if name in rule.references or name in node.sent:
        return True
    if thing.parent and str(thing.raw[name]) == thing.parent.id:
        return True
    return name not in read_only(node.schema) and not is_own(name, thing.raw[name], node.name)


def leave_own_out(template: Template, first: Inventory, second: Inventory) -> dict[str, tuple[str, ...]]:
    """Take the fields out of the comparison that each environment has of its own because they differ in everything.

    Returns:
        These fields by node.
    """
    found: dict[str, tuple[str, ...]] = {}
    for node in order_of(template):
        assert node.sync is not None  # noqa: S101 - `order_of` gives only such
        here, there = first.things[node.name], second.things[node.name]
        pairs = [
            (here[key][0].fields, there[key][0].fields)
            for key in here
            if len(here[key]) == 1 and len(there.get(key, [])) == 1
        ]
        always = (*node.sync.fields, *node.sync.references, *node.sent)
        own = different_in_everything(pairs, always)
        for thing in (*first.all(node.name), *second.all(node.name)):
            thing.fields = {name: value for name, value in thing.fields.items() if name not in own}
        if own:
            found[node.name] = tuple(sorted(own))
    return found


def _named(value: Any, things: Mapping[str, Thing]) -> Any:
    """Replace ids by names, which mean the same elsewhere; the order of several does not count."""
    if isinstance(value, list):
        return sorted((_named(item, things) for item in value), key=str)
    if value is None:
        return None
    return things[str(value)].name if str(value) in things else f"unknown: {value}"
