"""Secrets out of everything that is logged, stored or sent: known values, telling names, tokens in URLs.

Three nets, one behind the other:
- values that are known: Robot's `Secret`, variables and environment variables with telling names, passwords of sessions
- places that hold secrets: `Authorization` and its kin, `token=…` in URLs, `"password": "…"`, `user:password@host`
- shapes of well-known tokens: JWT, `sk-…`, `ghp_…`, AWS and Google keys, private keys
"""

import contextlib
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping

from AIGCLibrary.redaction.known import KnownValues
from AIGCLibrary.redaction.names import SECRET_NAME
from AIGCLibrary.redaction.rules import HINTS, MASK, NAMING, RULES, SHAPE_STARTS, SHAPES, URL_PASSWORD

SHORTEST_NAMED = 6
"""Values shorter than this are not masked by value when only the name of their variable makes them suspected."""
_ORDINARY = re.compile(r"(?:true|false|none|null|\d{1,7}|.*[${}].*)", re.IGNORECASE)


_SHORT = 200
"""Letters of a text that is worth remembering: names of targets, pages and metrics come again and again."""
_KEPT = 4096


def _without_shapes(text: str) -> str:
    return SHAPES.sub(MASK, text) if any(start in text for start in SHAPE_STARTS) else text


class Redactor:
    """Masks secrets in texts and structures.

    Args:
        patterns: Regular expressions of the user; what they match is masked.

    Example:
        ```python
        redactor = Redactor()
        redactor.add("s3cr3t-value")
        redactor.text("curl -H 'Authorization: Bearer abcdef123' https://u:p@host/?token=xyz")
        ```
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._values = KnownValues()
        self._masked: dict[tuple[int, str], str] = {}
        self._patterns = [re.compile(pattern) for pattern in patterns]

    @property
    def version(self) -> int:
        """Rises with each value that is remembered; what was masked before may have to be masked anew."""
        return len(self._values)

    def add(self, *values: str) -> None:
        """Remember secret values; they are masked wherever they appear from now on."""
        self._values.add(values)

    def add_patterns(self, patterns: Iterable[str]) -> None:
        """Mask what more regular expressions match, from now on."""
        known = {pattern.pattern for pattern in self._patterns}
        self._patterns += [re.compile(pattern) for pattern in patterns if pattern not in known]

    def add_named(self, values: Mapping[str, object]) -> None:
        """Remember the values whose names tell a secret, for example variables of a suite or of the environment.

        Lists and mappings are looked into: of one with a telling name all texts are secrets.
        """
        for name, value in values.items():
            bare = name.strip("$@&%{}")
            self.add(*(text for text in _suspects(bare, value) if _suspicious(text)))

    def add_headers(self, headers: Mapping[str, str]) -> None:
        """Remember what the headers of a session sign in with: tokens, the password of Basic, cookies."""
        for name, value in headers.items():
            if not SECRET_NAME.search(name):
                continue
            scheme, _, token = value.partition(" ")
            if scheme.lower() == "basic":
                with contextlib.suppress(ValueError):
                    self.add(b64decode(token).decode("utf-8", "replace").partition(":")[2])
            if name.lower() == "cookie":
                for cookie in value.split(";"):
                    self.add_named({"cookie": cookie.partition("=")[2].strip()})
            else:
                self.add_named({"token": token.strip() or value})

    def knows(self, text: str) -> bool:
        """Say whether a text holds a secret that was remembered."""
        return self._values.within(text)

    def known(self, text: str) -> str:
        """Mask only what is surely a secret: remembered values, and shapes of well-known tokens.

        For text whose form must stay whole, such as a line of XML.
        """
        if len(text) > _SHORT:
            return _without_shapes(self._values.masked(text, MASK))
        key = (self.version, text)  # what was masked before a secret was known is not found any more
        masked = self._masked.get(key)
        if masked is None:
            if len(self._masked) >= _KEPT:
                self._masked.clear()
            masked = self._masked[key] = _without_shapes(self._values.masked(text, MASK))
        return masked

    def may_hold(self, text: str) -> bool:
        """Say quickly whether `known` may find anything in a long text; False is certain."""
        return any(start in text for start in SHAPE_STARTS) or self._values.may_be_in(text)

    def text(self, text: str) -> str:
        """Mask secrets in a text; the password of an address is remembered, since it is sent in other forms."""
        if "@" in text:
            self.add(*(found[1] for found in URL_PASSWORD.finditer(text) if _suspicious(found[1])))
        text = self._values.masked(text, MASK)
        lower = text.lower()
        if any(hint in lower for hint in HINTS):
            worded = any(word in lower for word in NAMING)
            for rule, replacement, by_word in RULES:
                if worded or not by_word:
                    text = rule.sub(replacement, text)
        text = _without_shapes(text)
        for pattern in self._patterns:
            text = pattern.sub(MASK, text)
        return text

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Mask the values of headers whose names tell a secret."""
        return {name: MASK if SECRET_NAME.search(name) else self.text(value) for name, value in headers.items()}

    def data(self, value: object) -> object:
        """Mask secrets in nested lists and mappings, in their keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.text(value.decode("utf-8", "replace"))
        if isinstance(value, Mapping):
            return {
                self.text(k) if isinstance(k, str) else k: _masked(v) if _telling(k) else self.data(v)
                for k, v in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.data(item) for item in value]
        return value


def _telling(name: object) -> bool:
    return isinstance(name, str) and bool(SECRET_NAME.search(name))


_DIRECTORIES = ("PWD", "OLDPWD")  # the shell's working directory, not a password


def _masked(value: object) -> object:
    """Mask all texts under a telling name; numbers stay, since `max_tokens` is one."""
    if isinstance(value, str | bytes):
        return MASK if value else value
    if isinstance(value, Mapping):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value


def _suspects(name: str, value: object, depth: int = 3) -> Iterable[str]:
    """Give the texts under a telling name, also those of lists and mappings."""
    telling = name not in _DIRECTORIES and bool(SECRET_NAME.search(name))
    if isinstance(value, str):
        return (value,) if telling else ()
    if isinstance(value, Mapping) and depth and len(value) <= _LARGEST:
        return [
            text for key, item in value.items() for text in _suspects(name if telling else str(key), item, depth - 1)
        ]
    if isinstance(value, list | tuple) and telling and depth and len(value) <= _LARGEST:
        return [text for item in value for text in _suspects(name, item, depth - 1)]
    return ()


def _suspicious(text: str) -> bool:
    return len(text) >= SHORTEST_NAMED and not _ORDINARY.fullmatch(text)


_LARGEST = 200
"""Collections larger than this are data, and are not searched for secrets."""
