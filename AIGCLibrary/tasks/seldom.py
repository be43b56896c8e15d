"""Fields that hardly any object sets: they take no room until one does.

Of ten thousand tasks that wait, nearly all have no warning, no cancel and no end yet.
"""

from typing import Any, ClassVar, Generic, Self, TypeVar, overload

T = TypeVar("T")


class Seldom(Generic[T]):
    """A field of a `Sparse` class.

    Args:
        default: Its value until another one is set; shared, so nothing that can be changed.

    Example:
        ```python
        class Task(Sparse):
            warnings = Seldom[tuple[str, ...]](())
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
        """Give the value."""
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
        """Make the place for the class's seldom fields."""
        fields = {name: value.default for name, value in vars(cls).items() if isinstance(value, Seldom)}
        if fields:

            def fill(self: Any) -> None:
                for name, default in fields.items():
                    setattr(self, name, default)

            cls.room = type(f"{cls.__name__}Room", (), {"__slots__": tuple(fields), "__init__": fill})
