*** Settings ***
Documentation       Tasks without a browser: many at once, by priority, cancelled, refused, their states asserted.

Resource            ../keywords/studio_api.resource

Suite Setup         Connect To Studio

Test Tags           api


*** Test Cases ***
Several Tasks Run At Once
    [Documentation]    Three kinds are ordered together and waited for together.
    ${image} =    Submit Task    image    prompt=a lighthouse
    ${audio} =    Submit Task    audio    prompt=waves and gulls    duration=3
    ${video} =    Submit Task    video    prompt=a lighthouse in the storm    duration=2    priority=9
    ${results} =    Wait For All Tasks    ${image}    ${audio}    ${video}    timeout=5 min
    FOR    ${result}    IN    @{results}
        Should Be Equal    ${result.state}    completed
    END

The First Of Two Is Enough
    [Documentation]    Two drafts are ordered, the one that is done first is used.
    ${one} =    Submit Task    image    prompt=a quick draft
    ${two} =    Submit Task    image    prompt=another quick draft
    ${winner} =    Wait For Any Task    ${one}    ${two}    timeout=5 min
    Should Be True    $winner.task in ($one, $two)
    Should Not Be Empty    ${winner.result.files}

A Task Is Cancelled So That It Costs Nothing More
    [Documentation]    What the product says afterwards counts, not that it accepted the request.
    ${task} =    Submit Task    video    prompt=a scene nobody needs    duration=60    priority=0
    Cancel Task    ${task}
    Get Task State    ${task}    ==    cancelled

A Forbidden Prompt Is Refused As Moderation
    [Documentation]    A refusal by the content policy is not reported as a broken product.
    ${task} =    Submit Task    image    prompt=forbidden scene
    Run Keyword And Expect Error    *AIGC202*    Wait For Task    ${task}    timeout=1 min
    ${diagnosis} =    Get Task Diagnosis    ${task}
    Should Be Equal    ${diagnosis.error}[class]    moderation

Characters Are Prepared In Parallel And Removed
    [Documentation]    The data lives as long as the test; what is left over is reported, never silent.
    ${data} =    Prepare Data    character_creation    count=2
    GET On Session    ${ENVIRONMENT}    /characters/${data}[0][character][id]    expected_status=200
    ${removed} =    Clean Up Data    test
    Should Be True    ${removed} > 0
    GET On Session    ${ENVIRONMENT}    /characters/${data}[0][character][id]    expected_status=404

A Plugin Waits For A Task
    [Documentation]    The same abilities are plug-ins, for suites that compose them by name.
    ${task} =    Submit Task    image    prompt=a red bicycle
    ${result} =    Execute Plugin    async_task    task_id=${task}    task_type=image
    Should Be Equal    ${result.status}    completed
