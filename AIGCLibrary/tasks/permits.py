"""What a submit needs leave for: limits of the whole run, of the provider, of the kind, and of submits in a time."""

from collections.abc import Callable
from dataclasses import dataclass

from AIGCLibrary.tasks.leases import Leases
from AIGCLibrary.tasks.providers.model import Provider, ProviderLimits
from AIGCLibrary.tasks.record import Task


@dataclass(frozen=True, slots=True)
class PermitLimit:
    """One limit that counts for a task; `lifetime` is set for limits of submits in a time, in seconds."""

    name: str
    limit: int
    lifetime: float | None = None


class Permits:
    """Asks for all permits of a task at once.

    Args:
        leases: Where the permits are.
        concurrent: Returns the limit of the tasks of all providers together; None where there is none.
    """

    def __init__(self, leases: Leases, concurrent: Callable[[], int | None]) -> None:
        self._leases = leases
        self._concurrent = concurrent
        self._held: dict[str, list[tuple[str, int]]] = {}

    def demands(self, task: Task, provider: Provider) -> list[PermitLimit]:
        """Return the limits that count for a task; none where nothing is limited."""
        where = f"{task.provider}@{task.environment}"
        found = []
        if whole := self._concurrent():
            found.append(PermitLimit("tasks:all", whole))
        found += _of(provider.limits, f"tasks:{where}")
        if provider.kind_limits != ProviderLimits():
            found += _of(provider.kind_limits, f"tasks:{where}:{task.kind}")
        return found

    async def take(self, task: Task, demands: list[PermitLimit]) -> bool:
        """Take all permits a task needs, or none."""
        taken: list[tuple[str, int]] = []
        # Permits that expire by themselves are taken last, so that none is spent for nothing.
        for demand in sorted(demands, key=lambda permit_limit: permit_limit.lifetime is not None):
            slot = await self._leases.take(demand.name[:160], demand.limit, demand.lifetime)
            if slot is None:
                for name, held in taken:
                    await self._leases.give_back(name, held)
                return False
            if demand.lifetime is None:
                taken.append((demand.name[:160], slot))
        self._held[task.handle] = taken
        return True

    async def give_back(self, handle: str) -> bool:
        """Release what a task holds; returns whether it held anything."""
        held = self._held.pop(handle, [])
        for name, slot in held:
            await self._leases.give_back(name, slot)
        return bool(held)


def _of(limits: ProviderLimits, name: str) -> list[PermitLimit]:
    found = []
    if limits.concurrent:
        found.append(PermitLimit(name, limits.concurrent))
    if limits.submits:
        found.append(PermitLimit(f"{name}:rate", limits.submits, limits.span))
    return found
