"""Names that selectors are made of: engines, roles and what they can be asked, pseudo-classes.

Sources: Playwright 1.63 `packages/injected/src` (selector engines, `validRoles`, the `kAria…Roles` tables);
WAI-ARIA 1.2; Selectors Level 4 and the HTML standard for the pseudo-classes.
"""

ENGINES = frozenset(
    (
        *("css", "xpath", "text", "id", "role", "nth", "visible", "data-testid", "data-test-id", "data-test"),
        *("aria-ref", "_react", "_vue", "internal:role", "internal:label", "internal:text", "internal:attr"),
        *("internal:testid", "internal:has", "internal:has-not", "internal:has-text", "internal:has-not-text"),
        *("internal:and", "internal:or", "internal:chain", "internal:control", "internal:describe"),
    )
)
ROLES = frozenset(
    (
        *("alert", "alertdialog", "application", "article", "banner", "blockquote", "button", "caption", "cell"),
        *("checkbox", "code", "columnheader", "combobox", "complementary", "contentinfo", "definition", "deletion"),
        *("dialog", "directory", "document", "emphasis", "feed", "figure", "form", "generic", "grid", "gridcell"),
        *("group", "heading", "img", "insertion", "link", "list", "listbox", "listitem", "log", "main", "mark"),
        *("marquee", "math", "menu", "menubar", "menuitem", "menuitemcheckbox", "menuitemradio", "meter"),
        *("navigation", "none", "note", "option", "paragraph", "presentation", "progressbar", "radio", "radiogroup"),
        *("region", "row", "rowgroup", "rowheader", "scrollbar", "search", "searchbox", "separator", "slider"),
        *("spinbutton", "status", "strong", "subscript", "superscript", "switch", "tab", "table", "tablist"),
        *("tabpanel", "term", "textbox", "time", "timer", "toolbar", "tooltip", "tree", "treegrid", "treeitem"),
    )
)
_CHECKED = frozenset(("checkbox", "menuitemcheckbox", "option", "radio", "switch", "menuitemradio", "treeitem"))
_EXPANDED = frozenset(
    (
        *("application", "button", "checkbox", "combobox", "gridcell", "link", "listbox", "menuitem", "row"),
        *("rowheader", "tab", "treeitem", "columnheader", "menuitemcheckbox", "menuitemradio", "switch"),
    )
)
_SELECTED = frozenset(("gridcell", "option", "row", "tab", "rowheader", "columnheader", "treeitem"))
ATTRIBUTE_ROLES = {
    "checked": _CHECKED,
    "pressed": frozenset(("button",)),
    "selected": _SELECTED,
    "expanded": _EXPANDED,
    "level": frozenset(("heading", "listitem", "row", "treeitem")),
}
"""What can be asked of which roles only; Playwright refuses it for others."""
PSEUDO_CLASSES = frozenset(
    (
        *("active", "active-view-transition", "any-link", "autofill", "blank", "checked", "current", "default"),
        *("defined", "dir", "disabled", "empty", "enabled", "first-child", "first-of-type", "focus"),
        *("focus-visible", "focus-within", "fullscreen", "future", "has", "has-slotted", "host", "host-context"),
        *("hover", "in-range", "indeterminate", "invalid", "is", "lang", "last-child", "last-of-type"),
        *("link", "local-link", "matches", "modal", "muted", "not", "nth-child", "nth-col", "nth-last-child"),
        *("nth-last-col", "nth-last-of-type", "nth-of-type", "only-child", "only-of-type", "open", "optional"),
        *("out-of-range", "past", "paused", "picture-in-picture", "placeholder-shown", "playing", "popover-open"),
        *("read-only", "read-write", "required", "root", "scope", "seeking", "stalled", "state", "target"),
        *("target-current", "target-within", "user-invalid", "user-valid", "valid", "visited", "volume-locked"),
        *("where", "buffering", "xr-overlay", "interest-source", "interest-target"),
        # Playwright's own
        *("light", "visible", "text", "text-is", "text-matches", "has-text", "above", "below", "right-of"),
        *("left-of", "near", "nth-match"),
    )
)
TEXT_PSEUDO_CLASSES = frozenset(("text", "text-is", "has-text"))
"""Playwright's own that take one quoted text."""
PSEUDO_ELEMENTS = frozenset(("before", "after", "first-letter", "first-line"))
JQUERY = {
    "contains": ':has-text("…")',
    "eq": ">> nth=0",
    "first": ">> nth=0",
    "last": ">> nth=-1",
    "gt": ":nth-child(n+2)",
    "lt": ":nth-child(-n+2)",
    "even": ":nth-child(odd)",
    "odd": ":nth-child(even)",
    "header": ":is(h1, h2, h3, h4, h5, h6)",
    "input": ":is(input, textarea, select, button)",
    "selected": ":checked",
    "submit": "[type=submit]",
    "button": ":is(button, [type=button])",
    "checkbox": "[type=checkbox]",
    "radio": "[type=radio]",
    "file": "[type=file]",
    "password": "[type=password]",
    "hidden": ":not(:visible)",
    "parent": ":not(:empty)",
}
"""What jQuery has and no browser knows, each with what does the same."""
XPATH_FUNCTIONS = frozenset(
    (
        *("boolean", "ceiling", "concat", "contains", "count", "false", "floor", "id", "lang", "last", "local-name"),
        *("name", "namespace-uri", "normalize-space", "not", "number", "position", "round", "starts-with", "string"),
        *("string-length", "substring", "substring-after", "substring-before", "sum", "translate", "true"),
    )
)
"""Core functions of XPath 1.0, the version of all browsers."""
