"""TLS contexts, made once for each way to verify and each client certificate."""

import re
import ssl
from functools import lru_cache
from pathlib import Path

from AIGCLibrary.http.transport import Certificate, TransportError

_REFUSED = re.compile(
    r"ALERT_(\w+_)?(CERTIFICATE|UNKNOWN_CA|HANDSHAKE|ACCESS_DENIED|PROTOCOL_VERSION|DECRYPT)", re.ASCII
)


@lru_cache(maxsize=32)
def context(verify: bool | str = True, cert: Certificate | None = None) -> ssl.SSLContext:
    """Return the TLS context of a connection.

    Args:
        verify: False: certificates are not checked; a path: a CA bundle, a file or a folder.
        cert: Client certificate.

    Raises:
        TransportError: A file cannot be read, or holds no certificate; nothing was sent.
    """
    named = (verify if isinstance(verify, str) else "", *([cert] if isinstance(cert, str) else cert or ()))
    try:
        return _made(verify, cert)
    except OSError as error:  # OpenSSL's errors, too, and none of them names the file
        why = error.strerror if error.errno and not isinstance(error, ssl.SSLError) else str(error)
        files = ", ".join(f"'{name}'" for name in named if name)
        raise TransportError(f"the certificate in {files} cannot be read: {why}", sent=False, lasting=True) from error


def _made(verify: bool | str, cert: Certificate | None) -> ssl.SSLContext:
    if isinstance(verify, str):
        folder = Path(verify).is_dir()
        made = ssl.create_default_context(cafile=None if folder else verify, capath=verify if folder else None)
    else:
        made = ssl.create_default_context()
    if verify is False:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if cert:
        made.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
    return made


def handshake_refused(error: BaseException) -> bool:
    """Return whether an error is the server's refusal of the handshake: it has read nothing of the request.

    With TLS 1.3 the refusal of a client certificate arrives after the client's side of the handshake is done, on the
    first read, and looks like a broken connection. A reset can overtake it; alone that proves nothing.
    """
    return _REFUSED.search(str(error)) is not None


def distrusted(error: BaseException) -> bool:
    """Return whether an error is a certificate that one of the two sides does not accept."""
    cause = getattr(error, "os_error", error)  # of aiohttp's errors
    return isinstance(cause, ssl.SSLCertVerificationError) or handshake_refused(error)
