"""Results that come in pages: the request for a result is repeated until the answer names no further page."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.response import Response
from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.snapshot import ResultFile

MOST_PAGES = 100
"""A product that names a further page for ever is not followed beyond this."""
PageSender = Callable[[Mapping[str, Any]], Awaitable[Response]]
"""Sends the request for a page, with what fills the blanks `page` and `next`."""
FIRST = {"page": 1}
"""What fills the blanks of the first page."""


@dataclass(frozen=True, slots=True)
class ResultPages:
    """The pages behind the first.

    Args:
        following: Of an answer: what fills `{next}` for the next page; none when it is null, false or empty.
        send: Sends the request for a page, with what fills the blanks `page` and `next`.
        files: Reads the files of an answer.
    """

    following: AnswerExpression
    send: PageSender
    files: Callable[[Response], tuple[ResultFile, ...]]

    async def behind(self, first: Response) -> list[ResultFile] | None:
        """Return the files of all pages behind the first; None when one of them cannot be had now.

        A product that sends the same page again has no more.
        """
        found: list[ResultFile] = []
        before = first
        for number in range(2, MOST_PAGES + 1):
            following = self.following(before.envelope())
            if following in (None, False, "", [], {}):
                break
            try:
                answer = await self.send({"page": number, "next": following})
            except ApiError:
                return None
            if answer.status >= 400:
                return None
            if answer.body == before.body:
                break
            found += self.files(answer)
            before = answer
        return found
