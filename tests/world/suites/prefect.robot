*** Settings ***
Documentation       What a Prefect server does with flow runs.
Library             RequestsLibrary
Library             AIGCLibrary
Resource            crash.resource
Suite Setup         Find Deployment
Test Timeout        2 min


*** Variables ***
${URL}      http://127.0.0.1:4200


*** Test Cases ***
A Flow Run Completes
    ${task} =    Order    sea    seconds=${2}
    Wait For Task    ${task}    timeout=90 s
    Get Task Duration    ${task}    >=    1.5 s

A Flow Run That Fails Tells Why
    ${task} =    Order    forbidden
    ${said} =    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=90 s
    Should Contain    ${said}    content policy violation

A Wrong Parameter Is Refused
    ${said} =    Run Keyword And Expect Error    *
    ...    Submit Task    video    provider=prefect    session=product    deployment=${DEPLOYMENT}    seconds=soon
    Should Contain    ${said}    bad input

An Unknown Deployment Is Reported With The Answer
    ${said} =    Run Keyword And Expect Error    *
    ...    Submit Task    video    provider=prefect    session=product
    ...    deployment=0f7fcc7b-d4c2-453f-812a-b81c2a5c96e7    prompt=sea
    Should Contain    ${said}    404

A Running Flow Run Is Cancelled
    ${task} =    Order    slow    seconds=${40}
    Wait For Task    ${task}    processing    timeout=60 s
    Cancel Task    ${task}
    Get Task State    ${task}    ==    cancelled

An Unknown Id Has Vanished
    ${task} =    Track Task    video    0f7fcc7b-d4c2-453f-812a-b81c2a5c96e7    provider=prefect    session=product
    Run Keyword And Expect Error    *AIGC205*    Wait For Task    ${task}    timeout=40 s

A Killed Server Is Reported As Gone
    ${task} =    Order    slow    seconds=${40}
    Wait For Task    ${task}    processing    timeout=60 s
    Kill The Server
    Product Is Reported As Gone    ${task}


*** Keywords ***
Find Deployment
    [Documentation]    Wait until the deployment is served.
    Create Session    product    ${URL}/api
    Wait Until Keyword Succeeds    60 s    1 s    Read Deployment

Read Deployment
    [Documentation]    Keep the id of the deployment.
    ${answer} =    GET On Session    product    /deployments/name/generate-video/api
    VAR    ${DEPLOYMENT} =    ${answer.json()['id']}    scope=SUITE

Order
    [Documentation]    Order a task whose prompt decides what becomes of it.
    [Arguments]    ${prompt}    ${seconds}=${1}
    ${task} =    Submit Task    video    provider=prefect    session=product
    ...    deployment=${DEPLOYMENT}    prompt=${prompt}    seconds=${seconds}
    RETURN    ${task}
