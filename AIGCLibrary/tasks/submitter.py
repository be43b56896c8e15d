"""Submits tasks so that none is submitted twice: a key where the provider takes one, a look-up where it has one."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import ApiError, TaskError
from AIGCLibrary.http.response import Response
from AIGCLibrary.http.retry import RETRYABLE, is_lasting, may_have_been_processed, never_sent
from AIGCLibrary.http.subject import SubjectAction, concerning
from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.client import ProviderAnswer, ProviderClient
from AIGCLibrary.tasks.compact import Moment
from AIGCLibrary.tasks.connections import refusal_hint, sign_in
from AIGCLibrary.tasks.errors import ProviderError
from AIGCLibrary.tasks.failures import excerpted, facts, failed_error, said_in
from AIGCLibrary.tasks.preparation import prepare
from AIGCLibrary.tasks.providers.refusals import is_about_input
from AIGCLibrary.tasks.providers.templates import blanks
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.registry import TaskRegistry
from AIGCLibrary.tasks.snapshot import Snapshot, TaskFailure, Trouble
from AIGCLibrary.tasks.states import ErrorClass, TaskOutcome, TaskState
from AIGCLibrary.tasks.submit_outcome import OrderLookup, SubmitAnswer, SubmitOutcome, SubmitTry, TakenOrder
from AIGCLibrary.tasks.tries import Tries
from AIGCLibrary.tasks.unfinished import unfinished
from AIGCLibrary.units import format_duration

log = logging.getLogger("aigc.tasks")
NO_SUCH_ADDRESS = frozenset({404, 405})
"""Answers to a submission that mean its URL or method is wrong, whatever its inputs."""
NOT_FOUND = 404
TOO_MANY = 429
UNSEEN = "; it could not be looked for"


class Submitter:
    """Sends the submissions.

    Args:
        clock: Time.
        registry: Keeps the intent before the request leaves, so that a crash loses nothing.
        address: Returns where the product is to send webhooks about a task.
        on_news: Takes the answer to a submit that reports the state already.
    """

    def __init__(
        self,
        clock: Clock,
        registry: TaskRegistry,
        on_news: Callable[[Task, ProviderClient, ProviderAnswer], None],
        address: Callable[[Task, ProviderClient], Awaitable[str | None]],
    ) -> None:
        self._clock = clock
        self._registry = registry
        self._on_news = on_news
        self._address = address

    def remember(self, task: Task) -> None:
        """Keep a submission that is not sent yet."""
        self._registry.add(task)

    async def submit(self, task: Task, client: ProviderClient) -> Response:
        """Submit a task; its record has the product's id afterwards.

        Raises:
            TaskFailedError: The product refused it.
            ProviderError: It could not be reached, or gave an answer without an id.
        """
        submit = client.provider.submit
        if submit is None:
            raise ProviderError(
                Text("tasks.submit.none", provider=task.provider),
                facts={"provider": task.provider},
            )
        if submit.idempotency and submit.idempotency.style == "hex":
            task.key = task.key.replace("-", "")
        self._registry.add(task)
        if submit.idempotency or submit.lookup:
            await self._registry.flush()
        answer = await self._send(task, client)
        response, found = answer.response, answer.remote_id
        envelope = {**response.envelope(), "task": task.about()}
        if found is None:
            order = self._taken(client, response, envelope)
            found = order.remote_id
            if found is None:
                raise self._refused(task, client, response, envelope, order.accepted)
        self._warn_duplicate(task, str(found))
        self._accepted(task, client, str(found), envelope, response)
        return response

    async def _send(self, task: Task, client: ProviderClient) -> SubmitAnswer:
        """Send a submission until there is an answer.

        As long as it may have arrived, it is looked for before it is sent again; where nobody can say whether it
        did, it is not sent again at all.
        """
        await prepare(task, client, self._clock)
        values = {**task.values(), "webhook_url": await self._webhook(task, client)}
        tries = Tries(task.sla, self._clock)
        what = "an earlier process, or an earlier try, may have sent it"
        while True:
            response: Response | None = None
            busy, lasting, absent = False, False, not task.unsure
            if task.unsure:
                seen = await self._look_up(task, client)
                absent = seen.absent
                if seen.response is not None and seen.remote_id is not None:
                    return SubmitAnswer(seen.response, seen.remote_id)
                if not absent and not what.endswith(UNSEEN):
                    what = what.rstrip(".") + UNSEEN
            if absent or self._idempotent(client):
                sent = await self._try(task, client, values)
                response, what, lasting = sent.response, sent.what, sent.lasting
                outcome = self._outcome(task, client, response)
                if response is not None and outcome is SubmitOutcome.FINAL:
                    return SubmitAnswer(response)
                busy = outcome is SubmitOutcome.BUSY
                task.unsure = task.unsure or not (sent.untaken or busy)
            if task.unsure and not self._repeatable(client):
                raise self._unknown(task, what)
            hint = client.reader.hint(response.envelope() if response else {})
            pause = tries.pause(busy, hint, lasting=lasting)
            if pause is not None:
                log.info(Text("tasks.submit.again", task=task.handle, pause=f"{pause:.1f} s", what=what))
                await self._clock.sleep(pause)
            elif response is not None:
                return SubmitAnswer(response)
            else:
                raise self._unreachable(task, what, tries.failures) if absent else self._unknown(task, what)

    async def _webhook(self, task: Task, client: ProviderClient) -> str | None:
        """Return where the product is to send its events."""
        address = await self._address(task, client)
        if address is None and client.provider.webhook is not None and client.provider.webhook.only:
            raise ProviderError(
                Text("tasks.submit.webhook_only", provider=task.provider),
                hint=Text("tasks.hint.webhook_only"),
                facts={"provider": task.provider},
            )
        return address

    async def _try(self, task: Task, client: ProviderClient, values: Any) -> SubmitTry:
        """Send a submission once."""
        submit = client.provider.submit
        if submit is not None and submit.held:
            self._in_flight(task, client, TaskState.PROCESSING)
        try:
            with concerning(client.about(SubjectAction.SUBMIT, task)):
                response = await client.send(self._request(client), values)
        except ApiError as error:
            if submit is not None and submit.held and never_sent(error):
                self._in_flight(task, client, TaskState.QUEUED)
            task.sent = str(error.facts.get("curl", ""))
            task.errors += 1
            return SubmitTry(None, error.message, never_sent(error), is_lasting(error))
        task.sent, task.last_body, task.last_status = response.sent or "", response.body, response.status
        task.errors += response.status in RETRYABLE
        untaken = not may_have_been_processed(response.status)
        said = said_in(response.body)
        return SubmitTry(response, f"HTTP {response.status}: {said}" if said else f"HTTP {response.status}", untaken)

    def _in_flight(self, task: Task, client: ProviderClient, state: TaskState) -> None:
        """Report that the product works on a held call, or that it took nothing yet."""
        if task.state is not state and not task.ended:
            self._on_news(task, client, ProviderAnswer(Snapshot(state), via="held"))

    def _outcome(self, task: Task, client: ProviderClient, response: Response | None) -> SubmitOutcome:
        """Return what an answer means for the next try."""
        if response is None:
            return SubmitOutcome.UNCERTAIN
        envelope = {**response.envelope(), "task": task.about()}
        if self._taken(client, response, envelope).remote_id is not None and response.status not in RETRYABLE:
            return SubmitOutcome.FINAL
        failure, busy = client.reader.refusal(envelope, response.status)
        if busy:
            self._in_flight(task, client, TaskState.QUEUED)
            return SubmitOutcome.BUSY
        spent = failure is not None and failure.error_class is ErrorClass.QUOTA and response.status == TOO_MANY
        return SubmitOutcome.UNCERTAIN if response.status in RETRYABLE and not spent else SubmitOutcome.FINAL

    @staticmethod
    def _taken(client: ProviderClient, response: Response, envelope: dict[str, Any]) -> TakenOrder:
        """Return whether an answer took the submission, and under which id."""
        submit = client.provider.submit
        assert submit is not None  # noqa: S101 - the caller has seen it
        accepted = submit.accepted.truth(envelope) if submit.accepted else response.ok
        found = submit.id(envelope) if accepted else None
        return TakenOrder(accepted, None if found in (None, "", [], {}) else found)

    def _request(self, client: ProviderClient) -> Any:
        from dataclasses import replace

        submit = client.provider.submit
        assert submit is not None  # noqa: S101 - the caller has seen it
        request, key = submit.request, submit.idempotency
        if key and key.header:
            request = replace(request, headers={**request.headers, key.header: "{key}"})
        if key and key.field and isinstance(request.json, dict):
            request = replace(request, json={**request.json, key.field: "{key}"})
        return request

    @staticmethod
    def _idempotent(client: ProviderClient) -> bool:
        return client.provider.submit is not None and client.provider.submit.idempotency is not None

    def _repeatable(self, client: ProviderClient) -> bool:
        submit = client.provider.submit
        return submit is not None and (submit.lookup is not None or self._idempotent(client))

    async def _look_up(self, task: Task, client: ProviderClient) -> OrderLookup:
        """Ask whether a submission that got no answer arrived after all."""
        submit = client.provider.submit
        if submit is None or submit.lookup is None or submit.lookup_id is None:
            return OrderLookup()
        try:
            response = await client.send(submit.lookup, task.values(), reading=True)
        except ApiError:
            return OrderLookup()
        found = submit.lookup_id({**response.envelope(), "task": task.about()}) if response.ok else None
        if found in (None, "", [], {}):
            return OrderLookup(response, None, response.ok or response.status in client.provider.missing.http)
        log.info(Text("tasks.submit.arrived", task=task.handle, id=found))
        return OrderLookup(response, str(found))

    def _warn_duplicate(self, task: Task, remote_id: str) -> None:
        """Report a product that returns an id for the second time."""
        twin = self._registry.find_duplicate(task, remote_id)
        if twin is not None and twin is not task and twin.key != task.key:
            values = {"id": remote_id, "other": twin.handle}
            task.warn(Text("tasks.warning.twin", **values))
            log.warning(Text("tasks.warning.twin_now", task=task.handle, **values))

    def _accepted(
        self, task: Task, client: ProviderClient, remote_id: str, envelope: dict[str, Any], response: Response
    ) -> None:
        submit = client.provider.submit
        assert submit is not None  # noqa: S101 - the caller has seen it
        task.remote_id = remote_id
        task.submitted, task.unsure = True, False
        if submit.reads_status:
            self._read(task, client, envelope, response)
        links = {name: expression(envelope) for name, expression in submit.urls.items()}
        if links:
            task.urls = {**task.urls, **{name: link for name, link in links.items() if isinstance(link, str) and link}}
        self._registry.record(
            task,
            Moment(self._clock.now(), TaskState.QUEUED, http_status=response.status, latency=response.elapsed),
        )
        self._registry.save(task)
        log.debug("Task '%s' is '%s' of provider '%s'.", task.handle, task.remote_id, task.provider)

    def _read(self, task: Task, client: ProviderClient, envelope: dict[str, Any], response: Response) -> None:
        """Take the answer to the submit as the first news of the task."""
        snapshot = client.reader.read(envelope, response.url, client.connection.base_url)
        if snapshot.state is TaskState.COMPLETED and not snapshot.files and client.provider.status is not None:
            return  # "success" of a submission that was taken; what became of it is asked for
        held = client.provider.submit is not None and client.provider.submit.held
        if snapshot.trouble is Trouble.UNREADABLE and not held:
            return  # an id and no state: that the submission was taken is all it has to say
        answer = ProviderAnswer(
            snapshot,
            response.status,
            response.elapsed,
            response.body,
            response.sent or "",
            via="submit",
            moment=held,
        )
        self._on_news(task, client, answer)

    def _refused(
        self, task: Task, client: ProviderClient, response: Response, envelope: dict[str, Any], accepted: bool
    ) -> TaskError:
        now = self._clock.now()
        task.unsure = task.unsure and response.status in RETRYABLE
        task.state, task.outcome = TaskState.FAILED, TaskOutcome.FAILED
        task.finished_at, task.duration = now, 0.0
        failure, busy = client.reader.refusal(envelope, response.status)
        barred = failure is not None and failure.error_class is ErrorClass.UNAUTHORIZED
        unauthorized = barred or response.status in (401, 403, 407)
        markup = "text/html" in response.headers.get("content-type", "").lower() and response.json is None
        page = accepted and response.ok and markup
        if not task.unsure and (not accepted or failure is not None or page):
            task.waive_cost()
        if busy:
            return self._busy(task, failure, response)
        absent = response.status == NOT_FOUND and not markup and failure is not None
        named = absent and failure is not None and is_about_input(failure.message, task.inputs)
        if unauthorized or page or (response.status in NO_SUCH_ADDRESS and not named):
            self._registry.save(task)
            return self._misdirected(task, client, response, unauthorized)
        if (response.status in RETRYABLE and response.status != TOO_MANY) or (accepted and failure is None):
            self._registry.save(task)
            excerpt = excerpted(response.body)
            what = Text("tasks.submit.no_id") if accepted else Text("tasks.submit.status", status=response.status)
            values = {"kind": task.kind, "provider": task.provider, "what": what, "body": excerpt}
            return ProviderError(
                Text("tasks.submit.answered", **values),
                hint=Text("tasks.hint.submit_refused", provider=task.provider),
                facts=facts(task, now, **{"class": "refused"}),
            )
        task.failure = failure or client.reader.failure(envelope, response.status)
        self._registry.save(task)
        refused = Text("tasks.error.refused", status=response.status)
        return failed_error(task, facts(task, now, phase="submit"), refused, client.provider)

    def _busy(self, task: Task, failure: TaskFailure | None, response: Response) -> ProviderError:
        """Build the error for a submission that the product did not take, as it has too much to do."""
        self._registry.save(task)
        now = self._clock.now()
        said = (failure.message if failure else "") or said_in(response.body)
        values = {
            "kind": task.kind,
            "provider": task.provider,
            "status": response.status,
            "said": Text("tasks.error.words", message=said.rstrip(".")) if said else "",
            "since": format_duration(now - task.submitted_at),
            "open": unfinished(self._registry.known(), task),
        }
        evidence = facts(task, now, phase="submit", time_left=0.0, **{"class": "busy"})
        return ProviderError(Text("tasks.submit.busy", **values), hint=Text("tasks.hint.busy"), facts=evidence)

    def _misdirected(self, task: Task, client: ProviderClient, response: Response, unauthorized: bool) -> ProviderError:
        """Build the error for a submission to a wrong address or without authorization: no fault of its inputs."""
        connection, asked = client.connection, client.asked(response)
        excerpt = excerpted(response.body)
        page = response.ok and not unauthorized  # a product's web page, or its sign-in page, in place of an answer
        values = {
            "kind": task.kind,
            "provider": task.provider,
            "asked": asked,
            "status": response.status,
            "said": Text("tasks.submit.said", body=excerpt) if excerpt and not page else "",
        }
        base = client.http.masked(connection.base_url)
        evidence = facts(task, self._clock.now(), phase="submit", url=asked, base_url=base, session=connection.alias)
        if unauthorized:
            return ProviderError(
                Text("tasks.submit.unauthorized", sign_in=sign_in(client.provider, connection), **values),
                hint=refusal_hint(client.provider, connection),
                facts={**evidence, "class": "unauthorized"},
            )
        known = {"base": base, "provider": task.provider, "alias": connection.alias}
        origin = Text(f"tasks.submit.of_{'session' if connection.alias else 'provider'}", **known)
        markup = Text("tasks.submit.page") if page else ""
        return ProviderError(
            Text("tasks.submit.not_found", origin=origin, page=markup, **values),
            hint=Text("tasks.hint.not_found", provider=task.provider, base=base, inputs=_in_path(task, client)),
            facts={**evidence, "class": "not_found"},
        )

    def _unknown(self, task: Task, what: str) -> ProviderError:
        self._give_up(task)
        return ProviderError(
            Text("tasks.submit.unknown", kind=task.kind, provider=task.provider, what=what.rstrip(".")),
            hint=Text("tasks.hint.submit_unknown", provider=task.provider),
            facts=facts(task, self._clock.now(), **{"class": "unknown"}),
        )

    def _unreachable(self, task: Task, what: str, failures: int) -> ProviderError:
        if not task.unsure:
            task.waive_cost()
        self._give_up(task)
        values = {"kind": task.kind, "provider": task.provider, "n": failures, "what": what.rstrip(".")}
        return ProviderError(
            Text("tasks.submit.unreachable", **values),
            hint=Text("tasks.hint.outage"),
            facts=facts(task, self._clock.now(), **{"class": "unreachable"}),
        )

    def _give_up(self, task: Task) -> None:
        task.outcome = TaskOutcome.FAILED
        self._registry.save(task)


def _in_path(task: Task, client: ProviderClient) -> Text | str:
    """Return the inputs of the test that the path of a submission holds, since they may be what does not exist."""
    submit = client.provider.submit
    names = sorted(blanks(submit.request.path) & set(task.inputs)) if submit else []
    shown = client.http.masked(", ".join(f"{name}={task.inputs[name]}" for name in names))
    return Text("tasks.hint.in_path", inputs=shown) if names else ""
