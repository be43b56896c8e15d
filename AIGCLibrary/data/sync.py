"""Carries a synchronisation out: creates what is missing in the target, and changes what differs."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.creation import Creator, with_idempotency
from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.failure import NodeFailure, refused
from AIGCLibrary.data.inventory import Inventory, Thing
from AIGCLibrary.data.journal import Preparation
from AIGCLibrary.data.listing import plain_fields
from AIGCLibrary.data.model import Call, Node, Template
from AIGCLibrary.data.names import RenderNames, Situation
from AIGCLibrary.data.operations import poll_from
from AIGCLibrary.data.own_fields import read_only, spelled, without_own
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.refusals import refusal_in
from AIGCLibrary.data.request import ApiRequest, render
from AIGCLibrary.data.self_path import FutureSelf
from AIGCLibrary.data.sync_bodies import is_made_by_product, only_in_detail, thing_in, with_fields
from AIGCLibrary.data.sync_plan import Action, Step
from AIGCLibrary.data.values import TemplateValue, compile_value
from AIGCLibrary.http.response import Response
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.units import is_whole


class Synchroniser:
    """Carries a plan out.

    Args:
        template: What belongs together.
        source: What is taken as right.
        target: What is changed; grows as things are created.
        situation: Names for the expressions of the template, in the target.
        caller: Sends requests to the target.
        redactor: Masks secrets in reasons.
        source_situation: The same names, in the source.
        source_caller: Reads things of the source.
        clock: Time.
    """

    def __init__(
        self,
        template: Template,
        source: Inventory,
        target: Inventory,
        situation: Situation,
        caller: Caller,
        redactor: Redactor,
        *,
        source_situation: Situation,
        source_caller: Caller,
        clock: Clock,
    ) -> None:
        self._template = template
        self._source = source
        self._target = target
        self._situation = situation
        self._caller = caller
        self._redactor = redactor
        self._source_situation = source_situation
        self._source_caller = source_caller
        self._creator = Creator(caller, _NoJournal(), redactor, clock)

    async def apply(self, actions: list[Action]) -> list[Action]:
        """Carry steps out, parents before children; a step that fails is reported and does not stop the others."""
        done: list[Action] = []
        keys = {(node, " / ".join(key)): key for node, things in self._source.things.items() for key in things}
        for action in actions:
            if action.step not in (Step.CREATE, Step.UPDATE):
                done.append(action)
                continue
            node = self._template.nodes[action.node]
            thing = self._source.things[action.node][keys[action.node, action.key]][0]
            try:
                reason = action.reason
                if action.step is Step.CREATE:
                    reason = await self._create(node, thing) or reason
                else:
                    await self._update(node, thing, action.fields)
                done.append(replace(action, done=True, reason=reason))
            except (NodeFailure, ExpressionError) as failure:
                reason = self._redactor.text(str(getattr(failure, "problem", failure)))
                done.append(replace(action, step=Step.FAILED, reason=reason))
        return done

    async def _create(self, node: Node, thing: Thing) -> str | None:
        """Create a thing in the target; return what of it the product did not take."""
        assert node.create is not None and node.sync is not None  # noqa: S101, PT018 - planned only then
        parent = self._parent(thing)
        purpose = f"sync/{node.name}/{thing.name}"
        key = f"{self._situation.tag}-{uuid.uuid4().hex[:12]}"
        names = self._situation.names(purpose, _above(parent) | {"source": thing.record(), "key": key})
        functions = self._situation.functions(purpose)
        body = self._body(node, thing, lambda value: value.render(names, functions))
        more = {name: value for name, value in (await self._detail(node, thing)).items() if name not in body}
        try:
            made, left = await self._make(node, thing, names, {**body, **more}), None
        except NodeFailure as failure:
            if not more or failure.facts.get("status") not in (400, 422):
                raise
            made = await self._make(node, thing, names, body)
            left = f"without {', '.join(more)}, which the product does not take at creation"
        fields = plain_fields(made.body) if isinstance(made.body, dict) else {}
        fields = thing_in(made.body, node, str(made.remote_id)) or fields
        copy = Thing(node.name, thing.key, str(made.remote_id), {**body, **fields}, parent, thing.fields)
        self._target.things.setdefault(node.name, {})[thing.key] = [copy]
        return left

    async def _make(self, node: Node, thing: Thing, names: RenderNames, body: dict[str, Any]) -> DataRecord:
        """Send a creation, and wait for the thing where the product makes it later.

        Raises:
            NodeFailure: The product refused, or its answer has no id.
        """
        assert node.create is not None  # noqa: S101 - planned only then
        # A key of its own each time: what was removed from the target since the last time is made again.
        asked = self._request(node.create, node, names, f"sync/{node.name}/{thing.name}")
        asked = with_fields(asked, node, node.create, thing, body, with_id=False)
        request, safe = with_idempotency(asked, node.idempotency, uuid.uuid4().hex)
        response = await self._send(request, thing, "created", node, safe=safe)
        record = DataRecord(uuid.uuid4().hex, node.name, thing.name)
        own = names.plus({"self": FutureSelf(record)})
        poll = poll_from(node.poll, own, self._situation.functions("poll")) if node.poll else None
        record.create = {**request.stored(), "id": node.id, "poll": poll.stored() if poll else None}
        await self._creator.take(record, replace(node, schema=None, delete=None), response, request)
        if record.remote_id is None:
            raise NodeFailure(thing.name, f"was created, but the answer has no id at '{node.id}'")
        return record

    async def _detail(self, node: Node, thing: Thing) -> dict[str, Any]:
        """Return what the source shows of a thing beside its list; empty where it cannot be read by itself."""
        address = node.update or node.delete
        if address is None:
            return {}
        purpose = f"sync/{node.name}/{thing.name}"
        names = self._source_situation.names(purpose, _above(thing.parent) | {"self": thing.record()})
        try:
            path = str(address.path.render(names, self._source_situation.functions(purpose)))
        except ExpressionError:
            return {}
        attempt = await self._source_caller.send(ApiRequest("GET", path, timeout=node.timeout), safe=True)
        if attempt.response is None or attempt.response.status != 200:
            return {}
        return only_in_detail(node, thing, thing_in(attempt.response.json, node, thing.id) or {})

    def _body(self, node: Node, thing: Thing, render: Callable[[TemplateValue], Any]) -> dict[str, Any]:
        """Return what makes a thing: its fields, and of the template what the thing does not show."""
        assert node.create is not None and node.sync is not None  # noqa: S101, PT018 - planned only then
        body: dict[str, Any] = {}
        for name, value in node.body.items():
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
        elif _uses_answer(node.update):
            await self._read(node, there, path, own)
        request = self._request(node.update, node, names, purpose)
        request = with_fields(request, node, node.update, there, body, with_id=True)
        answer = await self._send(request, thing, "updated", node, safe=True, of=there.id)
        self._kept(thing_in(answer.json, node, there.id) or answer.json, changed_)

    async def _whole(self, node: Node, there: Thing, path: str, own: DataRecord) -> dict[str, Any]:
        """Return all fields a thing has in the target, without times and links, which are the product's own.

        Raises:
            NodeFailure: The thing cannot be read by itself, so that nobody knows what a PUT would wipe.
        """
        assert node.sync is not None  # noqa: S101 - planned only then
        whole, status = await self._read(node, there, path, own)
        if whole is None and not node.sync.fields:
            raise NodeFailure(
                there.name,
                f"is not updated: PUT replaces the whole thing, and GET {path} {status}, so that fields its list does "
                "not show would be lost. Use patch, or name all its fields under sync: fields",
            )
        whole = there.raw if whole is None else whole
        leave = read_only(node.schema)
        kept = (name for name in whole if name in node.sent or not (name in leave or is_made_by_product(name)))
        return {name: whole[name] for name in kept}

    async def _read(self, node: Node, there: Thing, path: str, own: DataRecord) -> tuple[dict[str, Any] | None, str]:
        """Read a thing by itself, and take over its headers; else return why it cannot be read."""
        attempt = await self._caller.send(ApiRequest("GET", path, timeout=node.timeout), safe=True, retry=node.retry)
        response = attempt.response
        if response is None or response.status != 200:
            return None, f"answered HTTP {response.status}" if response else "got no answer"
        fields = thing_in(response.json, node, there.id)
        own.answered(response)
        own.body = fields or there.raw
        return fields, "" if fields else "does not show it"

    def _kept(self, answer: Any, sent: Mapping[str, Any]) -> None:
        """Refuse an update that the product accepted and did not make.

        Raises:
            NodeFailure: The answer shows another value of a field.
        """
        fields = plain_fields(answer) if isinstance(answer, dict) else {}
        for name, value in sent.items():
            if _contradict(fields.get(name), value):
                raise NodeFailure(name, f"was accepted, but '{name}' is {fields.get(name)!r} instead of {value!r}")

    def _request(self, call: Call, node: Node, names: RenderNames, purpose: str) -> ApiRequest:
        """Build a request to the target without a body: path, query and headers of the template."""
        plain = replace(call, json=None, content=None, kind="json")
        return render(plain, names, self._situation.functions(purpose), timeout=node.timeout)

    async def _send(
        self, request: ApiRequest, thing: Thing, verb: str, node: Node, *, safe: bool, of: str | None = None
    ) -> Response:
        attempt = await self._caller.send(request, safe=safe, retry=node.retry)
        if attempt.response is None or not request.accepted(attempt.response):
            raise refused(thing.name, verb, request, attempt, self._redactor)
        said = refusal_in(attempt.response.json, of) if request.condition is None else None
        if said:
            raise NodeFailure(thing.name, f"could not be {verb}: HTTP {attempt.response.status}: {said}")
        return attempt.response

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
    return int(remote_id) if isinstance(like, int) and is_whole(remote_id) else remote_id


def _contradict(shown: Any, sent: Any) -> bool:
    """Return whether an answer shows another value than was sent; what it does not show says nothing."""
    if isinstance(shown, dict) and isinstance(sent, dict):
        return any(_contradict(shown.get(name), value) for name, value in without_own(sent).items())
    if isinstance(sent, int | float) and isinstance(shown, int | float):
        return shown != sent
    plain = isinstance(sent, str | int | float) and isinstance(shown, str | int | float)
    return plain and str(shown) != str(sent)


def _uses_answer(call: Call) -> bool:
    """Return whether query or headers of a call take something of the thing's own answer, such as its ETag."""
    values = [value for value in (call.headers, call.params) if value is not None]
    return any(name == "self" and part != "id" for value in values for name, part in value.names)


class _NoJournal:
    """Takes what a creation notes: what a synchronisation makes is to stay, and nobody removes it."""

    async def intend(self, work: Preparation, record: DataRecord) -> None:
        """Note nothing."""

    def note(self, record: DataRecord) -> None:
        """Note nothing."""


def _above(thing: Thing | None) -> dict[str, Any]:
    names: dict[str, Any] = {"parent": thing.record()} if thing else {}
    while thing:
        names[thing.node] = thing.record()
        thing = thing.parent
    return names
