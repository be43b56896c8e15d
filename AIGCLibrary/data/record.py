"""What was made: the record of one thing in the product, as expressions and tests see it."""

from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.data.addresses import as_written
from AIGCLibrary.data.answers import AnswerHeaders
from AIGCLibrary.data.errors import ExpressionError, UnknownYet
from AIGCLibrary.data.model import RecordState
from AIGCLibrary.errors import near_matches
from AIGCLibrary.http.response import Response

OWN_NAMES = ("id", "item", "index", "key", "body", "result")
"""What an expression may ask a record for, whatever the product's answer holds."""
ANSWER_NAMES = ("headers", "http", "location", "operation")
"""What an expression may ask beside: fields of the answer of these names win."""


@dataclass(slots=True, eq=False)
class DataRecord:
    """One thing of the product that a preparation made or found.

    Args:
        id: The record's own id: key of the journal and of a repeated creation.
        node: Name of its node.
        key: Unique within the preparation, for example `episode[2]`.
        index: Number among the node's records; None for a node without `for_each`.
        position: How deep it is in the graph; the deepest are removed first.
        remote_id: Its id in the product.
        body: The product's answer.
        delete: Request that removes it: method, path, query, body, headers; None when there is none.
        lookup: Request that finds it again.
        create: Request that made it.
        at: When its creation was intended, seconds since 1970.
        doubtful: A request for it got no clear answer.
        headers: Headers of the answer.
        status: HTTP status of the answer.
        operation: Address of the operation that makes it, when the product does so later.
    """

    id: str
    node: str
    key: str
    index: int | None = None
    position: int = 0
    state: RecordState = RecordState.INTENDED
    remote_id: str | None = None
    item: Any = None
    body: Any = None
    result: Any = None
    delete: dict[str, Any] | None = None
    lookup: dict[str, Any] | None = None
    create: dict[str, Any] | None = None
    inputs_hash: str | None = None
    message: str | None = None
    elapsed: float | None = None
    needs: frozenset[str] = field(default_factory=frozenset)
    at: float = 0.0
    doubtful: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    operation: str | None = None

    def answered(self, response: Response) -> None:
        """Take over what an answer holds."""
        self.body = response.json if response.json is not None else response.text
        self.headers = dict(AnswerHeaders(response.headers))
        self.status = response.status

    def attribute(self, name: str) -> Any:
        """Return `id`, `item`, `index`, `key`, `body`, `result`, a field of the answer, or one of `ANSWER_NAMES`."""
        if name == "id":
            return as_written(self.remote_id, self.body)
        if name in OWN_NAMES:
            return getattr(self, name)
        if isinstance(self.body, dict) and name in self.body:
            return self.body[name]
        if name in ANSWER_NAMES:
            return self._of_answer(name)
        known = [*OWN_NAMES, *(key for key in self._fields() if key not in OWN_NAMES), *ANSWER_NAMES]
        raise ExpressionError(f"the answer to '{self.key}' has no '{name}'. {near_matches(name, known)}")

    def _fields(self) -> list[str]:
        return [str(name) for name in self.body] if isinstance(self.body, dict) else []

    def _of_answer(self, name: str) -> Any:
        headers = AnswerHeaders(self.headers)
        if name == "operation":
            return self.operation
        if name == "location":
            return headers.get("location")
        return headers if name == "headers" else {"status": self.status, "headers": headers}

    def public(self) -> dict[str, Any]:
        """Return the record as a test sees it: the fields of the answer, and its id."""
        fields = dict(self.body) if isinstance(self.body, dict) else {"body": self.body}
        shown = {**fields, "id": as_written(self.remote_id, self.body) if self.remote_id else fields.get("id")}
        return {**shown, "result": self.result} if self.result is not None else shown

    @property
    def exists(self) -> bool:
        """True when it is, or may be, in the product because of us."""
        asked = self.create is not None
        return self.state is RecordState.CREATED or (self.state is RecordState.INTENDED and asked)

    def __str__(self) -> str:
        return f"{self.key} ({self.remote_id})" if self.remote_id else self.key


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for a record that is not made yet, while the graph is laid out."""

    key: str
    index: int | None = None
    item: Any = None

    def attribute(self, name: str) -> Any:
        """Return what is known already: `key`, `index` and `item`; the rest comes with the product's answer."""
        if name in ("key", "index", "item"):
            return getattr(self, name)
        raise UnknownYet(f"'{name}' of '{self.key}' is known only when it was made")


def references(item: Any) -> set[str]:
    """Return the keys of all records an item stands for."""
    if isinstance(item, Ref):
        return {item.key}
    if isinstance(item, dict):
        return {key for value in item.values() for key in references(value)}
    if isinstance(item, list):
        return {key for value in item for key in references(value)}
    return set()


def resolved(item: Any, records: dict[str, DataRecord]) -> Any:
    """Put the records in the place of their stand-ins; None for one that was skipped."""
    if isinstance(item, Ref):
        return records.get(item.key)
    if isinstance(item, dict):
        return {name: resolved(value, records) for name, value in item.items()}
    if isinstance(item, list):
        return [resolved(value, records) for value in item]
    return item
