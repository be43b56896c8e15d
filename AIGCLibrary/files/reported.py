"""What a product reports as a file of its own: an address on a server, never a file of this machine."""

from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import unquote_to_bytes, urlsplit

from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.i18n import Text


def reported_source(url: str, absolute: Callable[[str], str]) -> str | bytes:
    """Return where a reported file is fetched from.

    Args:
        url: As reported: an address, a path on the server, or a `data:` URL (RFC 2397).
        absolute: Makes an address of a path on the server of the session.

    Returns:
        An HTTP address, or the content of a `data:` URL.

    Raises:
        DownloadError: It is something else, for example `file:`: the product does not choose files of this machine.
    """
    head, _, data = url.partition(",")
    if head.startswith("data:"):
        with suppress(ValueError):
            return b64decode(data) if ";base64" in head else unquote_to_bytes(data)
    address = url if ":" in url.partition("/")[0] else absolute(url)
    if urlsplit(address).scheme in ("http", "https"):
        return address
    raise DownloadError(
        f"The result names '{url[:200]}' as a file; files of results are fetched from http and https addresses only.",
        hint=Text("files.hint.address"),
        facts={"class": "no_address", "source": url[:200]},
    )
