"""What an answer says beside its status: headers for expressions, refusals in the body, marks of a deleted thing."""

from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.errors import near_matches
from AIGCLibrary.http.response import Response

_PRIVATE = frozenset({"set-cookie", "set-cookie2", "authorization", "www-authenticate", "proxy-authenticate"})
"""Headers that no template needs and that may hold credentials."""
_DELETED_WORDS = frozenset({"deleted", "removed", "destroyed", "purged", "trashed"})
_DELETED_FLAGS = ("deleted", "is_deleted", "isDeleted", "removed")
_DELETED_TIMES = ("deleted_at", "deletedAt", "removed_at", "removedAt")
_REFUSING_WORDS = frozenset({"error", "fail", "failed", "failure"})
_HTTP_LIKE = range(400, 600)


class AnswerHeaders(Mapping[str, str]):
    """The headers of an answer by name: letter case does not count, and `_` stands for `-`.

    Args:
        headers: The headers as they came.

    Example:
        ```python
        AnswerHeaders({"ETag": '"v1"'}).attribute("etag")  # '"v1"'
        ```
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        lower = {name.lower(): value for name, value in headers.items()}
        self._headers = {name: value for name, value in lower.items() if name not in _PRIVATE}

    def attribute(self, name: str) -> str:
        """Return a header.

        Raises:
            ExpressionError: The answer has none of this name.
        """
        wanted = str(name).lower()
        for one in (wanted, wanted.replace("_", "-")):
            if one in self._headers:
                return self._headers[one]
        raise ExpressionError(f"the answer has no header '{name}'. {near_matches(wanted, self._headers)}")

    def __getitem__(self, name: str) -> str:
        return self._headers[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


def refusal_in(body: Any) -> str | None:
    """Return what a body with a status of success says went wrong; None when it does not look like a refusal.

    Products that answer HTTP 200 whatever happens, and GraphQL, put their errors in the body. Only what cannot be
    read otherwise counts: `errors`, `error`, `success: false`, `status: error`, and codes such as 404 or 40401.
    """
    if not isinstance(body, Mapping):
        return None
    for name in ("errors", "error"):
        if body.get(name) and not isinstance(body[name], bool):
            return _words(body[name])
    refused = body.get("success") is False or body.get("ok") is False or body.get("error") is True
    word = body.get("status")
    if refused or (isinstance(word, str) and word.lower() in _REFUSING_WORDS) or _refusing_code(body.get("code")):
        return _words(body)
    return None


def _refusing_code(code: Any) -> bool:
    """Return whether a code begins like an HTTP error: 404, 40401, "500100"; what others mean is not known."""
    text = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""
    return text.isdigit() and 3 <= len(text) <= 6 and int(text[:3]) in _HTTP_LIKE


def _words(said: Any) -> str:
    if isinstance(said, list) and said:
        said = said[0]
    if isinstance(said, Mapping):
        for name in ("message", "msg", "detail", "title", "description", "reason", "code"):
            if said.get(name):
                return str(said[name])
    return str(said)


def says_deleted(body: Any) -> bool:
    """Return whether a thing that can still be read says that it was deleted."""
    if not isinstance(body, Mapping):
        return False
    for inner in (body, body.get("data")):
        if not isinstance(inner, Mapping):
            continue
        word = str(inner.get("status") or inner.get("state") or "").lower()
        if word in _DELETED_WORDS or any(inner.get(name) is True for name in _DELETED_FLAGS):
            return True
        if any(inner.get(name) for name in _DELETED_TIMES):
            return True
    return False


def is_web_page(response: Response) -> bool:
    """Return whether an answer is a page for people, such as that of a login, rather than one of the API."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") and bool(response.body.strip())
