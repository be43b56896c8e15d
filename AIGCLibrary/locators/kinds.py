"""Which kinds of elements can be used how, and which can become which in a redesign."""

import re

from AIGCLibrary.locators.element import Element

_FIELDS = ("textbox", "searchbox", "combobox", "spinbutton")
_FIELD_TAGS = ("input", "textarea")
_NOT_TYPED = ("checkbox", "radio", "button", "submit", "reset", "image", "file", "range", "color", "hidden")
_SET = (*_FIELDS, "listbox", "slider", "checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio")
"""Roles of what holds a value; what has no role at all is the text beside it."""
_GROUPS: tuple[set[str], ...] = (
    {"button", "link", "tab", "menuitem", "option", "switch", "summary", "treeitem"},
    {"textbox", "searchbox", "combobox", "spinbutton", "listbox"},
    {"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"},
)
"""Roles that redesigns turn into each other: a button into a tab, a textbox into a combobox."""


_CONTROLS = frozenset().union(*_GROUPS, _SET)
"""Roles of what is used: its text is its name, while that of a row or a status is data."""
_CHOICES = frozenset(("tab", "menuitem", "option", "treeitem"))
"""Roles of what chooses among things that are shown; a button or link of the same name acts on what was chosen."""

_KIND = frozenset(
    (
        *("accordion", "area", "audio", "block", "box", "btn", "button", "card", "cell", "checkbox", "chip", "color"),
        *("combo", "combobox", "component", "container", "control", "date", "dialog", "drop", "dropdown", "editor"),
        *("element", "field", "file", "form", "group", "header", "heading", "icon", "image", "img", "info", "input"),
        *("item", "items", "label", "link", "list", "listbox", "markdown", "menu", "modal", "number", "option"),
        *("options", "panel", "picker", "popover", "progress", "radio", "range", "root", "row", "search", "select"),
        *("slider", "spinbutton", "status", "switch", "tab", "table", "tabs", "text", "textarea", "textbox", "time"),
        *("title", "toggle", "tooltip", "tracker", "trigger", "upload", "uploader", "value", "video", "widget"),
        *("wrap", "wrapper"),
    )
)
"""Words that say what kind of component something is."""
_LOOKS = frozenset(
    (
        *("primary", "secondary", "tertiary", "default", "danger", "warning", "success", "ghost", "outlined", "filled"),
        *("contained", "round", "small", "medium", "large", "xs", "sm", "md", "lg", "xl", "base", "common", "custom"),
        *("main", "submit", "ui", "el", "ant", "mui", "v"),
    )
)
"""Words that say which of the looks of a kind it has, or whose component it is; `submit` is a type of buttons."""


_MADE = re.compile(r":r\w+:|«r\w+»|_r_\w+_|\d$|[-_:.]\d+[-_:.]|[0-9a-f]{8,}|\d{5,}")
"""Ids that count or that a framework makes: `item-3`, `tabs-0-panel`, `pv_id_64_3`, React's `:r3:` and `_r_3_`."""


def proves_nothing(key: str) -> bool:
    """Return whether an id, name or test id may be another element's tomorrow: one that counts or is generated."""
    return bool(_MADE.search(key))


def names_a_kind(test_id: str) -> bool:
    """Return whether a test id names a kind of component, as libraries put on each of that kind.

    `number-input` does, and so does `primary-button`: its look says nothing of what it does.
    """
    found = re.findall(r"[a-z]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", test_id).lower())
    kinds = [word for word in found if not word.isdigit()]
    return all(word in _KIND or word in _LOOKS for word in kinds) and (not kinds or any(map(_KIND.__contains__, kinds)))


def usable_for(element: Element, verb: str) -> bool:
    """Return whether an element can be used as asked."""
    tag, kind, role = element.get("tag"), element.get("type"), element.get("role")
    typed = (tag in _FIELD_TAGS and kind not in _NOT_TYPED) or (role in _FIELDS and tag != "select")
    typed = typed or bool(element.get("editable"))
    if verb == "filled":
        return typed
    if verb == "selected":
        return tag == "select"
    if verb == "given files":
        return tag == "input" and kind == "file"
    return True


def is_control(element: Element) -> bool:
    """Return whether an element says that it is used, whatever it is made of: an option is no item of a list."""
    return str(element.get("role") or "") in _CONTROLS


def holds_value(element: Element) -> bool:
    """Return whether an element is a field of a form, of whatever kind."""
    return str(element.get("role") or "") in _SET


def changes_purpose(old: Element, new: Element) -> bool:
    """Return whether one chooses what is shown and the other acts: the tab `Speak` and the button `Speak` in it."""
    before, after = str(old.get("role") or ""), str(new.get("role") or "")
    return bool(before and after) and (before in _CHOICES) != (after in _CHOICES)


def compatible(old: Element, new: Element) -> bool:
    """Return whether one can be the other after a redesign."""
    before, after = str(old.get("role") or ""), str(new.get("role") or "")
    if before and not after and new.get("tag") == "label":
        return False
    if before in _SET and not after:
        return before in _FIELDS and bool(new.get("editable"))
    if not before or not after or before == after:
        return old.get("type") != "file" or new.get("type") == "file" or not before
    return any(before in group and after in group for group in _GROUPS)
