"""A page outside of Robot, for the command line: the Browser library opened, asked, and closed again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text
from AIGCLibrary.rf.browser_driver import LibraryDriver


@contextmanager
def open_page(url: str, executable: str | None, arguments: Sequence[str] = ()) -> Iterator[LibraryDriver]:
    """Open an address in a headless browser.

    Args:
        url: The address.
        executable: The browser; Playwright's own when None.
        arguments: Command line arguments it needs.

    Raises:
        ConfigError: The address cannot be opened.
    """
    from Browser import Browser, SupportedBrowsers

    library = Browser()
    try:
        library.new_browser(
            SupportedBrowsers.chromium, headless=True, executablePath=executable, args=list(arguments)
        )  # fmt: skip
        try:
            library.new_page(url)
        except AssertionError as error:
            raise ConfigError(
                f"'{url}' cannot be opened: {str(error).splitlines()[0]}", hint=Text("locators.hint.address")
            ) from None
        yield LibraryDriver(library)
    finally:
        library.close_browser("ALL")
        library.playwright.close()
