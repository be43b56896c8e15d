"""What an answer says beside its status: headers for expressions, marks of a deleted thing, pages for people."""

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
        for spelling in (wanted, wanted.replace("_", "-")):
            if spelling in self._headers:
                return self._headers[spelling]
        raise ExpressionError(f"the answer has no header '{name}'. {near_matches(wanted, self._headers)}")

    def __getitem__(self, name: str) -> str:
        return self._headers[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


def says_deleted(body: Any) -> bool:
    """Return whether a thing that can still be read, plain or under a wrapper, says that it was deleted."""
    if not isinstance(body, Mapping):
        return False
    wrapped = () if "id" in body else (member for member in body.values() if isinstance(member, Mapping))
    return any(is_deleted(answered) for answered in (body, *wrapped))


def is_deleted(thing: Mapping[str, Any]) -> bool:
    """Return whether a thing says of itself that it was deleted: by a state, a flag, or a time."""
    fields = thing["attributes"] if isinstance(thing.get("attributes"), Mapping) else thing
    word = str(fields.get("status") or fields.get("state") or "").lower()
    return (
        word in _DELETED_WORDS
        or any(fields.get(name) is True for name in _DELETED_FLAGS)
        or any(fields.get(name) for name in _DELETED_TIMES)
    )


def is_web_page(response: Response) -> bool:
    """Return whether an answer is a page for people, such as that of a login, rather than one of the API."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") and bool(response.body.strip())
