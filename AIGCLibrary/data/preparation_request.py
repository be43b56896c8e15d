"""What is ordered from the data service, and what it delivers."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.data.journal import Preparation
from AIGCLibrary.data.options import OnFailure, Scope


@dataclass(slots=True)
class PreparationRequest:
    """One call of Prepare Data.

    Args:
        template: Name of the template.
        variables: Values for its variables.
        count: How many copies are made.
        environment: Name of the environment; None takes the one in use.
        session: Alias of a session instead of an environment.
        scope: When the data is removed.
        on_failure: What becomes of what was made when something fails; None leaves it to the template.
        reuse_as: The same name in the same run means the same data: what is there is used, the rest is made.
        confirm: Name of the environment again, when it is protected.
        suite: Long name of the running suite.
        test: Long name of the running test.
    """

    template: str
    variables: dict[str, Any]
    count: int = 1
    environment: str | None = None
    session: str | None = None
    scope: Scope = Scope.TEST
    on_failure: OnFailure | None = None
    reuse_as: str | None = None
    confirm: str | None = None
    suite: str | None = None
    test: str | None = None

    def __post_init__(self) -> None:
        self.scope = Scope(str(self.scope).lower())
        self.on_failure = None if self.on_failure is None else OnFailure(str(self.on_failure).lower())
        if self.count < 1:
            raise ValueError(f"count={self.count}: at least one copy is made")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was prepared.

    Args:
        template: Name of the template.
        data: The data as a test sees it; a list of it when several copies were made.
        copies: The same, always as a list.
        work: The preparation: records, requests, seconds.
    """

    template: str
    data: Any
    copies: list[dict[str, Any]]
    work: Preparation


async def gather_copies(works: Sequence[Coroutine[Any, Any, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Run all copies to their ends, then return their data or raise the first failure."""
    results = await asyncio.gather(*works, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
