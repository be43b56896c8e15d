"""Secrets out of everything that is logged, stored or sent: known values, telling names, tokens in URLs.

Three nets, one behind the other:
- values that are known: Robot's `Secret`, variables and environment variables with telling names, passwords of sessions
- places that hold secrets: `Authorization` and its kin, `token=…` in URLs, `"password": "…"`, `user:password@host`
- shapes of well-known tokens: JWT, `sk-…`, `ghp_…`, AWS and Google keys, private keys
"""

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
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
_REST_OF_NAME = r"[^{}\n]{0,40}"
_COUNT = r"(?!\d{1,7}\b)"  # max_tokens=4096 is no secret

_RULES: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement, _WORDS in pattern and "key|sig|auth" not in pattern)
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
        # the same within another URL: next=https%3A%2F%2Fh%2F%3Ftoken%3D…
        (
            (
                rf"(?P<keep>%(?:25)?(?:3F|26)[\w.-]{{0,40}}(?:{_WORDS}|key|sig|auth)[\w.-]{{0,40}}%(?:25)?3D){_COUNT}"
                r"(?:(?!%(?:25)?26)[^&\s\"'<>#])+"
            ),
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
        (
            rf"(?P<keep>(?<![\w.-]){_REST}{_WORDS}{_REST}[ \t]?=[ \t]?){_COUNT}(?![\"'*{{$=])[^\s&,;\"'<>，。；]{{3,}}",
            rf"\g<keep>{MASK}",
        ),
        (
            (
                rf"(?P<keep>(?<![\w.-]){_REST}{_WORDS}{_REST}[:：]\s*){_COUNT}(?=[^\s]*\d)(?![\"'*{{$])"
                r"[^\s,;\"'<>，。；]{8,}"
            ),
            rf"\g<keep>{MASK}",
        ),
        # ${TOKEN} = …, as Robot logs what a variable was set to
        (
            rf"(?P<keep>^[$@&]\{{{_REST_OF_NAME}(?:{_WORDS}|[-_ ](?:auth|sig)){_REST_OF_NAME}\}} = )(?!\*{{4}}$).+",
            rf"\g<keep>{MASK}",
        ),
        # 密码：“…”, 令牌是…
        (
            (
                r"(?P<keep>(?:密码|口令|密钥|令牌)\s*(?:[:：=＝]|是|为|[「“『《【（(\"'])\s*[「“『《【（(\"']?)"
                r"(?=[!-~]*[A-Za-z\d])(?!\$)[!#-&*-~]{4,}"
            ),
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

_NAMING = ("pass", "pwd", "secret", "token", "key", "credential", "auth", "sig", "密码", "口令", "密钥", "令牌")
_HINTS = (*_NAMING, "cookie", "bearer", "basic", "-----begin", "://", "hook", "%3d")
"""What a text must hold, in small letters, to hold anything that a rule masks: most texts are done with at once."""

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
        self._values: frozenset[str] = frozenset()
        self._compiled: tuple[frozenset[str], re.Pattern[str]] | None = None
        self._patterns = [re.compile(pattern) for pattern in patterns]

    @property
    def _known(self) -> re.Pattern[str] | None:
        """Matches every remembered value; built when first needed after one was added."""
        values, compiled = self._values, self._compiled
        if not values:
            return None
        if compiled is None or compiled[0] is not values:
            compiled = self._compiled = (values, re.compile(_tree(sorted(values))))
        return compiled[1]

    @property
    def version(self) -> int:
        """Rises with each value that is remembered; what was masked before may have to be masked anew."""
        return len(self._values)

    def add(self, *values: str) -> None:
        """Remember secret values; they are masked wherever they appear from now on."""
        new = {spelling for value in values if len(value) >= SHORTEST_SECRET for spelling in _spellings(value)}
        if not new <= self._values:
            self._values |= new

    def add_named(self, values: Mapping[str, object]) -> None:
        """Remember the values whose names tell a secret, for example variables of a suite or of the environment.

        Lists and mappings are looked into: of one with a telling name all texts are secrets.
        """
        for name, value in values.items():
            bare = name.strip("$@&%{}")
            self.add(*(text for text in _suspects(bare, value) if _suspicious(text)))

    def knows(self, text: str) -> bool:
        """Say whether a text holds a secret that was remembered."""
        known = self._known
        return known is not None and known.search(text) is not None

    def known(self, text: str) -> str:
        """Mask only what is surely a secret: remembered values, and shapes of well-known tokens.

        For text whose form must stay whole, such as a line of XML.
        """
        known = self._known
        if known is not None:
            text = known.sub(MASK, text)
        return _SHAPES.sub(MASK, text)

    def text(self, text: str) -> str:
        """Mask secrets in a text."""
        known = self._known
        if known is not None:
            text = known.sub(MASK, text)
            if _JOINT.search(text):
                text = _masked_over_lines(text, known)
        lower = text.lower()
        if any(hint in lower for hint in _HINTS):
            worded = any(word in lower for word in _NAMING)
            for rule, replacement, by_word in _RULES:
                if worded or not by_word:
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


def _tree(values: list[str]) -> str:
    """Write sorted texts as one expression that branches where they differ: its cost hardly rises with their number.

    The longest of those that begin alike is tried first, so that no part of a secret stays where one holds another.
    """
    groups: dict[str, list[str]] = {}
    for value in values:
        groups.setdefault(value[:1], []).append(value)
    ends = "" in groups
    branches = []
    for first, members in groups.items():
        if first:
            common = _common(members)
            branches.append(re.escape(common) + _tree([member[len(common) :] for member in members]))
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 and not ends else f"(?:{'|'.join(branches)})"
    return f"{joined}?" if ends else joined


def _common(members: list[str]) -> str:
    first, last = min(members), max(members)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:length]


_JOINT = re.compile(r"\\?\\r\\?\\n|\\?\\n|\r?\n[ \t]*(?:\.{3}[ \t]+)?")
"""Where a long line was broken: a line break with its indentation, Robot's `...`, or an escaped one."""


def _masked_over_lines(text: str, known: re.Pattern[str]) -> str:
    """Mask values that were broken over lines; the breaks within them go too."""
    joints = [(found.start(), found.end()) for found in _JOINT.finditer(text)]
    kept = _JOINT.sub("", text)
    hits = [(found.start(), found.end()) for found in known.finditer(kept)]
    if not hits:
        return text
    for start, end in reversed(hits):
        text = text[: _place(start, joints, after=True)] + MASK + text[_place(end, joints, after=False) :]
    return text


def _place(index: int, joints: list[tuple[int, int]], *, after: bool) -> int:
    """Turn a place in the joined text into one in the text with its breaks: after or before a break at that place."""
    for start, end in joints:
        if start < index or (after and start == index):
            index += end - start
        else:
            break
    return index


def _spellings(value: str) -> set[str]:
    """Give a secret as it looks in plain text, in JSON, HTML and XML, in a URL, in base64 and in hex."""
    found = {
        value,
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        json.dumps(json.dumps(value))[3:-3],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
        html.escape(value, quote=False),
    }
    for quoted in (quote(value), quote(value, safe=""), quote_plus(value)):
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
"""Bytes from which the code of a secret is long enough to be told from ordinary text."""


def _within(data: bytes, offset: int, encode: Callable[[bytes], bytes]) -> str:
    """Give the base64 of bytes as it looks behind `offset` others, without the signs its neighbours change."""
    code = encode(bytes(offset) + data).decode().rstrip("=")
    return code[(0, 2, 3)[offset] : len(code) - (1 if (len(data) + offset) % 3 else 0)]
