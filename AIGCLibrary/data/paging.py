"""Reads all pages of a list, whatever the paging: links, cursors, pages, offsets; or says that not all were read.

page ──► link or cursor to the next one? ──► follow it
     ──► more are there by total, has_more or a full page? ──► page=, then offset=, as the answer names them
     ──► a page that brings nothing new ends it; what was read is compared with the total
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import jmespath

from AIGCLibrary.data.model import Paging
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.http.response import Response

MOST_PAGES = 5000
_LINKS = (
    "next",
    "next_url",
    "nextUrl",
    "next_page_url",
    "nextPageUrl",
    "nextLink",
    "next_link",
    "@odata.nextLink",
    "odata.nextLink",
)
_CURSORS = {
    "next_cursor": "cursor",
    "nextCursor": "cursor",
    "next_page_token": "page_token",
    "nextPageToken": "pageToken",
    "next_token": "next_token",
    "nextToken": "nextToken",
    "continuation_token": "continuation_token",
    "continuationToken": "continuationToken",
    "end_cursor": "after",
    "endCursor": "after",
    "next_page": "page",
    "nextPage": "page",
    "next_offset": "offset",
    "nextOffset": "offset",
    "next_start": "start",
    "cursor": "cursor",
}
"""Fields that hold a cursor, each with the parameter that takes it."""
_HOLDERS: tuple[str, ...] = (
    "",
    "meta",
    "pagination",
    "paging",
    "page",
    "links",
    "_links",
    "page_info",
    "pageInfo",
    "response_metadata",
)
_HOLDERS += ("cursors", "paging.cursors", "meta.pagination", "meta.page", "data", "result")
_TOTALS: tuple[str, ...] = (
    "total",
    "total_count",
    "totalCount",
    "totalElements",
    "total_items",
    "totalItems",
    "totalResults",
    "total_results",
)
_TOTALS += ("count", "itemsTotal", "recordsTotal", "recordCount", "@odata.count")
_PAGES = {
    "page": "page",
    "current_page": "page",
    "currentPage": "page",
    "pageNumber": "pageNumber",
    "page_number": "page_number",
}
_PAGES |= {"number": "page", "pageNo": "pageNo", "page_no": "page_no", "pageNum": "pageNum", "page_num": "page_num"}
_OFFSETS = {"offset": "offset", "skip": "skip", "start": "start", "startAt": "startAt", "from": "from"}
_MORE = (
    "has_more",
    "hasMore",
    "has_next",
    "hasNext",
    "hasNextPage",
    "has_next_page",
    "more",
    "is_truncated",
    "isTruncated",
)
_ENDS = ("last", "is_last", "isLast", "is_end", "isEnd")
_ROUND = frozenset(
    {10, 12, 15, 16, 20, 24, 25, 30, 32, 40, 50, 60, 64, 75, 80, 100, 128, 150, 200, 250, 256, 300, 500, 512, 1000}
)
"""Sizes a page usually has: as many items, and no word about more, may be a page of a longer list."""


@dataclass(slots=True)
class Listed:
    """What was read of a list.

    Args:
        items: The items of all pages, each once.
        total: How many there are, as the product says; None when it does not.
        missing: Why not all were read; empty when all were.
    """

    items: list[Any]
    total: int | None = None
    missing: str = ""


Send = Callable[[ApiRequest], Awaitable[Response]]
"""Sends a request for a page; raises when it is refused."""


class PageReader:
    """Reads a list page by page.

    Args:
        send: Sends a request.
        items: Returns the items in an answer.
        identity: Returns what makes an item the same on two pages.
        paging: What the template says of it.
        page_size: Items of one page, asked for with `limit` and `offset`; None leaves it to the product.
    """

    def __init__(
        self,
        send: Send,
        items: Callable[[Response], list[Any]],
        identity: Callable[[Any], str],
        paging: Paging | None = None,
        page_size: int | None = None,
    ) -> None:
        self._send = send
        self._items = items
        self._identity = identity
        self._paging = paging or Paging()
        self._size = page_size
        self._seen: set[str] = set()
        self._listed = Listed([])

    async def read(self, request: ApiRequest) -> Listed:
        """Read all pages."""
        first = request
        if self._size is not None:
            first = _with(request, {"limit": self._size, "offset": 0})
        response = await self._send(first)
        self._take(self._items(response))
        asked = {_mark(first)}
        for _ in range(MOST_PAGES):
            pages = self._following(first, response)
            found = None
            for following in pages:
                if _mark(following) in asked:
                    continue
                asked.add(_mark(following))
                found = await self._page(following)
                if found is not None:
                    first, response = following, found
                    break
            if found is None:
                break
        self._judge(response)
        return self._listed

    async def _page(self, following: ApiRequest) -> Response | None:
        """Read a page; None when it brings nothing new."""
        try:
            response = await self._send(following)
        except PageRefusedError:
            return None
        return response if self._take(self._items(response)) else None

    def _take(self, items: Sequence[Any]) -> int:
        new = 0
        for item in items:
            name = self._identity(item)
            if name not in self._seen:
                self._seen.add(name)
                self._listed.items.append(item)
                new += 1
        return new

    def _following(self, request: ApiRequest, response: Response) -> list[ApiRequest]:
        """Return the requests that may lead to the next page, the likeliest first; none when this was the last."""
        link = self._link(request, response)
        if link is not None:
            return [link]
        body = response.json
        if _ended(body) or not self._items(response):
            return []
        more = self._more(response)
        return _counted(request, body, len(self._listed.items), self._size) if more else []

    def _link(self, request: ApiRequest, response: Response) -> ApiRequest | None:
        if self._paging.next:
            value = jmespath.search(self._paging.next, response.envelope())
            return (
                _to(request, response, value, self._paging.param or "cursor")
                if value not in (None, "", False)
                else None
            )
        header = re.search(r'<([^>]*)>\s*;[^,]*\brel="?next"?', response.headers.get("link", ""), re.IGNORECASE)
        if header:
            return _to(request, response, header[1], "")
        for holder in _holders(response.json):
            for name in _LINKS:
                value = holder.get(name)
                value = value.get("href") if isinstance(value, Mapping) else value
                if isinstance(value, str) and value and ("/" in value or "?" in value):
                    return _to(request, response, value, "")
            for name, param in _CURSORS.items():
                value = holder.get(name)
                if isinstance(value, str | int) and not isinstance(value, bool) and value not in ("", 0):
                    return _to(request, response, value, self._paging.param or param)
            value = holder.get("next")
            if isinstance(value, str | int) and not isinstance(value, bool) and value not in ("", 0):
                return _to(request, response, value, self._paging.param or "cursor")
        return None

    def _more(self, response: Response) -> bool:
        """Return whether more items are there, or may be."""
        count = len(self._listed.items)
        total = self._total(response)
        if total is not None:
            return total > count
        if any(holder.get(name) is True for holder in _holders(response.json) for name in _MORE):
            return True
        page = len(self._items(response))
        return page in _ROUND or (self._size is not None and page >= self._size)

    def _total(self, response: Response) -> int | None:
        if self._paging.total:
            found = jmespath.search(self._paging.total, response.envelope())
            return int(found) if str(found).isdigit() else None
        span = re.search(r"/(\d+)\s*$", response.headers.get("content-range", ""))
        for value in (
            response.headers.get("x-total-count"),
            response.headers.get("x-total"),
            span[1] if span else None,
        ):
            if value and value.strip().isdigit():
                return int(value)
        for holder in _holders(response.json):
            for name in _TOTALS:
                value = holder.get(name)
                if isinstance(value, Mapping):
                    value = value.get("value")
                if isinstance(value, int) and not isinstance(value, bool):
                    return value
        return None

    def _judge(self, response: Response) -> None:
        listed = self._listed
        listed.total = self._total(response)
        if _ended(response.json):
            return
        if listed.total is not None and listed.total > len(listed.items):
            listed.missing = f"{len(listed.items)} of {listed.total} were read, and no further page was found"
        elif listed.total is None and self._link_left(response):
            listed.missing = f"{len(listed.items)} were read, and the next page brought nothing new"

    def _link_left(self, response: Response) -> bool:
        return any(holder.get(name) is True for holder in _holders(response.json) for name in _MORE)


class PageRefusedError(Exception):
    """A page was asked for in a way the product does not know."""


def _holders(body: Any) -> list[Mapping[str, Any]]:
    """Return the parts of an answer that may speak of paging."""
    if not isinstance(body, Mapping):
        return []
    found = (jmespath.search(path, body) if path else body for path in _HOLDERS)
    return [one for one in found if isinstance(one, Mapping)]


def _ended(body: Any) -> bool:
    """Return whether an answer says that it is the last page."""
    for holder in _holders(body):
        if any(holder.get(name) is True for name in _ENDS) or any(holder.get(name) is False for name in _MORE):
            return True
        if (
            "next" in holder
            and holder["next"] in (None, "", False)
            and {"previous", "prev", "count", "next"} & {*holder}
        ):
            return True
    return False


def _to(request: ApiRequest, response: Response, value: Any, param: str) -> ApiRequest:
    """Return the request for a link or cursor; a link keeps our address, as products behind a proxy name another."""
    text = str(value)
    if not (isinstance(value, str) and ("://" in text or text.startswith(("/", "?")))):
        return _with(request, {param or "cursor": value})
    address = urljoin(response.url, text)
    parts = urlsplit(address)
    if parts.path.rstrip("/") == urlsplit(response.url).path.rstrip("/"):
        return replace(request, params=_grouped(parse_qsl(parts.query, keep_blank_values=True)))
    return replace(request, path=address, params=None)


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    grouped: dict[str, Any] = {}
    for name, value in pairs:
        grouped[name] = (
            [*grouped[name], value]
            if isinstance(grouped.get(name), list)
            else ([grouped[name], value] if name in grouped else value)
        )
    return grouped


def _with(request: ApiRequest, params: Mapping[str, Any]) -> ApiRequest:
    return replace(request, params={**(request.params or {}), **params})


def _counted(request: ApiRequest, body: Any, count: int, size: int | None) -> list[ApiRequest]:
    """Return requests for the next page by number or offset: as asked before, as the answer names it, then as usual."""
    params = request.params or {}
    if size is not None:
        return [_with(request, {"offset": count})]
    for names, following in ((_PAGES, None), (_OFFSETS, count)):
        for name in dict.fromkeys(names.values()):
            if str(params.get(name, "")).isdigit():
                return [_with(request, {name: int(params[name]) + 1 if following is None else following})]
    named = [_with(request, {name: value}) for name, value in _named(body, count)]
    return [*named, *(_with(request, one) for one in ({"page": 2}, {"offset": count}, {"skip": count}))]


def _named(body: Any, count: int) -> list[tuple[str, int]]:
    """Return the parameters of the next page as the answer names them: its page number, or where it starts."""
    found: list[tuple[str, int]] = []
    for holder in _holders(body):
        numbers = {name: one for name, one in holder.items() if isinstance(one, int) and not isinstance(one, bool)}
        found += [(param, numbers[field] + 1) for field, param in _PAGES.items() if field in numbers]
        found += [(param, count) for field, param in _OFFSETS.items() if field in numbers]
    return found


def _mark(request: ApiRequest) -> str:
    return f"{request.path} {sorted((name, str(value)) for name, value in (request.params or {}).items())}"
