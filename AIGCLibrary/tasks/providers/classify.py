"""Why a task failed: from a provider's code and words to one of our few classes."""

import re
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.tasks.providers.long_texts import searched
from AIGCLibrary.tasks.providers.phrases import Meaning, first_said, is_of_machine, says, spread
from AIGCLibrary.tasks.states import ErrorClass

_CAUSES = {
    Meaning.LOCKED: ErrorClass.UNAUTHORIZED,
    Meaning.CONTENT: ErrorClass.MODERATION,
    Meaning.SUSPECT: ErrorClass.MODERATION,
    Meaning.SPENT: ErrorClass.QUOTA,
    Meaning.RATE: ErrorClass.QUOTA,
    Meaning.UNDER_WAY: ErrorClass.QUOTA,
    Meaning.SIZE: ErrorClass.BAD_INPUT,
    Meaning.SOURCE: ErrorClass.BAD_INPUT,
    Meaning.LIMIT: ErrorClass.QUOTA,
    Meaning.QUOTA: ErrorClass.QUOTA,
    Meaning.LOGIN: ErrorClass.UNAUTHORIZED,
}
"""What names a cause, the most certain first."""
_UNPROVEN = (Meaning.CONTENT, Meaning.SUSPECT, Meaning.LIMIT, Meaning.QUOTA, Meaning.LOGIN)
"""What words only seem to name where a machine failed: "safety checker: out of memory", "memory limit exceeded"."""
_HINTS = {
    Meaning.MACHINE: ErrorClass.INTERNAL,
    Meaning.INPUT: ErrorClass.BAD_INPUT,
    Meaning.OUTAGE: ErrorClass.INTERNAL,
    Meaning.CRASH: ErrorClass.INTERNAL,
    Meaning.FULL: ErrorClass.INTERNAL,
}
"""What only says that it went wrong; "invalid" and "error" may be part of any of the causes."""
_NOT_NOW = (
    Meaning.RATE, Meaning.FULL, Meaning.UNDER_WAY, Meaning.LIMIT, Meaning.OUTAGE, Meaning.LATER, Meaning.AGAIN,
)  # fmt: skip
"""What passes. A request has no size, so that its limit is one of requests."""
_BY_STATUS = {
    401: ErrorClass.UNAUTHORIZED,
    402: ErrorClass.QUOTA,
    407: ErrorClass.UNAUTHORIZED,
    408: ErrorClass.INTERNAL,
    429: ErrorClass.QUOTA,
    451: ErrorClass.MODERATION,
    502: ErrorClass.INTERNAL,
    504: ErrorClass.INTERNAL,
}
"""Statuses with one meaning: only words that name a cause go before them."""
_OF_INPUT = frozenset({400, 404, 405, 406, 410, 411, 412, 413, 414, 415, 416, 422, 431})
"""Statuses that are about what was sent, or where to."""
_OF_CLIENT = {
    403: ErrorClass.UNAUTHORIZED,
    421: ErrorClass.INTERNAL,
    424: ErrorClass.INTERNAL,
    425: ErrorClass.INTERNAL,
    499: ErrorClass.INTERNAL,
}
"""Other statuses below 500 with a meaning: forbidden, or that the product, or what it needs, did not answer in time."""
_BY_CODE = {
    "400": ErrorClass.BAD_INPUT,
    "401": ErrorClass.UNAUTHORIZED,
    "402": ErrorClass.QUOTA,
    "422": ErrorClass.BAD_INPUT,
    "429": ErrorClass.QUOTA,
    "500": ErrorClass.INTERNAL,
    "502": ErrorClass.INTERNAL,
    "503": ErrorClass.INTERNAL,
    "504": ErrorClass.INTERNAL,
}
"""Codes of an envelope that are HTTP statuses, also with two digits behind them (42900): they count where no word
names a cause."""
_ALIASES = {
    "content_policy": ErrorClass.MODERATION,
    "moderated": ErrorClass.MODERATION,
    "invalid_request_error": ErrorClass.BAD_INPUT,
    "rate_limited": ErrorClass.QUOTA,
}


def classify(
    reported: Any, code: Any, message: str, classes: Mapping[str, ErrorClass], status: int | None = None
) -> ErrorClass:
    """Return the class of a failure.

    Args:
        reported: The provider's own class, if it has one.
        code: The provider's code.
        message: The provider's words.
        classes: Exact words or codes of this provider and their class; they win.
        status: HTTP status of an answer that refused a submit.
    """
    exact = [classes[str(word)] for word in (reported, code, message) if word is not None and str(word) in classes]
    if exact:
        return exact[0]
    named = _named(str(reported or "").lower())
    cause = _told(str(code or ""), message, str(reported or ""))
    clear = _BY_STATUS.get(status or 0) if cause in (None, ErrorClass.BAD_INPUT, ErrorClass.INTERNAL) else None
    coded = _BY_CODE.get(_as_status(code))
    return named or clear or cause or coded or _by_status(status)


def _as_status(code: Any) -> str:
    """Return the HTTP status that a product has as its code; "" where it is none."""
    found = _STATUS_CODE.fullmatch(str(code))
    return found[1] if found else ""


_STATUS_CODE = re.compile(r"(400|401|402|408|422|429|500|502|503|504)(\d\d)?")
_TEMPORARY_CODE = re.compile(r"(429|408|5\d\d)(\d{0,2})")
_TEMPORARY_STATUSES = frozenset({"408", "429", "500", "502", "503", "504"})


def is_temporary(code: str | None, message: str) -> bool:
    """Return whether an error of an envelope means that the request could not be answered now.

    Args:
        code: The product's code; 429, 408, 5xx, also with digits behind them, are taken as HTTP statuses.
        message: The product's words.
    """
    if says(spread(message), *_NOT_NOW):
        return True
    if not message:
        return bool(code and _TEMPORARY_CODE.fullmatch(code))
    # {"code": 500, "msg": "error"}: the words name no cause, and do not say that the work failed.
    unclear = _told(message) in (None, ErrorClass.INTERNAL) and not tells_failure(None, message)
    return unclear and _as_status(code) in _TEMPORARY_STATUSES


_NEGATIVE = re.compile(
    r"\b(fail(s|ed|ure)?|errors?|denied|refused|rejected|cannot|can't|could not|unable)\b"
    r"|\bnot (found|exists?|allowed|available)\b"
    r"|失败|错误|不存在|找不到|未找到|不可用|无法|不能|禁止|拒绝|异常",
    re.IGNORECASE,
)


def is_negative(code: str | None, message: str) -> bool:
    """Return whether the words beside a code say that what was asked was not done.

    Args:
        code: The product's code; its number alone says nothing: 1 is success here and failure there.
        message: The product's words.
    """
    return bool(_NEGATIVE.search(searched(message))) or classify(None, code, message, {}) is not ErrorClass.UNKNOWN


_TAKEN = re.compile(
    r"\b(created|submitted|accepted|queued|received|success(ful(ly)?)?)\b"
    r"|(提交|创建|受理|接收|下发)(任务)?成功|已(提交|创建|受理|接收|加入)",
    re.IGNORECASE,
)
_NOT_TAKEN = re.compile(
    r"\b(not|no|never|unable|cannot|can't|could not|fail\w*|reject\w*|refus\w*|denied|without|until|before)\b"
    r"|失败|未|不|无法|拒绝",
    re.IGNORECASE,
)


def tells_taken(message: str) -> bool:
    """Return whether the words beside a submission say that it was taken, whatever else they say of the load.

    "Task created; the queue is busy, expect delays" is no refusal: sent again, it would be paid for twice.
    """
    words = searched(message)
    return _TAKEN.search(words) is not None and _NOT_TAKEN.search(words) is None


_ENDED = re.compile(
    r"(生成|制作|合成|渲染|推理|绘制|创作|转码|出图|训练|任务(执行|处理|运行)?)(任务)?(失败|出错|异常|错误)|审核[未不]通过"
    r"|\b(generation|generating|rendering|synthesis|inference|prediction)( (has|task|job))?( was)?"
    r" (failed|failure|errored)\b"
    r"|\bfailed to (generate|render|synthesi[sz]e|produce)\b|\b(task|job|run) (has )?failed\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"查询|获取|读取|拉取|请求|访问|接口|状态"
    r"|\b(query(ing)?|fetch(ing)?|get(ting)?|retriev\w*|load(ing)?|read(ing)?|requests?|poll(ing)?|status)\b",
    re.IGNORECASE,
)


def tells_failure(code: str | None, message: str) -> bool:
    """Return whether an error without a task around it is about the work itself, never about the request for it."""
    words = searched(f"{spread(code or '')} {message}")
    return bool(_ENDED.search(words)) and not _ASKED.search(words)


def _named(word: str) -> ErrorClass | None:
    return ErrorClass(word) if word in ErrorClass.__members__.values() else _ALIASES.get(word)


def _told(*texts: str) -> ErrorClass | None:
    """Return the class that words are of; what says why goes before what only says that it went wrong."""
    split = [spread(text) for text in texts if text]
    for group in (_CAUSES, _HINTS):
        for text in split:
            meaning = first_said(text, *group)
            if meaning in _UNPROVEN and is_of_machine(text, meaning):
                return ErrorClass.INTERNAL
            if meaning is not None:
                return group[meaning]
    return None


def _by_status(status: int | None) -> ErrorClass:
    if status is None or status < 400:
        return ErrorClass.UNKNOWN
    if status >= 500:
        return ErrorClass.INTERNAL
    if status in _OF_INPUT:
        return ErrorClass.BAD_INPUT
    return _OF_CLIENT.get(status, ErrorClass.UNKNOWN)
