*** Settings ***
Documentation       Data that cannot be prepared: what was asked, what the product answered, what was removed again.

Resource            ../../keywords/studio_api.resource

Suite Setup         Connect To Studio


*** Test Cases ***
An Unknown Template Is Named
    [Documentation]    The near name is offered.
    Prepare Data    full_video_creatoin

The Product Refuses The Data
    [Documentation]    The script was made and is removed again; the message shows the request and the answer.
    Prepare Data    character_creation    name=${EMPTY}

A Wrong Token Is Refused
    [Documentation]    The product says 401; the message says where the token comes from.
    Create Session    stranger    ${STUDIO_URL}/api/v1    headers={"Authorization": "Bearer wrong"}
    Submit Task    image    prompt=a cat    session=stranger
