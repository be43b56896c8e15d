"""Makes the output.xml of a killed run readable again: what was cut off is closed, and marked as such."""

import contextlib
from pathlib import Path
from typing import Any
from xml.parsers import expat

CUT = "The run ended here without saying so: robot was killed or the machine stopped."
_STATUS = {"suite", "test", "kw", "for", "iter", "while", "if", "branch", "try", "group", "return", "break", "continue"}


def is_whole(path: Path) -> bool:
    """Return whether a file is complete XML."""
    parser = expat.ParserCreate()
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError:
        return False
    return True


def salvage(path: Path, target: Path) -> Path:
    """Write a readable copy of a cut output.xml.

    Everything up to the last complete element is kept; what was open there is closed as failed.

    Raises:
        ValueError: Not even the beginning is Robot's output.
    """
    data = path.read_bytes()
    end, open_elements = _last_complete(data)
    if not open_elements or open_elements[0] != "robot" or len(open_elements) < 2:
        raise ValueError(f"'{path}' does not begin as an output.xml of Robot Framework")
    text = data[:end].decode("utf-8", "replace")
    target.write_text(text + _closing(open_elements), encoding="utf-8")
    return target


def _last_complete(data: bytes) -> tuple[int, list[str]]:
    """Find where the last complete element ends, and what is open there."""
    stack: list[str] = []
    best: tuple[int, list[str]] = (0, [])
    parser = expat.ParserCreate()

    def start(name: str, _attributes: dict[str, Any]) -> None:
        nonlocal best
        stack.append(name)
        if name in _STATUS or name == "robot":
            after = data.find(b">", parser.CurrentByteIndex) + 1
            best = (after, list(stack))

    def end(_name: str) -> None:
        nonlocal best
        stack.pop()
        after = data.find(b">", parser.CurrentByteIndex) + 1
        # Inside a leaf there may be text still to come; only children of Robot's containers are safe to cut after.
        if stack and (stack[-1] in _STATUS or stack[-1] == "robot"):
            best = (after, list(stack))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    with contextlib.suppress(expat.ExpatError):
        parser.Parse(data, True)
    return best


def _closing(open_elements: list[str]) -> str:
    parts = []
    for name in reversed(open_elements[1:]):
        status = f'<status status="FAIL" elapsed="0">{CUT if name in ("test", "suite") else ""}</status>'
        parts.append((status if name in _STATUS else "") + f"</{name}>")
    statistics = "<statistics><total></total><tag></tag><suite></suite></statistics>"
    return "".join(parts) + f"{statistics}<errors></errors></robot>\n"
