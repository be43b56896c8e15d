"""Texts of a product where they are shown: control characters made visible, addresses of pictures not loaded."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
_PICTURE = re.compile(
    r"""(://[^\s|]*?\.(?:jpe?g|png|gif|bmp|svg))(?=[)\]}"'.,!?:;|]*(?:\s|$))""", re.IGNORECASE | re.MULTILINE
)


def visible(text: str) -> str:
    r"""Return a text in which control characters stand as `\x1b`, so that a terminal shows and does not obey them.

    Tabs and ends of lines stay. Embeddings and overrides of the direction of writing are shown, too: they can make
    `gpj.exe` look like `exe.jpg`. The escapes are valid in JSON, which holds characters up to `\x1f` escaped anyway.
    """
    return _CONTROL.sub(lambda found: _escape(ord(found[0])), text)


def robot_text(text: str) -> str:
    """Return a text for metadata and documentation, which Robot Framework formats, that loads no picture.

    Robot makes `<img>` of an address that ends like a picture, and links of `[address|text]`. An empty fragment at
    the end of the address keeps it a link to the same picture.
    """
    return _PICTURE.sub(r"\1#", text.replace("|", "¦"))


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x20 else f"\\u{code:04x}"
