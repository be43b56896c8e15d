"""What a body with a status of success says: that it was refused, or whether something was removed.

Products that answer HTTP 200 whatever happens, and GraphQL, put their refusals in the body; removals in bulk say how
many were removed. Only words that cannot be read otherwise count; a body that says nothing is judged by others.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.units import is_whole

_ERRORS = ("errors", "error", "Errors", "Error", "userErrors", "user_errors", "mutationErrors", "fieldErrors")
_FLAGS = ("success", "ok", "succeeded", "isSuccess", "is_success", "Success")
_WORDS = frozenset({"error", "fail", "failed", "failure", "denied", "forbidden", "rejected", "refused", "unauthorized"})
_WORDS |= {"not_found", "notfound", "not found", "conflict"}
_STATUSES = ("status", "statusCode", "status_code", "httpStatus", "http_status", "code")
_ERROR_CODES = ("errcode", "err_code", "errorCode", "error_code", "errno", "ErrorCode", "err_no")
_RETURN_CODES = ("ret", "retcode", "ret_code", "retCode", "returnCode", "return_code")
_NEGATIVE = re.compile(
    r"error|fail|denied|forbidden|not_?found|invalid|conflict|unauthor|exception|exceed", re.IGNORECASE
)
_POSITIVE = frozenset(
    {"0", "00", "000", "0000", "200", "204", "ok", "success", "succ", "succeeded", "deleted", "removed", "done"}
)
_GOOD = dict.fromkeys(("code", "status", "errcode", "ret", "retcode", "result"), _POSITIVE)
_GOOD |= dict.fromkeys(("success", "ok", "succeeded"), frozenset({"true", "1"}))
_COUNTS = frozenset(
    {"deleted", "deletedcount", "deletecount", "numdeleted", "deletedrows", "totaldeleted", "removed", "removedcount"}
    | {"affected", "affectedrows", "rowsaffected", "rowcount", "count", "n", "deletedids", "deletedid", "modifiedcount"}
)
_WRAPPERS = ("data", "result", "Response", "response", "payload", "body")
_HTTP_LIKE = range(400, 600)


def is_thing(body: Any, remote_id: str | None) -> bool:
    """Return whether a body is the thing of an id itself, plain or under one wrapper."""
    if not isinstance(body, Mapping) or remote_id is None:
        return False
    holders = (body, *(member for member in body.values() if isinstance(member, Mapping)))
    names = ("id", "uuid", "_id", "guid", "name", "key")
    return any(str(holder.get(name)) == remote_id for holder in holders for name in names)


def refusal_in(body: Any, of: str | None = None) -> str | None:
    """Return what a body with a status of success says went wrong; None when it does not look like a refusal.

    Args:
        body: The body.
        of: Id of the thing in question: when the body is that thing, its own `status` or `error` is no refusal.
    """
    if not isinstance(body, Mapping) or is_thing(body, of):
        return None
    for holder in _holders(body):
        for name in _ERRORS:
            if holder.get(name) and not isinstance(holder[name], bool):
                return _words(holder[name])
        if _refuses(holder):
            return _words(holder)
    return None


def _holders(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a body, what it wraps, and the fields of GraphQL's `data`."""
    yield body
    for name in _WRAPPERS:
        inner = body.get(name)
        if isinstance(inner, Mapping):
            yield inner
            if name == "data":
                yield from (member for member in inner.values() if isinstance(member, Mapping) and _has_errors(member))


def _has_errors(holder: Mapping[str, Any]) -> bool:
    return any(holder.get(name) for name in _ERRORS)


def _refuses(holder: Mapping[str, Any]) -> bool:
    if holder.get("error") is True or any(_is_no(holder.get(name)) for name in _FLAGS if name in holder):
        return True
    for name in ("status", "result", "outcome"):
        if isinstance(holder.get(name), str) and holder[name].lower() in _WORDS:
            return True
    if any(_like_http_error(holder.get(name), short=name != "code") for name in _STATUSES):
        return True
    code = holder.get("code")
    if isinstance(code, str) and not is_whole(code) and _NEGATIVE.search(code):
        return True
    return any(_is_error_code(holder.get(name), ()) for name in _ERROR_CODES) or any(
        _is_error_code(holder.get(name), (1, 200)) for name in _RETURN_CODES
    )


def _is_no(value: Any) -> bool:
    return value is False or (not isinstance(value, bool) and str(value).lower() in ("0", "false", "no"))


def _is_error_code(value: Any, good: tuple[int, ...]) -> bool:
    """Return whether a code that is 0 for success says something else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    text = str(value)
    if not is_whole(text.lstrip("-")):
        return bool(_NEGATIVE.search(text))
    return int(text) != 0 and int(text) not in good


def _like_http_error(code: Any, *, short: bool) -> bool:
    """Return whether a code is, or begins like, an HTTP error: 404, 40401, "500100"; what others mean is not known."""
    text = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""
    longest = 3 if short else 6
    return is_whole(text) and 3 <= len(text) <= longest and int(text[:3]) in _HTTP_LIKE


def _words(said: Any) -> str:
    if isinstance(said, list) and said:
        said = said[0]
    if isinstance(said, Mapping):
        for name in (
            "message",
            "msg",
            "Message",
            "errmsg",
            "err_msg",
            "detail",
            "title",
            "description",
            "reason",
            "code",
        ):
            if said.get(name):
                return str(said[name])
    return str(said)


def removal_said(body: Any) -> bool | None:
    """Return whether the body of a deletion's answer says that something was removed; None when it says neither."""
    if body is None or body == {} or body is True or body == "":
        return True
    if body is False:
        return False
    if isinstance(body, str):
        return True if body.lower().rstrip(".!") in {*_POSITIVE, "true", "null"} else None
    if not isinstance(body, Mapping):
        return None
    said = [sign for holder in _removal_holders(body) for sign in _signs(holder)]
    return False if False in said else True if True in said else None


def _removal_holders(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield body
    yield from (body[name] for name in _WRAPPERS if isinstance(body.get(name), Mapping))


def _signs(holder: Mapping[str, Any]) -> Iterator[bool]:
    for name, value in holder.items():
        word = str(name).replace("_", "").lower()
        if word in _COUNTS and isinstance(value, bool | int | list):
            yield bool(value)
        elif word == "failed" and isinstance(value, list | int) and value:
            yield False
        elif name in _WRAPPERS and isinstance(value, bool):
            yield value
        elif word in _GOOD and str(value).lower() in _GOOD[word]:
            yield True
