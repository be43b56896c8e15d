*** Settings ***
Documentation       The pages of the studio after a redesign: test ids are gone, labels have changed, parts have moved.

Resource            ../../keywords/studio_ui.resource

Suite Setup         Connect And Open Redesigned Studio
Suite Teardown      Close Studio


*** Test Cases ***
The Generate Button Is Lost
    [Documentation]    The locator file still knows the old names; the suggestion shows the new ones, checked.
    Go To    ${STUDIO_URL}/generate
    Click Target    generate.generate_button

A Field Known By One Test Id Is Lost
    [Documentation]    Its locator has no second tier; the suggestion adds one that holds.
    Go To    ${STUDIO_URL}/generate
    Fill Target    old_form.prompt    a paper boat

A Misspelled Target Is Named
    [Documentation]    The name is not in the locator files; the near one is.
    Go To    ${STUDIO_URL}/generate
    Click Target    generate.generate_buton


*** Keywords ***
Connect And Open Redesigned Studio
    [Documentation]    Uses the page in its old design, so that its targets are known, then in the new one.
    Connect To Studio
    Load Locators    ${CURDIR}/old_form.yaml
    VAR    ${STUDIO_UI}    1    scope=SUITE
    Open Studio
    Go To    ${STUDIO_URL}/generate
    Get Target Tier    generate.generate_button    ==    gold
    Get Target Tier    old_form.prompt    ==    gold
    Go To    ${STUDIO_URL}/generate?ui=3
