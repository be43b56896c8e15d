"""One thing to write into the store."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable


@dataclass(slots=True)
class Write:
    """One thing to write.

    Attributes:
        statement: What to execute.
        rows: Its rows, where they are not in the statement.
        done: The future of the caller that waits for it.
        attempt: The transaction that may have written it already, when its connection was lost.
    """

    statement: Executable
    rows: list[dict[str, Any]] | None
    done: "Future[int] | None" = None
    attempt: int | None = None
