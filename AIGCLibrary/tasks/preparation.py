"""What goes before a submission: the steps of `prepare` and the function of a hook, once for each submission."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.response import Response
from AIGCLibrary.http.retry import is_lasting, may_repeat, never_sent
from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.client import ProviderClient
from AIGCLibrary.tasks.errors import ProviderError
from AIGCLibrary.tasks.failures import excerpted, facts
from AIGCLibrary.tasks.providers.hooks import called
from AIGCLibrary.tasks.providers.model import PrepareStep
from AIGCLibrary.tasks.record import Task

log = logging.getLogger("aigc.tasks")
SAFE = frozenset({"GET", "PUT", "DELETE"})
"""Methods that may be sent twice (RFC 9110 §9.2.2)."""


async def prepare(task: Task, client: ProviderClient, clock: Clock) -> None:
    """Do what goes before the submission of a task; what was saved becomes part of the task.

    Raises:
        ProviderError: A step failed; the submission was not sent.
    """
    provider = client.provider
    if task.prepared or not (provider.prepare or (provider.hook and provider.hook.prepare)):
        return
    envelope: dict[str, Any] = {"task": task.about()}
    saved: dict[str, Any] = {}
    for number, step in enumerate(provider.prepare, 1):
        if step.request.when is not None and not step.request.when.truth(envelope):
            continue
        name = step.request.name or str(number)
        answer = (await _sent(step, name, task, client, saved, clock)).envelope()
        envelope |= {**answer, name: answer}
        for key, expression in step.save.items():
            value = expression(envelope)
            if value in (None, ""):
                what = Text("tasks.prepare.nothing", name=key, place=expression.text)
                raise _failed(task, client, name, what, str(answer["body"]))
            saved[key] = value
    if provider.hook and provider.hook.prepare:
        about = {"kind": task.kind, "key": task.key, "inputs": dict(task.inputs) | saved}
        api = _LoopApi(client, asyncio.get_running_loop())
        found = await asyncio.to_thread(called, provider.hook, "prepare", about, api)
        saved |= dict(found or {})
    task.prepared = saved


async def _sent(
    step: PrepareStep, name: str, task: Task, client: ProviderClient, saved: Mapping[str, Any], clock: Clock
) -> Response:
    """Send a step until it is answered; it is repeated where that does no harm."""
    failures, safe = 0, step.request.method in SAFE
    while True:
        try:
            response = await client.send(step.request, {**task.values(), **saved})
        except ApiError as error:
            what, body, again = error.message, "", (safe or never_sent(error)) and not is_lasting(error)
        else:
            task.sent, task.last_body, task.last_status = response.sent or "", response.body, response.status
            envelope = {**response.envelope(), "task": task.about()}
            if step.accepted.truth(envelope) if step.accepted else response.ok:
                return response
            what, body = f"{client.asked(response)}: HTTP {response.status}", excerpted(response.body)
            again = may_repeat(response.status, safe=safe)
        failures += 1
        if not again or failures > task.sla.retry_times:
            raise _failed(task, client, name, what, body)
        await clock.sleep(task.sla.pause(failures))


def _failed(task: Task, client: ProviderClient, name: str, what: Text | str, body: str) -> ProviderError:
    task.waive_cost()
    return ProviderError(
        Text("tasks.prepare.failed", step=name, kind=task.kind, provider=task.provider, what=what, body=body),
        hint=Text("tasks.hint.prepare", provider=task.provider),
        facts=facts(task, task.submitted_at, phase="prepare", step=name, url=client.http.masked(str(what))),
    )


class _LoopApi:
    """Sends a hook's requests from its thread over the loop."""

    def __init__(self, client: ProviderClient, loop: asyncio.AbstractEventLoop) -> None:
        self._client, self._loop = client, loop

    def request(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Send a request; see `HookApi`."""
        sending = self._client.http.request(method, path, self._client.connection, **content)
        return asyncio.run_coroutine_threadsafe(sending, self._loop).result().envelope()
