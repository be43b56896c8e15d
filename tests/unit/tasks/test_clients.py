"""The clients of providers: each is made once, from the files of the run."""

from AIGCLibrary.clock import RealClock
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.auth.signers import HmacSigner
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tasks.clients import ProviderClients
from AIGCLibrary.tasks.connections import ProviderConnections
from AIGCLibrary.tasks.providers.loader import Providers


class Session:
    def get(self, _alias):
        return Connection("http://product.test")


def test_a_handle_of_another_process_finds_its_provider_in_the_files_of_the_run(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("version: 1\nproviders:\n  ours: {extends: generic}\n", encoding="utf-8")
    connections = ProviderConnections(Session(), Redactor(), RealClock())
    clients = ProviderClients(lambda: None, connections, Providers(), lambda: [path], lambda: [path])
    first = clients.client("ours", "video", None)
    assert first.provider.name == "ours"
    assert clients.client("ours", "video", None) is first


class Nobody:
    def get(self, _alias):
        raise ConfigError("There is no session.")


def test_a_signer_signs_beside_a_key_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("OURS_KEY", "k-1")
    monkeypatch.setenv("OURS_SECRET", "s-1")
    path = tmp_path / "own.yaml"
    path.write_text(
        "version: 1\nproviders:\n  ours:\n    extends: generic\n    base_url: http://product.test\n    auth: {key_env: "
        "OURS_KEY, header: X-Key, value: '{key}', signer: hmac, secrets: {secret: OURS_SECRET}, text: '{body}', "
        "headers: {X-Sign: '{signature}'}}\n",
        encoding="utf-8",
    )
    connections = ProviderConnections(Nobody(), Redactor(), RealClock())
    clients = ProviderClients(lambda: None, connections, Providers(), lambda: [path], lambda: [path])
    found = clients.client("ours", "video", None).connection
    assert dict(found.headers) == {"X-Key": "k-1"}
    assert isinstance(found.auth, HmacSigner)
