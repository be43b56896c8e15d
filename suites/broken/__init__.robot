*** Settings ***
Documentation       A product that was redesigned and has bad days: every test here fails, and says what to change.
...
...                 Run it with ``python bootstrap.py demo --broken``. In any other run these tests are skipped.

Suite Setup         Skip Unless The Studio Is Broken

Test Tags           broken


*** Variables ***
${BROKEN}           ${False}


*** Keywords ***
Skip Unless The Studio Is Broken
    [Documentation]    Keeps a plain `robot suites` green.
    Skip If    not ${BROKEN}    These tests fail on purpose. Run them with: python bootstrap.py demo --broken
