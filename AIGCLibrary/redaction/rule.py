"""One place where a secret stands: a regular expression, and how what it finds is judged and masked."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from AIGCLibrary.redaction.forms import form, is_sentence, looks_like_a_key
from AIGCLibrary.redaction.markup import fitted
from AIGCLibrary.redaction.names import is_key_name, is_query_name, is_secret_header, is_secret_name

MASK = "****"
NAMING = (
    "pass", "pwd", "secret", "token", "key", "credential", "auth", "sig", "jwt", "hmac", "bearer", "pw=", "密码",
    "口令", "密钥", "令牌", "私钥", "授权码", " sk", "_sk", "-sk", "'sk", '"sk', "<sk", "{sk", "[sk", "sk=", "sk:",
)  # fmt: skip
"""What a text holds, in small letters, when a name in it may be one of a secret."""
_TAKEN = (("§", "", "<>"), ("¤", "", "<>\"'"), ("¶", "", r"\s\S"), ("‡", "", r"<\w:.-"))
"""Signs within classes of the rules, and what they add to the class in plain text and in markup."""
_DEEPEST = 3
"""Values within values that a rule looks into."""
_ASSIGNING = re.compile(r"[=:：]")
_DIGIT = re.compile(r"\d")
_SAID = re.compile(r"[^\n\"'<>&;]*")
_NEAR = 200
"""Characters behind a name in which a sentence about it ends."""
_QUERY = "?&;%"


@dataclass(frozen=True)
class RedactionRule:
    """One place where a secret stands.

    Args:
        expression: Groups: `keep` stays before the mask, `name`, `item` or `header` is judged, `value` is judged and
            masked; with an empty group `digit` only a value with a digit is a secret. See `_TAKEN`.
        hints: The rule is tried on texts that hold one of these, in small letters.
    """

    expression: str
    hints: tuple[str, ...] = NAMING

    def masker(self, *, markup: bool) -> Callable[[str], str]:
        """Return the function that masks what the rule finds, for plain text or for markup."""
        text = self.expression
        for sign, in_text, in_markup in _TAKEN:
            text = text.replace(sign, in_markup if markup else in_text)
        return _Masker(re.compile(text, re.IGNORECASE | re.MULTILINE), markup=markup).mask


class _Masker:
    """Masks what one expression finds; its groups are looked up once, since a text may hold 10,000 matches."""

    def __init__(self, pattern: re.Pattern[str], *, markup: bool) -> None:
        groups = pattern.groupindex
        self._markup = markup
        self._pattern = pattern
        self._value = groups["value"]
        self._name, self._item, self._digit = groups.get("name"), groups.get("item"), groups.get("digit")
        self._header, self._unquoted = groups.get("header"), groups.get("unquoted")

    def mask(self, text: str) -> str:
        return self._pattern.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str], depth: int = 0) -> str:
        """Return what a match becomes: the mask, or itself when it is no secret by its name or form.

        In a value that is none, for example an address, the rule looks for others, to a depth that keeps it linear.
        """
        text, (start, end) = found.string, found.span(self._value)
        if self._markup:
            start, end = fitted(text, start, end)
        value = text[start:end]
        if self._is_masked(found, value):
            value = MASK
        elif depth < _DEEPEST and _ASSIGNING.search(value):
            value = self._pattern.sub(lambda inner: self._replaced(inner, depth + 1), value)
        else:
            return found[0]
        return f"{text[found.start() : start]}{value}{text[end : found.end()]}"

    def _is_masked(self, found: re.Match[str], value: str) -> bool:
        if self._digit and found[self._digit] is not None and not _DIGIT.search(value):
            return False  # judged here: a look-ahead would read the rest of the text again for each name
        if self._header:
            return is_secret_header(found[self._header])
        name = (self._name and found[self._name]) or (self._item and found[self._item])
        if not name:
            return True
        name = name.lstrip("-.")
        if not (is_secret_name(name) or self._is_short_name(found, name)):
            return is_key_name(name) and looks_like_a_key(value)
        if form(value, name):
            return False
        return not (self._unquoted and found[self._unquoted] is not None and self._begins_a_sentence(found))

    def _begins_a_sentence(self, found: re.Match[str]) -> bool:
        """Return whether a value without quotes is the first word of what is said: `token=The token has expired`."""
        start = found.start(self._value)
        said = _SAID.match(found.string, start, start + _NEAR)
        return said is not None and is_sentence(said[0])

    def _is_short_name(self, found: re.Match[str], name: str) -> bool:
        """Return whether a short name such as `key` or `sig` is one of a secret: it is in a query only."""
        return found.string[found.start()] in _QUERY and is_query_name(name)
