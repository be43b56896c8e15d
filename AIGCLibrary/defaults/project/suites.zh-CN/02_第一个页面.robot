Language: zh-CN
# robocop: off=NAME05,NAME06,NAME07

*** 设置 ***
说明                在浏览器里提交一段视频，等待完成，验收文件。
资源文件            ../keywords/zh/工作室页面.resource
用例集启程          连接工作室
用例集终程          关闭浏览器


*** 用例 ***
在页面上提交视频
    [说明]    页面上的每个位置都是 resources/locators 中的元素。
    打开工作室
    ${任务} =    在页面提交视频    发条猫头鹰    2
    等待任务    ${任务}    timeout=5 min
    处理任务文件    ${任务}    rules=video
