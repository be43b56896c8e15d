*** Settings ***
Documentation       Submits a video in the browser, waits for it, and verifies its file.

Resource            ../keywords/studio_ui.resource

Suite Setup         Connect To Studio
Suite Teardown      Close Studio


*** Test Cases ***
A Video Is Submitted In The Page
    [Documentation]    Every place on the page is a target of resources/locators.
    Open Studio
    ${task} =    Submit Video In The Page    a clockwork owl    2
    Wait For Task    ${task}    timeout=5 min
    Process Task Files    ${task}    rules=video
