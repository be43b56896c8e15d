"""Redirects: what goes along to where an answer sends us.

Headers that may hold credentials, and bodies, stay with their origin (RFC 9110 §15.4); names of own key headers are not
known, so that all headers stay but those that describe the request.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit, urlunsplit

STATUSES = frozenset({301, 302, 303, 307, 308})
LIMIT = 8
"""Redirects that are followed for one request."""
_HARMLESS = frozenset({"accept", "accept-encoding", "accept-language", "if-range", "range", "user-agent"})
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]")
_PORTS = {"http": 80, "https": 443}


def target(status: int, location: str | None, url: str) -> str | None:
    """Return the absolute URL that an answer redirects to; None when it does not.

    Control characters are escaped. What is no URL gets the scheme `invalid:`, which no caller follows.
    """
    if not location or status not in STATUSES:
        return None
    location = _CONTROL.sub(lambda sign: f"%{ord(sign[0]):02X}", location)
    try:
        found = urljoin(url, location)
        _port(urlsplit(found))
    except ValueError:
        return "invalid:" + location.replace("[", "%5B").replace("]", "%5D")
    return found


def absolute(url: str, link: str) -> str:
    """Return a link of a product as an absolute URL; brackets are escaped where they make it none."""
    try:
        found = urljoin(url, link)
        urlsplit(found)
    except ValueError:
        return urljoin(url, link.replace("[", "%5B").replace("]", "%5D"))
    return found


def same_origin(url: str, other: str) -> bool:
    """Return whether credentials for one URL may go to another one.

    The same scheme, host and port; from http to https of the same host on the standard ports, too, as the connection
    only gets safer. From https to http never.
    """
    first, second = urlsplit(url), urlsplit(other)
    if first.hostname != second.hostname:
        return False
    if first.scheme == second.scheme:
        return _port(first) == _port(second)
    return (first.scheme, _port(first), second.scheme, _port(second)) == ("http", 80, "https", 443)


def method_after(status: int, method: str) -> str:
    """Return the method of the request after a redirect: GET after 303, and after 301 and 302 for POST."""
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        return "GET"
    return method


def with_cookies(headers: Mapping[str, str], cookies: Mapping[str, str]) -> dict[str, str]:
    """Return headers that also send the cookies which the redirect set, in place of those of the same names."""
    if not cookies:
        return dict(headers)
    sent = next((value for name, value in headers.items() if name.lower() == "cookie"), "")
    old = [pair for pair in sent.split("; ") if pair and pair.partition("=")[0] not in cookies]
    pairs = [*old, *(f"{name}={value}" for name, value in cookies.items())]
    return {name: value for name, value in headers.items() if name.lower() != "cookie"} | {"Cookie": "; ".join(pairs)}


def harmless(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that may go to another origin."""
    return {name: value for name, value in headers.items() if name.lower() in _HARMLESS}


def without_secrets(url: str, sent: str, is_secret: Callable[[str], bool]) -> str:
    """Return where a redirect leads, without the secrets of the request's own query, which some servers copy.

    Args:
        url: Where it leads: to another origin.
        sent: The URL of the request.
        is_secret: Whether a text is a secret.
    """
    own = {pair for pair in map(unquote_plus, urlsplit(sent).query.split("&")) if is_secret(pair.partition("=")[2])}
    parts = urlsplit(url)
    pairs = parts.query.split("&")
    left = [pair for pair in pairs if unquote_plus(pair) not in own]
    return url if left == pairs else urlunsplit(parts._replace(query="&".join(left)))


def note(start: str, end: str) -> str:
    """Describe a redirect to another origin for messages; the URLs are masked already."""
    return f"redirected from {start} to {end}; credentials were not sent along"


def origin(url: str) -> str:
    """Return scheme, host and port of a URL, without a login."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)
