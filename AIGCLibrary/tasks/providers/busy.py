"""Which refusals mean that a product is busy: it took nothing, and may take the same request later.

Products say so in many ways: HTTP 429, 409 or 503, a code inside HTTP 200, or words alone. An account that is used
up or locked is not busy: its next request is refused as well.
"""

import re

from AIGCLibrary.tasks.providers.phrases import Meaning, says, spread, without_quotations
from AIGCLibrary.tasks.snapshot import TaskFailure
from AIGCLibrary.tasks.states import ErrorClass

_NO_ANSWER = 504
_TOO_MANY = re.compile(r"429\d{0,3}")


def is_busy(status: int, code: str | None, message: str) -> bool:
    """Return whether an answer proves that the product took nothing because it has too much to do.

    Args:
        status: HTTP status. A 5xx needs words of a full queue: a gateway answers "try again later", too, for a backend
            that took the request and died.
        code: The product's code.
        message: The product's words.
    """
    words = spread(f"{code or ''} {message}")
    own = without_quotations(words)
    if says(own, Meaning.CONTENT, Meaning.SUSPECT):
        words = own  # the words of a refused prompt are no reason
    if status == _NO_ANSWER or (status >= 500 and says(words, Meaning.LATE)):
        return False  # it may have been taken, whatever else is said
    if says(words, Meaning.UNDER_WAY):
        return True
    if says(words, Meaning.SPENT, Meaning.LOCKED):
        return False
    if says(words, Meaning.RATE, Meaning.FULL):
        return True
    if says(words, Meaning.PLAN):
        return False
    later = status < 500 and (says(words, Meaning.LATER) or _TOO_MANY.fullmatch(code or "") is not None)
    return status == 429 or later


def is_rate_limit(failure: TaskFailure | None) -> bool:
    """Return whether a failure is that of a limit of requests, and not of credits: it ends by itself."""
    limit = failure is not None and failure.error_class is ErrorClass.QUOTA
    return limit and failure is not None and is_busy(200, failure.code, failure.message)
