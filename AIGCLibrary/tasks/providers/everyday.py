"""Finds id and state in the answers of everyday task APIs, whatever envelope is around them.

Many products wrap the task: `{"code": 0, "msg": "ok", "data": {"taskId": …, "state": "fail", "failMsg": …}}`, sometimes
twice, sometimes as JSON inside a text. The functions here and in `everyday_reasons` are what provider files use where
they do not say where a thing is: the innermost part that describes the task decides, words of the envelope never do.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.tasks.providers.busy import is_busy
from AIGCLibrary.tasks.providers.classify import is_negative, tells_taken
from AIGCLibrary.tasks.providers.envelopes import (
    OWN_IDS,
    WRAPPERS,
    fold,
    fold_name,
    folded,
    id_names,
    inner_parts,
    is_fine,
    is_id,
    is_open,
    opened,
    parts,
    state_word,
)
from AIGCLibrary.tasks.providers.everyday_files import files
from AIGCLibrary.tasks.providers.everyday_reasons import (
    FLAGS,
    SAYINGS,
    bare_code,
    code,
    declined,
    error_objects,
    is_declined,
    reason,
    said_of,
)
from AIGCLibrary.tasks.providers.reasons import sentence
from AIGCLibrary.tasks.providers.words import everyday_state
from AIGCLibrary.tasks.states import TaskState

_LATE_IDS = (
    "processid", "queueid", "inferenceid", "transcriptionid", "transcriptid", "dubbingid", "ticketid", "requestid",
    "promptid", "operationid", "operation", "name", "traceid",
)  # fmt: skip
"""Names that may hold the id of a task, but as often that of the request: taken where nothing better is there."""
_BARE = ("data", "result", "task", "job")
"""Names under which an envelope may hold nothing but an id, or a word: `{"jsonrpc": "2.0", "result": "RUNNING"}`."""
_OF_STATE = (
    *SAYINGS, "detail", "details", "taskmsg", "taskmessage", "jobmsg", "jobmessage", "statusmessage", "statusdetail",
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


def state(body: Any) -> str | None:
    """Return the state word of the task; None where only an envelope says that the request was answered."""
    found = parts(body)
    for part in found:
        word = state_word(part)
        if word is None:
            continue
        if is_fine(word) and _says_open(part) and not files(body):
            continue
        if is_declined(word) and still_open(body) and identifier(body) is None:
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
    return next((word for word in bare if isinstance(word, str) and " " not in word and is_open(word)), None)


def _of_own_error(part: Mapping[str, Any]) -> str | None:
    """Return what an error that names its task says of it: `{"errors": [{"taskUUID": "7", "status": "error"}]}`."""
    for error in error_objects(part):
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
    return any(part.get(name) is False for name in FLAGS) or (isinstance(said, str) and is_declined(said))


def still_open(body: Any) -> bool:
    """Return whether an answer that declines the request says that the task continues: "Result not ready yet"."""
    word = code(body)
    if word is not None and everyday_state(fold(word)) in (TaskState.QUEUED, TaskState.PROCESSING):
        return True
    said = sentence(reason(body)) or next((words for part in parts(body) if (words := said_of(part))), "")
    said = said if isinstance(said, str) else ""
    return _STILL.search(said) is not None and not _WRONG.search(said)


def _says_open(part: Mapping[str, Any]) -> bool:
    """Return whether the words beside "success" say that the task continues: "Task is still in progress"."""
    words = (word for word in map(part.get, _OF_STATE) if isinstance(word, str))
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
        if names not in (OWN_IDS, _LATE_IDS) and found and not refused and bare_code(found[-1]) is None:
            bare = next((value for name in _BARE if is_id(value := _only(found[-1].get(name)))), None)
            if bare is None:  # {"data": {"taskIds": ["a"]}}
                lists = (some.get(name + "s") for some in (found[0], *_folded_inner(found[0])) for name in OWN_IDS)
                bare = next((value for some in lists if is_id(value := _only(some))), None)
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


def field(body: Any, *names: str) -> Any:
    """Return the first value under one of some names, of the innermost part that has one."""
    for part in parts(body):
        for name in names:
            value = part.get(fold_name(name))
            if value is not None and value != "":
                return value
    return None
