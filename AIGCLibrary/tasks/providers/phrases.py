"""What products say when they refuse, are busy or fail: the one list of phrases, by what is meant.

Everything that reads such words asks here: whether a submission may be sent again (`busy`), whether a request may be
sent again and which class a failure has (`classify`), whether content was refused (`troubles`). A phrase has one
meaning, the narrowest one that is certain; what follows from a meaning is the business of the reader.
"""

import re
from enum import StrEnum

from AIGCLibrary.tasks.providers.long_texts import searched


class Meaning(StrEnum):
    """What a phrase says."""

    LOCKED = "locked"
    """The account is locked, suspended or banned."""
    MACHINE = "machine"
    """What the product works with failed: its memory, its GPU, a service behind it, the time that it allows itself."""
    CONTENT = "content"
    """The content was refused."""
    SUSPECT = "suspect"
    """Something was blocked or is a risk: content, most of the time."""
    SPENT = "spent"
    """The account is used up: credits, balance, the quota of a day. Waiting does not help."""
    RATE = "rate"
    """Too many requests in a time, or at a time; it ends by itself."""
    UNDER_WAY = "under way"
    """A task of ours runs and has to end first, whatever plan the account has."""
    SIZE = "size"
    """A limit of an input: characters, pixels, megabytes."""
    SOURCE = "source"
    """An input that the product cannot fetch or read, whatever the server of that input answered."""
    LIMIT = "limit"
    """Some limit was reached: of a request a rate, of a submission possibly another one."""
    QUOTA = "quota"
    """A quota, without a word whether it ends by itself."""
    LOGIN = "login"
    """The token, login, signature or permission is missing or wrong."""
    INPUT = "input"
    """An input is wrong or missing, or the product cannot read it."""
    FULL = "full"
    """The product has too much to do: queue, workers, capacity."""
    OUTAGE = "outage"
    """The product or what it stands on failed, or did not answer in time."""
    CRASH = "crash"
    """The work crashed: memory, GPU, worker."""
    LATER = "later"
    """The same request may succeed later."""
    AGAIN = "again"
    """A word of trying again, which may also mean: with other inputs."""
    LATE = "late"
    """Something behind the product did not answer in time, so that the request may have been taken."""
    PLAN = "plan"
    """Words of a plan that could be upgraded."""


_ACCOUNT = r"(account|user|key|账号|帐号|账户)"
_CALLS = r"(请求|调用|访问|提交|接口|API)"
_CONTENT = r"(content|image|text|prompt|picture|video|audio|material)"
_MEDIA = r"(url|link|image|picture|media|video|audio|file|asset)"
_MEDIA_ZH = r"(图片|图像|视频|音频|文件|链接|素材|url|地址)"
_OFFENCE = (
    r"(nudity|nude|gore|porn\w*|profanity|self.?harm|hate.?speech|minors|underage \w+|real (people|persons?)"
    r"|photorealistic (people|persons?|faces?))"
)
_FIELDS = ("url", "link", "address", "param", "parameter", "argument", "value", "format", "type", "size", "length")
"""What is wrong, and not offensive, where it is illegal."""
_CREDENTIAL = (
    r"(?<!max )\b(?:(?:access|auth|api|bearer|session|refresh|security|app|client|subscription) ){0,2}"
    r"(?:token|api.?key|app.?key|access.?key|subscription.?key|secret|credential|signature|api.?user|app.?id|client.?id"
    r"|authorization header"
    r"|jwt)s?\b"
)
_IS = r"(?:(?:field|header|is|was|are|were|has|have|been|does|do|did|must|no longer|already|be)\W+){0,4}"
_ILLEGAL = rf"{''.join(rf'(?<!{noun} is )(?<!{noun} )' for noun in _FIELDS)}\billegal\W*$"
_RATES = r"(?<![a-z])(qps|qpm|rpm|tpm|tps|ipm)(?![a-z])"
_PHRASES = {
    Meaning.LOCKED: (
        rf"\b{_ACCOUNT}( (has|have|is|was|been|temporarily|permanently|currently|already))* "
        r"(locked|suspended|banned|disabled|frozen|deactivated|blocked)\b"
        r"|(账号|帐号|账户).{0,12}(锁定|封禁|冻结|停用|禁用|异常|非活动)"
        r"|\byou (have been|are|were) (\w+ )?(blocked|banned)|unusual activity|(账号|帐号|账户)(已经?)?被限制|黑名单"
        r"|\bin .{0,12}(black|deny|block).?list"
    ),
    Meaning.MACHINE: (
        r"\bcuda\b|\bout of memory\b|\boom\b|allocate memory|no space left|disk quota|list index out of range"
        r"|connection ?(error|refused|reset|timed out)|max retries exceeded with|(client|server) error: .{0,80}for url"
        r"|\b(result|output)s? upload|\bupload\w* (the )?(result|output)|\bbotocore\b|when calling the \w+ operation"
        r"|(service|checker|detector|detection|filter|server|model|engine|module) (is |was |has |are )?"
        r"(currently |temporarily )?(unavailable|timed ?out|timeout|exception|unreachable|not respond\w*)"
        r"|(memory|execution|run ?time|cpu) (time )?(limit|quota)"
        r"|(worker|job|task|process|container|function|run|execution) .{0,12}exceed\w* .{0,16}\b(time|memory) limit"
        r"|\bran .{0,12}longer than\b|(took|takes|taking) too long"
        r"|(服务|系统|接口|模块|引擎).{0,2}(超时|异常|不可用|故障|出错|无响应)|审核.{0,2}超时"
    ),
    Meaning.CONTENT: (
        r"nsfw|(?<!failed to )(?<!unable to )(?<!not )(?<!while )moderat(?!\w* (service|api|endpoint|server|backend))"
        r"|(?<!case )sensitive|content.?(policy|filter|violation)"
        r"|policy.?violation|inspection"
        rf"|\b(text|image|img|video|audio|content|prompt)\b(?!.{{0,10}}\b({'|'.join(_FIELDS)})\b).{{0,12}}\b(risk"
        rf"|illegal)"
        r"|敏感|违规|违禁|不[当良适]的?(内容|信息|言论)|禁用词|屏蔽词"
        r"|审核[不未]通过"
        r"|涉黄|涉政"
        r"|[未没不]有?通过.{0,6}(安全|内容|审核|风控|机审|人审)"
        r"|(安全|内容|风控)(校验|检测|审查|策略|检查).{0,4}[未没不]有?通过"
        r"|触发.{0,8}(内容安全|安全策略|风控)|合规(问题|原因)"
        r"|\b(content|prompt|text|image|video|audio)\b.{0,20}\bunsafe\b"
        r"|\b(content|prompt) (is |was )?(not (allowed|permitted)|disallowed|forbidden)"
        r"|(disallowed|forbidden|objectionable|offensive) (content|word|term|material)s?\b"
        rf"|(?<!\bno )\b{_OFFENCE} (is |are |was |were |has been |have been )?(detected|not allowed)"
        rf"|contain(s|ed|ing)? ({_OFFENCE}|artist name)|\bartist names? (is |are )?not |third.party content viol"
        rf"|intellectual property"
    ),
    Meaning.SUSPECT: (
        rf"audit|\billegal ({_CONTENT}|word|information)s?\b(?! (content )?(length|size|format|type|url|count))"
        rf"|{_ILLEGAL}|safety|content.?restricted"
        r"|violat\w+ .{0,25}(polic|terms of (service|use)|guideline|standards)|celebrit|likeness|public figure"
        r"|prohibited|banned"
        r"|(?<!you are )(?<!have been )(?<!you were )blocked(?! (port|ip|host|domain|origin|region|country)\b)"
        r"|(prompt|content|image|video|audio|text|request|output|input|generation)s? (has |have )been blocked"
        r"|violence|sexual"
        r"|\brai\b|raimedia|copyright|recitation|personally identifiable|\bspii\b|risk"
        r"|审核|不合规|违法|违反|公众人物|名人|明星|领导人|政治人物|侵权|版权|肖像权"
        r"|inappropriate|\bflagged\b|unsafe.(content|prompt|image|video|text)|(adult|explicit|harmful).content"
        r"|(策略|规则|风控)(阻止|拦截|屏蔽|阻断)"
        r"|内容.{0,6}不符合|不符合.{0,6}(内容|安全|社区|平台).{0,4}(规范|规定|政策|要求)|色情|低俗"
    ),
    Meaning.SPENT: (
        r"insufficient.?(\w+.)?(quota|fund|balance|credit|point|token)|\bnot (been |yet )?(paid|purchased?)\b|(number"
        r"|count|times|quota|balance) (is |are )?not enough|not enough (credit|balance|quota|point)"
        r"|\bcharacters? limit reached"
        r"|out of (credit|quota|token|point)s?|\bkudos\b"
        r"|credits?\b|no (active |valid )?subscription|subscription.?required"
        r"|(credit|balance|fund|quota|account|token)s?\b.{0,20}deplet|deplet\w* .{0,20}(credit|balance"
        r"|quota)"
        r"|subscription (has |is )?(expired|ended|over)"
        r"|(?<!load )(?<!load-)(?<!white )(?<!color )(?<!colour )balance(?!r)|billing(?! (service|system"
        r"|auth|fail|error))|payment|arrear|overdue|top.?up|recharge"
        r"|(only (available|included)|requires?|upgrade) .{0,20}\b(paid|premium|enterprise|business|higher) (plan"
        r"|tier|user|account)"
        r"|(service|model) (has been |is |was )?(paused|suspended)|per (day|week|month)|daily|weekly|monthly"
        r"|\btotal (\w+ ){0,3}(limit|quota)|total request"
        r"|欠费|余额(?!查询)|充值|额度|(积分|点数|次数|金币|时长|流量).{0,4}(不足|不够|已?用完|已?用尽|已?耗尽)|积分"
        r"|点数"
        r"|(使用|用量|次数).{0,4}(上限|限额)|[日月年](pv|请求|调用|使用|生成|访问)[量数次]?.{0,10}(超|上限|用完|达到)"
        r"|当日|今日|每日|每天|当月|本月|每月|每周|本周"
        r"|会员专[享属]|开通会员|(套餐|订阅|会员|[源时量数餐]包|余量|授权).{0,12}(到期|过期|用完|用尽|耗尽|不足)"
        r"|(购买|续订|续费"
        r"|升级).{0,6}(订阅|套餐|资源包|会员)"
    ),
    Meaning.RATE: (
        r"rate.?limit|throttl|too many (\w+ )?(request|task|job|order|submission|call|connection|user)s?"
        r"|too many .{0,20}(pending|running|queued|concurrent|active|in progress|in flight)"
        r"|concurren\w* .{0,20}(limit|exceed)|parallel .{0,40}(limit|exceed)"
        r"|(limit|max\w*|exceed\w*) .{0,20}concurren|\bconn(ection)?s? .{0,10}limit"
        r"|\bapi ((call|request|access|usage|rate|qps|concurrency|cluster|frequency|invocation)s? ){0,2}"
        r"(has |have |was |is |been ){0,2}(limit|exceed|too (high|fast))"
        r"|\b(frequency|request (rate|count|frequency)) .{0,12}(limit|exceed|too (high|fast))"
        rf"|{_RATES}.{{0,12}}(limit|exceed|too (high|fast)|超|上限|过高|受限|限制)"
        r"|requests? (has )?reached .{0,12}limit|per (second|minute)|slow down|frequently|too frequent"
        r"|frequent (operation|request|call|access)"
        r"|并发.{0,8}(超|达|上限|过高|过多|限制|已?满|不足|不够)|(超|达).{0,6}并发|限流|限频|流控|流量(限制|控制)"
        r"|(操作|点击|发送|速度)[过太]于?快|(过于|太|请求)频繁|频[率次].{0,6}(超|高|受?限|快)|(速率|频率|频次)限制"
        rf"|{_CALLS}(频率|频次|速度)?.{{0,4}}[过太]于?[快高频]|{_CALLS}(量|数)?[过太]多"
    ),
    Meaning.UNDER_WAY: (
        r"wait for .{0,20}(job|task|request|generation)s? to (complete|finish|end)"
        r"|only (have )?\d+ (active|running|concurrent|pending|parallel) (job|task|request|generation)|"
        r"already (have|running) (\d+|an?|one|two|three|too many)? ?\w* ?"
        r"(running|pending|active|queued|processing|in progress|in flight) ?\w* ?(task|job|request|generation"
        r"|render|order)"
        r"|(同时|并行|进行中的?|运行中的?).{0,12}任务.{0,8}(不能|不得|不可|最多|至多|超|上限|已达)"
        r"|任务(数|量|数量).{0,4}(不能|不得|最多|超|已?达|上限)"
        r"|已有\s*\d*\s*个?.{0,6}任务.{0,6}(进行|执行|运行|处理|排队|生成)|已有.{0,8}正在(进行|执行|运行|处理|排队"
        r"|生成|输出)"
    ),
    Meaning.SIZE: (
        r"(character|pixel|length|file.?size|image size|prompt|resolution|duration|upload|body|input"
        r"|payload)s?\b.{0,32}limit"
        r"|\b(duration|length|dimension|(face|frame|word|character|pixel|image) count|file.?size|resolution)s?"
        r"( \w+){0,2} exceed"
        r"|exceed\w* (the |its )?max\w* .{0,12}(resolution|size|length|duration|dimension|pixel)"
        r"|tokens? limit exceeded.{0,12}(prompt|input|text)"
        r"|limit of .{0,8}\d+ ?(character|pixel|px|[kmg]i?b\b|byte|second|frame|word)"
    ),
    Meaning.SOURCE: (
        r"(unable to|cannot|can't|could not|failed to) (access|download|fetch|decode|open|read|load"
        rf"|parse) .{{0,24}}{_MEDIA}"
        rf"|{_MEDIA}s? (could not|cannot|can't|failed to) be (accessed|downloaded|fetched|decoded|opened|read|loaded"
        rf"|parsed)|{_MEDIA}s? (returned|responded|answered) .{{0,24}}\b[45]\d\d\b"
    ),
    Meaning.LIMIT: (
        r"limit.?(exceeded|reached)|exceed\w* .*(limit|rate|frequency)|reached .{0,12}limit|concurrency|concurrent"
        r"|(call|request|api|access|query)s?.frequency|flow (control|limit)|并发|频率|频次|qps"
    ),
    Meaning.QUOTA: (
        r"quota|insufficient\W*$"
        r"|\b(credit|balance|fund|account|quota)s? .{0,12}insufficient(?! (permission|privilege|scope|right|access))"
        r"|配额|(积分|点数|次数|算力|金币|时长|流量).{0,4}(不足|不够|已?用完|已?用尽|已?耗尽)"
    ),
    Meaning.LOGIN: (
        r"unauthori[sz]ed|(not|no|without) (\w+ )?authori[sz]ed?\b|unauthenticated"
        r"|illegal access"
        r"|(invalid|failed|bad|no) .{0,24}\bauth(entication|ori[sz]ation)?\b|\bforbidden\b"
        r"|\bdenied (access|method|namespace|operation|action)\b|identity .{0,20}not allowed"
        r"|not allowed to (access|use|call|invoke|operate|perform)|white.?list|allow.?list|白名单"
        r"|(account|organi[sz]ation|identity|phone|email)\b.{0,24}(must be|needs? to be|is not|not|requires?) verif"
        r"|(service|api|model|feature|product)\b.{0,12} not (yet )?(been )?(enabled|activated|opened|subscribed)"
        r"|(service|api|model|feature|product)\b.{0,12}(unavailable|not available) (for|to|in) (your |this |the )?"
        r"(account|user|organi[sz]ation|project|region|country)"
        r"|(服务|接口|产品|功能|模型|能力|权限)(尚|暂)?未(开通|激活|启用|订购)"
        r"|authori[sz]ation (has |is )?(expired|failed|invalid|missing)"
        r"|(signature|session|login|credentials?|cookie) (has |is |have |are )?(expired|invalid|missing)"
        r"|not (logged|signed) ?in|not login|not authenticated|please (log|sign) ?in|(log|sign) ?in (first|again)"
        r"|log ?in (fail|required|expired)\w*"
        r"|(authentication|certification) (failed|required)|auth failure|requires? (authentication|verification"
        r"|login)"
        r"|(no|lacks?|missing|insufficient|without) permission|permission\b.{0,80}?\bdenied|access.?denied"
        r"|api.?key.{0,12}(unsupported|not (supported|allowed))|insufficient (privilege|scope)"
        rf"|\b(invalid|illegal|incorrect|expired|wrong|missing|bad|unknown|malformed|revoked|abnormal) {_CREDENTIAL}"
        r"|\w*key (is |was |has (been )?)?(invalid|expired|revoked)"
        r"|(api|access|auth|secret|app|license).?key (is |was )?missing"
        r"|invalid.grant"
        rf"|{_CREDENTIAL}\W+{_IS}(invalid|illegal|expired|missing|revoked|incorrect|wrong|empty|required|abnormal"
        rf"|mismatch"
        r"|(not|cannot|can't|n't) (be )?(empty|found|exists?|valid|match|provided|recogni[sz]ed|verified))"
        r"|nonce.{0,20}(used|invalid|expired)|time.?stamp.{0,40}expired|request has expired"
        r"|credential\w* .{0,12}invalid|invalid credential"
        r"|(令牌|token|key|密钥|签名|鉴权|验签).{0,4}(无效|过期|失效|错误|失败|不正确|不匹配)|未登录|未实名"
        r"|(app.?key|app.?id|access.?key|token|令牌|密钥) ?不存在|请(先|重新)?登录"
        r"|禁用(?!词)"
        r"|登录.{0,4}(过期|失效)|未授权|(没有?|无|暂无)权限?(?!重)|(鉴权|认证)失败|(二次|实名|身份)认证"
    ),
    Meaning.INPUT: (
        r"invalid|(bad|wrong|illegal).?(input|request|param|argument)|(param\w*|argument)s? (error|wrong|incorrect)"
        r"|malformed|validat(e|ion|or)\b|not (a )?valid|unsupported|not support|missing|required"
        r"|(?<!took )(?<!takes )(?<!taking )too (long|short|large|small|big)|must be|should (be|have)"
        r"|(?<!index )out of range|unrecogni[sz]ed|参数|不支持|格式错误|超长"
        r"|(采样率|格式|尺寸|比例|编码|分辨率|时长|长度|类型|码率|帧率).{0,4}(不正确|错误|不对|有误|[过太][低高])"
        r"|过[长大短小]"
        r"|(大小|尺寸|长度|时长|分辨率|体积|字数|字符数?|比例).{0,4}(超|不符)|超[出过].{0,4}(大小|尺寸|长度|时长)"
        r"|不能(为空|小于|大于|超过|少于|多于|低于|高于|早于|晚于)|(仅|只)(支持|能是|允许)|必填|必须(为|是|在)"
        r"|\b(image|video|audio|media|input|file|aspect)\w* .{0,40}(mismatch|n[o']t match)|(size|format|length"
        r"|encoding) error"
        r"|empty .{0,8}(image|video|audio|prompt|text|param|input|body|url|file)|not reachable"
        r"|\b(image|video|audio|prompt|text|input|body|url|file) (is )?empty|\b(is|are|be|left) (empty|blank|null)\b"
        r"|\b(media|image|video|audio|file|url|link|asset|upload) (has |have |is |was )?(expired|deleted|no longer)"
        r"|download(ing)?.?(fail|error)"
        r"|(insufficient|too few|not enough|without enough) (\w+ ){0,2}"
        r"(data|image|view|frame|photo|picture|resolution|detail|text|audio|speech|length|duration|quality|sample)s?\b"
        rf"|{_MEDIA_ZH}.{{0,6}}(无法|不能|不可)(访问|下载|打开|解析|读取|识别)|\bno (audio|video|sound) (track|stream)"
        rf"|非法(字符|参数|输入|请求|格式)|\billegal \w|\b({'|'.join(_FIELDS)})s? (is |are )?illegal\b"
        r"|\b(image|video|audio|file|asset|template|voice|model|speaker|avatar|style|lora)\b.{0,16}"
        r"(not (be )?found|not exists?|n't exist)"
        r"|(模型|音色|模板|形象|版本|素材|图片|文件|发音人)(id)?(已|不)?(下架|下线|停用|存在)"
        r"|(质量|清晰度).{0,2}(过|太|较)?[差低]"
        r"|不在.{0,8}(范围|选项|枚举|列表)|[未没]有?(检测|识别)到.{0,6}(脸|人物|语音|人声|主体|声音)"
        r"|\bno (face|person|speech|voice|subject) (was |is )?(detected|found)"
        r"|\bno (source|target|human|clear|visible) faces?\b"
        r"|\b(detectable|recogni[sz]able) (face|person|speech|voice|subject)"
        r"|\b(face|person|speech|voice|subject) (was |is )?not (detected|found)"
        r"|(获取|读取) ?(url|链接|素材|图片|地址).{0,4}失败"
        rf"|(下载|访问|解码|解析).{{0,8}}{_MEDIA_ZH}.{{0,4}}失败|{_MEDIA_ZH}.{{0,6}}(下载|访问|解码|解析"
        rf"|打不开).{{0,4}}(失败|出错)"
    ),
    Meaning.FULL: (
        r"\bmodel\b.{0,60} (is |still |currently )+(loading|warming up|starting)|"
        r"queue.{0,15}\b(full|exceed\w*|overflow\w*)|(full|exceed\w*|overflow\w*).{0,10}queue"
        r"|\b(queue|instance|worker|slot)s? .{0,8}maxed?\b|at (full |max\w* )?capacity|(no|insufficient"
        r"|not enough|out of|over|exceed\w*|reached) .{0,12}capacity"
        r"|\bbusy\b|overload"
        r"|(no|all) .{0,20}(slot|worker|gpu|runner|instance)s? .{0,20}(free|available|idle|taken|occupied|in use)"
        r"|(no|0) (free|available|idle) (slot|worker|gpu|runner|instance)"
        r"|\bno (\w+ )?(slot|worker|gpu|runner|instance|node|machine)s? (\w+ ){0,2}(allocated|assigned|scheduled)"
        r"|resources?.{0,14}(exhausted|depleted)|(high|heavy) (demand|traffic|load)"
        r"|insufficient (computing|resource|capacity|gpu)|(computing power|capacity|resources?|gpus?) (is"
        r"|are) insufficient"
        r"|排队.{0,6}[较过太很]多|繁忙|忙碌|正忙|(系统|服务器?)(正|太)?忙"
        r"|(队列|排队|任务|槽位|名额).{0,6}(已?满|爆满|达到?上限|超过?上限"
        r"|超限)"
        r"|爆满|拥挤|过载|负载过高|(任务|用户|人数)(量|数)?[过太]多|(请求|访问|任务)量[过太]大"
        r"|(资源|算力|显卡|实例).{0,4}(不足|紧张|占满|耗尽)|无(空闲|可用)(资源|实例|节点)"
    ),
    Meaning.OUTAGE: (
        r"(backend|upstream|db|database|mysql|redis|storage|s3|oss|rpc|nginx|proxy)( \w+)? (error|exception|failure"
        r"|failed)"
        r"|(数据库|存储|缓存|s3|oss|cos|redis|mysql|rpc)\w{0,4}?(失败|错误|异常|出错)|unavailable|gateway"
        r"|timed? ?out|timeout|internal.?(\w+ )?(server.?)?error|system error|unexpected error"
        r"|unknown error|maintenance|network error|server (had an )?error|temporar\w+ unable"
        r"|超时|系统.{0,4}(错误|异常|出错|故障)|服务.{0,4}(不可用|异常|出错|故障)|内部错误|开小差|未知错误"
        r"|网络.{0,4}(异常|错误|拥堵|抖动|波动)|维护中|正在维护"
    ),
    Meaning.CRASH: (
        r"max(imum)? (run ?time|execution time|(number of )?(retries|attempts))|retries (were )?(exceeded|exhausted)"
        r"|(超过|超出|达到)(最大)?(重试|尝试)次数|internal|server.?error|crash|exception|out of memory|\boom\b"
        r"|cuda|deadline|expired|interrupted|worker|upstream"
        r"|\b(engine|algorithm|inference|renderer|algo) (error|failure|exception|failed)"
        r"|崩溃|显存|算力|(系统|服务|推理|模型|节点).{0,4}(错误|异常|出错|故障)"
    ),
    Meaning.LATER: (
        r"(try|retry|again|come back|resubmit).{0,25}(later|in (a|\d+|few)|after|moment|shortly)|later.{0,15}(try"
        r"|again)"
        r"|temporar\w+ (un)?available|(稍后|稍候|稍等|待会|过会).{0,6}(再|重)?(试|尝试|提交|操作)?"
        r"|暂时?(不可用|无法)|请等待"
    ),
    Meaning.AGAIN: r"try again|retry|later|temporar",
    Meaning.LATE: r"timed? ?out|timeout|did(n't| not) (answer|respond)|no (answer|response)|超时|未响应|无响应",
    Meaning.PLAN: r"upgrade|subscri|\bplan\b|trial|套餐|订阅|试用",
}
_COMPILED = {meaning: re.compile(phrases, re.IGNORECASE) for meaning, phrases in _PHRASES.items()}
_QUOTATION = re.compile(r"(?<!\w)['\"“‘「『][^'\"“”‘’「」『』\n]{1,400}+['\"”’」』](?!\w)")
_INPUT_NAME = re.compile(
    r"^[\w.\[\]-]{1,60}: (?=(input|value|invalid value|field|string|list|must|should|ensure|expected)\b)"
    r"|(?<![\w.])[\w.]{1,60} (?=(must|should) (not )?be\b(?! (verif|auth|log|sign|activ|enabl)))",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"(?<=[.;!?,\n，。；！？])")
_REFUND = re.compile(
    r"\brefund|\bre-?credited|\breturned to (your|the|my)\b|\b(credit|point)s? (\w+ ){0,3}(returned|restored)"
    r"|(?<!could )(?<!can )\b(not|never|n't) (be |been |being )?(charged|deducted|billed)"
    r"|\bno (credit|point|charge)s? (\w+ ){0,3}(charged|deducted|used|consumed|made|taken)"
    r"|(退回|退还|返还|退款)|[不未](会)?(扣|收)",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\b(credit|point|token|payment|fund)s?\b|\bbalance\b|\bbilling\b|积分|点数|余额|金币|次数|额度|欠费", re.IGNORECASE
)
_JOINTS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.\-/]+")


def spread(text: str) -> str:
    """Return a code or a message as words: `RateLimitExceeded.EndpointRPM` and `too_many_requests` with spaces.

    Left out is what is no cause, whatever its words: the name of the input that "must be" something else, and the
    credits that were returned, or never taken.
    """
    own = _INPUT_NAME.sub("", searched(text))
    if _REFUND.search(own):
        clauses = (_MONEY.sub(" ", clause) if _REFUND.search(clause) else clause for clause in _CLAUSES.split(own))
        own = " ".join(clauses)
    return _JOINTS.sub(" ", own)


def without_quotations(text: str) -> str:
    """Return a text without what it quotes, such as a prompt: those are the words of somebody else."""
    return _QUOTATION.sub(" ", searched(text))


def says(text: str, *meanings: Meaning) -> bool:
    """Return whether a text has a phrase of one of some meanings; of a long text its ends are read."""
    return first_said(text, *meanings) is not None


def first_said(text: str, *meanings: Meaning) -> Meaning | None:
    """Return the first of some meanings that a text has a phrase of; None for none."""
    words = searched(text)
    return next((meaning for meaning in meanings if _COMPILED[meaning].search(words)), None)


def is_of_machine(text: str, meaning: Meaning) -> bool:
    """Return whether the words that seem to mean something say that a machine failed.

    "Safety checker: out of memory" is no verdict of the checker; "service error: unsafe prompt" is one: of content,
    what is said last counts.
    """
    words = searched(text)
    seems, failed = _COMPILED[meaning].search(words), list(_COMPILED[Meaning.MACHINE].finditer(words))
    if seems is None or not failed:
        return False
    return meaning not in (Meaning.CONTENT, Meaning.SUSPECT) or failed[-1].start() >= seems.start()
