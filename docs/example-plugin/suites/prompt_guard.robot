*** Settings ***
Documentation       Checks prompts before they are sent, with the plug-in 'prompt_guard'.

Library             AIGCLibrary    plugins=prompt_guard


*** Test Cases ***
Plugin Is Healthy
    [Documentation]    It is installed and can work.
    Check Plugin Health    prompt_guard

Good Prompt Passes
    [Documentation]    Nothing is wrong with it.
    ${result} =    Execute Plugin    prompt_guard    prompt=a cat on the moon
    Should Be Equal    ${result.status}    completed

Open Placeholder Is Found
    [Documentation]    It would have cost a generation.
    ${result} =    Execute Plugin    prompt_guard    prompt=a <ANIMAL> on the moon
    Should Be Equal    ${result.status}    failed
    Should Contain    ${result.error}    placeholder <ANIMAL>
