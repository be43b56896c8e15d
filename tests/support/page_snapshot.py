"""Pages as data: every element that could be a target, as the page program sees it."""

import json

ALL = {"profile": {"files": True}, "pool": 4000}
"""A ranking by nothing: all candidates of the page, hidden fields for files among them."""


def everything(driver):
    """Return the fingerprints of all candidates of the page in use."""
    return driver.ask("rank", ALL)


def targets_of(elements):
    """Return the elements that a suite may use, one for each that its place distinguishes."""
    kinds = ("a", "button", "input", "select", "textarea", "summary")
    return [one for one in elements if one["tag"] in kinds or one.get("role") in ROLES]


ROLES = (
    "button", "link", "tab", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "slider", "spinbutton",
    "menuitem", "option", "menuitemcheckbox", "menuitemradio",
)  # fmt: skip


def record(one, widget, inside=None):
    """Return an element as a line of data holds it."""
    kept = {name: value for name, value in one.items() if name not in ("element", "rough", "ways", "enabled")}
    return {**kept, **({"widget_id": widget} if widget else {}), **({"inside": inside} if inside else {})}


def pair(site, old, new, linked, boxes=None):
    """Return an old and a new page in the format of `relocation_pairs`.

    Args:
        site: Name of the pair.
        old: Fingerprints of the old page.
        new: Fingerprints of the new page.
        linked: Widget to the numbers of its element on the old and on the new page; None for one that is gone.
        boxes: Widget to the path of what goes when it is removed; else only what is inside of it.
    """
    before = {one["element"]: one for one in old}
    names = {now: widget for widget, (_, now) in linked.items() if now is not None}
    targets = [record(before[then], widget) for widget, (then, _) in linked.items() if then in before]
    around = {one["path"]: names[one["element"]] for one in new if one["element"] in names}
    around |= {path: widget for widget, path in (boxes or {}).items() if path}
    candidates = []
    for one in new:
        inside = next((around[path] for path in around if one["path"].startswith(f"{path}/")), None)
        candidates.append(record(one, names.get(one["element"]), inside))
    return json.dumps({"site": site, "targets": targets, "candidates": candidates}, ensure_ascii=False)
