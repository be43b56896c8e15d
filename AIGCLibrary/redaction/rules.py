"""Places that hold secrets, as regular expressions.

Each rule is linear in the text: its head (a name and a sign) is bounded and starts only at the begin of a word, and
its tail takes signs until a delimiter without requiring anything behind it, so that it cannot fail after a long scan.
A look-ahead for the sign behind a name comes before the search for a telling word in it: it costs a tenth.
In markup no rule takes `<`, `>` or, within attributes, a quote: the tree stays as it is.
"""

import re

from AIGCLibrary.redaction.names import KEYS
from AIGCLibrary.redaction.rule import NAMING, RedactionRule

_WORDS = (
    r"(?:pass(?:word|wd|phrase|[-_ ]?code|(?<=[\w-]pass)(?![a-z]))|pwd|secret|token|api[-_ ]?key|access[-_ ]?key"
    r"|private[-_ ]?key|credential|s(?<![a-z\d]s)(?:ign?|k)\b|signature|a(?<![a-z\d]a)uth\b|h(?<![a-z\d]h)mac\b"
    rf"|jwt\b|bearer\b|(?-i:[A-Z\d]_KEY\b)|{KEYS}|密码|口令|密钥|令牌|私钥|授权码)"
)
_SHORT = "key|sig|auth|pass|pw|hmac|bearer"
"""What a name in a query holds, too."""
_ASSIGNED = r"(?-i:(?<![\w.-])(?=[\w.-]{2,110}+(?: [kK][eE][yY][\w.-]{0,40}+)?\s{0,20}[:=：]))"
_NAME = rf"{_ASSIGNED}(?P<name>[\w.-]{{0,40}}?{_WORDS}[\w.-]{{0,40}}+)"
_QUOTED = (
    r"(?-i:(?=[\w .-]{2,110}+[\"'\\&]))"
    rf"(?P<name>[\w.-]{{0,40}}?(?:{_WORDS}|authorization|cookie|pass)[\w.-]{{0,40}}+)"
)
_VARIABLE = rf"(?P<name>[^{{}}\n]{{0,40}}?(?:{_WORDS}|cookie|authorization|pass|[-_ ](?:auth|sig))[^{{}}\n]{{0,40}}+)"
_ELEMENT = (
    r"(?-i:(?=[\w.:-]{2,110}+[>&]))"
    rf"(?P<name>[\w.:-]{{0,40}}?(?:{_WORDS}|pass|cookie|signature|auth|sig)[\w.:-]{{0,40}}+)"
)
_ENTITY = r"(?:&quot;|&#34;|&#39;|&#x27;)"
_ESCAPED = r"(?:\\{1,15}[\"']|\\{1,7}u002[27]|&quot;|&#34;|&#39;|&#x27;)"
_NO_VALUE = r"(?![$%@&]\{|\*{4})"
_LABELS = ("密码", "口令", "密钥", "令牌", "私钥", "授权码")
_ESCAPED_LABELS = "|".join("".join(rf"\\{{1,7}}u{ord(sign):04x}" for sign in label) for label in _LABELS)
_SAYING = ("is", "was")
_COUNT = r"(?!\d{1,7}\b)"  # max_tokens=4096 is no secret


_RULES = (
    RedactionRule(
        (
            r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
            r"(?P<value>(?:(?!-----END)[^¤\0])*(?:-----END[A-Z ]{0,40}-----)?)"
        ),
        ("-----begin",),
    ),
    # user:password@host, and a lone token before the @
    RedactionRule(
        r"(?P<keep>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,60}://)(?P<value>[^/\s:@?#¤]*:[^/\s?#¤]+|[^/\s:@?#¤]{12,})@",
        ("://",),
    ),
    RedactionRule(
        (r"\b(?<![\0‡])(?P<keep>bearer\s{1,20})(?P<value>(?=[A-Za-z]{0,200}[\d+/=._-])[A-Za-z0-9._+/=-]{6,})"),
        ("bearer",),
    ),
    RedactionRule(
        (
            r"\b(?<![\0‡])(?P<keep>(?:basic|token)\s{1,20})(?P<value>(?=[A-Za-z+/._-]{0,200}[\d=])[A-Za-z0-9._+/=-]{10,})"
        ),
        ("basic", "token"),
    ),
    # the sign-in of a session, as RequestsLibrary logs it
    RedactionRule(r"(?P<keep>\bauth=[\[(])(?P<value>[^\])\n¤]+)", ("auth=",)),
    # ?token=… and form bodies
    RedactionRule(
        (
            r"(?P<keep>[?&;](?=[^=&;?\s¤]{2,140}+(?: key[^=&;?\s¤]{0,60}+)?=)"
            rf"(?P<name>[^=&;?\s¤]{{0,60}}?(?:{_WORDS}|{_SHORT})[^=&;?\s¤]{{0,60}}+)=)"
            rf"{_COUNT}{_NO_VALUE}(?P<value>[^&\s\"'<>#]+)"
        ),
    ),
    # the same within another URL: next=https%3A%2F%2Fh%2F%3Ftoken%3D…
    RedactionRule(
        (
            rf"(?P<keep>%(?:25)?(?:3F|26)(?P<name>[\w.-]{{0,40}}?(?:{_WORDS}|{_SHORT})[\w.-]{{0,40}})%(?:25)?3D){_COUNT}"
            r"(?P<value>(?:(?!%(?:25)?26)[^&\s\"'<>#])+)"
        ),
        ("%3d", "%253d"),
    ),
    # "password": "…"; in a string within a string the quotes are escaped, in HTML they are entities
    RedactionRule(
        (
            rf"(?P<keep>(?P<open>[\"']){_QUOTED}(?P=open)\s{{0,20}}(?:[:=]|=>)\s{{0,20}}b?(?P<quote>[\"']))"
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
    # headers, in dumps and curl commands, to the end of the line or quote; what is quoted in it is masked by now
    RedactionRule(
        (
            rf"(?P<open>{_ENTITY})?(?P<keep>(?<![\w-])(?P<header>(?:proxy-)?authorization|(?:set-)?cookie"
            r"|x-[\w-]{0,40}?(?:key|token|secret|auth|signature)[\w-]{0,40}|webhook-signature)"
            r"[\"']?\s{0,5}[:=]\s{0,5}[\"']?)(?P<value>[^\s\"'§]"
            r"(?:(?(open)(?!(?P=open)(?:\s|<|$)))(?:[^\r\n\"'§]|['\"](?=[^\s,;:)\]}&>\"'<\\¶])))*)"
        ),
        ("authorization", "cookie", "x-", "signature"),
    ),
    # password='…', password=… and api_key: …; one rule, since finding the name costs more than what follows
    RedactionRule(
        rf"(?P<keep>{_NAME}(?:"
        r"\s{0,20}[:=]\s{0,20}(?P<quote>[\"'])(?=(?:\\.|(?!(?P=quote))[^\\\n¤]))"
        rf"|\s{{0,20}}[:=]\s{{0,20}}(?P<entity>{_ENTITY})(?!(?P=entity))"
        rf"|[ \t]?=[ \t]?{_COUNT}{_NO_VALUE}(?![\"'*{{=])(?=[^\s&,;\"'<>，。；]{{3}})(?P<unquoted>)"
        rf"|[:：]\s{{0,20}}{_COUNT}{_NO_VALUE}(?![\"'*{{])(?=[^\s,;\"'<>，。；]{{8}})(?P<digit>)))"
        r"(?P<value>(?(quote)(?:\\.|(?!(?P=quote))[^\\\n¤])+|(?(entity)(?:(?!(?P=entity))[^\n¤])+"
        r"|(?(unquoted)[^\s&,;\"'<>，。；]+|[^\s,;\"'<>，。；]+))))"
    ),
    # --password …1, as commands are written; a word without a digit may be what is said about it
    RedactionRule(
        rf"(?P<keep>(?<![\w-])--(?P<name>[\w-]{{0,40}}?(?:{_WORDS}|authorization|cookie)[\w-]{{0,40}}+)"
        rf"[ \t]{{1,8}}(?:(?P<quote>[\"'])|(?P<entity>{_ENTITY}))?(?P<digit>))"
        rf"{_NO_VALUE}(?P<value>(?(quote)(?:(?!(?P=quote))[^\n¤])+|(?(entity)(?:(?!(?P=entity))[^\n¤])+"
        rf"|{_COUNT}[^\s\"'<>,;]{{4,}}+)))",
        (*NAMING, "cookie"),
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
            rf"(?P<keep>(?:{'|'.join(_LABELS)})\s{{0,20}}(?:[:：=＝]|(?:就|设置?|[修更]?改|重置)?(?:是|为|成)了?"
            r"|[「“『《【（(\"'])\s{0,20}[:：]?[「“『《【（(\"']?)"
            rf"(?=[!-/:-@\[-`{{-~]{{0,200}}[A-Za-z\d]){_NO_VALUE}(?P<value>[!#-&*-;=?-~]{{4,}})"
        ),
        _LABELS,
    ),
    # the same in JSON of ASCII: \\u5bc6\\u7801\\uff1a…
    RedactionRule(
        (
            rf"(?P<keep>(?:{_ESCAPED_LABELS})[\w -]{{0,20}}(?:\\{{0,15}}[\"'])?\s{{0,5}}"
            r"(?:[:=]|\\{1,7}u(?:ff1a|ff1d|662f|4e3a))\s{0,5}(?:\\{0,15}[\"'])?)"
            rf"{_NO_VALUE}(?P<value>[^\s\"'\\<>]{{4,}})"
        ),
        ("\\u5bc6", "\\u53e3", "\\u4ee4", "\\u79c1", "\\u6388"),
    ),
    # the password is …, in words about it: only what no word is
    RedactionRule(
        (
            r"(?P<keep>\b(?:password|passphrase|api key|access key|secret(?: key)?|token) (?:is|was) [\"'“]?)"
            r"(?P<value>(?=[A-Za-z]{0,64}\d)(?=\d{0,64}[A-Za-z])[A-Za-z\d]{12,}[\w+/=-]*)"
        ),
        tuple(f"{noun} {verb} " for noun in ("password", "passphrase", "key", "secret", "token") for verb in _SAYING),
    ),
    # PWD={…}, as connection strings of ODBC quote it
    RedactionRule(r"(?P<keep>;\s{0,5}(?:pwd|password)\s{0,5}=\s{0,5}\{)(?P<value>[^}\n¤]+)", ("pwd", "password")),
    # <password>…</password>, also with escaped signs
    RedactionRule(rf"(?P<keep><{_ELEMENT}>)(?P<value>[^<>\n]+)", (*NAMING, "cookie")),
    RedactionRule(rf"(?P<keep>&lt;{_ELEMENT}&gt;)(?P<value>(?:[^<>\n&]|&(?!lt;))+)", (*NAMING, "cookie")),
    # curl -u user:password, --cookie "sid=…"
    RedactionRule(
        (
            r"(?P<keep>(?<=\s)(?:-u|-U|--user|--proxy-user)[ =]?(?P<quote>[\"']?)[^\s:\"'§]{1,80}:)"
            r"(?P<value>(?(quote)(?:(?!(?P=quote)\s|(?P=quote)$)[^\s\n¤])+|[^\s¤]+))"
        ),
        ("curl",),
    ),
    RedactionRule(
        rf"(?P<keep>(?<=\s)(?:-b|--cookie)[ =]?(?P<open>{_ENTITY})?[\"']?(?=[^\s=]{{1,80}}=))"
        r"(?P<value>(?:(?(open)(?!(?P=open)(?:\s|<|$)))[^\"'\n§])+)",
        ("curl",),
    ),
    # <Cookie sid=… for host/>, as the jar of a session is shown
    RedactionRule(r"(?P<keep>(?:<|&lt;)Cookie [^=\s<>&]{1,80}=)(?P<value>[^\s<>¤]+)", ("cookie",)),
    # addresses that are secrets themselves
    RedactionRule(
        (
            r"(?P<keep>hooks\.slack\.com/services/|open-apis/bot/v\d/hook/|discord(?:app)?\.com/api/webhooks/\d{1,24}/"
            r"|webhook\.office\.com/webhookb2/|api\.telegram\.org/bot\d{1,20}:)(?P<value>[\w/@-]+)"
        ),
        ("hooks.slack.com", "open-apis/bot", "api/webhooks", "webhookb2", "api.telegram.org"),
    ),
)
RULES = {markup: tuple((rule.hints, rule.masker(markup=markup)) for rule in _RULES) for markup in (False, True)}
"""Functions of the rules with their hints, for plain text (False) and for markup (True)."""
HINTS = tuple(dict.fromkeys(hint for rule in _RULES for hint in rule.hints))
"""What a text must hold, in small letters, to hold anything that a rule masks: most texts hold none of it."""

URL_PASSWORD = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,60}://[^/\s:@?#]*:([^/\s?#]+)@", re.IGNORECASE)
