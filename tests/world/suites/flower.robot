*** Settings ***
Documentation       What Celery behind Flower does with tasks.
Library             Collections
Library             RequestsLibrary
Library             AIGCLibrary
Resource            crash.resource
Suite Setup         Create Session    product    ${URL}
Test Timeout        2 min


*** Variables ***
${URL}      http://127.0.0.1:5555


*** Test Cases ***
A Film Is Made
    ${task} =    Order    a cat    seconds=${2}
    ${result} =    Wait For Task    ${task}    timeout=1 min
    Length Should Be    ${result.result.files}    1

A Duration That The Product Does Not Report Is Bounded By The Polls
    ${task} =    Order    a cat    seconds=${3}
    Wait For Task    ${task}    timeout=1 min
    Get Task Duration    ${task}    <=    7 s

A Refused Prompt Is Moderation
    ${task} =    Order    a cat    fail=policy
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    Should Contain    ${said}    content policy violation

A Task That The Product Repeats Itself Ends Once
    ${task} =    Order    a cat    fail=once
    Wait For Task    ${task}    timeout=1 min
    Get Task State    ${task}    ==    completed

An Unknown Name Of A Task Is Reported With The Answer
    ${said} =    Run Keyword And Expect Error    *
    ...    Submit Task    video    provider=flower    session=product    task_name=toy.nothing    prompt=cat
    Should Contain    ${said}    404

A Running Task Is Cancelled
    ${task} =    Order    slow    seconds=${30}
    Wait For Task    ${task}    processing    timeout=20 s
    Cancel Task    ${task}
    Get Task State    ${task}    ==    cancelled

A Second Task Waits For The First
    ${first} =    Order    first    seconds=${3}
    ${second} =    Order    second    seconds=${1}
    Wait For Task    ${first}    processing    timeout=20 s
    Get Task State    ${second}    ==    queued
    Wait For All Tasks    ${first}    ${second}    timeout=1 min

An Unknown Id Is Never A Success
    ${task} =    Track Task    video    0f7fcc7b-d4c2-453f-812a-b81c2a5c96e7    provider=flower    session=product
    Run Keyword And Expect Error    *AIGC20*    Wait For Task    ${task}    timeout=8 s

A Killed Server Is Reported As Gone
    ${task} =    Order    slow    seconds=${12}
    Wait For Task    ${task}    processing    timeout=60 s
    Kill The Server
    Product Is Reported As Gone    ${task}


*** Keywords ***
Order
    [Documentation]    Order a task whose prompt decides what becomes of it.
    [Arguments]    ${prompt}    ${seconds}=${1}    ${fail}=${None}
    VAR    &{inputs} =    task_name=toy.film    prompt=${prompt}    seconds=${seconds}
    IF    $fail    Set To Dictionary    ${inputs}    fail=${fail}
    ${task} =    Submit Task    video    provider=flower    session=product    inputs=${inputs}
    RETURN    ${task}
