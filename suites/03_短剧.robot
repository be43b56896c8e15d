Language: zh-CN
# robocop: off=NAME05,NAME06,NAME07

*** 设置 ***
说明                中文用例：用接口准备剧本，生成图片与视频，核对内容标识，最后检查服务等级目标（SLO）。
资源文件            ../keywords/zh/工作室.resource
用例集启程          连接工作室
用例标签            中文


*** 用例 ***
短剧的数据由接口准备
    [说明]    剧本、分集、角色、场景一次准备好，用例结束后自动清理。
    ${数据} =    准备数据    full_video_creation    title=雨夜集市    episodes=2
    Should Be Equal    ${数据.script.title}    雨夜集市
    Length Should Be    ${数据.episode}    2

图片清单
    [说明]    关键字表：每一行就是一个用例。
    [模板]    图片应按时交付
    雨夜集市里的一只纸船    640x360    1 min
    月亮上的猫              320x180    1 min

视频带有人工智能生成内容标识
    [说明]    按照 GB 45438-2025 检查文件元数据中的隐式标识。
    ${报告} =    视频应按时交付    夜市的霓虹灯    3    5 min
    AIGC标识应有效    ${报告.path}
    获取AIGC标识    ${报告.path}    Label    ==    1

违禁提示词被内容审核拒绝
    [说明]    内容审核的拒绝与系统故障必须能区分开。
    ${任务} =    提交任务    image    prompt=违禁画面
    Run Keyword And Expect Error    *AIGC202*    等待任务    ${任务}    timeout=1 min
    ${诊断} =    获取任务诊断    ${任务}
    Should Be Equal    ${诊断.error}[class]    moderation
