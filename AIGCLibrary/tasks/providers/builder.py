"""From a provider's YAML, already checked by its schema, to the objects of the model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.providers import model
from AIGCLibrary.tasks.providers.checks import problems
from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.providers.hooks import load_hook
from AIGCLibrary.tasks.providers.moments import tzinfo
from AIGCLibrary.tasks.sla import SLA
from AIGCLibrary.tasks.states import ErrorClass, TaskState
from AIGCLibrary.units import UnitError, parse_duration

BUCKET = ("model", "resolution", "size", "duration", "quality", "frames", "n")
REQUESTS = ("prepare", "submit", "status", "cancel", "retry", "batch", "result", "stream", "headers")
"""Parts of a description that hold requests."""
Place = tuple[str, ...]


class BuildError(ValueError):
    """A value of the description cannot be.

    Args:
        place: Path to it below the provider.
        problem: What is wrong.
    """

    def __init__(self, place: Place, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(problem)


def build(name: str, data: Mapping[str, Any], source: str, kind: str | None = None) -> model.Provider:
    """Build a provider for one kind of task.

    Raises:
        BuildError: An expression, duration, blank or time zone is not valid.
    """
    for place, problem in problems(data):
        raise BuildError(place, problem)
    at = _Part(data, ())
    status, queue, auth = at.part("status"), at.part("queue"), data.get("auth") or {}
    cost, limits = at.part("cost"), at.part("limits")
    own = at.part("kinds").part(kind).part("limits") if kind else _Part({}, ())
    return model.Provider(
        name=name,
        title=data.get("title", name),
        source=source,
        base_url=data.get("base_url"),
        own_address=bool(data.get("own_address")),
        auth=dict(auth),
        headers=dict(data.get("headers") or {}),
        prepare=tuple(_step(part) for part in at.parts("prepare")),
        hook=load_hook(Path(data["hook"])) if data.get("hook") else None,
        submit=_submit(at.part("submit")) if data.get("submit") else None,
        status=_request(status) if status.data.get("path") else None,
        then=tuple(_request(part) for part in status.parts("then")),
        lets=tuple((key, status.part("let").needed(key)) for key in status.data.get("let") or {}),
        state=status.expression("state"),
        states={str(word): TaskState(state) for word, state in (data.get("states") or {}).items()},
        match=data.get("match", "exact"),
        unknown=TaskState(data.get("unknown", "processing")),
        acceptors=tuple(_acceptor(part) for part in at.parts("acceptors")),
        missing=_missing(at.part("missing")),
        progress=_progress(at.part("progress")),
        queue_position=queue.expression("position"),
        eta=queue.expression("eta"),
        times=_times(at.part("times")),
        result=_result(at.part("result")),
        errors=_errors(at.part("error")),
        cost=cost.expression("amount"),
        cost_unit=cost.data.get("unit", "credits"),
        price=_price(at.part("price")),
        cancel=_cancel(at.part("cancel")),
        retry=_retry(at.part("retry")),
        batch=_batch(at.part("batch")),
        webhook=_webhook(at.part("webhook")) if data.get("webhook") else None,
        stream=_stream(at.part("stream")),
        hints=_hints(at.part("hints")),
        limits=_limits(limits),
        kind_limits=_limits(own),
        sla=_sla(at.part("sla")),
        prior=at.seconds("prior", 60.0),
        bucket=tuple(data.get("bucket", BUCKET)),
        inputs=dict(data.get("inputs") or {}),
        fresh=_fresh(at.part("fresh")),
        token_in_requests="{token}" in str({name: data.get(name) for name in REQUESTS}),
    )


class _Part:
    """A mapping of the description that knows its place."""

    def __init__(self, data: Mapping[str, Any] | None, place: Place) -> None:
        self.data = data or {}
        self.place = place

    def part(self, key: str | None) -> "_Part":
        return _Part(self.data.get(key) if key else None, (*self.place, str(key)))

    def parts(self, key: str) -> list["_Part"]:
        return [_Part(item, (*self.place, key, str(n))) for n, item in enumerate(self.data.get(key) or [])]

    def expression(self, key: str) -> AnswerExpression | None:
        text = self.data.get(key)
        if text is None:
            return None
        try:
            return AnswerExpression(str(text))
        except ValueError as error:
            raise BuildError((*self.place, key), f"the expression '{text}' is not valid: {error}.") from None

    def needed(self, key: str) -> AnswerExpression:
        found = self.expression(key)
        if found is None:
            raise BuildError(self.place, f"'{key}' is missing.")
        return found

    def seconds(self, key: str, default: float) -> float:
        if self.data.get(key) is None:
            return default
        try:
            return parse_duration(self.data[key])
        except UnitError as error:
            raise BuildError((*self.place, key), error.message) from None


def _request(at: _Part, method: str = "GET") -> model.RequestTemplate:
    data = at.data
    return model.RequestTemplate(
        method=data.get("method", method),
        path=data.get("path", ""),
        by_id=data.get("by_id"),
        query=data.get("query") or {},
        headers={name: str(value) for name, value in (data.get("headers") or {}).items()},
        json=data.get("json"),
        form=data.get("form"),
        multipart=data.get("multipart"),
        text=data.get("text"),
        file=data.get("file"),
        name=data.get("name", ""),
        when=at.expression("when"),
        timeout=at.seconds("timeout", 0.0) or None,
    )


def _step(at: _Part) -> model.PrepareStep:
    save = at.part("save")
    return model.PrepareStep(
        _request(at, "POST"), {name: save.needed(name) for name in save.data}, at.expression("accepted")
    )


def _submit(at: _Part) -> model.Submit:
    if not at.data.get("path"):
        raise BuildError(at.place, "'path' is missing.")
    urls, key, lookup = at.part("urls"), at.data.get("idempotency"), at.part("lookup")
    return model.Submit(
        request=_request(at, "POST"),
        id=at.needed("id"),
        urls={name: urls.needed(name) for name in urls.data},
        accepted=at.expression("accepted"),
        reads_status=bool(at.data.get("reads_status", False)),
        held=bool(at.data.get("held", False)),
        idempotency=model.SubmitIdempotency(**key) if key else None,
        lookup=_request(lookup) if lookup.data else None,
        lookup_id=lookup.needed("id") if lookup.data else None,
    )


def _acceptor(at: _Part) -> model.Acceptor:
    retry = at.data.get("state") == "retry"
    return model.Acceptor(
        when=at.needed("when"),
        state=TaskState.PROCESSING if retry else TaskState(at.data["state"]),
        error_class=ErrorClass(at.data["class"]) if "class" in at.data else None,
        code=at.expression("code"),
        message=at.expression("message"),
        retry=retry,
    )


def _missing(at: _Part) -> model.Missing:
    return model.Missing(
        http=frozenset(at.data.get("http", (404, 410))),
        when=at.expression("when"),
        ambiguous=at.expression("ambiguous"),
        grace=at.seconds("grace", 10.0),
        ambiguous_grace=at.seconds("ambiguous_grace", 300.0),
    )


def _progress(at: _Part) -> model.Progress | None:
    value = at.expression("value")
    return model.Progress(value, at.data.get("scale", "auto"), at.expression("of")) if value else None


def _times(at: _Part) -> model.Times:
    zone = at.data.get("zone", "UTC")
    try:
        tzinfo(zone)
    except ValueError as error:
        raise BuildError((*at.place, "zone"), f"{error}.") from None
    return model.Times(
        at.expression("created"),
        at.expression("started"),
        at.expression("finished"),
        unit=at.data.get("unit", "auto"),
        zone=zone,
    )


def _result(at: _Part) -> model.Result:
    names = (
        "raw",
        "files",
        "url",
        "name",
        "media_type",
        "size",
        "sha256",
        "md5",
        "order",
        "partial",
        "partial_message",
        "next",
    )
    return model.Result(
        **{name: at.expression(name) for name in names},
        template=at.data.get("template"),
        request=_request(at.part("request")) if at.data.get("request") else None,
        empty=TaskState(at.data.get("empty", "completed")),
        files_required=bool(at.data.get("files_required", False)),
        count=tuple(at.data.get("count", ())),
        partial_state=TaskState(at.data.get("partial_state", "completed")),
    )


def _errors(at: _Part) -> model.Errors:
    classes = {str(word): ErrorClass(name) for word, name in (at.data.get("classes") or {}).items()}
    return model.Errors(at.expression("code"), at.expression("message"), at.expression("class"), classes)


def _price(at: _Part) -> model.Price | None:
    if not at.data:
        return None
    return model.Price(float(at.data["amount"]), at.data.get("unit", "credits"), tuple(at.data.get("times", ())))


def _cancel(at: _Part) -> model.Cancel | None:
    return model.Cancel(_request(at, "POST"), at.seconds("verify", 10.0)) if at.data.get("path") else None


def _retry(at: _Part) -> model.ProviderRetry | None:
    return model.ProviderRetry(_request(at, "POST"), at.needed("id")) if at.data.get("path") else None


def _batch(at: _Part) -> model.Batch | None:
    if not at.data.get("path"):
        return None
    return model.Batch(
        request=_request(at),
        items=at.needed("items"),
        item_id=at.needed("item_id"),
        body=at.data.get("body", "body"),
        size=at.data.get("size", 100),
        join=at.data.get("join", ","),
        recent=at.data.get("recent", False),
        least=at.data.get("least", 20 if at.data.get("recent") else 2),
    )


def _webhook(at: _Part) -> model.Webhook:
    return model.Webhook(
        signature=at.data.get("signature", "none"),
        secret_env=at.data.get("secret_env"),
        header=at.data.get("header"),
        jwks=at.data.get("jwks"),
        id=at.expression("id"),
        body=at.expression("body"),
        event_id=at.expression("event_id"),
        states={str(word): TaskState(state) for word, state in (at.data.get("states") or {}).items()},
        state=at.expression("state"),
        only=bool(at.data.get("only", False)),
    )


def _stream(at: _Part) -> model.Stream | None:
    if not at.data.get("path"):
        return None
    return model.Stream(
        kind=at.data["kind"],
        request=_request(at),
        id=at.expression("id"),
        event=at.data.get("event", "data"),
        settle=bool(at.data.get("settle", False)),
        acceptors=tuple(_acceptor(part) for part in at.parts("acceptors")),
        progress=_progress(at.part("progress")),
    )


def _hints(at: _Part) -> model.Hints:
    return model.Hints(
        seconds=("retry-after", *(name.lower() for name in at.data.get("seconds", ()))),
        milliseconds=("retry-after-ms", *(name.lower() for name in at.data.get("milliseconds", ()))),
        body=at.expression("body"),
        min_interval=at.seconds("min_interval", 0.0),
    )


def _sla(at: _Part) -> SLA:
    found = SLA()
    for key, value in at.data.items():
        try:
            found = found.changed({key: value}, "sla")
        except ConfigError as error:
            raise BuildError((*at.place, key), error.message) from None
    return found


def _limits(at: _Part) -> model.ProviderLimits:
    return model.ProviderLimits(at.data.get("concurrent"), at.data.get("submits"), at.seconds("span", 60.0))


def _fresh(at: _Part) -> model.Fresh:
    return model.Fresh(
        time=bool(at.data.get("time", False)),
        url=bool(at.data.get("url", False)),
        seed=at.expression("seed"),
        tolerance=at.seconds("tolerance", 5.0),
        state=TaskState(at.data.get("state", "failed")),
    )
