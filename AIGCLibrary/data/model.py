"""The words of a template as objects: what a node is, how it is created, found again, changed and removed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from AIGCLibrary.data.options import OnFailure
from AIGCLibrary.data.values import TemplateValue

BUILT_IN_NAMES = frozenset({"env", "faker", "index", "item", "key", "run", "self", "source", "tag", "vars", "parent"})
"""Names an expression may use beside variables and nodes."""
RESERVED_NAMES = BUILT_IN_NAMES - {"parent", "run", "source", "tag"}
"""Those of them that no variable or node may take; the others yield, since products have tags and runs, too."""

DEFAULT_ID = "id || data.id || [0].id"
"""Where the id of a thing is in an answer when its node does not say."""

_OF_ANSWER = re.compile(r"\.(headers|http|location)\b")
"""An expression that asks for what only the answer about one thing has; a field of such a name costs a request more."""

_WRAPPERS = frozenset({"data", "item", "resource", "object", "payload", "attributes"})
"""Names under which bodies usually wrap their fields."""


class RecordState(StrEnum):
    """Where a record stands.

    `intended` is written before the request is sent, one of the others after its answer; a record that is
    still `intended` when its process is gone may or may not exist in the product.
    """

    INTENDED = "intended"
    CREATED = "created"
    REUSED = "reused"
    FAILED = "failed"
    REMOVED = "removed"
    LEFT = "left"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the template describes it.

    Args:
        method: `POST`, `GET`, `PUT`, `PATCH` or `DELETE`.
        path: Path below the base URL.
        json: Body; None sends none.
        params: Query.
        headers: More headers.
        expect: Statuses that count as success; empty means every 2xx.
        accepted: JMESPath over the answer that must be true as well; None asks for the status alone.
        content: Body other than JSON, or query and variables of GraphQL.
        kind: What `content` is: `form`, `multipart`, `body` or `graphql`.
        directory: Where relative paths of files start.
    """

    method: str
    path: TemplateValue
    json: TemplateValue | None = None
    params: TemplateValue | None = None
    headers: TemplateValue | None = None
    expect: tuple[int, ...] = ()
    accepted: str | None = None
    content: TemplateValue | None = None
    kind: str = "json"
    directory: str = ""

    def values(self) -> "list[tuple[tuple[str, ...], TemplateValue]]":
        """Return the parts that may hold expressions, each with its place in the call."""
        parts = (("json", self.json), ("params", self.params), ("headers", self.headers), (self.kind, self.content))
        named = [(name, value) for name, value in parts if value is not None]
        return [((self.method.lower(),), self.path), *(((name,), value) for name, value in named)]


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a thing is found again: a request, and a JMESPath to it in the answer."""

    call: Call
    match: str = "items[0]"


@dataclass(frozen=True, slots=True)
class CreateIdempotency:
    """What makes a repeated creation harmless.

    Args:
        header: Header that carries the key; None when it is a field.
        field: Field of the body that carries the key.
    """

    header: str | None = "Idempotency-Key"
    field: str | None = None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is repeated, and how long is waited: `backoff` seconds, doubled each time up to `longest`."""

    times: int = 3
    backoff: float = 0.3
    longest: float = 10.0


@dataclass(frozen=True, slots=True)
class PollRule:
    """How the end of what a product does later is awaited.

    Args:
        address: What is asked; None asks the operation that the answer names, else the thing itself.
        done: JMESPath over {http, headers, body} that is true at the end; None recognises the usual words.
        failed: JMESPath over the same that is true when it failed.
        thing: JMESPath to the thing in the body of the last answer.
        interval: Seconds between two polls.
        timeout: Seconds it may take.
    """

    address: TemplateValue | None = None
    done: str | None = None
    failed: str | None = None
    thing: str | None = None
    interval: float = 1.0
    timeout: float = 300.0


@dataclass(frozen=True, slots=True)
class TaskWork:
    """A generation task this node stands for.

    Args:
        kind: Kind of the task for the provider.
        provider: Name of the provider; None takes the default.
        inputs: Inputs of a task to submit; unused when the node creates the task itself.
        timeout: Seconds to wait; None leaves it to the SLA.
        sla: Limits that differ from the default.
    """

    kind: TemplateValue
    provider: str | None = None
    inputs: TemplateValue | None = None
    timeout: float | None = None
    sla: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paging:
    """How a template says that its list is paged; everything is found by itself when it says nothing.

    Args:
        next: JMESPath over {http, headers, body} to the next cursor or link.
        param: Parameter that takes the cursor.
        total: JMESPath over the same to how many there are.
    """

    next: str | None = None
    param: str | None = None
    total: str | None = None


@dataclass(frozen=True, slots=True)
class SyncRule:
    """How the objects of a node are matched and compared between two environments.

    Args:
        listing: Request that lists them; may use `${parent.id}`.
        items: JMESPath to the list in the answer.
        key: Fields that make an object the same in both environments.
        parent: Node below whose objects they are listed.
        fields: Fields that are compared; all but the ignored ones when empty.
        ignore: Fields that are never compared.
        references: Fields that hold ids of another node's objects.
        page_size: Objects of one page, asked for with `limit` and `offset`; None leaves it to the product.
        paging: How the list is paged; None finds it out.
    """

    listing: Call
    items: str
    key: tuple[str, ...]
    parent: str | None = None
    fields: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    page_size: int | None = None
    paging: Paging | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One kind of thing a template makes; several things when `for_each` gives several items."""

    name: str
    create: Call | None = None
    id: str = DEFAULT_ID
    lookup: Lookup | None = None
    update: Call | None = None
    delete: Call | None = None
    for_each: TemplateValue | None = None
    when: TemplateValue | None = None
    needs: tuple[str, ...] = ()
    task: TaskWork | None = None
    reuse: bool = False
    idempotency: CreateIdempotency | None = None
    retry: RetryPolicy = RetryPolicy()
    timeout: float = 30.0
    schema: Mapping[str, Any] | None = None
    sync: SyncRule | None = None
    poll: PollRule | None = None

    @property
    def calls(self) -> "dict[str, Call]":
        """Return the calls of this node by their key in the file."""
        listed = {"create": self.create, "update": self.update, "delete": self.delete}
        return {name: call for name, call in listed.items() if call}

    @property
    def body(self) -> Mapping[str, Any]:
        """The fields of the creation as they are in the file, from under their wrapper; empty where it has none."""
        value = (self.create.json or self.create.content) if self.create else None
        raw = value.raw if value else None
        inner = raw.get(self.wrapper) if isinstance(raw, Mapping) and self.wrapper else raw
        return inner if isinstance(inner, Mapping) else {}

    @property
    def wrapper(self) -> str | None:
        """The name under which the creation sends its fields: `{"script": {"title": …}}`; None for none."""
        raw = self.create.json.raw if self.create and self.create.json else None
        if not isinstance(raw, Mapping) or len(raw) != 1 or self.create is None:
            return None
        name, inner = next(iter(raw.items()))
        last = str(self.create.path.raw).rstrip("/").rpartition("/")[2].lower()
        known = {self.name, last, last.removesuffix("s"), *_WRAPPERS}
        known |= {f"{last.removesuffix('ies')}y"} if last.endswith("ies") else set()
        return str(name) if isinstance(inner, Mapping) and "attributes" not in inner and str(name) in known else None

    @property
    def sent(self) -> frozenset[str]:
        """The fields that the template itself sends when it makes a thing."""
        return frozenset(map(str, self.body))

    def values(self) -> "list[tuple[tuple[str, ...], TemplateValue]]":
        """Return everything that may hold expressions, each with its place in the node."""
        found: list[tuple[tuple[str, ...], TemplateValue]] = []
        for name, call in self.calls.items():
            found += [((name, *place), value) for place, value in call.values()]
        if self.lookup:
            found += [(("lookup", *place), value) for place, value in self.lookup.call.values()]
        for name, value in (("for_each", self.for_each), ("when", self.when)):
            if value is not None:
                found.append(((name,), value))
        if self.poll and self.poll.address:
            found.append((("poll", "get"), self.poll.address))
        if self.task:
            parts = (("kind", self.task.kind), ("inputs", self.task.inputs))
            found += [(("task", name), value) for name, value in parts if value is not None]
        return found


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for a whole template unless an environment or a keyword says otherwise.

    Args:
        concurrency: Requests under way at once.
        rate: Requests a second at most; None for no limit.
        on_failure: `rollback` or `keep`.
        locale: Language of Faker.
        seed: Fixed seed; None gives every preparation values of its own.
    """

    concurrency: int = 8
    rate: float | None = None
    on_failure: OnFailure = OnFailure.ROLLBACK
    locale: str = "en_US"
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A graph of API calls that prepares data.

    Args:
        name: What `Prepare Data` calls it.
        description: One sentence for people, by language.
        variables: Names and default values; None means it must be given.
        nodes: The nodes by name, in the order of the file.
        outputs: Values given to the test under names of their own.
        edges: The nodes each node needs, from its references and `needs`.
        source: The file, for messages.
        abstract: Only there to be extended or included.
        variant: Name of the variant this is; None for the template as it is.
        variants: Names of all its variants.
    """

    name: str
    description: Mapping[str, str]
    variables: Mapping[str, TemplateValue]
    required: frozenset[str]
    defaults: Defaults
    nodes: Mapping[str, Node]
    outputs: Mapping[str, TemplateValue]
    edges: Mapping[str, frozenset[str]]
    source: str
    abstract: bool = False
    variant: str | None = None
    variants: tuple[str, ...] = ()

    @property
    def reads_answers(self) -> bool:
        """Whether it may use headers or status of an answer, of whichever node."""
        values = [*self.outputs.values(), *(value for node in self.nodes.values() for _, value in node.values())]
        return any(_OF_ANSWER.search(expression.source) for value in values for _, expression in value.expressions)

    @property
    def title(self) -> str:
        """The name it is asked for by: with that of its variant."""
        return f"{self.name}:{self.variant}" if self.variant else self.name
