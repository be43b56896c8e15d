"""Answers that say nothing of a task's state: what they say of the request, or that the task is unknown."""

import re
from typing import Any

from AIGCLibrary.http.retry import may_repeat_read
from AIGCLibrary.tasks.providers import everyday_reasons
from AIGCLibrary.tasks.providers.busy import is_busy
from AIGCLibrary.tasks.providers.classify import is_temporary, tells_failure
from AIGCLibrary.tasks.providers.phrases import Meaning, says, spread
from AIGCLibrary.tasks.snapshot import TaskFailure, Trouble
from AIGCLibrary.tasks.states import ErrorClass

_NOT_NOW = frozenset({409, 423})
"""Statuses by which a product says that it cannot answer while the task goes on: conflict, locked."""
_NO_TOKEN = re.compile(r"(401|403)\d{0,2}")
_NO_TASK_CODE = re.compile(r"404\d{0,2}|(?i:(task|job|record|resource)[-_. ]?not[-_. ]?(found|exists?))")
_NO_TASK = re.compile(
    r"\b(?<!input )(?<!source )(task|job|generation|operation|record|prediction|order|request|run|render|project"
    r"|execution"
    r"|workflow|process)\b.{0,60}(not (be )?found|not exists?|n't exist"
    r"|no longer exists?|been deleted)|(no\s+such|unknown) (task|job|record|generation)\b"
    r"|(任务|作业|订单|记录).{0,10}(不存在|未找到|找不到|已删除|已过期|已失效|已清理)"
    r"|(不存在|找不到|未找到).{0,4}(任务|作业|订单|记录)|(查?无此|没有(此|该|这个))(任务|作业|订单|单|记录)",
    re.IGNORECASE,
)
_OF_INPUT = re.compile(r"\b(param\w*|arguments?|fields?|headers?|body|invalid|required)\b|参数|字段", re.IGNORECASE)
_OF_ACCOUNT = re.compile(r"\b(account|ip|user|key)\b|账号|帐号|账户|用户|封禁", re.IGNORECASE)
_PAGE = re.compile(
    r"\ufeff?(?:\s|<\?xml[^>]*+>|<!--(?:(?!-->).)*+-->)*+<(!doctype html|html)", re.IGNORECASE | re.DOTALL
)


def of_status(status: int) -> Trouble:
    """Return what an HTTP status of 400 or above says of a request."""
    if may_repeat_read(status) or status in _NOT_NOW:
        return Trouble.RETRY
    return Trouble.UNAUTHORIZED if status in (401, 403, 407) else Trouble.REFUSED


def is_refusal(status: int) -> bool:
    """Return whether an HTTP status refuses a request for another reason than its token or its rate."""
    return status < 500 and status not in (401, 403, 407, 429)


def of_refusal(failure: TaskFailure) -> Trouble:
    """Return what an answer says that refuses a request with a status such as 400.

    Some products answer HTTP 400 also for load, a token that expired, or a signature that was used before.
    """
    if failure.error_class is ErrorClass.UNAUTHORIZED:
        return Trouble.UNAUTHORIZED
    if _NO_TASK_CODE.fullmatch(failure.code or "") or (
        _NO_TASK.search(spread(failure.message)) and not _OF_INPUT.search(failure.message)
    ):
        return Trouble.MISSING
    busy = is_busy(400, failure.code, failure.message) or is_temporary(failure.code, failure.message)
    return Trouble.RETRY if busy else Trouble.REFUSED


def of_envelope(failure: TaskFailure, body: Any) -> Trouble:
    """Return what an answer without a task says of the request: refused for its token, for load, task unknown."""
    empty = isinstance(body, dict) and any(name in body and body[name] is None for name in ("data", "result"))
    if empty and _NO_TASK.search(spread(failure.message)):
        return Trouble.MISSING
    if failure.code is None and not isinstance(body, str) and not everyday_reasons.declined(body):
        return Trouble.RETRY if is_of_server(failure) else Trouble.UNREADABLE
    code, message = failure.code or "", failure.message
    if failure.error_class is ErrorClass.UNAUTHORIZED:
        return Trouble.UNAUTHORIZED
    if _NO_TASK_CODE.search(code) or _NO_TASK.search(spread(message)):
        return Trouble.MISSING
    if is_busy(200, failure.code, message) or is_temporary(failure.code, message):
        return Trouble.RETRY
    return Trouble.UNAUTHORIZED if _NO_TOKEN.fullmatch(code) else Trouble.UNREADABLE


def is_of_server(failure: TaskFailure) -> bool:
    """Return whether words alone say that the product failed or has too much to do: "Internal Server Error"."""
    named = failure.error_class in (ErrorClass.INTERNAL, ErrorClass.QUOTA)
    return named and is_temporary(None, failure.message) and not tells_failure(None, failure.message)


def is_of_task(failure: TaskFailure, trouble: Trouble | None) -> bool:
    """Return whether an error of an envelope is that of the task: its work failed, or its content was refused."""
    if tells_failure(failure.code, failure.message):
        return True
    return trouble is Trouble.UNREADABLE and is_moderated(failure)


def is_moderated(failure: TaskFailure) -> bool:
    """Return whether a refusal is about content: a request has none, so that the task is meant."""
    words = f"{failure.code or ''} {failure.message}"
    moderated = failure.error_class is ErrorClass.MODERATION
    return moderated and says(words, Meaning.CONTENT) and not _OF_ACCOUNT.search(words)


def is_page(body: Any) -> bool:
    """Return whether a web page came in place of an answer: of a gateway, for signing in, "we will be back soon"."""
    return isinstance(body, str) and _PAGE.match(body[:2000]) is not None
