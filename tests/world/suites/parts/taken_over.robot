*** Settings ***
Documentation       Waits for a task that another test run ordered.
Library             RequestsLibrary
Library             AIGCLibrary
Suite Setup         Create Session    product    ${URL}


*** Variables ***
${URL}          http://127.0.0.1:7860
${HANDLE}       ${EMPTY}


*** Test Cases ***
A Task Is Taken Over
    Wait For Task    ${HANDLE}    timeout=20 s
