Language: zh-CN
# robocop: off=NAME05,NAME06,NAME07

*** 设置 ***
说明                中文关键字表：每一行就是一个用例。
资源文件            ../keywords/zh/工作室.resource
用例集启程          连接工作室
用例模板            图片应按时交付


*** 用例 ***        提示词              分辨率      时限
小图                月亮上的猫          320x180     1 min
宽图                雨夜集市里的纸船    640x360     1 min
