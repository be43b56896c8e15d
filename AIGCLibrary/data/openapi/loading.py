"""Reads an OpenAPI document: JSON before YAML, names as text, and the files it refers to joined into one document."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import yaml

from AIGCLibrary.data.errors import TemplateError
from AIGCLibrary.data.openapi import yaml_events
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection

FILES = "x-files"
"""Key under which the documents that are referred to are kept in the joined one."""
_MOST_FILES = 2000


def parse(text: str, source: str) -> Any:
    """Read a document from text, JSON or YAML.

    Raises:
        TemplateError: It is neither (AIGC418).
    """
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        first: Exception = error
    try:
        return yaml_events.load(text.removeprefix("\ufeff"))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        looks_like_json = text.lstrip("\ufeff \t\r\n").startswith(("{", "["))
        reason = str(first if looks_like_json else error).splitlines()[0]
        raise TemplateError(f"'{source}' is neither JSON nor YAML: {reason}.", code="AIGC418") from None


async def load_document(source: str, http: HttpClient | None, connection: Connection | None = None) -> Any:
    """Read an OpenAPI document from a file or a URL, with everything it refers to.

    Raises:
        TemplateError: A file does not exist, or is neither JSON nor YAML (AIGC418).
        ApiError: The URL gave no answer.
    """
    reader = _DocumentReader(http, connection)
    data = parse(await reader.text(source), source)
    if not isinstance(data, dict):
        return data
    start = source if "://" in source else _absolute(source)
    await reader.join(data, start)
    if reader.files:
        data[FILES] = {name: part for name, part in reader.files.items() if part is not data}
    return data


class _DocumentReader:
    def __init__(self, http: HttpClient | None, connection: Connection | None) -> None:
        self._http = http
        self._connection = connection
        self.files: dict[str, Any] = {}

    async def text(self, source: str) -> str:
        if "://" in source and self._http is not None:
            response = await self._http.request("GET", source, self._connection or Connection(source))
            if not response.ok:
                raise TemplateError(f"'{source}' answered {response.status} instead of a document.", code="AIGC418")
            return response.text
        try:
            return await asyncio.to_thread(Path(source).read_text, encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"File '{source}' cannot be read: {error}.", code="AIGC418") from None

    async def join(self, data: dict[str, Any], start: str) -> None:
        """Point the references to other files into one document, and read these files."""
        self.files[start] = data
        waiting = [(data, start)]
        while waiting:
            document, place = waiting.pop()
            for holder in list(references(document)):
                target, pointer = urldefrag(holder["$ref"])
                if not target:
                    if place != start:
                        holder["$ref"] = _inside(place, pointer)
                    continue
                where = (
                    urljoin(place, target) if "://" in place else str((Path(place).parent / unquote(target)).resolve())
                )
                if "://" in target:
                    where = target
                if where not in self.files:
                    self.files[where] = await self._document(where, holder["$ref"], place)
                    waiting.append((self.files[where], where))
                holder["$ref"] = f"#{pointer}" if where == start else _inside(where, pointer)

    async def _document(self, where: str, reference: str, place: str) -> Any:
        if len(self.files) >= _MOST_FILES:
            raise TemplateError(f"'{place}' refers to more than {_MOST_FILES} files.", code="AIGC418")
        try:
            return parse(await self.text(where), where)
        except AIGCError as error:
            raise TemplateError(
                f"'{place}' refers to '{reference}', which cannot be read: {error.message.rstrip('.')}. Put the file "
                "there, or join the document first, for example with: npx @redocly/cli bundle",
                code="AIGC418",
            ) from None


def _absolute(path: str) -> str:
    return os.path.realpath(path)


def _inside(place: str, pointer: str) -> str:
    name = place.replace("~", "~0").replace("/", "~1").replace("%", "%25")
    return f"#/{FILES}/{name}{pointer}"


def references(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping that is a reference; examples may hold what looks like one."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node
            waiting += [item for name, item in node.items() if name not in ("example", "examples", "enum", "default")]
        elif isinstance(node, list):
            waiting += node
