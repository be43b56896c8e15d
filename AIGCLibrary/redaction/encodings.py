"""Every encoding in which a value may appear in an output: JSON, HTML, XML, URL, base64, hex."""

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from functools import partial
from urllib import parse

# Bytes of an environment variable or of JSON may be no characters; a secret is one nevertheless.
quote, quote_plus = (partial(encode, errors="surrogatepass") for encode in (parse.quote, parse.quote_plus))

SHORTEST_SECRET = 4
"""Values shorter than this are not masked by value: they would blank out ordinary text."""


def encodings(value: str) -> set[str]:
    """Return a secret as it looks in plain text, in JSON, HTML and XML, in a URL, in base64 and in hex."""
    found = _written(value)
    for quoted in (quote(value), quote(value, safe=""), quote_plus(value), quote(value, safe="!*'()")):
        found |= {quoted, re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), quoted), quote(quoted, safe="")}
    data = value.encode("utf-8", "surrogatepass")
    found |= {b64encode(data).decode(), urlsafe_b64encode(data).decode()}
    if len(data) >= _LONG:
        found |= {data.hex(), data.hex().upper()}
        found |= {_within(data, offset, encode) for offset in range(3) for encode in (b64encode, urlsafe_b64encode)}
    lines = value.splitlines()
    if len(lines) > 1:  # a key of many lines may be shown line by line
        found |= {line.strip() for line in lines if len(line.strip()) >= 2 * _LONG and not line.startswith("-----")}
    return {spelling for spelling in found if len(spelling) >= SHORTEST_SECRET}


_LONG = 8
"""Bytes from which the code of a secret is long enough to be distinct from ordinary text."""


def _written(value: str) -> set[str]:
    """Return a value as text, in JSON and in Python's notation, each also within a string, all of them in HTML too."""
    if value.isascii() and value.isalnum():
        return {value}
    data = value.encode("utf-8", "surrogatepass")
    once = {value, repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    once |= {repr(data)[2:-1], value.replace("\\", "\\\\")}
    once |= {_single_quoted(text) for text in tuple(once)}
    once |= {_scripted(value), re.sub(r"([$%@&]\{)", r"\\\1", value)}
    documents = (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    twice = {json.dumps(text)[1:-1] for text in (value, *documents)}
    twice |= {repr(text.encode("utf-8", "surrogatepass"))[2:-1] for text in (documents[0], *twice)}
    twice |= {json.dumps(text)[1:-1] for text in tuple(twice)}
    twice |= {_single_quoted(text) for text in tuple(twice)}
    found = once | twice
    for text in tuple(found):
        escaped = html.escape(text)
        found |= {escaped, html.escape(text, quote=False)}
        found |= {
            escaped.replace("&quot;", "&#34;").replace("&#x27;", apostrophe) for apostrophe in ("&#39;", "&apos;")
        }
        found |= {escaped.replace("&#x27;", apostrophe) for apostrophe in ("'", "&#39;", "&apos;")}
    return found


def _single_quoted(text: str) -> str:
    """Return a text with each apostrophe escaped once, as within single quotes.

    The backslash before an apostrophe escapes it only when an even number of backslashes comes before that one.
    """
    return re.sub(r"(?<!\\)((?:\\\\)*)\\'", r"\1'", text).replace("'", "\\'")


def _scripted(value: str) -> str:
    """Return a value as it is written in JSON within a page: `<`, `>`, `&` and `'` as code points."""
    text = json.dumps(value)[1:-1].replace('\\"', '"')
    return re.sub("[\"<>&']", lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _within(data: bytes, offset: int, encode: Callable[[bytes], bytes]) -> str:
    """Return the base64 of bytes as it looks behind `offset` others, without the signs its neighbours change."""
    code = encode(bytes(offset) + data).decode().rstrip("=")
    return code[(0, 2, 3)[offset] : len(code) - (1 if (len(data) + offset) % 3 else 0)]
