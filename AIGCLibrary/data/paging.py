"""Reads all pages of a list, whatever the paging: links, cursors, pages, offsets; or says that not all were read.

page ──► link or cursor to the next one? ──► follow it
     ──► more are there by total, has_more or a full page? ──► page=, then offset=, as the answer names them
     ──► a page that brings nothing new ends it; what was read is compared with the total
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jmespath

from AIGCLibrary.data.model import Paging
from AIGCLibrary.data.paging_words import (
    CURSOR_PARAMS,
    CURSORS,
    ENDS,
    HOLDERS,
    LINKS,
    MORE,
    NEXT_HEADER,
    OFFSETS,
    PAGE_COUNTS,
    PAGE_SIZES,
    PAGES,
    ROUND,
    TOTALS,
)
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.http.redirects import absolute
from AIGCLibrary.http.response import Response
from AIGCLibrary.units import is_whole

MOST_PAGES = 5000


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
        self._linked = False
        self._unheeded = False

    async def read(self, request: ApiRequest) -> Listed:
        """Read all pages."""
        first = request
        if self._size is not None:
            first = _with(request, {"limit": self._size, "offset": 0})
        response = await self._send(first)
        self._take(self._items(response))
        asked = {_mark(first)}
        for _ in range(MOST_PAGES):
            self._linked = False
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
                if self._linked and not self._unheeded:
                    break
            if found is None:
                break
        self._judge(first, response)
        return self._listed

    async def _page(self, following: ApiRequest) -> Response | None:
        """Read a page; None when it brings nothing new."""
        try:
            response = await self._send(following)
        except PageRefusedError:
            return None
        items = self._items(response)
        if self._take(items):
            self._unheeded = False
            return response
        # An empty page is the end; the same things again show that the product ignored what it named itself.
        self._unheeded = self._linked and bool(items)
        return None

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
        links = self._links(request, response)
        if links:
            self._linked = True
            return links
        body = response.json
        if _ended(body) or not self._items(response):
            return []
        more = self._more(request, response)
        return _counted(request, body, len(self._listed.items), self._size) if more else []

    def _links(self, request: ApiRequest, response: Response) -> list[ApiRequest]:
        """Return the requests that a link or cursor of the answer may mean."""
        if self._paging.next:
            value = jmespath.search(self._paging.next, response.envelope())
            named = value not in (None, "", False)
            return [_to(request, response, value, self._paging.param or "cursor")] if named else []
        header = re.search(r'<([^<>]*)>\s*;[^,]*\brel="?next"?', response.headers.get("link", ""), re.IGNORECASE)
        if header:
            return [_to(request, response, header[1], "")]
        found = _named_in_header(response)
        if found is None:
            found = _named_in_body(response.json)
        if found is None:
            return []
        value, param = found
        if not param:
            return [_to(request, response, value, "")]
        params = (self._paging.param,) if self._paging.param else dict.fromkeys((param, *CURSOR_PARAMS))
        return [_to(request, response, value, name) for name in params if name]

    def _more(self, request: ApiRequest, response: Response) -> bool:
        """Return whether more items are there, or may be."""
        count = len(self._listed.items)
        total = self._total(response)
        if total is not None and total > count:
            return True
        left = _pages_left(request, response.json)
        if left is not None or total is not None:
            return bool(left)
        if any(holder.get(name) is True for holder in _holders(response.json) for name in MORE):
            return True
        page = len(self._items(response))
        return page in ROUND or page in _sizes(request, response.json, self._size)

    def _total(self, response: Response) -> int | None:
        if self._paging.total:
            found = jmespath.search(self._paging.total, response.envelope())
            return int(found) if is_whole(str(found)) else None
        span = re.search(r"/(\d+)\s*$", response.headers.get("content-range", ""))
        for value in (
            response.headers.get("x-total-count"),
            response.headers.get("x-total"),
            span[1] if span else None,
        ):
            if value and is_whole(value.strip()):
                return int(value)
        for holder in _holders(response.json):
            for name in TOTALS:
                value = holder.get(name)
                if isinstance(value, Mapping):
                    value = value.get("value")
                if isinstance(value, str) and is_whole(value):
                    value = int(value)
                if (
                    isinstance(value, int)
                    and not isinstance(value, bool)
                    and not self._is_of_page(name, value, response)
                ):
                    return value
        return None

    def _is_of_page(self, name: str, value: int, response: Response) -> bool:
        """Return whether a count is that of one page: products count so under `count`, or they have one page."""
        return name == "count" and value == len(self._items(response))

    def _judge(self, request: ApiRequest, response: Response) -> None:
        listed = self._listed
        listed.total = self._total(response)
        if _ended(response.json):
            return
        if self._unheeded:
            listed.missing = (
                f"{len(listed.items)} were read, and the next page that the answer names brought nothing new"
            )
            return
        if _pages_left(request, response.json):
            listed.missing = (
                f"{len(listed.items)} were read, and no further page was found though the answer counts more"
            )
            return
        if listed.total is not None and listed.total > len(listed.items):
            listed.missing = f"{len(listed.items)} of {listed.total} were read, and no further page was found"
        elif listed.total is None and self._link_left(response):
            listed.missing = f"{len(listed.items)} were read, and the next page brought nothing new"

    def _link_left(self, response: Response) -> bool:
        return any(holder.get(name) is True for holder in _holders(response.json) for name in MORE)


def _named_in_header(response: Response) -> tuple[str, str] | None:
    """Return a next page that a header names (`X-Next-Page`, `X-Next-Cursor`), with its parameter."""
    for name, value in response.headers.items():
        match = NEXT_HEADER.fullmatch(name.lower())
        if match and value.strip():
            what = (match["what"] or "").replace("-", "_") or "cursor"
            link = "://" in value or value.startswith(("/", "?"))
            return value.strip(), "" if link else {"token": "continuation_token"}.get(what, what)
    return None


def _named_in_body(body: Any) -> tuple[Any, str] | None:
    """Return the next page that a body names, with the parameter that takes it; an empty one for a link."""
    for holder in _holders(body):
        for name in LINKS:
            value = holder.get(name)
            value = value.get("href") if isinstance(value, Mapping) else value
            if isinstance(value, str) and value and ("/" in value or "?" in value):
                return value, ""
        for name, param in (*CURSORS.items(), ("next", "cursor")):
            value = holder.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and value not in ("", 0):
                return value, param
    return None


def _pages_left(request: ApiRequest, body: Any) -> bool | None:
    """Return whether pages are left, as number and count of pages say; None where the answer has no count."""
    for holder in _holders(body):
        counts = [holder[name] for name in PAGE_COUNTS if _is_number(holder.get(name))]
        if not counts:
            continue
        fields = {name: holder[name] for name in PAGES if _is_number(holder.get(name))}
        asked = [
            value for name, value in (request.params or {}).items() if name in PAGES.values() and is_whole(str(value))
        ]
        if "number" in fields and len(fields) == 1:  # Spring counts from 0
            return int(fields["number"]) + 1 < int(counts[0])
        page = next(iter(fields.values()), asked[0] if asked else 1)
        return int(page) < int(counts[0])
    return None


def _sizes(request: ApiRequest, body: Any, size: int | None) -> set[int]:
    """Return the sizes of a full page, as they were asked for and as the answer names them."""
    holders = (request.params or {}, *_holders(body))
    named = {int(holder[name]) for holder in holders for name in PAGE_SIZES if is_whole(str(holder.get(name, "")))}
    return {param for param in (*named, size) if param}


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, str) and is_whole(value)))


class PageRefusedError(Exception):
    """A page was asked for in a way the product does not know."""


def _holders(body: Any) -> list[Mapping[str, Any]]:
    """Return the parts of an answer that may speak of paging."""
    if not isinstance(body, Mapping):
        return []
    found = (jmespath.search(path, body) if path else body for path in HOLDERS)
    return [item for item in found if isinstance(item, Mapping)]


def _ended(body: Any) -> bool:
    """Return whether an answer says that it is the last page."""
    for holder in _holders(body):
        if any(holder.get(name) is True for name in ENDS) or any(holder.get(name) is False for name in MORE):
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
    address = absolute(response.url, text)
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
    for names, following in ((PAGES, None), (OFFSETS, count)):
        for name in dict.fromkeys(names.values()):
            if is_whole(str(params.get(name, ""))):
                return [_with(request, {name: int(params[name]) + 1 if following is None else following})]
    named = [_with(request, {name: value}) for name, value in _named(body, count)]
    return [*named, *(_with(request, query) for query in ({"page": 2}, {"offset": count}, {"skip": count}))]


def _named(body: Any, count: int) -> list[tuple[str, int]]:
    """Return the parameters of the next page as the answer names them: its page number, or where it starts."""
    found: list[tuple[str, int]] = []
    for holder in _holders(body):
        numbers = {
            name: number for name, number in holder.items() if isinstance(number, int) and not isinstance(number, bool)
        }
        found += [(param, numbers[field] + 1) for field, param in PAGES.items() if field in numbers]
        found += [(param, count) for field, param in OFFSETS.items() if field in numbers]
    return found


def _mark(request: ApiRequest) -> str:
    return f"{request.path} {sorted((name, str(value)) for name, value in (request.params or {}).items())}"
