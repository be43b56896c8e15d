"""Where a provider's requests go: the session named, the environment in use, or the provider's own address."""

import os
import re
from typing import TYPE_CHECKING

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.providers.model import Provider

CREDENTIALS = re.compile(r"auth|cookie|token|key|secret|signature|ticket", re.IGNORECASE)
"""In the names of headers that say who asks."""

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime


def sign_in(provider: Provider, connection: Connection) -> Text:
    """Say with whose credentials requests go, for messages; never the credentials."""
    carried = [name for name in connection.headers if CREDENTIALS.search(name) or _own(provider, name)]
    names = ", ".join(carried)
    if connection.alias is not None:
        said = Text("tasks.sign_in.carried", names=names) if names else Text("tasks.sign_in.nothing")
        return Text("tasks.sign_in.session", alias=connection.alias, carried=said)
    if provider.auth:
        held = "" if carried else Text("tasks.sign_in.unset")
        return Text("tasks.sign_in.auth", provider=provider.name, name=provider.auth["key_env"], held=held)
    if names:
        return Text("tasks.sign_in.headers", names=names)
    return Text("tasks.sign_in.none", provider=provider.name)


def _own(provider: Provider, name: str) -> bool:
    return bool(provider.auth) and name.lower() == str((provider.auth or {}).get("header", "")).lower()


def connection_for(engine: "Runtime", provider: Provider, session: str | None) -> Connection:
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
