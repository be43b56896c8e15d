"""Two hundred secrets of all signs and scripts get names in every way: no output holds one, ordinary values stay.

The outputs include the console with the names and documentation of suites and tests.
"""

import html
import json
import random
import string

import pytest

from tests.support.robot_run import run_robot
from tests.support.secrets import opened

SIGNS = string.ascii_letters + string.digits + 3 * string.punctuation + " "
SCRIPTS = ("密码钥匙令牌很长", "секретное", "ключασφάλεια", "한국어비밀", "パスワード")
ORDINARY = [
    *(f"css=.panel-{n} > button" for n in range(25)), *(f"https://auth{n}.example.com/realms/qa" for n in range(25)),
    *(f"text=Accept all {n}" for n in range(25)), *(str(1000 + n) for n in range(25)),
    *(f"[data-testid=field-{n}]" for n in range(25)),
    *(f"The token has {n} characters, 20 are too many" for n in range(25)),
    *(f"max_tokens={4096 + n} were used, 20 too many" for n in range(25)),
    *(f"x-ratelimit-remaining-tokens: {123456789 + n}" for n in range(25)),
]  # fmt: skip
STEPS = (
    ["VAR    ${{token}}    {0}", "Log    ${{token}}", "Fail    ${{token}}"],
    ["FOR    ${{token}}    IN    {0}", "    Log    ${{token}}", "END"],
    ["VAR    &{{creds}}    password={0}", "Log    ${{creds}}[password]", "Fail    ${{creds}}[password]"],
    ["&{{d}} =    Create Dictionary    a=b", "${{d}}[token] =    Set Variable    {0}", "Log    ${{d}}[token]"],
    ["VAR    @{{args}}    bob    {0}", "Sign In    @{{args}}"],
    ["&{{d}} =    Create Dictionary    a=b", "Set To Dictionary    ${{d}}    token    {0}", "Fail    ${{d}}[token]"],
    ["Set Test Variable    ${{API KEY}}    {0}", "Add Suggestion    use ${{API KEY}}", "Fail    ${{API KEY}}"],
    ["Set Environment Variable    SOME_TOKEN    {0}", "Log    %{{SOME_TOKEN}}"],
    ["${{json}} =    Evaluate    json.loads($ANSWERS[{1}])    json", "Log    ${{json}}[access_token]",
     "Fail    ${{json}}[access_token] at ${{ANSWERS}}[{1}]"],
    ["Default {1}"],
    ["&{{h}} =    Create Dictionary    X-Api-Key=${{PLAIN}}[{1}]",
     "Create Session    s{1}    http://127.0.0.1:9    headers=${{h}}    max_retries=0",
     "GET On Session    s{1}    /x    timeout=1"],
    ['Enter "${{PLAIN}}[{1}]"'],
    ["Set Environment Variable    OTHER_API_KEY    ${{PLAIN}}[{1}]", "Fail    got %{{OTHER_API_KEY}}"],
    ["[Documentation]    uses ${{API TOKEN {1}}}", "[Tags]    ${{API TOKEN {1}}}",
     "Log    ${{API TOKEN {1}}}    console=True", "Fail    ${{API TOKEN {1}}}"],
)  # fmt: skip

NAMED = len(STEPS) - 1


def escaped(value):
    """Write a value as an argument in a suite."""
    value = value.replace("\\", "\\\\").replace("=", "\\=")
    for sign in "$@&%*":
        value = value.replace(f"{sign}{{", f"\\{sign}{{")
    return value


def spelled(value):
    markup = {html.escape(value), html.escape(value, quote=False)}
    markup |= {text.replace("&quot;", "&#34;").replace("&#x27;", "&#39;") for text in markup}
    return {value, repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(json.dumps(value))[3:-3], *markup}


@pytest.fixture(scope="module")
def spilled(tmp_path_factory):
    rng = random.Random(5)
    values = [
        "x" + "".join(rng.choice(SIGNS) for _ in range(18)) + rng.choice(("", *SCRIPTS)) + "9z" for _ in range(200)
    ]
    values = [value.replace("  ", " -") for value in values]
    tests, keywords = [], []
    variables = [f"${{TOKEN {n}}}    {value}" for n, value in enumerate(ORDINARY)]
    for n, value in enumerate(values):
        steps = STEPS[n % len(STEPS)]
        named = "API TOKEN" in steps[0]
        tests += [f"Test {n} {value if named else ''}", *(f"    {step.format(escaped(value), n)}" for step in steps)]
        if named:
            variables.append(f"${{API TOKEN {n}}}    {escaped(value)}")
        if steps[0].startswith("Default"):
            keywords += [
                f"Default {n}",
                f"    [Arguments]    ${{password}}={escaped(value)}",
                "    Fail    ${password}",
            ]
    tests += ["Ordinary"]
    tests += [f"    Log    {value}" for value in ORDINARY]
    suite = "\n".join([
        "*** Settings ***", "Library    AIGCLibrary", "Library    Collections", "Library    OperatingSystem",
        "Library    RequestsLibrary", "Variables    answers.py", f"Documentation    with ${{API TOKEN {NAMED}}}",
        "*** Variables ***", *variables, "*** Test Cases ***", *tests, "*** Keywords ***", *keywords, "Sign In",
        "    [Arguments]    ${user}    ${password}=none", "    Log    ${user} ${password}",
        'Enter "${password}"', "    Fail    ${password}",
    ])  # fmt: skip
    answers = [json.dumps({"access_token": value}) for value in values]
    folder = tmp_path_factory.mktemp("named")
    (folder / "answers.py").write_text(f"ANSWERS = {answers!r}\nPLAIN = {values!r}\n", encoding="utf-8")
    options = ("--listener", "AIGCLibrary.Listener", "--loglevel", "TRACE", "--debugfile", "d.txt", "--xunit", "x.xml")
    run = run_robot(folder, suite, *options, timeout=900)
    outputs = {path.name: path.read_bytes().decode("utf-8", "replace") for path in (folder / "results").iterdir()}
    outputs |= {name: opened(text) for name, text in outputs.items() if name.endswith(".html")}
    return values, run, {**outputs, "console": run.console}


def test_no_secret_is_in_any_output(spilled):
    values, run, outputs = spilled
    assert len(run.tests) == 201
    leaks = {
        (n % len(STEPS), name): value
        for n, value in enumerate(values)
        for name, text in outputs.items()
        if any(one in text for one in spelled(value))
    }
    assert leaks == {}


def test_ordinary_values_are_not_masked(spilled):
    _, run, _ = spilled
    messages = [message.message for step in run.tests["Ordinary"].body for message in step.messages]
    assert [value for value in ORDINARY if value not in messages] == []
