"""What a RequestsLibrary session holds becomes part of the connection."""

import pytest
import requests

from AIGCLibrary.rf.sessions import _connection


@pytest.mark.parametrize("cert", [None, "/c/both.pem", ("/c/client.pem", "/c/client.key"), ["/c/a.pem", "/c/a.key"]])
def test_client_certificate_is_kept(cert):
    session = requests.Session()
    session.url, session.cert = "https://a.test", cert
    assert _connection("s", session).cert == (tuple(cert) if isinstance(cert, list) else cert)


def test_proxy_is_that_of_the_scheme():
    session = requests.Session()
    session.proxies = {"http": "http://one:1", "https": "http://two:2"}
    session.url = "http://a.test"
    assert _connection("s", session).proxy == "http://one:1"
    session.url = "https://a.test"
    assert _connection("s", session).proxy == "http://two:2"
