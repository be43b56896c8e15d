"""Speaks to one product as its description says: submit, status, batch, result, cancel, retry."""

import json
import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from AIGCLibrary.connection import Connection
from AIGCLibrary.errors import ApiError
from AIGCLibrary.http import HttpClient, Response
from AIGCLibrary.tasks.providers.model import Batch, Request
from AIGCLibrary.tasks.providers.reader import Reader
from AIGCLibrary.tasks.providers.templates import fill_body, fill_path, fill_query, fill_text, has_all
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.snapshot import Snapshot, Trouble
from AIGCLibrary.tasks.states import State


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer about one task.

    Args:
        snapshot: What it means.
        body: As it came; empty when no answer came.
        problem: Why no answer came.
        asked: Method and URL of the request, secrets masked.
    """

    snapshot: Snapshot
    http_status: int | None = None
    latency: float | None = None
    body: bytes = b""
    curl: str = ""
    problem: str = ""
    via: str = "poll"
    asked: str = ""


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
        self._last: dict[str, tuple[bytes, Snapshot]] = {}
        self._items: dict[str, tuple[int, Answer]] = {}

    async def send(self, request: Request, values: Mapping[str, Any], timeout: float | None = None) -> Response:
        """Fill in a request and send it.

        Raises:
            ApiError: No answer came.
            ConfigError: A blank has no value.
        """
        name = self.provider.name
        headers = {
            **self.provider.headers,
            **{key: fill_text(value, values, name) for key, value in request.headers.items()},
        }
        path = request.path if request.by_id is None or has_all(request.path, values) else request.by_id
        elsewhere = [path, dict(request.query), dict(request.headers)]
        body: dict[str, Any] = {}
        if request.json is not None:
            body["json"] = fill_body(request.json, values, name, elsewhere)
        elif request.form is not None:
            body["data"] = {key: str(value) for key, value in fill_body(request.form, values, name, elsewhere).items()}
        elif request.multipart is not None:
            body["data"] = _multipart(fill_body(request.multipart, values, name, elsewhere))
        elif request.text is not None:
            body["data"] = fill_text(request.text, values, name)
        return await self.http.request(
            request.method,
            with_query(fill_path(path, values, name), fill_query(request.query, values, name)),
            self.connection,
            headers=headers or None,
            timeout=timeout or request.timeout,
            **body,
        )

    def asked(self, response: Response) -> str:
        """Give method and URL of a request, secrets masked, as messages show them."""
        return self.http.masked(f"{response.method} {response.url}")

    async def status(self, task: Task, timeout: float | None = None) -> Answer:
        """Ask for the state of a task; what goes wrong is part of the answer."""
        request = self.provider.status
        if request is None:
            return Answer(Snapshot(task.state, task.raw), via="none")
        try:
            response = await self.send(request, task.values(), timeout)
            known = self._last.get(task.handle)
            same = known and known[0] == response.body and response.status == 200 and not self.provider.then
            if known and same and self.reader.hint({"headers": response.headers}) is None:
                return Answer(known[1], 200, response.elapsed, known[0], response.request)
            envelope = {**response.envelope(), "task": task.about()}
            for then in self.provider.then:
                self._let(envelope)
                if then.when is None or then.when.truth(envelope):
                    more = await self.send(then, task.values(), timeout)
                    envelope[then.name] = more.envelope()
        except ApiError as error:
            return Answer(
                Snapshot(State.PROCESSING, trouble=Trouble.RETRY),
                curl=str(error.facts.get("curl", "")),
                problem=error.message,
            )
        snapshot = self.reader.read(envelope, response.url, self.connection.base_url)
        if response.status == 200 and not snapshot.state.ended and snapshot.retry_after is None:
            self._last[task.handle] = (response.body, snapshot)
        else:
            self._last.pop(task.handle, None)
        snapshot = _binary(snapshot, response, not snapshot.files)
        if snapshot.state is State.COMPLETED and not snapshot.trouble and self.provider.result.request:
            return await self._with_result(task, snapshot, response, timeout)
        answer = _answer(snapshot, response)
        return replace(answer, asked=self.asked(response)) if snapshot.trouble else answer

    async def batch(self, batch: Batch, tasks: Sequence[Task], timeout: float | None = None) -> dict[str, Answer]:
        """Ask for several tasks at once.

        Returns:
            Answers by handle; tasks the list does not hold are not in it.
        """
        ids = [str(task.remote_id) for task in tasks]
        values = {**tasks[0].values(), "ids": ids if batch.join is None else batch.join.join(ids)}
        try:
            response = await self.send(batch.request, values, timeout)
        except ApiError as error:
            trouble = Snapshot(State.PROCESSING, trouble=Trouble.RETRY)
            return {task.handle: Answer(trouble, problem=error.message, via="batch") for task in tasks}
        envelope = response.envelope()
        if response.status >= 400:
            snapshot = self.reader.read({**envelope, "task": {}})
            bad = snapshot.trouble in (Trouble.RETRY, Trouble.UNAUTHORIZED)
            return {task.handle: _answer(snapshot, response, "batch") for task in tasks} if bad else {}
        items = batch.items(envelope)
        found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        by_id = {str(batch.item_id(item)): item for item in found}
        asked = {task.handle: by_id.get(str(task.remote_id)) for task in tasks}
        return {
            task.handle: self._item(batch, task, item, response)
            for task in tasks
            if (item := asked[task.handle]) is not None
        }

    def _item(self, batch: Batch, task: Task, item: dict[str, Any], response: Response) -> Answer:
        # The same item means the same; its hash is kept, as ten thousand items would take much memory.
        mark = hash(marshal.dumps(item))
        known = self._items.get(task.handle)
        if known is not None and known[0] == mark and "retry-after" not in response.headers:
            return known[1]
        body: Any = item
        for name in reversed(batch.body.split(".")[1:]):
            body = {name: body}
        envelope = {"http": {"status": response.status}, "headers": dict(response.headers), "body": body}
        about = {**envelope, "task": task.about()}
        snapshot = self.reader.read(about, response.url, self.connection.base_url)
        raw = json.dumps(item, ensure_ascii=False).encode() if snapshot.state.ended else b""
        answer = Answer(snapshot, response.status, response.elapsed, raw, response.request, via="batch")
        if not snapshot.state.ended and snapshot.trouble is None and snapshot.retry_after is None:
            self._items[task.handle] = (mark, replace(answer, curl=""))
        return answer

    async def _with_result(self, task: Task, snapshot: Snapshot, status: Response, timeout: float | None) -> Answer:
        request = self.provider.result.request
        assert request is not None  # noqa: S101 - the caller has seen it
        try:
            # Results may live behind ids of the status answer: minimax's file_id, gradio's path.
            body = status.json if isinstance(status.json, dict) else {}
            values = {**body, **task.values()}
            response = await self.send(request, values, timeout)
        except ApiError as error:
            trouble = Snapshot(State.PROCESSING, trouble=Trouble.RETRY)
            return Answer(trouble, curl=str(error.facts.get("curl", "")), problem=error.message)
        if response.status in (408, 425, 429) or response.status >= 500:
            retry = Snapshot(State.PROCESSING, raw=f"HTTP {response.status}", trouble=Trouble.RETRY)
            return _answer(retry, response)
        envelope = {**response.envelope(), "task": task.about(), "status": status.envelope()}
        if response.status >= 400:
            failure = self.reader.failure(envelope, response.status)
            return _answer(replace(snapshot, state=State.FAILED, failure=failure), response)
        read = self.reader.result(envelope, response.url, self.connection.base_url)
        merged = replace(snapshot, result=read.result, files=read.files, failure=read.failure, state=read.state)
        return _answer(_binary(merged, response, not read.files), response)

    def forget(self, task: Task) -> None:
        """Drop what is kept of a task that is not asked for any more."""
        self._last.pop(task.handle, None)
        self._items.pop(task.handle, None)

    def _let(self, envelope: dict[str, Any]) -> None:
        for name, expression in self.provider.lets:
            envelope[name] = expression(envelope)


def _binary(snapshot: Snapshot, response: Response, wanted: bool) -> Snapshot:
    """Take an answer that is the file itself as a link to it."""
    media_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
    textual = media_type.startswith("text/") or "json" in media_type or "xml" in media_type or not media_type
    if not wanted or snapshot.state is not State.COMPLETED or snapshot.trouble or textual:
        return snapshot
    import hashlib

    from AIGCLibrary.tasks.snapshot import ResultFile

    told = ResultFile(
        response.url,
        _disposition(response.headers.get("content-disposition", "")),
        media_type,
        len(response.body),
        hashlib.sha256(response.body).hexdigest(),
    )
    return replace(snapshot, files=(told,), result={"media_type": media_type, "size": len(response.body)})


def _disposition(value: str) -> str | None:
    import re
    from urllib.parse import unquote

    star = re.search(r"filename\*=(?:UTF-8|utf-8)''([^;]+)", value)
    plain = re.search(r'filename="?([^";]+)"?', value)
    return unquote(star[1]) if star else (plain[1] if plain else None)


def _answer(snapshot: Snapshot, response: Response, via: str = "poll") -> Answer:
    return Answer(snapshot, response.status, response.elapsed, response.body, response.request, via=via)


def _multipart(fields: Mapping[str, Any]) -> Any:
    import aiohttp

    form = aiohttp.FormData()
    for name, value in fields.items():
        if isinstance(value, bytes):
            form.add_field(name, value, filename=name)
        elif hasattr(value, "read_bytes"):
            form.add_field(name, value.read_bytes(), filename=value.name)
        else:
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    return form
