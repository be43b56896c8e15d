"""Addresses of things: which Location is the thing's own, which one an operation's, and what the id in it is."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jmespath

SELF_ID = "{{self.id}}"
"""Stands for the id in a deletion that is written down before the creation."""
OPERATION_HEADERS = ("operation-location", "azure-asyncoperation", "x-operation-location")
"""Headers that always name an operation (Azure REST guidelines); Location does so where it is not the thing's own."""
_SEGMENT = r"(?P<id>[^/?#]+)"


def identity(path: str, body: Any) -> str | None:
    """Return the id at a JMESPath of a body; None where there is none, or something that cannot be one."""
    found = jmespath.search(path, body) if isinstance(body, dict | list) else None
    return None if found is None or isinstance(found, dict | list | bool) or found == "" else str(found)


def id_from_location(location: str, collection: str, deletion: str | None = None) -> str | None:
    """Return the id in an address, when it is the address of the thing itself.

    Args:
        location: A Location header, absolute or not.
        collection: Path that the thing was created at.
        deletion: Path that removes it, with `SELF_ID` for its id; None when there is none.

    Returns:
        The id; None when the address is of something else, such as the operation that makes the thing.
    """
    path = urlsplit(location).path.rstrip("/")
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
    return bool(identity_ and operation) and identity_ in urlsplit(str(operation)).path.split("/")


def own_address(collection: str, remote_id: str, method: str = "POST") -> str:
    """Return where a thing can be read by the habits of REST: below its collection, or where it was put."""
    path = urlsplit(collection).path
    return path if method == "PUT" else f"{path.rstrip('/')}/{remote_id}"
