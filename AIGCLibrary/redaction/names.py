"""Which names of variables, keys, headers and arguments say that their value is a secret."""

import re
from functools import lru_cache

KEYS = r"(?:subscription|account|license|deploy|ssh|signing|encryption|service|master|shared|auth|app|hmac)[-_ ]?key"
"""Keys that sign in, beside those whose name says it."""
SECRET_NAME = re.compile(
    r"(?<!\bby)(?<!\bcom)(?<!\bover)pass((word|wd)s?)?[-_ ]?\d*$|secret(?!ar)|token(?!i[sz])|pass[-_ ]?code"
    r"|api[-_ ]?key|access[-_ ]?key"
    r"|authorization|cookie|credential|signature|private[-_ ]?key|passphrase|^(sig|pwd|auth|jwt|bearer)$"
    r"|[-_ ](pwd|sig|auth|jwt)$"
    rf"|{KEYS}$"
    r"|密码|口令|密钥|令牌|私钥|授权码",
    re.IGNORECASE,
)
_DIRECTORIES = ("PWD", "OLDPWD")  # the shell's working directory, not a password
_ABOUT = frozenset({
    "selector", "locator", "xpath", "css", "field", "input", "button", "label", "placeholder", "element", "count",
    "limit", "length", "size", "usage", "type", "format", "policy", "mode", "title", "notice", "banner", "hint",
    "regex", "encoding", "encoder", "model", "expiry", "ttl", "timeout", "lifetime", "age", "status", "expires",
    "budget", "quota", "rate", "cost", "price", "name", "domain", "version", "header", "file", "path", "directory",
    "folder", "consent", "required", "enabled", "disabled", "visible", "used", "left", "remaining", "percent",
    "ratio", "algorithm", "scope", "scopes", "strategy", "index", "offset", "jar",
})  # fmt: skip
"""Last words of names that are about a secret: `token_selector`, `password_policy`, `tokens_used`."""
_ASKING = frozenset({"is", "has", "show", "hide", "enable", "disable", "allow", "require", "requires", "no", "without"})
"""First words of names that are answered with yes or no: `has_token`; in `NO_PASSWORD` it may be a country."""
_COUNTING = frozenset({
    "max", "maximum", "min", "minimum", "total", "num", "number", "prompt", "completion", "input", "output", "cached",
    "reasoning", "thinking", "remaining", "used", "generated", "context", "limit", "ratelimit",
})  # fmt: skip
"""Words of names whose last word is `tokens`, and which say how many: `max_new_tokens`."""
_COUNTING_ONE = frozenset({"max", "maximum", "min", "minimum", "num"})
_ABOUT_CHINESE = re.compile(r"(?:输入框|按钮|选择器|定位|标签|提示|长度|数量|类型|令牌数|用量|上限|名称)$")
_LAST_OF_TIMES = ("expires in", "expires at")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
_BETWEEN = re.compile(r"[-_ .]+")
_KEY = re.compile(r"(?:[A-Z\d]{1,40}[_ ]){1,10}KEY(?:[_ ]?\d{1,9})?|(?:[\w.-]{0,60}[-_. ])?(?i:sk|sign|hmac)")
_QUERY_NAME = re.compile(r"(?:^|[-_])(?:key|sig|auth|pw|bearer)$", re.IGNORECASE)
_KEY_HEADER = re.compile(r"(?:^|-)(?:key|auth)$|^x-.*(?:key|token|secret|auth|signature)", re.IGNORECASE)
_WEAK_NAME = re.compile(r"(?:auth|sig|signature|pass|bearer|jwt)$", re.IGNORECASE)
_IDENTIFYING = re.compile(
    r"(?:^|[-_ ])(?:public|primary|foreign|cache|idempotency|sort|partition|object|unique|websocket|surrogate|routing"
    r"|request|scene|s3)[-_ ]?key",
    re.IGNORECASE,
)
"""Keys that open nothing."""


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return whether the value of a variable, key, header or argument of this name is a secret."""
    if name in _DIRECTORIES or not SECRET_NAME.search(name):
        return False
    return not is_about_a_secret(name)


@lru_cache(maxsize=4096)
def is_secret_header(name: str) -> bool:
    """Return whether the value of a header is a secret; there, each key and token of one's own is."""
    return is_secret_name(name) or (
        bool(_KEY_HEADER.search(name)) and not _IDENTIFYING.search(name) and not is_about_a_secret(name)
    )


def is_key_name(name: str) -> bool:
    """Return whether a name is one whose value is a secret if it looks like a key: `FAL_KEY`, `sk`, `sign`."""
    return _KEY.fullmatch(name) is not None and not _IDENTIFYING.search(name)


def is_query_name(name: str) -> bool:
    """Return whether a short name such as `key` or `sig` is one of a secret, as it is in the query of an address."""
    return _QUERY_NAME.search(name) is not None and not _IDENTIFYING.search(name)


def is_weak_name(name: str) -> bool:
    """Return whether a name may mean how something is signed or done as well: `auth`, `signature`, `first_pass`."""
    return _WEAK_NAME.search(name) is not None


def is_qualified(name: str) -> bool:
    """Return whether other words follow the secret one, so that the name may mean something else: `secret_level`."""
    found = SECRET_NAME.search(name)
    return found is not None and name[found.end() :].strip("-_ .s0123456789") != ""


def is_about_a_secret(name: str) -> bool:
    """Return whether a name means a count, a setting or a part of a page rather than the secret itself."""
    asks = not name.isupper()
    words = _BETWEEN.split(_HUMP.sub("_", name).strip("-_ .0123456789").lower())
    last = words[-1]
    return (
        (len(words) > 1 and (last in _ABOUT or last.removesuffix("s") in _ABOUT or (asks and words[0] in _ASKING)))
        or " ".join(words[-2:]) in _LAST_OF_TIMES
        or (last == "tokens" and not _COUNTING.isdisjoint(words))
        or (last == "token" and not _COUNTING_ONE.isdisjoint(words))
        or "per" in words
        or _ABOUT_CHINESE.search(name) is not None
    )
