*** Settings ***
Documentation       Files that are not what was ordered: corrupt, unlabelled, silent, or dangerous to unpack.

Resource            ../../keywords/studio_api.resource

Suite Setup         Connect To Studio
Test Template       Order And Verify


*** Test Cases ***    KIND      RULES            WHAT IS WRONG
A Corrupt Video       video     studio-video     {"output": "corrupt"}
A Video Cut Short     video     studio-video     {"output": "truncated"}
A Missing Label       video     studio-video     {"output": "unlabelled"}
A Silent Video        video     studio-video     {"output": "silent"}
A Dangerous Archive   bundle    studio-bundle    {"output": "zip_slip"}


*** Keywords ***
Order And Verify
    [Documentation]    Orders a work that the studio spoils on purpose, and verifies it.
    [Arguments]    ${kind}    ${rules}    ${misbehave}
    ${task} =    Submit Task    ${kind}    prompt=a spoiled work    misbehave=${misbehave}
    Wait For Task    ${task}    timeout=5 min
    Process Task Files    ${task}    rules=${rules}
