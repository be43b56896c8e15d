"""What the library needs of a browser; `rf/browser_driver.py` provides it over the Browser library."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class BrowserDriver(Protocol):
    """The page in use, asked and acted on from Robot's main thread.

    Selectors are Playwright selectors as the Browser library takes them, frames joined by ` >>> `.
    """

    @property
    def running(self) -> bool:
        """True when a browser can be asked without being started for it."""
        ...

    def locate(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run the page program's `locate` (see `probe.py`) and return its report."""
        ...

    def ask(self, command: str, request: Mapping[str, Any]) -> Any:
        """Run another command of the page program: `health`, `inventory`, `list`, `rank`, `ways`, `validate`."""
        ...

    def click(self, selector: str) -> None:
        """Click an element."""
        ...

    def fill(self, selector: str, text: str, *, secret: bool = False) -> None:
        """Replace the text of a field; a secret is kept out of all logs."""
        ...

    def upload(self, selector: str, paths: Sequence[Path]) -> None:
        """Choose files in a file input."""
        ...

    def text(self, selector: str) -> str:
        """Return the text of an element, the value of a field."""
        ...

    def attribute(self, selector: str, name: str) -> str | None:
        """Return an attribute; None where there is none."""
        ...

    def states(self, selector: str) -> list[str]:
        """Return the states of an element, such as `visible`, `enabled` and `checked`."""
        ...

    def hover(self, selector: str) -> None:
        """Move the mouse over an element."""
        ...

    def select(self, selector: str, by: str, options: Sequence[str]) -> list[str]:
        """Choose options of a list by `label`, `value` or `index`; returns what is chosen."""
        ...

    def check(self, selector: str, checked: bool) -> None:
        """Switch a check box, radio button or switch on or off."""
        ...

    def press(self, selector: str, keys: Sequence[str]) -> None:
        """Press keys in an element."""
        ...

    def picture(self, selector: str, filename: str) -> Path:
        """Save a picture of an element, and return its path."""
        ...

    def screenshot(self) -> None:
        """Put a picture of the page into the log."""
        ...


DriverSource = Callable[[], BrowserDriver]
"""Returns the browser in use."""
