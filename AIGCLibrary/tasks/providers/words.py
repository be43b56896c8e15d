"""State words of everyday task APIs, English and Chinese, beyond those that a description lists.

A word is matched as a whole, so that 未完成 or `text_success` are not taken for an end. A word of an end counts as
completed only where the answer holds a result: `render_done` may as well be a stage before the upload.
"""

import re

from AIGCLibrary.tasks.states import TaskState

_ZH = (
    "任务|作业|视频|图片|图像|音频|歌曲|作品|内容|生成|渲染|合成|执行|处理|运行|训练|制作"
    "|转码|推理|出图|绘制|上传|提交|创建|安全|机审|人工|系统|用户|手动|全部|已经?|被"
)
_ENDS = {
    TaskState.COMPLETED: (
        r"(?:task|job|generat(?:e|ion)|render(?:ing)?|process(?:ing)?|execution|workflow|run|all)?"
        r"(?:completed?|succeed(?:ed|s)?|success(?:ful|fully|ed)?|done|finish(?:ed|es)?|ready)(?:success(?:fully)?)?"
        r"|(?:completed?|finished|done|succeeded|success)with(?:errors?|warnings?|failures?|issues?|problems?)"
        r"|(?:rendered|generated|processed|produced|encoded|transcoded|synthesi[sz]ed|exported|published|delivered|fulfilled|finali[sz]ed|ended"
        r"|composed|drawn|painted|converted|translated|transcribed|dubbed|mixed|mastered|trained|upscaled|enhanced|animated"
        r"|assembled|merged|edited|restored|stylized|colorized)"
        rf"|(?:{_ZH})*(?:完成|成功|结束|完毕|完了)了?|部分(?:成功|失败)|partial(?:ly)?(?:failed|failure)"
    ),
    TaskState.FAILED: (
        r"(?!.*(?:partial|callback|webhook|notif)|no)[a-z]*(?:fail(?:ed|ure|s)?|refunded|error(?:ed)?|rejected|refused|denied"
        r"|moderated|blocked|filtered|banned|crashed|time(?:d)?out(?:ed)?|expired|outofmemory|oom)(?:by[a-z]+)?|unsuccessful|lost|dead(?:letter(?:ed)?)?"
        rf"|(?:{_ZH})*(?:失败|出错|报错|错误|异常|超时|过期|失效|驳回|拒绝|退款|违规|审核[不未]通过|[不未]通过)"
    ),
    TaskState.CANCELLED: (
        r"(?!not|un)[a-z]*(?:canceled|aborted|revoked|terminated|stopped|killed|deleted)(?:by[a-z]+)?|skipped|discarded|withdrawn|superseded"
        rf"|(?:{_ZH})*(?:取消|终止|中止|停止|撤销|撤回|删除|关闭)"
    ),
}
_OPEN = {
    TaskState.QUEUED: (
        r"[a-z]*(?:queued?|queue?ing|backlog(?:ged)?|pending|waiting|scheduled|submitted|retry|delayed|deferred|paused)"
        r"|blockedby(?!policy|safety|moderat|filter|content|review|system|provider|nsfw|admin|user)[a-z]+|(?:on)?hold|held"
        r"|(?:a?waiting|queued|pending)[a-z]+|retrying|created|accepted|received|inqueue|throttled|suspended|new|init(?:ial|ialized|ializing)?|notready"
        r"|(?:任务)?(?:正在)?(?:排队|队列|等待|等候|准备|调度|初始化|提交|创建|重试)(?:中|(?:等待|等候)中?)?|(?:等待|等候)(?:处理|执行|调度|生成|资源|审核)"
        r"|(?:任务)?已?(?:提交|创建|入队|接收|受理|排队|暂停)(?:成功)?|待(?:处理|执行|生成|审核|调度|开始|提交)|未(?:开始|启动|执行|处理)|新建"
    ),
    TaskState.PROCESSING: (
        r"(?:in)?progress|started|active|working|inprocess|ongoing|underway|streaming|textsuccess|firstsuccess|(?!missing|warning|nothing)[a-z]+ing(?:results?|outputs?|files?|videos?|images?|audio|media|frames?|assets?)?"
        r"|(?:任务)?正在.{1,8}|[^未不]{1,6}中|(?:已|任务已?)?(?:开始|启动)(?:执行|处理|生成)?|未完成"
    ),
}
_ABSENT = (
    r"(?:the)?(?:task|job|generation|operation|record|prediction|order)?(?:is|was)?(?:notfound|notexists?|doesnotexist"
    r"|nonexistent)|nosuch(?:task|job|record)|(?:该|此)?(?:任务|作业|记录|订单)?(?:id|编号)?(?:不存在|未找到|找不到)"
    r"(?:或已(?:过期|删除))?|(?:未找到|找不到)(?:该|此)?(?:任务|作业|记录|订单)"
)
_COMPILED = [(state, re.compile(pattern)) for group in (_OPEN, _ENDS) for state, pattern in group.items()]
_LONGEST = 120
"""Letters of a word that says a state, folded."""
_ABSENCE = re.compile(_ABSENT)


def everyday_state(word: str) -> TaskState | None:
    """Return what a word says of a task; None for one that is not of everyday use.

    Args:
        word: Folded: lower case, without `-`, `_` and spaces, with one `l` in `canceled`.
    """
    if len(word) > _LONGEST:
        return None
    return next((state for state, pattern in _COMPILED if pattern.fullmatch(word)), None)


def means_absent(word: str) -> bool:
    """Return whether a folded word says that the product does not know the task."""
    return len(word) <= _LONGEST and _ABSENCE.fullmatch(word) is not None
