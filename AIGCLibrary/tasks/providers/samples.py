"""A description checked against recorded answers: what each sample says must be read from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from AIGCLibrary.http.auth.model import UnsignedRequest
from AIGCLibrary.tasks.providers.hooks import Hook, read_body, signed
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.providers.reader import Reader
from AIGCLibrary.tasks.snapshot import Snapshot

BASE = "https://sample.invalid"


@dataclass(frozen=True, slots=True)
class SampleResult:
    """How a sample was read.

    Args:
        number: Place in the file, from 1.
        problems: What was read otherwise than expected, one sentence each.
    """

    number: int
    name: str
    snapshot: Snapshot
    problems: tuple[str, ...]


def check_samples(reader: Reader, samples: list[Mapping[str, Any]]) -> list[SampleResult]:
    """Read all samples of a provider."""
    return [_check(reader, number, sample) for number, sample in enumerate(samples, 1)]


def unproven(providers: Providers, name: str) -> list[str]:
    """Return what a description says it can read, and no sample shows.

    Args:
        providers: All descriptions.
        name: Of the provider; samples of what it extends count, too.
    """
    provider, shown, entry = providers.get(name), [], providers.entry(name)
    while True:
        shown += [sample["expect"] for sample in entry.data.get("samples") or ()]
        if not entry.data.get("extends"):
            break
        entry = providers.entry(entry.data["extends"])
    claims = {
        "progress": provider.progress is not None and not any(sample.get("progress") is not None for sample in shown),
        "queue": provider.queue_position is not None
        and not any(sample.get("queue_position") is not None for sample in shown),
        "cancel": provider.cancel is not None and not any(sample.get("state") == "cancelled" for sample in shown),
    }
    return [word for word, open_ in claims.items() if open_]


def envelope_of(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Make the envelope that a sample describes."""
    task = {"id": "7", "kind": "video", "key": "k", "inputs": {}, **(sample.get("task") or {})}
    envelope = {
        "http": {"status": sample.get("http", 200)},
        "headers": {name.lower(): str(value) for name, value in (sample.get("headers") or {}).items()},
        "body": sample.get("body"),
        "task": task,
    }
    for name, answer in (sample.get("then") or {}).items():
        envelope[name] = {"http": {"status": answer.get("http", 200)}, "headers": {}, "body": answer.get("body")}
    return envelope


def check_signing(hook: Hook) -> list[str]:
    """Return the names of what the function `sign` of a hook adds to a request with a small JSON body.

    Raises:
        ConfigError: It raises, or returns something else than a dictionary of texts.
    """
    body = b'{"prompt": "sample"}'
    added = signed(hook, UnsignedRequest("POST", f"{BASE}/tasks", {"Content-Type": "application/json"}, body))
    return [*added.headers, *added.query, *added.fields]


def _understood(reader: Reader, sample: Mapping[str, Any]) -> dict[str, Any]:
    """Return the envelope of a sample as the reader sees it, behind the function `read` of a hook."""
    envelope, hook = envelope_of(sample), reader.provider.hook
    if hook is None or hook.read is None:
        return envelope
    answer = {name: envelope[name] for name in ("http", "headers", "body")}
    return {**envelope, "body": read_body(hook, answer)}


def _check(reader: Reader, number: int, sample: Mapping[str, Any]) -> SampleResult:
    envelope = _understood(reader, sample)
    snapshot = reader.read(envelope, BASE)
    read = facts(snapshot)
    if read["id"] is None and reader.provider.submit is not None:  # the answer to a submission alone has no state
        found = reader.provider.submit.id(envelope)
        read["id"] = str(found) if isinstance(found, str | int) and found != "" else None
        snapshot = replace(snapshot, remote_id=read["id"])
    problems = []
    for name, expected in sample["expect"].items():
        actual = read.get(name)
        if not _same(actual, expected):
            why = f"; the word {snapshot.raw!r} is not in 'states'" if name == "state" and not snapshot.known else ""
            problems.append(f"{name} is {actual!r}, expected {expected!r}{why}")
    return SampleResult(number, sample.get("name", ""), snapshot, tuple(problems))


def facts(snapshot: Snapshot) -> dict[str, Any]:
    """Return what samples can demand of a snapshot."""
    failure = snapshot.failure
    return {
        "state": None if snapshot.trouble else str(snapshot.state),
        "trouble": str(snapshot.trouble) if snapshot.trouble else None,
        "raw": snapshot.raw,
        "known": snapshot.known,
        "ambiguous": snapshot.ambiguous,
        "id": snapshot.remote_id,
        "progress": snapshot.progress,
        "queue_position": snapshot.queue_position,
        "eta": snapshot.eta,
        "created": snapshot.created,
        "started": snapshot.started,
        "finished": snapshot.finished,
        "result": snapshot.result,
        "urls": [file.url for file in snapshot.files],
        "names": [file.name for file in snapshot.files],
        "error_code": failure.code if failure else None,
        "error_message": failure.message if failure else None,
        "error_class": str(failure.error_class) if failure else None,
        "partial": snapshot.partial,
        "cost": snapshot.cost,
        "retry_after": snapshot.retry_after,
    }


def _same(actual: Any, expected: Any) -> bool:
    if isinstance(expected, float) and isinstance(actual, int | float):
        return abs(actual - expected) < 1e-6
    if isinstance(actual, str) and isinstance(expected, int | float) and not isinstance(expected, bool):
        return actual == str(expected)
    return bool(actual == expected)
