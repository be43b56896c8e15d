"""TLS contexts, made once for each way to verify."""

import ssl
from functools import lru_cache


@lru_cache(maxsize=32)
def context(verify: bool | str = True) -> ssl.SSLContext:
    """Return the TLS context for a connection.

    Args:
        verify: False: certificates are not checked; a path: a CA bundle, a file or a folder.

    Raises:
        OSError: The bundle cannot be read.
    """
    made = ssl.create_default_context()
    if isinstance(verify, str):
        made = _trusting(verify)
    elif not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def _trusting(bundle: str) -> ssl.SSLContext:
    from pathlib import Path

    if Path(bundle).is_dir():
        return ssl.create_default_context(capath=bundle)
    return ssl.create_default_context(cafile=bundle)
