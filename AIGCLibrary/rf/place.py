"""Where log.html shows the running keyword: Robot's id of it, counted on from the last time it was asked for.

Robot finds an id by walking through all that a test has done so far, so that a long test pays more for each measured
value than for the last one. A step that is over stays where it is; only what has come since is counted here.
"""

from threading import Lock
from typing import Any

from robot.model import BodyItem
from robot.running.context import EXECUTION_CONTEXTS

_ROOTS = (BodyItem.IF_ELSE_ROOT, BodyItem.TRY_EXCEPT_ROOT)
"""What log.html does not show: its branches take its place."""


class LogIds:
    """Provides the ids of running steps; they are the same as `result.id`.

    Example:
        ```python
        Places().of(result)  # "s1-t3-k12-k1"
        ```
    """

    def __init__(self) -> None:
        self._counted: dict[int, tuple[Any, int, int]] = {}
        self._lock = Lock()

    def current(self) -> str | None:
        """Return the id of the running keyword; None where nothing runs."""
        steps = getattr(EXECUTION_CONTEXTS.current, "steps", None)
        return self.of(steps[-1][1]) if steps else None

    def of(self, result: Any) -> str | None:
        """Return the id of a step, best of the newest one."""
        with self._lock:
            before, self._counted = self._counted, {}
            return self._id(result, before)

    def _id(self, item: Any, before: dict[int, tuple[Any, int, int]]) -> str | None:
        parent = getattr(item, "parent", None)
        if not isinstance(item, BodyItem) or not item or not parent or item.type in _ROOTS:
            return getattr(item, "id", None)
        if getattr(parent, "type", None) in _ROOTS and parent.parent:
            parent = parent.parent
        number = self._number(parent, item, before)
        if number is None:
            return item.id
        above = self._id(parent, before)
        return f"{above}-k{number}" if above else f"k{number}"

    def _number(self, parent: Any, item: Any, before: dict[int, tuple[Any, int, int]]) -> int | None:
        """Return the place of a step among those of its parent, from 1; None when it is not at the end of them."""
        setup = bool(getattr(parent, "has_setup", False))
        if setup and parent.setup is item:
            return 1
        body = getattr(parent, "body", ())
        known, looked, count = before.get(id(parent), (parent, 0, 0))
        if known is not parent or looked > len(body):
            looked, count = 0, 0
        place = None
        for index in range(looked, len(body)):
            # The last one may still get branches: it is counted again the next time.
            self._counted[id(parent)] = (parent, index, count)
            for step in _shown(body[index]):
                count += 1
                place = count if step is item else place
        if place is None and getattr(parent, "has_teardown", False) and parent.teardown is item:
            place = count + 1
        return None if place is None else place + setup


def _shown(item: Any) -> Any:
    if item.type in _ROOTS:
        return item.body
    return () if item.type == BodyItem.MESSAGE else (item,)
