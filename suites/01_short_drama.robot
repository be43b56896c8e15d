*** Settings ***
Documentation       The whole way of a short drama: its script is prepared by the API, its video is ordered in the
...                 browser, waited for, downloaded and verified, and the objectives of the run are checked.

Resource            ../keywords/studio_ui.resource

Suite Setup         Connect To Studio
Suite Teardown      Close Studio

Test Tags           end-to-end


*** Test Cases ***
An Episode Becomes A Verified Video
    [Documentation]    Prepared by API, generated in the browser, verified as a file, removed afterwards.
    ${drama} =    Prepare Data    full_video_creation    title=Night Market    episodes=3    locale=en
    Open Studio
    ${task} =    Submit Video In The Page    ${drama.scene[0].description}    4
    ${result} =    Wait For Task    ${task}    timeout=5 min
    Should Be True    ${result.duration} > 0
    Task Should Be Shown As    ${drama.scene[0].description}    done
    ${reports} =    Process Task Files    ${task}    rules=studio-video    keep_temp=always
    Get AIGC Label    ${reports}[0][path]    Label    ==    1

Its Frames Come As A Safe And Complete Archive
    [Documentation]    A bundle holds what its manifest says: names, sizes and hashes of every frame.
    ${task} =    Submit Task    bundle    prompt=Night market, storyboard    frames=8
    Wait For Task    ${task}    timeout=5 min
    ${reports} =    Process Task Files    ${task}    rules=studio-bundle
    Should Be Equal As Integers    ${reports}[0][archive][count]    9    msg=Eight frames and a manifest

The Objectives Of This Run Are Met
    [Documentation]    Fails only when the samples prove a breach; few samples are unproven, not red.
    [Tags]    slo
    SLO Should Be Met    locator.gold_hit_rate    async_task.completion_rate    file_processing.success_rate
