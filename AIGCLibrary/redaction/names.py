"""Which names say that their value is a secret, and which values are no secret by their form."""

import re
from functools import lru_cache

SECRET_NAME = re.compile(
    r"pass((word|wd)s?)?[-_ ]?\d*$|secret(?!ar)|token(?!i[sz])|api[-_ ]?key|access[-_ ]?key|authorization|cookie"
    r"|credential|signature|private[-_ ]?key|passphrase|^(sig|pwd|auth)$|[-_ ](pwd|sig|auth)$|密码|口令|密钥|令牌",
    re.IGNORECASE,
)
_DIRECTORIES = ("PWD", "OLDPWD")  # the shell's working directory, not a password
_ABOUT = re.compile(
    r"[-_ .](?:selector|locator|xpath|css|field|input|button|label|placeholder|element|count|limit|length|size|usage"
    r"|type|format|policy|mode|title|notice|banner|hint|regex|encoding|encoder|model|expiry|ttl|timeout|lifetime|age|status"
    r"|expires(?:[-_ ](?:in|at))?)s?(?:[-_ ]?\d+)?$|(?:输入框|按钮|选择器|定位|标签|提示|长度|数量|类型)$",
    re.IGNORECASE,
)
"""Last words of names that are about a secret: `token_selector`, `password_policy`, `token_type`."""
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])")


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return whether the value of a variable, key, header or argument of this name is a secret."""
    if name in _DIRECTORIES or not SECRET_NAME.search(name):
        return False
    return not _ABOUT.search(_HUMP.sub("_", name))


_PLACEHOLDER = r"[$%@&]\{(?:[^{}]|\{[^{}]*\})*\}(?:\[[^\[\]]*\])*"
_OPAQUE = re.compile(r"(?=[A-Za-z]{0,64}\d)(?=\d{0,64}[A-Za-z])[A-Za-z\d]{12,}")
"""A run of letters and digits that no word is."""
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
_WORDS = re.compile(r"[\s_\-./:?!,]+")


_SIGNED = re.compile(r"[A-Z\d]+(?:-[A-Z\d]+)+ (?:[\w-]+=[^,]*, ?)+Signature=[\w+/=-]+", re.IGNORECASE)


def is_signed(value: str) -> bool:
    """Return whether a header holds a signature of its own request, as `AWS4-HMAC-SHA256 Credential=…, Signature=…`.

    It is of one request and opens nothing else: it is masked where it is sent, and need not be remembered.
    """
    return _SIGNED.fullmatch(value) is not None


def form(value: str) -> str:
    """Return the form by which a value is no secret, such as `selector` or `address`; empty when there is none."""
    text = value.strip()
    found = _FORM.fullmatch(text)
    name = found.lastgroup if found else None
    if not name or (name not in ("placeholder", "number") and _OPAQUE.search(text)):
        return ""
    return name.replace("_", " ")


def is_common(value: str) -> bool:
    """Return whether a value is made of common words only, which must not be masked in other texts."""
    return all(word in _COMMON for word in _WORDS.split(value.lower()) if word)
