*** Settings ***
Documentation       Submits tasks through the API, waits for them, and verifies their files. Needs no browser.

Resource            ../keywords/studio_api.resource

Suite Setup         Connect To Studio


*** Test Cases ***
An Image Comes In Time And Is Whole
    [Documentation]    The business keyword of this line is in keywords/studio_api.resource.
    Image Should Be Delivered    a cat on the moon    320x180    1 min

A Video Is Labelled As AI-Generated
    [Documentation]    GB 45438-2025 requires a label in the metadata of the file.
    ${report} =    Video Should Be Delivered    a paper boat in the rain    2    5 min
    AIGC Label Should Be Valid    ${report.path}

A Scene Is Prepared And Removed
    [Documentation]    The data lives as long as the test.
    ${data} =    Prepare Data    image_generation_only    prompt=a lighthouse
    Should Not Be Empty    ${data.scene.id}
