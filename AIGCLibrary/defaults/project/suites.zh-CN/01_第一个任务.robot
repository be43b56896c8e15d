Language: zh-CN
# robocop: off=NAME05,NAME06,NAME07

*** 设置 ***
说明                通过接口提交任务，等待完成，验收文件；不需要浏览器。
资源文件            ../keywords/zh/工作室.resource
用例集启程          连接工作室


*** 用例 ***
图片按时完整交付
    [说明]    这一行的业务关键字写在 keywords/zh/工作室.resource 中。
    图片应按时交付    月亮上的猫    320x180    1 min

视频带有人工智能生成内容标识
    [说明]    GB 45438-2025 要求在文件元数据中写入标识。
    ${报告} =    视频应按时交付    雨中的纸船    2    5 min
    AIGC 标识应有效    ${报告.path}

场景用完即清理
    [说明]    准备的数据在用例结束时删除，用例失败也一样。
    ${数据} =    准备数据    image_generation_only    prompt=灯塔
    Should Not Be Empty    ${数据.scene.id}
