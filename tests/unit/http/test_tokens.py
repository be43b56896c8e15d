"""Tokens: fetched once, shared between processes, renewed before their end and when the product refuses them."""

import asyncio
from dataclasses import replace

import pytest

from AIGCLibrary.errors import ApiError, ConfigError
from AIGCLibrary.http.auth.build import AuthContext, authenticator
from AIGCLibrary.http.auth.cache import FetchedToken, TokenCache
from AIGCLibrary.http.connection import Connection
from tests.unit.http.product import BASE, client

LOGIN = {
    "signer": "login",
    "secrets": {"user": "QA_USER", "password": "QA_PASSWORD"},
    "request": {"path": "/login", "json": {"name": "{user}", "password": "{password}"}},
    "token": "token",
    "expires_in": "seconds",
}
ENVIRON = {"QA_USER": "mei", "QA_PASSWORD": "geheim-7", "QA_ID": "app", "QA_SECRET": "s:1"}


class Product:
    """Signs people in, ends each token after its time, and ends the token before at a new login."""

    def __init__(self, clock, seconds=100, single=False):
        self.clock, self.seconds, self.single = clock, seconds, single
        self.logins, self.valid = 0, {}

    def __call__(self, request):
        if request.url == f"{BASE}/login":
            return self.login(request)
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.valid.get(sent, 0) > self.clock["now"]:
            return 200, {"ok": True}
        return 401, {"message": "token expired"}

    def login(self, request):
        if request.json != {"name": "mei", "password": "geheim-7"}:
            return 403, {"message": "who are you"}
        self.logins += 1
        if self.single:
            self.valid.clear()
        token = f"t{self.logins}"
        self.valid[token] = self.clock["now"] + self.seconds
        return 200, {"token": token, "seconds": self.seconds}


@pytest.fixture
def clock():
    return {"now": 1000.0}


def connection(clock, folder=None, data=LOGIN, learned=None, environ=ENVIRON, look=None):
    base = Connection(BASE, {"X-Tenant": "qa"})
    context = AuthContext(
        "provider 'ours'", base, look or (lambda text: lambda envelope: envelope["body"].get(text)),
        (learned if learned is not None else set()).add, lambda: clock["now"], environ, TokenCache(folder),
    )  # fmt: skip
    return replace(base, auth=authenticator(data, context))


async def test_one_login_serves_many_requests(clock):
    product = Product(clock)
    http, transport = client(product)
    where, learned = connection(clock, learned=(known := set())), known
    answers = await asyncio.gather(*(http.request("GET", "/tasks", where) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    assert product.logins == 1
    assert {"mei", "geheim-7", "t1"} <= learned
    assert transport.sent[-1].headers["X-Tenant"] == "qa"


async def test_a_token_is_renewed_before_its_end(clock):
    product = Product(clock)
    http, transport = client(product)
    where = connection(clock)
    await http.request("GET", "/tasks", where)
    clock["now"] += 91  # of 100 s the last tenth counts as too late
    assert (await http.request("GET", "/tasks", where)).status == 200
    assert product.logins == 2
    assert transport.paths() == ["POST /login", "GET /tasks", "POST /login", "GET /tasks"]


async def test_a_refused_token_is_replaced_and_the_request_sent_once_more(clock):
    product = Product(clock)
    http, transport = client(product)
    where = connection(clock)
    await http.request("GET", "/tasks", where)
    product.valid.clear()
    answer = await http.request("POST", "/tasks", where, json={"prompt": "a cat"})
    assert (answer.status, product.logins) == (200, 2)
    assert transport.sent[-1].json == {"prompt": "a cat"}


async def test_a_product_that_refuses_every_token_is_asked_twice_and_no_more(clock):
    product = Product(clock, seconds=-1)
    http, transport = client(product)
    where = connection(clock, data={**LOGIN, "expires_in": "unknown_field"} | {"expires_in": None, "lifetime": "1 h"})
    assert (await http.request("GET", "/tasks", where)).status == 401
    assert transport.paths().count("GET /tasks") == 2


async def test_a_refusal_inside_http_200_counts_where_it_is_described(clock):
    left = [
        {"code": 0, "token": "a", "seconds": 50},
        {"code": 40101},
        {"code": 0, "token": "b", "seconds": 50},
        {"code": 0},
    ]
    http, transport = client(lambda _request: (200, left.pop(0)))
    data = {**LOGIN, "refused": "code"}
    base = Connection(BASE)
    context = AuthContext(
        "provider 'ours'", base,
        lambda text: (lambda envelope: envelope["body"].get(text) if text != "code" else envelope["body"]["code"] > 0),
        lambda _value: None, lambda: clock["now"], ENVIRON, TokenCache(None),
    )  # fmt: skip
    where = replace(base, auth=authenticator(data, context))
    assert (await http.request("GET", "/tasks", where)).json == {"code": 0}
    assert transport.sent[-1].headers["Authorization"] == "Bearer b"


async def test_processes_share_a_token_and_none_is_fought_over(clock, tmp_path):
    product = Product(clock, single=True)
    http, _ = client(product)
    one, two = connection(clock, tmp_path), connection(clock, tmp_path)
    await http.request("GET", "/tasks", one)
    assert (await http.request("GET", "/tasks", two)).status == 200
    assert product.logins == 1
    product.valid.clear()
    assert (await http.request("GET", "/tasks", one)).status == 200
    assert (await http.request("GET", "/tasks", two)).status == 200  # takes the other's token, ends no session
    assert product.logins == 2


async def test_two_that_start_at_once_sign_in_once(clock, tmp_path):
    product = Product(clock, single=True)
    http, _ = client(product)
    places = [connection(clock, tmp_path) for _ in range(4)]
    answers = await asyncio.gather(*(http.request("GET", "/tasks", place) for place in places))
    assert [answer.status for answer in answers] == [200] * 4
    assert product.logins == 1


async def test_kept_tokens_are_for_this_user_alone(clock, tmp_path):
    http, _ = client(Product(clock))
    await http.request("GET", "/tasks", connection(clock, tmp_path / "tokens"))
    (file,) = (tmp_path / "tokens").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert "geheim-7" not in file.read_text() + file.name


async def test_another_password_is_another_token(clock, tmp_path):
    product = Product(clock)
    http, _ = client(product)
    await http.request("GET", "/tasks", connection(clock, tmp_path))
    with pytest.raises(ApiError, match=r"provider 'ours' failed: POST .*/login answered 403: .*who are you") as caught:
        await http.request("GET", "/tasks", connection(clock, tmp_path, environ={**ENVIRON, "QA_PASSWORD": "old"}))
    assert caught.value.facts["class"] == "unauthorized"
    assert caught.value.facts["sent"] is False


async def test_a_missing_variable_is_named_and_nothing_is_sent(clock):
    http, transport = client(Product(clock))
    with pytest.raises(ConfigError, match="environment variable QA_PASSWORD, not set here"):
        await http.request("GET", "/tasks", connection(clock, environ={"QA_USER": "mei"}))
    assert transport.sent == []


async def test_oauth2_client_credentials(clock):
    def answer(request):
        if "oauth" in request.url:
            return 200, {"access_token": "o1", "expires_in": 3600, "token_type": "bearer"}
        return 200, {}

    http, transport = client(answer)
    data = {
        "signer": "oauth2", "path": "https://id.product.test/oauth/token", "scope": "video.write",
        "secrets": {"client_id": "QA_ID", "client_secret": "QA_SECRET"}, "token": "access_token",
        "expires_in": "expires_in",
    }  # fmt: skip
    await http.request("GET", "/tasks", connection(clock, data=data))
    login, asked = transport.sent
    assert login.data == {"grant_type": "client_credentials", "scope": "video.write"}
    assert login.headers["Authorization"] == "Basic YXBwOnM6MQ=="  # app:s:1
    assert "X-Tenant" not in login.headers  # another host learns nothing of ours
    assert asked.headers["Authorization"] == "Bearer o1"


async def test_a_login_that_sets_cookies(clock):
    def answer(request):
        cookies = "SID=abc; Path=/; HttpOnly\nlang=zh; Path=/"
        return (200, {}, {"set-cookie": cookies}) if request.url.endswith("/login") else (200, {})

    http, transport = client(answer)
    data = {
        "signer": "login",
        "cookies": True,
        "lifetime": "1 h",
        "secrets": LOGIN["secrets"],
        "request": LOGIN["request"],
    }
    await http.request("GET", "/tasks", connection(clock, data=data))
    assert transport.sent[-1].headers["Cookie"] == "SID=abc; lang=zh"


async def test_a_sign_in_that_redirects_keeps_its_cookie_and_is_repeated_where_its_page_comes_again(clock):
    seen = {"logins": 0}

    def answer(request):
        page = (200, "<html>Sign in</html>", {"content-type": "text/html"})
        cookie = request.headers.get("Cookie", "")
        if request.url.endswith("/login") and request.method == "POST":
            seen["logins"] += 1
            return 302, "", {"location": "/home", "set-cookie": f"sid=s{seen['logins']}; Path=/; HttpOnly"}
        if request.url.endswith("/home"):
            return (200, "<html>Welcome</html>") if "sid=" in cookie else (302, "", {"location": "/login"})
        if request.url.endswith("/login"):
            return page
        return (200, {"ok": True}) if cookie == "sid=s2" else (302, "", {"location": "/login"})  # the first one ended

    http, _transport = client(answer)
    data = {
        "signer": "login",
        "cookies": True,
        "secrets": LOGIN["secrets"],
        "request": {"path": "/login", "form": {"name": "{user}", "password": "{password}"}},
        "refused": "html",
    }
    ours = connection(clock, data=data, look=lambda _text: lambda envelope: "<html" in str(envelope["body"]))
    found = await http.request("GET", "/tasks", ours)
    assert (found.status, found.body, seen["logins"]) == (200, b'{"ok": true}', 2)


async def test_credentials_stay_at_their_origin(clock):
    http, transport = client(Product(clock))
    await http.request("GET", "https://cdn.other.test/a.mp4", connection(clock))
    assert "Authorization" not in transport.sent[0].headers


def test_a_token_without_an_end_is_good_until_it_is_refused():
    assert FetchedToken("a", None, 0).good(10**9, 60)


def test_a_short_token_is_not_renewed_at_once():
    assert FetchedToken("a", 110, 100).good(105, 60)


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        ({}, ("Authorization", "Bearer t1")),
        ({"header": "Proxy-Authorization"}, ("Proxy-Authorization", "Bearer t1")),
        ({"header": "X-Token"}, ("X-Token", "t1")),
        ({"header": "X-Token", "value": "Token {token}"}, ("X-Token", "Token t1")),
    ],
)
async def test_only_authorization_headers_name_a_scheme_of_their_own(clock, where, sent):
    http, transport = client(lambda request: (200, {"token": "t1", "seconds": 60}))
    await http.request("GET", "/tasks", connection(clock, data=LOGIN | where))
    assert sent in transport.sent[-1].headers.items()
