"""What we know of one task: kept in memory while it is watched, and in the store for later tests and processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from AIGCLibrary.http import Sent
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import Scope
from AIGCLibrary.tasks.sla import SLA
from AIGCLibrary.tasks.snapshot import Failure, ResultFile
from AIGCLibrary.tasks.states import ENDED, ErrorClass, Outcome, State

_NONE: Mapping[str, str] = MappingProxyType({})
MOMENTS = 200
"""Entries kept of a task's history; beyond it, progress steps in the middle are dropped first."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One change that was seen.

    Args:
        at: Seconds since 1970.
        note: What else happened: `went back`, `changed after its end`, `cancel sent` …
    """

    at: float
    state: State
    raw: str | None = None
    progress: float | None = None
    queue_position: int | None = None
    http_status: int | None = None
    latency: float | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON data, without what is not known."""
        told = {
            "at": round(self.at, 3),
            "state": str(self.state),
            "raw": self.raw,
            "progress": self.progress,
            "queue_position": self.queue_position,
            "http_status": self.http_status,
            "latency": None if self.latency is None else round(self.latency, 4),
            "note": self.note,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(slots=True)
class Task:
    """One task.

    Args:
        handle: The name testers use; a plain string, valid in other tests and processes.
        scope: The run, suite and test that ordered it, and that its cost belongs to.
        origin: Host and port of the product, which tells its ids from those of another one.
        key: Idempotency key of its submit.
        tracked: It was submitted by somebody else.
        unsure: Its order may have arrived already: it is looked for before it is sent.
        hinted: Something told us to ask before anybody waited.
        listen: News that the product sends by itself count too.
        progress_looks: Answers that told a progress since the work began; one alone shows no movement.
        changed_at: When state, progress or queue position last moved.
        looked_at: When it was last answered for.
        start_window: The looks between which its work began, when the provider does not tell.
        unfinished_at: The last time it was seen not to have ended.
        known: False while the product's word, `raw`, is not in its provider's description; not kept elsewhere.
        sent: The last request; as text it is a curl command.
        ended_seen: When the answer came that told its end; not kept for other processes.
    """

    handle: str
    kind: str
    provider: str
    session: str | None = None
    scope: Scope | None = None
    environment: str = ""
    origin: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    bucket: str = ""
    priority: int | None = None
    key: str = field(default_factory=lambda: str(uuid4()))
    sla: SLA = field(default_factory=SLA)
    submitted_at: float = 0.0
    remote_id: str | None = None
    urls: Mapping[str, str] = field(default_factory=lambda: _NONE)
    state: State = State.QUEUED
    raw: str | None = None
    known: bool = True
    progress: float | None = None
    progress_looks: int = 0
    queue_position: int | None = None
    eta: float | None = None
    started_at: float | None = None
    finished_at: float | None = None
    created_remote: float | None = None
    changed_at: float = 0.0
    looked_at: float | None = None
    unfinished_at: float | None = None
    ended_seen: float | None = None
    start_window: tuple[float, float] | None = None
    duration: float | None = None
    queued: float | None = None
    outcome: Outcome | None = None
    failure: Failure | None = None
    files: tuple[ResultFile, ...] = ()
    result: Any = None
    partial: str | None = None
    warnings: tuple[Text | str, ...] = ()
    cost: float | None = None
    cost_unit: str | None = None
    polls: int = 0
    errors: int = 0
    attempt: int = 1
    retry_of: str | None = None
    tracked: bool = False
    submitted: bool = False
    unsure: bool = False
    cancel_requested: bool = False
    listen: bool = True
    hinted: bool = False
    history: list[Moment] = field(default_factory=list)
    last_body: bytes = b""
    last_status: int | None = None
    sent: Sent | str = ""

    @property
    def curl(self) -> str:
        """The last request as a curl command, secrets masked."""
        return str(self.sent)

    @property
    def ended(self) -> bool:
        """Whether the provider said that it is over."""
        return self.state in ENDED

    def still(self, now: float) -> float | None:
        """Give the seconds since anything moved; None while its progress was seen only once."""
        if not self.changed_at or (self.progress is not None and self.progress_looks == 1):
            return None
        return round(now - self.changed_at, 3)

    def age(self, now: float) -> float:
        """Give the seconds since the submit, or until the end."""
        if self.ended and self.duration is not None:
            return self.duration
        return max(now - self.submitted_at, 0.0)

    def warn(self, text: Text | str) -> None:
        """Add something a tester should know of."""
        self.warnings = (*self.warnings, text)

    def note(self, moment: Moment) -> None:
        """Add to the history, within its limit."""
        self.history.append(moment)
        if len(self.history) > MOMENTS:
            middle = range(1, len(self.history) - 20)
            step = next((i for i in middle if self.history[i].state is self.history[i - 1].state), 1)
            del self.history[step]

    def values(self) -> dict[str, Any]:
        """Give what the blanks of requests are filled with."""
        urls = {f"{name}_url": url for name, url in self.urls.items()}
        own = {"id": self.remote_id, "key": self.key, "kind": self.kind, "priority": self.priority}
        return {**self.inputs, **urls, **own, "inputs": dict(self.inputs)}

    def about(self) -> dict[str, Any]:
        """Give what expressions see as `task`."""
        return {"id": self.remote_id, "kind": self.kind, "key": self.key, "inputs": dict(self.inputs)}


def new_handle(kind: str) -> str:
    """Make a name for a new task: `video:7f3c9a21`."""
    return f"{kind}:{uuid4().hex[:8]}"


def to_row(task: Task) -> dict[str, Any]:
    """Give a task as a row of the store; secrets in it must be masked by the caller."""
    failure, scope = task.failure, task.scope
    return {
        "handle": task.handle,
        **({"run_id": scope.run_id, "suite": scope.suite, "test": scope.test} if scope else {}),
        "environment": task.environment,
        "provider": task.provider,
        "kind": task.kind,
        "remote_id": task.remote_id,
        "session": task.session,
        "urls": {**task.urls, "_key": task.key, "_origin": task.origin},
        "bucket": task.bucket,
        "submitted_at": task.submitted_at,
        "started_at": task.started_at,
        "finished_at": task.finished_at,
        "updated_at": task.looked_at or task.submitted_at,
        "state": str(task.state),
        "raw": task.raw,
        "progress": task.progress,
        "queue_position": task.queue_position,
        "outcome": str(task.outcome) if task.outcome else None,
        "censored": task.outcome is not Outcome.COMPLETED if task.outcome else None,
        "duration": task.duration,
        "queued": task.queued,
        "error_class": str(failure.error_class) if failure else None,
        "error_code": failure.code if failure else None,
        "error_message": failure.message if failure else None,
        "cost": task.cost,
        "cost_unit": task.cost_unit,
        "inputs": dict(task.inputs),
        "result": {"files": [file.as_dict() for file in task.files], "raw": task.result} if task.ended else None,
        "sla": {
            **task.sla.as_dict(),
            "_": {
                "priority": task.priority,
                "attempt": task.attempt,
                "retry_of": task.retry_of,
                "tracked": task.tracked,
                "submitted": task.submitted,
                "unsure": task.unsure,
                "polls": task.polls,
                "partial": task.partial,
                "cancel": task.cancel_requested,
            },
        },
    }


def from_row(row: Mapping[str, Any]) -> Task:
    """Build a task from its row of the store."""
    limits = dict(row["sla"] or {})
    more = limits.pop("_", {})
    urls = dict(row["urls"] or {})
    key, origin = urls.pop("_key", ""), urls.pop("_origin", "")
    result = row["result"] or {}
    failure = None
    if row["error_class"]:
        failure = Failure(row["error_message"] or "", row["error_code"], ErrorClass(row["error_class"]))
    return Task(
        handle=row["handle"],
        kind=row["kind"],
        provider=row["provider"],
        session=row["session"],
        scope=Scope(row["run_id"] or "", row["suite"], row["test"]),
        environment=row["environment"] or "",
        inputs=row["inputs"] or {},
        bucket=row["bucket"] or "",
        priority=more.get("priority"),
        key=key,
        sla=SLA().changed(limits),
        submitted_at=row["submitted_at"] or 0.0,
        remote_id=row["remote_id"],
        urls=urls,
        origin=origin,
        state=State(row["state"]),
        raw=row["raw"],
        progress=row["progress"],
        queue_position=row["queue_position"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        changed_at=row["updated_at"] or row["submitted_at"] or 0.0,
        looked_at=row["updated_at"],
        duration=row["duration"],
        queued=row["queued"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        failure=failure,
        files=tuple(ResultFile(**file) for file in result.get("files", ())),
        result=result.get("raw"),
        partial=more.get("partial"),
        cost=row["cost"],
        cost_unit=row["cost_unit"],
        polls=more.get("polls", 0),
        attempt=more.get("attempt", 1),
        retry_of=more.get("retry_of"),
        tracked=bool(more.get("tracked")),
        submitted=bool(more.get("submitted", row["remote_id"] is not None)),
        unsure=bool(more.get("unsure")),
        cancel_requested=bool(more.get("cancel")),
    )
