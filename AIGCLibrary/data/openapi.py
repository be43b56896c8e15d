"""Reads a product's OpenAPI document: what it keeps, how that is made, found and removed, and what refers to what."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from AIGCLibrary.data.errors import TemplateError
from AIGCLibrary.data.model import RESERVED_NAMES
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection

ITEM = re.compile(r"^(?P<collection>.*/(?P<plural>[^/{}]+))/\{(?P<parameter>[^{}]+)\}$")
PARENT = re.compile(r"^(?P<collection>.*/[^/{}]+)/\{[^{}]+\}(?=/)")
NAMES = ("name", "title", "code", "slug", "number", "description")
"""Fields that may name a thing the same in every environment, the best first."""
MARKS = ("tag", "external_id", "externalId", "reference", "label", "name", "title")
"""Fields that may carry a unique key by which a thing is found again."""


@dataclass(slots=True)
class Resource:
    """One kind of thing a product keeps.

    Args:
        name: Its name in the singular.
        path: Path of the collection.
        item: Path of a single one.
        body: Schema of the body that makes one.
        answer: Schema of the answer.
        listing: Schema of the list; None when there is none.
        queries: Parameters of the list.
        methods: Methods of a single one.
        keyed: The creation takes the header Idempotency-Key.
        references: Fields that hold ids of other resources, by field.
        parents: Resources in its path, by the path up to them.
    """

    name: str
    path: str
    item: str
    body: dict[str, Any]
    answer: dict[str, Any]
    listing: dict[str, Any] | None
    queries: tuple[str, ...]
    methods: tuple[str, ...]
    keyed: bool
    references: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    @property
    def properties(self) -> dict[str, Any]:
        """The fields of the body."""
        return dict(self.body.get("properties", {}))

    @property
    def required(self) -> tuple[str, ...]:
        """The fields that must be given."""
        return tuple(self.body.get("required", ()))


class Document:
    """An OpenAPI document.

    Args:
        data: Its content.
        source: Where it came from, for messages.

    Raises:
        TemplateError: It is no OpenAPI document of version 3 (AIGC418).
    """

    def __init__(self, data: Any, source: str) -> None:
        version = str(data.get("openapi", data.get("swagger", ""))) if isinstance(data, dict) else ""
        if not version.startswith("3.") or not isinstance(data.get("paths"), dict):
            found = f"its version is '{version}'" if version else "it has no 'openapi' and 'paths'"
            raise TemplateError(f"'{source}' is no OpenAPI 3 document: {found}.", code="AIGC418")
        self.data = data
        self.source = source

    @property
    def title(self) -> str:
        """Name of the product."""
        return str(self.data.get("info", {}).get("title", self.source))

    @property
    def base(self) -> str:
        """The first server, below which all paths are."""
        servers = self.data.get("servers") or [{}]
        return str(servers[0].get("url", "/"))

    def resources(self) -> tuple[list[Resource], list[str]]:
        """Find the things that can be made and removed, and the paths that make things which cannot be removed."""
        found: list[Resource] = []
        others: list[str] = []
        paths = self.data["paths"]
        for path, methods in paths.items():
            if "post" not in methods or "{" in path.rsplit("/", 1)[-1]:
                continue
            item = next((p for p in paths if (m := ITEM.match(p)) and m["collection"] == path), None)
            if item is None or "delete" not in paths[item]:
                others.append(path)
                continue
            found.append(self._resource(path, item))
        self._relate(found)
        return _ordered(found), others

    def resolve(self, schema: Any, depth: int = 0) -> dict[str, Any]:
        """Follow references and join `allOf`."""
        if not isinstance(schema, Mapping) or depth > 20:
            return {}
        if "$ref" in schema:
            return self.resolve(self._pointed(schema["$ref"]), depth + 1)
        joined = dict(schema)
        for part in joined.pop("allOf", ()):
            other = self.resolve(part, depth + 1)
            joined = {
                **other,
                **joined,
                "properties": {**other.get("properties", {}), **joined.get("properties", {})},
                "required": [*other.get("required", ()), *joined.get("required", ())],
            }
        return joined

    def _resource(self, path: str, item: str) -> Resource:
        paths = self.data["paths"]
        post, listing = paths[path]["post"], paths[path].get("get")
        parameters = [self.resolve(one) for one in (*paths[path].get("parameters", ()), *post.get("parameters", ()))]
        asked = [self.resolve(one) for one in (listing or {}).get("parameters", ())]
        return Resource(
            name=singular(path.rsplit("/", 1)[-1]),
            path=path,
            item=item,
            body=self.resolve(_content(self.resolve(post.get("requestBody", {})))),
            answer=self._answer(post),
            listing=self._answer(listing) if listing else None,
            queries=tuple(str(one.get("name")) for one in asked if one.get("in") == "query"),
            methods=tuple(paths[item]),
            keyed=any(str(one.get("name", "")).lower() == "idempotency-key" for one in parameters),
        )

    def _answer(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        for status in ("201", "200", "202", "2XX", "default"):
            if status in operation.get("responses", {}):
                schema = self.resolve(_content(self.resolve(operation["responses"][status])))
                if schema:
                    return schema
        return {}

    def _relate(self, resources: list[Resource]) -> None:
        by_name = {resource.name: resource for resource in resources}
        by_path = {resource.path: resource.name for resource in resources}
        for resource in resources:
            for name in resource.properties:
                other = _referred(name, by_name)
                if other and other != resource.name:
                    resource.references[name] = other
            for prefix in _prefixes(resource.path):
                if prefix in by_path:
                    resource.parents[prefix] = by_path[prefix]

    def _pointed(self, pointer: str) -> Any:
        node: Any = self.data
        for part in pointer.removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or name not in node:
                raise TemplateError(f"'{self.source}' refers to '{pointer}', which it does not have.", code="AIGC418")
            node = node[name]
        return node


async def load_document(source: str, http: HttpClient, connection: Connection | None = None) -> Any:
    """Read an OpenAPI document, JSON or YAML, from a file or a URL.

    Raises:
        TemplateError: The file does not exist, or it is neither JSON nor YAML (AIGC418).
        ApiError: The URL gave no answer.
    """
    if "://" in source:
        response = await http.request("GET", source, connection or Connection(source))
        if not response.ok:
            raise TemplateError(f"'{source}' answered {response.status} instead of a document.", code="AIGC418")
        text = response.text
    else:
        try:
            text = await asyncio.to_thread(Path(source).read_text, encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"File '{source}' cannot be read: {error}.", code="AIGC418") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        told = str(error).splitlines()[0]
        raise TemplateError(f"'{source}' is neither JSON nor YAML: {told}.", code="AIGC418") from None


def _content(holder: Mapping[str, Any]) -> Any:
    content = holder.get("content", {})
    kind = next((one for one in content if "json" in one), None)
    return content[kind].get("schema", {}) if kind else {}


def _prefixes(path: str) -> Iterator[str]:
    """Give the collections a path lies below: `/scripts` of `/scripts/{id}/episodes`."""
    position = 0
    for match in re.finditer(r"/\{[^{}]+\}(?=/)", path):
        position = match.start()
        yield path[:position]


def _referred(name: str, resources: Mapping[str, Resource]) -> str | None:
    """Give the resource whose id a field holds, judged by its name: `script_id`, `characterIds`."""
    match = re.match(r"^(?P<base>.+?)(?:_id|Id|_ids|Ids|_uuid|Uuid)$", name)
    if not match:
        return None
    base = re.sub(r"(?<!^)(?=[A-Z])", "_", match["base"]).lower()
    return next((known for known in (base, singular(base)) if known in resources), None)


def _ordered(resources: list[Resource]) -> list[Resource]:
    """Sort so that what is referred to comes first; a reference that is not required gives way to a circle."""
    ordered: list[Resource] = []
    waiting = list(resources)
    while waiting:
        known = {resource.name for resource in ordered}
        ready = [one for one in waiting if {*one.references.values(), *one.parents.values()} <= known]
        if not ready:
            one = waiting[0]
            loose = {name: to for name, to in one.references.items() if to in known or name in one.required}
            one.references = loose if loose != one.references else {n: t for n, t in loose.items() if t in known}
            if {*one.references.values(), *one.parents.values()} <= known:
                ready = [one]
            elif loose == one.references:
                one.references = {name: to for name, to in one.references.items() if to in known}
                one.parents = {path: to for path, to in one.parents.items() if to in known}
                ready = [one]
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return ordered


def singular(plural: str) -> str:
    """Give the name of one of a collection, fit to name a node: `categories` → `category`."""
    word = re.sub(r"(?<!^)(?=[A-Z])", "_", plural).lower().replace("-", "_")
    if word.endswith("ies") and word != "series":
        word = f"{word[:-3]}y"
    elif re.search(r"(sses|shes|ches|xes|zes)$", word):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "series")):
        word = word[:-1]
    word = re.sub(r"[^a-z0-9_]", "_", word)
    return f"{word}_entry" if word in RESERVED_NAMES else word
