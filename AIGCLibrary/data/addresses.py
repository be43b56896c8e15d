"""Addresses of things: which Location is the thing's own, which one an operation's, and what the id in it is."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import jmespath

from AIGCLibrary.http.redirects import absolute
from AIGCLibrary.units import is_whole

SELF_ID = "{{self.id}}"
"""Stands for the id in a deletion that is written down before the creation."""
OPERATION_HEADERS = ("operation-location", "azure-asyncoperation", "x-operation-location")
"""Headers that always name an operation (Azure REST guidelines); Location does so where it is not the thing's own."""
_SEGMENT = r"(?P<id>[^/?#]+)"


def identity(path: str, body: Any) -> str | None:
    """Return the id at a JMESPath of a body; None where there is none, or something that cannot be one."""
    found = jmespath.search(path, body) if isinstance(body, dict | list) else None
    return None if found is None or isinstance(found, dict | list | bool) or found == "" else str(found)


def as_written(remote_id: str | None, body: Any) -> str | int | None:
    """Return an id as the product writes it in an answer: a number where it is one there, and nowhere a text."""
    if remote_id is None or not is_whole(remote_id):
        return remote_id
    found = {type(value) for value in _leaves(body) if str(value) == remote_id}
    return int(remote_id) if int in found and str not in found else remote_id


def _leaves(value: Any) -> Iterator[Any]:
    open_: list[Any] = [value]
    while open_:
        last = open_.pop()
        if isinstance(last, Mapping | list):
            open_ += last.values() if isinstance(last, Mapping) else last
        else:
            yield last


def id_from_location(location: str, collection: str, deletion: str | None = None) -> str | None:
    """Return the id in an address, when it is the address of the thing itself.

    Args:
        location: A Location header, absolute or not.
        collection: Path that the thing was created at.
        deletion: Path that removes it, with `SELF_ID` for its id; None when there is none.

    Returns:
        The id; None when the address is of something else, such as the operation that makes the thing.
    """
    path = urlsplit(absolute("", location)).path.rstrip("/")
    if not path:
        return None
    if deletion and SELF_ID in (below := urlsplit(deletion).path):
        start, _, end = below.rstrip("/").partition(SELF_ID)
        match = re.search(rf"(?:^|/){re.escape(start.strip('/'))}/{_SEGMENT}{re.escape(end)}$", path)
        if match and start.strip("/"):
            return match["id"]
    last = urlsplit(collection).path.rstrip("/").rpartition("/")[2]
    match = re.search(rf"/{re.escape(last)}/{_SEGMENT}$", path) if last else None
    return match["id"] if match else None


def wrapped_identity(body: Any, collection: str) -> str | None:
    """Return the id of a thing under a wrapper that is named like it: `{"script": {"id": 1}}` made at `/scripts`."""
    if not isinstance(body, Mapping):
        return None
    last = urlsplit(collection).path.rstrip("/").rpartition("/")[2].lower().replace("-", "_")
    names = {last, last.removesuffix("s"), last.removesuffix("es"), "result", "item", "resource", "payload", "object"}
    names |= {f"{last.removesuffix('ies')}y"} if last.endswith("ies") else set()
    found = [identity("id", field) for name, field in body.items() if str(name).lower() in names]
    if any(name in body for name in ("code", "msg", "message", "success", "errcode")):
        found.append(identity("data", body))  # envelopes answer with the bare id
    return next((found_id for found_id in found if found_id), None)


def others_in(sent: Any, body: Any, first: str | None) -> list[tuple[Any, str]]:
    """Return what a creation in bulk made beside the thing of id `first`, each with its id.

    Only an answer with as many things as were sent counts: another list may hold what others made.
    """
    asked, listed = _list_in(sent), _list_in(body)
    if first is None or len(listed) < 2 or len(asked) != len(listed):
        return []
    names = ("id", "uuid", "_id", "guid", "key", "name")
    name = next((candidate for candidate in names if identity(f'"{candidate}"', listed[0]) == first), None)
    made = [(thing, identity(f'"{name}"', thing)) for thing in listed[1:]] if name else []
    return [(thing, found) for thing, found in made if found is not None and found != first]


def _list_in(value: Any) -> list[Any]:
    """Return a list, or the only one in a mapping; empty where there is none."""
    if isinstance(value, list):
        return value
    found = [member for member in value.values() if isinstance(member, list)] if isinstance(value, Mapping) else []
    return found[0] if len(found) == 1 else []


def id_from_links(body: Any, collection: str, deletion: str | None = None) -> str | None:
    """Return the id in the link of a thing to itself (HAL, JSON:API): `{"_links": {"self": {"href": …}}}`."""
    if not isinstance(body, Mapping):
        return None
    for holder in (body.get("_links"), body.get("links"), body):
        link = holder.get("self") if isinstance(holder, Mapping) else None
        link = link.get("href") if isinstance(link, Mapping) else link
        link = link or (holder.get("href") if holder is body else None)
        found = id_from_location(link, collection, deletion) if isinstance(link, str) else None
        if found:
            return found
    return None


def operation_in(body: Any) -> str | None:
    """Return the address of an operation that a body is (google.longrunning.Operation); None when it is none."""
    if not isinstance(body, Mapping) or not isinstance(body.get("done", False), bool):
        return None
    name = body.get("name")
    return f"/{name.lstrip('/')}" if isinstance(name, str) and re.search(r"(?:^|/)operations/[^/]+$", name) else None


def item_identity(path: str, fields: Any) -> str | None:
    """Return the id of an item of a list: at the path of the node, or at its end where a creation is wrapped."""
    steps = path.split(".")
    candidates = [path, *(".".join(steps[start:]) for start in range(1, len(steps))), "id"]
    found = (identity(candidate, fields) for candidate in candidates if "|" not in candidate or candidate == path)
    return next((found_id for found_id in found if found_id), None)


def operation_address(headers: Mapping[str, str], status: int, own: str | None) -> str | None:
    """Return the address of the operation an answer started; None when it started none.

    Args:
        headers: Names in lower case.
        status: HTTP status.
        own: The id, when the Location is the thing's own address.
    """
    for name in OPERATION_HEADERS:
        if headers.get(name):
            return headers[name]
    location = headers.get("location")
    return location if location and status == 202 and own is None else None


def is_of_operation(identity_: str | None, operation: str | None) -> bool:
    """Return whether an id found in an answer is that of the operation it started."""
    return bool(identity_ and operation) and identity_ in urlsplit(absolute("", str(operation))).path.split("/")


def own_address(collection: str, remote_id: str, method: str = "POST") -> str:
    """Return where a thing can be read by the habits of REST: below its collection, or where it was put."""
    path = urlsplit(collection).path
    return path if method == "PUT" else f"{path.rstrip('/')}/{remote_id}"
