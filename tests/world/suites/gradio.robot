*** Settings ***
Documentation       What a Gradio server does with tasks, by its call API and by its queue.
Library             Collections
Library             RequestsLibrary
Library             AIGCLibrary
Resource            crash.resource
Suite Setup         Create Session    product    ${URL}
Test Timeout        2 min


*** Variables ***
${URL}      http://127.0.0.1:7860


*** Test Cases ***
A Picture Comes By The Queue With Its Measured Duration
    ${task} =    Order By Queue    a cat    seconds=${3}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    1
    Get Task Duration    ${task}    >=    2.5 s
    Get Task Duration    ${task}    <=    5 s
    Process Task Files    ${task}

A Picture Comes By The Call
    ${task} =    Order By Call    a cat    seconds=${1}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    1
    Process Task Files    ${task}

All Pictures Of A Gallery Are Files
    ${data} =    Evaluate    ['cats', 2]
    ${task} =    Submit Task    image    provider=gradio_call    session=product    api_name=batch    data=${data}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    2

A Film Is A File
    ${task} =    Submit Task    video    provider=gradio_call    session=product    api_name=film    data=${{['sea']}}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    1
    ${reports} =    Process Task Files    ${task}
    Should Be Equal    ${reports[0].media_type}    video/mp4

An Empty Prompt Fails With The Words Of The Product
    ${task} =    Order By Queue    ${EMPTY}
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    Should Contain    ${said}    The prompt is empty

A Refused Prompt Is Moderation
    ${task} =    Order By Queue    nsfw
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    Should Contain    ${said}    moderation

A Crash Is An Internal Error
    ${task} =    Order By Queue    crash
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    Should Contain    ${said}    CUDA out of memory

A Running Task Is Cancelled
    ${task} =    Order By Queue    slow    seconds=${30}
    Wait For Task    ${task}    processing    timeout=20 s
    Cancel Task    ${task}
    Get Task State    ${task}    ==    cancelled

A Full Queue Is Waited For
    VAR    @{tasks} =    @{EMPTY}
    FOR    ${number}    IN RANGE    5
        ${task} =    Order By Queue    cat ${number}    seconds=${1}
        Append To List    ${tasks}    ${task}
    END
    Wait For All Tasks    @{tasks}    timeout=90 s

A Second Task Is Queued While The First Runs
    ${first} =    Order By Queue    first    seconds=${4}
    ${second} =    Order By Queue    second    seconds=${1}
    Wait For Task    ${first}    processing    timeout=20 s
    Get Task State    ${second}    ==    queued
    Wait For All Tasks    ${first}    ${second}    timeout=1 min

An Unknown Name Of A Function Is Reported With The Answer
    ${said} =    Run Keyword And Expect Error    *
    ...    Submit Task    image    provider=gradio_call    session=product    api_name=nothing    data=${{[]}}
    Should Contain    ${said}    HTTP

An Unknown Id Has Vanished
    ${task} =    Track Task    image    nosuchevent    provider=gradio_call    session=product    api_name=generate
    Run Keyword And Expect Error    *AIGC205*    Wait For Task    ${task}    timeout=40 s

Another Process Takes A Result That Can Be Read Once For No Failure
    ${task} =    Order By Call    a cat    seconds=${2}
    Wait For Task    ${task}    processing    timeout=20 s
    ${ended} =    Wait In Another Process    ${task}
    Should Not Contain    ${ended}    AIGC202

A Killed Server Is Reported As Gone
    ${task} =    Order By Queue    slow    seconds=${30}
    Wait For Task    ${task}    processing    timeout=20 s
    Kill The Server
    Product Is Reported As Gone    ${task}


*** Keywords ***
Order By Queue
    [Documentation]    Order a picture by the queue.
    [Arguments]    ${prompt}    ${seconds}=${1}
    ${data} =    Evaluate    [$prompt, $seconds]
    ${task} =    Submit Task    image    provider=gradio_queue    session=product    fn_index=0    data=${data}
    RETURN    ${task}

Order By Call
    [Documentation]    Order a picture by the call API.
    [Arguments]    ${prompt}    ${seconds}=${1}
    ${data} =    Evaluate    [$prompt, $seconds]
    ${task} =    Submit Task    image    provider=gradio_call    session=product    api_name=generate    data=${data}
    RETURN    ${task}
