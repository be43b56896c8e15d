"""The clients of providers: one for each description, kind of task and connection."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.tasks.client import ProviderClient
from AIGCLibrary.tasks.connections import ProviderConnections, identity
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.record import Task


class ProviderClients:
    """Makes each client once.

    Args:
        http: Returns the client of the library.
        connections: Where requests go.
        providers: The descriptions.
        files: Returns the provider files of the run.
        own: Returns those of the import whose suite runs.
    """

    def __init__(
        self,
        http: Callable[[], HttpClient],
        connections: ProviderConnections,
        providers: Providers,
        files: Callable[[], Iterable[Path]],
        own: Callable[[], Iterable[Path]],
    ) -> None:
        self._http = http
        self._connections = connections
        self._providers = providers
        self._files = files
        self._own = own
        self._clients: dict[tuple[Any, ...], ProviderClient] = {}
        self._named: dict[Path, list[str]] = {}

    def name(self, name: str | None) -> str:
        """Return a provider's name; without one the only provider of the running suite's import, else of the run."""
        self.known()
        own = [client for path in self._own() for client in self._named.get(path, ())]
        return name or (own[0] if len(own) == 1 else self._providers.default())

    def known(self) -> Providers:
        """Return the descriptions, with those of the settings.

        Raises:
            ConfigError: A file of the settings is wrong.
        """
        for path in self._files():
            if path not in self._named:
                self._named[path] = self._providers.load(path)
        return self._providers

    def of(self, task: Task) -> ProviderClient:
        """Return the client of a task."""
        return self.client(task.provider, task.kind, task.session)

    def client(self, provider: str, kind: str, session: str | None) -> ProviderClient:
        """Return the client of a provider for a kind of task over a session."""
        reader = self.known().reader(provider, kind)  # a handle of another process may be the first to need the files
        connection = self._connections.get(reader.provider, session)
        differs = kind in (self._providers.merged(provider).get("kinds") or {})
        key = (provider, kind if differs else None, identity(connection))
        client = self._clients.get(key)
        if client is None or client.reader.provider.source != reader.provider.source:
            client = self._clients[key] = ProviderClient(self._http(), reader, connection)
        return client
