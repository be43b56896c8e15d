"""Secrets within other forms: fields of a multipart form or of a page by their names, and texts in Base64."""

import base64
import re
from collections.abc import Callable, Iterator

from AIGCLibrary.redaction.names import is_secret_name
from AIGCLibrary.redaction.rule import MASK

PART = re.compile(
    r'(?P<head>content-disposition:[^\r\n]{0,500}?\bname="(?P<name>[^"\r\n]{1,200})"[^\r\n]{0,500}\r?\n'
    r"(?:[^\r\n]{1,500}\r?\n){0,20}\r?\n)(?P<value>.*?)(?=\r?\n--)",
    re.IGNORECASE | re.DOTALL,
)
"""A part of a multipart body (RFC 7578)."""
TAG = re.compile(r"<(?:input|meta|button|textarea)\b[^<>]{1,2000}>", re.IGNORECASE)
NAME = re.compile(r"""\b(?:name|id|property)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
VALUE = re.compile(r"""(\b(?:value|content)\s*=\s*)("[^"]+"|'[^']+'|[^\s"'<>]+)""", re.IGNORECASE)
PACKED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
"""What may be a text in Base64 (RFC 4648)."""
_OF_WORDS = bytes(byte in b"+-./=_" or (chr(byte).isascii() and chr(byte).isalnum()) for byte in range(256))
"""Maps each byte to 1 where tokens and Base64 have it, else to 0."""
_WORD = re.compile(b"\x01" * 14 + b"+")
"""As long as the shortest token (`redaction.shapes`)."""
LONGEST = 200_000
"""Characters of the longest one that is looked into: a picture in Base64 is none."""


def fields_of_multipart(text: str) -> dict[str, str]:
    """Return the fields of a multipart body by name; none of another text."""
    return {found["name"]: found["value"] for found in PART.finditer(text)} if text.startswith("--") else {}


def masked_multipart(text: str) -> str:
    """Mask the fields of a multipart body whose names say that they are secrets."""
    if not text.startswith("--"):
        return text
    return PART.sub(lambda found: found["head"] + MASK if is_secret_name(found["name"]) else found[0], text)


def masked_markup(text: str) -> str:
    """Mask the values of fields of a page whose names say that they are secrets: a hidden field, a meta tag."""
    return TAG.sub(_masked_tag, text) if "<" in text else text


def masked_packed(text: str, holds: Callable[[str], bool]) -> str:
    """Mask what is written in Base64 and holds a secret.

    Args:
        text: Any text.
        holds: Returns whether a text holds one.
    """

    def mask(found: re.Match[str]) -> str:
        plain = _unpacked(found[0])
        return MASK if plain and holds(plain) else found[0]

    return PACKED.sub(mask, text)


def long_words(text: str) -> str:
    """Return the words of a text that may be tokens or Base64, each on a line with the signs before and behind it."""
    signs = text.encode("latin-1", "replace").translate(_OF_WORDS)
    return "\n".join(text[max(word.start() - 1, 0) : word.end() + 1] for word in _WORD.finditer(signs))


def packed(text: str) -> Iterator[str]:
    """Return the texts that are written in Base64 within a text."""
    for found in PACKED.finditer(text):
        if plain := _unpacked(found[0]):
            yield plain


def _masked_tag(found: re.Match[str]) -> str:
    tag = found[0]
    named = NAME.search(tag)
    if named is None or not is_secret_name(named[1] or named[2] or named[3] or ""):
        return tag
    return VALUE.sub(lambda value: value[1] + _quoted(value[2]), tag)


def _quoted(value: str) -> str:
    mark = value[0] if value[0] in "\"'" else ""
    return f"{mark}{MASK}{mark}"


def _unpacked(text: str) -> str:
    """Return what a text in Base64 says; empty where it is none, or no text."""
    if len(text) > LONGEST:
        return ""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        found = base64.b64decode(plain + "=" * (-len(plain) % 4)).decode("utf-8")
    except ValueError:
        return ""
    return found if found.isprintable() or "\n" in found else ""
