"""How the environment says a host is reached."""

import pytest

from AIGCLibrary.http.proxy import route_of


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_without_anything_said_it_is_reached_directly():
    route = route_of("http://product.test/api")
    assert (route.proxy, route.login) == (None, None)


def test_a_proxy_and_its_login_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://me:p%40ss@proxy.test:3128")
    route = route_of("http://product.test/api")
    assert route.proxy == "http://me:p%40ss@proxy.test:3128"
    assert route_of("https://product.test/api").proxy is None


def test_hosts_that_need_no_proxy_have_none(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", "product.test")
    assert route_of("http://product.test/api").proxy is None


def test_a_login_may_stand_in_netrc(tmp_path):
    (tmp_path / ".netrc").write_text("machine product.test login me password secret\n", encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    assert route_of("http://product.test/api").login == "Basic bWU6c2VjcmV0"
    assert route_of("http://other.test/api").login is None
