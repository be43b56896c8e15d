"""Checks the addresses on a command line."""

from urllib.parse import urlsplit

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.redaction.redactor import Redactor


def check_url(url: str) -> bool:
    """Refuse an address that is no URL of a product.

    Returns:
        Whether the address contains credentials: a login, or a key in its query.

    Raises:
        ConfigError: It is not an absolute http(s) URL with a host.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ConfigError(f"'{url}' is not a URL: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"'{url}' is not an absolute URL; it starts with http:// or https://.")
    return bool(parts.password) or Redactor().text(url) != url
