"""What was seen of a task, moment by moment, kept in as few bytes as it can be.

Ten thousand waiting tasks have more moments than anything else; as objects they take three times the room.
"""

import marshal
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.tasks.states import TaskState

MOMENTS = 200
"""Entries kept of a task's history; beyond it, progress steps in the middle are dropped first."""
_PLAIN = 2
"""Version of marshal's format: the last one without references, so that moments can be strung together as a list."""
_HEAD = 5
"""Bytes before the moments: that it is a list, and of how many."""
_STATES = tuple(TaskState)
_NUMBERS = {state: number for number, state in enumerate(_STATES)}


@dataclass(frozen=True, slots=True)
class Moment:
    """One change that was seen.

    Args:
        at: Seconds since 1970.
        note: What else happened: `went back`, `changed after its end`, `cancel sent` …
    """

    at: float
    state: TaskState
    raw: str | None = None
    progress: float | None = None
    queue_position: int | None = None
    http_status: int | None = None
    latency: float | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON data, without what is not known."""
        told = {
            "at": round(self.at, 3),
            "state": str(self.state),
            "raw": self.raw,
            "progress": self.progress,
            "queue_position": self.queue_position,
            "http_status": self.http_status,
            "latency": None if self.latency is None else round(self.latency, 4),
            "note": self.note,
        }
        return {name: value for name, value in told.items() if value is not None}


def longer(kept: bytes, moment: Moment) -> bytes:
    """Add a moment to those kept, within their limit.

    Args:
        kept: What `told` reads; empty at first.
        moment: The next one.
    """
    count = int.from_bytes(kept[1:_HEAD], "little") + 1
    if count <= MOMENTS:
        return _listed(count, kept[_HEAD:] + _packed(moment))
    moments = [*told(kept), moment]
    middle = range(1, len(moments) - 20)
    step = next((i for i in middle if moments[i].state is moments[i - 1].state), 1)
    del moments[step]
    return _listed(len(moments), b"".join(map(_packed, moments)))


def told(kept: bytes) -> list[Moment]:
    """Give the moments that are kept, the oldest first."""
    if not kept:
        return []
    rows = marshal.loads(kept)  # noqa: S302 - bytes of this process
    return [Moment(at, _STATES[number], *more) for at, number, *more in rows]


def _listed(count: int, packed: bytes) -> bytes:
    return b"[" + count.to_bytes(_HEAD - 1, "little") + packed


def _packed(moment: Moment) -> bytes:
    values = (
        moment.at,
        _NUMBERS[moment.state],
        moment.raw,
        moment.progress,
        moment.queue_position,
        moment.http_status,
        moment.latency,
        moment.note,
    )
    return marshal.dumps(values, _PLAIN)
