"""The OpenAPI document, and request bodies checked against its schemas."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy

from AIGCLibrary.studio.errors import bad_input


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document; do not change it."""
    text = resources.files("AIGCLibrary.studio").joinpath("openapi.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@lru_cache(maxsize=64)
def _validator(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{name}", "components": document()["components"]})


async def read_object(request: web.Request) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        ApiError: 400 when it is not JSON, 422 when it is not an object.
    """
    try:
        body = json.loads(await request.read() or b"null", parse_constant=_refuse)
        json.dumps(body, ensure_ascii=False).encode()  # lone surrogates are JSON, but no text
    except (ValueError, RecursionError) as error:
        raise bad_input("invalid_json", f"The body is not JSON: {error}", status=400) from None
    if not isinstance(body, dict):
        raise bad_input("invalid_body", "The body must be a JSON object.")
    return body


async def read_form(request: web.Request) -> MultiDictProxy[str | bytearray | bytes | web.FileField]:
    """The request's form, however it is encoded.

    Raises:
        ApiError: 400 when it cannot be read.
    """
    try:
        return await request.post()
    except web.HTTPException:
        raise  # too large
    except (ValueError, LookupError, RuntimeError, AssertionError, HttpProcessingError) as error:
        raise bad_input("invalid_form", f"The form cannot be read: {error}", "file", status=400) from None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


async def read_body(request: web.Request, schema: str) -> dict[str, Any]:
    """The request's JSON object, valid under a schema of the document.

    Raises:
        ApiError: 400 or 422, the latter with the field.
    """
    return check(await read_object(request), schema)


def check(body: dict[str, Any], schema: str) -> dict[str, Any]:
    """The body itself when it is valid under a schema of the document.

    Raises:
        ApiError: 422 with the field and what is expected of it.
    """
    import jsonschema_rs

    try:
        _validator(schema).validate(body)
    except jsonschema_rs.ValidationError as error:
        field = ".".join(str(step) for step in error.instance_path) or _named(error.message)
        where = f"'{field}': " if field else ""
        raise bad_input("invalid_field", f"{where}{error.message}", field) from None
    return body


def _named(message: str) -> str | None:
    """The property in messages such as `"title" is a required property` or `(… 'x' was unexpected)`."""
    for sign in ('"', "'"):
        parts = message.split(sign)
        if len(parts) >= 3:
            return parts[1]
    return None


def whole(request: web.Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number from the query.

    Raises:
        ApiError: 422 with the field.
    """
    text = request.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        message = f"'{name}' is '{text[:50]}'; expected a whole number from {low} to {high}."
        raise bad_input("invalid_query", message, name)
    return int(text)
