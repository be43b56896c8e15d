"""How the environment says a host is reached: `HTTP_PROXY` and its kin, and the logins of `~/.netrc`.

aiohttp's own `trust_env` reads both anew for every request, in a thread; ten thousand waiting tasks cannot afford it.
"""

import netrc
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Route:
    """How one host is reached.

    Args:
        proxy: URL of the proxy, with its login.
        login: Value of the header `Authorization`, from `~/.netrc`.
    """

    proxy: str | None = None
    login: str | None = None


def route_of(url: str) -> Route:
    """Read how the environment says the host of a URL is reached."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxy = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(parts.scheme)
    return Route(proxy or None, _login(host))


def _login(host: str) -> str | None:
    try:
        found = netrc.netrc().authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return None
    if not found:
        return None
    text = f"{found[0] or found[1] or ''}:{found[2] or ''}"
    return "Basic " + b64encode(text.encode()).decode()
