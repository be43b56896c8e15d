"""Places that hold secrets, and shapes of well-known tokens, as regular expressions."""

import re

MASK = "****"

_WORDS = (
    r"(?:password|passwd|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential"
    r"|密码|密钥|令牌)"
)
_REST = r"[\w.-]{0,40}"  # bounded, so that a megabyte of base64 costs no more than its length
_REST_OF_NAME = r"[^{}\n]{0,40}"
_COUNT = r"(?!\d{1,7}\b)"  # max_tokens=4096 is no secret

RULES: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
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
        # the sign-in of a session, as RequestsLibrary logs it
        (r"(?P<keep>\bauth=)[\[(][^\])\n]*[\])]", rf"\g<keep>{MASK}"),
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
        # Arguments: [ ${password}='…' ], as Robot logs what a keyword was given
        (
            (
                rf"(?P<keep>[$@&]\{{{_REST_OF_NAME}(?:{_WORDS}|[-_ ](?:auth|sig)){_REST_OF_NAME}\}}=(?P<mark>['\"]))"
                r"(?:(?!(?P=mark) [|\]]).)+"
            ),
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
SHAPES = re.compile(
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"  # JWT
    r"|\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic and others
    r"|\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"  # Stripe
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bwhsec_[A-Za-z0-9+/=]{8,}|\bxox[abprs]-[\w-]{10,}|\br8_[A-Za-z0-9]{20,}|\bhf_[A-Za-z0-9]{20,}"
    r"|\bA(?:KIA|SIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bLTAI[A-Za-z0-9]{12,}"
)
SHAPE_STARTS = (
    "eyJ", "sk-", "pk-", "rk-", "sk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "whsec_",
    "xox", "r8_", "hf_", "AKIA", "ASIA", "AIza", "LTAI",
)  # fmt: skip
"""How the shapes begin: without one of these there is nothing to search for, and finding that out is much faster."""

URL_PASSWORD = re.compile(r"\b[a-z][a-z0-9+.-]{0,30}://[^/\s:@?#]*:([^/\s?#]+)@", re.IGNORECASE)
NAMING = ("pass", "pwd", "secret", "token", "key", "credential", "auth", "sig", "密码", "口令", "密钥", "令牌")
HINTS = (*NAMING, "cookie", "bearer", "basic", "-----begin", "://", "hook", "%3d")
"""What a text must hold, in small letters, to hold anything that a rule masks: most texts are done with at once."""
