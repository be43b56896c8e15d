*** Settings ***
Documentation       What a BentoML server does with its tasks.
Library             RequestsLibrary
Library             AIGCLibrary
Resource            crash.resource
Suite Setup         Warm Up
Test Timeout        2 min


*** Variables ***
${URL}      http://127.0.0.1:3000


*** Test Cases ***
A Picture Is Made In A Measured Time
    ${task} =    Order    a cat    seconds=${2}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Should Be Equal    ${result.state}    completed
    Get Task Duration    ${task}    >=    1.5 s
    Get Task Duration    ${task}    <=    8 s

A Film Is A File
    ${task} =    Submit Task    video    provider=bentoml    session=product    route=clip    prompt=sea
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    1
    ${reports} =    Process Task Files    ${task}
    Should Be Equal    ${reports[0].media_type}    video/mp4

A Result That The Server Cannot Store Never Ends
    ${task} =    Submit Task    video    provider=bentoml    session=product    route=video    prompt=sea
    ${said} =    Run Keyword And Expect Error    *AIGC201*    Wait For Task    ${task}    timeout=6 s
    Should Contain    ${said}    is still 'processing'

Facts Are A Result
    ${task} =    Submit Task    facts    provider=bentoml    session=product    route=facts    prompt=sea
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Should Be Equal As Integers    ${result.result.raw['frames']}    48

A Crash Is An Internal Error
    ${task} =    Order    crash
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    Should Contain    ${said}    internal

A Wrong Input Names The Input
    ${task} =    Submit Task    image    provider=bentoml    session=product    route=image    seconds=${1}
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=30 s
    Should Contain    ${said}    prompt

An Unknown Route Is Reported With The Answer
    ${said} =    Run Keyword And Expect Error    *
    ...    Submit Task    image    provider=bentoml    session=product    route=nothing    prompt=cat
    Should Contain    ${said}    404

Two Tasks On One Thread Both End
    ${first} =    Order    first    seconds=${3}
    ${second} =    Order    second    seconds=${1}
    Wait For All Tasks    ${first}    ${second}    timeout=1 min

A Queued Task Is Cancelled Or The Refusal Is Reported
    ${first} =    Order    first    seconds=${4}
    ${second} =    Order    second    seconds=${1}
    ${ended}    ${said} =    Run Keyword And Ignore Error    Cancel Task    ${second}
    ${state} =    Get Task State    ${second}
    IF    '${ended}' == 'PASS'
        Should Be Equal    ${state}    cancelled
    ELSE
        Should Contain    ${said}    AIGC210
    END
    Wait For Task    ${first}    timeout=1 min

A Task Is Followed From Its Id Alone
    ${answer} =    POST On Session    product    /image/submit    json=${{{'prompt': 'sea', 'seconds': 1}}}
    VAR    ${id} =    ${answer.json()['task_id']}
    ${task} =    Track Task    image    ${id}    provider=bentoml    session=product    route=image
    Wait For Task    ${task}    timeout=1 min

An Unknown Id Has Vanished
    ${task} =    Track Task    image    nosuch    provider=bentoml    session=product    route=image
    Run Keyword And Expect Error    *AIGC205*    Wait For Task    ${task}    timeout=40 s

A Completed Task Is Not Ordered Again
    ${task} =    Order    a cat
    Wait For Task    ${task}    timeout=1 min
    Run Keyword And Expect Error    *AIGC209*    Retry Task    ${task}

An Endless Task Is Given Up In Time
    ${task} =    Order    slow    seconds=${12}
    ${said} =    Run Keyword And Expect Error    *AIGC201*    Wait For Task    ${task}    timeout=4 s
    Should Contain    ${said}    timeout 4 s
    Wait For Task    ${task}    timeout=1 min

A Refused Cancel Is Not Taken For The End
    [Documentation]    The server answers 400, reports `canceled`, and completes the job nevertheless.
    ${task} =    Order    slow    seconds=${3}
    Wait For Task    ${task}    processing    timeout=20 s
    ${ended}    ${said} =    Run Keyword And Ignore Error    Cancel Task    ${task}
    Sleep    4 s    # until the job is over at the product
    ${state} =    Get Task State    ${task}
    IF    '${ended}' == 'FAIL'    Should Contain    ${said}    AIGC210
    Should Be Equal    ${state}    completed

A Killed Server Is Reported As Gone
    ${task} =    Order    slow    seconds=${12}
    Wait For Task    ${task}    processing    timeout=20 s
    Kill The Server
    Product Is Reported As Gone    ${task}


*** Keywords ***
Warm Up
    [Documentation]    The first task of a server takes longer.
    Create Session    product    ${URL}
    ${task} =    Order    warm
    Wait For Task    ${task}    timeout=1 min

Order
    [Documentation]    Order a task whose prompt decides what becomes of it.
    [Arguments]    ${prompt}    ${seconds}=${1}
    ${task} =    Submit Task    image    provider=bentoml    session=product
    ...    route=image    prompt=${prompt}    seconds=${seconds}
    RETURN    ${task}
