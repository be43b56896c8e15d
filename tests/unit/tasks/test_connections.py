"""Where the requests of a provider go: a session, the environment in use, or an address of its own."""

import pytest

from AIGCLibrary.clock import RealClock
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tasks.connections import ProviderConnections
from AIGCLibrary.tasks.providers.model import Provider

PRODUCT = "http://product.example/v1"


class Places:
    """One environment in use, and one session."""

    def get(self, alias):
        if alias not in (None, "mine"):
            raise ConfigError(f"There is no session '{alias}'.", code="AIGC401")
        return Connection("http://session.example" if alias else "http://environment.example")


def address(session=None, **described):
    connections = ProviderConnections(Places(), Redactor(), RealClock())
    return connections.get(Provider("product", base_url=PRODUCT, **described), session)


def test_the_environment_in_use_comes_before_the_address_of_a_description():
    assert address().base_url == "http://environment.example"


def test_an_own_address_comes_before_the_environment_with_its_credentials(monkeypatch):
    monkeypatch.setenv("PRODUCT_KEY", "k-41")
    found = address(own_address=True, auth={"key_env": "PRODUCT_KEY"})
    assert (found.base_url, found.headers) == (PRODUCT, {"Authorization": "Bearer k-41"})


def test_a_session_that_the_test_names_comes_first():
    assert address("mine", own_address=True).base_url == "http://session.example"
    with pytest.raises(ConfigError, match="There is no session 'other'"):
        address("other", own_address=True)
