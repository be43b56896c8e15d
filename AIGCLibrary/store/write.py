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
        serial: Its number among the writes of the process; 0 where nothing is written.
    """

    statement: Executable
    rows: list[dict[str, Any]] | None
    done: "Future[int] | None" = None
    serial: int = 0
