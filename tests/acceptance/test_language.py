"""English and Chinese suites in one run: names, hints and reports each in their language."""


def test_a_chinese_import_beside_an_english_one(robot):
    run = robot(
        """
*** Settings ***
Library    AIGCLibrary    AS    English
Library    AIGCLibrary    language=zh-CN    AS    Chinese

*** Test Cases ***
Both Speak Their Own Language
    English.Get Plugins    contains    async_task
    Chinese.获取插件    contains    async_task
    Chinese.Get Plugins    contains    async_task
"""
    )
    assert run.code == 0, run.console
