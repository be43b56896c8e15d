"""The parts of a request as the signature schemes of cloud vendors write them."""

import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, unquote, urlsplit

UNRESERVED = "-_.~"
"""Characters beside letters and digits that RFC 3986 leaves as they are."""


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def hmac_sha256(key: bytes, text: str) -> bytes:
    """Return the HMAC-SHA256 of a text."""
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def derived_key(secret: str, *parts: str) -> bytes:
    """Return the key that a chain of HMACs derives from a secret: date, region, service, a fixed word."""
    key = secret.encode()
    for part in parts:
        key = hmac_sha256(key, part)
    return key


def host(url: str) -> str:
    """Return host and port of a URL as in the header `Host`."""
    return urlsplit(url).netloc.rpartition("@")[2]


def path(url: str, *, twice: bool = False) -> str:
    """Return the path of a URL, encoded as RFC 3986 says.

    Args:
        url: The URL.
        twice: Encode the encoded path again, as AWS demands for all services but S3.
    """
    plain = urlsplit(url).path or "/"
    # By segments: an encoded slash is part of its segment, as in the ARNs of AWS.
    encoded = "/".join(quote(unquote(segment), safe=UNRESERVED) for segment in plain.split("/"))
    return quote(encoded, safe="/" + UNRESERVED) if twice else encoded


def query(url: str) -> str:
    """Return the query of a URL, sorted and encoded as RFC 3986 says."""
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    encoded = sorted((quote(name, safe=UNRESERVED), quote(value, safe=UNRESERVED)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def header_lines(headers: Mapping[str, str], names: Iterable[str]) -> str:
    """Return `name:value` lines of some headers, each with its line break; names are lower case and sorted."""
    found = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    return "".join(f"{name}:{found[name]}\n" for name in sorted(names))


def utc(now: float, pattern: str) -> str:
    """Return a time in UTC by a `strftime` pattern."""
    return time.strftime(pattern, time.gmtime(now))
