"""Reads a JSON document piece by piece: its syntax, doubled keys and size, in bounded memory."""

from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination

_ROOTS = {"start_map": "object", "start_array": "array", "string": "string", "boolean": "boolean", "null": "null"}
_MOST_TWINS = 20
_PIECE = 1 << 16
_VALUES = 0.7 * 0x10000
"""Work of the values between two looks at the limits."""
_NAME = 6
"""Values that a name counts for as long as its object is open, since it is kept until then."""
DEEPEST = 990
"""Objects and lists in one another that a reader without a stack of its own can follow."""


class PieceReader:
    """Follows the events of a document.

    Args:
        examination: The file; its limits bound the work.
    """

    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._open: list[set[int] | None] = []
        self._held = 0
        self.twins: list[str] = []
        self.items = 0
        self.root = ""

    def read(self, path: Path) -> bool:
        """Read a document.

        Returns:
            False when a limit stopped it, which was reported.

        Raises:
            ValueError: It is no JSON.
        """
        import ijson

        with path.open("rb") as file:
            if file.read(3) != b"\xef\xbb\xbf":
                file.seek(0)
            try:
                for number, (kind, value) in enumerate(ijson.basic_parse(file, buf_size=_PIECE)):
                    self._see(kind, value)
                    if (number & 0xFFFF == 0 or len(self._open) > DEEPEST) and not self._goes_on(number):
                        return False
            except ijson.JSONError as error:
                raise ValueError(str(error)) from None
        return True

    def _goes_on(self, number: int) -> bool:
        """Report whether no limit is reached."""
        self._examination.tick(_VALUES)
        if len(self._open) > DEEPEST:
            self._examination.report("json.depth", "The document is nested too deep to be read.")
            return False
        what = "The document has too many values and names"
        return not self._examination.exceeds(
            "json.size", what, "document_values", number + _NAME * self._held, "values"
        )

    def _see(self, kind: str, value: Any) -> None:
        self.root = self.root or _ROOTS.get(kind, "number")
        if kind == "map_key":
            names = self._open[-1]
            if names is not None:
                self._name(names, value)
            self.items += len(self._open) == 1
        elif kind in ("end_map", "end_array"):
            self._held -= len(self._open.pop() or ())
        else:
            self.items += len(self._open) == 1 and self._open[0] is None
            if kind == "start_map":
                self._open.append(set())
            elif kind == "start_array":
                self._open.append(None)

    def _name(self, names: set[int], name: str) -> None:
        mark = hash(name)
        if mark not in names:
            names.add(mark)
            self._held += 1
        elif len(self.twins) < _MOST_TWINS:
            self.twins.append(name)
