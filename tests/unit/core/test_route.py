"""How the environment says a host is reached."""

import pytest

from AIGCLibrary.errors import ApiError
from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.files.http_client import Wire
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.http.proxy import route_of
from AIGCLibrary.redaction.redactor import Redactor


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


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]", "app.localhost"])
def test_this_machine_is_reached_directly(monkeypatch, host):
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    assert route_of(f"http://{host}:8000/api").proxy is None


def test_proxy_for_all_schemes(monkeypatch):
    monkeypatch.setenv("all_proxy", "proxy.test:3128")
    assert route_of("https://product.test/").proxy == "http://proxy.test:3128"
    monkeypatch.setenv("no_proxy", "10.0.0.0/8")
    assert route_of("http://10.1.2.3/").proxy is None


async def test_proxy_that_is_away_is_named():
    http = HttpClient(Redactor(), NetworkTransport())
    connection = Connection("http://product.test", proxy="http://me:secret@127.0.0.1:9")
    with pytest.raises(ApiError, match=r"through the proxy http://127\.0\.0\.1:9; .*NO_PROXY") as caught:
        await http.request("GET", "/", connection)
    await http.transport.close()
    assert "secret" not in str(caught.value)
    with pytest.raises(DownloadError, match=r"through the proxy http://127\.0\.0\.1:9; .*NO_PROXY"):
        Wire(connection, NetworkTransport()).get("http://product.test/a")
