*** Settings ***
Documentation       What a Cog server does with held calls.
Library             RequestsLibrary
Library             AIGCLibrary
Resource            crash.resource
Suite Setup         Create Session    product    ${URL}
Test Timeout        2 min


*** Variables ***
${URL}      http://127.0.0.1:5000


*** Test Cases ***
A Picture Comes As A Data URL And Is Processed
    ${task} =    Order    a cat
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    1
    Process Task Files    ${task}

Several Pictures Are Several Files
    VAR    &{inputs} =    prompt=cats    count=${3}    kind=webp    seconds=${0.5}
    ${task} =    Submit Task    image    provider=cog    session=product    inputs=${inputs}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    3

A Result Without Files Is No Success
    VAR    &{inputs} =    prompt=none    count=${0}    seconds=${0.5}
    ${task} =    Submit Task    image    provider=cog    session=product    inputs=${inputs}
    Run Keyword And Expect Error    *AIGC20*    Wait For Task    ${task}    timeout=1 min

A Refused Prompt Is Moderation
    ${task} =    Order    nsfw
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    Should Contain    ${said}    moderation

A Wrong Input Is Refused
    VAR    &{inputs} =    prompt=cat    kind=gif
    ${said} =    Run Keyword And Expect Error    *AIGC202*
    ...    Order And Wait    ${inputs}
    Should Contain    ${said}    bad input

The Call Is Processing While It Is Held
    ${task} =    Order    a cat    seconds=${4}
    Wait For Task    ${task}    processing    timeout=10 s
    Wait For Task    ${task}    timeout=1 min
    Get Task Duration    ${task}    >=    3.5 s

The SLA Holds For A Held Call
    VAR    &{inputs} =    prompt=slow    seconds=${10}
    ${task} =    Submit Task    image    provider=cog    session=product    inputs=${inputs}    sla={"timeout": 4}
    ${before} =    Get Time    epoch
    Run Keyword And Expect Error    *AIGC201*    Wait For Task    ${task}
    ${after} =    Get Time    epoch
    Should Be True    ${after} - ${before} < 7
    Cancel Task    ${task}

A Running Task Is Cancelled And The Next One Is Taken
    [Documentation]    Cog 0.9 answers nothing while it holds a call: the task ends before the cancel is read.
    ${task} =    Order    slow    seconds=${8}
    Wait For Task    ${task}    processing    timeout=10 s
    Cancel Task    ${task}
    ${state} =    Get Task State    ${task}
    IF    '${state}' == 'completed'    Get Task Duration    ${task}    >=    7.9 s
    IF    '${state}' != 'completed'    Should Be Equal    ${state}    cancelled
    ${next} =    Order    a cat
    Wait For Task    ${next}    timeout=1 min

A Busy Server Is Waited For
    ${first} =    Order    first    seconds=${3}
    Wait For Task    ${first}    processing    timeout=10 s
    ${second} =    Order    second
    Wait For All Tasks    ${first}    ${second}    timeout=1 min

By Webhook A Picture Comes, Too
    ${task} =    Order By Webhook    a cat
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    1
    Get Task Duration    ${task}    <=    5 s

By Webhook A Refused Prompt Is Moderation
    ${task} =    Order By Webhook    nsfw
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    Should Contain    ${said}    moderation

By Webhook A Running Task Is Cancelled
    ${task} =    Order By Webhook    slow    seconds=${20}
    Wait For Task    ${task}    processing    timeout=10 s
    Cancel Task    ${task}
    Get Task State    ${task}    ==    cancelled

By Webhook A Busy Server Is Waited For
    ${first} =    Order By Webhook    first    seconds=${3}
    Wait For Task    ${first}    processing    timeout=10 s
    ${second} =    Order By Webhook    second
    Wait For All Tasks    ${first}    ${second}    timeout=1 min

What Cannot Be Asked For Is Refused At Once
    ${said} =    Run Keyword And Expect Error    *    Track Task    image    nosuch    provider=cog    session=product
    Should Contain    ${said}    cog

A Killed Server Is Reported As Gone
    ${task} =    Order    slow    seconds=${20}
    Wait For Task    ${task}    processing    timeout=60 s
    Kill The Server
    Product Is Reported As Gone    ${task}


*** Keywords ***
Order
    [Documentation]    Order a task whose prompt decides what becomes of it.
    [Arguments]    ${prompt}    ${seconds}=${1}
    VAR    &{inputs} =    prompt=${prompt}    seconds=${seconds}
    ${task} =    Submit Task    image    provider=cog    session=product    inputs=${inputs}
    RETURN    ${task}

Order By Webhook
    [Documentation]    Order a task whose end is reported by a webhook.
    [Arguments]    ${prompt}    ${seconds}=${1}
    VAR    &{inputs} =    prompt=${prompt}    seconds=${seconds}
    ${task} =    Submit Task    image    provider=cog_webhook    session=product    inputs=${inputs}
    RETURN    ${task}

Order And Wait
    [Documentation]    Order a task and wait for its end.
    [Arguments]    ${inputs}
    ${task} =    Submit Task    image    provider=cog    session=product    inputs=${inputs}
    Wait For Task    ${task}    timeout=30 s
