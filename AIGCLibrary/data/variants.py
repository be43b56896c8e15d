"""Named variants of a template: a few changes under a name of their own, chosen as `template:variant`."""

from dataclasses import replace
from typing import Any

from AIGCLibrary.data.errors import TemplateError
from AIGCLibrary.data.reader import Merged
from AIGCLibrary.errors import near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.yaml import YamlDocument, check
from AIGCLibrary.yaml.layers import Overlay

SEPARATOR = ":"
"""Stands between the name of a template and that of its variant."""


def split(name: str) -> tuple[str, str | None]:
    """Return the name of a template and that of the variant, if one is asked for.

    Args:
        name: `script`, `script:long`, or the same with the path of a file.
    """
    template, sign, variant = name.rpartition(SEPARATOR)
    return (template, variant) if sign and variant.isidentifier() else (name, None)


def varied(merged: Merged, variant: str, template: str) -> Merged:
    """Return the data of a template with the changes of one variant.

    Mappings are joined at every depth, everything else replaces what was there; a node or output that is null is
    taken away.

    Raises:
        TemplateError: The template does not have this variant.
        ConfigError: What results is no template; the message has the line in the variant.
    """
    variants: dict[str, Any] = merged.data.get("variants") or {}
    if variant not in variants:
        known = near_matches(variant, variants) if variants else "It has no 'variants'."
        raise TemplateError(
            f"Template '{template}' has no variant '{variant}'. {known}",
            hint=Text("data.hint.variants", template=template),
            facts={"template": template, "variant": variant},
        )
    changes = variants[variant] or {}
    data = dict(merged.data)
    for section, lay in _SECTIONS.items():
        if section in changes:
            data[section] = lay(data.get(section) or {}, changes[section] or {})
    if "description" in changes:
        data["description"] = changes["description"]
    layers = tuple(replace(layer, document=_with_lines(layer.document, variant)) for layer in merged.layers)
    writer = next(
        (layer.document for layer in layers if ("variants", variant) in layer.document.lines), layers[0].document
    )
    check(YamlDocument(writer.path, data, writer.lines, writer.schema), "template")
    return Merged(data, layers, merged.raises, variant)


_SECTIONS = {
    **dict.fromkeys(("vars", "defaults"), Overlay(removes=0)),
    **dict.fromkeys(("nodes", "outputs"), Overlay(removes=1)),
}


def _with_lines(document: YamlDocument, variant: str) -> YamlDocument:
    """Return a document in which what the variant wrote has the lines of the variant."""
    own = {
        place[2:]: line for place, line in document.lines.items() if place[:2] == ("variants", variant) and place[2:]
    }
    return YamlDocument(document.path, document.data, {**document.lines, **own}, document.schema)
