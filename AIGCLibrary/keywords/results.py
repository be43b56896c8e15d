"""What keywords return, as types: libdoc shows them, and editors complete them.

At run time the values are `DotDict`s, so that `${result.state}` works. Times are seconds, sizes bytes, shares 0 to 1.
"""

from typing import Any, Literal, NotRequired, TypedDict

TaskStateName = Literal["queued", "processing", "completed", "failed", "cancelled"]
"""The states of a task."""
RunJudgement = Literal["worse", "not_worse", "unknown"]
"""What `Run Should Not Be Worse` can say of a run."""
SLOVerdict = Literal["healthy", "at_risk", "unproven", "breach"]
"""What is said of an objective."""
TierName = Literal["gold", "silver", "bronze"]
"""The tiers of evidence."""
TierHealth = Literal["unique", "ambiguous", "missing", "conflict", "-"]
"""How a tier of a target stands on a page."""


class GeneratedFile(TypedDict):
    """A file of a task, as the product announces it; what it does not say is None."""

    url: str
    name: str | None
    media_type: str | None
    size: int | None
    sha256: str | None
    md5: str | None


class TaskOutput(TypedDict):
    """What a task made: its files, and the product's own words."""

    files: list[GeneratedFile]
    raw: Any


class TaskPrice(TypedDict):
    """What a task cost."""

    amount: float
    unit: str | None


TaskErrorInfo = TypedDict("TaskErrorInfo", {"class": str, "code": str | None, "message": str})
"""Why a task failed: the kind of error, the product's code and its words."""


class TaskMoment(TypedDict):
    """A change of a task that was seen; what is not known is left out."""

    at: float
    state: TaskStateName
    raw: NotRequired[str]
    progress: NotRequired[float]
    queue_position: NotRequired[int]
    http_status: NotRequired[int]
    latency: NotRequired[float]
    note: NotRequired[str]


class TaskResult(TypedDict):
    """A task as it stands: `task` is its handle, `id` the product's own."""

    task: str
    id: str | None
    kind: str
    provider: str
    state: TaskStateName
    result: TaskOutput
    duration: float
    duration_max_error: float | None
    queued: float | None
    queued_max_error: float | None
    polls: int
    cost: TaskPrice | None
    error: TaskErrorInfo | None
    partial: Any
    warnings: list[str]
    history: list[TaskMoment]


class TaskPhase(TypedDict):
    """A stretch of time in one state; `start` counts from the submit."""

    state: TaskStateName
    start: float
    seconds: float
    note: str | None


class QueueMove(TypedDict):
    """A place in the queue that was seen; `at` counts from the submit."""

    at: float
    position: int


class UsualDuration(TypedDict):
    """How long earlier tasks of the kind took, and how many there were."""

    median: float
    p95: float | None
    count: int


class TaskDiagnosis(TypedDict):
    """Why a task is where it is; `percentile` is the share of earlier tasks that were done by now."""

    task: str
    remote_id: str | None
    kind: str
    provider: str
    summary: str
    state: TaskStateName
    elapsed: float
    timeline: list[TaskPhase]
    queue_moves: list[QueueMove]
    progress: float | None
    progress_age: float | None
    percentile: float | None
    usual: UsualDuration | None
    polls: int
    request_errors: int
    error: TaskErrorInfo | None
    cost: str | None
    last_status: int | None
    last_body: str
    curl: str
    warnings: list[str]
    advice: str | None


class FileFinding(TypedDict):
    """What is wrong with a file, or worth a look: the rule, what it demands and what was measured."""

    rule: str
    kind: str
    severity: str
    message: str
    expected: str | None
    actual: str | None
    unit: str | None
    place: str | None
    source: str | None


class ImplicitLabel(TypedDict):
    """An AIGC label in the metadata of a file: its fields as they are, and what they mean."""

    carrier: str
    place: str | None
    fields: dict[str, Any]
    provider: dict[str, str] | None
    meaning: str | None
    problem: str | None


class FileLabels(TypedDict):
    """The labels of a file; those that were not looked for are left out."""

    aigc: list[ImplicitLabel]
    iptc: list[str]
    c2pa: NotRequired[dict[str, Any]]
    visible: NotRequired[list[dict[str, Any]]]
    explicit: NotRequired[str | float | None]


class FileResult(TypedDict):
    """What became of a file; `path` is where it is now, `files` are all that are left of it."""

    version: int
    id: str
    source: str
    name: str
    path: str | None
    media_type: str | None
    size: int
    sha256: str | None
    hashes: dict[str, str]
    success: bool
    early: bool
    rules: str
    findings: list[FileFinding]
    media: dict[str, Any]
    sources: dict[str, str]
    sound: dict[str, Any]
    quality: dict[str, Any]
    reference: dict[str, Any]
    judges: dict[str, Any]
    labels: dict[str, Any]
    archive: dict[str, Any]
    json: dict[str, Any]
    text: dict[str, Any]
    good: dict[str, Any]
    files: list[str]
    timings: dict[str, float]
    traffic: dict[str, Any]
    disk: dict[str, Any]


class PlannedStep(TypedDict):
    """A step of a plan."""

    name: str
    kind: str
    request: str
    count: int | None
    level: int
    needs: list[str]
    seconds: float | None
    removed_by: str | None


class DataPlan(TypedDict):
    """What `Prepare Data` would do; `seconds` is estimated from earlier runs, None without any."""

    template: str
    environment: str
    requests: int
    levels: int
    concurrency: int
    seconds: float | None
    sequential_seconds: float | None
    nodes: list[PlannedStep]


class InputAnswer(TypedDict):
    """What a product made of an input; `status` is None where it was accepted."""

    field: str
    outcome: str
    status: int | None
    answer: Any


class EnvironmentDifference(TypedDict):
    """A thing that two environments do not hold alike."""

    node: str
    key: str
    kind: str
    field: str | None
    first: Any
    second: Any


class EnvironmentDrift(TypedDict):
    """How two environments differ."""

    template: str
    first: str
    second: str
    compared: int
    count: int
    differences: list[EnvironmentDifference]
    own_fields: dict[str, list[str]]


class SyncFieldChange(TypedDict):
    """How one field of a thing changes in the target."""

    field: str
    old: Any
    new: Any


class SyncAction(TypedDict):
    """A step that brings an environment into line."""

    node: str
    key: str
    step: str
    fields: list[str]
    changes: list[SyncFieldChange]
    reason: str | None
    done: bool


class SyncSummary(TypedDict):
    """What was or would be done, as numbers and step by step."""

    template: str
    source: str
    target: str
    dry_run: bool
    create: int
    update: int
    skip: int
    conflict: int
    failed: int
    actions: list[SyncAction]


class EnvironmentValues(TypedDict):
    """An environment; its variables are keys of their own beside these."""

    name: str
    base_url: str
    ui_url: str | None
    protected: bool


class TargetLookup(TypedDict):
    """One search for a target; `cached` says whether the remembered selector won again."""

    id: int
    suite: str | None
    at: float
    target: str
    page: str
    outcome: Literal["found", "healed", "missing", "ambiguous", "conflict"]
    tier: TierName | None
    selector: str | None
    elapsed: float
    cached: bool | None
    run_id: str
    test: str | None


class TargetSums(TypedDict):
    """How a target was found over all runs; the tiers hold how many lookups each answered."""

    target: str
    page: str
    selector: str | None
    at: float
    lookups: int
    gold: int
    silver: int
    bronze: int
    lost: int
    healed: int
    conflicts: int
    cache_hit_rate: float | None


class TargetTiers(TypedDict):
    """How the tiers of a target stand on the page that is open; `winner` finds it."""

    target: str
    gold: TierHealth
    silver: TierHealth
    bronze: TierHealth
    winner: TierName | None
    healthy: bool


class TaskLimits(TypedDict, total=False):
    """Limits of tasks that were changed; times in seconds."""

    timeout: float | Literal["auto"]
    queue_timeout: float | None
    run_timeout: float | None
    stall_timeout: float | None
    warn_after: float | Literal["auto"] | None
    retry_times: int
    backoff: Literal["exponential", "linear", "fixed"]
    max_poll_interval: float
    min_poll_interval: float
    outage: float
    on_timeout: Literal["leave", "cancel"]


class PluginHealth(TypedDict):
    """What a plug-in says of itself, with facts of its own."""

    status: Literal["healthy"]
    reason: NotRequired[str]


class PluginOutcome(TypedDict):
    """What a plug-in returned."""

    status: str
    data: dict[str, Any]
    metrics: dict[str, Any]
    error: str | None
