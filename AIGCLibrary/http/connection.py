"""Where requests go and with what: base URL, headers, TLS, resolved from a session alias or an environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urljoin

from AIGCLibrary.http.auth.model import Authenticator

_SPECIAL = ("", ".", "?", "#", ";")
"""First letters of a path that is not simply put behind a base URL."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach one product.

    Args:
        base_url: Start of every relative path, for example `https://api.example.com/api/v1`.
        headers: Sent with every request, cookies among them; may hold secrets.
        verify: False: certificates are not checked; a path: a CA bundle.
        proxy: URL of a proxy.
        cert: Client certificate: a file with certificate and key, or two files.
        alias: Name of the RequestsLibrary session it came from.
        auth: Authenticates each request to its own origin: tokens that are fetched, signatures; None where the headers
            are sufficient.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    verify: bool | str = True
    proxy: str | None = None
    alias: str | None = None
    cert: str | tuple[str, str] | None = field(default=None, repr=False)
    auth: Authenticator | None = field(default=None, repr=False)

    def url(self, path: str) -> str:
        """Join a path to the base URL; an absolute URL stays as it is."""
        if "://" in path:
            return path
        if not path:
            return self.base_url
        start, rest = self.base_url.rstrip("/") + "/", path.lstrip("/")
        # Dots and queries are for the standard library; joining all else by it took a third of a poll's preparation.
        plain = rest[:1] not in _SPECIAL and "/." not in rest and "?" not in start and "#" not in start
        return start + rest if plain else urljoin(start, rest)

    def owns(self, url: str) -> bool:
        """Return whether a URL is of the same origin, so that credentials may go with it."""
        return self.url(url).startswith(urljoin(self.base_url, "/"))


class ConnectionSource(Protocol):
    """Knows the sessions a tester has made."""

    def get(self, alias: str | None) -> Connection:
        """Return the connection of an alias; of the environment in use, or of the only session, for None.

        Raises:
            ConfigError: The session does not exist, or None was asked and there is no obvious one.
        """
