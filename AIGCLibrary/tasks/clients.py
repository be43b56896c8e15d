"""The clients of providers: one for each description, kind of task and connection."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.tasks.client import ProviderClient
from AIGCLibrary.tasks.connections import Signers, connection_for, identity
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.record import Task

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime


class ProviderClients:
    """Makes each client once.

    Args:
        engine: Connections, HTTP, and the provider files of the import.
        providers: The descriptions.
    """

    def __init__(self, engine: "Runtime", providers: Providers) -> None:
        self._engine = engine
        self._providers = providers
        self._clients: dict[tuple[Any, ...], ProviderClient] = {}
        self._named: dict[Path, list[str]] = {}
        self._signers: Signers = {}

    def name(self, name: str | None) -> str:
        """Return a provider's name; without one the only provider of the running suite's import, else of the run."""
        self.known()
        own = [one for path in self._engine.import_options.providers for one in self._named.get(path, ())]
        return name or (own[0] if len(own) == 1 else self._providers.default())

    def known(self) -> Providers:
        """Return the descriptions, with those of the settings.

        Raises:
            ConfigError: A file of the settings is wrong.
        """
        for path in self._engine.settings.providers:
            if path not in self._named:
                self._named[path] = self._providers.load(path)
        return self._providers

    def of(self, task: Task) -> ProviderClient:
        """Return the client of a task."""
        return self.client(task.provider, task.kind, task.session)

    def client(self, provider: str, kind: str, session: str | None) -> ProviderClient:
        """Return the client of a provider for a kind of task over a session."""
        reader = self._providers.reader(provider, kind)
        connection = connection_for(self._engine, reader.provider, session, self._signers)
        differs = kind in (self._providers.merged(provider).get("kinds") or {})
        key = (provider, kind if differs else None, identity(connection))
        client = self._clients.get(key)
        if client is None or client.reader.provider.source != reader.provider.source:
            client = self._clients[key] = ProviderClient(self._engine.http, reader, connection)
        return client
