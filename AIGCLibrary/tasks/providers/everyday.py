"""Finds id, state and reason in the answers of everyday task APIs, whatever envelope is around them.

Many products wrap the task: `{"code": 0, "msg": "ok", "data": {"taskId": …, "state": "fail", "failMsg": …}}`, sometimes
twice, sometimes as JSON inside a text. The functions here are what provider files use where they do not say where a
thing is: the innermost part that describes the task decides, and words of the envelope never do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from AIGCLibrary.tasks.providers.busy import is_busy
from AIGCLibrary.tasks.providers.classify import is_negative, tells_taken
from AIGCLibrary.tasks.providers.envelopes import (
    ERRORS,
    OWN_IDS,
    PREFIXES,
    WRAPPERS,
    fold,
    fold_name,
    folded,
    id_names,
    inner_parts,
    is_exception,
    is_fine,
    is_id,
    is_open,
    opened,
    parts,
    state_word,
)
from AIGCLibrary.tasks.providers.everyday_files import files
from AIGCLibrary.tasks.providers.reasons import located, sentence
from AIGCLibrary.tasks.providers.words import everyday_state
from AIGCLibrary.tasks.states import TaskState

_LATE_IDS = (
    "processid", "queueid", "inferenceid", "transcriptionid", "transcriptid", "dubbingid", "ticketid", "requestid",
    "promptid", "operationid", "operation", "name", "traceid",
)  # fmt: skip
"""Names that may hold the id of a task, but as often that of the request: taken where nothing better is there."""
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
_BARE = ("data", "result", "task", "job")
"""Names under which an envelope may hold nothing but an id, or a word: `{"jsonrpc": "2.0", "result": "RUNNING"}`."""
_TO_END = re.compile(r"(reason|remark|cause|error|failure|details)$")
"""Ends of the names of what says why a task ended: `terminationReason`, `auditRemark`, `last_error`."""
_WARNINGS = ("warnings", "warning", "notices", "notice")
_ITEM_ERRORS = ("error", "errormessage", "errormsg", "errmsg", "failreason", "failmsg")
_ERROR_OBJECTS = ("failure", "errorinfo", "errordetail", "errordetails", "failinfo", "failureinfo", "fault")
_SAYINGS = ("message", "msg", "errmsg", "errormsg", "statusmsg", "description", "desc")
_OF_STATE = (
    *_SAYINGS, "detail", "details", "taskmsg", "taskmessage", "jobmsg", "jobmessage", "statusmessage", "statusdetail",
    "statusdesc", "statusdescription", "statetext", "statustext", "statedesc", "progressmsg", "progressmessage",
    "hint", "tips",
)  # fmt: skip
"""Names of what is said of a state beside its word."""
_HOLDERS = ("data", "payload", "response", "content", "body")
"""Names under which an envelope holds nothing while there is nothing."""
_OPEN = re.compile(
    r"\b(in progress|processing|running|pending|queued|submitted|generating|waiting"
    r"|not (yet )?(ready|finished|complete|completed|done))\b|处理中|生成中|进行中|运行中|排队|等待|已提交|未完成|尚未",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"(?<!not )(?<!not yet )\b(completed?|finished|done|ready)\b|已完成|处理完成|生成完成", re.IGNORECASE
)
_STILL = re.compile(
    r"\b(is|are|still|currently|being) (still |currently |being ){0,4}"
    r"(running|process(ing|ed)|pending|queued|generat(ing|ed)|render(ing|ed)|waiting|in (the )?(progress|queue))\b"
    r"|\bin progress\b|\bnot (yet )?(been )?(ready|finished|completed?|done)\b"
    r"|尚未|还未|未完成|未就绪|正在(执行|处理|生成|排队|合成|渲染)|(处理|生成|排队|执行|运行|合成|渲染)中",
    re.IGNORECASE,
)
_WRONG = re.compile(
    r"fail|error|crash|exception|cannot|could not|unable|not found|失败|出错|异常|错误|不存在"
    r"|reject|refus|den(y|ied)|invalid|violat|exceed|insufficient|expired|cancel|abort|terminat"
    r"|tim(ed?|ing) ?-?out|too (long|many)"
    r"|拒绝|违规|违反|无效|非法|超时|超出|超过|不足|过期|取消|终止|中止"
    r"|overload|\b(server|service)\b|busy|unavailable|繁忙|系统|服务",
    re.IGNORECASE,
)
"""Words of a failure or a refusal, in which the rest says when it happened, or of the product itself."""
_NAME = re.compile(r"[A-Za-z]\w*")
"""A name of a reason, beside which words say more: `{"reason": "InProcess", "message": "… retry later"}`."""
_FLAGS = ("success", "ok", "succeeded", "issuccess")
_DECLINED = frozenset({"error", "fail", "failed", "failure", "rejected", "denied", "失败", "错误"})


def state(body: Any) -> str | None:
    """Return the state word of the task; None where only an envelope says that the request was answered."""
    found = parts(body)
    for part in found:
        word = state_word(part)
        if word is None:
            continue
        if is_fine(word) and _says_open(part) and not files(body):
            continue
        if _is_declined(word) and still_open(body) and identifier(body) is None:
            continue  # {"status": "error", "message": "The task is still running"}
        if _contradicts(word, part):
            return "failed"
        if part is found[0] and any(is_id(part.get(name)) for name in id_names()):
            return word  # the task itself, whatever its result looks like
        if is_fine(word) and _is_envelope(part) and not files(body):
            continue
        return word
    if found and (word := _of_own_error(found[0])) is not None:
        return word
    bare = (found[0].get(name) for name in _BARE) if found else ()
    return next((one for one in bare if isinstance(one, str) and " " not in one and is_open(one)), None)


def _of_own_error(part: Mapping[str, Any]) -> str | None:
    """Return what an error that names its task says of it: `{"errors": [{"taskUUID": "7", "status": "error"}]}`."""
    for error in _errors(part):
        word = state_word(error)
        if word is not None and any(is_id(error.get(name)) for name in OWN_IDS):
            return word if everyday_state(fold(word)) is TaskState.FAILED else None
    return None


def _is_envelope(part: Mapping[str, Any]) -> bool:
    """Return whether an object is an envelope: around something, or around nothing yet, as `{"data": null}`."""
    around = any(isinstance(opened(part[name]), dict | list) for name in WRAPPERS if name in part)
    return around or any(name in part and part[name] in (None, "") for name in _HOLDERS)


def _contradicts(word: str, part: Mapping[str, Any]) -> bool:
    """Return whether the object that calls itself ended says that it failed: `{"state": "done", "success": false}`."""
    if everyday_state(fold(word)) is not TaskState.COMPLETED:
        return False
    said = part.get("result")
    return any(part.get(name) is False for name in _FLAGS) or (isinstance(said, str) and _is_declined(said))


def still_open(body: Any) -> bool:
    """Return whether an answer that declines the request says that the task continues: "Result not ready yet"."""
    word = code(body)
    if word is not None and everyday_state(fold(word)) in (TaskState.QUEUED, TaskState.PROCESSING):
        return True
    said = sentence(reason(body)) or next((one for part in parts(body) if (one := _said(part))), "")
    said = said if isinstance(said, str) else ""
    return _STILL.search(said) is not None and not _WRONG.search(said)


def _is_declined(word: str) -> bool:
    return word.strip().casefold() in _DECLINED


def _says_open(part: Mapping[str, Any]) -> bool:
    """Return whether the words beside "success" say that the task continues: "Task is still in progress"."""
    words = (one for one in map(part.get, _OF_STATE) if isinstance(one, str))
    return any(_OPEN.search(word) is not None and not _ENDED.search(word) for word in words)


def identifier(body: Any) -> str | int | None:
    """Return the id of the task: of the innermost part, `taskId` before `id`; a text under `data` is one, too."""
    found = parts(body)
    refused = _is_refusal(body)
    whole = next((n for n, part in enumerate(found) if state_word(part) and any(map(is_id, _ids(part)))), 0)
    for names in (OWN_IDS, id_names(), _LATE_IDS):
        if refused and names is _LATE_IDS:
            return None  # the id of the request that was refused
        for part in found[whole:]:  # an item of the result has an `id`, too, and no state
            more = ("uid",) if names is _LATE_IDS and state_word(part) else ()  # elsewhere the id of a user
            for name in (*more, *names):
                if is_id(part.get(name)):
                    value: str | int = part[name]
                    return value
        if names not in (OWN_IDS, _LATE_IDS) and found and not refused and _bare_code(found[-1]) is None:
            bare = next((one for name in _BARE if is_id(one := _only(found[-1].get(name)))), None)
            if bare is None:  # {"data": {"taskIds": ["a"]}}
                lists = (some.get(name + "s") for some in (found[0], *_folded_inner(found[0])) for name in OWN_IDS)
                bare = next((one for some in lists if is_id(one := _only(some))), None)
            if isinstance(bare, str | int) and _may_be_id(str(bare)):
                return bare
    return None


def _folded_inner(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [folded(inner_part) for inner_part in inner_parts(part)]


def _only(value: Any) -> Any:
    """Return the one thing that a list holds; anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _may_be_id(text: str) -> bool:
    return not text.lstrip().startswith(("{", "[", "http")) and everyday_state(fold(text)) is None


def _ids(part: Mapping[str, Any]) -> Iterator[Any]:
    return map(part.get, id_names())


def _is_refusal(body: Any) -> bool:
    """Return whether an answer reports an error: by its words, or by a code such as `InvalidApiKey`."""
    found = code(body)
    if found is not None and found.lstrip("-").isdecimal():  # only the words beside show which numbers mean success
        said = sentence(reason(body))
        refused = not tells_taken(said) and (is_negative(found, said) or is_busy(200, found, said))
        return declined(body) or refused
    return found is not None or declined(body)


def reason(body: Any) -> Any:
    """Return why a task failed, as text, object or list; words of the envelope such as "success" are none."""
    found = parts(body)
    for part in found:
        for some in (part, *_verdicts(part)):
            said = _said(some)
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
        *(one for name in (*_ASIDE, *_RESULTS) if isinstance(one := found[0].get(name), dict)),
    )
    said = next((said for one in within if (said := _said(folded(one))) is not None), None)
    result = found[0].get("result") or found[0].get("output")  # Celery: the exception is the result
    return said if said is not None or not isinstance(result, str) else result


def _said_to_end(found: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what a field says that is called the reason for something: `terminationReason`, `last_error`."""
    named = (opened(value) for part in found for name, value in part.items() if _TO_END.search(name))
    for one in named:
        said = _said(folded(one)) if isinstance(one, dict) else one
        if isinstance(said, str) and said and not is_fine(said):
            return said
    return None


def _warning(part: Mapping[str, Any], body: Any) -> Any:
    """Return what a task that made nothing warns of."""
    said = next((one for name in _WARNINGS if (one := part.get(name))), None)
    return None if said is None or files(body) or result(body) is not None else said


def _said_of_error(part: Mapping[str, Any]) -> Any:
    """Return why a result is an error: `{"status": "COMPLETED", "output": {"error": "out of memory"}}`."""
    if any(map(part.get, ERRORS)):
        return _said(part)
    said = next((one for name in _SAYINGS if isinstance(one := part.get(name), str) and one), "")
    refused = any(_is_code(part.get(name)) for name in _CODES) and is_negative(None, said)
    return said if refused else None  # {"code": 1, "msg": "生成失败"}


def _said_of_items(part: Mapping[str, Any]) -> Any:
    """Return why all items of a list failed."""
    for value in part.values():
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            errors = [
                next((some[name] for name in _ITEM_ERRORS if some.get(name)), None) for some in map(folded, value)
            ]
            if all(errors):
                return errors[0]
    return None


def _verdicts(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one in map(part.get, _VERDICTS):
        if isinstance(one, dict):
            said = folded(one)
            yield said
            if isinstance(said.get("error"), dict):
                yield folded(said["error"])


def _said(part: Mapping[str, Any]) -> Any:
    said = _first_said(part)
    if not isinstance(said, str) or _NAME.fullmatch(said) is None:
        return said
    others = (one for name in _SAYINGS if isinstance(one := part.get(name), str) and _NAME.fullmatch(one) is None)
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
            if inner is None and not any(isinstance(one, str | dict | list) and one for one in value.values()):
                continue  # {"code": 0, "message": "", "detail": null}
            return inner if inner is not None else value
        return value
    return None


def code(body: Any) -> str | None:
    """Return the code of a failure; codes that mean success, and those beside "success", are none."""
    found = parts(body)
    for part in found:
        for where in (*_errors(part), part, *_verdicts(part)):
            value = next((where[name] for name in _prefixed(_CODES) if _is_code(where.get(name))), _bare_code(where))
            if value is not None and not _is_thanks(where):
                return str(value)
    places = ((part, *_errors(part)) for part in found)
    kinds = (some.get(name) for part in places for some in part for name in ("type", "kind", "name", "typename"))
    kind = next((one for one in kinds if is_exception(one)), None)
    if kind is not None:
        return str(kind)
    status = found[-1].get("status") if found else None
    return str(status) if isinstance(status, int) and 400 <= status < 600 else None


def _errors(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
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


def _bare_code(part: Mapping[str, Any]) -> int | None:
    """Return a number under "result" that stands beside words of an error: `{"result": 1013, "errmsg": "busy"}`."""
    number = part.get("result")
    said = (part.get(name) for name in _ITEM_ERRORS)
    wrong = any(isinstance(one, str) and not is_fine(one) for one in said)
    return number if type(number) is int and number and wrong else None


def _is_thanks(part: Mapping[str, Any]) -> bool:
    """Return whether an envelope says "success" beside its code, as `{"code": 10000, "message": "Success"}`."""
    said = (part.get(name) for name in _SAYINGS)
    return any(isinstance(one, str) and one and is_fine(one) for one in said)


def declined(body: Any) -> bool:
    """Return whether an answer says of itself that the request did not succeed, as `{"success": false}`."""
    for part in parts(body):
        if any(part.get(name) is False for name in _FLAGS):
            return True
        words = (part.get(name) for name in ("status", "state", "result", "type"))
        if any(isinstance(word, str) and _is_declined(word) for word in words):
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


def field(body: Any, *names: str) -> Any:
    """Return the first value under one of some names, of the innermost part that has one."""
    for part in parts(body):
        for name in names:
            value = part.get(fold_name(name))
            if value is not None and value != "":
                return value
    return None
