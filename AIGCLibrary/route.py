"""How the environment says a host is reached: `HTTP_PROXY` and its kin, and the logins of `~/.netrc`.

aiohttp's own `trust_env` reads both anew for every request, in a thread; ten thousand waiting tasks cannot afford it.
"""

import netrc
import urllib.request
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from aiohttp import BasicAuth


@dataclass(frozen=True, slots=True)
class Route:
    """How one host is reached.

    Args:
        proxy: URL of the proxy, without login.
        proxy_auth: Login at the proxy.
        auth: Login at the host, from `~/.netrc`.
    """

    proxy: str | None = None
    proxy_auth: BasicAuth | None = None
    auth: BasicAuth | None = None


def route_of(url: str) -> Route:
    """Read how the environment says the host of a URL is reached."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    told = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(parts.scheme)
    return Route(*_without_login(told), auth=_login(host))


def _without_login(proxy: str | None) -> tuple[str | None, BasicAuth | None]:
    if not proxy:
        return None, None
    parts = urlsplit(proxy)
    if parts.username is None:
        return proxy, None
    place = parts.netloc.rpartition("@")[2]
    login = BasicAuth(unquote(parts.username), unquote(parts.password or ""))
    return urlunsplit(parts._replace(netloc=place)), login


def _login(host: str) -> BasicAuth | None:
    try:
        found = netrc.netrc().authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return None
    return BasicAuth(found[0] or found[1] or "", found[2] or "") if found else None
