"""Secrets out of everything that is logged, stored or sent: known values, telling names, tokens in URLs.

Three nets, one behind the other:
- values that are known: Robot's `Secret`, variables and environment variables with telling names, passwords of sessions
- places that hold secrets: `Authorization` and similar headers, `token=…` in URLs, `"password": "…"`,
  `user:password@host`
- shapes of well-known tokens: JWT, `sk-…`, `ghp_…`, AWS and Google keys, private keys
"""

import contextlib
import json
import logging
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from AIGCLibrary.patterns import BoundedPattern
from AIGCLibrary.redaction.forms import form, is_common, looks_like_a_key
from AIGCLibrary.redaction.known import KnownValues
from AIGCLibrary.redaction.markup import MARKUP, masked_spans
from AIGCLibrary.redaction.names import is_key_name, is_secret_header, is_secret_name
from AIGCLibrary.redaction.rule import MASK, NAMING
from AIGCLibrary.redaction.rules import HINTS, RULES, URL_PASSWORD
from AIGCLibrary.redaction.shapes import may_hold_token, tokens_in

log = logging.getLogger("aigc.redaction")

SHORTEST_NAMED = 6
"""Values shorter than this are not masked by value when only the name of their variable makes them suspected."""


@dataclass(frozen=True)
class MaskedValue:
    """Why the value of a name is masked, or is not although its name says that it is a secret.

    Attributes:
        name: Name of the variable, key, header or argument.
        masked: Whether the value is masked wherever it appears.
        reason: `name`, `declared`, or why it is not masked: its form, `common word`, `short`.
        length: Characters of the value.
    """

    name: str
    masked: bool
    reason: str
    length: int


_SHORT = 200
"""Letters of a text that is worth remembering: names of targets, pages and metrics come again and again."""
_KEPT = 4096


def holds_token(text: str) -> bool:
    """Return whether a text holds what has the shape of a well-known token."""
    return _without_shapes(text) != text


def _without_shapes(text: str) -> str:
    return masked_spans(text, tokens_in(text), MASK) if may_hold_token(text) else text


class Redactor:
    """Masks secrets in texts and structures.

    Args:
        patterns: Regular expressions of the user; what they match is masked, and a text as a whole in which one takes
            longer than `patterns.SECONDS`.

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
        self._patterns = [BoundedPattern(pattern) for pattern in patterns]
        self._slow: set[str] = set()
        self._findings: dict[tuple[str, str], MaskedValue] = {}

    @property
    def findings(self) -> tuple[MaskedValue, ...]:
        """Names whose values were judged, and what came of it; never the values."""
        return tuple(self._findings.values())

    @property
    def version(self) -> int:
        """Rises with each value that is remembered; what was masked before may have to be masked again."""
        return len(self._values)

    def add(self, *values: str) -> None:
        """Remember secret values; they are masked wherever they appear from now on."""
        self._values.add(values)

    def add_patterns(self, patterns: Iterable[str]) -> None:
        """Mask what more regular expressions match, from now on."""
        known = {pattern.pattern for pattern in self._patterns}
        self._patterns += [BoundedPattern(pattern) for pattern in patterns if pattern not in known]

    def add_named(self, values: Mapping[str, object]) -> None:
        """Remember the values whose names announce a secret, for example variables of a suite or of the environment.

        Lists and mappings are looked into: of one with a telling name all texts are secrets.
        """
        for name, value in values.items():
            for found, text in _suspects(name.strip("$@&%{}"), value):
                self._judge(found, text)

    def add_json(self, text: str) -> None:
        """Remember the secrets of a JSON document, by the names of its fields; other text holds none."""
        if text[:1] in "{[" and len(text) <= _LARGEST_TEXT and any(word in text.lower() for word in NAMING):
            with contextlib.suppress(ValueError, RecursionError):
                self.add_named({"json": json.loads(text)})

    def add_headers(self, headers: Mapping[str, str]) -> None:
        """Remember what the headers of a session sign in with: tokens, the password of Basic, cookies."""
        for name, value in headers.items():
            if not is_secret_header(name):
                continue
            scheme, _, token = value.partition(" ")
            if scheme.lower() == "basic":
                with contextlib.suppress(ValueError):
                    self.add(b64decode(token).decode("utf-8", "replace").partition(":")[2])
            if name.lower() == "cookie":
                for cookie in value.split(";"):
                    self._judge(name, cookie.partition("=")[2].strip())
            else:
                self._judge(name, token.strip() or value)
                if token.strip():
                    self._judge(name, value)

    def _judge(self, name: str, text: str) -> None:
        """Remember the text of a secret name unless it is none by its form, and why."""
        reason = _spared(text, name)
        self._findings.setdefault((name, reason), MaskedValue(name, not reason, reason or "name", len(text)))
        if not reason:
            self.add(text)

    def knows(self, text: str) -> bool:
        """Return whether a text holds a secret that was remembered."""
        return self._values.within(text)

    def remembers(self, text: str) -> bool:
        """Return whether a text holds a secret that was remembered, also one that is broken over lines."""
        return self.knows(text) or self._values.masked(text, MASK) != text

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
        """Return quickly whether `known` may find anything in a long text; False is certain."""
        return may_hold_token(text) or self._values.may_be_in(text)

    def text(self, text: str) -> str:
        """Mask secrets in a text; the password of an address is remembered, since it is sent in other forms."""
        if "@" in text:
            passwords = [found[1] for found in URL_PASSWORD.finditer(text) if not _spared(found[1])]
            self.add(*passwords, *(unquote(password) for password in passwords if "%" in password))
        text = self._values.masked(text, MASK)
        lower = text.lower()
        if any(hint in lower for hint in HINTS):
            markup = "<" in text and MARKUP.search(text) is not None
            for hints, mask in RULES[markup]:
                if any(hint in lower for hint in hints):
                    text = mask(text)
        text = _without_shapes(text)
        for pattern in self._patterns:
            try:
                text = masked_spans(text, (found.span() for found in pattern.finditer(text)), MASK)
            except TimeoutError:
                self._give_up(pattern, text)
                return MASK
        return text

    def _give_up(self, pattern: BoundedPattern, text: str) -> None:
        """Report once that a pattern takes too long; what it was to be searched for in is masked as a whole."""
        if pattern.pattern not in self._slow:
            self._slow.add(pattern.pattern)
            log.warning(
                "The pattern '%s' of 'redact' takes too long on a text of %d characters, which is masked as a whole.",
                pattern.pattern,
                len(text),
            )

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Mask the values of headers whose names announce a secret."""
        return {name: MASK if is_secret_header(name) else self.text(value) for name, value in headers.items()}

    def data(self, value: object) -> object:
        """Mask secrets in nested lists and mappings, in their keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.text(value.decode("utf-8", "replace"))
        if isinstance(value, Mapping):
            return {
                self.text(k) if isinstance(k, str) else k: _masked(v, k) if _telling(k, v) else self.data(v)
                for k, v in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.data(item) for item in value]
        return value


def _telling(name: object, value: object) -> bool:
    if not isinstance(name, str):
        return False
    return is_secret_name(name) or (isinstance(value, str) and is_key_name(name) and looks_like_a_key(value))


def _masked(value: object, name: str) -> object:
    """Mask the texts under a secret name; numbers and what is no secret by its form stay."""
    if isinstance(value, str):
        return MASK if value and not form(value, name) else value
    if isinstance(value, bytes):
        return MASK if value else value
    if isinstance(value, Mapping):
        return {key: _masked(item, name) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, name) for item in value]
    return value


def _suspects(name: str, value: object, depth: int = 6) -> Iterable[tuple[str, str]]:
    """Return name and text of all secrets, also those within lists and mappings."""
    secret = is_secret_name(name)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return ((name, value),) if secret or (is_key_name(name) and looks_like_a_key(value)) else ()
    if not depth or not isinstance(value, Mapping | list | tuple) or len(value) > _LARGEST:
        return ()
    if isinstance(value, Mapping):
        items = [(name if secret else str(key), item) for key, item in value.items()]
    else:
        items = [(name, item) for item in value]
    return [found for key, item in items for found in _suspects(key, item, depth - 1)]


def _spared(text: str, name: str = "") -> str:
    """Return why the text of a secret name is not masked by value; empty when it is."""
    if len(text) < SHORTEST_NAMED:
        return "short"
    return form(text, name) or ("common word" if is_common(text) else "")


_LARGEST = 200
"""Collections larger than this are data, and are not searched for secrets."""
_LARGEST_TEXT = 200_000
"""Characters of the largest JSON document that is searched for secrets."""
