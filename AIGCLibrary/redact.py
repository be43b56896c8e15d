"""Secrets out of everything that is logged, stored or sent: known values, telling names, tokens in URLs.

Three nets, one behind the other:
- values that are known: Robot's `Secret`, variables and environment variables with telling names, passwords of sessions
- places that hold secrets: `Authorization` and its kin, `token=…` in URLs, `"password": "…"`, `user:password@host`
- shapes of well-known tokens: JWT, `sk-…`, `ghp_…`, AWS and Google keys, private keys
"""

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

MASK = "****"

SECRET_NAME = re.compile(
    r"pass(word|wd)?$|secret|token|api[-_]?key|access[-_]?key|authorization|cookie|credential|signature|private[-_]?key"
    r"|passphrase|^(sig|pwd|auth)$|[-_](pwd|sig|auth)$|密码|口令|密钥|令牌",
    re.IGNORECASE,
)
_WORDS = (
    r"(?:password|passwd|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential"
    r"|密码|密钥|令牌)"
)
_REST = r"[\w.-]{0,40}"  # bounded, so that a megabyte of base64 costs no more than its length
_COUNT = r"(?!\d{1,7}\b)"  # max_tokens=4096 is no secret

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", MASK),
        # user:password@host, and a lone token before the @
        (r"(?P<keep>\b[a-z][a-z0-9+.-]{0,30}://)(?:[^/\s:@?#]*:[^/\s?#]+|[^/\s:@?#]{12,})@", rf"\g<keep>{MASK}@"),
        # headers, in dumps and curl commands, to the end of the line or quote
        (
            (
                r"(?P<keep>\b(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,40}(?:key|token|secret|auth|signature)[\w-]{0,40}"
                r"|webhook-signature)[\"']?\s*[:=]\s*[\"']?)(?:(?P<kind>bearer|basic|token|digest)\s+)?[^\s\"'][^\r\n\"']*"
            ),
            rf"\g<keep>{MASK}",
        ),
        (r"\b(?P<keep>bearer|basic|token)\s+(?=\S*[\d+/=._-])[A-Za-z0-9._~+/=-]{6,}", rf"\g<keep> {MASK}"),
        # ?token=… and form bodies
        (
            rf"(?P<keep>[?&;][^=&\s]{{0,60}}(?:{_WORDS}|key|sig|auth)[^=&\s]{{0,60}}=){_COUNT}[^&\s\"'<>#]+",
            rf"\g<keep>{MASK}",
        ),
        # "password": "…", also escaped within a string
        (
            (
                rf"(?P<keep>(?P<open>\\?[\"']){_REST}{_WORDS}{_REST}(?P=open)\s*[:=]\s*(?P<quote>\\?[\"']))"
                r"(?:(?!(?P=quote)).)+(?P=quote)"
            ),
            rf"\g<keep>{MASK}\g<quote>",
        ),
        (
            rf"(?P<keep>(?<![\w.-]){_REST}{_WORDS}{_REST}\s*[:=]\s*(?P<quote>[\"']))(?:(?!(?P=quote)).)+(?P=quote)",
            rf"\g<keep>{MASK}\g<quote>",
        ),
        # password=… and api_key: … without quotes
        (rf"(?P<keep>(?<![\w.-]){_REST}{_WORDS}{_REST}=){_COUNT}(?![\"'*{{$])[^\s&,;\"'<>]{{3,}}", rf"\g<keep>{MASK}"),
        (
            rf"(?P<keep>(?<![\w.-]){_REST}{_WORDS}{_REST}:\s+){_COUNT}(?=[^\s]*\d)(?![\"'*{{$])[^\s,;\"'<>]{{8,}}",
            rf"\g<keep>{MASK}",
        ),
        # addresses that are secrets themselves
        (r"(?P<keep>hooks\.slack\.com/services/|open-apis/bot/v\d/hook/)[\w/-]+", rf"\g<keep>{MASK}"),
    )
)
_SHAPES = re.compile(
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"  # JWT
    r"|\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic and others
    r"|\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"  # Stripe
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bwhsec_[A-Za-z0-9+/=]{8,}|\bxox[abprs]-[\w-]{10,}|\br8_[A-Za-z0-9]{20,}|\bhf_[A-Za-z0-9]{20,}"
    r"|\bA(?:KIA|SIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bLTAI[A-Za-z0-9]{12,}"
)

SHORTEST_SECRET = 4
"""Values shorter than this are not masked by value: they would blank out ordinary text."""
SHORTEST_NAMED = 6
"""The same for values that are only suspected, by the name of a variable."""
_ORDINARY = re.compile(r"(?:true|false|none|null|\d{1,7}|.*[${}].*)", re.IGNORECASE)


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
        self._known: re.Pattern[str] | None = None
        self._patterns = [re.compile(pattern) for pattern in patterns]

    def add(self, *values: str) -> None:
        """Remember secret values; they are masked wherever they appear from now on."""
        new = {spelling for value in values if len(value) >= SHORTEST_SECRET for spelling in _spellings(value)}
        if not new <= self._values:
            self._values |= new
            # The longest first, so that no part of a secret stays where one holds another.
            ordered = sorted(self._values, key=len, reverse=True)
            self._known = re.compile("|".join(re.escape(value) for value in ordered))

    def add_named(self, values: Mapping[str, object]) -> None:
        """Remember the values whose names tell a secret, for example variables of a suite or of the environment."""
        for name, value in values.items():
            bare = name.strip("$@&%{}")
            telling = isinstance(value, str) and bare not in _DIRECTORIES and SECRET_NAME.search(bare)
            if telling and len(str(value)) >= SHORTEST_NAMED and not _ORDINARY.fullmatch(str(value)):
                self.add(str(value))

    def knows(self, text: str) -> bool:
        """Say whether a text holds a secret that was remembered."""
        return self._known is not None and self._known.search(text) is not None

    def text(self, text: str) -> str:
        """Mask secrets in a text."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for rule, replacement in _RULES:
            text = rule.sub(replacement, text)
        text = _SHAPES.sub(MASK, text)
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


def _spellings(value: str) -> set[str]:
    """Give a secret as it looks in plain text, in JSON, HTML and XML, in a URL, and in Basic authentication."""
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
        html.escape(value, quote=False),
        quote(value),
        quote(value, safe=""),
        quote_plus(value),
        b64encode(value.encode()).decode(),
    }
