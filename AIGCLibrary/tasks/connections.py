"""Where a provider's requests go: the session named, the environment in use, or the provider's own address."""

import os
from typing import TYPE_CHECKING

from AIGCLibrary.connection import Connection
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.providers.model import Provider

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine


def connection_for(engine: "Engine", provider: Provider, session: str | None) -> Connection:
    """Give the connection for a provider.

    Args:
        engine: Knows the sessions.
        provider: May have an address and a way to sign in of its own.
        session: Alias named by the tester; None for the environment in use.

    Raises:
        ConfigError: There is neither a session nor an address.
    """
    try:
        return engine.connections.get(session)
    except ConfigError:
        if session is not None or provider.base_url is None or "{" in provider.base_url:
            raise
    headers = {}
    if provider.auth:
        key = os.environ.get(provider.auth["key_env"])
        if key:
            engine.redactor.add(key)
            headers[provider.auth["header"]] = provider.auth["value"].replace("{key}", key)
    return Connection(provider.base_url, headers)
