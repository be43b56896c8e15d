"""English and Chinese suites in one run: names, hints and reports each in their language."""

import re

import pytest

from tests.support.robot_run import ROOT


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


WAITS = """
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary    providers={provider}    {language}
Suite Setup    Open Session

*** Test Cases ***
Too Slow
    ${{task}} =    Submit Task    video    prompt=a cat    misbehave={{"never_end": true}}
    Wait For Task    ${{task}}    timeout=200 ms

Refused
    ${{task}} =    Submit Task    image    prompt=forbidden scene
    Wait For Task    ${{task}}    timeout=1 min

*** Keywords ***
Open Session
    VAR    &{{headers}}    Authorization=Bearer studio-demo-token
    Create Session    studio    {url}/api/v1    headers=${{headers}}
"""


@pytest.mark.parametrize(
    ("language", "slow", "refused"),
    [
        ("language=en", r"^Task 'video:\w+' is still '.*' after .* \[AIGC201]\n\n", r" failed after .* \[AIGC202]\n\n"),
        (
            "language=zh-CN",
            r"^任务“video:\w+”已过 .*，仍为“.*（总超时 200 ms，查询 .* \[AIGC201]\n\n",
            r"^任务“image:\w+”失败（.*内容审核未通过.* \[AIGC202]\n\n",
        ),
    ],
)
def test_a_wait_that_failed_is_reported_in_the_language_of_the_suite(robot, studio, language, slow, refused):
    provider = ROOT / "resources" / "providers" / "studio.yaml"
    run = robot(WAITS.format(provider=provider.as_posix(), url=studio.url, language=language))
    first, second = run.tests["Too Slow"], run.tests["Refused"]
    assert re.search(slow, first.message), first.message
    assert re.search(refused, second.message), second.message
    # What is suggested comes of the facts of the error, so it knows the task in either language.
    assert "async_task.timeout" in first.metadata.values()
    assert "async_task.moderation" in second.metadata.values()
