"""The files of a result: links, link templates, data: URLs, local paths, bare names; sorted, named, absolute."""

import base64
import binascii
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes, urljoin, urlsplit

from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.providers.model import Result
from AIGCLibrary.tasks.snapshot import ResultFile

_BLANK = re.compile(r"\{(\w+)\}")
_URL_KEYS = ("url", "uri", "href", "download_url", "video_url", "image_url", "file_url", "path")


def result_files(rule: Result, envelope: dict[str, Any], base: str, api: str = "") -> tuple[ResultFile, ...]:
    """Return the files of a completed task.

    Args:
        rule: Where they are in the answer.
        envelope: The answer.
        base: URL that relative links start from.
        api: URL that link templates start from.
    """
    found = rule.files(envelope) if rule.files else None
    items = _flat(found)
    if rule.order is not None:
        items = sorted(items, key=lambda item: _rank(rule.order(item) if isinstance(item, dict) else None))  # type: ignore[misc]
    files = [_file(rule, item, base, api or base) for item in items]
    return tuple(file for file in files if file is not None)


def _flat(found: Any) -> list[Any]:
    if found is None:
        return []
    if not isinstance(found, list):
        return [found]
    return [inner for item in found for inner in (_flat(item) if isinstance(item, list) else [item]) if inner]


def _rank(value: Any) -> tuple[int, float, str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (0, float(value), "")
    return (1, 0.0, str(value or ""))


def _file(rule: Result, item: Any, base: str, api: str) -> ResultFile | None:
    known = item if isinstance(item, dict) else {}
    link = _link(rule, item, known)
    if not link:
        return None
    name = _text(_of(rule.name, known)) or _text(known.get("name") or known.get("filename"))
    media_type = _media_type(_of(rule.media_type, known))
    size = _size(_of(rule.size, known))
    sha256, md5 = _hash(_of(rule.sha256, known), 32), _hash(_of(rule.md5, known), 16)
    if link.startswith("data:"):
        return _inline(link, name, media_type)
    if "://" not in link:
        link = urljoin(api.rstrip("/") + "/", link.lstrip("/")) if rule.template else urljoin(base, link)
    return ResultFile(link, name or _name_of(link), media_type, size, sha256, md5)


def _link(rule: Result, item: Any, known: Mapping[str, Any]) -> str | None:
    if rule.template is not None:
        values = {key: value for key, value in known.items() if value is not None}
        values |= {"item": item} if isinstance(item, str | int) else {}
        if isinstance(item, str) and ("://" in item or item.startswith("data:")):
            return item
        if any(blank not in values for blank in _BLANK.findall(rule.template)):
            return None
        return _BLANK.sub(lambda blank: quote(str(values[blank[1]]), safe="/"), rule.template)
    if isinstance(item, str):
        return item
    value = _of(rule.url, known)
    if value is None:
        value = next((known[key] for key in _URL_KEYS if isinstance(known.get(key), str)), None)
    return str(value) if isinstance(value, str) and value else None


def _inline(link: str, name: str | None, media_type: str | None) -> ResultFile:
    """Read a data: URL (RFC 2397): what it says of itself is exact."""
    head, _, data = link.partition(",")
    try:
        content = base64.b64decode(data, validate=False) if ";base64" in head else unquote_to_bytes(data)
    except (binascii.Error, ValueError):
        return ResultFile(link, name, media_type)
    declared = head.removeprefix("data:").split(";")[0] or None
    ending = mimetypes.guess_extension(declared or "") or ""
    return ResultFile(
        link, name or f"inline{ending}", media_type or declared, len(content), hashlib.sha256(content).hexdigest()
    )


def _of(expression: AnswerExpression | None, item: Mapping[str, Any]) -> Any:
    return expression(dict(item)) if expression and item else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _media_type(value: Any) -> str | None:
    text = _text(value)
    return text.split(";")[0].strip().lower() if text and "/" in text else None


def _size(value: Any) -> int | None:
    try:
        size = int(value)
    except (TypeError, ValueError):
        return None
    return size if size > 0 and not isinstance(value, bool) else None


def _hash(value: Any, size: int) -> str | None:
    """Return a hash of so many bytes in hexadecimal, from hexadecimal, an ETag in quotes, or base64."""
    text = (_text(value) or "").strip('"').removeprefix("sha256:").removeprefix("md5:")
    try:
        content = bytes.fromhex(text) if len(text) == 2 * size else base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return content.hex() if len(content) == size else None


def _name_of(link: str) -> str | None:
    parts = urlsplit(link)
    name = unquote(parts.path.rsplit("/", 1)[-1])
    named = re.search(r"(?:^|[?&])(?:filename|file|name)=([^&]+)", parts.query)
    if named and ("." not in name or name in ("view", "file")):
        name = unquote(named[1].replace("+", " ")).rsplit("/", 1)[-1]
    return name or None
