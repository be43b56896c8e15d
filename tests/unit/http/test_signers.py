"""Signatures of each request: HMACs of any text, JSON Web Tokens, and that what is signed is what is sent."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import aiohttp
import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.auth.build import AuthContext, authenticator
from AIGCLibrary.http.auth.cache import TokenCache
from AIGCLibrary.http.auth.signers import EnvironmentKey, jwt
from AIGCLibrary.http.connection import Connection
from tests.unit.http.product import BASE, client

ENVIRON = {"QA_KEY": "key-1", "QA_SECRET": "secret-1"}
SECRETS = {"key": "QA_KEY", "secret": "QA_SECRET"}


def signed(data, now=1700000000.5):
    base = Connection(BASE)
    context = AuthContext(
        "provider 'ours'", base, lambda _text: lambda _envelope: None, lambda _value: None, lambda: now, ENVIRON,
        TokenCache(None),
    )  # fmt: skip
    return replace(base, auth=authenticator({"secrets": SECRETS, **data}, context))


async def sent(recipe, method="POST", path="/tasks?b=2&a=1", now=1700000000.5, **content):
    http, transport = client(lambda _request: (200, {}))
    await http.request(method, path, signed(recipe, now), **content)
    (request,) = transport.sent
    return request


async def test_an_hmac_of_timestamp_and_body():
    recipe = {
        "signer": "hmac",
        "text": "{timestamp}.{body}",
        "headers": {"X-Key": "{key}", "X-Timestamp": "{timestamp}", "X-Signature": "v1={signature}"},
    }
    request = await sent(recipe, json={"prompt": "一只猫"})
    expected = hmac.new(b"secret-1", b"1700000000." + request.data, hashlib.sha256).hexdigest()
    assert request.headers["X-Signature"] == f"v1={expected}"
    assert (request.headers["X-Key"], request.headers["X-Timestamp"]) == ("key-1", "1700000000")
    assert request.json is None  # the very bytes that were signed are sent
    assert json.loads(request.data) == {"prompt": "一只猫"}
    assert request.headers["Content-Type"] == "application/json"


async def test_a_plain_hash_of_the_sorted_fields_in_the_query():
    recipe = {
        "signer": "hmac",
        "keyed": False,
        "algorithm": "md5",
        "clock": "ms",
        "text": "{fields}&key={secret}",
        "query": {"appid": "{key}", "sign": "{signature}"},
    }
    request = await sent(recipe, json={"z": 1, "prompt": "cat", "empty": "", "none": None})
    expected = hashlib.md5(b"a=1&b=2&prompt=cat&z=1&key=secret-1").hexdigest()
    assert request.url == f"{BASE}/tasks?b=2&a=1&appid=key-1&sign={expected}"


IN_BODY = {
    "signer": "hmac",
    "keyed": False,
    "algorithm": "md5",
    "text": "{fields}&secret={secret}",
    "fields": {"appId": "{key}", "timestamp": "{timestamp}", "sign": "{signature}"},
}


async def test_a_signature_inside_the_body_covers_the_fields_that_are_added():
    request = await sent(IN_BODY, path="/tasks", json={"prompt": "猫", "steps": 20, "empty": ""})
    expected = hashlib.md5("appId=key-1&prompt=猫&steps=20&timestamp=1700000000&secret=secret-1".encode()).hexdigest()
    assert json.loads(request.data) == {
        "prompt": "猫", "steps": 20, "empty": "", "appId": "key-1", "timestamp": 1700000000, "sign": expected,
    }  # fmt: skip


async def test_the_fields_of_a_form_and_of_a_request_without_a_body():
    form = await sent(IN_BODY, path="/tasks", data={"prompt": "a b"})
    expected = hashlib.md5(b"appId=key-1&prompt=a b&timestamp=1700000000&secret=secret-1").hexdigest()
    assert form.data == f"prompt=a+b&appId=key-1&timestamp=1700000000&sign={expected}".encode()
    asked = await sent(IN_BODY, "GET", "/tasks?id=7")
    expected = hashlib.md5(b"appId=key-1&id=7&timestamp=1700000000&secret=secret-1").hexdigest()
    assert asked.url == f"{BASE}/tasks?id=7&appId=key-1&timestamp=1700000000&sign={expected}"
    assert asked.data is None


async def test_keys_inside_the_body():
    request = await sent({"signer": "key", "fields": {"access_key": "{key}"}}, json={"prompt": "cat"})
    assert json.loads(request.data) == {"prompt": "cat", "access_key": "key-1"}


async def test_a_body_without_fields_is_reported():
    with pytest.raises(ConfigError, match="a JSON object or a form; this one is not"):
        await sent(IN_BODY, data=b"\x00")


async def test_the_parts_of_a_request_and_base64():
    recipe = {
        "signer": "hmac",
        "algorithm": "sha1",
        "encoding": "base64",
        "clock": "iso",
        "text": "{method}\n{path}\n{query}\n{host}\n{body_md5}\n{timestamp}",
        "headers": {"Authorization": "{signature}"},
    }
    request = await sent(recipe, data="hello")
    text = "POST\n/api/tasks\na=1&b=2\nproduct.test\nXUFAKrxLKna5cZ2REBfFkg==\n2023-11-14T22:13:20Z"
    expected = base64.b64encode(hmac.new(b"secret-1", text.encode(), hashlib.sha1).digest()).decode()
    assert request.headers["Authorization"] == expected


async def test_a_signature_in_capital_letters():
    recipe = {"signer": "hmac", "encoding": "hex_upper", "text": "{body}", "headers": {"X-Sign": "{signature}"}}
    request = await sent(recipe, data="hello")
    assert request.headers["X-Sign"] == hmac.new(b"secret-1", b"hello", hashlib.sha256).hexdigest().upper()


async def test_a_multipart_body_is_signed_as_it_is_sent():
    form = aiohttp.FormData()
    form.add_field("file", b"\x89PNG\xff", filename="a.png")
    recipe = {"signer": "hmac", "text": "{body}", "headers": {"X-Signature": "{signature}"}}
    request = await sent(recipe, data=form)
    assert b"\x89PNG\xff" in request.data
    assert request.headers["X-Signature"] == hmac.new(b"secret-1", request.data, hashlib.sha256).hexdigest()
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")


# https://jwt.io, the example of its first page, is also printed in RFC 7519 libraries: HS256, "your-256-bit-secret".
def test_a_json_web_token_of_published_values():
    token = jwt(
        {"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "name": "John Doe", "iat": 1516239022},
        "your-256-bit-secret",
    )  # fmt: skip
    assert token == (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
        ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    )


async def test_the_token_of_kling_has_the_claims_it_documents():
    # https://app.klingai.com/global/dev/document-api: iss = access key, exp = now + 1800 s, nbf = now - 5 s, HS256.
    request = await sent({"signer": "jwt"})
    head, claims, _ = request.headers["Authorization"].removeprefix("Bearer ").split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "HS256", "typ": "JWT"}
    reported = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert reported == {"iss": "key-1", "exp": 1700001800, "nbf": 1699999995}


async def test_a_json_web_token_is_made_again_before_it_ends():
    now = [1000.0]
    base = Connection(BASE)
    context = AuthContext(
        "p", base, lambda _t: lambda _e: None, lambda _v: None, lambda: now[0], ENVIRON, TokenCache(None)
    )
    where = replace(base, auth=authenticator({"signer": "jwt", "secrets": SECRETS, "lifetime": "100 s"}, context))
    http, transport = client(lambda _request: (200, {}))
    for passed in (0, 70, 10):
        now[0] += passed
        await http.request("GET", "/tasks", where)
    first, second, third = (request.headers["Authorization"] for request in transport.sent)
    assert first == second != third


async def test_a_vendors_scheme_signs_what_is_sent():
    request = await sent({"signer": "volcengine", "region": "cn-north-1", "service": "cv"}, json={"req_key": "a"})
    assert "/20231114/cn-north-1/cv/request, SignedHeaders=host;x-date, Signature=" in request.headers["Authorization"]


def test_an_unknown_signer_names_near_ones():
    with pytest.raises(ConfigError, match=r"no signer 'volcengin'\. Did you mean 'volcengine'"):
        signed({"signer": "volcengin"})


async def test_a_blank_that_nothing_fills_is_named():
    recipe = {"signer": "hmac", "text": "{bodi}", "headers": {"X": "{signature}"}}
    with pytest.raises(ConfigError, match=r"needs '\{bodi\}'.* Did you mean 'body'"):
        await sent(recipe)


async def test_a_token_that_is_refused_is_made_again_unless_it_was_just_made():
    clock = [1700000000.0]
    recipe = {"signer": "jwt", "secrets": SECRETS, "claims": {"iss": "{key}"}, "lifetime": "30 min"}
    accepted = {"after": 0.0}

    def answer(request):
        claims = json.loads(base64.urlsafe_b64decode(request.headers["Authorization"].split(".")[1] + "=="))
        return (200 if claims["exp"] - 1800 >= accepted["after"] else 401), {}

    http, transport = client(answer)
    connection = replace(
        Connection(BASE),
        auth=authenticator(
            recipe,
            AuthContext(
                "provider 'ours'", Connection(BASE), lambda _text: lambda _envelope: None, lambda _value: None,
                lambda: clock[0], ENVIRON, TokenCache(None),
            ),
        ),
    )  # fmt: skip
    await http.request("GET", "/tasks/1", connection)
    clock[0], accepted["after"] = 1700000060.0, 1700000050.0
    answered = await http.request("GET", "/tasks/1", connection)
    assert (answered.status, len(transport.sent)) == (200, 3)
    accepted["after"] = 1700000070.0
    answered = await http.request("GET", "/tasks/1", connection)
    assert (answered.status, len(transport.sent)) == (401, 4)


async def test_a_key_of_the_environment_is_read_again_where_it_was_refused():
    environ, learned = {"PRODUCT_KEY": "old"}, []
    key = EnvironmentKey("X-Key", "Key {key}", "PRODUCT_KEY", learned.append, environ)

    def answer(request):
        if request.headers["X-Key"] == "Key old":
            environ["PRODUCT_KEY"] = "new"
            return 401, {}
        return 200, {}

    http, transport = client(answer)
    answered = await http.request("GET", "/tasks/1", Connection(BASE, key.headers(), auth=key))
    assert answered.status == 200
    assert [one.headers["X-Key"] for one in transport.sent] == ["Key old", "Key new"]
    assert learned == ["old", "new"]
