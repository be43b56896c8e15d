"""Places that hold secrets, and shapes of well-known tokens, as regular expressions.

Each rule is linear in the text: its head (a name and a sign) is bounded and starts only at the begin of a word, and
its tail takes signs until a delimiter without requiring anything behind it, so that it cannot fail after a long scan.
In markup no rule takes `<`, `>` or, within attributes, a quote: the tree stays as it is.
"""

import re
from dataclasses import dataclass

from AIGCLibrary.redaction.names import form, is_secret_name

MASK = "****"

_WORDS = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|credential"
    r"|密码|口令|密钥|令牌)"
)
_NAME = rf"(?<![\w.-])(?P<name>[\w.-]{{0,40}}?{_WORDS}[\w.-]{{0,40}})"
_QUOTED = rf"(?P<name>[\w.-]{{0,40}}?(?:{_WORDS}|authorization|cookie)[\w.-]{{0,40}})"
_VARIABLE = rf"(?P<name>[^{{}}\n]{{0,40}}?(?:{_WORDS}|cookie|authorization|[-_ ](?:auth|sig))[^{{}}\n]{{0,40}})"
_ESCAPED = r"(?:\\{1,15}[\"']|\\{1,7}u002[27]|&quot;|&#34;|&#39;|&#x27;)"
_NO_VALUE = r"(?![$%@&]\{|\*{4})"
_COUNT = r"(?!\d{1,7}\b)"  # max_tokens=4096 is no secret
NAMING = ("pass", "pwd", "secret", "token", "key", "credential", "auth", "sig", "密码", "口令", "密钥", "令牌")
"""What a text holds, in small letters, when a name in it may be one of a secret."""


_TAKEN = (("§", "", "<>"), ("¤", "", "<>\"'"), ("¶", "", r"\s\S"))
"""Signs within the negated classes of the rules, and what they add to the class in plain text and in markup."""


@dataclass(frozen=True)
class RedactionRule:
    """One place where a secret stands.

    Args:
        expression: Groups: `keep` stays before the mask, `name` is judged, `value` is judged and masked; with an
            empty group `digit` only a value with a digit is a secret. See `_TAKEN`.
        hints: The rule is tried on texts that hold one of these, in small letters.
    """

    expression: str
    hints: tuple[str, ...] = NAMING

    def compiled(self, *, markup: bool) -> re.Pattern[str]:
        """Return the expression for plain text or for markup."""
        text = self.expression
        for sign, in_text, in_markup in _TAKEN:
            text = text.replace(sign, in_markup if markup else in_text)
        return re.compile(text, re.IGNORECASE | re.MULTILINE)


_RULES = (
    RedactionRule(
        (r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?P<value>(?:(?!-----END)[^¤\0])*(?:-----END[A-Z ]{0,40}-----)?)"),
        ("-----begin",),
    ),
    # user:password@host, and a lone token before the @
    RedactionRule(
        r"(?P<keep>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,60}://)(?P<value>[^/\s:@?#¤]*:[^/\s?#¤]+|[^/\s:@?#¤]{12,})@",
        ("://",),
    ),
    # headers, in dumps and curl commands, to the end of the line or quote
    RedactionRule(
        (
            r"(?P<keep>(?<![\w-])(?:(?:proxy-)?authorization|(?:set-)?cookie"
            r"|x-[\w-]{0,40}?(?:key|token|secret|auth|signature)[\w-]{0,40}|webhook-signature)"
            r"[\"']?\s{0,5}[:=]\s{0,5}[\"']?)(?P<value>[^\s\"'§](?:[^\r\n\"'§]|['\"](?=[^\s,;:)\]}&>\"'<\\¶]))*)"
        ),
        ("authorization", "cookie", "x-", "signature"),
    ),
    RedactionRule(
        (r"\b(?P<keep>bearer\s{1,20})(?P<value>(?=[A-Za-z]{0,200}[\d+/=._-])[A-Za-z0-9._+/=-]{6,})"),
        ("bearer",),
    ),
    RedactionRule(
        (r"\b(?P<keep>(?:basic|token)\s{1,20})(?P<value>(?=[A-Za-z+/._-]{0,200}[\d=])[A-Za-z0-9._+/=-]{10,})"),
        ("basic", "token"),
    ),
    # the sign-in of a session, as RequestsLibrary logs it
    RedactionRule(r"(?P<keep>\bauth=[\[(])(?P<value>[^\])\n¤]+)", ("auth=",)),
    # ?token=… and form bodies
    RedactionRule(
        (
            rf"(?P<keep>[?&;](?P<name>[^=&;?\s¤]{{0,60}}?(?:{_WORDS}|key|sig|auth)[^=&;?\s¤]{{0,60}})=)"
            rf"{_COUNT}{_NO_VALUE}(?P<value>[^&\s\"'<>#]+)"
        ),
    ),
    # the same within another URL: next=https%3A%2F%2Fh%2F%3Ftoken%3D…
    RedactionRule(
        (
            rf"(?P<keep>%(?:25)?(?:3F|26)[\w.-]{{0,40}}?(?:{_WORDS}|key|sig|auth)[\w.-]{{0,40}}%(?:25)?3D){_COUNT}"
            r"(?P<value>(?:(?!%(?:25)?26)[^&\s\"'<>#])+)"
        ),
        ("%3d", "%253d"),
    ),
    # "password": "…"; in a string within a string the quotes are escaped, in HTML they are entities
    RedactionRule(
        (
            rf"(?P<keep>(?P<open>[\"']){_QUOTED}(?P=open)\s{{0,20}}[:=]\s{{0,20}}b?(?P<quote>[\"']))"
            r"(?P<value>(?:\\.|(?!(?P=quote))[^\\\n¤])+)"
        ),
        (*NAMING, "cookie"),
    ),
    RedactionRule(
        (
            rf"(?P<keep>(?P<open>{_ESCAPED}){_QUOTED}(?P=open)\s{{0,20}}[:=]\s{{0,20}}(?P<quote>{_ESCAPED}))"
            r"(?P<value>(?:(?!(?<!\\)(?P=quote))[^\n¤])+)"
        ),
        (*NAMING, "cookie"),
    ),
    # password='…', password=… and api_key: …; one rule, since finding the name costs more than what follows
    RedactionRule(
        rf"(?P<keep>{_NAME}(?:"
        r"\s{0,20}[:=]\s{0,20}(?P<quote>[\"'])(?=(?:\\.|(?!(?P=quote))[^\\\n¤]))"
        rf"|[ \t]?=[ \t]?{_COUNT}{_NO_VALUE}(?![\"'*{{=])(?=[^\s&,;\"'<>，。；]{{3}})(?P<unquoted>)"
        rf"|[:：]\s{{0,20}}{_COUNT}{_NO_VALUE}(?![\"'*{{])(?=[^\s,;\"'<>，。；]{{8}})(?P<digit>)))"
        r"(?P<value>(?(quote)(?:\\.|(?!(?P=quote))[^\\\n¤])+|(?(unquoted)[^\s&,;\"'<>，。；]+|[^\s,;\"'<>，。；]+)))"
    ),
    # ${TOKEN} = …, as Robot logs what a variable was set to; ${d}[token] = … for an item
    RedactionRule(
        (
            rf"(?P<keep>^[$@&]\{{{_VARIABLE}\}} = |^[$@&]\{{[^{{}}\n]{{1,80}}\}}\[(?P<item>[^\[\]\n]{{1,80}})\] = )"
            r"(?!\*{4}$)(?P<value>[^\n¤]+)"
        ),
        (*NAMING, "cookie"),
    ),
    # Arguments: [ ${password}='…' ], as Robot logs what a keyword was given
    RedactionRule(
        rf"(?P<keep>[$@&]\{{{_VARIABLE}\}}=(?P<mark>['\"]))(?P<value>(?:(?!(?P=mark) [|\]])[^\n¤])+)",
        (*NAMING, "cookie"),
    ),
    # 密码：“…”, 令牌是…
    RedactionRule(
        (
            r"(?P<keep>(?:密码|口令|密钥|令牌)\s{0,20}(?:[:：=＝]|是|为|[「“『《【（(\"'])\s{0,20}[「“『《【（(\"']?)"
            rf"(?=[!-/:-@\[-`{{-~]{{0,200}}[A-Za-z\d]){_NO_VALUE}(?P<value>[!#-&*-;=?-~]{{4,}})"
        ),
        ("密码", "口令", "密钥", "令牌"),
    ),
    # <password>…</password>, also with escaped signs
    RedactionRule(r"(?P<keep><(?P<name>[\w.:-]{1,80})>)(?P<value>[^<>\n]+)"),
    RedactionRule(r"(?P<keep>&lt;(?P<name>[\w.:-]{1,80})&gt;)(?P<value>(?:(?!&lt;)[^<>\n])+)"),
    # curl -u user:password, --cookie "sid=…"
    RedactionRule(
        (
            r"(?P<keep>(?<=\s)(?:-u|-U|--user|--proxy-user)[ =]?(?P<quote>[\"']?)[^\s:\"'§]{1,80}:)"
            r"(?P<value>(?(quote)(?:(?!(?P=quote)\s|(?P=quote)$)[^\s\n¤])+|[^\s¤]+))"
        ),
        ("curl",),
    ),
    RedactionRule(
        r"(?P<keep>(?<=\s)(?:-b|--cookie)[ =]?(?P<quote>[\"']?)(?=[^\s=]{1,80}=))(?P<value>[^\"'\n§]+)",
        ("curl",),
    ),
    # <Cookie sid=… for host/>, as the jar of a session is shown
    RedactionRule(r"(?P<keep>(?:<|&lt;)Cookie [^=\s<>&]{1,80}=)(?P<value>[^\s<>¤]+)", ("cookie",)),
    # addresses that are secrets themselves
    RedactionRule(r"(?P<keep>hooks\.slack\.com/services/|open-apis/bot/v\d/hook/)(?P<value>[\w/-]+)", ("hook",)),
)
RULES = {markup: tuple((rule.hints, rule.compiled(markup=markup)) for rule in _RULES) for markup in (False, True)}
"""Compiled rules with their hints, for plain text (False) and for markup (True)."""
MARKUP = re.compile(r"</[A-Za-z]|/>|<[A-Za-z][^<>]*>|<!--")
HINTS = tuple(dict.fromkeys(hint for rule in _RULES for hint in rule.hints))
"""What a text must hold, in small letters, to hold anything that a rule masks: most texts hold none of it."""


def replaced(found: re.Match[str], depth: int = 0) -> str:
    """Return what a rule's match becomes: the mask, or itself when it is no secret by its name or form.

    In a value that is none, for example an address, the rule looks for others, to a depth that keeps it linear.
    """
    start, end = found.span("value")
    before, value, behind = found.string[found.start() : start], found["value"], found.string[end : found.end()]
    if _is_masked(found.groupdict()):
        return f"{before}{MASK}{behind}"
    if depth < _DEEPEST and _ASSIGNING.search(value):
        return f"{before}{found.re.sub(lambda inner: replaced(inner, depth + 1), value)}{behind}"
    return found[0]


def _is_masked(groups: dict[str, str | None]) -> bool:
    name, value = groups.get("name") or groups.get("item"), groups["value"] or ""
    if groups.get("digit") is not None and not _DIGIT.search(value):
        return False  # judged here: a look-ahead would read the rest of the text again for each name
    return name is None or ((is_secret_name(name) or _short_name(name, groups)) and not form(value))


_ASSIGNING = re.compile(r"[=:：]")
_DEEPEST = 3
"""Values within values that a rule looks into."""


def _short_name(name: str, groups: dict[str, str | None]) -> bool:
    """Return whether a short name such as `key` or `sig` is one of a secret: it is in a query only."""
    return (groups.get("keep") or "").endswith("=") and bool(_QUERY_NAME.search(name))


_DIGIT = re.compile(r"\d")
_QUERY_NAME = re.compile(r"(?:^|[-_])(?:key|sig|auth)$", re.IGNORECASE)
_MODEL_KEY = r"k-(?<![A-Za-z0-9_-].k-)(?=[A-Za-z_-]{0,200}\d)[A-Za-z0-9_-]{16,}"
SHAPES = re.compile(
    # Each begins with its letter, and looks back behind it: the expression is tried at such letters only.
    r"e(?<![A-Za-z0-9_-]e)yJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"  # JWT
    rf"|s{_MODEL_KEY}|p{_MODEL_KEY}|r{_MODEL_KEY}"  # OpenAI, Anthropic and others
    r"|s(?<!\ws)k_(?:live|test)_[A-Za-z0-9]{16,}|r(?<!\wr)k_(?:live|test)_[A-Za-z0-9]{16,}"  # Stripe
    r"|g(?<!\wg)h[pousr]_[A-Za-z0-9]{20,}|g(?<!\wg)ithub_pat_\w{20,}|g(?<!\wg)lpat-[\w-]{16,}"
    r"|w(?<!\ww)hsec_[A-Za-z0-9+/=]{8,}|x(?<!\wx)ox[abprs]-[\w-]{10,}"
    r"|r(?<!\wr)8_[A-Za-z0-9]{20,}|h(?<!\wh)f_[A-Za-z0-9]{20,}"
    r"|A(?<!\wA)(?:KIA|SIA)[0-9A-Z]{16}\b|A(?<!\wA)Iza[\w-]{30,}|L(?<!\wL)TAI[A-Za-z0-9]{12,}"
)
SHAPE_STARTS = (
    "eyJ", "sk-", "pk-", "rk-", "sk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "whsec_",
    "xox", "r8_", "hf_", "AKIA", "ASIA", "AIza", "LTAI",
)  # fmt: skip
"""How the shapes begin: without one of these there is nothing to search for, and finding that out is much faster."""
URL_PASSWORD = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,60}://[^/\s:@?#]*:([^/\s?#]+)@", re.IGNORECASE)
