"""How the environment says a host is reached: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and the logins of .netrc.

Read once for each address and remembered: aiohttp's own `trust_env` reads both for every request, in a thread; ten
thousand waiting tasks cannot afford it.
"""

import ipaddress
import logging
import os
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from AIGCLibrary.http.redirects import origin

log = logging.getLogger("aigc.http")
ROUTES = 200
"""Ways to hosts that are remembered."""
HINT = "hosts that are to be reached without it belong into NO_PROXY"


@dataclass(frozen=True, slots=True)
class Route:
    """How one host is reached.

    Args:
        proxy: URL of the proxy, with its login.
        login: Value of the header `Authorization`, from `.netrc`.
    """

    proxy: str | None = None
    login: str | None = None


class Routes:
    """Remembers how hosts are reached."""

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}

    def to(self, url: str) -> Route:
        """Return how the host of a URL is reached."""
        route = self._routes.get(url)
        if route is None:
            if len(self._routes) > ROUTES:
                self._routes.clear()
            route = self._routes[url] = route_of(url)
        return route


def route_of(url: str) -> Route:
    """Read how the environment says the host of a URL is reached.

    A loopback host is never reached through a proxy of the environment: another machine cannot know what runs here.
    """
    return Route(_proxy(url), _login(url))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: `localhost`, 127.0.0.0/8, ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_login(proxy: str) -> str:
    """Return a proxy's address for messages."""
    return origin(proxy if "://" in proxy else f"http://{proxy}")


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    proxies = urllib.request.getproxies()
    proxy = proxies.get({"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)) or proxies.get("all")
    if not proxy or is_loopback(parts.hostname or ""):
        return None
    from requests.utils import should_bypass_proxies  # NO_PROXY with ports and CIDR

    if should_bypass_proxies(url, no_proxy=None):
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    if urlsplit(proxy).scheme not in ("http", "https"):
        log.warning("The proxy %s is not used for %s: only HTTP proxies are.", without_login(proxy), parts.hostname)
        return None
    return proxy


def _login(url: str) -> str | None:
    named = os.environ.get("NETRC")
    if not any(
        path.is_file() for path in ([Path(named)] if named else [Path.home() / n for n in (".netrc", "_netrc")])
    ):
        return None
    from requests.utils import get_netrc_auth

    found = get_netrc_auth(url)
    if not found:
        return None
    return "Basic " + b64encode(f"{found[0] or ''}:{found[1] or ''}".encode()).decode()
