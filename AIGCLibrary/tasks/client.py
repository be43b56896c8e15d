"""Speaks to one product as its description says: submit, status, batch, result, cancel, retry."""

import asyncio
import json
import logging
import marshal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from AIGCLibrary.errors import ApiError, ConfigError
from AIGCLibrary.http.auth.tokens import TokenAuth
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.response import Response, Sent
from AIGCLibrary.http.retry import may_repeat_read
from AIGCLibrary.http.subject import RequestSubject, SubjectAction, SubjectTask, concerning
from AIGCLibrary.tasks.answer_edits import ProviderAnswerEditor
from AIGCLibrary.tasks.providers.classify import is_temporary
from AIGCLibrary.tasks.providers.hooks import understood
from AIGCLibrary.tasks.providers.model import Batch, PrepareStep, Provider, RequestTemplate
from AIGCLibrary.tasks.providers.reader import Reader
from AIGCLibrary.tasks.providers.templates import blanks, fill_body, fill_path, fill_query, fill_text, has_all
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.result_pages import FIRST, PageSender, ResultPages
from AIGCLibrary.tasks.snapshot import ResultFile, Snapshot, Trouble
from AIGCLibrary.tasks.states import ErrorClass, TaskState
from AIGCLibrary.tasks.uploads import FileInputs, Upload, refuse_files

log = logging.getLogger("aigc.tasks")
LISTS = 1000
"""Batches whose last answer is remembered, by its hash."""


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """One answer about one task.

    Args:
        snapshot: What it means.
        body: As it came; empty when no answer came.
        sent: The request it answers; as text it is a curl command.
        problem: Why no answer came.
        mark: The same for answers that are word for word the same; 0 for those that must always be read.
        asked: Method and URL of the request, secrets masked.
        completed: The state is known to be completed; only the request for its result failed.
        final: What the task is when the request for its result goes on to fail this way.
        moment: It was sent by the product when what it reports happened, by a stream, a webhook or a held call.
    """

    snapshot: Snapshot
    http_status: int | None = None
    latency: float | None = None
    body: bytes = b""
    sent: Sent | str = ""
    problem: str = ""
    via: str = "poll"
    mark: int = 0
    asked: str = ""
    moment: bool = False
    completed: bool = False
    final: Snapshot | None = None


SAME = ProviderAnswer(Snapshot(TaskState.PROCESSING), via="same")
"""Stands for an answer that is word for word the one before it; it is not read again."""


def mark_of(content: bytes) -> int:
    """Return the mark of an answer: 60 bits of a hash, which Python keeps in fewer bytes than 64."""
    return hash(content) & (2**60 - 1)


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """Put a query behind a path, so that the curl command in a diagnosis is whole; lists repeat the name."""
    if not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query, doseq=True, safe=',')}"


class ProviderClient:
    """The requests of one provider over one connection.

    Args:
        http: Sends them.
        reader: Reads the answers, and holds the description.
        connection: Where to.
    """

    def __init__(self, http: HttpClient, reader: Reader, connection: Connection) -> None:
        self.http = http
        self.reader = reader
        self.provider = reader.provider
        self.connection = connection
        self._lists: dict[int, int] = {}
        self._hook = self.provider.hook
        self._files = FileInputs(self.provider.inputs)
        self._body_token = isinstance(connection.auth, TokenAuth) and self.provider.token_in_requests
        self._file_steps = _file_steps(self.provider)
        self._may_hold_files = self.provider.submit is not None
        self._editor = ProviderAnswerEditor(reader)
        self._result_editor = ProviderAnswerEditor(reader, result=True)
        self._by_id_alone = self.provider.status is not None and _needs_only_id(self.provider.status)

    async def send(
        self,
        request: RequestTemplate,
        values: Mapping[str, Any],
        timeout: float | None = None,
        *,
        reading: bool = False,
    ) -> Response:
        """Fill in a request and send it.

        Args:
            request: The request.
            values: What its blanks are filled with.
            timeout: Seconds it may take.
            reading: It changes nothing at the product, whatever its method says.

        Raises:
            ApiError: No answer came.
            ConfigError: A blank has no value.
        """
        if self._files.sent_by(request.body, values):
            values = await asyncio.to_thread(self._files.resolved, values)
        response = await self._exchanged(request, values, timeout, reading)
        return understood(self._hook, response) if self._hook is not None and self._hook.read else response

    async def _exchanged(
        self, request: RequestTemplate, values: Mapping[str, Any], timeout: float | None, reading: bool
    ) -> Response:
        """Send a request, with the token where it is part of the request itself; again where it was refused."""
        if not self._body_token:
            return await self._sent(request, values, timeout, reading)
        auth = self.connection.auth
        assert isinstance(auth, TokenAuth)  # noqa: S101 - `connection_for` has made it
        token = await auth.value(self.http)
        response = await self._sent(request, {**values, "token": token}, timeout, reading)
        if not await auth.replaced(response, token, self.http):
            return response
        return await self._sent(request, {**values, "token": await auth.value(self.http)}, timeout, reading)

    async def _sent(
        self, request: RequestTemplate, values: Mapping[str, Any], timeout: float | None, reading: bool
    ) -> Response:
        name = self.provider.name
        path = request.path if request.by_id is None or has_all(request.path, values) else request.by_id
        body = await self._body(request, values, path) if request.body is not None else {}
        path = fill_path(path, values, name)
        # As those of the connection: they are the product's, and a link of its answer may lead to a storage of others.
        headers: Mapping[str, str] = self.provider.headers if "://" not in path or self.connection.owns(path) else {}
        if request.headers:
            headers = {**headers, **{key: fill_text(value, values, name) for key, value in request.headers.items()}}
        return await self.http.request(
            request.method,
            with_query(path, fill_query(request.query, values, name)) if request.query else path,
            self.connection,
            headers=headers or None,
            timeout=timeout or request.timeout,
            reading=reading,
            **body,
        )

    async def _body(self, request: RequestTemplate, values: Mapping[str, Any], path: str) -> dict[str, Any]:
        """Return the body of a request, as arguments for the HTTP client."""
        name, elsewhere = self.provider.name, [path, request.query, request.headers]
        body: dict[str, Any] = {}
        if request.json is not None:
            sent = [blank for step, blank in self._file_steps if _was_sent(step, values)]
            body["json"] = fill_body(request.json, values, name, [*elsewhere, sent])
            if self._may_hold_files:
                refuse_files(body["json"], name)
        elif request.form is not None:
            body["data"] = {key: str(value) for key, value in fill_body(request.form, values, name, elsewhere).items()}
        elif request.multipart is not None:
            body["data"] = _multipart(fill_body(request.multipart, values, name, elsewhere))
        elif request.text is not None:
            body["data"] = fill_text(request.text, values, name)
        elif request.file is not None:
            body["data"] = await asyncio.to_thread(_content, fill_body(request.file, values, name), request.file, name)
        return body

    def about(self, action: SubjectAction, task: Task) -> RequestSubject:
        """Describe what a request is about, for the transport."""
        submit = self.provider.submit
        if action is SubjectAction.RESULT:
            editor = self._result_editor
        elif action is SubjectAction.STATUS or (
            action is SubjectAction.SUBMIT and submit is not None and (submit.held or submit.reads_status)
        ):
            editor = self._editor
        else:
            return RequestSubject(action, _subjects([task]))
        return RequestSubject(action, _subjects([task]), editor)

    def asked(self, response: Response) -> str:
        """Return method and URL of a request, secrets masked, as messages show them."""
        shown = self.http.masked(f"{response.method} {response.url}")
        return f"{shown} ({response.redirect})" if response.redirect else shown

    async def status(self, task: Task, timeout: float | None = None, known: int = 0) -> ProviderAnswer:
        """Ask for the state of a task; what goes wrong is part of the answer.

        Args:
            task: The task.
            timeout: Seconds the request may take.
            known: Mark of the answer before; the same one again returns `SAME`.
        """
        request = self.provider.status
        if request is None:
            return ProviderAnswer(Snapshot(task.state, task.raw), via="none")
        try:
            values = {"id": task.remote_id} if self._by_id_alone and task.remote_id else task.values()
            with concerning(self.about(SubjectAction.STATUS, task)):
                response = await self.send(request, values, timeout, reading=True)
            plain = response.status == 200 and not self.provider.then
            mark = mark_of(response.body) if plain and not self.reader.told_to_wait(response.headers) else 0
            if mark and mark == known:
                return SAME
            envelope = {**response.envelope(), "task": task.about()}
            for then in self.provider.then:
                self._let(envelope)
                if then.when is None or then.when.truth(envelope):
                    more = await self.send(then, task.values(), timeout, reading=True)
                    envelope[then.name] = more.envelope()
        except ApiError as error:
            return _unanswered(error)
        snapshot = self.reader.read(envelope, response.url, self.connection.base_url)
        snapshot = _binary(snapshot, response, not snapshot.files)
        if snapshot.state is TaskState.COMPLETED and not snapshot.trouble and self.provider.result.request:
            return await self._with_result(task, snapshot, response, timeout)
        asked = self.asked(response) if snapshot.trouble else ""
        return replace(_answer(snapshot, response), mark=mark, asked=asked)

    async def batch(self, batch: Batch, tasks: Sequence[Task], marks: Iterable[int]) -> list[ProviderAnswer | None]:
        """Ask for several tasks at once.

        Args:
            batch: How.
            tasks: The tasks.
            marks: Of each, the mark of the answer before; the same one again returns `SAME`.

        Returns:
            An answer for each; None for tasks that the list does not hold.
        """
        ids, known = [str(task.remote_id) for task in tasks], list(marks)
        values = {**tasks[0].values(), "ids": ids if batch.join is None else batch.join.join(ids)}
        try:
            editor = ProviderAnswerEditor(self.reader, batch)
            with concerning(RequestSubject(SubjectAction.STATUS, _subjects(tasks), editor)):
                response = await self.send(batch.request, values, reading=True)
        except ApiError as error:
            return [_unanswered(error, "batch")] * len(tasks)
        waits = self.reader.told_to_wait(response.headers)
        asked, content = hash(tuple(ids)), hash(response.body)
        if response.status == 200 and all(known) and not waits and self._lists.get(asked) == content:
            return [SAME] * len(tasks)
        envelope = response.envelope()
        if response.status >= 400:
            snapshot = self.reader.read({**envelope, "task": {}})
            bad = snapshot.trouble in (Trouble.RETRY, Trouble.UNAUTHORIZED)
            return [_answer(snapshot, response, "batch") if bad else None] * len(tasks)
        items = batch.items(envelope)
        found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        by_id = {str(batch.item_id(item)): item for item in found}
        answers: list[ProviderAnswer | None] = []
        for name, task, before in zip(ids, tasks, known, strict=True):
            item = by_id.get(name)
            # The same item means the same; only its hash is kept, as ten thousand items would take much memory.
            mark = 0 if item is None or waits else mark_of(marshal.dumps(item))
            if mark and mark == before:
                answers.append(SAME)
            else:
                answers.append(None if item is None else self._item(batch, task, item, response, mark))
        if len(self._lists) > LISTS:
            self._lists.clear()
        self._lists[asked] = content
        return answers

    def _item(self, batch: Batch, task: Task, item: dict[str, Any], response: Response, mark: int) -> ProviderAnswer:
        body: Any = item
        for name in reversed(batch.body.split(".")[1:]):
            body = {name: body}
        envelope = {"http": {"status": response.status}, "headers": dict(response.headers), "body": body}
        about = {**envelope, "task": task.about()}
        snapshot = self.reader.read(about, response.url, self.connection.base_url)
        raw = json.dumps(item, ensure_ascii=False).encode() if snapshot.state.ended else b""
        return ProviderAnswer(
            snapshot, response.status, response.elapsed, raw, response.sent or "", via="batch", mark=mark
        )

    async def _with_result(
        self, task: Task, snapshot: Snapshot, status: Response, timeout: float | None
    ) -> ProviderAnswer:
        request = self.provider.result.request
        assert request is not None  # noqa: S101 - the caller has seen it
        try:
            # Results may live behind ids of the status answer: minimax's file_id, gradio's path.
            body = status.json if isinstance(status.json, dict) else {}
            values = {**body, **FIRST, **task.values()}
            with concerning(self.about(SubjectAction.RESULT, task)):
                response = await self.send(request, values, timeout, reading=True)
        except ApiError as error:
            return replace(_unanswered(error), completed=True)
        if may_repeat_read(response.status) or response.status in (401, 403):
            trouble = Trouble.UNAUTHORIZED if response.status in (401, 403) else Trouble.RETRY
            unread = Snapshot(TaskState.PROCESSING, raw=f"HTTP {response.status}", trouble=trouble)
            final = self._failed_result(task, snapshot, response) if response.status == 500 else None
            return replace(_answer(unread, response), asked=self.asked(response), completed=True, final=final)
        envelope = {**response.envelope(), "task": task.about(), "status": status.envelope()}
        if response.status >= 400:
            failure = self.reader.failure(envelope, response.status)
            return _answer(replace(snapshot, state=TaskState.FAILED, failure=failure), response)
        read = self.reader.result(envelope, response.url, self.connection.base_url)
        refused = None if read.files else self._of_question(envelope, response)
        if refused is not None:
            unread = Snapshot(TaskState.PROCESSING, raw=f"HTTP {response.status}", trouble=refused)
            return replace(_answer(unread, response), asked=self.asked(response), completed=True)
        merged = replace(snapshot, result=read.result, files=read.files, failure=read.failure, state=read.state)
        merged = _binary(merged, response, not read.files)
        if self.provider.result.next is None or merged.state is not TaskState.COMPLETED:
            return _answer(merged, response)
        return await self._with_pages(
            merged, response, envelope, lambda more: self.send(request, {**values, **more}, timeout, reading=True)
        )

    def _failed_result(self, task: Task, snapshot: Snapshot, response: Response) -> Snapshot | None:
        """Return what an error of the product itself, not of a gateway, says of the result of a completed task."""
        if not isinstance(response.json, dict):
            return None
        failure = self.reader.failure({**response.envelope(), "task": task.about()}, response.status)
        message = f"it is completed, but its result cannot be read: {failure.message}".rstrip(": ")
        failure = replace(failure, message=message, code=failure.code or f"HTTP {response.status}")
        return replace(snapshot, state=TaskState.FAILED, failure=failure)

    async def _with_pages(
        self, snapshot: Snapshot, first: Response, envelope: dict[str, Any], send: PageSender
    ) -> ProviderAnswer:
        """Return the answer with the files of all pages; a page that cannot be had now is asked for again."""
        assert self.provider.result.next is not None  # noqa: S101 - the caller has seen it
        pages = ResultPages(self.provider.result.next, send, lambda page: self._files_of(page, envelope))
        more = await pages.behind(first)
        if more is None:
            unread = Snapshot(TaskState.PROCESSING, raw="page of the result", trouble=Trouble.RETRY)
            return replace(_answer(unread, first), completed=True)
        return _answer(replace(snapshot, files=(*snapshot.files, *more)), first)

    def _files_of(self, page: Response, envelope: dict[str, Any]) -> tuple[ResultFile, ...]:
        about = {**envelope, **page.envelope()}
        return self.reader.result(about, page.url, self.connection.base_url).files

    def _of_question(self, envelope: dict[str, Any], response: Response) -> Trouble | None:
        """Return why an answer to a request for the result says nothing of it: for its token, or for load."""
        failure, busy = self.reader.refusal(envelope, response.status)
        if failure is None:
            return None
        if failure.error_class is ErrorClass.UNAUTHORIZED:
            return Trouble.UNAUTHORIZED
        return Trouble.RETRY if busy or is_temporary(failure.code, failure.message) else None

    def _let(self, envelope: dict[str, Any]) -> None:
        for name, expression in self.provider.lets:
            envelope[name] = expression(envelope)


def _subjects(tasks: Sequence[Task]) -> tuple[SubjectTask, ...]:
    return tuple(SubjectTask(task.handle, task.kind, task.remote_id, task.retry_of) for task in tasks)


def _binary(snapshot: Snapshot, response: Response, wanted: bool) -> Snapshot:
    """Take an answer that is the file itself as a link to it."""
    media_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
    textual = media_type.startswith("text/") or "json" in media_type or "xml" in media_type or not media_type
    if not wanted or snapshot.state is not TaskState.COMPLETED or snapshot.trouble or textual:
        return snapshot
    import hashlib

    from AIGCLibrary.tasks.snapshot import ResultFile

    file = ResultFile(
        response.url,
        _disposition(response.headers.get("content-disposition", "")),
        media_type,
        len(response.body),
        hashlib.sha256(response.body).hexdigest(),
    )
    return replace(snapshot, files=(file,), result={"media_type": media_type, "size": len(response.body)})


def _disposition(value: str) -> str | None:
    import re
    from urllib.parse import unquote

    star = re.search(r"filename\*=(?:UTF-8|utf-8)''([^;]+)", value)
    plain = re.search(r'filename="?([^";]+)"?', value)
    return unquote(star[1]) if star else (plain[1] if plain else None)


def _needs_only_id(request: RequestTemplate) -> bool:
    """Return whether the id fills all blanks of a request, so that nothing else is looked up for each poll."""
    parts = [request.path, request.query, request.headers]
    return request.body is None and request.by_id is None and all(blanks(part) <= {"id"} for part in parts)


def _answer(snapshot: Snapshot, response: Response, via: str = "poll") -> ProviderAnswer:
    return ProviderAnswer(snapshot, response.status, response.elapsed, response.body, response.sent or "", via=via)


def _unanswered(error: ApiError, via: str = "poll") -> ProviderAnswer:
    curl = str(error.facts.get("curl", ""))
    return ProviderAnswer(
        Snapshot(TaskState.PROCESSING, trouble=Trouble.RETRY), sent=curl, problem=error.message, via=via
    )


def _file_steps(provider: Provider) -> list[tuple[PrepareStep, str]]:
    """Return the steps before a submission that send a file, each with its blank: `*` does not repeat it in JSON."""
    files = [name for name, kind in provider.inputs.items() if kind == "file"]
    found = ((step, blanks([step.request.file, step.request.multipart])) for step in provider.prepare)
    return [(step, f"{{{name}}}") for step, names in found for name in files if name in names]


def _was_sent(step: PrepareStep, values: Mapping[str, Any]) -> bool:
    """Return whether a step was sent, as far as can be seen: one with a condition by what it saved."""
    return step.request.when is None or (bool(step.save) and all(name in values for name in step.save))


def _multipart(fields: Mapping[str, Any]) -> Any:
    """Build a multipart body: files as such, lists field by field, all else as text or JSON."""
    import aiohttp

    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        for item in value if isinstance(value, list) and any(isinstance(part, Upload) for part in value) else [value]:
            if isinstance(item, Upload):
                form.add_field(name, item.read(), filename=item.name, content_type=item.media_type)
            else:
                form.add_field(name, item if isinstance(item, str) else json.dumps(item))
                _warn_of_path(name, item)
    return form


def _warn_of_path(name: str, value: Any) -> None:
    """Warn of a text that is the path of a file: it is sent as text, as long as nothing says that a file is meant."""
    if isinstance(value, str) and "/" in value and len(value) < 1000 and Path(value).is_file():
        log.warning(
            "Field '%s' is sent as the text '%s'. To send the file, describe the input as 'inputs: {%s: file}'.",
            name,
            value,
            name,
        )


def _content(value: Any, blank: str, provider: str) -> bytes:
    if isinstance(value, Upload):
        return value.read()
    raise ConfigError(
        f"'{blank}' of provider '{provider}' must be a file to be sent as a body. Describe it as 'inputs: "
        f"{{{blank.strip('{}')}: file}}'; the value given is '{str(value)[:100]}'."
    )
