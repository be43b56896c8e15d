"""Keeps this process from the network during a replay: no name is looked up, no other machine is connected to.

It stands behind the transport, for the code of suites and of other libraries: requests, aiohttp, urllib, sockets. What
other programs send that a suite starts, and libraries that are no Python, cannot be seen from here.
"""

import contextlib
import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import Any

LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_guards: list["ClosedNetwork"] = []
_hooked: list[bool] = []


class NetworkClosedError(ConnectionRefusedError):
    """Something was to be sent to another machine during a replay."""


class ClosedNetwork:
    """Refuses everything that would leave this machine.

    Args:
        note: Called with what was refused: `api.example.com:443`.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note

    def install(self) -> None:
        """Begin."""
        if not _hooked:
            _hooked.append(True)
            sys.addaudithook(_hook)  # Python knows no way to remove one
        _guards.append(self)

    def remove(self) -> None:
        """End."""
        with contextlib.suppress(ValueError):
            _guards.remove(self)

    def refuse(self, address: str) -> None:
        """Refuse an address.

        Raises:
            NetworkClosedError: Always.
        """
        self._note(address)
        raise NetworkClosedError(f"Nothing is sent to another machine during a replay, so not to '{address}' either.")


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if not _guards or not event.startswith("socket."):
        return
    if event in LOOKUPS:
        host, port = args[0], args[1] if len(args) > 1 else None
        if not is_local(host):
            _guards[-1].refuse(f"{_text(host)}:{_text(port)}" if port else _text(host))
    elif event in SENDING:
        address = args[1]
        if isinstance(address, tuple) and address and not is_local(address[0]):
            _guards[-1].refuse(":".join(map(_text, address[:2])))


def is_local(host: object) -> bool:
    """Return whether a host is this machine: its name, a loopback address, or none at all."""
    if host is None:
        return True
    name = _text(host).strip("[]").rstrip(".").lower()
    if name in LOCAL_NAMES or name == socket.gethostname().lower():
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name.endswith(".localhost")  # RFC 6761, 6.3
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes | bytearray) else str(value)
