"""Where a provider's requests go: the session named, the environment in use, or the provider's own address."""

import os
import re
from typing import TYPE_CHECKING

from AIGCLibrary.connection import Connection
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.providers.model import Provider

CREDENTIALS = re.compile(r"auth|cookie|token|key|secret|signature|ticket", re.IGNORECASE)
"""In the names of headers that say who asks."""

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine


def sign_in(provider: Provider, connection: Connection) -> str:
    """Say with whose credentials requests go, for messages; never the credentials."""
    carried = [name for name in connection.headers if CREDENTIALS.search(name) or _own(provider, name)]
    if connection.alias is not None:
        return f"session '{connection.alias}', {_carried(carried)}"
    if provider.auth:
        name = provider.auth["key_env"]
        held = "" if carried else ", which is not set"
        return f"auth of provider '{provider.name}', token from the environment variable {name}{held}"
    return f"provider '{provider.name}' has no auth, and there is no session; {_carried(carried)}"


def _own(provider: Provider, name: str) -> bool:
    return bool(provider.auth) and name.lower() == str((provider.auth or {}).get("header", "")).lower()


def _carried(names: list[str]) -> str:
    return f"token in its header {', '.join(names)}" if names else "which sends no token"


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
