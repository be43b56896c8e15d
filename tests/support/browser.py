"""The browser of the tests: found once, said once how it is opened."""

import os
import shutil
import sys

EXECUTABLE = os.environ.get("AIGC_BROWSER") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "microsoft-edge"))), None
)
IS_ROOT = sys.platform != "win32" and os.geteuid() == 0


OPEN_PAGE = r"""Open Page
    [Documentation]    The short timeout of a suite is for what it looks for: a page may open slowly on a busy machine.
    [Arguments]    ${url}
    ${short} =    Set Browser Timeout    30 s
    New Page    ${url}
    Set Browser Timeout    ${short}
"""
"""A user keyword, for suites whose import of Browser sets a short timeout."""


def new_browser() -> str:
    """The `New Browser` line of a suite."""
    sandbox = '    args=["--no-sandbox"]' if IS_ROOT else ""
    return f"New Browser    chromium    headless=True    executablePath={EXECUTABLE}{sandbox}"


def open_library():
    """A Browser library with an open browser, without Robot; close it with `library.close_browser("ALL")`."""
    from Browser import Browser, SupportedBrowsers

    library = Browser()
    library.new_browser(
        SupportedBrowsers.chromium,
        headless=True,
        executablePath=EXECUTABLE,
        args=["--no-sandbox"] if IS_ROOT else [],
    )
    return library
