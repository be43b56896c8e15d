"""Carries a synchronisation out: creates what is missing in the target, and changes what differs."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from AIGCLibrary.data.addresses import identity
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.creation import with_idempotency
from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.failure import NodeFailure, refused
from AIGCLibrary.data.inventory import Inventory, Thing
from AIGCLibrary.data.listing import is_json_api, json_api_body, plain_fields
from AIGCLibrary.data.model import Call, Node, Template
from AIGCLibrary.data.names import RenderNames, Situation
from AIGCLibrary.data.own_fields import is_own, read_only, spelled
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.refusals import refusal_in
from AIGCLibrary.data.request import ApiRequest, render
from AIGCLibrary.data.sync_plan import Action, Step
from AIGCLibrary.data.values import TemplateValue, compile_value
from AIGCLibrary.redaction.redactor import Redactor


class Synchroniser:
    """Carries a plan out.

    Args:
        template: What belongs together.
        source: What is taken as right.
        target: What is changed; grows as things are created.
        situation: Names for the expressions of the template, in the target.
        caller: Sends requests to the target.
        redactor: Masks secrets in reasons.
    """

    def __init__(
        self,
        template: Template,
        source: Inventory,
        target: Inventory,
        situation: Situation,
        caller: Caller,
        redactor: Redactor,
    ) -> None:
        self._template = template
        self._source = source
        self._target = target
        self._situation = situation
        self._caller = caller
        self._redactor = redactor

    async def apply(self, actions: list[Action]) -> list[Action]:
        """Carry steps out, parents before children; a step that fails is told and does not stop the others."""
        done: list[Action] = []
        keys = {(node, " / ".join(key)): key for node, things in self._source.things.items() for key in things}
        for action in actions:
            if action.step not in (Step.CREATE, Step.UPDATE):
                done.append(action)
                continue
            node = self._template.nodes[action.node]
            thing = self._source.things[action.node][keys[action.node, action.key]][0]
            try:
                if action.step is Step.CREATE:
                    await self._create(node, thing)
                else:
                    await self._update(node, thing, action.fields)
                done.append(replace(action, done=True))
            except (NodeFailure, ExpressionError) as failure:
                reason = self._redactor.text(str(getattr(failure, "problem", failure)))
                done.append(replace(action, step=Step.FAILED, reason=reason))
        return done

    async def _create(self, node: Node, thing: Thing) -> None:
        assert node.create is not None and node.sync is not None  # noqa: S101, PT018 - planned only then
        parent = self._parent(thing)
        purpose = f"sync/{node.name}/{thing.name}"
        key = f"{self._situation.tag}-{uuid.uuid4().hex[:12]}"
        names = self._situation.names(purpose, _above(parent) | {"source": thing.record(), "key": key})
        functions = self._situation.functions(purpose)
        body = self._body(node, thing, lambda value: value.render(names, functions))
        # A key of its own each time: what was removed from the target since the last time is made again.
        asked = self._request(node.create, node, names, purpose, _wrapped(thing, body, with_id=False))
        request, safe = with_idempotency(asked, node.idempotency, uuid.uuid4().hex)
        made = await self._send(request, thing, "created", node, safe=safe)
        fields = plain_fields(made) if isinstance(made, dict) else {}
        inner = fields.get("data")
        fields |= plain_fields(inner) if isinstance(inner, dict) else {}
        remote_id = identity(node.id, made) or identity("id", fields)
        if remote_id is None:
            raise NodeFailure(thing.name, f"was created, but the answer has no id at '{node.id}'")
        copy = Thing(node.name, thing.key, remote_id, {**body, **fields}, parent, thing.fields)
        self._target.things.setdefault(node.name, {})[thing.key] = [copy]

    def _body(self, node: Node, thing: Thing, render: Callable[[TemplateValue], Any]) -> dict[str, Any]:
        """Return what makes a thing: its fields, and of the template what the thing does not show."""
        assert node.create is not None and node.sync is not None  # noqa: S101, PT018 - planned only then
        raw = node.create.json.raw if node.create.json else None
        body: dict[str, Any] = {}
        for name, value in (raw if isinstance(raw, dict) else {}).items():
            if name in thing.raw and name not in node.sync.ignore:
                body[name] = self._there(node, name, thing.raw[name], thing)
                continue
            try:
                body[name] = render(compile_value(value))
            except ExpressionError:
                continue  # it takes what only a preparation has
        for name in (*node.sync.key, *thing.fields):
            if name in thing.raw and name not in body:
                body[name] = self._there(node, name, thing.raw[name], thing)
        return body

    async def _update(self, node: Node, thing: Thing, fields: tuple[str, ...]) -> None:
        assert node.update is not None  # noqa: S101 - planned only then
        there = self._target.things[node.name][thing.key][0]
        changed_ = {name: self._there(node, name, thing.raw.get(name), thing) for name in fields}
        purpose = f"sync/{node.name}/{thing.name}"
        own = there.record()
        names = self._situation.names(purpose, _above(there.parent) | {"self": own})
        path = str(node.update.path.render(names, self._situation.functions(purpose)))
        body = changed_
        if node.update.method == "PUT":  # it replaces the thing: what the list does not show is read first
            body = {**await self._whole(node, there, path, own), **changed_}
        request = self._request(node.update, node, names, purpose, _wrapped(there, body, with_id=True))
        answer = await self._send(request, thing, "updated", node, safe=True)
        self._kept(answer, changed_)

    async def _whole(self, node: Node, there: Thing, path: str, own: DataRecord) -> dict[str, Any]:
        """Return all fields a thing has in the target, without times and links, which are the product's own."""
        attempt = await self._caller.send(ApiRequest("GET", path, timeout=node.timeout), safe=True, retry=node.retry)
        whole = there.raw
        response = attempt.response
        if response is not None and response.status == 200 and isinstance(response.json, dict):
            read = response.json
            wrapped = read.get("data")
            read = wrapped if isinstance(wrapped, dict) and "id" not in read else read
            fields = plain_fields(read)
            if identity(node.id, fields) == there.id or identity("id", fields) == there.id:
                whole = fields
                own.answered(response)
                own.body = fields
        leave = read_only(node.schema)
        kept = (name for name in whole if name in node.sent or not (name in leave or _is_made_by_product(name)))
        return {name: whole[name] for name in kept}

    def _kept(self, answer: Any, sent: Mapping[str, Any]) -> None:
        """Refuse an update that the product accepted and did not make.

        Raises:
            NodeFailure: The answer shows another value of a field.
        """
        fields = plain_fields(answer) if isinstance(answer, dict) else {}
        inner = fields.get("data")
        fields = plain_fields(inner) if isinstance(inner, dict) else fields
        for name, value in sent.items():
            shown = fields.get(name)
            plain = isinstance(value, str | int | float) and isinstance(shown, str | int | float)
            if plain and str(shown) != str(value):
                raise NodeFailure(name, f"was accepted, but '{name}' is {shown!r} instead of {value!r}")

    def _request(self, call: Call, node: Node, names: RenderNames, purpose: str, body: Any) -> ApiRequest:
        """Build a request to the target: path, query and headers of the template, and the fields of the thing."""
        plain = replace(call, json=None, content=None)
        request = render(plain, names, self._situation.functions(purpose), timeout=node.timeout)
        return replace(request, json=body)

    async def _send(self, request: ApiRequest, thing: Thing, verb: str, node: Node, *, safe: bool) -> Any:
        attempt = await self._caller.send(request, safe=safe, retry=node.retry)
        if attempt.response is None or not request.accepted(attempt.response):
            raise refused(thing.name, verb, request, attempt, self._redactor)
        said = refusal_in(attempt.response.json) if request.condition is None else None
        if said:
            raise NodeFailure(thing.name, f"could not be {verb}: HTTP {attempt.response.status}: {said}")
        return attempt.response.json

    def _parent(self, thing: Thing) -> Thing | None:
        if thing.parent is None:
            return None
        same = self._target.things.get(thing.parent.node, {}).get(thing.parent.key, [])
        if len(same) != 1:
            raise NodeFailure(thing.name, f"has no parent '{thing.parent.name}' in '{self._target.environment}'")
        return same[0]

    def _there(self, node: Node, name: str, value: Any, of: Thing) -> Any:
        """Translate ids of the source into ids of the target."""
        assert node.sync is not None  # noqa: S101
        other = node.sync.references.get(name)
        if other is None and of.parent and str(value) == of.parent.id and spelled(name).endswith("id"):
            parent = self._parent(of)
            return _typed(parent.id, value) if parent else value
        if other is None or value is None:
            return value
        if isinstance(value, list):
            return [self._there(node, name, item, of) for item in value]
        thing = self._source.by_id(other).get(str(value))
        same = self._target.things.get(other, {}).get(thing.key, []) if thing else []
        if thing is None or len(same) != 1:
            what = thing.name if thing else value
            raise NodeFailure(node.name, f"refers to '{what}', which is not in '{self._target.environment}'")
        return _typed(same[0].id, value)


def _typed(remote_id: str, like: Any) -> Any:
    """Return an id as a number where the source has a number there."""
    return int(remote_id) if isinstance(like, int) and remote_id.isdigit() else remote_id


def _wrapped(thing: Thing, fields: dict[str, Any], *, with_id: bool) -> Any:
    """Return fields as the product takes them: plain, or as a document of JSON:API."""
    return json_api_body(thing.item, fields, with_id=with_id) if is_json_api(thing.item) else fields


def _is_made_by_product(name: str) -> bool:
    """Return whether a field is a time or link that a whole representation leaves out; ids and versions stay."""
    word = spelled(name)
    return is_own(name) and not word.endswith(("id", "version", "rev", "revision")) and word not in ("v", "url", "uri")


def _above(thing: Thing | None) -> dict[str, Any]:
    names: dict[str, Any] = {"parent": thing.record()} if thing else {}
    while thing:
        names[thing.node] = thing.record()
        thing = thing.parent
    return names
