"""Roles and names beside Playwright's own engine, on the page that is open."""

from pathlib import Path

from AIGCLibrary.rf.browser_driver import LibraryDriver

ROLES = (
    *("button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "slider", "spinbutton"),
    *("heading", "option", "progressbar", "list", "listitem", "table", "row", "cell", "navigation", "main", "dialog"),
    *("status", "tab", "tablist", "tabpanel", "switch", "menuitem", "menu", "alert", "img", "article", "group", "form"),
    *("banner", "contentinfo", "region", "tooltip", "tree", "treeitem", "grid", "meter", "separator", "paragraph"),
)


class Differential:
    """Asks both engines the same.

    Args:
        library: Instance of the Browser library with an open page.
    """

    def __init__(self, library):
        self.library = library
        self.driver = LibraryDriver(library)
        library.init_js_extension(Path(__file__).with_name("differential.js"))

    def compare(self, names=3):
        """Compare on all frames; gives how many selectors were compared and those that differ."""
        self.driver.ask("health", {"targets": []})
        answers = self.library.call_js_keyword("differ", page="RESERVED", request={"roles": ROLES, "names": names})
        return sum(one["compared"] for one in answers), [row for one in answers for row in one["different"]]
