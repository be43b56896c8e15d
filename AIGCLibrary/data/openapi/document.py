"""What a product keeps, as its OpenAPI document says: how things are made, found and removed, how they refer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Any

from AIGCLibrary.data.errors import TemplateError
from AIGCLibrary.data.expression import CONSTANTS
from AIGCLibrary.data.model import RESERVED_NAMES
from AIGCLibrary.data.openapi.content import OperationBody, Operations, servers, writable
from AIGCLibrary.data.openapi.schemas import Schemas, properties, required

NAMES = ("name", "title", "code", "slug", "number", "description")
"""Fields that may name a thing the same in every environment, the best first."""
MARKS = ("tag", "external_id", "externalId", "reference", "label", "name", "title")
"""Fields that may carry a unique key by which a thing is found again."""
METHODS = ("get", "put", "post", "patch", "delete")
_ITEM = re.compile(r"^(?P<collection>.*/(?P<plural>[^/{}]+))/\{(?P<parameter>[^{}]+)\}/?$")
_CREATING = re.compile(r"/(?:create|new|add|insert|save)$", re.IGNORECASE)


@dataclass(slots=True)
class Resource:
    """One kind of thing a product keeps.

    Args:
        name: Its name in the singular.
        path: Path that one is made at.
        item: Path that one is removed at.
        parameter: Name of the id in that path.
        body: What makes one; only fields that may be sent.
        answer: Schema of the answer.
        collection: Path of the list.
        listing: Schema of the list; None when there is none.
        queries: Parameters of the list.
        methods: Methods of a single one.
        parameters: Parameters of the creation.
        references: Fields that hold ids of other resources, by field.
        parents: Resources in its path, by the path up to them.
    """

    name: str
    path: str
    item: str
    parameter: str
    body: OperationBody
    answer: dict[str, Any]
    collection: str
    listing: dict[str, Any] | None
    queries: tuple[str, ...]
    methods: tuple[str, ...]
    parameters: list[dict[str, Any]]
    references: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    @property
    def properties(self) -> dict[str, Any]:
        """The fields of the body."""
        return properties(self.body.schema)

    @property
    def required(self) -> tuple[str, ...]:
        """The fields that must be given."""
        return tuple(required(self.body.schema))

    @property
    def keyed(self) -> bool:
        """True when the creation takes the header Idempotency-Key."""
        return any(str(parameter.get("name", "")).lower() == "idempotency-key" for parameter in self.parameters)


class Document:
    """An OpenAPI document of version 2.0, 3.0 or 3.1.

    Args:
        data: Its content.
        source: Where it came from, for messages.

    Raises:
        TemplateError: It is no OpenAPI document (AIGC418).
    """

    def __init__(self, data: Any, source: str) -> None:
        version = str(data.get("openapi", data.get("swagger", ""))) if isinstance(data, dict) else ""
        if not version.startswith(("2", "3")) or not isinstance(data.get("paths"), dict):
            found = f"its version is '{version}'" if version else "it has no 'openapi' or 'swagger'"
            found += "" if isinstance(data, dict) and isinstance(data.get("paths"), dict) else "; it has no 'paths'"
            raise TemplateError(f"'{source}' is not an OpenAPI document of version 2 or 3: {found}.", code="AIGC418")
        self.data = data
        self.source = source
        self.schemas = Schemas(data)
        self.operations = Operations(data, self.schemas)
        self.paths = {
            str(path): self.schemas.node(item) for path, item in data["paths"].items() if str(path)[:1] == "/"
        }

    @property
    def title(self) -> str:
        """Name of the product."""
        info = self.data.get("info")
        return str(info.get("title", self.source)) if isinstance(info, Mapping) else self.source

    @property
    def base(self) -> str:
        """The first server, below which all paths are."""
        return servers(self.data)

    def resources(self) -> tuple[list[Resource], list[str]]:
        """Find the things that can be made and removed, and the paths that make things which cannot be removed."""
        found: list[Resource] = []
        others: list[str] = []
        items = self._items()
        for path, methods in self.paths.items():
            if "post" not in methods or path.rstrip("/").endswith("}"):
                continue
            item = self._item_of(path, items)
            if item is None:
                others.append(path)
            else:
                found.append(self._resource(path, item))
        _distinguish(found)
        self._relate(found)
        return _ordered(found), others

    def _items(self) -> dict[str, list[str]]:
        """Return the paths of single things that can be removed, by collection and by its last word."""
        found: dict[str, list[str]] = {}
        for path, methods in self.paths.items():
            match = _ITEM.match(path)
            if match and "delete" in methods:
                found.setdefault(_bare(match["collection"]), []).append(path)
                found.setdefault(f"*{singular(match['plural'])}", []).append(path)
        return found

    def _item_of(self, path: str, items: Mapping[str, list[str]]) -> str | None:
        """Return where the things made at a path are removed; None when nowhere, or in several places."""
        collection = _CREATING.sub("", path.rstrip("/"))
        exact = items.get(_bare(collection))
        if exact:
            return exact[0]
        near = items.get(f"*{singular(collection.rpartition('/')[2])}", [])
        above = _bare(collection.rpartition("/")[0])
        beside = [candidate for candidate in near if _bare(candidate).rpartition("/")[0].rpartition("/")[0] == above]
        if beside:
            return beside[0]
        short = [candidate for candidate in near if candidate.count("{") == 1 and "{" in path]
        return short[0] if len(short) == 1 else None

    def _resource(self, path: str, item: str) -> Resource:
        match = _ITEM.match(item)
        assert match  # noqa: S101 - only such are looked up
        here = self.paths[path]
        collection = next(
            (
                candidate
                for candidate in (path, match["collection"], f"{match['collection']}/")
                if "get" in self.paths.get(candidate, {})
            ),
            path,
        )
        listing = self.paths.get(collection, {}).get("get")
        queries = self.operations.parameters(self.paths.get(collection, {}), listing or {})
        body = self.operations.body(here, here["post"])
        return Resource(
            name=singular(match["plural"]),
            path=path,
            item=item,
            parameter=match["parameter"],
            body=OperationBody(body.kind, writable(body.schema, self.schemas), body.example, body.media),
            answer=self.operations.answer(here["post"]),
            collection=collection,
            listing=self.operations.answer(listing) if listing else None,
            queries=tuple(str(query["name"]) for query in queries if query.get("in") == "query"),
            methods=tuple(method for method in METHODS if method in self.paths[item]),
            parameters=self.operations.parameters(here, here["post"]),
        )

    def _relate(self, resources: list[Resource]) -> None:
        by_name = {resource.name: resource for resource in resources}
        by_path = {_bare(resource.item).rpartition("/")[0]: resource.name for resource in resources}
        for resource in resources:
            for name in resource.properties:
                other = _referred(name, by_name)
                if other and other != resource.name:
                    resource.references[name] = other
            for prefix in _prefixes(resource.path):
                if by_path.get(_bare(prefix)) not in (None, resource.name):
                    resource.parents[prefix] = by_path[_bare(prefix)]


def _bare(path: str) -> str:
    """Return a path with nameless parameters and without a slash at its end, to compare it."""
    return re.sub(r"\{[^{}]*\}", "{}", path).rstrip("/")


def _distinguish(resources: list[Resource]) -> None:
    """Rename resources of the same name: with what they lie below, then with a number."""
    taken: dict[str, int] = {}
    names = [resource.name for resource in resources]
    for resource in resources:
        if names.count(resource.name) > 1:
            words = [singular(word) for word in resource.path.strip("/").split("/") if not word.startswith("{")]
            above = words[-2] if len(words) > 1 else ""
            resource.name = f"{above}_{resource.name}" if above and above != resource.name else resource.name
        number = taken[resource.name] = taken.get(resource.name, 0) + 1
        if number > 1:
            resource.name = f"{resource.name}_{number}"


def _prefixes(path: str) -> Iterator[str]:
    """Return the collections a path lies below: `/scripts` of `/scripts/{id}/episodes`."""
    for match in re.finditer(r"/\{[^{}]+\}(?=/)", path):
        yield path[: match.start()]


def _referred(name: str, resources: Mapping[str, Resource]) -> str | None:
    """Return the resource whose id a field holds, judged by its name: `script_id`, `characterIds`."""
    match = re.match(r"^(?P<base>.+?)(?:_id|Id|_ids|Ids|_uuid|Uuid)$", name)
    if not match:
        return None
    base = re.sub(r"(?<!^)(?=[A-Z])", "_", match["base"]).lower()
    return next((known for known in (base, singular(base)) if known in resources), None)


def _ordered(resources: list[Resource]) -> list[Resource]:
    """Sort so that what is referred to comes first; a reference that is not required gives way to a circle."""
    ordered: list[Resource] = []
    waiting = list(resources)
    known: set[str] = set()
    while waiting:
        ready = [
            resource for resource in waiting if {*resource.references.values(), *resource.parents.values()} <= known
        ]
        if not ready:
            resource = waiting[0]
            loose = {name: to for name, to in resource.references.items() if to in known or name in resource.required}
            resource.references = (
                loose if loose != resource.references else {n: t for n, t in loose.items() if t in known}
            )
            if {*resource.references.values(), *resource.parents.values()} <= known:
                ready = [resource]
            elif loose == resource.references:
                resource.references = {name: to for name, to in resource.references.items() if to in known}
                resource.parents = {path: to for path, to in resource.parents.items() if to in known}
                ready = [resource]
        ordered += ready
        known |= {resource.name for resource in ready}
        waiting = [resource for resource in waiting if resource.name not in known]
    return ordered


def singular(plural: str) -> str:
    """Return the name of one of a collection, fit to name a node: `categories` → `category`."""
    word = re.sub(r"(?<!^)(?=[A-Z])", "_", plural).lower().replace("-", "_")
    if word.endswith("ies") and word != "series":
        word = f"{word[:-3]}y"
    elif re.search(r"(sses|shes|ches|xes|zes)$", word):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "series")):
        word = word[:-1]
    word = re.sub(r"[^a-z0-9_]+", "_", word).strip("_") or "thing"
    word = f"_{word}" if word[0].isdigit() else word
    return f"{word}_entry" if word in RESERVED_NAMES or iskeyword(word) or word in CONSTANTS else word
