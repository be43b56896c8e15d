"""Finds the object that describes a task in the answers of everyday APIs, whatever envelope is around it.

Many products wrap the task: `{"code": 0, "msg": "ok", "data": {"taskId": …, "state": "fail", "failMsg": …}}`, sometimes
twice, sometimes as JSON inside a text. The innermost part that describes the task decides.
"""

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from AIGCLibrary.tasks.providers.words import everyday_state
from AIGCLibrary.tasks.states import TaskState

WRAPPERS = (
    "data", "task", "job", "result", "output", "response", "payload", "content", "item", "record", "detail", "info",
    "body", "object", "generation", "prediction", "list", "tasks", "jobs", "items", "records",
    "header", "head",
)  # fmt: skip
"""Names under which an envelope holds the task, folded; the first one that describes it wins."""
_NO_WRAPPER = re.compile(
    r"input|param|prompt|request|option|setting|config|argument|user|owner|account|customer|tenant|model|usage|billing"
    r"|viewer|profile|organi[sz]ation|team|workspace|subscription|plan$"
    r"|meta|error|callback|webhook|notif|auth|session|queue|worker|node|parent|previous|next|status|state|link|page|log"
)
"""Names of objects that are no envelope of the task: they may have ids and states of their own."""
_STATES = ("status", "state", "phase", "stage", "lifecycle")
PREFIXES = (
    "task", "job", "generation", "gen", "run", "video", "image", "audio", "execution", "workflow", "order", "work",
    "render", "creation",
)  # fmt: skip
_STATE_NAMES = (
    *(prefix + name for name in _STATES for prefix in PREFIXES),
    *_STATES,
    *(verb + name for name in ("status", "state") for verb in (
        "current", "cur", "proc", "process", "processing", "handle", "exec", "make", "produce", "synth", "synthesis",
        "draw", "convert", "infer", "inference", "biz", "t", "overall",
    )),
    "任务状态", "作业状态", "生成状态", "处理状态", "执行状态", "当前状态", "状态",
)  # fmt: skip
"""Names of a task's state, folded, the most certain first."""
_OWN_STATE = re.compile(r"[a-z]{1,20}(job|task)(status|state)")
"""Other names of the state of a task: `TranscriptionJobStatus`."""
_RANKS = {name: rank for rank, name in enumerate(_STATE_NAMES)}
_IDS = ("id", "uuid", "no", "number", "key", "arn")
OWN_IDS = (
    "taskid", "taskuuid", "taskno", "jobid", "jobuuid", "jobno", "generationid", "predictionid", "任务id", "任务编号",
    "任务号",
)  # fmt: skip
"""Names that are of the task, wherever they are: an item of its result has an `id`, too."""
_LABELS = ("text", "name", "desc", "description", "label", "msg", "message", "str", "string", "title", "cn", "zh")
"""Ends of the names under which a product puts its numbers of states into words: `{"status": 2, "statusText": …}`."""
_DONE = (
    "done", "isdone", "finished", "isfinished", "completed", "iscompleted", "complete", "iscomplete", "ready",
    "isready",
)  # fmt: skip
_RUNNING = ("running", "isrunning", "inprogress", "isinprogress", "processing", "isprocessing")
_SUCCEEDED = ("succeeded", "issucceeded", "success", "issuccess", "ok")
_FAILED = ("failed", "isfailed", "isfail", "iserror", "haserror", "errored", "faulted", "isfaulted")
_OUTCOMES = (
    "conclusion", "outcome", "verdict", "finalstatus", "finalstate", "resultstatus", "resultcode", "exitstatus",
    "exitreason", "closestatus", "completionstatus", "endstatus", "terminationreason",
)  # fmt: skip
"""Names under which a product says how a task ended, beside a state that only says that it did."""
_OF_STATUS = ("value", "name", "code", "type", "reason", "label")
"""Names under which the object of a state has its word: `{"status": {"name": "RUNNING"}}`."""
_PART_OF_TASK = re.compile(r"(?<!sub)(?<!child)(task|job)$")
"""Ends of other names for the object of the task: `{"Status": "FINISH", "RenderVideoTask": {…}}`."""
_CANCELLED = ("cancelled", "canceled", "iscancelled", "iscanceled", "aborted", "isaborted")
"""Flags: `{"isCompleted": false, "isFailed": true}`."""
_FINE = frozenset({
     "", "0", "00000", "200", "201", "202", "ok", "okay", "success", "successful", "succeed", "succeeded", "true",
     "false", "none", "null", "成功", "操作成功", "请求成功", "查询成功",
})  # fmt: skip
"""Words and codes by which an envelope says that the request was answered: no state of a task, and no reason."""
_POLITE = frozenset({"", "0", "200", "ok", "okay", "true", "none", "null"})
"""Of these, the words that are a state of no task."""
ERRORS = ("error", "errors", "usererrors")
"""Names under which an answer reports errors."""
DEEPEST = 6
OTHERS = 8
"""Objects of other names that are looked into: an envelope has few, a graph of nodes has hundreds."""


def fold_name(name: str) -> str:
    """Fold the name of a field: `task_id`, `taskId` and `task-id` are one."""
    return name.replace("_", "").replace("-", "").casefold()


def folded(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part by its folded names; the first of those that are the same counts."""
    folded: dict[str, Any] = {}
    for name, value in part.items():
        folded.setdefault(fold_name(str(name)), value)
    return folded


def opened(value: Any) -> Any:
    """Return what JSON inside a text holds, and of a list with one object that object; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[", "d", "e", "i", ":"):
        value = _read(value)
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value[0]
    return value


def _read(text: str) -> Any:
    """Return what a text of JSON holds; of JSON lines, and of server-sent events, the last one."""
    lines = [text.strip()]
    if "\n" in lines[0] or lines[0].startswith("data:"):
        lines.append(next((line for line in reversed(lines[0].splitlines()) if "{" in line), ""))
    for line in lines:
        found = line.removeprefix("data:").strip()
        if found[:1] in ("{", "["):
            try:
                return json.loads(found)
            except (ValueError, RecursionError):
                continue
    return text


def parts(body: Any) -> list[dict[str, Any]]:
    """Return the object that describes the task and the envelopes around it, the innermost first, names folded."""
    found: list[dict[str, Any]] = []
    value = opened(body)
    while isinstance(value, dict) and len(found) < DEEPEST:
        part = folded(value)
        if "jsonrpc" in part or "specversion" in part:
            part.pop("id", None)  # of the call, of the event
        found.insert(0, part)
        if _is_whole(part):
            break
        value = next((inner_part for inner_part in inner_parts(part) if _describes(folded(inner_part))), None)
        if value is None and not _describes(part):
            value = next((inner_part for inner_part in inner_parts(part) if _reports_error(folded(inner_part))), None)
    return found


def inner_parts(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the objects that an envelope may hold the task in."""
    inner = [opened(part[name]) for name in WRAPPERS if name in part]
    if _own_word(part):
        named = (name for name in part if _PART_OF_TASK.search(name) and name not in WRAPPERS)
        inner += [opened(part[name]) for name in named if not _NO_WRAPPER.search(name)]
        return [item for item in inner if isinstance(item, dict)]
    found = [item for item in inner if isinstance(item, dict)]
    if found:
        return found
    relay = all(value is None or isinstance(value, dict) for value in part.values())  # GraphQL's way to ask by an id
    names = (name for name in part if not _NO_WRAPPER.search(name) or (relay and name == "node"))
    others = (opened(part[name]) for name in names)
    return list(islice((other for other in others if isinstance(other, dict)), OTHERS))


def _own_word(part: Mapping[str, Any]) -> bool:
    """Return whether an object says by itself what became of a task: what is in it are its parts."""
    word = state_word(part)
    return word is not None and not is_fine(word)


def _is_whole(part: Mapping[str, Any]) -> bool:
    """Return whether an object is the task itself: what lies below is its result, which may have ids and states."""
    word = state_word(part)
    if word is None or is_fine(word):
        return False
    names = id_names() if is_open(word) else OWN_IDS
    return any(is_id(part.get(name)) for name in names)


def is_open(word: str) -> bool:
    """Return whether a word says that a task has not ended."""
    return everyday_state(fold(word)) in (TaskState.QUEUED, TaskState.PROCESSING)


def _describes(part: Mapping[str, Any], depth: int = 0) -> bool:
    """Return whether an object is a task or holds one: it has a state or an id of one."""
    if state_word(part) is not None or any(is_id(part.get(name)) for name in id_names()):
        return True
    return depth < DEEPEST and any(_describes(folded(inner_part), depth + 1) for inner_part in inner_parts(part))


def _reports_error(part: Mapping[str, Any], depth: int = 0) -> bool:
    if any(map(part.get, ERRORS)) or is_exception(part.get("typename")):
        return True
    return depth < DEEPEST and any(_reports_error(folded(inner_part), depth + 1) for inner_part in inner_parts(part))


def state_word(part: Mapping[str, Any]) -> str | None:
    """Return the state word of one object: `taskStatus` before `status`, a word beside a number before the number."""
    ranks = {_RANKS[bare] for name in part if (bare := name.removesuffix("code")) in _RANKS}
    own = sorted(filter(_OWN_STATE.fullmatch, part))
    for name in (*map(_STATE_NAMES.__getitem__, sorted(ranks)), *own):
        value = part.get(name)
        if isinstance(value, dict):  # {"status": {"code": …, "state": "running"}}
            value = _word_of(folded(value))
        if (label := _label(part, name, value)) is not None:
            return label
        if isinstance(value, str) and value.strip().casefold() not in _POLITE:
            return _outcome(part, value) or value
    return _flagged(part) or _number_of(part)


def _flagged(part: Mapping[str, Any]) -> str | None:
    """Return the word that stands for flags such as `isFailed`; one of success alone is of the envelope."""
    for word, flags in (("failed", _FAILED), ("cancelled", _CANCELLED), ("running", _RUNNING)):
        if any(part.get(name) is True for name in flags):
            return word
    done = next((part[name] for name in _DONE if isinstance(part.get(name), bool)), None)
    own = any(is_id(part.get(name)) for name in id_names())
    if done is None:
        return "done" if own and part.get("succeeded") is True else None
    refused = any(part.get(name) is False for name in _SUCCEEDED)
    if done and refused and not own:
        return None  # of the request
    refused = refused or bool(part.get("error"))
    ahead = part.get("queueposition")
    if not done and type(ahead) is int and ahead > 0 and not part.get("processing"):
        return "queued"
    return "running" if not done else "failed" if refused else "done"


def _word_of(status: Mapping[str, Any]) -> str | None:
    """Return the word in the object of a state, the outcome first: `{"code": "ENDED", "reason": "COMPLETED"}`."""
    word = state_word(status)
    if word is not None:
        return word
    words = [word for word in map(status.get, _OF_STATUS) if isinstance(word, str)]
    known = {word: everyday_state(fold(word)) for word in words if not is_fine(word) or len(words) == 1}
    ended = (word for word, state in known.items() if state in (TaskState.FAILED, TaskState.CANCELLED))
    return next(ended, None) or next((word for word, state in known.items() if state is not None), None)


def _outcome(part: Mapping[str, Any], word: str) -> str | None:
    """Return how a task ended, where its state only says that it did: `{"status": "completed", "conclusion": …}`."""
    if everyday_state(fold(word)) is not TaskState.COMPLETED:
        return None
    words = (word for word in map(part.get, _OUTCOMES) if isinstance(word, str))
    return next((word for word in words if everyday_state(fold(word)) in (TaskState.FAILED, TaskState.CANCELLED)), None)


def _number_of(part: Mapping[str, Any]) -> str | None:
    """Return the number of a task's state; beside no id, a number is that of the envelope."""
    if not any(is_id(part.get(name)) for name in id_names()):
        return None
    numbers = map(part.get, _STATE_NAMES)
    return next((str(number) for number in numbers if type(number) is int and 0 <= number < 100), None)


def _label(part: Mapping[str, Any], name: str, value: Any) -> str | None:
    """Return the word that a product has for its number of a state."""
    number = part.get(name + "code") if value is None else value
    if isinstance(number, bool) or not str(number).isdecimal():
        return None
    labels = (part.get(name + end) for end in _LABELS)
    words = (label for label in labels if isinstance(label, str) and not is_fine(label))
    return next((word for word in words if everyday_state(fold(word)) is not None), None)


_LEFT_OUT = re.compile(r"[-_ \t]+")


def fold(word: str) -> str:
    """Fold a state word: letters alone, `canceled` in one spelling."""
    return _LEFT_OUT.sub("", word.casefold()).replace("cancelled", "canceled")


_ID_NAMES = (*(prefix + name for prefix in PREFIXES for name in _IDS), "id", "uuid")


def id_names() -> tuple[str, ...]:
    """Return the names that may hold the id of a task, folded, the most certain first."""
    return _ID_NAMES


def is_id(value: Any) -> bool:
    """Return whether a value can be an id."""
    return isinstance(value, str | int) and not isinstance(value, bool) and value not in ("", 0)


_EXCEPTION = re.compile(r"[\w.#]+(Exception|Error|Fault|Failure|Violation)")


def is_exception(value: Any) -> bool:
    """Return whether a type is that of an error, as AWS writes `__type` and GraphQL `__typename`."""
    return isinstance(value, str) and _EXCEPTION.fullmatch(value) is not None


def is_fine(word: str) -> bool:
    """Return whether a word or code only says that a request was answered, such as "success"."""
    return word.strip().casefold() in _FINE
