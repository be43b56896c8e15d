"""The clients of providers: each is made once, from the files of the run."""

from AIGCLibrary.clock import RealClock
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
