"""Makes all things of one preparation: a ready queue over the graph, as many at once as the limits allow."""

import asyncio
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.addresses import others_in
from AIGCLibrary.data.creation import Creator
from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.expand import Graph, Instance, as_items
from AIGCLibrary.data.failure import NodeFailure
from AIGCLibrary.data.journal import Journal, Preparation
from AIGCLibrary.data.model import Call, Node, RecordState
from AIGCLibrary.data.names import RenderNames, Situation
from AIGCLibrary.data.operations import OperationPoll, poll_from
from AIGCLibrary.data.record import DataRecord, resolved
from AIGCLibrary.data.request import ApiRequest, render
from AIGCLibrary.data.self_path import FutureSelf, can_be_deferred
from AIGCLibrary.data.tasknode import TaskRunner
from AIGCLibrary.events import Bus, DataChanged
from AIGCLibrary.i18n import Text

log = logging.getLogger("aigc.data")


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker works with."""

    creator: Creator
    journal: Journal
    tasks: TaskRunner
    bus: Bus
    clock: Clock


class Worker:
    """Makes one copy of a template's data.

    Args:
        work: The preparation it belongs to.
        graph: What to make.
        situation: Variables, environment, seed.
        tools: Services.
        prefix: Put before the keys when several copies are made.
        known: Records of the journal, when the preparation is resumed.
    """

    def __init__(
        self,
        work: Preparation,
        graph: Graph,
        situation: Situation,
        tools: Tools,
        prefix: str = "",
        known: Mapping[str, DataRecord] | None = None,
    ) -> None:
        self._work = work
        self._graph = graph
        self._situation = situation
        self._tools = tools
        self._prefix = prefix
        self._known = known or {}
        self._made: dict[str, DataRecord] = {}
        self._lists: dict[str, list[DataRecord]] = {}

    async def run(self) -> dict[str, Any]:
        """Make everything.

        Returns:
            The data as a test sees it: records by node, and the outputs.

        Raises:
            NodeFailure: Something could not be made. What was under way has ended by then.
        """
        sorter = self._graph.sorter()
        sorter.prepare()
        running: dict[asyncio.Task[None], str] = {}
        failures: list[BaseException] = []
        try:
            while sorter.is_active():
                if not failures:
                    for key in sorter.get_ready():
                        running[asyncio.create_task(self._make(self._graph.instances[key]))] = key
                if not running:
                    break
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    key = running.pop(task)
                    error = task.exception()
                    if error:
                        failures.append(error)
                    else:
                        sorter.done(key)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        if failures:
            for other in failures[1:]:
                log.warning("Another node failed too: '%s' %s", getattr(other, "key", "?"), other)
            raise failures[0]
        return self.data()

    def data(self) -> dict[str, Any]:
        """Return what was made as a test sees it."""
        template = self._graph.template
        found: dict[str, Any] = {}
        for name, node in template.nodes.items():
            records = self._records(name)
            found[name] = (
                [record.public() for record in records]
                if node.for_each is not None
                else (records[0].public() if records else None)
            )
        names = self._names("outputs", {})
        functions = self._situation.functions("outputs")
        for name, value in template.outputs.items():
            try:
                found[name] = _plain(value.render(names, functions))
            except ExpressionError as error:
                raise NodeFailure(f"outputs.{name}", f"cannot be provided: {error}") from None
        return found

    async def _make(self, instance: Instance) -> None:
        if not instance.dynamic:
            record = await self._one(instance, resolved(instance.item, self._made))
            if record is not None:
                self._made[instance.key] = record
            return
        assert instance.node.for_each is not None  # noqa: S101 - only then it is dynamic
        purpose = f"{self._prefix}{instance.key}/for_each"
        try:
            names = self._names(purpose, {})
            items = as_items(instance.node.for_each.render(names, self._situation.functions(purpose)))
        except ExpressionError as error:
            raise NodeFailure(instance.key, f"has a for_each that cannot be evaluated: {error}") from None
        each = [
            replace(instance, key=f"{instance.node.name}[{index}]", index=index, item=item, dynamic=False)
            for index, item in enumerate(items)
        ]
        records = await asyncio.gather(*(self._one(one, one.item) for one in each))
        self._lists[instance.node.name] = [record for record in records if record is not None]

    async def _one(self, instance: Instance, item: Any) -> DataRecord | None:
        """Make one thing, or take over what the journal knows of it; None when `when` is false."""
        key = f"{self._prefix}{instance.key}"
        node = instance.node
        record = self._known.get(key)
        resumed = record is not None and record.state in (RecordState.CREATED, RecordState.REUSED)
        if record is None or not (resumed or record.state is RecordState.INTENDED):
            record = DataRecord(uuid.uuid4().hex, node.name, key)
        record.index, record.item, record.position, record.needs = (
            instance.index,
            item,
            instance.position,
            instance.needs,
        )
        names = self._names(key, {"item": item, "index": instance.index or 0, "key": self._unique(record)})
        try:
            if node.when and not _truth(node.when.render(names, self._situation.functions(f"{key}/when"))):
                return None
            self._work.records[key] = record
            await self._bring_about(record, instance, names, resumed=resumed)
        except ExpressionError as error:
            raise NodeFailure(key, f"cannot be created: {error}", facts={"class": "bad_template"}) from None
        finally:
            self._tell(record)
        return record

    async def _bring_about(self, record: DataRecord, instance: Instance, names: RenderNames, *, resumed: bool) -> None:
        node = instance.node
        tools = self._tools
        lookup = None
        if node.lookup:
            lookup = self._request(node.lookup.call, record, names, "lookup", node.timeout, node.lookup.match)
        if resumed and await tools.creator.is_gone(record, node):
            log.info("'%s' (%s) no longer exists; it is created again.", record.key, record.remote_id)
            resumed = False
            self._begin_again(record)
        if resumed:
            log.info("'%s' already exists: %s.", record.key, record.remote_id)
        elif node.reuse and lookup and await tools.creator.adopt(record, node, lookup):
            record.state = RecordState.REUSED
            await self._update(record, node, names)
        elif node.create:
            request = self._request(node.create, record, names, "create", node.timeout)
            await self._create(record, instance, names, request, lookup)
        elif node.task:
            await self._submit(record, instance, names)
        elif node.update:
            record.state = RecordState.REUSED
            await self._update(record, node, names)
        else:
            raise NodeFailure(
                record.key,
                f"was looked for and is not there: {lookup.method} {lookup.path}" if lookup else "has nothing to do",
                facts={"class": "not_found", "code": "AIGC413"},
            )
        if node.task and record.result is None:
            began = tools.clock.monotonic()
            record.result = await tools.tasks.wait(record, node.task, names, self._situation.functions(record.key))
            record.elapsed = (record.elapsed or 0.0) + tools.clock.monotonic() - began
            tools.journal.note(record)

    def _begin_again(self, record: DataRecord) -> None:
        """Make a record of the journal one that was never asked for."""
        record.state = RecordState.REMOVED
        self._tools.journal.note(record)
        record.id = uuid.uuid4().hex
        record.state, record.create, record.delete = RecordState.INTENDED, None, None
        record.remote_id = record.body = record.result = record.operation = None

    async def _update(self, record: DataRecord, node: Node, names: RenderNames) -> None:
        if node.update:
            own = names.plus({"self": record})
            request = self._request(node.update, record, own, "update", node.timeout)
            await self._tools.creator.update(record, node, request)

    async def _create(
        self, record: DataRecord, instance: Instance, names: RenderNames, request: ApiRequest, lookup: ApiRequest | None
    ) -> None:
        node = instance.node
        try:
            await self._tools.creator.create(
                self._work,
                record,
                node,
                request,
                lookup,
                self._deletion_pattern(record, node, names),
                self._poll_pattern(record, node, names),
            )
        finally:
            if record.state is not RecordState.INTENDED:
                if record.remote_id is not None:
                    self._note_deletion(record, node, names)
                self._tools.journal.note(record)
                await self._note_others(record, instance, names)

    async def _note_others(self, record: DataRecord, instance: Instance, names: RenderNames) -> None:
        """Write down what one creation made beside the first thing, so that it is removed as well."""
        sent = (record.create or {}).get("json")
        for number, (body, remote_id) in enumerate(others_in(sent, record.body, record.remote_id), start=2):
            key = f"{record.key}+{number}"
            other = DataRecord(uuid.uuid4().hex, record.node, key, position=record.position, create=record.create)
            other.body, other.remote_id, other.needs, other.item = body, remote_id, record.needs, record.item
            other.state, other.headers, other.status = RecordState.CREATED, record.headers, record.status
            self._work.records[key] = other
            await self._tools.journal.intend(self._work, other)
            self._note_deletion(other, instance.node, names)
            self._tools.journal.note(other)

    def _deletion_pattern(self, record: DataRecord, node: Node, names: RenderNames) -> ApiRequest | None:
        """Return the request that removes a thing before it exists; None when more than fields of it is needed."""
        if node.delete is None or not can_be_deferred([value for _, value in node.delete.values()]):
            return None
        own = names.plus({"self": FutureSelf(record)})
        try:
            return self._request(node.delete, record, own, "delete", node.timeout)
        except ExpressionError:
            return None

    def _poll_pattern(self, record: DataRecord, node: Node, names: RenderNames) -> OperationPoll | None:
        """Return how the end of a creation is awaited, before its answer is there."""
        rule = node.poll
        if rule is None:
            return None
        own = names.plus({"self": FutureSelf(record)})
        return poll_from(rule, own, self._situation.functions(f"{record.key}/poll"))

    def _note_deletion(self, record: DataRecord, node: Node, names: RenderNames) -> None:
        """Write down the request that removes a thing.

        Raises:
            NodeFailure: The answer lacks what the request needs; the thing is there, and stays.
        """
        if node.delete is None:
            return
        own = names.plus({"self": record})
        try:
            record.delete = self._request(node.delete, record, own, "delete", node.timeout).stored()
        except ExpressionError as error:
            record.state = RecordState.ORPHAN
            record.message = f"the request that removes it cannot be built: {error}"
            raise NodeFailure(
                record.key,
                f"was made ({record.remote_id}), but the request that removes it cannot be built: {error}".rstrip("."),
                hint=Text("data.hint.undeletable"),
                facts={"class": "bad_template", "code": "AIGC410"},
            ) from None

    async def _submit(self, record: DataRecord, instance: Instance, names: RenderNames) -> None:
        """Let the task service make the task, when the template does not make it itself."""
        node = instance.node
        assert node.task is not None  # noqa: S101 - asked by the caller
        functions = self._situation.functions(f"{record.key}/task")
        record.create = {"task": self._tools.tasks.describe(node.task, names, functions)}
        await self._tools.journal.intend(self._work, record)
        try:
            record.remote_id = await self._tools.tasks.submit(record, node.task, names, functions)
        except NodeFailure as failure:
            record.state, record.message = RecordState.FAILED, failure.problem
            self._tools.journal.note(record)
            raise
        record.body = {"task": record.remote_id}
        record.state = RecordState.CREATED
        self._tools.journal.note(record)

    def _request(
        self, call: Call, record: DataRecord, names: RenderNames, purpose: str, timeout: float, match: str | None = None
    ) -> ApiRequest:
        functions = self._situation.functions(f"{record.key}/{purpose}")
        return render(call, names, functions, timeout=timeout, match=match)

    def _names(self, purpose: str, more: Mapping[str, Any]) -> RenderNames:
        return self._situation.names(purpose, more, self._of_node)

    def _of_node(self, name: str) -> Any:
        records = self._records(name)
        if self._graph.template.nodes[name].for_each is not None:
            return records
        return records[0] if records else None

    def _records(self, name: str) -> list[DataRecord]:
        if name in self._lists:
            return self._lists[name]
        return [self._made[key] for key in self._graph.by_node[name] if key in self._made]

    def _unique(self, record: DataRecord) -> str:
        return f"{self._situation.tag}-{record.id[:12]}"

    def _tell(self, record: DataRecord) -> None:
        if record.state is RecordState.INTENDED and record.create is None:
            return
        self._tools.bus.emit(
            DataChanged(
                at=self._tools.clock.now(),
                template=self._work.template,
                node=record.node,
                key=record.key,
                state=str(record.state),
                remote_id=record.remote_id,
            )
        )


def _truth(value: Any) -> bool:
    return value.strip().lower() not in ("", "false", "no", "0", "none") if isinstance(value, str) else bool(value)


def _plain(value: Any) -> Any:
    if isinstance(value, DataRecord):
        return value.public()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
