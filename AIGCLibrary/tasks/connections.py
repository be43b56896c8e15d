"""Where a provider's requests go: the session named, the environment in use, or the provider's own address."""

import os
import re
from dataclasses import replace
from functools import partial

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.auth.build import SENDS_TOKEN, AuthContext, authenticator, token_place
from AIGCLibrary.http.auth.model import Authenticator
from AIGCLibrary.http.auth.signers import EnvironmentKey
from AIGCLibrary.http.connection import Connection, ConnectionSource
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.providers.hooks import HookSigner, readable
from AIGCLibrary.tasks.providers.model import Provider

CREDENTIALS = re.compile(r"auth|cookie|token|key|secret|signature|ticket", re.IGNORECASE)
"""In the names of headers that say who asks."""


def sign_in(provider: Provider, connection: Connection) -> Text:
    """Describe with whose credentials requests go, for messages; never the credentials."""
    carried = _carried(provider, connection)
    names = ", ".join(carried)
    variables = (provider.auth.get("secrets") or {}).values() if provider.auth.get("signer") else ()
    signed = connection.auth is not None and any(os.environ.get(name) for name in variables)
    if connection.alias is not None and not signed:
        said = Text("tasks.sign_in.carried", names=names) if names else Text("tasks.sign_in.nothing")
        return Text("tasks.sign_in.session", alias=connection.alias, carried=said)
    if provider.auth.get("signer"):
        shown = ", ".join((provider.auth.get("secrets") or {}).values())
        place = token_place(provider.auth)
        sent = Text("tasks.sign_in.sent", place=place) if place else ""
        signer = provider.auth["signer"]
        return Text("tasks.sign_in.signer", provider=provider.name, signer=signer, names=shown, sent=sent)
    if provider.auth:
        held = "" if carried else Text("tasks.sign_in.unset")
        return Text("tasks.sign_in.auth", provider=provider.name, name=provider.auth["key_env"], held=held)
    if names:
        return Text("tasks.sign_in.headers", names=names)
    return Text("tasks.sign_in.none", provider=provider.name)


def refusal_hint(provider: Provider, connection: Connection) -> Text:
    """Return what to do about refused credentials: check those that were sent, or send some."""
    sent = _carried(provider, connection) or connection.auth is not None or provider.auth.get("signer")
    return Text("core.hint.unauthorized" if sent else "core.hint.no_credentials")


def _carried(provider: Provider, connection: Connection) -> list[str]:
    """Return the names of headers that carry credentials."""
    return [name for name in connection.headers if CREDENTIALS.search(name) or _own(provider, name)]


def _own(provider: Provider, name: str) -> bool:
    return bool(provider.auth) and name.lower() == str((provider.auth or {}).get("header", "")).lower()


def identity(connection: Connection) -> tuple[object, ...]:
    """Return what distinguishes one connection from another; the client of a provider is kept for each."""
    return (connection.base_url, tuple(sorted(connection.headers.items())), connection.verify, connection.proxy)


class ProviderConnections:
    """Makes the connections of providers; a token is kept where it was fetched.

    Args:
        source: Knows the sessions.
        redactor: Learns the secrets.
        clock: Dates signatures.
    """

    def __init__(self, source: ConnectionSource, redactor: Redactor, clock: Clock) -> None:
        self._source = source
        self._redactor = redactor
        self._clock = clock
        self._signers: dict[tuple[object, ...], Authenticator] = {}

    def get(self, provider: Provider, session: str | None) -> Connection:
        """Return the connection for a provider.

        A signer authenticates over a session or environment, too, unless that has one of its own.

        Args:
            provider: May have an address and a way to authenticate of its own.
            session: Alias named by the tester; None for the environment in use.

        Raises:
            ConfigError: There is neither a session nor an address.
        """
        found = self._plain(provider, session)
        of_session = found.auth is not None and not isinstance(found.auth, EnvironmentKey)
        if of_session or not _signs(provider, found):
            return found
        key = (provider.name, provider.source, repr(provider.auth), found.base_url, found.proxy)
        if key not in self._signers:
            self._signers[key] = self._signer(provider, found)
        return replace(found, auth=self._signers[key])

    def _plain(self, provider: Provider, session: str | None) -> Connection:
        url = provider.base_url if session is None and "{" not in (provider.base_url or "{") else None
        try:
            if url is None or not provider.own_address:
                return self._source.get(session)
        except ConfigError:
            if url is None:
                raise
        variable = provider.auth.get("key_env")
        if not variable or not os.environ.get(variable):
            return Connection(url)
        header, value = provider.auth.get("header") or "Authorization", str(provider.auth.get("value", "Bearer {key}"))
        key = EnvironmentKey(header, value, variable, self._redactor.add, os.environ)
        return Connection(url, key.headers(), auth=key)

    def _signer(self, provider: Provider, base: Connection) -> Authenticator:
        if provider.hook is not None and provider.hook.sign is not None:
            return HookSigner(provider.hook)
        owner = f"provider '{provider.name}'"
        read = partial(readable, provider.hook) if provider.hook is not None and provider.hook.read else None
        context = AuthContext(owner, base, AnswerExpression, self._redactor.add, self._clock.now, read=read)
        return authenticator(provider.auth, context)


def _signs(provider: Provider, found: Connection) -> bool:
    """Return whether a provider's signer authenticates over a connection.

    It does not where the session carries that very header, or where a session is in use and none of the signer's
    variables is set: then the session has credentials of its own, or the product wants none.
    """
    if provider.hook is not None and provider.hook.sign is not None:
        return True
    signer = provider.auth.get("signer")
    if not signer:
        return False
    header = str(provider.auth.get("header") or "Authorization").lower()
    if signer in SENDS_TOKEN and header in {name.lower() for name in found.headers}:
        return False
    variables = (provider.auth.get("secrets") or {}).values()
    return found.base_url == provider.base_url or not variables or any(os.environ.get(name) for name in variables)
