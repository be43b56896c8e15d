"""Which values are no secret by their form, whatever their name says."""

import re

from AIGCLibrary.redaction.names import is_about_a_secret, is_qualified, is_weak_name

_PLACEHOLDER = r"[$%@&]\{(?:[^{}]|\{[^{}]*\})*\}(?:\[[^\[\]]*\])*"
_OPAQUE = re.compile(r"(?=[A-Za-z]{0,64}\d)(?=\d{0,64}[A-Za-z])[A-Za-z\d]{12,}")
"""A run of letters and digits that no word is."""
_KEY = re.compile(r"(?=[^\s\d]{0,64}\d)(?=[^\sA-Za-z]{0,64}[A-Za-z])\S{16,}")
"""What a key looks like: one long word with letters and digits."""
_FORMS = {
    "placeholder": rf"(?:{_PLACEHOLDER}\s*)+",
    "number": r"[-+]?\d{1,7}(?:\.\d{1,6})?",
    "tokenizer": r"(?i:[a-z]\d{2,3}k_\w{1,10}|cl100k_base|gpt-?2)",
    "selector": (
        r"(?s:(?:text|css|xpath|role|id|name|class|link|label|placeholder|data-test(?:-?id)?|aria-[a-z]+)[=:].+"
        r"|//[\w*].*\[.*\].*|//\w+(?:/\w+)*|[#.][a-z]+(?:[-_][a-z]+)*|[a-z]*\[[\w-]+[*^$~|]?=[^\]]*\].*|\[[\w-]+\])"
    ),
    "address": r"(?:https?|wss?|file|sqlite)://[^@?#\s]*/?(?:\?[^=\s]*)?(?:#[\w-]*)?",
    "path": r"(?:[A-Za-z]:|~|\.{1,2})?(?:[\\/][A-Za-z][A-Za-z._-]*){2,}",
    "header name": r"X(?:-[A-Z][a-z]+)+",
}
_FORM = re.compile("|".join(f"(?P<{name.replace(' ', '_')}>{expression})" for name, expression in _FORMS.items()))
_COMMON = frozenset({
    "true", "false", "none", "null", "nil", "yes", "no", "on", "off", "default", "required", "optional",
    "enabled", "disabled", "unknown", "empty", "auto", "always", "never", "basic", "bearer", "digest", "oauth",
    "oauth2", "jwt", "hmac", "api", "key", "keys", "token", "tokens", "access", "refresh", "session", "id",
    "csrf", "xsrf", "auth", "authorization", "authentication", "password", "passwd", "passphrase", "secret",
    "secrets", "cookie", "cookies", "credential", "credentials", "signature", "private", "public", "user",
    "username", "name", "email", "login", "logout", "sign", "in", "out", "up", "accept", "reject", "decline",
    "all", "only", "necessary", "the", "a", "an", "of", "and", "or", "to", "your", "is", "are", "not", "show",
    "hide", "forgot", "reset", "remember", "me", "strict", "lax", "same", "site", "secure", "header", "headers",
    "query", "body", "path", "string", "text", "number", "integer", "boolean", "object", "array", "file",
    "environment", "variable", "config", "input", "output", "total", "max", "min", "count", "model", "prompt",
    "completion",
})  # fmt: skip
_SAID = frozenset({
    "this", "these", "that", "it", "field", "value", "may", "must", "can", "cannot", "should", "be", "been", "has",
    "have", "had", "was", "were", "blank", "valid", "invalid", "wrong", "incorrect", "missing", "expired", "revoked",
    "too", "short", "long", "many", "few", "more", "less", "than", "at", "least", "most", "contain", "contains",
    "characters", "character", "letters", "letter", "digits", "digit", "symbols", "match", "does", "do", "provided",
    "provide", "please", "given", "found", "set", "used", "using", "left", "limit", "exceeded", "for", "from", "with",
    "without", "by", "as", "if", "but", "again", "also", "both", "length", "one", "two", "three", "eight", "ten",
    "twelve", "ok", "verified", "unverified", "trusted", "untrusted", "failed", "passed",
    "enter", "already", "allowed", "accepted", "refused", "denied", "so", "far", "per", "minute", "request",
})  # fmt: skip
"""Words of what is said about a secret or a count: `This field may not be blank.`, `4096 of 8192 were used`."""
_SAYING = frozenset({
    "is", "are", "was", "were", "be", "has", "have", "had", "must", "may", "can", "cannot", "should", "does", "do",
    "contain", "contains",
})  # fmt: skip
"""A sentence has one of them."""
_JOINING = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "for", "in", "is", "of", "on", "or", "the", "to", "with"}
)
"""Words that a sentence has and a list of words such as a passphrase has not."""
_WORDS = re.compile(r"[\s_\-./:?!,]+")
_SAID_WORD = re.compile(r"(?:[A-Za-z]+(?:'[a-z]{1,2})?|\d{1,7}(?:[.,]\d{1,6})*)[.,:;!?]?")
_SETTING = re.compile(r"([\w.-]{2,60})\s{0,3}[=:]\s{0,3}([^\s=:].{0,400})")
_FEWEST_WORDS = 3
_LONGEST_SENTENCE = 400
_SIGNED = re.compile(r"[A-Z\d]+(?:-[A-Z\d]+)+ (?:[\w-]+=[^,]*, ?)+Signature=[\w+/=-]+", re.IGNORECASE)


def is_signed(value: str) -> bool:
    """Return whether a header holds a signature of its own request, as `AWS4-HMAC-SHA256 Credential=…, Signature=…`.

    It is of one request and opens nothing else: it is masked where it is sent, and need not be remembered.
    """
    return _SIGNED.fullmatch(value) is not None


def form(value: str, name: str = "") -> str:
    """Return the form by which a value is no secret, such as `selector` or `address`; empty when there is none.

    Args:
        value: The value.
        name: Its name: where it may mean something else than a secret, any sentence is none.
    """
    text = value.strip()
    found = _FORM.fullmatch(text)
    kind = found.lastgroup if found else None
    if name.lower() == "tokens" and text.isdigit():
        return "number"
    if name and is_weak_name(name) and is_state(text):
        return "common word"
    if not kind:
        if is_sentence(text, is_any=bool(name) and is_qualified(name)):
            return "sentence"
        return "setting" if _is_setting(text) else ""
    if kind not in ("placeholder", "number") and _OPAQUE.search(text):
        return ""
    return kind.replace("_", " ")


def _is_setting(text: str) -> bool:
    """Return whether a text is a count or a setting with its name, such as `max_tokens=4096`."""
    found = _SETTING.fullmatch(text)
    return found is not None and is_about_a_secret(found[1]) and (found[2].isdigit() or bool(form(found[2])))


def is_sentence(text: str, *, is_any: bool = False) -> bool:
    """Return whether a text says something about a secret or a count, in words that are no passphrase.

    Args:
        text: The text.
        is_any: Whether it may be of any words, with one that joins them.
    """
    words = text.split(None, _LONGEST_SENTENCE) if len(text) <= _LONGEST_SENTENCE else []
    if len(words) < _FEWEST_WORDS or not all(_SAID_WORD.fullmatch(word) for word in words):
        return False
    plain = [word.strip(".,:;!?").lower() for word in words]
    if is_any and not _JOINING.isdisjoint(plain):
        return True
    known = all(word in _COMMON or word in _SAID or word[0].isdigit() for word in plain)
    return known and not _SAYING.isdisjoint(plain)


def is_common(value: str) -> bool:
    """Return whether a value is made of common words only, which must not be masked in other texts."""
    return all(word in _COMMON for word in _WORDS.split(value.lower()) if word)


def is_state(value: str) -> bool:
    """Return whether a value is made of words that say what a thing is or how it is done: `valid`, `not found`."""
    return all(word in _COMMON or word in _SAID for word in _WORDS.split(value.lower()) if word)


def looks_like_a_key(value: str) -> bool:
    """Return whether a value is one long word of letters and digits."""
    return _KEY.fullmatch(value) is not None and not form(value)
