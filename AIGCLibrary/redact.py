"""Secrets out of everything that is logged, stored or sent: known values, telling names, tokens in URLs."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

MASK = "****"

SECRET_NAME = re.compile(
    r"pass(word|wd)?$|secret|token|api[-_]?key|access[-_]?key|authorization|cookie|credential|signature|private[-_]?key|^sig$"
    r"|密码|口令|密钥|令牌",
    re.IGNORECASE,
)
_URL_USER = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s:@]+:[^/\s@]+@", re.IGNORECASE)
_QUERY = re.compile(
    r"(?P<name>[?&][^=&\s]*(?:token|key|secret|sig|password|credential|auth)[^=&\s]*=)[^&\s\"'<>#]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(?P<kind>Bearer|Basic|Token)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_PAIR = re.compile(
    r"(?P<name>[\"']?\w*(?:password|passwd|secret|token|api[-_]?key|authorization|cookie)\w*[\"']?\s*[:=]\s*)"
    r"(?P<quote>[\"'])(?:(?!(?P=quote)).)+(?P=quote)",
    re.IGNORECASE,
)
SHORTEST_SECRET = 4
"""Values shorter than this are not masked by value: they would blank out ordinary text."""


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
        self._values: set[str] = set()
        self._patterns = [re.compile(pattern) for pattern in patterns]

    def add(self, *values: str) -> None:
        """Remember secret values; they are masked wherever they appear from now on."""
        for value in values:
            if len(value) >= SHORTEST_SECRET:
                self._values.update(_spellings(value))

    def knows(self, text: str) -> bool:
        """Say whether a text holds a secret that was remembered."""
        return any(value in text for value in self._values)

    def text(self, text: str) -> str:
        """Mask secrets in a text."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, MASK)
        text = _URL_USER.sub(rf"\g<scheme>{MASK}@", text)
        text = _QUERY.sub(rf"\g<name>{MASK}", text)
        text = _BEARER.sub(rf"\g<kind> {MASK}", text)
        text = _PAIR.sub(rf"\g<name>\g<quote>{MASK}\g<quote>", text)
        for pattern in self._patterns:
            text = pattern.sub(MASK, text)
        return text

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Mask the values of headers whose names tell a secret."""
        return {name: MASK if SECRET_NAME.search(name) else self.text(value) for name, value in headers.items()}

    def data(self, value: object) -> object:
        """Mask secrets in nested lists and mappings."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {k: MASK if _is_secret(k, v) else self.data(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        return value


def _is_secret(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, str) and bool(SECRET_NAME.search(name))


def _spellings(value: str) -> set[str]:
    """Give a secret as it looks in plain text, in JSON, in a URL, and in Basic authentication."""
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe=""),
        quote_plus(value),
        b64encode(value.encode()).decode(),
    }
