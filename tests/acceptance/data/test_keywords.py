"""The Data keywords in real Robot runs against the studio."""

import base64

import pytest
import requests

from tests.support.robot_run import ROOT

TOKEN = "studio-demo-token"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}

PROVIDERS = (ROOT / "resources" / "providers").as_posix()
ENVIRONMENTS = """
environments:
  local:
    base_url: "%{STUDIO_URL}/api/v1"
    auth: {bearer: "%{STUDIO_TOKEN}"}
    vars: {locale: en}
  same: {extends: local}
  prod: {extends: local, protected: true}
"""


@pytest.fixture
def suite(robot, studio, tmp_path):
    """Run a suite with an environments file; text starts at its test cases."""
    (tmp_path / "environments.yaml").write_text(ENVIRONMENTS, encoding="utf-8")

    def run(text, *options, settings="", token=TOKEN):
        head = "*** Settings ***\nLibrary    RequestsLibrary\n"
        head += f"Library    AIGCLibrary    providers={PROVIDERS}\n{settings}\n"
        env = {"STUDIO_URL": studio.url, "STUDIO_TOKEN": token}
        return robot(head + text, *options, env=env)

    return run


def total(studio, kind="scripts", **query):
    return requests.get(f"{studio.url}/api/v1/{kind}", headers=HEADERS, params=query, timeout=60).json()["total"]


def test_data_is_prepared_used_and_removed_even_after_a_failure(suite, studio):
    run = suite(
        """
*** Test Cases ***
Prepared And Failed
    ${data} =    Prepare Data    full_video_creation    title=Night Market    episodes=3
    Get Prepared Data    length(episode)    ==    ${3}
    Get Prepared Data    full_video_creation.script.title    ==    Night Market
    GET On Session    local    /scripts/${data.script.id}    expected_status=200
    VAR    ${SCRIPT}    ${data.script.id}    scope=SUITE
    Fail    The test dies.

Gone Afterwards
    GET On Session    local    /scripts/${SCRIPT}    expected_status=404

Timed Out
    [Timeout]    5 s
    Prepare Data    character_creation
    Sleep    30 s

Plugin
    ${result} =    Execute Plugin    api_mixing    template=image_generation_only    prompt=a pier
    Should Be Equal    ${result.metrics.api_calls}    ${3}
    Should Be Equal    ${result.data.scene.description}    a pier
""",
        settings="Suite Setup    Use Environment    local",
    )
    assert {name: test.status for name, test in run.tests.items()} == {
        "Prepared And Failed": "FAIL",
        "Gone Afterwards": "PASS",
        "Timed Out": "FAIL",
        "Plugin": "PASS",
    }, run.console
    assert total(studio) == 0


def test_data_of_a_suite_lives_until_the_suite_ends(suite, studio):
    run = suite(
        r"""
*** Test Cases ***
First
    ${data} =    Get Prepared Data    script
    GET On Session    local    /scripts/${data.id}    expected_status=200

Second
    ${data} =    Get Prepared Data    script
    GET On Session    local    /scripts/${data.id}    expected_status=200

Adopted And Left Alone
    ${made} =    Prepare Data    full_video_creation    title=Harbour    episodes=2    characters=1
    ${data} =    Adopt Data    full_video_creation    title=Harbour    episodes=2    characters=1
    Should Be Equal    ${data.script.id}    ${made.script.id}
    Should Be Equal    ${data.scene[3].id}    ${made.scene[3].id}
    Run Keyword And Expect Error    *'script' * is not there: *title=Nowhere*
    ...    Adopt Data    full_video_creation    title=Nowhere
    Clean Up Data

Inputs Are Judged
    Check Data Input    character_creation    character.name    ${EMPTY}
    Check Data Input    character_creation    character.name    夜市 \${x}    expected=unchanged
    Check Data Input    character_creation    character.script_id    nobody    expected=bad_input|not_found
    Run Keyword And Expect Error    *'script.title' = 'fine' was accepted; expected bad_input*
    ...    Check Data Input    character_creation    script.title    fine

*** Keywords ***
Prepare The Suite
    Use Environment    local
    Prepare Data    character_creation
""",
        settings="Suite Setup    Prepare The Suite",
    )
    assert run.code == 0, run.console
    assert total(studio) == 0


def test_a_refusal_shows_node_request_and_what_was_removed(suite, studio):
    run = suite(
        """
*** Test Cases ***
Refused
    Use Environment    local
    Prepare Data    character_creation    name=${EMPTY}
"""
    )
    message = run.tests["Refused"].message
    assert "Node 'character' of template 'character_creation' could not be created: POST http://" in message
    assert "answered 422" in message
    assert "Created before: 1 (script (scr_" in message
    assert "all removed again. [AIGC410]" in message
    assert total(studio) == 0


def test_a_wrong_token_and_a_protected_environment_are_reported(suite, studio):
    run = suite(
        """
*** Test Cases ***
Wrong Token
    Use Environment    local    token=nobody-knows
    Prepare Data    character_creation

Protected
    Run Keyword And Expect Error    *'prod' is protected*AIGC403*
    ...    Prepare Data    character_creation    environment=prod
    Prepare Data    character_creation    environment=prod    confirm=prod

Unknown
    Use Environment    locl
"""
    )
    assert "answered 401" in run.tests["Wrong Token"].message
    assert run.tests["Protected"].status == "PASS", run.tests["Protected"].message
    assert "Did you mean 'local'" in run.tests["Unknown"].message


def test_the_plan_and_the_drift_are_shown_in_the_log(suite, studio):
    run = suite(
        """
*** Test Cases ***
Planned
    Use Environment    local
    ${plan} =    Plan Data    full_video_creation    episodes=3
    Should Be Equal As Integers    ${plan.requests}    12
    ${drift} =    Compare Environments    local    same    full_video_creation
    Should Be Equal As Integers    ${drift.count}    0
    ${sync} =    Sync Environments    local    same    full_video_creation
    Should Be Equal As Integers    ${sync.create}    0
    Run Keyword And Expect Error    *'prod' is protected*
    ...    Sync Environments    local    prod    full_video_creation    dry_run=False
"""
    )
    assert run.code == 0, run.console
    output = (run.directory / "results" / "output.xml").read_text(encoding="utf-8")
    assert 'class="aigc-plan"' in output.replace("&lt;", "<").replace("&quot;", '"')
    assert "0 differences in" in output
    assert total(studio) == 0


def test_the_environment_of_a_run_can_be_named_from_outside(suite, studio):
    run = suite(
        """
*** Test Cases ***
Named
    ${data} =    Prepare Data    character_creation
    ${task} =    Submit Task    image    provider=studio    prompt=a cat
    Cancel Task    ${task}
""",
        "--variable",
        "AIGC_ENVIRONMENT:same",
    )
    assert run.code == 0, run.console


def test_no_secret_is_in_any_output(suite, studio, tmp_path):
    password = "Hunter-2!geheim"
    (tmp_path / "secret.yaml").write_text(
        """
version: 1
name: secret
vars: {password: null}
nodes:
  script:
    create: {post: /scripts, json: {title: "${password}", tag: "${key}"}}
    delete: {delete: "/scripts/${self.id}"}
""",
        encoding="utf-8",
    )
    run = suite(
        """
*** Variables ***
${PASSWORD: Secret}    %{PASSWORD}

*** Test Cases ***
Secret
    Load Templates    ${CURDIR}/secret.yaml
    Use Environment    local
    ${data} =    Prepare Data    secret    password=${PASSWORD}
    Log    ${data}
    Log    ${data.script.title}
    Should Be Equal    ${data.script.title.value}    ${PASSWORD.value}
    Get Prepared Data    script.tag    contains    aigc-

Refused
    Prepare Data    secret    password=${PASSWORD}    nothing=1
""",
        "--loglevel",
        "TRACE",
        *("--variable", f"PASSWORD: Secret:{password}"),
    )
    assert run.tests["Secret"].status == "PASS", run.console
    outputs = "".join(
        path.read_bytes().decode("latin-1") for path in (tmp_path / "results").iterdir() if path.is_file()
    )
    for secret in (password, TOKEN):
        for spelling in (secret, base64.b64encode(secret.encode()).decode()):
            assert spelling not in outputs.replace(f"PASSWORD: Secret:{secret}", ""), spelling
            assert spelling not in run.console


def test_a_generation_task_is_a_node(suite, studio, tmp_path):
    (tmp_path / "poster.yaml").write_text(
        """
version: 1
name: poster
extends: image_generation_only
nodes:
  ordered:
    create: {post: /tasks, json: {kind: image, prompt: "${prompt}", scene_id: "${scene.id}"}}
    idempotency: true
    task: {kind: image, provider: studio, timeout: 2 min}
  submitted:
    for_each: 2
    task: {kind: image, provider: studio, inputs: {prompt: "${prompt} ${index}"}, timeout: 2 min}
outputs:
  outcome: ${ordered.result.result}
""",
        encoding="utf-8",
    )
    run = suite(
        """
*** Test Cases ***
Generated
    Load Templates    ${CURDIR}/poster.yaml
    Use Environment    local
    ${data} =    Prepare Data    poster    prompt=a pier
    Should Be Equal    ${data.ordered.result.state}    completed
    Should Be Equal    ${data.submitted[1].result.state}    completed

Refused
    Prepare Data    poster    prompt=forbidden
"""
    )
    assert run.tests["Generated"].status == "PASS", run.tests["Generated"].message
    assert "has a task that did not complete" in run.tests["Refused"].message
    assert total(studio) == 0
