*** Settings ***
Documentation       What a ComfyUI without /api/jobs does with prompts.
Library             RequestsLibrary
Library             AIGCLibrary    providers=${CURDIR}/comfyui.yaml
Suite Setup         Create Session    product    ${URL}
Test Timeout        2 min


*** Variables ***
${URL}      http://127.0.0.1:8188


*** Test Cases ***
All Pictures Of A Prompt Are Files, In Measured Time
    ${task} =    Order    cat    seconds=${2}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    2
    Get Task Duration    ${task}    >=    1.8 s
    Get Task Duration    ${task}    <=    2.5 s
    Process Task Files    ${task}

The Same Graph Again Is A Stale Result
    ${first} =    Order    twice
    Wait For Task    ${first}    timeout=1 min
    ${second} =    Order    twice
    Run Keyword And Expect Error    *AIGC212*    Wait For Task    ${second}    timeout=1 min

A Prompt Of Which All Is Cached Has No Result
    ${task} =    Order    cached
    Run Keyword And Expect Error    *AIGC20*    Wait For Task    ${task}    timeout=1 min

A Node That Fails Tells Why
    ${task} =    Order    broken
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    Should Contain    ${said}    Truncated File Read

A Graph That Is Not Valid Names What Is Wrong In It
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Order And Wait    narrow
    Should Contain    ${said}    Value -5 smaller than min of 1

A Second Prompt Waits, And Is Cancelled In The Queue
    ${first} =    Order    one    seconds=${4}
    ${second} =    Order    two
    Get Task State    ${second}    ==    queued
    Cancel Task    ${second}
    Get Task State    ${second}    ==    cancelled
    Wait For Task    ${first}    timeout=1 min

A Running Prompt Is Interrupted By The Description Of The How-To
    ${graph} =    Evaluate
    ...    {'9': {'class_type': 'SaveImage', 'inputs': {'filename_prefix': 'slow', 'seconds': 30}}}
    ${task} =    Submit Task    image    provider=comfyui_running    session=product    prompt=${graph}
    Wait For Task    ${task}    processing    timeout=10 s
    Cancel Task    ${task}
    Get Task State    ${task}    ==    cancelled

An Unknown Id Has Vanished
    ${task} =    Track Task    image    de82e738-b0a3-4249-a419-e31a18a1694a    provider=comfyui_history
    ...    session=product
    Run Keyword And Expect Error    *AIGC205*    Wait For Task    ${task}    timeout=40 s


*** Keywords ***
Order
    [Documentation]    Order a task whose prompt decides what becomes of it.
    [Arguments]    ${prefix}    ${seconds}=${0.5}
    ${graph} =    Evaluate
    ...    {'9': {'class_type': 'SaveImage', 'inputs': {'filename_prefix': $prefix, 'seconds': $seconds}}}
    ${task} =    Submit Task    image    provider=comfyui_history    session=product    prompt=${graph}
    RETURN    ${task}

Order And Wait
    [Documentation]    Order a task and wait for its end.
    [Arguments]    ${prefix}
    ${task} =    Order    ${prefix}
    Wait For Task    ${task}    timeout=30 s
