"""A TCP proxy whose connections can be frozen: bytes are swallowed in one or both directions, nothing is closed."""

import contextlib
import socket
import threading


class FreezingProxy:
    """Passes bytes on to a server until it is set to swallow them.

    Args:
        host: Name or address of the server.
        port: Its port.
    """

    def __init__(self, host, port):
        self._target = (host, port)
        self._swallowed = frozenset()
        self._sockets = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self, *directions):
        """Swallow what is sent in these directions, `up` to the server and `down` from it; both without any."""
        self._swallowed = frozenset(directions or ("up", "down"))

    def thaw(self):
        """Pass on what is sent from now on; what was swallowed is lost, so old connections are closed."""
        self._swallowed = frozenset()
        self._close()

    def close(self):
        self._listener.close()
        self._close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                for source, target, direction in ((client, server, "up"), (server, client, "down")):
                    threading.Thread(target=self._pass, args=(source, target, direction), daemon=True).start()

    def _pass(self, source, target, direction):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if direction not in self._swallowed:
                    target.sendall(data)
        if not self._swallowed:
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_WR)

    def _close(self):
        sockets, self._sockets = self._sockets, []
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
