r"""JMESPath over an answer, safe on any shape, quick for plain paths, with a few functions providers need.

An expression is evaluated on an answer with its envelope:
`{http: {status}, headers, body, task: {id, kind, key, inputs}}`.
Names of headers are in lower case and, because of their dashes, in quotes: `headers."retry-after"`.

What an answer is compared with is a literal, JSON between backticks; without them it would be the name of a field.
A text may also be in single quotes. In YAML an expression that begins with `!`, `@`, `[`, `{` or a quote is put
in quotes; inside `{…}` also one that holds a bracket or a comma.

| expression              | is true when |
|-------------------------|--------------|
| ``body.code != `0` ``   | the code is another number than 0, or is not there |
| ``body.code == `"0"` `` | the code is the text "0": numbers and texts are never equal |
| `body.status == 'done'` | the status is the text done |
| ``body.ok == `true` ``  | the field ok is true |
| `body.error`            | there is an error: not null, false, or empty (the number 0 counts as true) |
| ``body.code == `0` && !body.data`` | the code is 0 and there are no data |

An API that answers HTTP 200 whatever happens, `{"code": 50103, "msg": "内容安全审核未通过", "data": null}`, is written:

```yaml
submit: {path: /tasks, json: {"*": "{inputs}"}, id: body.data.task_id, accepted: "body.code == `0`"}
status: {path: "/tasks/{id}", state: body.data.status}
acceptors:
  - {when: "body.code == `50001`", state: retry}
  - {when: "body.code != `0`", state: failed}
error: {code: body.code, message: body.msg, classes: {50103: moderation, 40101: unauthorized}}
```

Beside JMESPath's own functions (https://jmespath.org/specification.html#built-in-functions) there are

| function                | returns |
|-------------------------|-------|
| `pick(object, key)`     | the member whose name is an expression: `pick(body, task.id)` |
| `place(list, value)`    | the index (from 0) of the value, itself or inside an item; null when it is not there |
| `matches(text, regex)`  | whether a regular expression is found |
| `capture(text, regex)`  | the last match of its first group: `capture(body.logs, '(\d+)%')` |
| `parse(text)`           | JSON inside a text |
| `task_state(body)`      | the state word of the task in any common envelope; null where only the envelope has one |
| `task_id(body)`         | its id: `taskId` before `id`, inner before outer |
| `task_reason(body)`     | why it failed: the reason beside its state, never the envelope's "success" |
| `task_code(body)`       | the code of its failure |
| `task_files(body)`      | links, paths, `data:` URLs and base64 of its result, also inside lists and texts |
| `task_progress(body)`   | its progress: a number, or a text with `%`: of `"45%"`, `{"current": 9, "total": 20}`, … |
| `task_position(body)`   | its position in the queue: `queuePos: 3`, `{"queue": {"position": 3}}`, "3 jobs ahead" |
| `task_result(body)`     | what it produced beside files: data, a text, references to files such as `file_id` |
| `task_refused(body)`    | whether the answer to a submission says that no task was created |
| `task_partial(body)`    | what is missing from a result that is there in part; null where all of it is there |
| `task_field(body, …)`   | the first value under one of some names: `task_field(body, 'progress', 'percent')` |
"""

import json
import re
from collections.abc import Callable
from typing import Any

import jmespath
import jmespath.exceptions
import jmespath.functions

from AIGCLibrary.patterns import bounded
from AIGCLibrary.tasks.providers import everyday, everyday_files, everyday_progress, everyday_reasons, refusals

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_PLAIN = re.compile(rf"{_NAME}(?:\.{_NAME})*(?:\s*\|\|\s*{_NAME}(?:\.{_NAME})*)*")
_PART = r'(?:"[^"]*"|[A-Za-z_]\w*)'
_NOT = re.compile(rf"`[^`]*`|'[^']*'|!(?!=)\s*(?P<path>{_PART}(?:\.(?:{_PART}|\*)|\[[^\]]*\])+)")
"""A `!` before a path; JMESPath binds it to the first name alone: there `!body.error` is a field of `!body`."""
_RESERVED = {"null", "true", "false"}


def _of_body(function: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """Make a function of JMESPath of one that takes a whole body."""

    @jmespath.functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def call(_functions: Any, body: Any) -> Any:
        return function(body)

    return call  # type: ignore[no-any-return]


class _Functions(jmespath.functions.Functions):  # type: ignore[misc]
    """The functions added to JMESPath; null where an argument has the wrong type."""

    @jmespath.functions.signature({"types": []}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_pick(self, container: Any, key: Any) -> Any:
        return container.get(str(key)) if isinstance(container, dict) and key is not None else None

    @jmespath.functions.signature({"types": []}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_place(self, items: Any, value: Any) -> Any:
        if not isinstance(items, list) or value is None:
            return None
        return next((index for index, item in enumerate(items) if _holds(item, value)), None)

    @jmespath.functions.signature({"types": []}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_matches(self, text: Any, pattern: Any) -> bool:
        return isinstance(text, str) and isinstance(pattern, str) and bounded(pattern).search(text) is not None

    @jmespath.functions.signature({"types": []}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_capture(self, text: Any, pattern: Any) -> Any:
        found = _captured(text, pattern)
        return found[-1] if found else None

    @jmespath.functions.signature({"types": []}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_captures(self, text: Any, pattern: Any) -> Any:
        return _captured(text, pattern) or None

    @jmespath.functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_parse(self, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return None

    _func_task_state = _of_body(everyday.state)
    _func_task_id = _of_body(everyday.identifier)
    _func_task_reason = _of_body(everyday_reasons.reason)
    _func_task_code = _of_body(everyday_reasons.code)
    _func_task_files = _of_body(everyday_files.files)
    _func_task_result = _of_body(everyday_reasons.result)
    _func_task_progress = _of_body(everyday_progress.progress)
    _func_task_position = _of_body(everyday_progress.position)
    _func_task_refused = _of_body(refusals.refused)
    _func_task_partial = _of_body(everyday_progress.partial)

    @jmespath.functions.signature({"types": []}, {"types": ["string"], "variadic": True})  # type: ignore[untyped-decorator]
    def _func_task_field(self, body: Any, *names: str) -> Any:
        return everyday.field(body, *names)


def _captured(text: Any, pattern: Any) -> list[str]:
    """Return what the first group of a pattern matched, each time, in a text or a list of lines."""
    lines = [str(line) for line in text] if isinstance(text, list) else [text]
    joined = "\n".join(line for line in lines if isinstance(line, str))
    if not isinstance(pattern, str):
        return []
    found = bounded(pattern, re.MULTILINE).finditer(joined)
    return [(match[1] or "") if match.re.groups else match[0] for match in found]


_OPTIONS = jmespath.Options(custom_functions=_Functions())


class AnswerExpression:
    """A JMESPath expression, compiled once.

    Args:
        text: The expression.

    Raises:
        ValueError: It is not valid; the message says where.

    Example:
        ```python
        Expression("body.status || body.state")({"body": {"state": "done"}})
        ```
    """

    __slots__ = ("_search", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._search = _compile(text)

    def __call__(self, envelope: dict[str, Any]) -> Any:
        """Return the value; None where the answer has another shape than expected."""
        return self._search(envelope)

    def truth(self, envelope: dict[str, Any]) -> bool:
        """Return whether the value counts as true in JMESPath."""
        return not _falsy(self._search(envelope))

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def _compile(text: str) -> Callable[[dict[str, Any]], Any]:
    if _PLAIN.fullmatch(text) and not _RESERVED & set(re.findall(_NAME, text)):
        paths = [tuple(path.strip().split(".")) for path in text.split("||")]
        return _walker(paths[0]) if len(paths) == 1 else _first_of(paths)
    try:
        compiled = jmespath.compile(_NOT.sub(lambda found: f"!({found['path']})" if found["path"] else found[0], text))
        # Unknown functions and wrong argument counts only show when the expression runs.
        compiled.search({}, options=_OPTIONS)
    except (jmespath.exceptions.UnknownFunctionError, jmespath.exceptions.ArityError) as error:
        raise ValueError(str(error)) from None
    except jmespath.exceptions.JMESPathTypeError:
        pass
    except jmespath.exceptions.JMESPathError as error:
        raise ValueError(" ".join(str(error).split())) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None

    def search(envelope: dict[str, Any]) -> Any:
        try:
            return compiled.search(envelope, options=_OPTIONS)
        except (jmespath.exceptions.JMESPathError, TypeError, ValueError, AttributeError, RecursionError, re.error):
            return None
        except TimeoutError:  # of an expression that takes too long on this answer
            return None

    return search


def _walker(path: tuple[str, ...]) -> Callable[[dict[str, Any]], Any]:
    def walk(envelope: dict[str, Any]) -> Any:
        value: Any = envelope
        for name in path:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return walk


def _first_of(paths: list[tuple[str, ...]]) -> Callable[[dict[str, Any]], Any]:
    walkers = [_walker(path) for path in paths]

    def walk(envelope: dict[str, Any]) -> Any:
        value = None
        for walker in walkers:
            value = walker(envelope)
            if not _falsy(value):
                return value
        return value

    return walk


def _falsy(value: Any) -> bool:
    """Return what is false in JMESPath: null, false and everything empty, but not 0."""
    return value is None or value is False or value in ("", [], {})


def _holds(item: Any, value: Any) -> bool:
    if item == value or str(item) == str(value):
        return True
    if isinstance(item, dict):
        return any(not isinstance(inner, dict | list) and str(inner) == str(value) for inner in item.values())
    return isinstance(item, list) and any(str(inner) == str(value) for inner in item)
