"""Keeps the tree of HTML and XML: what a mask may replace in it, and what it must leave."""

import re
from collections.abc import Iterable

MARKUP = re.compile(r"</[A-Za-z]|/>|<[A-Za-z][^<>]*>|<!--|<!\[CDATA\[|<\?xml\s")
"""Whether a text is markup."""
_NEAR = 60
"""Characters around a word in which its element or attribute is looked for."""
_ELEMENT = re.compile(r"</?[\w:.-]{0,40}$")
_ELEMENT_END = re.compile(r"[\w:.-]{0,40}(?:\s+[\w:.-]+\s*=\s*[\"']|\s*/?>)")
_ATTRIBUTE = re.compile(r"(?:[\"'\s]|<\??[\w:.-]+)\s[\w:.-]{0,40}$")
_VALUE = re.compile(r"[\w:.-]{0,40}\s*=\s*[\"']")
_DECLARATION = re.compile(
    r"<(?:\?xml|!doctype)\s[^<>]*$|<![a-z]*$|\sxmlns(?::[\w.-]+)?=(?:\"[^\"<>]*|'[^'<>]*)$", re.IGNORECASE
)
"""A declaration, or the name of a namespace: neither holds secrets, and without them no document can be read."""
_DECLARED = 250
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_LONGEST_ENTITY = 34
_DELIMITER = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|<\?|\?>")
_DELIMITER_LENGTH = 9
_BEGUN, _GOES_ON = frozenset("<!-[CDATA]?"), frozenset("!-[CDATA]?>")
"""Signs of a delimiter that are not its last one, and those that are not its first."""


def masked_spans(text: str, spans: Iterable[tuple[int, int]], mask: str) -> str:
    """Put a mask in the place of each span; the tree of markup stays.

    Args:
        text: Markup or plain text.
        spans: Where secrets begin and end, in their order.
        mask: What stands there then.
    """
    spans = list(spans)
    if not spans:
        return text
    parts, last = [], 0
    declares = any(sign in text for sign in ("<?xml", "xmlns", "<!DOCTYPE", "<!doctype"))
    is_marked = "<" in text or "&" in text
    for found in spans:
        if _is_structure(text, *found) or (
            declares and _DECLARATION.search(text, max(0, found[0] - _DECLARED), found[0])
        ):
            continue
        start, end = fitted(text, *found) if is_marked else found
        if start < end and last <= start:
            parts += [text[last:start], mask]
            last = end
    return "".join((*parts, text[last:])) if parts else text


def fitted(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span that a mask replaces: with the whole of entities that it cuts, without delimiters that it cuts.

    Args:
        text: Markup or plain text.
        start: Where a secret begins.
        end: Where it ends.
    """
    if "&" in text[max(0, start - _LONGEST_ENTITY) : end]:
        start, end = _entity_start(text, start), _entity_end(text, end)
    if text[start - 1 : start] in _BEGUN:
        start = min(end, max((cut.end() for cut in _cut(text, start)), default=start))
    if text[end : end + 1] in _GOES_ON:
        end = max(start, min((cut.start() for cut in _cut(text, end)), default=end))
    return start, end


def _cut(text: str, place: int) -> list[re.Match[str]]:
    """Return the delimiters that a place is within."""
    found = _DELIMITER.finditer(text, max(0, place - _DELIMITER_LENGTH), place + _DELIMITER_LENGTH)
    return [tag for tag in found if tag.start() < place < tag.end()]


def _is_structure(text: str, start: int, end: int) -> bool:
    """Return whether a plain word is the name of an element or attribute of markup: masking it would break the tree."""
    word = text[start:end]
    if not (word.isascii() and word.replace("-", "").isalpha()):
        return False
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    element = _ELEMENT.search(before)
    return bool(element and _ELEMENT_END.match(after)) or bool(_ATTRIBUTE.search(before) and _VALUE.match(after))


def _entity_start(text: str, start: int) -> int:
    at = text.rfind("&", max(0, start - _LONGEST_ENTITY), start)
    found = _ENTITY.match(text, at) if at >= 0 else None
    return at if found and found.end() > start else start


def _entity_end(text: str, end: int) -> int:
    at = text.rfind("&", max(0, end - _LONGEST_ENTITY), end)
    found = _ENTITY.match(text, at) if at >= 0 else None
    return found.end() if found and found.end() > end else end
