"""Finds why a task failed, the code of a failure, and what a task made beside files, in everyday answers.

Words of an envelope such as "success" are no reason, and codes that mean success are none. `everyday` finds the rest.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from AIGCLibrary.tasks.providers.busy import is_busy
from AIGCLibrary.tasks.providers.classify import is_negative
from AIGCLibrary.tasks.providers.envelopes import (
    ERRORS,
    PREFIXES,
    fold,
    folded,
    inner_parts,
    is_exception,
    is_fine,
    opened,
    parts,
    state_word,
)
from AIGCLibrary.tasks.providers.everyday_files import files
from AIGCLibrary.tasks.providers.reasons import located
from AIGCLibrary.tasks.providers.words import everyday_state
from AIGCLibrary.tasks.states import TaskState

_REASONS = (
    "failmsg", "failreason", "failmessage", "failurereason", "failuremessage", "failuremsg", "failedreason",
    "failedmsg", "errormessage", "errormsg", "errmsg", "errmessage", "errorreason", "errordetail", "errorinfo",
    "errordescription", "errordesc", "errdesc", "errtips", "errortips", "faildesc", "failtips",
    "failure", "failcause", "rejectreason", "auditmsg",
    "error", "errors", "usererrors", "reason", "cause", "statusmsg", "statusmessage",
    "statusdetails", "statusreason", "taskstatusmsg", "taskmessage", "taskmsg", "jobmessage", "jobmsg",
    "message", "msg", "resultmsg", "resultmessage", "detail", "details", "exception", "description", "desc", "remark",
    "失败原因", "错误信息", "错误原因", "原因",
)  # fmt: skip
_CODES = (
    "failcode", "failurecode", "errorcode", "errcode", "errno", "errornumber", "code", "statuscode", "retcode",
    "ret", "错误码",
)  # fmt: skip
_VERDICTS = ("baseresp", "responsemetadata", "responsestatus", "resp", "head", "header", "meta", "status", "error")
"""Objects that say what became of the request, beside the task: `{"base_resp": {"status_code": 1027, …}}`."""
_ASIDE = ("properties", "statusdetails", "metadata", "meta", "context")
"""Objects beside the state of a failed task that may say why."""
_RESULTS = (
    "result", "output", "outputs", "resultjson", "results", "taskresult", "generations", "artifacts", "choices",
    "predictions", "answer", "text",
)  # fmt: skip
_REFERENCE = re.compile(
    r"^(output|result|file|video|image|audio|media|asset|artifact|generated\w*)(file|image|video|media|object)?(ids?|keys?)$"
)
"""Names of references to a file that has an address of its own: `{"status": "Success", "file_id": "17"}`."""
_TO_END = re.compile(r"(reason|remark|cause|error|failure|details)$")
"""Ends of the names of what says why a task ended: `terminationReason`, `auditRemark`, `last_error`."""
_WARNINGS = ("warnings", "warning", "notices", "notice")
_ITEM_ERRORS = ("error", "errormessage", "errormsg", "errmsg", "failreason", "failmsg")
_ERROR_OBJECTS = ("failure", "errorinfo", "errordetail", "errordetails", "failinfo", "failureinfo", "fault")
SAYINGS = ("message", "msg", "errmsg", "errormsg", "statusmsg", "description", "desc")
_NAME = re.compile(r"[A-Za-z]\w*")
"""A name of a reason, beside which words say more: `{"reason": "InProcess", "message": "… retry later"}`."""
FLAGS = ("success", "ok", "succeeded", "issuccess")
_DECLINED = frozenset({"error", "fail", "failed", "failure", "rejected", "denied", "失败", "错误"})


def is_declined(word: str) -> bool:
    """Return whether a word of an envelope says that the request did not succeed."""
    return word.strip().casefold() in _DECLINED


def reason(body: Any) -> Any:
    """Return why a task failed, as text, object or list; words of the envelope such as "success" are none."""
    found = parts(body)
    for part in found:
        for some in (part, *_verdicts(part)):
            said = said_of(some)
            if said is not None:
                return said
    if found and (said := _said_of_items(found[0])):
        return said
    end = everyday_state(fold(state_word(found[0]) or "")) if found else None
    if end is TaskState.COMPLETED:
        said = next(
            (said for inner_part in inner_parts(found[0]) if (said := _said_of_error(folded(inner_part)))), None
        )
        return said or _warning(found[0], body)
    if end in (TaskState.FAILED, TaskState.CANCELLED) and (said := _said_to_end(found)) is not None:
        return said
    if end is not TaskState.FAILED:
        return None
    within = (
        *inner_parts(found[0]),
        *(aside for name in (*_ASIDE, *_RESULTS) if isinstance(aside := found[0].get(name), dict)),
    )
    said = next((said for inner in within if (said := said_of(folded(inner))) is not None), None)
    result = found[0].get("result") or found[0].get("output")  # Celery: the exception is the result
    return said if said is not None or not isinstance(result, str) else result


def _said_to_end(found: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what a field says that is called the reason for something: `terminationReason`, `last_error`."""
    named = (opened(value) for part in found for name, value in part.items() if _TO_END.search(name))
    for value in named:
        said = said_of(folded(value)) if isinstance(value, dict) else value
        if isinstance(said, str) and said and not is_fine(said):
            return said
    return None


def _warning(part: Mapping[str, Any], body: Any) -> Any:
    """Return what a task that made nothing warns of."""
    said = next((warning for name in _WARNINGS if (warning := part.get(name))), None)
    return None if said is None or files(body) or result(body) is not None else said


def _said_of_error(part: Mapping[str, Any]) -> Any:
    """Return why a result is an error: `{"status": "COMPLETED", "output": {"error": "out of memory"}}`."""
    if any(map(part.get, ERRORS)):
        return said_of(part)
    said = next((saying for name in SAYINGS if isinstance(saying := part.get(name), str) and saying), "")
    refused = any(_is_code(part.get(name)) for name in _CODES) and is_negative(None, said)
    return said if refused else None  # {"code": 1, "msg": "生成失败"}


def _said_of_items(part: Mapping[str, Any]) -> Any:
    """Return why all items of a list failed."""
    for value in part.values():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            errors = [
                next((some[name] for name in _ITEM_ERRORS if some.get(name)), None) for some in map(folded, value)
            ]
            if all(errors):
                return errors[0]
    return None


def _verdicts(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for verdict in map(part.get, _VERDICTS):
        if isinstance(verdict, dict):
            said = folded(verdict)
            yield said
            if isinstance(said.get("error"), dict):
                yield folded(said["error"])


def said_of(part: Mapping[str, Any]) -> Any:
    """Return what an object says of an error: text, object or list; words beside a name of a reason go along."""
    said = _first_said(part)
    if not isinstance(said, str) or _NAME.fullmatch(said) is None:
        return said
    others = (
        saying for name in SAYINGS if isinstance(saying := part.get(name), str) and _NAME.fullmatch(saying) is None
    )
    words = next((other for other in others if is_negative(None, other) or is_busy(200, None, other)), None)
    return said if words is None else f"{said}: {words}"


def _first_said(part: Mapping[str, Any]) -> Any:
    for name in _prefixed(_REASONS):
        value = opened(part.get(name))
        if value is None or isinstance(value, bool | int | float) or not value:
            continue
        if isinstance(value, str) and is_fine(value):
            continue
        if isinstance(value, dict):
            if located(value):
                return value
            inner = reason(value)
            if inner is None and not any(isinstance(member, str | dict | list) and member for member in value.values()):
                continue  # {"code": 0, "message": "", "detail": null}
            return inner if inner is not None else value
        return value
    return None


def code(body: Any) -> str | None:
    """Return the code of a failure; codes that mean success, and those beside "success", are none."""
    found = parts(body)
    for part in found:
        for where in (*error_objects(part), part, *_verdicts(part)):
            value = next((where[name] for name in _prefixed(_CODES) if _is_code(where.get(name))), bare_code(where))
            if value is not None and not _is_thanks(where):
                return str(value)
    places = ((part, *error_objects(part)) for part in found)
    kinds = (some.get(name) for part in places for some in part for name in ("type", "kind", "name", "typename"))
    kind = next((candidate for candidate in kinds if is_exception(candidate)), None)
    if kind is not None:
        return str(kind)
    status = found[-1].get("status") if found else None
    return str(status) if isinstance(status, int) and 400 <= status < 600 else None


def error_objects(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the objects of an error: `{"error": {…}}`, `{"errors": [{…, "extensions": {"code": …}}]}`."""
    for name in (*ERRORS, *_ERROR_OBJECTS):
        value = opened(part.get(name))
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, dict):
            error = folded(first)
            more = error.get("extensions")
            yield error
            if isinstance(more, dict):
                yield folded(more)


def _prefixed(names: tuple[str, ...]) -> Iterator[str]:
    """Return names, those of errors also as `jobErrorMsg` and `taskFailReason`."""
    for name in names:
        yield name
        if "err" in name or "fail" in name:
            yield from (prefix + name for prefix in PREFIXES)


def _is_code(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and not is_fine(str(value))


def bare_code(part: Mapping[str, Any]) -> int | None:
    """Return a number under "result" that stands beside words of an error: `{"result": 1013, "errmsg": "busy"}`."""
    number = part.get("result")
    said = (part.get(name) for name in _ITEM_ERRORS)
    wrong = any(isinstance(word, str) and not is_fine(word) for word in said)
    return number if type(number) is int and number and wrong else None


def _is_thanks(part: Mapping[str, Any]) -> bool:
    """Return whether an envelope says "success" beside its code, as `{"code": 10000, "message": "Success"}`."""
    said = (part.get(name) for name in SAYINGS)
    return any(isinstance(saying, str) and saying and is_fine(saying) for saying in said)


def declined(body: Any) -> bool:
    """Return whether an answer says of itself that the request did not succeed, as `{"success": false}`."""
    for part in parts(body):
        if any(part.get(name) is False for name in FLAGS):
            return True
        words = (part.get(name) for name in ("status", "state", "result", "type"))
        if any(isinstance(word, str) and is_declined(word) for word in words):
            return True
        if any(map(part.get, ERRORS)) or is_exception(part.get("typename")):
            return True
    return False


def result(body: Any) -> Any:
    """Return what a task made beside files: data, a text, or references to files that have to be asked for.

    A word such as "ok" or "error" under `result` says how the task ended; it is none.
    """
    for part in parts(body):
        for name in _RESULTS:
            value = part.get(name)
            if value is not None and value != "" and not _is_word(value) and not _is_error(value):
                return value
        found = {name: value for name, value in part.items() if _REFERENCE.search(name) and value not in (None, "", [])}
        if found and state_word(part) is not None:
            return found
    return None


def _is_error(value: Any) -> bool:
    """Return whether a result says that there is none: every item of it is an error without anything else."""
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(
        isinstance(item, dict) and len(item) <= 2 and _said_of_error(folded(item)) for item in items
    )


def _is_word(value: Any) -> bool:
    if not isinstance(value, str):
        return isinstance(value, bool)
    return is_fine(value) or everyday_state(fold(value)) is not None
