"""Finds its way in a result: the keyword that failed first, and its place in log.html."""

from typing import Any


def failed_keyword(item: Any) -> Any:
    """Give the innermost keyword that made a test or suite fail; None when no keyword did."""
    found = None
    while item is not None:
        item = _failed_child(item)
        # Control structures lead the way, keywords and what stands in their place are what a tester looks for.
        if item is not None and getattr(item, "type", None) in _SHOWN:
            found = item
    return found


_SHOWN = {"KEYWORD", "SETUP", "TEARDOWN", "RETURN", "VAR", "ERROR"}


def _failed_child(item: Any) -> Any:
    children = []
    if getattr(item, "has_setup", False):
        children.append(item.setup)
    children += [child for child in getattr(item, "body", ()) if hasattr(child, "status")]
    if getattr(item, "has_teardown", False):
        children.append(item.teardown)
    return next((child for child in children if child.status == "FAIL"), None)
