"""Starts `python -m MODULE` in forks of one process that has imported what every run needs.

An inner run then costs what it does, not the half second of imports before it. A fork has its own folder, environment,
arguments, output and exit code; each request comes over a connection of its own and is answered with the exit code.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys

PRELOADED = (
    *("robot.run", "robot.rebot", "RequestsLibrary", "Browser", "aiohttp", "sqlalchemy.dialects.sqlite", "jinja2"),
    *("jsonschema", "jsonschema_rs", "yaml", "PIL.Image", "AIGCLibrary.library", "AIGCLibrary.listener"),
)
WHOLE = "AIGCLibrary"
"""Package whose modules are all imported, whatever a run uses of them; tests/unit/rf sees to what is imported when."""


def serve(path: str) -> None:
    """Answer requests at a Unix socket until standard input ends, which is when the process of the tests does."""
    package = pkgutil.walk_packages(importlib.import_module(WHOLE).__path__, f"{WHOLE}.")
    for name in (*PRELOADED, *(module.name for module in package if not module.name.endswith("__main__"))):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    wake, waker = socket.socketpair()
    wake.setblocking(False)
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX) as listening, selectors.DefaultSelector() as selector:
        listening.bind(path)
        listening.listen()
        selector.register(listening, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if sys.stdin.fileno() in ready:
                return
            if wake in ready:
                wake.recv(4096)
                _answer_ended(running)
            if listening in ready:
                connection, _ = listening.accept()
                request = json.loads(connection.makefile("rb").readline())
                child = os.fork()
                if child == 0:
                    for one in (wake, waker, listening, connection, *running.values()):
                        one.close()
                    selector.close()
                    break
                running[child] = connection
                connection.sendall(f"{child}\n".encode())
    _become(request)


def _answer_ended(running: dict[int, socket.socket]) -> None:
    while running:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        connection = running.pop(child)
        with contextlib.suppress(OSError):  # the process of the tests waits no longer
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        connection.close()


def _become(request: dict) -> None:
    """Run the module as `python -m` does, in a session of its own."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number, name in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
        opened = os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(sys.argv[1])
