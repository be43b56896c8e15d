"""Why a task failed: from a provider's code and words to one of our few classes."""

import re
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.tasks.providers.long_texts import searched
from AIGCLibrary.tasks.states import ErrorClass

_PATTERNS = (
    (
        ErrorClass.MODERATION,
        (
            r"nsfw|moderat|sensitive|audit|illegal(?! ?(argument|param|state|char|input))|safety"
            r"|content.?(policy|filter|violation|restricted)|policy.?violation|violat\w+ .{0,25}polic"
            r"|inspection|prohibited|banned|blocked|violence|sexual|\brai\b|raimedia|copyright|risk|敏感|违规|审核|涉黄|涉政|不合规|违禁|违法|违反"
            r"|inappropriate|\bflagged\b|unsafe.(content|prompt|image|video|text)|(adult|explicit|harmful).content"
            r"|内容.{0,6}不符合|不符合.{0,6}(内容|安全|社区|平台).{0,4}(规范|规定|政策|要求)|色情|低俗"
        ),
    ),
    (
        ErrorClass.QUOTA,
        (
            r"quota|insufficient|credits?\b|balance|arrear|overdue|billing|rate.?limit|too many requests|throttl"
            r"|exceed\w* .*limit|payment|concurrency|concurrent \w{0,12} ?limit|欠费|余额|额度|配额|限流|限频|流控"
            r"|(请求|调用|访问|提交)(频率|频次|速度)?(过于|太|过)(频繁|快|高)|频[率次](超|过高|过快|受限)|(?<![a-z])qps(?![a-z])|并发(数|量)?(超|过高|过多|达)"
            r"|(积分|点数|次数|算力|金币|时长|流量).{0,4}(不足|不够|已?用完|已?用尽|已?耗尽)"
        ),
    ),
    (
        ErrorClass.UNAUTHORIZED,
        (
            r"unauthori[sz]ed|not authori[sz]ed|unauthenticated"
            r"|authori[sz]ation (has |is )?(expired|failed|invalid|missing)"
            r"|(signature|session|login|credentials?) (has |is |have |are )?(expired|invalid)"
            r"|not (logged|signed) ?in|not login|not authenticated|please (log|sign) ?in|(log|sign) ?in first"
            r"|log ?in (fail|required|expired)\w*"
            r"|authentication (failed|required)|auth failure"
            r"|(invalid|incorrect|expired|wrong|missing|bad) (access |auth )?(token|api.?key)\b"
            r"|(token|api.?key|jwt) (is |was |has (been )?)?(invalid|expired|missing|revoked)|invalid.grant"
            r"|nonce.{0,20}(used|invalid|expired)|time.?stamp.{0,40}expired|request has expired"
            r"|credential\w* .{0,12}invalid|invalid credential"
            r"|(令牌|token|密钥|签名|鉴权|验签).{0,4}(无效|过期|失效|错误|失败|不正确|不匹配)|未登录|请(先|重新)?登录"
            r"|登录.{0,4}(过期|失效)|未授权|无权限|鉴权失败|认证失败"
        ),
    ),
    (
        ErrorClass.BAD_INPUT,
        (
            r"invalid|(bad|wrong|illegal).?(input|request|param|argument)|(param\w*|argument)s? (error|wrong|incorrect)"
            r"|malformed|validation|not (a )?valid|unsupported|not supported|missing|required"
            r"|too (long|short|large|small|big)|must be|out of range|unrecogni[sz]ed|参数|不支持|格式错误"
            r"|不能(为空|小于|大于|超过|少于|多于|低于|高于|早于|晚于)|(仅|只)(支持|能是|允许)|必填|必须(为|是|在)"
        ),
    ),
    (
        ErrorClass.INTERNAL,
        (
            r"internal|server.?error|unexpected error|crash|exception|out of memory|\boom\b|cuda|unavailable"
            r"|timed? ?out|deadline|expired|worker|upstream|overload|内部错误|超时|繁忙|(系统|服务器?)(正|太)?忙"
            r"|bad gateway|\bbusy\b|unknown error|temporar\w+ unable|maintenance|network error|未知错误"
            r"|网络(波动|异常|错误)"
            r"|显存|算力|(系统|服务|推理|模型|节点).{0,4}(错误|异常|出错|故障)"
        ),
    ),
)
_COMPILED = [(error_class, re.compile(pattern, re.IGNORECASE)) for error_class, pattern in _PATTERNS]
_SPECIFIC = 3
"""Of the classes, the first that name a cause; "invalid" and "error" may be part of any of them."""
_BY_STATUS = {
    401: ErrorClass.UNAUTHORIZED,
    402: ErrorClass.QUOTA,
    407: ErrorClass.UNAUTHORIZED,
    429: ErrorClass.QUOTA,
    451: ErrorClass.MODERATION,
}
"""Statuses with one meaning: only words that name a cause go before them."""
_BY_CODE = {
    "400": ErrorClass.BAD_INPUT,
    "401": ErrorClass.UNAUTHORIZED,
    "402": ErrorClass.QUOTA,
    "422": ErrorClass.BAD_INPUT,
    "429": ErrorClass.QUOTA,
    "500": ErrorClass.INTERNAL,
    "502": ErrorClass.INTERNAL,
    "503": ErrorClass.INTERNAL,
    "504": ErrorClass.INTERNAL,
}
"""Codes of an envelope that are HTTP statuses, also with two digits behind them (42900): they count where no word
names a cause."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.]+")
_ALIASES = {
    "content_policy": ErrorClass.MODERATION,
    "moderated": ErrorClass.MODERATION,
    "invalid_request_error": ErrorClass.BAD_INPUT,
    "rate_limited": ErrorClass.QUOTA,
}


def classify(
    reported: Any, code: Any, message: str, classes: Mapping[str, ErrorClass], status: int | None = None
) -> ErrorClass:
    """Return the class of a failure.

    Args:
        reported: The provider's own class, if it has one.
        code: The provider's code.
        message: The provider's words.
        classes: Exact words or codes of this provider and their class; they win.
        status: HTTP status of an answer that refused a submit.
    """
    exact = [classes[str(word)] for word in (reported, code, message) if word is not None and str(word) in classes]
    if exact:
        return exact[0]
    named = _named(str(reported or "").lower())
    cause = _told(str(code or ""), message, str(reported or ""))
    clear = _BY_STATUS.get(status or 0) if cause in (None, ErrorClass.BAD_INPUT, ErrorClass.INTERNAL) else None
    coded = _BY_CODE.get(_as_status(code))
    return named or clear or cause or coded or _by_status(status)


def _as_status(code: Any) -> str:
    """Return the HTTP status that a product has as its code; "" where it is none."""
    found = _STATUS_CODE.fullmatch(str(code))
    return found[1] if found else ""


_STATUS_CODE = re.compile(r"(400|401|402|408|422|429|500|502|503|504)(\d\d)?")
_TEMPORARY = re.compile(
    r"rate.?limit|limit.?(exceeded|reached)|exceed\w* .{0,20}(rate|frequency|qps|concurren)|frequency"
    r"|too (many|frequent)|throttl|try again|retry|later|busy|overload|temporar|unavailable|gateway|timed? ?out"
    r"|timeout|internal.?(\w+ )?(server.?)?error|system error|unexpected error|unknown error|maintenance|network error"
    r"|server (had an )?error|concurren|queue is full|resource.?exhausted"
    r"|请求过于频繁|频率|限流|稍后|繁忙|超时|系统(错误|异常)|服务(不可用|异常)|内部错误|并发|系统.{0,4}(出错|故障)|服务.{0,4}(出错|故障)|开小差"
    r"|网络.{0,4}(异常|错误|拥堵|抖动|波动|超时)|flow control|temporar\w+ unable"
    r"|频次|(请求|调用|访问).{0,4}过快|维护中|正在维护|(系统|服务器?)(正|太)?忙|未知错误",
    re.IGNORECASE,
)
_TEMPORARY_CODE = re.compile(r"(429|408|5\d\d)(\d{0,2})")
_TEMPORARY_STATUSES = frozenset({"408", "429", "500", "502", "503", "504"})


def is_temporary(code: str | None, message: str) -> bool:
    """Return whether an error of an envelope means that the question could not be answered now.

    Args:
        code: The product's code; 429, 408, 5xx, also with digits behind them, are taken as HTTP statuses.
        message: The product's words.
    """
    if _TEMPORARY.search(searched(message)):
        return True
    if not message:
        return bool(code and _TEMPORARY_CODE.fullmatch(code))
    # {"code": 500, "msg": "error"}: the words name no cause, and do not say that the work failed.
    unclear = _told(message) in (None, ErrorClass.INTERNAL) and not tells_failure(None, message)
    return unclear and _as_status(code) in _TEMPORARY_STATUSES


_NEGATIVE = re.compile(
    r"\b(fail(s|ed|ure)?|errors?|denied|refused|rejected|cannot|can't|could not|unable)\b"
    r"|\bnot (found|exists?|allowed|available)\b"
    r"|失败|错误|不存在|找不到|未找到|不可用|无法|不能|禁止|拒绝|异常",
    re.IGNORECASE,
)


def is_negative(code: str | None, message: str) -> bool:
    """Return whether the words beside a code say that what was asked was not done.

    Args:
        code: The product's code; its number alone says nothing: 1 is success here and failure there.
        message: The product's words.
    """
    return bool(_NEGATIVE.search(searched(message))) or classify(None, code, message, {}) is not ErrorClass.UNKNOWN


_ENDED = re.compile(
    r"(生成|制作|合成|渲染|推理|绘制|创作|转码|出图|训练|任务(执行|处理|运行)?)(任务)?(失败|出错|异常|错误)|审核[未不]通过"
    r"|\b(generation|generating|rendering|synthesis|inference|prediction)( (has|task|job))?( was)?"
    r" (failed|failure|errored)\b"
    r"|\bfailed to (generate|render|synthesi[sz]e|produce)\b|\b(task|job|run) (has )?failed\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"查询|获取|读取|拉取|请求|访问|接口|状态"
    r"|\b(query(ing)?|fetch(ing)?|get(ting)?|retriev\w*|load(ing)?|read(ing)?|requests?|poll(ing)?|status)\b",
    re.IGNORECASE,
)


def tells_failure(code: str | None, message: str) -> bool:
    """Return whether an error without a task around it is about the work itself, never about the question for it."""
    words = f"{_CAMEL.sub(' ', code or '').replace('_', ' ')} {message}"
    words = searched(words)
    return bool(_ENDED.search(words)) and not _ASKED.search(words)


def _named(word: str) -> ErrorClass | None:
    return ErrorClass(word) if word in ErrorClass.__members__.values() else _ALIASES.get(word)


def _told(*texts: str) -> ErrorClass | None:
    """Return the class that words are of; what says why goes before what only says that it went wrong."""
    split = [_CAMEL.sub(" ", searched(text)) for text in texts if text]
    for group in (_COMPILED[:_SPECIFIC], _COMPILED[_SPECIFIC:]):
        for text in split:
            found = next((name for name, pattern in group if pattern.search(text)), None)
            if found is not None:
                return found
    return None


def _by_status(status: int | None) -> ErrorClass:
    if status is None or status < 400:
        return ErrorClass.UNKNOWN
    if status >= 500:
        return ErrorClass.INTERNAL
    return ErrorClass.UNAUTHORIZED if status == 403 else ErrorClass.BAD_INPUT
