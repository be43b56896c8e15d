"""What became of prepared data at its removal, for one thing and for all."""

from dataclasses import dataclass
from enum import StrEnum


class RemovalOutcome(StrEnum):
    """What became of one thing.

    `removed` and `gone` are confirmed by the product for this very thing; everything that is not is `left` or
    `retryable`, which becomes `left` when the last try is over.
    """

    REMOVED = "removed"
    GONE = "gone"
    NEVER_MADE = "never made"
    NO_DELETION = "no deletion"
    LEFT = "left"
    RETRYABLE = "retryable"


@dataclass(frozen=True, slots=True)
class Orphan:
    """A thing whose removal the product did not confirm.

    Args:
        key: Its record.
        remote_id: Its id in the product, if known.
        reason: Why it is, or may be, still there.
        request: The request that would remove it; as it is in the template where it could not be built.
        certain: The thing is known to be there; False: it may be.
    """

    key: str
    remote_id: str | None
    reason: str
    request: str
    certain: bool = True

    def __str__(self) -> str:
        """Name the thing, the reason and the request to try."""
        named = f"{self.key} ({self.remote_id})" if self.remote_id else self.key
        return f"{named}: {self.reason.rstrip('.')}{f'; to remove it: {self.request}' if self.request else ''}"


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What a clean-up did.

    Args:
        removed: How many things the product confirmed to be removed.
        gone: How many of them had gone already.
        left: Things whose template has no request to remove them.
        orphans: Things that should be gone and whose removal was not confirmed.
        api_calls: Requests that were needed.
        elapsed: Seconds it took.
    """

    removed: int = 0
    gone: int = 0
    left: tuple[str, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    api_calls: int = 0
    elapsed: float = 0.0

    def __add__(self, other: "CleanUp") -> "CleanUp":
        return CleanUp(
            self.removed + other.removed,
            self.gone + other.gone,
            self.left + other.left,
            self.orphans + other.orphans,
            self.api_calls + other.api_calls,
            self.elapsed + other.elapsed,
        )
