"""Recognises the encoding of a text: Unicode by its marks, the East Asian ones by their common characters."""

import codecs
import re
from collections.abc import Callable

UNICODE = ("utf-8", "utf-8-sig", "utf-16")
SINGLE_BYTE = ("cp1252", "cp1251", "latin-1")
"""Encodings that any bytes can be read in: which one was meant is a guess."""
_COMMON = 0.7
"""Share of the characters beyond ASCII that must be common ones of an encoding, for a text to be taken for it.

Bytes of one East Asian encoding are mostly valid in the others, too, but come out as rare characters there.
"""
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")


def encoding_of(data: bytes) -> str | None:
    """Return the encoding of a text: `utf-8`, `utf-16`, `gb18030`, `big5`, `shift_jis`, `euc_kr`, `cp1251`, `cp1252`.

    Args:
        data: The text, or its first bytes; it may end within a character.

    Returns:
        `utf-8-sig` and `utf-16` with a byte order mark, `utf-16-le` or `utf-16-be` without one; None when it is no
        text.
    """
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _is_text(data[: len(data) // 2 * 2].decode("utf-16", errors="replace")) else None
    if b"\0" in data[:4096]:
        return _utf16_without_mark(data[:4096])
    if _CONTROL.search(data):
        return None
    if _decodes(data, "utf-8"):
        return "utf-8"
    return _east_asian(data) or _single_byte(data)


def _decodes(data: bytes, encoding: str) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data) or " "
    except UnicodeDecodeError:
        return ""


def _is_text(text: str) -> bool:
    strange = sum((c < " " and c not in "\t\r\n\f\x1b\b") or c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in text)
    return bool(text) and strange <= len(text) // 1000


def _utf16_without_mark(data: bytes) -> str | None:
    even, odd, half = data[0::2].count(0), data[1::2].count(0), max(1, len(data) // 2)
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > 0.6 * half and not others:
            text = data[: len(data) // 2 * 2].decode(encoding, errors="replace")
            return encoding if _is_text(text) else None
    return None


def _gb(lead: int, trail: int) -> bool:
    return trail >= 0xA1 and (0xB0 <= lead <= 0xD7 or lead in (0xA1, 0xA3))


def _big5(lead: int, trail: int) -> bool:
    return 0xA1 <= lead <= 0xC6 and (0x40 <= trail <= 0x7E or trail >= 0xA1)


def _korean(lead: int, trail: int) -> bool:
    return 0xB0 <= lead <= 0xC8 and trail >= 0xA1


def _japanese(lead: int, trail: int) -> bool:
    return (lead == 0x82 and trail >= 0x9F) or (lead == 0x83 and trail <= 0x96) or lead == 0x81 or 0x88 <= lead <= 0x97


_EAST_ASIAN: dict[str, Callable[[int, int], bool]] = {
    "gb18030": _gb, "big5": _big5, "shift_jis": _japanese, "euc_kr": _korean,
}  # fmt: skip


def _east_asian(data: bytes) -> str | None:
    """Return the encoding in which nearly all characters are common ones; the one with the most of them."""
    best, highest = None, _COMMON
    for encoding, common in _EAST_ASIAN.items():
        text = _decodes(data, encoding)
        if not text or any("\ue000" <= c <= "\uf8ff" for c in text):
            continue
        share = _share(data, common)
        if encoding == "shift_jis" and not any("\u3040" <= c <= "\u30ff" for c in text):
            continue  # Japanese without a single kana is not Japanese
        if encoding == "euc_kr" and share > 0.97 and best == "gb18030":
            best = encoding  # Hangul lie in a corner of what GB 2312 uses for its most common characters
        if share > highest:
            best, highest = encoding, share
    return best


def _share(data: bytes, common: Callable[[int, int], bool]) -> float:
    at = known = count = 0
    while at < len(data) - 1:
        if data[at] < 0x80:
            at += 1
            continue
        known += common(data[at], data[at + 1])
        count += 1
        at += 2
    return known / count if count else 0.0


def _single_byte(data: bytes) -> str | None:
    """Distinguish Cyrillic from Western European text by the share of letters beyond ASCII; None when it is no text."""
    beyond = [byte for byte in data if byte >= 0x80]
    if not beyond:
        return None
    letters = sum(chr(byte).isalpha() for byte in data if byte < 0x80)
    cyrillic = sum(byte >= 0xC0 or byte in (0xA8, 0xB8) for byte in beyond)
    if cyrillic > 0.9 * len(beyond) and len(beyond) > letters and _decodes(data, "cp1251"):
        return "cp1251"
    readable = len(beyond) <= max(2, 0.3 * len(data))
    return "cp1252" if readable and _decodes(data, "cp1252") else None
