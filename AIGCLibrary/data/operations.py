"""Waits for what a product does later: HTTP 202 with the address of an operation, or a thing that gets ready.

created ──► 202 + Operation-Location/Location ──► asked until it is done ──► the thing: address, field, lookup
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import jmespath

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.addresses import id_from_location, identity
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.model import PollRule, RetryPolicy
from AIGCLibrary.data.request import reading
from AIGCLibrary.http.response import Response
from AIGCLibrary.http.retry import retry_after_of
from AIGCLibrary.redaction.redactor import Redactor

INTERVAL = 1.0
"""Seconds between two polls where neither the template nor the product names an interval."""
TIMEOUT = 300.0
"""Seconds an operation may take where the template says nothing."""
SHORTEST, LONGEST = 0.05, 60.0
_DONE = frozenset({"succeeded", "success", "successful", "completed", "complete", "done", "finished", "ready", "ok"})
_DONE |= {"active", "available", "created", "deleted"}
_FAILED = frozenset({"failed", "failure", "error", "errored", "canceled", "cancelled", "rejected", "aborted"})
_FAILED |= {"expired", "timeout", "timed_out"}
_STATE_FIELDS = ("status", "state", "provisioningState", "provisioning_state", "phase")
_HOLDERS = ("response", "result", "resource", "output", "outputs", "target", "data", "properties")
_LINKS = ("resourceLocation", "resource_location", "resourceUrl", "resource_url", "targetUrl", "target_url")


class OperationProgress(StrEnum):
    """How far an operation is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OperationPoll:
    """How the end of an operation is recognised, with all values worked out.

    Args:
        address: What is asked: path or URL; empty for what the answer names.
        done: JMESPath over {http, headers, body}, true when it is done; None recognises the usual words.
        failed: JMESPath over the same, true when it failed.
        thing: JMESPath to the thing in the body of the last answer.
        interval: Seconds between two polls.
        timeout: Seconds it may take.
        like: The creation, whose headers and query the polls send as well; None sends none.
    """

    address: str
    done: str | None = None
    failed: str | None = None
    thing: str | None = None
    interval: float = INTERVAL
    timeout: float = TIMEOUT
    like: Mapping[str, Any] | None = None

    def stored(self) -> dict[str, Any]:
        """Return it as plain data for the journal."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def restored(
        cls, data: Mapping[str, Any], address: str | None, like: Mapping[str, Any] | None = None
    ) -> "OperationPoll | None":
        """Make it from the journal; None when nothing says what to ask.

        Args:
            data: As stored; its own address wins.
            address: What is asked when the template does not say.
            like: The creation, whose headers and query are sent as well.
        """
        where = data.get("address") or address
        return cls(**{**data, "address": str(where), "like": like}) if where else None

    def progress(self, response: Response) -> OperationProgress:
        """Read an answer."""
        envelope = response.envelope()
        if self.failed and jmespath.search(self.failed, envelope):
            return OperationProgress.FAILED
        if self.done:
            return OperationProgress.DONE if jmespath.search(self.done, envelope) else OperationProgress.RUNNING
        return progress_of(response)


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """How an operation ended.

    Args:
        progress: `done`, `failed`, or `unknown` when its end was not seen.
        response: The last answer.
        reason: Why it is not `done`.
    """

    progress: OperationProgress
    response: Response | None
    reason: str = ""


def poll_from(rule: PollRule, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> OperationPoll:
    """Work out how the end of a creation is awaited.

    Args:
        rule: What the template says.
        names: Names of its expressions; fields of `self` may still be marks.
        functions: Functions of its expressions.

    Raises:
        ExpressionError: Its address cannot be evaluated.
    """
    address = str(rule.address.render(names, functions)) if rule.address else ""
    return OperationPoll(address, rule.done, rule.failed, rule.thing, rule.interval, rule.timeout)


def progress_of(response: Response) -> OperationProgress:
    """Read the usual words of an operation's state; without any, 202 means running and 200 done."""
    body = response.json
    if isinstance(body, Mapping):
        finished = body.get("done")
        if isinstance(finished, bool):  # google.longrunning.Operation
            return (
                (OperationProgress.FAILED if body.get("error") else OperationProgress.DONE)
                if finished
                else OperationProgress.RUNNING
            )
        for holder in (body, *(body[name] for name in ("data", "properties") if isinstance(body.get(name), Mapping))):
            words = [str(holder[name]).lower() for name in _STATE_FIELDS if isinstance(holder.get(name), str)]
            if words:
                word = words[0]
                return (
                    OperationProgress.DONE
                    if word in _DONE
                    else OperationProgress.FAILED
                    if word in _FAILED
                    else OperationProgress.RUNNING
                )
    return OperationProgress.RUNNING if response.status == 202 else OperationProgress.DONE


class OperationWaiter:
    """Asks for the state of operations until they end.

    Args:
        caller: Sends the requests.
        clock: Time.
    """

    def __init__(self, caller: Caller, clock: Clock) -> None:
        self._caller = caller
        self._clock = clock

    async def wait(self, poll: OperationPoll) -> OperationOutcome:
        """Wait for the end of an operation; never raises for what the product answers."""
        started = self._clock.monotonic()
        while True:
            attempt = await self._caller.send(reading(poll.like, self._below(poll.address)), safe=True)
            response = attempt.response
            if response is None:
                reason = attempt.error.message.rstrip(".") if attempt.error else "no answer came"
                return OperationOutcome(OperationProgress.UNKNOWN, None, reason)
            if not response.ok:
                return OperationOutcome(
                    OperationProgress.UNKNOWN, response, f"{poll.address} answered HTTP {response.status}"
                )
            progress = poll.progress(response)
            if progress is not OperationProgress.RUNNING:
                return OperationOutcome(
                    progress, response, _words(response) if progress is OperationProgress.FAILED else ""
                )
            spent = self._clock.monotonic() - started
            if spent >= poll.timeout:
                reason = f"{poll.address} still says it is running after {spent:.1f} s (timeout {poll.timeout:g} s)"
                return OperationOutcome(OperationProgress.UNKNOWN, response, reason)
            asked = retry_after_of(response.headers, now=self._clock.now(), longest=LONGEST)
            pause = poll.interval if asked is None else asked
            await self._clock.sleep(min(max(pause, SHORTEST), max(poll.timeout - spent, SHORTEST)))

    async def thing(
        self, outcome: OperationOutcome, poll: OperationPoll, id_path: str, collection: str, deletion: str | None
    ) -> tuple[Any, str | None, Response | None]:
        """Find the thing an operation made: its body, its id, and the answer it came with.

        Args:
            outcome: The end of the operation.
            poll: How it was asked.
            id_path: JMESPath to the id in the thing.
            collection: Path that the creation was sent to.
            deletion: Path that removes the thing, with `SELF_ID`.
        """
        response = outcome.response
        if response is None:
            return None, None, None
        body = response.json
        if poll.thing:
            inside = jmespath.search(poll.thing, body) if isinstance(body, dict | list) else None
            # `done` and `failed` are over {http, headers, body}; a path written like theirs is understood as well
            body = jmespath.search(poll.thing, response.envelope()) if inside is None else inside
            if isinstance(body, str | int) and not isinstance(body, bool):
                return None, str(body), response
            return body, identity(id_path, body), response
        if urlsplit(response.url).path != urlsplit(self._caller.connection.url(self._below(poll.address))).path:
            return body, identity(id_path, body), response  # it redirected to the thing
        own = id_from_location(response.url, collection, deletion)
        if own is not None:  # the thing itself was asked
            return body, identity(id_path, body) or own, response
        return await self._pointed_at(response, id_path, collection, deletion, poll.like)

    def _below(self, address: str) -> str:
        """Return an address below the base URL: products name theirs from the root of the host, too."""
        base = urlsplit(self._caller.connection.base_url).path.rstrip("/")
        return address.removeprefix(base) if base and address.startswith(f"{base}/") else address

    async def _pointed_at(
        self,
        response: Response,
        id_path: str,
        collection: str,
        deletion: str | None,
        like: Mapping[str, Any] | None,
    ) -> tuple[Any, str | None, Response | None]:
        body = response.json if isinstance(response.json, dict) else {}
        links = [response.headers.get("location"), *(body.get(name) for name in _LINKS)]
        for link in (candidate for candidate in links if isinstance(candidate, str) and candidate):
            own = id_from_location(link, collection, deletion)
            if own is None:
                continue
            attempt = await self._caller.send(reading(like, self._below(link)), safe=True)
            if attempt.response is not None and attempt.response.ok and attempt.response.json is not None:
                return attempt.response.json, identity(id_path, attempt.response.json) or own, attempt.response
            return None, own, None
        kind = urlsplit(collection).path.rstrip("/").rpartition("/")[2].removesuffix("s")
        for name in (*_HOLDERS, kind):
            inner = body.get(name)
            if isinstance(inner, dict) and (found := identity(id_path, inner)):
                return inner, found, None
        for name in ("resource_id", "resourceId", f"{kind}_id", f"{kind}Id"):
            if found := identity(f'"{name}"', body):
                return None, found, None
        return None, None, None


def _words(response: Response) -> str:
    body = response.json
    said = body.get("error") if isinstance(body, dict) else None
    if isinstance(said, Mapping):
        said = said.get("message") or said.get("code")
    return str(said) if said else f"it ended as failed (HTTP {response.status})"


class RecordRequests:
    """What removes or settles single things: it sends requests, and waits for what the product does later.

    Args:
        caller: Sends the requests.
        redactor: Masks secrets in reasons.
        clock: Time.
        retry: How one request is repeated.
    """

    def __init__(self, caller: Caller, redactor: Redactor, clock: Clock, retry: RetryPolicy) -> None:
        self._caller = caller
        self._redactor = redactor
        self._clock = clock
        self._retry = retry
        self._operations = OperationWaiter(caller, clock)
