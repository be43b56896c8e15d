"""Ports of this machine."""

import socket


def free_port() -> int:
    """Return a port that is free now, for a program that cannot choose one itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
