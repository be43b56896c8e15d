"""Texts of a product where they are shown: control characters made visible, addresses of pictures not loaded."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
_ADDRESS = re.compile(r"://\S+")
_PICTURE = re.compile(r"""(\.(?:jpe?g|png|gif|bmp|svg))(?=[)\]}"'.,!?:;]*$)""", re.IGNORECASE)
_BLANKS = re.compile(r"(?<=\S) {2,}(?=\S)")


def visible(text: str) -> str:
    r"""Return a text in which control characters stand as `\x1b`, so that a terminal shows and does not obey them.

    Tabs and ends of lines stay. Embeddings and overrides of the direction of writing are shown, too: they can make
    `gpj.exe` look like `exe.jpg`. The escapes are valid in JSON, which holds characters up to `\x1f` escaped anyway.
    """
    return _CONTROL.sub(lambda found: _escape(ord(found[0])), text)


def robot_text(text: str) -> str:
    """Return a text for metadata and documentation, which Robot Framework formats, that loads no picture.

    Robot makes `<img>` of an address that ends like a picture, and links of `[address|text]`. An empty fragment at
    the end of the address keeps it a link to the same picture. Blanks in a row, which separate the parts of a keyword
    call, would be shown as one; Robot reads no-break spaces as blanks, too, so that a call can be copied.
    """
    shown = _ADDRESS.sub(lambda found: _PICTURE.sub(r"\1#", found[0]), text.replace("|", "¦"))
    return _BLANKS.sub(lambda found: "\N{NO-BREAK SPACE}" * len(found[0]), shown)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x20 else f"\\u{code:04x}"
