"""One thing to write into the store."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable


@dataclass(slots=True)
class Write:
    """One thing to write: a statement, its rows where they are not in it, and the future of who waits for it."""

    statement: Executable
    rows: list[dict[str, Any]] | None
    done: "Future[int] | None" = None
