"""The names by which products speak of pages: links, cursors, totals, numbers and sizes of pages."""

import re

LINKS = (
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
CURSORS = {
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
HOLDERS: tuple[str, ...] = (
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
HOLDERS += ("cursors", "paging.cursors", "meta.pagination", "meta.page", "data", "result")
TOTALS: tuple[str, ...] = (
    "total",
    "total_count",
    "totalCount",
    "totalElements",
    "total_items",
    "totalItems",
    "totalResults",
    "total_results",
)
TOTALS += ("count", "itemsTotal", "recordsTotal", "recordCount", "@odata.count")
PAGES = {
    "page": "page",
    "current_page": "page",
    "currentPage": "page",
    "pageNumber": "pageNumber",
    "page_number": "page_number",
}
PAGES |= {"number": "page", "pageNo": "pageNo", "page_no": "page_no", "pageNum": "pageNum", "page_num": "page_num"}
OFFSETS = {"offset": "offset", "skip": "skip", "start": "start", "startAt": "startAt", "from": "from"}
MORE = (
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
ENDS = ("last", "is_last", "isLast", "is_end", "isEnd")
ROUND = frozenset(
    {10, 12, 15, 16, 20, 24, 25, 30, 32, 40, 50, 60, 64, 75, 80, 100, 128, 150, 200, 250, 256, 300, 500, 512, 1000}
)
"""Sizes a page usually has: as many items, and no word about more, may be a page of a longer list."""
CURSOR_PARAMS = ("cursor", "after", "page_token", "pageToken", "next_token", "starting_after", "marker", "next")
"""Parameters that usually take a cursor, tried one after the other where the product ignores one."""
NEXT_HEADER = re.compile(
    r"(?:x-)?(?:[a-z]+-)?(?:next|continuation)(?:-(?P<what>page|cursor|token|page-token|offset|marker))?"
)
PAGE_COUNTS: tuple[str, ...] = (
    "pages",
    "total_pages",
    "totalPages",
    "last_page",
    "lastPage",
    "page_count",
    "pageCount",
    "pageTotal",
)
PAGE_COUNTS += ("num_pages", "numPages", "totalPage", "total_page")
PAGE_SIZES = ("limit", "per_page", "perPage", "page_size", "pageSize", "size", "max_results", "maxResults", "pagesize")
