"""Reads template files: inheritance and inclusion first, then nodes as objects, each error with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.data.bodies import KINDS
from AIGCLibrary.data.model import (
    DEFAULT_ID,
    Call,
    CreateIdempotency,
    Defaults,
    Lookup,
    Node,
    Paging,
    PollRule,
    RetryPolicy,
    SyncRule,
    TaskWork,
)
from AIGCLibrary.data.options import OnFailure
from AIGCLibrary.data.values import Place, PlacedError, TemplateValue, compile_value
from AIGCLibrary.errors import near_matches
from AIGCLibrary.units import UnitError, parse_duration
from AIGCLibrary.yaml.layers import Layered, Overlay

_DEFAULTS = Defaults()
_RETRY = RetryPolicy()
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Merged(Layered):
    """A template's data after inheritance, which still knows which file each part came from.

    Args:
        variant: Name of the variant that was chosen; None for the template as it is.
    """

    variant: str | None = None

    def directory(self, where: Place) -> Path:
        """Return the folder of the file that wrote a value."""
        return self.writer(where).document.path.parent


_SECTIONS = {
    **dict.fromkeys(("vars", "outputs", "defaults", "variants"), Overlay(depth=0, removes=0)),
    "nodes": Overlay(depth=1, removes=1),
}


def overlay(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a template over another one: sections entry by entry, nodes also key by key; a node that is null goes."""
    joined = dict(base)
    for section, value in over.items():
        lay = _SECTIONS.get(section)
        joined[section] = lay(joined.get(section, {}), value or {}) if lay else value
    return joined


class NodeReader:
    """Turns the merged data into nodes.

    Args:
        merged: The template's data.
    """

    def __init__(self, merged: Merged) -> None:
        self._merged = merged
        self._defaults: dict[str, Any] = merged.data.get("defaults", {})

    def defaults(self) -> Defaults:
        """Read the section `defaults`."""
        given = self._defaults
        seed = given.get("seed")
        return Defaults(
            concurrency=given.get("concurrency", _DEFAULTS.concurrency),
            rate=given.get("rate"),
            on_failure=OnFailure(given.get("on_failure", OnFailure.ROLLBACK)),
            locale=given.get("locale", _DEFAULTS.locale),
            seed=None if seed is None else str(seed),
        )

    def nodes(self) -> dict[str, Node]:
        """Read all nodes."""
        return {name: self._node(name, data) for name, data in self._merged.data.get("nodes", {}).items()}

    def value(self, raw: Any, where: Place) -> TemplateValue:
        """Read a value with expressions in it.

        Raises:
            TemplateError: One cannot be read.
        """
        try:
            return compile_value(raw)
        except PlacedError as error:
            raise self._merged.error((*where, *error.place), f"{error}.", "AIGC409") from None

    def _node(self, name: str, data: Mapping[str, Any]) -> Node:
        where: Place = ("nodes", name)
        calls = {key: self._call(data[key], (*where, key)) for key in ("create", "update", "delete") if key in data}
        lookup = None
        if "lookup" in data:
            lookup = Lookup(self._call(data["lookup"], (*where, "lookup")), data["lookup"].get("match", "items[0]"))
            self._path(lookup.match, (*where, "lookup", "match"))
        if not (calls or lookup or "task" in data):
            raise self._merged.error(where, f"node '{name}' does nothing: it has no create, lookup, update or task.")
        identity = str(data.get("id", DEFAULT_ID)).removeprefix("$.")
        self._path(identity, (*where, "id"))
        return Node(
            name=name,
            **calls,
            id=identity,
            lookup=lookup,
            for_each=self.value(data["for_each"], (*where, "for_each")) if "for_each" in data else None,
            when=self.value(data["when"], (*where, "when")) if "when" in data else None,
            needs=_names(data.get("needs", ())),
            task=self._task(data["task"], (*where, "task")) if "task" in data else None,
            reuse=data.get("reuse", False) or not ({"create", "task"} & set(data)),
            idempotency=_idempotency(data.get("idempotency", self._defaults.get("idempotency", False))),
            retry=self._retry({**self._defaults.get("retry", {}), **data.get("retry", {})}, (*where, "retry")),
            timeout=self._seconds(data.get("timeout", self._defaults.get("timeout", 30)), (*where, "timeout")),
            schema=self._schema(data.get("schema"), (*where, "schema")),
            sync=self._sync(data["sync"], (*where, "sync")) if "sync" in data else None,
            poll=self._poll(data["poll"], (*where, "poll")) if "poll" in data else None,
        )

    def _poll(self, data: Mapping[str, Any], where: Place) -> PollRule:
        for name in ("done", "failed", "thing"):
            if name in data:
                self._path(data[name], (*where, name))
        return PollRule(
            address=self.value(data["get"], (*where, "get")) if "get" in data else None,
            done=data.get("done"),
            failed=data.get("failed"),
            thing=data.get("thing"),
            interval=self._seconds(data.get("interval", 1), (*where, "interval")),
            timeout=self._seconds(data.get("timeout", 300), (*where, "timeout")),
        )

    def _call(self, data: Mapping[str, Any], where: Place) -> Call:
        methods = [method for method in METHODS if method in data]
        if len(methods) != 1:
            what = "has no method" if not methods else f"has {len(methods)} methods ({', '.join(methods)})"
            raise self._merged.error(where, f"the request {what}; write one of: {', '.join(METHODS)}.")
        expect = data.get("expect", ())
        accepted = data.get("accepted", self._defaults.get("accepted"))
        if accepted is not None:
            self._path(accepted, (*where, "accepted") if "accepted" in data else ("defaults", "accepted"))
        bodies = [kind for kind in KINDS if kind in data]
        if len(bodies) > 1:
            raise self._merged.error(where, f"the request has {len(bodies)} bodies ({', '.join(bodies)}); write one.")
        kind = bodies[0] if bodies and bodies[0] != "json" else None
        parts = {key: self.value(data[key], (*where, key)) for key in ("json", "params", "headers") if key in data}
        return Call(
            methods[0].upper(),
            self.value(data[methods[0]], (*where, methods[0])),
            **parts,
            expect=(expect,) if isinstance(expect, int) else tuple(expect),
            accepted=accepted,
            content=self.value(data[kind], (*where, kind)) if kind else None,
            kind=kind or "json",
            directory=str(self._merged.directory(where)),
        )

    def _task(self, data: Mapping[str, Any], where: Place) -> TaskWork:
        return TaskWork(
            kind=self.value(data["kind"], (*where, "kind")),
            provider=data.get("provider"),
            inputs=self.value(data["inputs"], (*where, "inputs")) if "inputs" in data else None,
            timeout=self._seconds(data["timeout"], (*where, "timeout")) if "timeout" in data else None,
            sla=data.get("sla", {}),
        )

    def _sync(self, data: Mapping[str, Any], where: Place) -> SyncRule:
        items = data.get("items", "items")
        self._path(items, (*where, "items"))
        return SyncRule(
            listing=self._call(data["list"], (*where, "list")),
            items=items,
            key=_names(data["key"]),
            parent=data.get("parent"),
            fields=tuple(data.get("fields", ())),
            ignore=tuple(data.get("ignore", ())),
            references=data.get("references", {}),
            page_size=data.get("page_size"),
            paging=self._paging(data["paging"], (*where, "paging")) if "paging" in data else None,
        )

    def _paging(self, data: Mapping[str, Any], where: Place) -> Paging:
        for name in ("next", "total"):
            if name in data:
                self._path(data[name], (*where, name))
        return Paging(data.get("next"), data.get("param"), data.get("total"))

    def _retry(self, data: Mapping[str, Any], where: Place) -> RetryPolicy:
        return RetryPolicy(
            times=data.get("times", _RETRY.times),
            backoff=self._seconds(data.get("backoff", _RETRY.backoff), (*where, "backoff")),
            longest=self._seconds(data.get("longest", _RETRY.longest), (*where, "longest")),
        )

    def _seconds(self, value: float | str, where: Place) -> float:
        try:
            return parse_duration(value)
        except UnitError as error:
            raise self._merged.error(where, error.message) from None

    def _path(self, expression: str, where: Place) -> None:
        import jmespath
        from jmespath.exceptions import JMESPathError

        try:
            jmespath.compile(expression)
        except JMESPathError as error:
            reason = str(error).splitlines()[0].rstrip(":")
            raise self._merged.error(
                where, f"'{expression}' is not a JMESPath expression: {reason}.", "AIGC409"
            ) from None

    def _schema(self, given: Mapping[str, Any] | str | None, where: Place) -> Mapping[str, Any] | None:
        if given is None or isinstance(given, Mapping):
            return given
        from AIGCLibrary.yaml import load_yaml

        return dict(load_yaml(self._merged.directory(where) / given).data)


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _idempotency(value: Any) -> CreateIdempotency | None:
    if isinstance(value, bool):
        return CreateIdempotency() if value else None
    return CreateIdempotency(value.get("header"), value.get("field"))


def unknown_names(names: tuple[str, ...], known: Mapping[str, Any]) -> str | None:
    """Return which of some node names do not exist; None when all do."""
    missing = [name for name in names if name not in known]
    return f"there is no node '{missing[0]}'. {near_matches(missing[0], known)}" if missing else None
