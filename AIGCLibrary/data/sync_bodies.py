"""What a synchronisation sends: the fields of a thing, under the wrapper and in the kind of body a product takes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from AIGCLibrary.data.bodies import RequestBody
from AIGCLibrary.data.inventory import Thing
from AIGCLibrary.data.listing import is_json_api, json_api_body, plain_fields
from AIGCLibrary.data.model import Call, Node
from AIGCLibrary.data.own_fields import is_own, read_only, spelled
from AIGCLibrary.data.request import ApiRequest

SENDABLE = ("json", "form")
"""Kinds of bodies that can be made of the fields of a thing."""


def kind_of(node: Node, call: Call) -> str:
    """Return the kind of body a call sends: its own, else that of the creation."""
    return call.kind if call.json or call.content or node.create is None else node.create.kind


def with_fields(
    request: ApiRequest, node: Node, call: Call, thing: Thing, fields: dict[str, Any], *, with_id: bool
) -> ApiRequest:
    """Return a request with fields as its body.

    Args:
        request: The request without a body.
        node: What the thing is.
        call: The call it was made of.
        thing: The thing, as it came in its list.
        fields: What is sent.
        with_id: The body names the id as well, where its format has a place for it.
    """
    if kind_of(node, call) == "form":
        return replace(request, body=RequestBody("form", fields, call.directory))
    if is_json_api(thing.item):
        return replace(request, json=json_api_body(thing.item, fields, with_id=with_id))
    wrapper = node.wrapper
    return replace(request, json={wrapper: fields} if wrapper else fields)


def thing_in(body: Any, node: Node, remote_id: str) -> dict[str, Any] | None:
    """Return the fields of a thing in an answer, plain or from under its wrappers; None where it is not in it."""
    # Under a wrapper the id has its last name only: `script.id` of a creation is `id` of the script.
    names = dict.fromkeys((*(path.rpartition(".")[2].strip().strip('"') for path in node.id.split("||")), "id"))
    waiting: list[tuple[Any, int]] = [(body, 0)]
    while waiting:
        part, depth = waiting.pop(0)
        if not isinstance(part, Mapping):
            continue
        fields = plain_fields(part)
        if any(str(fields.get(name)) == remote_id for name in names if fields.get(name) is not None):
            return fields
        if depth < 2:
            waiting += [(inner, depth + 1) for inner in part.values()]
    return None


def is_made_by_product(name: str) -> bool:
    """Return whether a field is a time or link that a whole representation leaves out; ids and versions stay."""
    word = spelled(name)
    return is_own(name) and not word.endswith(("id", "version", "rev", "revision")) and word not in ("v", "url", "uri")


def only_in_detail(node: Node, thing: Thing, whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a thing shows by itself and not in its list, without what its product makes and without children."""
    leave = {*read_only(node.schema), *(node.sync.ignore if node.sync else ()), *thing.raw, "id"}
    return {
        name: value
        for name, value in whole.items()
        if name not in leave and value is not None and not is_own(name, value, node.name) and not _holds_things(value)
    }


def _holds_things(value: Any) -> bool:
    listed = value if isinstance(value, list) else [value]
    return any(isinstance(item, Mapping) and any(is_own(str(name)) for name in item) for item in listed)
