"""What an operation of OpenAPI 2.0, 3.0 and 3.1 takes and answers: bodies of all kinds, parameters, security."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.data.openapi.schemas import Schemas, properties, required

_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
GOOD = ("201", "200", "202", "203", "2XX", "2xx", "default")


@dataclass(frozen=True, slots=True)
class OperationBody:
    """What an operation takes.

    Args:
        kind: `json`, `form`, `multipart`, `raw`, or empty when it takes nothing.
        schema: Its schema.
        example: An example of the whole body, where the document has one.
        media: Media type.
    """

    kind: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)
    example: Any = None
    media: str = ""


class Operations:
    """Reads operations of one document.

    Args:
        data: The document.
        schemas: Follows its references.
    """

    def __init__(self, data: Mapping[str, Any], schemas: Schemas) -> None:
        self._data = data
        self._schemas = schemas

    def parameters(self, item: Mapping[str, Any], operation: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the parameters of an operation and those its path shares; its own win."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for raw in (*_list(item.get("parameters")), *_list(operation.get("parameters"))):
            parameter = self._schemas.node(raw)
            if parameter.get("name"):
                found[str(parameter["name"]), str(parameter.get("in"))] = parameter
        return list(found.values())

    def body(self, item: Mapping[str, Any], operation: Mapping[str, Any]) -> OperationBody:
        """Return what an operation takes."""
        holder = self._schemas.node(operation.get("requestBody"))
        content = holder.get("content")
        if isinstance(content, Mapping) and content:
            media = _preferred(content)
            media_type = content[media] if isinstance(content[media], Mapping) else {}
            schema = self._schemas.schema(media_type.get("schema"))
            return OperationBody(_kind(media), schema, self._example(media_type), media)
        return self._swagger_body(item, operation)

    def _swagger_body(self, item: Mapping[str, Any], operation: Mapping[str, Any]) -> OperationBody:
        consumes = _list(operation.get("consumes")) or _list(self._data.get("consumes"))
        parameters = self.parameters(item, operation)
        body = next((parameter for parameter in parameters if parameter.get("in") == "body"), None)
        if body:
            return OperationBody("json", self._schemas.schema(body.get("schema")), None, "application/json")
        fields = [parameter for parameter in parameters if parameter.get("in") == "formData"]
        if not fields:
            return OperationBody()
        files = any(field.get("type") == "file" for field in fields)
        schema = {
            "type": "object",
            "properties": {
                str(field["name"]): {"type": "string", "format": "binary"} if field.get("type") == "file" else field
                for field in fields
            },
            "required": [str(field["name"]) for field in fields if field.get("required") is True],
        }
        multipart = files or (_MULTIPART in consumes and _FORM not in consumes)
        media = _MULTIPART if multipart else _FORM
        return OperationBody("multipart" if multipart else "form", schema, None, media)

    def answer(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema of the answer of success; empty where the document has none."""
        found = operation.get("responses")
        responses = found if isinstance(found, Mapping) else {}
        for status in GOOD:
            holder = self._schemas.node(responses.get(status)) if status in responses else {}
            content = holder.get("content")
            raw = holder.get("schema")
            if isinstance(content, Mapping) and content:
                media_type = content[_preferred(content)]
                media_type = media_type if isinstance(media_type, Mapping) else {}
                raw = media_type.get("schema") or inferred(self._example(media_type))
            schema = self._schemas.schema(raw)
            if schema:
                return schema
        return {}

    def _example(self, media: Mapping[str, Any]) -> Any:
        if "example" in media:
            return media["example"]
        examples = media.get("examples")
        first = next(iter(examples.values()), None) if isinstance(examples, Mapping) else None
        return self._schemas.node(first).get("value")


def inferred(value: Any) -> dict[str, Any]:
    """Return the schema that an example shows; empty for none."""
    if isinstance(value, Mapping):
        return {"type": "object", "properties": {str(name): inferred(item) for name, item in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": inferred(value[0]) if value else {}}
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
    return next(({"type": name} for kind, name in kinds if isinstance(value, kind)), {})


def servers(data: Mapping[str, Any]) -> str:
    """Return the first address of a document, its variables filled in with their defaults."""
    if "swagger" in data:
        host = data.get("host")
        schemes = _list(data.get("schemes"))
        scheme = "https" if "https" in schemes or not schemes else schemes[0]
        path = str(data.get("basePath") or "/")
        return f"{scheme}://{host}{path.rstrip('/')}" if host else path
    listed = _list(data.get("servers"))
    first = listed[0] if listed and isinstance(listed[0], Mapping) else {}
    variables = first.get("variables") or {}

    def value(match: "re.Match[str]") -> str:
        rule = variables.get(match[1])
        return str(rule.get("default", match[0])) if isinstance(rule, Mapping) else match[0]

    return re.sub(r"\{([^{}]+)\}", value, str(first.get("url") or "/"))


def auth(data: Mapping[str, Any], schemas: Schemas) -> tuple[dict[str, Any], str]:
    """Return the section `auth` of an environment for a document's security, and what has no place in it.

    Returns:
        The section, empty when none is needed or none fits; and a sentence for what does not fit.
    """
    holder = data.get("securityDefinitions") or (data.get("components") or {}).get("securitySchemes") or {}
    wanted = [
        name for requirement in _list(data.get("security")) if isinstance(requirement, Mapping) for name in requirement
    ]
    names = [*(name for name in wanted if name in holder), *(name for name in holder if name not in wanted)]
    left = ""
    for name in names:
        scheme = schemas.node(holder[name])
        section = _section(scheme)
        if section:
            return section, ""
        place = f" in {scheme['in']}" if scheme.get("in") else ""
        left = left or f"{name} ({scheme.get('type')}{place})"
    return {}, f"It signs in with {left}, for which `auth` has no form." if left else ""


def _section(scheme: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section `auth` for one security scheme; empty where none fits."""
    kind, http = str(scheme.get("type")), str(scheme.get("scheme", "")).lower()
    if kind == "basic" or http == "basic":
        return {"basic": ["%{API_USER}", "%{API_PASSWORD}"]}
    if kind == "apiKey":
        return _key(str(scheme.get("name")), str(scheme.get("in")))
    if kind == "oauth2":
        return _grant(scheme)
    return {"bearer": "%{API_TOKEN}"} if http == "bearer" or kind == "openIdConnect" else {}


def _key(name: str, place: str) -> dict[str, Any]:
    if place == "header":
        return {"header": {name: "%{API_KEY}"}}
    if place == "cookie":
        return {"header": {"Cookie": f"{name}=%{{API_KEY}}"}}
    if place == "query":
        return {"signer": "hmac", "secrets": {"secret": "API_KEY"}, "text": "", "query": {name: "{secret}"}}
    return {}


def _grant(scheme: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a token of OAuth 2 is fetched without a person: by client credentials, else by a password."""
    flows = scheme.get("flows")
    flows = flows if isinstance(flows, Mapping) else {str(scheme.get("flow")): scheme}
    client = flows.get("clientCredentials") or flows.get("application") or {}
    if client.get("tokenUrl"):
        named = {"client_id": "API_CLIENT_ID", "client_secret": "API_CLIENT_SECRET"}
        return {"signer": "oauth2", "path": str(client["tokenUrl"]), "secrets": named}
    user = flows.get("password") or {}
    if user.get("tokenUrl"):
        form = {"grant_type": "password", "username": "{user}", "password": "{password}"}
        return {
            "signer": "login",
            "secrets": {"user": "API_USER", "password": "API_PASSWORD"},
            "request": {"path": str(user["tokenUrl"]), "form": form},
            "expires_in": "body.expires_in",
        }
    return {"bearer": "%{API_TOKEN}"}


def writable(schema: Mapping[str, Any], schemas: Schemas) -> dict[str, Any]:
    """Return a schema with the fields that may be sent: without those that are readOnly."""
    fields = {name: raw for name, raw in properties(schema).items() if schemas.schema(raw).get("readOnly") is not True}
    return {**schema, "properties": fields, "required": [name for name in required(schema) if name in fields]}


def _preferred(content: Mapping[str, Any]) -> str:
    """Return the media type to use: JSON before form before multipart before anything else."""

    def rank(media: str) -> int:
        kind = _kind(media)
        media_type = content[media]
        if not (isinstance(media_type, Mapping) and media_type.get("schema")):
            return 9  # documents name the same type twice, once with an example only
        exact = media.partition(";")[0].strip().lower() == "application/json"
        return 0 if exact else {"json": 1, "form": 2, "multipart": 3}.get(kind, 4)

    return min((str(media) for media in content), key=rank)


def _kind(media: str) -> str:
    plain = media.partition(";")[0].strip().lower()
    if "json" in plain or plain == "*/*":
        return "json"
    return {_FORM: "form", _MULTIPART: "multipart"}.get(plain, "multipart" if plain.startswith("multipart/") else "raw")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
