"""What an environment holds of a template's kinds of things, each under a name that means the same elsewhere."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.environments import Environment
from AIGCLibrary.data.errors import ExpressionError, SyncError
from AIGCLibrary.data.failure import NodeFailure, refused
from AIGCLibrary.data.model import Node, SyncRule, Template
from AIGCLibrary.data.names import Situation
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.request import ApiRequest, render
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor

NEVER_COMPARED = frozenset({"created_at", "updated_at", "created", "updated", "etag", "_links", "url", "href"})
Key = tuple[str, ...]


@dataclass(slots=True, eq=False)
class Thing:
    """One thing of an environment.

    Args:
        node: What it is.
        key: Its name, below its parent's: the same in every environment.
        id: Its id in this environment.
        raw: All its fields.
        fields: The fields that are compared; ids of other things are replaced by their names.
    """

    node: str
    key: Key
    id: str
    raw: dict[str, Any]
    parent: "Thing | None" = None
    fields: dict[str, Any] = field(default_factory=dict)

    def record(self) -> DataRecord:
        """Give it as expressions see it."""
        return DataRecord(self.id, self.node, self.name, remote_id=self.id, body=self.raw)

    @property
    def name(self) -> str:
        """Its name for people."""
        return " / ".join(self.key)


@dataclass(slots=True)
class Inventory:
    """The things of one environment: by node and name; several under one name cannot be told apart."""

    environment: str
    things: dict[str, dict[Key, list[Thing]]] = field(default_factory=dict)
    api_calls: int = 0

    def all(self, node: str) -> list[Thing]:
        """Give all things of a node."""
        return [thing for same in self.things.get(node, {}).values() for thing in same]

    def by_id(self, node: str) -> dict[str, Thing]:
        """Give the things of a node by their ids here."""
        return {thing.id: thing for thing in self.all(node)}


def order_of(template: Template) -> list[Node]:
    """Give the nodes that can be compared, parents first.

    Raises:
        SyncError: None can be, or their parents form a circle.
    """
    nodes = {name: node for name, node in template.nodes.items() if node.sync}
    if not nodes:
        raise SyncError(
            f"Template '{template.name}' says of no node how its things are listed: there is no 'sync'.",
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
            found = await asyncio.gather(*(_listed(node, rule, one, situation, caller, redactor) for one in parents))
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
            thing.fields = _compared(thing, rule, inventory)
    inventory.api_calls = caller.sent
    return inventory


async def _listed(
    node: Node, rule: SyncRule, parent: Thing | None, situation: Situation, caller: Caller, redactor: Redactor
) -> list[Thing]:
    import jmespath

    things: list[Thing] = []
    names = {"parent": parent.record(), parent.node: parent.record()} if parent else {}
    purpose = f"sync/{node.name}"
    request = render(rule.listing, situation.names(purpose, names), situation.functions(purpose), timeout=node.timeout)
    while True:
        page = _page(request, rule, len(things))
        attempt = await caller.send(page, safe=True, retry=node.retry)
        if attempt.response is None or not page.accepted(attempt.response):
            raise refused(node.name, "listed", page, attempt, redactor)
        items = jmespath.search(rule.items, attempt.response.json) or []
        things += [_thing(node, rule, item, parent) for item in items if isinstance(item, dict)]
        if rule.page_size is None or len(items) < rule.page_size:
            return things


def _page(request: ApiRequest, rule: SyncRule, offset: int) -> ApiRequest:
    if rule.page_size is None:
        return request
    params = {**(request.params or {}), "limit": rule.page_size, "offset": offset}
    return ApiRequest(
        request.method, request.path, request.json, params, request.headers, request.expect, condition=request.condition
    )


def _thing(node: Node, rule: SyncRule, item: dict[str, Any], parent: Thing | None) -> Thing:
    import jmespath

    own = " · ".join(str(item.get(name)) for name in rule.key)
    key = (*(parent.key if parent else ()), own)
    return Thing(node.name, key, str(jmespath.search(node.id, item)), item, parent)


def _compared(thing: Thing, rule: SyncRule, inventory: Inventory) -> dict[str, Any]:
    names = rule.fields or tuple(
        name for name in thing.raw if name not in (*NEVER_COMPARED, *rule.key, *rule.ignore, "id")
    )
    fields = {}
    for name in names:
        value = thing.raw.get(name)
        target = rule.references.get(name)
        fields[name] = _named(value, inventory.by_id(target)) if target else value
    return fields


def _named(value: Any, things: Mapping[str, Thing]) -> Any:
    """Replace ids by names, which mean the same elsewhere; the order of several does not count."""
    if isinstance(value, list):
        return sorted((_named(item, things) for item in value), key=str)
    if value is None:
        return None
    return things[str(value)].name if str(value) in things else f"unknown: {value}"
