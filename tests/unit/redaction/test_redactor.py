"""Two hundred seeded secrets in the places where they occur: none is left; and ordinary text stays as it is."""

import base64
import json
import random
import string
import urllib.parse

import pytest

from AIGCLibrary.redaction import known
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rule import MASK

LETTERS = string.ascii_letters + string.digits


def secret(rng, extra=""):
    return "".join(rng.choice(LETTERS + extra) for _ in range(rng.randint(16, 40)))


SHAPES = {
    "bearer header": lambda s: f"Authorization: Bearer {s}",
    "header in curl": lambda s: f"curl -H 'Authorization: Bearer {s}' -H 'Accept: */*' https://h/x",
    "basic": lambda s: "authorization: Basic " + base64.b64encode(f"user:{s}".encode()).decode(),
    "key header": lambda s: f"X-Api-Key: {s}\nAccept: */*",
    "goog header": lambda s: f'{{"x-goog-api-key": "{s}"}}',
    "cookie": lambda s: f"Cookie: theme=dark; session={s}",
    "set-cookie": lambda s: f"Set-Cookie: sid={s}; Path=/; HttpOnly",
    "url user": lambda s: f"postgresql+psycopg://qa:{s}@db.example.com/aigc",
    "url user with at": lambda s: f"https://qa:{s}@x@db.example.com/aigc",
    "url token user": lambda s: f"https://{s}@git.example.com/x.git",
    "query": lambda s: f"GET /files?id=7&access_token={s}&x=1",
    "signed url": lambda s: f"https://bucket.example.com/v.mp4?X-Amz-Signature={s}&X-Amz-Date=1",
    "json": lambda s: json.dumps({"user": "qa", "password": s, "n": 1}),
    "nested json": lambda s: json.dumps({"body": json.dumps({"api_key": s})}),
    "python repr": lambda s: repr({"client_secret": s}),
    "yaml": lambda s: f"token: {s}1",
    "form": lambda s: f"grant_type=password&client_secret={s}&scope=all",
    "env line": lambda s: f"AIGC_PASSWORD={s} robot suites",
    "jwt": lambda _s: "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "openai": lambda s: f"key sk-proj-{s}",
    "github": lambda s: f"used ghp_{s}{s}",
    "slack hook": lambda s: f"https://hooks.slack.com/services/T000/B000/{s}",
    "feishu hook": lambda s: f"https://open.feishu.cn/open-apis/bot/v2/hook/{s}",
    "private key": lambda s: f"-----BEGIN PRIVATE KEY-----\n{s}\n-----END PRIVATE KEY-----",
    "chinese": lambda s: f"密码={s}",
    "command": lambda s: f"tool --api-key {s}1 --verbose",
    "quoted in a command": lambda s: f"tool --password '1 {s}' run",
}
SEEDS = [(name, seed) for seed in range(8) for name in SHAPES]


@pytest.mark.parametrize(("name", "seed"), SEEDS, ids=[f"{name}-{seed}" for name, seed in SEEDS])
def test_secret_is_found_by_its_place(name, seed):
    value = secret(random.Random(seed))
    shown = Redactor().text(SHAPES[name](value))
    for part in (value, base64.b64encode(f"user:{value}".encode()).decode(), "dozjgNryP4J3jVmNHl0w5N"):
        assert part not in shown
    assert MASK in shown


@pytest.mark.parametrize("seed", range(20))
def test_known_value_is_masked_in_every_spelling(seed):
    value = secret(random.Random(seed), extra="+/=&<>\"' é中")
    redactor = Redactor()
    redactor.add(value)
    spellings = (
        value, json.dumps(value), urllib.parse.quote(value), urllib.parse.quote_plus(value),
        base64.b64encode(value.encode()).decode(),
    )  # fmt: skip
    for spelled in spellings:
        assert spelled.strip('"') not in redactor.text(f"x {spelled} y")
    assert value not in str(redactor.data({"a": [value, {"b": value}], value: 1, "raw": value.encode()}))


def test_secret_within_a_longer_one_leaves_no_rest():
    redactor = Redactor()
    redactor.add("abcdef", "abcdef-123456")
    assert redactor.text("abcdef-123456") == MASK


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=4096 was asked, the limit is 2048 tokens",
        "The token is expired: ask for a new one.",
        "Task 'video:7f3c' is still 'processing' after 90.2 s (timeout 90 s, 12 polls).",
        "http://127.0.0.1:8000/api/v1/tasks?ids=a,b,c&limit=100",
        "Click Target    login.password    passwords differ",
        "resources/locators/login.yaml:12 password-field",
        "mail qa@example.com about http://127.0.0.1:8000",
        "[data-testid=login-password]",
        "a key figure: 42 %, basic idea, token bucket",
        "密码输入框不可见",
        "--token is required, --max-tokens 4096, --password-min-length 12, --password ${PASSWORD}",
        "usage: login [--password PASSWORD] [--token-file tokens1.txt]",
    ],
)
def test_ordinary_text_stays(text):
    assert Redactor().text(text) == text


def test_numbers_under_telling_names_stay_and_texts_go():
    data = {"max_tokens": 500, "token": "abcdefgh", "cookies": [{"name": "a", "value": "xyz"}], "n": 1}
    assert Redactor().data(data) == {
        "max_tokens": 500, "token": MASK, "cookies": [{"name": MASK, "value": MASK}], "n": 1,
    }  # fmt: skip


def test_variables_with_telling_names_are_remembered():
    redactor = Redactor()
    redactor.add_named({"${STUDIO_TOKEN}": "studio-demo-1", "${NAME}": "Robert", "${PASSWORD}": "true", "${SECRET}": 5})
    assert redactor.text("studio-demo-1 Robert true") == f"{MASK} Robert true"


def test_pattern_of_the_user_is_masked():
    assert Redactor([r"CUST-\d+"]).text("order of CUST-12345") == f"order of {MASK}"


def test_the_working_directory_is_no_password():
    redactor = Redactor()
    redactor.add_named({"PWD": "/home/tester/project", "DB_PWD": "hunter2hunter2"})
    assert redactor.text("/home/tester/project/a.yaml") == "/home/tester/project/a.yaml"
    assert "hunter2" not in redactor.text("it is hunter2hunter2")


@pytest.mark.parametrize("joint", ["\n", "\r\n    ", "\n    ...    ", "\\n", "\\\\n"])
def test_value_broken_over_lines_is_masked(joint):
    redactor = Redactor()
    redactor.add("first-half-second-half")
    assert redactor.text(f"a\nb first-half{joint}-second-half c\nd") == f"a\nb {MASK} c\nd"


@pytest.mark.parametrize("offset", range(3))
def test_value_within_longer_base64_is_masked(offset):
    redactor = Redactor()
    redactor.add("hunter2hunter2hunter2")
    code = base64.b64encode(b"u" * offset + b"hunter2hunter2hunter2" + b":x").decode()
    shown = redactor.text(code)
    assert MASK in shown
    assert len(shown) < 16  # the code of what stands around it


def test_values_that_come_one_by_one_are_all_known():
    redactor, rng = Redactor(), random.Random(3)
    values = [secret(rng) for _ in range(300)]
    for value in values:
        redactor.add(value)
        assert redactor.text(value) == MASK
    assert not [value for value in values if redactor.knows(f"x{value}y") is False]


def test_longer_secret_that_came_later_leaves_no_rest():
    redactor = Redactor()
    redactor.add("abcdef")
    redactor.add(*(f"{n}-other-secret" for n in range(100)))
    redactor.add("abcdef-123456")
    assert redactor.text("x abcdef-123456 y") == f"x {MASK} y"


def test_what_a_session_signs_in_with_is_remembered():
    redactor = Redactor()
    basic = base64.b64encode(b"qa:hunter2hunter2").decode()
    redactor.add_headers(
        {"Authorization": f"Basic {basic}", "Cookie": "theme=dark; sid=abcd1234efgh", "X-Trace": "trace-id-1"}
    )
    assert redactor.text("hunter2hunter2 abcd1234efgh trace-id-1 dark") == f"{MASK} {MASK} trace-id-1 dark"


def test_password_of_an_address_is_remembered():
    redactor = Redactor()
    redactor.text("http://qa:hunter2hunter2@host/x")
    assert redactor.text("hunter2hunter2") == MASK


@pytest.mark.parametrize(
    "text",
    [
        "密码：“{s}”，请勿外传", "令牌是{s}。", "口令「{s}」", "${{API TOKEN}} = {s}",
        "Arguments: [ ${{password}}='{s}' | 'x' ]",
        "next=https%3A%2F%2Fh%2F%3Ftoken%3D{s}%26x%3D1", "aws_secret_access_key = {s}", "token：{s}",
        "auth=['qa', '{s}']",
    ],
)  # fmt: skip
def test_secret_in_less_usual_places(text):
    shown = Redactor().text(text.format(s="k3yK3yk3yK3yk3y9"))
    assert "k3yK3y" not in shown
    assert MASK in shown


def test_nested_variables_with_telling_names_are_remembered():
    redactor = Redactor()
    redactor.add_named(
        {"HEADERS": {"Authorization": "Bearer abcdefgh1234"}, "PASSWORDS 1": ["first-one", "second-one"]}
    )
    assert redactor.text("Bearer abcdefgh1234 first-one second-one") == f"{MASK} {MASK} {MASK}"


def test_lines_that_hold_nothing_are_distinguished_quickly_and_surely():
    redactor = Redactor()
    assert not redactor.may_hold("<kw name='Task'>plain text\n</kw>\n")
    assert redactor.may_hold(f"a key: sk-{'a1b2c3d4' * 4}\n")
    redactor.add("open-sesame-42")
    assert redactor.may_hold("x open-sesame-42 y\n")
    assert redactor.may_hold("x open-sesame\\n-42 y\n")
    assert redactor.may_hold("b3Blbi1zZXNhbWUtNDI=\n")  # in base64
    assert not redactor.may_hold("open\n-sesame-42\n")
    redactor.add(*(f"value-number-{i}-{i * 7919}" for i in range(100)))
    assert redactor.may_hold("value-number-77-609763")
    assert not redactor.may_hold("value-number-1000")


def test_a_text_that_was_looked_at_before_is_masked_once_its_secret_is_known():
    redactor = Redactor()
    assert redactor.known("token of today: Quiet-Harbour-77") == "token of today: Quiet-Harbour-77"
    redactor.add("Quiet-Harbour-77")
    assert "Harbour" not in redactor.known("token of today: Quiet-Harbour-77")


def test_cookies_of_a_jar_are_masked_as_requests_shows_them():
    shown = "<RequestsCookieJar[<Cookie sid=aA%7Dm2%5D9k for 127.0.0.1/>, <Cookie theme=dark for h/>]>"
    masked = Redactor().text(shown)
    assert "aA%7Dm2" not in masked
    assert masked.count("for ") == 2


def test_the_password_of_an_address_is_masked_as_it_is_sent_too():
    redactor = Redactor()
    redactor.text("GET http://bob:c~uB%3D%3E-%2B9x@host/x")
    assert redactor.text("signed in with c~uB=>-+9x") == "signed in with ****"


def test_a_long_value_is_found_in_every_spelling_without_an_expression_of_it(monkeypatch):
    value = 'Ab"中' * 2000
    seen = []
    plain = known._tree
    monkeypatch.setattr(known, "_tree", lambda values: seen.append(max(map(len, values), default=0)) or plain(values))
    redactor = Redactor()
    redactor.add(value, "tok-short-1234")
    broken = f"{value[:3000]}\n...    {value[3000:]}"
    texts = (value, json.dumps(value), json.dumps(value, ensure_ascii=False), urllib.parse.quote(value), broken)
    for text in (*texts, base64.b64encode(value.encode()).decode()):
        masked = redactor.text(f"a {text} b {text} tok-short-1234")
        assert masked.count(MASK) == 3, masked[:80]
        assert len(masked) < 100
    assert max(seen) <= known.LONG
