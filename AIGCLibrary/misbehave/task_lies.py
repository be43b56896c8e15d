"""Changes what answers say about tasks: they never start, stand still, fail, or end without a file."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from AIGCLibrary.clock import Clock
from AIGCLibrary.http.subject import RequestSubject, SubjectAction, SubjectTask
from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest
from AIGCLibrary.http.writing import rewritten
from AIGCLibrary.misbehave.choosing import Choice, DisturbedTask
from AIGCLibrary.misbehave.faults import FaultGroup
from AIGCLibrary.misbehave.media.impossible import ImpossibleFaultError
from AIGCLibrary.misbehave.scenario import Disturbance
from AIGCLibrary.misbehave.watching import WATCH

log = logging.getLogger("aigc.misbehave")
LATE = frozenset({"no_file", "failure_in_body", "fail_class"})
"""Faults that show when the task is completed."""
EARLY = frozenset({"slow_queue", "stall", "never_end"})
CREEP = 60.0
"""Seconds after which a task that never ends says that it is half done."""
FAILURE = {"error": {"code": "internal_error", "message": "internal error"}}


class UnsayableError(Exception):
    """A lie cannot be said in the words of a product."""

    def __init__(self, lie: Disturbance) -> None:
        super().__init__(lie.text)
        self.lie = lie


class ResultFiles(Protocol):
    """Takes the files of a completed task, and makes what their announcement has to say."""

    async def announced(self, request: OutgoingRequest, task: DisturbedTask, part: Any, urls: tuple[str, ...]) -> bool:
        """Return whether the announcement was changed."""
        ...


class TaskLies:
    """Changes answers about tasks.

    Args:
        choice: What is hit.
        clock: Time.
        files: Takes the files of completed tasks.
    """

    def __init__(self, choice: Callable[[], Choice], clock: Clock, files: ResultFiles) -> None:
        self._choice, self._clock, self._files = choice, clock, files
        self._tasks: dict[str, DisturbedTask] = {}

    def known(self, subject: SubjectTask) -> DisturbedTask:
        """Return a task; one that repeats another is that one."""
        key = subject.retry_of if subject.retry_of in self._tasks else subject.key
        found = self._tasks.get(key)
        if found is None:
            found = self._tasks[key] = self._choice().task(subject.kind, self._clock.monotonic())
            WATCH.note("task", subject.kind)
        self._tasks[subject.key] = found
        if not found.settled:
            found.settled = True
            choice = self._choice()
            lies = [
                disturbance
                for disturbance in choice.of_group(FaultGroup.TASK)
                if choice.hit(disturbance, found.kind, found.number)
            ]
            found.lies = tuple(lies)
        return found

    def forget_choice(self) -> None:
        """Decide again for all tasks: the scenario is another one."""
        for task in self._tasks.values():
            task.lies, task.settled = (), False

    def repeated(self, subject: RequestSubject | None) -> IncomingAnswer | None:
        """Return the answer to an order of a task that failed by a lie: the one to its first order, at no cost."""
        if subject is None or subject.action not in (SubjectAction.SUBMIT, SubjectAction.RETRY):
            return None
        task = self.known(subject.tasks[0])
        repeats = subject.action is SubjectAction.RETRY or subject.tasks[0].retry_of is not None
        return task.order if repeats and any(disturbance.fault.name in LATE for disturbance in task.lies) else None

    def uncancellable(self, subject: RequestSubject | None) -> bool:
        """Return whether a request cancels a task that goes on by a lie alone: no tape holds the answer."""
        cancels = subject is not None and subject.action is SubjectAction.CANCEL
        return cancels and subject is not None and bool(self.known(subject.tasks[0]).lies)

    def ordered(self, subject: RequestSubject, answer: IncomingAnswer) -> None:
        """Note the answer to an order."""
        if subject.action is SubjectAction.SUBMIT and answer.status < 400:
            self.known(subject.tasks[0]).order = answer

    async def changed(
        self, subject: RequestSubject, request: OutgoingRequest, answer: IncomingAnswer
    ) -> IncomingAnswer:
        """Return an answer with what it says about tasks changed; the same answer where nothing is to be changed."""
        if subject.editor is None or answer.status >= 400:
            return answer
        tasks = [(subject_task, self.known(subject_task)) for subject_task in subject.tasks]
        body = _json(answer.body)
        if body is None:
            return answer
        edited = False
        for about, task in tasks:
            part = subject.editor.part(body, about.remote_id)
            if part is None:
                continue
            if self._fails(subject, task, part, answer.url):
                if len(tasks) == 1:
                    return _with_body(answer, FAILURE)
                _reduce(part, about.remote_id)
                edited = True
                continue
            try:
                edited |= await self._edit(subject, request, task, part, answer.url)
            except UnsayableError as error:
                self._give_up(task, error.lie, answer.url)
                return await self.changed(subject, request, answer)  # from the answer as it came
        return _with_body(answer, body) if edited else answer

    def _give_up(self, task: DisturbedTask, lie: Disturbance, url: str) -> None:
        """Take back a lie that cannot be said in the words of the product."""
        task.lies = tuple(disturbance for disturbance in task.lies if disturbance is not lie)
        self._choice().take_back(lie)
        error = ImpossibleFaultError(
            f"'{lie.text}' cannot be made from the answers of '{url}': their description computes the state."
        )
        WATCH.impossible.append(error.message)
        log.warning("%s", error.message)

    @staticmethod
    def _fails(subject: RequestSubject, task: DisturbedTask, part: Any, url: str) -> bool:
        """Return whether the answer is an envelope with a failure, whatever it said."""
        assert subject.editor is not None  # noqa: S101 - the caller has seen it
        hit = any(disturbance.fault.name == "failure_in_body" for disturbance in task.lies)
        return hit and subject.editor.state(part, url) == "completed"

    async def _edit(
        self, subject: RequestSubject, request: OutgoingRequest, task: DisturbedTask, part: Any, url: str
    ) -> bool:
        editor = subject.editor
        assert editor is not None  # noqa: S101 - the caller has seen it
        before = editor.state(part, url)
        edited = False
        alone = subject.action is SubjectAction.RESULT  # it has no state
        for lie in task.lies:
            name, done = lie.fault.name, True
            if (name in EARLY and alone) or before == "cancelled":
                continue
            pretended = self._pretended(lie, task, before)
            if pretended is not None:
                done = editor.unfinished(part, url, *pretended)
            elif name == "slow_queue":
                edited |= editor.untimed(part)  # else the product would say that it was done before
                continue
            elif name == "fail_class" and before == "completed":
                done = editor.failed(part, url, lie.value)
            elif name == "no_file" and before == "completed":
                done = editor.without_files(part, url)
            else:
                continue
            if not done:
                raise UnsayableError(lie)
            edited = True
        if editor.state(part, url) == "completed":
            WATCH.took(task.kind, self._clock.monotonic() - task.began)
            urls = editor.files(part, url)
            edited |= bool(urls) and await self._files.announced(request, task, part, urls)
        return edited

    def _pretended(self, lie: Disturbance, task: DisturbedTask, before: str) -> tuple[str, float] | None:
        """Return the state and progress that a task is said to have instead; None where it is not said to go on."""
        name, passed = lie.fault.name, self._clock.monotonic() - task.began
        if name == "slow_queue" and passed < lie.value:
            return "queued", 0.0
        if name not in ("stall", "never_end") or before not in ("processing", "completed"):
            return None
        return "processing", lie.value if name == "stall" else 0.99 * passed / (passed + CREEP)

    def silences(self, task: DisturbedTask) -> bool:
        """Return whether the product's own messages would say something else than its answers now do."""
        return bool(task.lies)

    def by_token(self, name: str, tokens: dict[str, str]) -> DisturbedTask | None:
        """Return the task whose order named an address for messages."""
        key = tokens.get(name)
        return self._tasks.get(key) if key else None


def _reduce(part: dict[str, Any], remote_id: str | None) -> None:
    """Leave nothing of an item of a list but its name and a failure."""
    inner = part
    while len(inner) == 1 and isinstance(next(iter(inner.values())), dict):
        inner = next(iter(inner.values()))
    for name in [name for name, value in inner.items() if str(value) != remote_id]:
        del inner[name]
    inner.update(FAILURE)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _with_body(answer: IncomingAnswer, body: Any) -> IncomingAnswer:
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "etag")}
    return replace(answer, headers=headers, body=rewritten(answer.body, body))
