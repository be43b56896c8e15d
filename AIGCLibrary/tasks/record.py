"""What we know of one task: kept in memory while it is watched, and in the store for later tests and processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import randbits
from typing import Any
from uuid import uuid4

from AIGCLibrary.http.response import Sent
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import RunScope
from AIGCLibrary.tasks.compact import NONE, Moment, Rare, Sparse, appended, moments
from AIGCLibrary.tasks.sla import SLA
from AIGCLibrary.tasks.snapshot import ResultFile, TaskFailure
from AIGCLibrary.tasks.states import ENDED, ErrorClass, TaskOutcome, TaskState
from AIGCLibrary.tasks.uploads import stored

PREPARED = "prepared"
"""Key beside the links of a stored task that holds what was prepared for it."""
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Of handles (Crockford's base 32)."""


@dataclass(slots=True, eq=False)
class Task(Sparse):
    """One task.

    Args:
        handle: The name testers use; a plain string, valid in other tests and processes.
        scope: The run, suite and test that submitted it, and that its cost belongs to.
        origin: Host and port of the product, which distinguishes its ids from those of another one.
        key: Idempotency key of its submit.
        tracked: It was submitted by another client.
        unsure: Its submission may have arrived already: it is looked for before it is sent.
        hinted: There was a reason to ask before the first wait.
        listen: News that the product sends by itself count too.
        noted_progress: The last progress in its history.
        progress_looks: Answers with a progress since the work began; one alone shows no movement.
        changed_at: When state, progress or queue position last moved.
        looked_at: When it was last answered for.
        start_after: Its work began between these polls, where the provider does not report it; `start_before` likewise.
        duration: Seconds from the submit (from `Track Task`, where the product does not report when it was submitted);
            where only looks bound it, the largest value that it can have. `queued` likewise.
        duration_max_error: By how much `duration` may be too large, in seconds; 0 where the product reported the end.
        pushed_end: When a message of the product reported the end, before its result was read.
        unfinished_at: The last time it was seen not to have ended.
        log: Its history, as few bytes as can be.
        known: False while the product's word, `raw`, is not in its provider's description; not kept elsewhere.
        sent: The last request; as text it is a curl command.
        gave_up: Why a wait ended before the task did; it can be awaited again, but history keeps that it took longer.
        prepared: What the steps before its submission saved, as more blanks of its requests.
        ended_seen: When the answer came that reported its end; not kept for other processes.
    """

    handle: str
    kind: str
    provider: str
    session: str | None = None
    scope: RunScope | None = None
    environment: str = ""
    origin: str = ""
    inputs: Mapping[str, Any] = field(default_factory=lambda: NONE)
    bucket: str = ""
    key: str = field(default_factory=lambda: str(uuid4()))
    sla: SLA = field(default_factory=SLA)
    submitted_at: float = 0.0
    remote_id: str | None = None
    urls: Mapping[str, str] = field(default_factory=lambda: NONE)
    state: TaskState = TaskState.QUEUED
    raw: str | None = None
    progress: float | None = None
    progress_looks: int = 0
    noted_progress: float = 0.0
    queue_position: int | None = None
    started_at: float | None = None
    changed_at: float = 0.0
    looked_at: float | None = None
    unfinished_at: float | None = None
    start_after: float | None = None
    start_before: float | None = None
    cost: float | None = None
    cost_unit: str | None = None
    polls: int = 0
    submitted: bool = False
    log: bytes = b""
    last_body: bytes = b""
    last_status: int | None = None
    sent: Sent | str = ""
    rest: Any = field(default=None, init=False, repr=False)
    # Fields that most waiting tasks do not set.
    priority = Rare[int | None](None)
    eta = Rare[float | None](None)
    finished_at = Rare[float | None](None)
    ended_seen = Rare[float | None](None)
    duration = Rare[float | None](None)
    duration_max_error = Rare[float | None](None)
    queued = Rare[float | None](None)
    queued_max_error = Rare[float | None](None)
    pushed_end = Rare[float | None](None)
    outcome = Rare[TaskOutcome | None](None)
    gave_up = Rare[TaskOutcome | None](None)
    failure = Rare[TaskFailure | None](None)
    files = Rare[tuple[ResultFile, ...]](())
    result = Rare[Any](None)
    partial = Rare[str | None](None)
    warnings = Rare[tuple[Text | str, ...]](())
    errors = Rare[int](0)
    attempt = Rare[int](1)
    retry_of = Rare[str | None](None)
    tracked = Rare[bool](False)
    unsure = Rare[bool](False)
    cancel_requested = Rare[bool](False)
    listen = Rare[bool](True)
    hinted = Rare[bool](False)
    known = Rare[bool](True)
    prepared = Rare[Mapping[str, Any]](NONE)

    @property
    def curl(self) -> str:
        """The last request as a curl command, secrets masked."""
        return str(self.sent)

    @property
    def ended(self) -> bool:
        """Whether the provider said that it is over."""
        return self.state in ENDED

    def still(self, now: float) -> float | None:
        """Return the seconds since anything moved; None while its progress was seen only once."""
        if not self.changed_at or (self.progress is not None and self.progress_looks == 1):
            return None
        return round(now - self.changed_at, 3)

    def age(self, now: float) -> float:
        """Return the seconds since the submit, or until the end."""
        if self.ended and self.duration is not None:
            return self.duration
        return max(now - self.submitted_at, 0.0)

    def warn(self, text: Text | str) -> None:
        """Add something a tester should know of."""
        self.warnings = (*self.warnings, text)

    @property
    def history(self) -> list[Moment]:
        """What was seen of it, the oldest first."""
        return moments(self.log)

    def waive_cost(self) -> None:
        """Take back what it was expected to cost: the product never took the submission."""
        self.cost = None if self.cost is None else 0.0

    def note(self, moment: Moment) -> None:
        """Add to the history, within its limit."""
        self.log = appended(self.log, moment)
        if moment.progress is not None:
            self.noted_progress = moment.progress

    def values(self) -> dict[str, Any]:
        """Return what the blanks of requests are filled with."""
        urls = {f"{name}_url": url for name, url in self.urls.items()} if self.urls else self.urls
        own = {"id": self.remote_id, "key": self.key, "kind": self.kind, "priority": self.priority}
        if not self.prepared:
            return {**self.inputs, **urls, **own, "inputs": dict(self.inputs)}
        inputs = {name: self.prepared.get(name, value) for name, value in self.inputs.items()}
        return {**inputs, **self.prepared, **urls, **own, "inputs": inputs}

    def about(self) -> dict[str, Any]:
        """Return what expressions see as `task`."""
        return {"id": self.remote_id, "kind": self.kind, "key": self.key, "inputs": dict(self.inputs)}


def new_handle(kind: str) -> str:
    """Make a name for a new task: `video:7f3kqa2x`; 40 random bits, in letters that are not taken for one another."""
    bits = randbits(40)
    return f"{kind}:" + "".join(LETTERS[bits >> shift & 31] for shift in range(0, 40, 5))


def to_row(task: Task) -> dict[str, Any]:
    """Return a task as a row of the store; secrets in it must be masked by the caller."""
    failure, scope, outcome = task.failure, task.scope, task.outcome or task.gave_up
    return {
        "handle": task.handle,
        **({"run_id": scope.run_id, "suite": scope.suite, "test": scope.test} if scope else {}),
        "environment": task.environment,
        "provider": task.provider,
        "kind": task.kind,
        "remote_id": task.remote_id,
        "session": task.session,
        "urls": {**task.urls, **({PREPARED: dict(task.prepared)} if task.prepared else {})},
        "idempotency_key": task.key,
        "origin": task.origin,
        "bucket": task.bucket,
        "submitted_at": task.submitted_at,
        "started_at": task.started_at,
        "finished_at": task.finished_at,
        "updated_at": task.looked_at or task.submitted_at,
        "state": str(task.state),
        "raw": task.raw,
        "progress": task.progress,
        "queue_position": task.queue_position,
        "outcome": str(outcome) if outcome else None,
        "censored": outcome is not TaskOutcome.COMPLETED if outcome else None,
        "duration": task.duration,
        "duration_max_error": task.duration_max_error,
        "queued": task.queued,
        "queued_max_error": task.queued_max_error,
        "error_class": str(failure.error_class) if failure else None,
        "error_code": failure.code if failure else None,
        "error_message": failure.message if failure else None,
        "cost": task.cost,
        "cost_unit": task.cost_unit,
        "inputs": stored(task.inputs),
        "result": {"files": [file.as_dict() for file in task.files], "raw": task.result} if task.ended else None,
        "sla": task.sla.as_dict(),
        "priority": task.priority,
        "attempt": task.attempt,
        "retry_of": task.retry_of,
        "tracked": task.tracked,
        "submitted": task.submitted,
        "unsure": task.unsure,
        "polls": task.polls,
        "partial": task.partial,
        "cancel_requested": task.cancel_requested,
    }


def from_row(row: Mapping[str, Any]) -> Task:
    """Build a task from its row of the store."""
    result = row["result"] or {}
    failure = None
    if row["error_class"]:
        failure = TaskFailure(row["error_message"] or "", row["error_code"], ErrorClass(row["error_class"]))
    task = Task(
        handle=row["handle"],
        kind=row["kind"],
        provider=row["provider"],
        session=row["session"],
        scope=RunScope(row["run_id"] or "", row["suite"], row["test"]),
        environment=row["environment"] or "",
        inputs=row["inputs"] or {},
        bucket=row["bucket"] or "",
        key=row["idempotency_key"] or "",
        sla=SLA().changed(row["sla"] or {}),
        submitted_at=row["submitted_at"] or 0.0,
        remote_id=row["remote_id"],
        urls={name: url for name, url in (row["urls"] or {}).items() if name != PREPARED},
        origin=row["origin"] or "",
        state=TaskState(row["state"]),
        raw=row["raw"],
        progress=row["progress"],
        queue_position=row["queue_position"],
        started_at=row["started_at"],
        changed_at=row["updated_at"] or row["submitted_at"] or 0.0,
        looked_at=row["updated_at"],
        cost=row["cost"],
        cost_unit=row["cost_unit"],
        polls=row["polls"] or 0,
        submitted=row["remote_id"] is not None if row["submitted"] is None else row["submitted"],
    )
    task.priority = row["priority"]
    task.prepared = (row["urls"] or {}).get(PREPARED) or NONE
    task.finished_at = row["finished_at"]
    task.duration = row["duration"]
    task.duration_max_error = row["duration_max_error"]
    task.queued = row["queued"]
    task.queued_max_error = row["queued_max_error"]
    outcome = TaskOutcome(row["outcome"]) if row["outcome"] else None
    if outcome is TaskOutcome.TIMEOUT:
        task.gave_up = outcome
    else:
        task.outcome = outcome
    task.failure = failure
    task.files = tuple(ResultFile(**file) for file in result.get("files", ()))
    task.result = result.get("raw")
    task.partial = row["partial"]
    task.attempt = row["attempt"] or 1
    task.retry_of = row["retry_of"]
    task.tracked = bool(row["tracked"])
    task.unsure = bool(row["unsure"])
    task.cancel_requested = bool(row["cancel_requested"])
    return task
