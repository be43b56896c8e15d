"""Which refusals mean that a product is busy: it took nothing, and may take the same request later.

Products say so in many ways: HTTP 429, 409 or 503, a code inside HTTP 200, or words alone. An account that is used
up is not busy: its next request is refused as well.
"""

import re

from AIGCLibrary.tasks.providers.long_texts import searched
from AIGCLibrary.tasks.snapshot import TaskFailure
from AIGCLibrary.tasks.states import ErrorClass

_CAPACITY = re.compile(
    r"rate.?limit|throttl|queue.{0,15}\b(full|exceed\w*|overflow\w*)|(full|exceed\w*|overflow\w*).{0,10}queue"
    r"|at (full |max\w* )?capacity|(no|insufficient|not enough|out of|over|exceed\w*|reached) .{0,12}capacity"
    r"|\bbusy\b|overload|too many (\w+ )?(request|task|job|order|submission|call|connection|user)s?"
    r"|too many .{0,20}(pending|running|queued|concurrent|active|in progress|in flight)"
    r"|concurren\w* .{0,20}(limit|exceed)"
    r"|parallel .{0,40}(limit|exceed)"
    r"|(limit|max\w*|exceed\w*) .{0,20}concurren|(no|all) .{0,20}(slot|worker|gpu|runner|instance)s? .{0,20}"
    r"(free|available|idle|taken|occupied|in use)|(no|0) (free|available|idle) (slot|worker|gpu|runner|instance)"
    r"|\b(api|qps|rpm|tpm|frequency|request (rate|count|frequency)) .{0,12}(limit|exceed|too (high|fast))"
    r"|requests? (has )?reached .{0,12}limit"
    r"|per (second|minute)|slow down|resource.?(has been )?exhausted|high demand|server.?overloaded"
    r"|繁忙|忙碌|正忙|(队列|排队|任务|槽位|名额).{0,6}(已?满|爆满|达到?上限|超过?上限|超限)|爆满|拥挤|过载|负载过高"
    r"|并发.{0,8}(超|上限|过高|过多|限制|已?满)|(超|达).{0,6}并发|限流|限频|流控|(过于|太|请求)频繁|频[率次].{0,6}(超|高|限|快)"
    r"|(请求|调用|访问|提交).{0,4}过快"
    r"|(请求|任务|用户|人数)(量|数)?(过|太)多|(请求|访问|任务)量(过|太)大|(资源|算力|显卡|实例).{0,4}(不足|紧张|占满|耗尽)|无(空闲|可用)(资源|实例|节点)",
    re.IGNORECASE,
)
_UNDER_WAY = re.compile(
    r"already (have|running) (\d+|an?|one|two|three|too many)? ?\w* ?"
    r"(running|pending|active|queued|processing|in progress|in flight) ?\w* ?(task|job|request|generation|render|order)"
    r"|已有\s*\d*\s*个?.{0,6}任务.{0,6}(进行|执行|运行|处理|排队|生成)",
    re.IGNORECASE,
)
"""What ends by itself, whatever plan the account has."""
_LATER = re.compile(
    r"(try|retry|again|come back|resubmit).{0,25}(later|in (a|\d+|few)|after|moment|shortly)|later.{0,15}(try|again)"
    r"|temporar\w+ (un)?available|(稍后|稍候|稍等|待会|过会).{0,6}(再|重)?(试|尝试|提交|操作)?"
    r"|暂时(不可用|无法)|请等待",
    re.IGNORECASE,
)
_SPENT = re.compile(
    r"insufficient.?(\w+.)?(quota|fund|balance|credit|point|token)|out of (credit|quota|token|point)s?"
    r"|credits?\b|deplet|balance|billing|payment|arrear|overdue|top.?up|recharge|upgrade"
    r"|subscri|\bplan\b|trial|per (day|month)|daily|monthly"
    r"|欠费|余额|充值|套餐|额度|积分|点数|试用|当日|今日|每日|每天|当月|本月|每月",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.\-/]+")
_TOO_MANY = re.compile(r"429\d{0,3}")


def is_busy(status: int, code: str | None, message: str) -> bool:
    """Return whether an answer proves that the product took nothing because it has too much to do.

    Args:
        status: HTTP status. A 5xx needs words of a full queue: a gateway answers "try again later", too, for a backend
            that took the request and died.
        code: The product's code.
        message: The product's words.
    """
    words = f"{_CAMEL.sub(' ', searched(code or ''))} {searched(message)}"
    if _UNDER_WAY.search(words):
        return True
    if _SPENT.search(words):
        return False
    if status == 429 or _CAPACITY.search(words):
        return True
    return status < 500 and bool(_LATER.search(words) or _TOO_MANY.fullmatch(code or ""))


def is_rate_limit(failure: TaskFailure | None) -> bool:
    """Return whether a failure is that of a limit of requests, and not of credits: it ends by itself."""
    limit = failure is not None and failure.error_class is ErrorClass.QUOTA
    return limit and failure is not None and is_busy(200, failure.code, failure.message)
