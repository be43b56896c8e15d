*** Settings ***
Documentation       Tasks that stall, never end, or fail: each failure says which state, how long, and what to try.

Resource            ../../keywords/studio_api.resource

Suite Setup         Connect To Studio


*** Test Cases ***
A Task Stalls
    [Documentation]    Progress stops at 60 %: the message tells it, and since when.
    ${task} =    Submit Task    video    prompt=a film that never ends    misbehave={"stall": 0.6}
    Wait For Task    ${task}    timeout=20 s

A Task Fails For Lack Of Quota
    [Documentation]    The product's own reason and its class are in the message.
    ${task} =    Submit Task    image    prompt=a very large canvas    misbehave={"fail_class": "quota"}
    Wait For Task    ${task}    timeout=1 min

A Prompt Is Refused
    [Documentation]    A refusal by the content policy is the tester's to change, not the product's to repair.
    ${task} =    Submit Task    image    prompt=forbidden scene
    Wait For Task    ${task}    timeout=1 min
