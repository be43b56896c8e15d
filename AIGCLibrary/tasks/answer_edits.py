"""Makes an answer of a product say something else about a task, in the words of its description."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.providers.model import Batch
from AIGCLibrary.tasks.providers.reader import Reader
from AIGCLibrary.tasks.states import TaskState

EVERYDAY = {
    TaskState.QUEUED: ("queued", "pending", "QUEUED", "PENDING"),
    TaskState.PROCESSING: ("processing", "running", "PROCESSING", "RUNNING"),
    TaskState.FAILED: ("failed", "FAILED", "error"),
}
"""Words of products whose description names none."""
FAILED = "the generation failed"
"""What a failed task says where the name of its class would be read as a failure of the question."""
PLAIN = re.compile(r"body(?:\.[A-Za-z_]\w*)+")
"""Paths that can be written; an expression that computes something cannot."""


class ProviderAnswerEditor:
    """See `AnswerEditor`.

    Args:
        reader: Reads the answers of the provider.
        batch: How several tasks are asked for at once; None for an answer about one.
        result: The answer is to a request for the result alone.
    """

    def __init__(self, reader: Reader, batch: Batch | None = None, *, result: bool = False) -> None:
        self._reader, self._batch, self._result = reader, batch, result

    def part(self, body: Any, remote_id: str | None) -> Any:
        """Return what a body says of a task, as the body of an answer about it alone."""
        if self._batch is None:
            return body if isinstance(body, dict) else None
        items = self._batch.items({"http": {"status": 200}, "headers": {}, "body": body})
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and str(self._batch.item_id(item)) == remote_id:
                part: Any = item
                for name in reversed(self._batch.body.split(".")[1:]):
                    part = {name: part}
                return part
        return None

    def state(self, part: Any, url: str) -> str:
        """Return the state that an answer reports; empty where it reports none."""
        if self._result:
            return TaskState.COMPLETED.value
        found = self._reader.read(_envelope(part), url)
        return "" if found.trouble else found.state.value

    def files(self, part: Any, url: str) -> tuple[str, ...]:
        """Return the absolute addresses of the files of a completed task."""
        read = self._reader.result if self._result else self._reader.read
        return tuple(file.url for file in read(_envelope(part), url).files)

    def unfinished(self, part: Any, url: str, state: str, progress: float | None) -> bool:
        """Make it report that the task is not done."""
        provider, files = self._reader.provider, self.files(part, url)
        self._clear(part, provider.result.raw, provider.result.files, provider.times.finished)
        _drop(part, files)
        if provider.progress is not None and progress is not None and provider.progress.of is None:
            scale = provider.progress.scale
            _write(part, provider.progress.value, lambda old: _progress(old, progress, scale))
        # A product without a queue has no word for it.
        return any(self._say(part, url, fromkey) for fromkey in dict.fromkeys((TaskState(state), TaskState.PROCESSING)))

    def failed(self, part: Any, url: str, error_class: str) -> bool:
        """Make it report that the task failed."""
        provider, errors, files = self._reader.provider, self._reader.provider.errors, self.files(part, url)
        self._clear(part, provider.result.raw, provider.result.files)
        _drop(part, files)
        _write(part, errors.code, lambda _old: f"{error_class}_error")
        _write(part, errors.reported, lambda _old: error_class)
        for message in (f"{error_class} error", FAILED):
            _write(part, errors.message, partial(_put, message))
            if self._say(part, url, TaskState.FAILED):
                return True
        return False

    def untimed(self, part: Any) -> bool:
        """Take the times of its start and end out; return whether it stated any."""
        times = self._reader.provider.times
        return self._clear(part, times.started, times.finished)

    def without_files(self, part: Any, url: str) -> bool:
        """Make it report a completed task without files."""
        files = self.files(part, url)
        result = self._reader.provider.result
        _write(part, result.files, lambda old: [] if isinstance(old, list) else None)
        if self.files(part, url):
            _drop(part, files)
        if self.files(part, url):  # their addresses are put together from other values
            self._clear(part, result.raw)
        return not self.files(part, url)

    def _clear(self, part: Any, *expressions: AnswerExpression | None) -> bool:
        """Take values out; a result that is the object around the state stays."""
        state = self._reader.provider.state
        named = [expression for expression in expressions if expression is not None and not _around(expression, state)]
        stated = [answer_expression for answer_expression in named if answer_expression(_envelope(part)) is not None]
        return sum(_write(part, answer_expression, lambda _old: None) for answer_expression in stated) > 0

    def _say(self, part: Any, url: str, state: TaskState) -> bool:
        provider = self._reader.provider
        if self.state(part, url) == state.value:
            return True
        words = [word for word, meaning in provider.states.items() if meaning is state]
        for word in words:
            if _write(part, provider.state, partial(_word, word)) and self.state(part, url) == state.value:
                return True
        raw = self._reader.read(_envelope(part), url).raw
        for word in (*words, *EVERYDAY[state]) if raw else ():
            said = _replaced(part, str(raw), word)
            if said and self.state(part, url) == state.value:
                return True
            raw = word if said else raw
        return state is not TaskState.FAILED and self._undone(part, url, state)

    def _undone(self, part: Any, url: str, state: TaskState) -> bool:
        """Take back a flag which says that the task is done: `done: true`, as long-running operations have it."""
        for name in [name for name, value in part.items() if value is True]:
            part[name] = False
            if self.state(part, url) == state.value:
                return True
            part[name] = True
        return False


def _around(answer_expression: AnswerExpression, state: AnswerExpression | None) -> bool:
    return state is not None and f"{state.text}.".startswith(f"{answer_expression.text}.")


def _replaced(value: Any, raw: str, word: str) -> bool:
    """Write another word wherever an answer has the state word; return whether it has it anywhere."""
    found = False
    for key, item in _items(value):
        if isinstance(item, dict | list):
            found |= _replaced(item, raw, word)
        elif isinstance(item, str) and item == raw:
            value[key], found = word, True
    return found


def _drop(value: Any, urls: tuple[str, ...]) -> None:
    """Take the addresses of files out of an answer, wherever they are."""
    for key, item in reversed(_items(value)):
        if isinstance(item, dict | list):
            _drop(item, urls)
        elif (
            isinstance(item, str) and item and any(url == item or url.endswith(f"/{item.lstrip('/')}") for url in urls)
        ):
            if isinstance(value, list):
                del value[key]
            else:
                value[key] = None


def _items(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())


def _word(word: str, old: Any) -> Any:
    return word if isinstance(old, str) else old


def _put(new: Any, _old: Any) -> Any:
    return new


def _envelope(part: Any) -> dict[str, Any]:
    return {"http": {"status": 200}, "headers": {}, "body": part}


def _write(part: Any, expression: AnswerExpression | None, change: Callable[[Any], Any]) -> bool:
    """Change the value at a path of an answer; return whether the path can be written."""
    if expression is None:
        return False
    path = next((path.strip() for path in expression.text.split("||") if _holds(part, path.strip())), "")
    if not path:
        return False
    *names, last = path.split(".")[1:]
    inner = part
    for name in names:
        if inner.get(name) is None:
            inner[name] = {}
        inner = inner[name]
    inner[last] = change(inner.get(last))
    return True


def _holds(part: Any, path: str) -> bool:
    """Return whether a path can be written: all above its end is there, or empty."""
    if not PLAIN.fullmatch(path):
        return False
    inner: Any = part
    for name in path.split(".")[1:-1]:
        inner = inner.get(name) if isinstance(inner, dict) else inner
        if inner is None:
            return True
        if not isinstance(inner, dict):
            return False
    return isinstance(inner, dict)


def _progress(old: Any, progress: float, scale: Any) -> Any:
    """Write a progress as the product does, never more than it was."""
    if isinstance(old, str):
        return f"{progress * 100:.0f}%"
    if scale == "auto":
        whole = 100.0 if isinstance(old, int) and old > 1 else 1.0
    else:
        whole = 100.0 if scale == "percent" else float(scale)
    value = progress * whole
    known = isinstance(old, int | float) and not isinstance(old, bool)
    value = min(value, float(old)) if known else value
    return round(value) if isinstance(old, int) and whole > 1 else round(value, 4)
