"""A provider's description as objects: what to send, where to look in the answer, how to translate it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.providers.hooks import Hook
from AIGCLibrary.tasks.sla import SLA
from AIGCLibrary.tasks.states import ErrorClass, TaskState

Lets = tuple[tuple[str, AnswerExpression], ...]


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """A request with blanks.

    Args:
        path: Path below the base URL, or a URL.
        json: Body template sent as JSON; `form`, `multipart`, `text` and `file` are the other forms, one at most.
        file: Blank of a file whose bytes are the body.
        by_id: Path used when `path` needs a link that is not known, as for tracked tasks.
        name: Of its answer in the envelope, when it is not the first one.
        when: Sent only when this is true of the answers so far.
        timeout: Seconds it may take; None for the client's own limit.
    """

    method: str = "GET"
    path: str = ""
    by_id: str | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, Any] | None = None
    multipart: Mapping[str, Any] | None = None
    text: str | None = None
    file: str | None = None
    name: str = ""
    when: AnswerExpression | None = None
    timeout: float | None = None

    @property
    def body(self) -> Any:
        """Template of its body, in whichever form it is sent; None where it has none."""
        forms = (self.json, self.form, self.multipart, self.text, self.file)
        return next((form for form in forms if form is not None), None)


@dataclass(frozen=True, slots=True)
class PrepareStep:
    """A request before the submission.

    Args:
        request: The request; its `name` is that of its answer in the expressions of later steps.
        save: What of its answer becomes a blank of the requests that follow.
        accepted: True of an answer that did what was asked; HTTP below 400 when not given.
    """

    request: RequestTemplate
    save: Mapping[str, AnswerExpression] = field(default_factory=dict)
    accepted: AnswerExpression | None = None


@dataclass(frozen=True, slots=True)
class SubmitIdempotency:
    """How a repeated submit is recognised by the server.

    Args:
        header: Header that takes the key.
        field: Field of the JSON body that takes the key.
        style: `uuid` (with dashes) or `hex`.
    """

    header: str | None = None
    field: str | None = None
    style: Literal["uuid", "hex"] = "uuid"


@dataclass(frozen=True, slots=True)
class Submit:
    """How a task is submitted.

    Args:
        request: The request.
        id: Where the answer holds the task's id.
        urls: Where it holds links: `status`, `cancel`, `result`.
        accepted: True of an answer that took the submission; HTTP below 400 when not given.
        reads_status: The answer is read like a status answer, so that a task done at once needs no poll.
        held: The answer comes when the task is done, and is the result.
        idempotency: Set when a repeated submit is safe.
        lookup: Finds a task by the key, when nobody knows whether a submit arrived.
        lookup_id: Where the lookup's answer holds the id.
    """

    request: RequestTemplate
    id: AnswerExpression
    urls: Mapping[str, AnswerExpression] = field(default_factory=dict)
    accepted: AnswerExpression | None = None
    reads_status: bool = False
    held: bool = False
    idempotency: SubmitIdempotency | None = None
    lookup: RequestTemplate | None = None
    lookup_id: AnswerExpression | None = None


@dataclass(frozen=True, slots=True)
class Acceptor:
    """A rule that decides before the state word: the first one that is true wins."""

    when: AnswerExpression
    state: TaskState
    error_class: ErrorClass | None = None
    code: AnswerExpression | None = None
    message: AnswerExpression | None = None
    retry: bool = False

    @property
    def by_status(self) -> bool:
        """True when the rule looks at the HTTP status itself, so that it also counts for answers of 4xx and 5xx."""
        return "http.status" in self.when.text


@dataclass(frozen=True, slots=True)
class Missing:
    """How an answer says that it does not know a task.

    Args:
        http: Status codes.
        when: True of such an answer.
        ambiguous: True of an answer given alike for unknown, waiting and deleted tasks.
        grace: Seconds after the submit in which a missing task may still turn up; also how long it must be
            missing later.
        ambiguous_grace: Seconds an ambiguous answer may last.
    """

    http: frozenset[int] = frozenset({404, 410})
    when: AnswerExpression | None = None
    ambiguous: AnswerExpression | None = None
    grace: float = 10.0
    ambiguous_grace: float = 300.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the progress stands: `value / of`, or `value` on a scale; `percent` reads `35%`."""

    value: AnswerExpression
    scale: float | Literal["auto", "percent"] = "auto"
    of: AnswerExpression | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Where the result stands.

    Args:
        raw: The result itself.
        files: A list of files, one file, or URLs.
        url, name, media_type, size, sha256, md5: Of one file, looked up in an item of `files`.
        template: URL with blanks filled from an item, for results that are not given as links.
        order: Key of an item to sort by, for lists without order.
        request: Sent once after completion, when the status answer holds no result; its answer takes `body`'s place.
        next: Of such an answer: what fills the blank `{next}` for the next page; there is none when it is empty.
        empty: What a completed task without any result is.
        files_required: A result without files is no result, whatever else is in it.
        count: Inputs that say how many files are ordered; of several, their product. A result with fewer is partial.
        partial: True when only part of what was requested was generated.
        partial_message: What is missing.
    """

    raw: AnswerExpression | None = None
    files: AnswerExpression | None = None
    url: AnswerExpression | None = None
    name: AnswerExpression | None = None
    media_type: AnswerExpression | None = None
    size: AnswerExpression | None = None
    sha256: AnswerExpression | None = None
    md5: AnswerExpression | None = None
    template: str | None = None
    order: AnswerExpression | None = None
    request: RequestTemplate | None = None
    next: AnswerExpression | None = None
    empty: TaskState = TaskState.COMPLETED
    files_required: bool = False
    count: tuple[str, ...] = ()
    partial: AnswerExpression | None = None
    partial_message: AnswerExpression | None = None
    partial_state: TaskState = TaskState.COMPLETED


@dataclass(frozen=True, slots=True)
class Errors:
    """Where a failure's code, words and class stand, and which of them mean what."""

    code: AnswerExpression | None = None
    message: AnswerExpression | None = None
    reported: AnswerExpression | None = None
    classes: Mapping[str, ErrorClass] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Times:
    """Where the times stand and how they are written."""

    created: AnswerExpression | None = None
    started: AnswerExpression | None = None
    finished: AnswerExpression | None = None
    unit: str = "auto"
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Fresh:
    """How to see that a result was not made for an earlier, identical request.

    Args:
        time: Times before the submit (less `tolerance` seconds) mark an old result.
        url: A file URL or hash that an earlier task of ours already had tells an old result.
        seed: Where the answer holds the seed; it must be the one that was asked for.
        state: What a stale answer is: `failed`, or `queued`: the answer belongs to the id's earlier owner.
    """

    time: bool = False
    url: bool = False
    seed: AnswerExpression | None = None
    tolerance: float = 5.0
    state: TaskState = TaskState.FAILED


@dataclass(frozen=True, slots=True)
class Cancel:
    """How a task is cancelled; `verify` is how long to look whether it happened, in seconds."""

    request: RequestTemplate
    verify: float = 10.0


@dataclass(frozen=True, slots=True)
class ProviderRetry:
    """How the provider repeats a task itself; `id` is where the new task's id stands."""

    request: RequestTemplate
    id: AnswerExpression


@dataclass(frozen=True, slots=True)
class Batch:
    """How several tasks are asked for at once.

    Args:
        request: The request; the blank `{ids}` is a list, or text joined by `join`.
        items: Where the answer's list is.
        item_id: Where an item's id is.
        body: Where in a status answer the item would stand: `body`, or for example `body.task`.
        size: Most ids of one request.
        join: Text between ids; None repeats the query name.
        recent: The list cannot be asked for ids; it shows recent tasks, and ours are picked out of it.
        least: Use it only when at least so many tasks are asked for.
    """

    request: RequestTemplate
    items: AnswerExpression
    item_id: AnswerExpression
    body: str = "body"
    size: int = 100
    join: str | None = ","
    recent: bool = False
    least: int = 2


@dataclass(frozen=True, slots=True)
class Webhook:
    """How the provider's own messages are read.

    Args:
        signature: `standard` (Standard Webhooks), `fal` (Ed25519), `hmac`, or `none`.
        secret_env: Environment variable that holds the secret.
        header: Header of an `hmac` signature.
        jwks: Where `fal` publishes its keys.
        id: Where a message holds the task's id.
        body: Where it holds what a status answer would hold.
        event_id: Where it holds an id of its own, to drop duplicates.
        states: Words that only messages use.
        state: Where a message holds the state word, when elsewhere than in a status answer.
        only: Only messages report the state: there is nothing to poll.
    """

    signature: str = "none"
    secret_env: str | None = None
    header: str | None = None
    jwks: str | None = None
    id: AnswerExpression | None = None
    body: AnswerExpression | None = None
    event_id: AnswerExpression | None = None
    states: Mapping[str, TaskState] = field(default_factory=dict)
    state: AnswerExpression | None = None
    only: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """How the provider pushes news: `sse` or `websocket`.

    Args:
        request: Where to listen.
        id: Where an event holds the id of the task it is about; None when all are about ours.
        event: How an event's name and data become `body`: `data`, or `event` (`{event, data}`).
        settle: Ask for the status once when the stream says that the task ended, for the result.
    """

    kind: Literal["sse", "websocket"]
    request: RequestTemplate
    id: AnswerExpression | None = None
    event: Literal["data", "event"] = "data"
    settle: bool = False
    acceptors: tuple[Acceptor, ...] = ()
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """What the server says about when to ask again.

    Args:
        seconds: Headers that hold seconds or a date.
        milliseconds: Headers that hold milliseconds.
        body: Where an answer holds seconds.
        min_interval: Never ask more often, in seconds.
    """

    seconds: tuple[str, ...] = ("retry-after",)
    milliseconds: tuple[str, ...] = ("retry-after-ms",)
    body: AnswerExpression | None = None
    min_interval: float = 0.0


@dataclass(frozen=True, slots=True)
class ProviderLimits:
    """How much may be asked of the provider: tasks at once, and submits in a span of seconds."""

    concurrent: int | None = None
    submits: int | None = None
    span: float = 60.0


@dataclass(frozen=True, slots=True)
class Price:
    """What a task costs, where the provider does not say: `amount` × the numbers of some inputs."""

    amount: float
    unit: str = "credits"
    times: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """One product's task API, for one kind of task.

    Args:
        name: Name in YAML.
        source: File it was read from.
        states_at: File, line and first word of `states`, where a word that is missing there may be added; None for
            built-in ones.
        match: `exact`, or `loose`: state words count whatever their case, `-`, `_` and spaces.
        unknown: What an unknown state word is taken for.
        prior: Typical seconds of a task, before there is any history.
        bucket: Inputs that decide how long a task takes; each combination has a history of its own.
        own_address: Requests go to `base_url` even where an environment is in use.
        auth: How requests authenticate, as written in YAML.
        prepare: Requests before each submission.
        hook: Python functions for what the description cannot say.
        inputs: Types of inputs that are not text: `integer`, `number`, `boolean`, `json`, `file`, `base64`, `data_url`.
        token_in_requests: A request holds the blank `{token}`, which a signer fills.
        lets: Named parts of an answer, for use in the other expressions.
    """

    name: str
    title: str = ""
    source: str = ""
    base_url: str | None = None
    own_address: bool = False
    auth: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    prepare: tuple[PrepareStep, ...] = ()
    hook: Hook | None = None
    submit: Submit | None = None
    status: RequestTemplate | None = None
    then: tuple[RequestTemplate, ...] = ()
    lets: Lets = ()
    state: AnswerExpression | None = None
    states: Mapping[str, TaskState] = field(default_factory=dict)
    match: Literal["exact", "loose"] = "exact"
    unknown: TaskState = TaskState.PROCESSING
    states_at: tuple[str, int, str] | None = None
    acceptors: tuple[Acceptor, ...] = ()
    missing: Missing = field(default_factory=Missing)
    progress: Progress | None = None
    queue_position: AnswerExpression | None = None
    eta: AnswerExpression | None = None
    times: Times = field(default_factory=Times)
    result: Result = field(default_factory=Result)
    errors: Errors = field(default_factory=Errors)
    cost: AnswerExpression | None = None
    cost_unit: str = "credits"
    price: Price | None = None
    cancel: Cancel | None = None
    retry: ProviderRetry | None = None
    batch: Batch | None = None
    webhook: Webhook | None = None
    stream: Stream | None = None
    hints: Hints = field(default_factory=Hints)
    limits: ProviderLimits = field(default_factory=ProviderLimits)
    kind_limits: ProviderLimits = field(default_factory=ProviderLimits)
    sla: SLA = field(default_factory=SLA)
    prior: float = 60.0
    bucket: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    fresh: Fresh = field(default_factory=Fresh)
    token_in_requests: bool = False
