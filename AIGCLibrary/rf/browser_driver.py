"""The page in use, through the running instance of the Browser library; called on Robot's main thread only.

Direct calls of the instance make no screenshot for a miss that is expected. The page program is attached to the
user's own Browser library as a JavaScript extension when first needed; where that is refused, for example because
Playwright runs on another machine, `rf/browser_fallback.py` asks the page with `Evaluate JavaScript` instead.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from robot.api.types import Secret
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError
from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.errors import BrowserNotReadyError
from AIGCLibrary.rf.browser_fallback import EvaluatedPage

log = logging.getLogger("aigc.locators")

EXTENSION = Path(str(resources.files("AIGCLibrary.locators").joinpath("js", "extension.js")))
_NO_PAGE = (
    "AIGC_NO_PAGE",
    "find active page",
    "no open page",
    "no page was open",
    "No Browser is open",
    "Browser has been closed",
)
_REFUSED = ("AIGC_NO_ENGINE", "Could not find keyword aigc", "Cannot find module", "is not a function")


def browser_driver() -> "LibraryDriver":
    """Return the driver over the Browser library in use.

    Raises:
        BrowserNotReadyError: The suite does not import Browser.
    """
    return LibraryDriver(browser_library())


def browser_library() -> Any:
    """Return the instance of the Browser library in use, under whatever name it was imported.

    Raises:
        BrowserNotReadyError: The suite does not import it.
    """
    try:
        found = BuiltIn().get_library_instance(all=True)
    except RobotNotRunningError:
        found = {}
    for name, instance in (found or {}).items():
        if name == "Browser" or type(instance).__module__.startswith("Browser."):
            return instance
    raise BrowserNotReadyError(
        "Targets need the Browser library, which this suite does not import.",
        hint=Text("locators.hint.import_browser"),
        facts={"library": "Browser"},
    )


class LibraryDriver:
    """Implements `BrowserDriver`.

    Args:
        library: Instance of the Browser library.
    """

    _evaluated: ClassVar["WeakKeyDictionary[Any, EvaluatedPage]"] = WeakKeyDictionary()
    _attached: ClassVar["WeakKeyDictionary[Any, object]"] = WeakKeyDictionary()

    def __init__(self, library: Any) -> None:
        self.library = library

    @property
    def running(self) -> bool:
        """True when the Browser library has started its browser process."""
        return getattr(self.library, "_playwright", None) is not None

    def locate(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Look for a target."""
        return dict(self._call("aigcLocate", "locate", request))

    def ask(self, command: str, request: Mapping[str, Any]) -> Any:
        """Run another command of the page program."""
        return self._call("aigcAsk", command, {"timeout": 1000, "command": command, **request})

    def click(self, selector: str) -> None:
        """Click."""
        self.library.click(_mute(selector))

    def fill(self, selector: str, text: str, *, secret: bool = False) -> None:
        """Fill a field."""
        if secret:
            self.library.fill_secret(_mute(selector), Secret(text))
        else:
            self.library.fill_text(_mute(selector), text)

    def upload(self, selector: str, paths: Sequence[Path]) -> None:
        """Choose files."""
        self.library.upload_file_by_selector(_mute(selector), *paths)

    def text(self, selector: str) -> str:
        """Return text or value."""
        return str(self.library.get_text(_mute(selector)))

    def attribute(self, selector: str, name: str) -> str | None:
        """Return an attribute; None where there is none."""
        found = self.library.get_element(_mute(selector))
        value = self.library.evaluate_javascript(found, f"(one) => one.getAttribute({json.dumps(name)})")
        return None if value is None else str(value)

    def states(self, selector: str) -> list[str]:
        """Return the states of an element."""
        return [
            str(get_element_state)
            for get_element_state in self.library.get_element_states(_mute(selector), return_names=True)
        ]

    def hover(self, selector: str) -> None:
        """Move the mouse over an element."""
        self.library.hover(_mute(selector))

    def select(self, selector: str, by: str, options: Sequence[str]) -> list[str]:
        """Choose options of a list."""
        from Browser.utils import SelectAttribute

        chosen = self.library.select_options_by(_mute(selector), SelectAttribute[by], *options)
        return [str(option) for option in chosen]

    def check(self, selector: str, checked: bool) -> None:
        """Switch a check box, radio button or switch on or off."""
        (self.library.check_checkbox if checked else self.library.uncheck_checkbox)(_mute(selector))

    def press(self, selector: str, keys: Sequence[str]) -> None:
        """Press keys in an element."""
        self.library.press_keys(_mute(selector), *keys)

    def picture(self, selector: str, filename: str) -> Path:
        """Save a picture of an element."""
        return Path(str(self.library.take_screenshot(filename, selector=_mute(selector))))

    def screenshot(self) -> None:
        """Put a picture of the page into the log; never fails."""
        try:
            self.library.take_screenshot("aigc-target-{index}")
        except Exception as error:  # noqa: BLE001 - a missing picture must not hide the failure it should show
            log.debug("No screenshot: %s", error)

    def _call(self, function: str, command: str, request: Mapping[str, Any]) -> Any:
        if self.library in self._evaluated:
            return self._guarded(self._evaluated[self.library].call, command, request)
        try:
            self._attach()
            with _quietly():
                return self._guarded(self.library.call_js_keyword, function, page="RESERVED", request=dict(request))
        except AssertionError as error:
            if not any(sign in str(error) for sign in _REFUSED):
                raise
            log.warning("The page program cannot be attached, so lookups are slower: %s", error)
            self._evaluated[self.library] = EvaluatedPage(self.library)
            return self._call(function, command, request)

    def _attach(self) -> None:
        """Attach the extension once to each process of Playwright."""
        process = getattr(self.library.playwright, "_playwright_process", None) or self.library.playwright
        if self._attached.get(self.library) is not process:
            self.library.init_js_extension(EXTENSION)
            self._attached[self.library] = process

    @staticmethod
    def _guarded(call: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except AssertionError as error:
            text = str(error)
            if any(sign in text for sign in _NO_PAGE):
                raise BrowserNotReadyError(
                    "There is no open page to look for targets in.", hint=Text("locators.hint.open_page")
                ) from None
            raise


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the Browser library's own "ok" of each question out of the log; warnings and errors are still logged."""
    context = EXECUTION_CONTEXTS.current
    if context is None:
        yield
        return
    level = context.output.set_log_level("WARN")
    try:
        yield
    finally:
        context.output.set_log_level(level)


def _mute(selector: str) -> str:
    """Keep a selector prefix of the suite away: the selector is already complete."""
    return f"!prefix {selector}"
