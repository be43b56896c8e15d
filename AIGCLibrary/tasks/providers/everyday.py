"""Finds id, state, reason and files in the answers of everyday task APIs, whatever envelope is around them.

Many products wrap the task: `{"code": 0, "msg": "ok", "data": {"taskId": …, "state": "fail", "failMsg": …}}`, sometimes
twice, sometimes as JSON inside a text. The functions here are what provider files use where they do not say where a
thing is: the innermost part that describes the task decides, and words of the envelope never do.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_WRAPPERS = (
    "data", "task", "job", "result", "output", "response", "payload", "content", "item", "record", "detail", "info",
    "body", "object", "generation", "prediction", "list", "tasks", "jobs", "items", "records",
)  # fmt: skip
"""Names under which an envelope holds the task, folded; the first one that describes it wins."""
_STATES = ("status", "state", "phase", "stage")
_PREFIXES = (
    "task", "job", "generation", "gen", "run", "video", "image", "audio", "execution", "workflow", "order", "work",
)  # fmt: skip
_IDS = ("id", "uuid", "no", "number", "key")
_LATE_IDS = ("requestid", "promptid", "operationid", "operation", "name", "traceid")
"""Names that may hold the id of a task, but as often that of the request: taken where nothing better is there."""
_REASONS = (
    "failmsg", "failreason", "failmessage", "failurereason", "failuremessage", "failuremsg", "failedreason",
    "failedmsg", "errormessage", "errormsg", "errmsg", "errmessage", "errorreason", "errordetail", "errorinfo",
    "error", "errors", "reason", "statusmsg", "statusmessage", "statusdetails", "statusreason", "taskstatusmsg",
    "detail", "details", "exception", "message", "msg", "description",
)  # fmt: skip
_CODES = (
    "failcode", "failurecode", "errorcode", "errcode", "errno", "errornumber", "code", "statuscode", "retcode",
    "ret",
)  # fmt: skip
_FINE = frozenset({
     "", "0", "00000", "200", "201", "202", "ok", "okay", "success", "successful", "succeed", "succeeded", "true",
     "false", "none", "null", "成功", "操作成功", "请求成功", "查询成功",
})  # fmt: skip
"""Words and codes by which an envelope says that the request was answered: no state of a task, and no reason."""
_DECLINED = frozenset({"error", "fail", "failed", "failure", "rejected", "denied", "失败", "错误"})
_POLITE = frozenset({"", "0", "200", "ok", "okay", "true", "none", "null"})
"""Of these, the words that are a state of no task."""
_RESULT = re.compile(
    r"result|output|video|image|audio|music|file|media|asset|artifact|works?$|generat|sample|track|clip|song|picture"
    r"|photo|creation|data|content|response|payload|item|list|download|base64|b64|(url|uri|link|href|src)s?$"
    r"|^(task|job|detail|info|record|body|object)s?$"
)
"""Names, beside the state of a task, that lead to files of its result."""
_NO_RESULT = re.compile(
    r"^(get|self|next|prev|previous|cancel|status|poll|queue|stream|web|api|share|docs?|help)$"
    r"|^(icon|logo|avatar|mask|error|model|user|owner|workflow)s?$"
    r"|^(status|cancel|response|poll|queue|stream|web|share|docs?|help)(url|uri|link|href|endpoint)s?$"
    r"|input|param|prompt|request|reference|^ref(image|video|url)|^source|^init|origin(al)?(image|video|file|picture)"
    r"|(first|last|start|end|tail|head)(frame|image)|callback|webhook|notif|preview|thumb|cover|poster"
)
"""Names of what is no result, wherever they are: inputs, previews, callbacks, links to the API itself."""
_ONE_FILE = (
    "url", "uri", "href", "src", "link", "downloadurl", "fileurl", "signedurl", "publicurl", "cdnurl", "originurl",
)  # fmt: skip
"""Names for the address of one and the same file."""
_FACTS = {
    "name": ("filename", "name"),
    "media_type": ("mimetype", "contenttype", "mediatype"),
    "size": ("size", "filesize"),
}
_DEEPEST = 6


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _folded(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part by its folded names; the first of those that are the same counts."""
    folded: dict[str, Any] = {}
    for name, value in part.items():
        folded.setdefault(_fold(str(name)), value)
    return folded


def opened(value: Any) -> Any:
    """Return what JSON inside a text holds, and of a list with one object that object; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value[0]
    return value


def parts(body: Any) -> list[dict[str, Any]]:
    """Return the object that describes the task and the envelopes around it, the innermost first, names folded."""
    found: list[dict[str, Any]] = []
    value = opened(body)
    while isinstance(value, dict) and len(found) < _DEEPEST:
        part = _folded(value)
        found.insert(0, part)
        inner = [opened(part[name]) for name in _WRAPPERS if name in part]
        value = next((one for one in inner if isinstance(one, dict) and _describes(_folded(one))), None)
    return found


def _describes(part: Mapping[str, Any], depth: int = 0) -> bool:
    """Return whether an object is a task or holds one: it has a state or an id of one."""
    if _word(part) is not None or any(_is_id(part.get(name)) for name in _id_names()):
        return True
    inner = (opened(part[name]) for name in _WRAPPERS if name in part)
    return depth < _DEEPEST and any(isinstance(one, dict) and _describes(_folded(one), depth + 1) for one in inner)


def _word(part: Mapping[str, Any]) -> str | None:
    """Return the state word of one object: `taskStatus` before `status`."""
    names = [prefix + name for name in _STATES for prefix in _PREFIXES] + list(_STATES)
    for name in names:
        value = part.get(name)
        if isinstance(value, dict):  # {"status": {"code": …, "state": "running"}}
            value = _word(_folded(value))
        if isinstance(value, str) and value.strip().casefold() not in _POLITE:
            return value
    return None


def state(body: Any) -> str | None:
    """Return the state word of the task; None where only an envelope says that the request was answered."""
    found = parts(body)
    for part in found:
        word = _word(part)
        if word is None:
            continue
        if part is found[0] and any(_is_id(part.get(name)) for name in _id_names()):
            return word  # the task itself, whatever its result looks like
        inner = [opened(part[name]) for name in _WRAPPERS if name in part]
        around = any(isinstance(one, dict | list) for one in inner)
        if is_fine(word) and around and not files(body):
            continue
        return word
    return None


def identifier(body: Any) -> str | int | None:
    """Return the id of the task: of the innermost part, `taskId` before `id`; a text under `data` is one, too."""
    found = parts(body)
    for names in (_id_names(), _LATE_IDS):
        for part in found:
            for name in names:
                if _is_id(part.get(name)):
                    value: str | int = part[name]
                    return value
        if names is not _LATE_IDS and found:
            bare = next(
                (found[-1][name] for name in ("data", "result", "task", "job") if _is_id(found[-1].get(name))), None
            )
            if isinstance(bare, str | int) and not str(bare).lstrip().startswith(("{", "[", "http")):
                return bare
    return None


def _id_names() -> tuple[str, ...]:
    return (*(prefix + name for prefix in _PREFIXES for name in _IDS), "id", "uuid")


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value not in ("", 0)


def reason(body: Any) -> Any:
    """Return why a task failed, as text, object or list; words of the envelope such as "success" are none."""
    for part in parts(body):
        for name in _REASONS:
            value = opened(part.get(name))
            if value is None or isinstance(value, bool | int | float) or not value:
                continue
            if isinstance(value, str) and is_fine(value):
                continue
            if isinstance(value, dict) and (inner := reason(value)) is not None:
                return inner
            return value
    return None


def code(body: Any) -> str | None:
    """Return the code of a failure; codes that mean success are none."""
    for part in parts(body):
        error = opened(part.get("error"))
        for where in (_folded(error) if isinstance(error, dict) else {}, part):
            for name in _CODES:
                value = where.get(name)
                if isinstance(value, str | int) and not isinstance(value, bool) and not is_fine(str(value)):
                    return str(value)
    return None


def declined(body: Any) -> bool:
    """Return whether an answer says of itself that the request did not succeed, as `{"success": false}`."""
    for part in parts(body):
        if any(part.get(name) is False for name in ("success", "ok", "succeeded", "issuccess")):
            return True
        words = (part.get(name) for name in ("status", "state", "result", "type"))
        if any(isinstance(word, str) and word.strip().casefold() in _DECLINED for word in words) or part.get("error"):
            return True
    return False


def is_fine(word: str) -> bool:
    """Return whether a word or code only says that a request was answered, such as "success"."""
    return word.strip().casefold() in _FINE


def field(body: Any, *names: str) -> Any:
    """Return the first value under one of some names, of the innermost part that has one."""
    for part in parts(body):
        for name in names:
            value = part.get(_fold(name))
            if value is not None and value != "":
                return value
    return None


def files(body: Any) -> list[Any]:
    """Return everything that leads to a file of the result: links and `data:` URLs, with what is said of the file.

    What lists and objects of results hold goes before links beside the state, which may as well be inputs.
    """
    for part in parts(body):
        nested = {name: value for name, value in part.items() if isinstance(opened(value), dict | list)}
        flat = {name: value for name, value in part.items() if name not in nested}
        for some in (nested, flat):
            found = list(dict.fromkeys(_leaves(some, 0)))
            if found:
                return [_file(link, dict(about)) for link, about in found]
    return []


_Leaf = tuple[str, tuple[tuple[str, Any], ...]]
"""A link, and what its object says of the file."""


def _leaves(part: Mapping[str, Any], depth: int) -> Iterator[_Leaf]:
    """Find the links below an object; of several names for one address the first counts."""
    alike = next((name for name in _ONE_FILE if isinstance(part.get(name), str)), None)
    for name, value in part.items():
        repeated = name in _ONE_FILE and name != alike and isinstance(value, str)
        if not repeated and not _NO_RESULT.search(name) and (depth or _RESULT.search(name)):
            yield from _links_in(opened(value), part, depth)


def _links_in(value: Any, part: Mapping[str, Any], depth: int) -> Iterator[_Leaf]:
    if depth > _DEEPEST:
        return
    if isinstance(value, str) and _is_link(value):
        about = {key: one for key, one in part.items() if isinstance(one, str | int) and not _is_link(str(one))}
        yield value, tuple(sorted(about.items())) if depth else ()
    elif isinstance(value, list):
        for one in value:
            yield from _links_in(one, {}, depth + 1)
    elif isinstance(value, dict):
        yield from _leaves(_folded(value), depth + 1)


def _is_link(text: str) -> bool:
    return text[:8].casefold().startswith(("http://", "https://", "data:"))


def _file(link: str, about: Mapping[str, Any]) -> Any:
    facts = {to: about[name] for to, names in _FACTS.items() for name in names if name in about}
    return {"url": link, **facts} if facts else link
