"""Finds its way in a result: the keyword that failed first, its place in log and suite file, its message as text."""

import html
import os
import re
from pathlib import Path
from typing import Any

HTML = "*HTML*"
"""What a message of Robot begins with that is HTML."""
RULE = "<hr>"
"""What stands between the parts of such a message; a blank line where it is plain."""
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|tr|li)>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def plain_message(message: str) -> str:
    """Return the text of a message: one that is HTML without its tags, any other as it is."""
    if not message.startswith(HTML):
        return message
    text = _BREAK.sub("\n", message.removeprefix(HTML).replace(RULE, "\n\n"))
    return html.unescape(_TAG.sub("", text)).strip()


def failed_keyword(item: Any) -> Any:
    """Return the innermost keyword that made a test or suite fail; None when no keyword did."""
    found = None
    while item is not None:
        item = _failed_child(item)
        # Control structures lead the way, keywords and what replaces them are what a tester looks for.
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


def failed_line(data: Any, result: Any) -> str | None:
    """Return `file:line` of the step of a test that failed; of the test when no step did; relative where it can be."""
    if not data.source:
        return None
    steps = [child for child in result.body if hasattr(child, "status")]
    failed = next((index for index, child in enumerate(steps) if child.status == "FAIL"), None)
    line = data.lineno
    if result.has_setup and result.setup.status == "FAIL" and data.has_setup:
        line = data.setup.lineno
    elif failed is not None and failed < len(data.body):
        line = data.body[failed].lineno
    source = Path(data.source)
    shown = os.path.relpath(source) if source.is_relative_to(Path.cwd()) else str(source)
    return f"{shown}:{line}"
