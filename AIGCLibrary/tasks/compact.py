"""All the memory tricks of the tasks package, so that `Task` and `TaskWatch` read like plain dataclasses.

With ten thousand waiting tasks memory is the first limit (`python -m tests.bench scale` measures it). Each trick has
its reason beside it:

- `Rare` and `Sparse`: of ten thousand waiting tasks nearly all have no warning, no cancel request and no end yet.
  Fields that hardly any object sets take no memory until one is set.
- `appended` and `moments`: histories have more entries than anything else; as objects they take three times the memory.
- `shared_word`: thousands of tasks have the same product word as state; one string object serves all of them.
- `NONE`: one empty mapping for all tasks without inputs or links.
"""

import marshal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from AIGCLibrary.tasks.states import TaskState

MOMENTS = 200
"""Entries kept of a task's history; beyond it, progress steps in the middle are dropped first."""
_PLAIN = 2
"""Version of marshal's format: the last one without references, so that moments can be strung together as a list."""
_HEAD = 5
"""Bytes before the moments: that it is a list, and of how many."""
NONE: Mapping[str, Any] = MappingProxyType({})
"""No inputs, no links: shared by all tasks that have none."""
T = TypeVar("T")
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
        """Return it as JSON data, without what is not known."""
        data = {
            "at": round(self.at, 3),
            "state": str(self.state),
            "raw": self.raw,
            "progress": self.progress,
            "queue_position": self.queue_position,
            "http_status": self.http_status,
            "latency": None if self.latency is None else round(self.latency, 4),
            "note": self.note,
        }
        return {name: value for name, value in data.items() if value is not None}


def appended(kept: bytes, moment: Moment) -> bytes:
    """Add a moment to those kept, within their limit.

    Args:
        kept: What `moments` reads; empty at first.
        moment: The next one.
    """
    count = int.from_bytes(kept[1:_HEAD], "little") + 1
    if count <= MOMENTS:
        return _listed(count, kept[_HEAD:] + _packed(moment))
    entries = [*moments(kept), moment]
    middle = range(1, len(entries) - 20)
    step = next((i for i in middle if entries[i].state is entries[i - 1].state), 1)
    del entries[step]
    return _listed(len(entries), b"".join(map(_packed, entries)))


def moments(kept: bytes) -> list[Moment]:
    """Return the moments that are kept, the oldest first."""
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


def shared_word(word: str | None) -> str | None:
    """Return the one shared object of a product's word for a state."""
    return sys.intern(word) if type(word) is str else word


class Rare(Generic[T]):
    """A field of a `Sparse` class.

    Args:
        default: Its value until another one is set; shared, so nothing that can be changed.

    Example:
        ```python
        class Task(Sparse):
            warnings = Rare[tuple[str, ...]](())
        ```
    """

    def __init__(self, default: T) -> None:
        self.default = default
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the field's name."""
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> Self: ...

    @overload
    def __get__(self, holder: "Sparse", owner: type) -> T: ...

    def __get__(self, holder: "Sparse | None", owner: type) -> "T | Self":
        """Return the value."""
        if holder is None:
            return self
        return self.default if holder.rest is None else getattr(holder.rest, self._name)

    def __set__(self, holder: "Sparse", value: T) -> None:
        """Set the value; room for all such fields is made with the first one that is not the default."""
        if holder.rest is None:
            if value is self.default:
                return
            holder.rest = holder.room()
        setattr(holder.rest, self._name, value)


class Sparse:
    """Has fields that take no room until one of them is set; `rest` holds them then, and is None before."""

    __slots__ = ("rest",)
    rest: Any
    room: ClassVar[type]

    def __init_subclass__(cls) -> None:
        """Make the place for the class's rare fields."""
        fields = {name: value.default for name, value in vars(cls).items() if isinstance(value, Rare)}
        if fields:

            def fill(self: Any) -> None:
                for name, default in fields.items():
                    setattr(self, name, default)

            cls.room = type(f"{cls.__name__}Room", (), {"__slots__": tuple(fields), "__init__": fill})
