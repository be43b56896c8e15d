"""Which values are learned from names, which are not, and why."""

import pytest

from AIGCLibrary.redaction.names import is_secret_name
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rule import MASK

SECRETS = [
    "Pa$$w0rd!2026",
    "tok{curly}value",
    "quo\"te'd-token",
    "with blank in it",
    "密码很长很长的",
    "пароль-секрет",
    "${a}rest-of-it",
    "back\\slash\\t",
    "a<b>&c;d%20",
    "[br]ack(et)s",
    "=equals=#hash",
    "swordfish",
]


@pytest.mark.parametrize("value", SECRETS)
@pytest.mark.parametrize("name", ["DB_PASSWORD", "${API TOKEN}", "密码", "X-Api-Key"])
def test_value_is_learned_whatever_signs_it_holds(name, value):
    redactor = Redactor()
    redactor.add_named({name: value})
    assert redactor.text(f"it is {value}, indeed") == f"it is {MASK}, indeed"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("${TOKEN}", "placeholder"),
        ("%{API_TOKEN}", "placeholder"),
        ("@{TOKENS}", "placeholder"),
        ("&{creds}[token]", "placeholder"),
        ("text=Accept all", "selector"),
        ("css=.login > input", "selector"),
        ("#password-field", "selector"),
        ("[data-testid=login]", "selector"),
        ("//input[@name='token']", "selector"),
        ("https://auth.example.com/realms/qa", "address"),
        ("cl100k_base", "tokenizer"),
        ("1234567", "number"),
        ("Accept all", "common word"),
        ("required", "common word"),
        ("X-Api-Key", "header name"),
        ("abc", "short"),
        ("/run/secrets/token", "path"),
    ],
)
def test_value_that_is_no_secret_by_its_form_is_not_learned(value, reason):
    redactor = Redactor()
    redactor.add_named({"TOKEN": value})
    assert redactor.text(f"it is {value}") == f"it is {value}"
    assert [(one.name, one.masked, one.reason, one.length) for one in redactor.findings] == [
        ("TOKEN", False, reason, len(value))
    ]


@pytest.mark.parametrize(
    "value", ["https://hooks.example.com/3fa94bc81d20e7aa", "https://u:pw@host/x", "https://h/x?t=1234abcd5678"]
)
def test_address_with_credentials_is_learned(value):
    redactor = Redactor()
    redactor.add_named({"SECRET_URL": value})
    assert [one.masked for one in redactor.findings] == [True]


@pytest.mark.parametrize(
    "name", ["token_selector", "TOKENIZER", "password_field", "tokenType", "cookie_banner", "secretary", "密码输入框"]
)
def test_name_that_is_about_a_secret_is_none(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["token", "accessToken", "DB_PASSWORD_2", "client_secret", "密码", "api-key", "API KEY", "MY AUTH"]
)
def test_name_of_a_secret_is_one(name):
    assert is_secret_name(name)


def test_secrets_within_collections_and_json_are_learned():
    redactor = Redactor()
    redactor.add_named(
        {"creds": {"user": "Robert", "tokens": [{"value": "first{}one"}], "deep": [{"password": b"by$tes1"}]}}
    )
    redactor.add_json('{"data": {"access_token": "answer$1"}, "user": "Robert"}')
    assert redactor.text("first{}one by$tes1 answer$1 Robert") == f"{MASK} {MASK} {MASK} Robert"


def test_headers_of_a_session_are_learned_whatever_signs_they_hold():
    redactor = Redactor()
    redactor.add_headers({"Authorization": "Bearer a$b{c}d9", "X-Api-Key": "k$$ey{1}"})
    assert redactor.text("sent a$b{c}d9 and k$$ey{1}") == f"sent {MASK} and {MASK}"


def test_findings_name_what_is_masked_and_never_the_value():
    redactor = Redactor()
    redactor.add_named({"DB_PASSWORD": "Pa$$w0rd!2026"})
    assert "Pa$$" not in repr(redactor.findings)
    assert [(one.name, one.masked, one.length) for one in redactor.findings] == [("DB_PASSWORD", True, 13)]
