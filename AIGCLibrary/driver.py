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
        """Run the page program's `locate` (see `probe.py`) and give its report."""
        ...

    def ask(self, command: str, request: Mapping[str, Any]) -> Any:
        """Run another command of the page program: `health`, `inventory`, `rank`, `ways`, `validate`."""
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
        """Give the text of an element, the value of a field."""
        ...

    def screenshot(self) -> None:
        """Put a picture of the page into the log."""
        ...


DriverSource = Callable[[], BrowserDriver]
"""Returns the browser in use."""
