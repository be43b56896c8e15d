"""`python -m MODULE` in a fork of a process with the imports done, where the platform has forks; else as a process."""

import atexit
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ_AT_START = ("PYTHON", "LC_", "LANG")
"""Beginnings of variables that an interpreter reads when it starts: a fork cannot follow them."""


def run_module(module: str, *arguments, cwd, env: dict[str, str], timeout: float = 900):
    """Run a module; give its exit code and its output as `subprocess.run` does."""
    arguments = [str(one) for one in arguments]
    server = _server() if _at_start(env) == _at_start(_environment()) else None
    if server is None:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
    with tempfile.TemporaryDirectory(prefix="aigc-fork-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        request = {"module": module, "arguments": arguments, "cwd": str(cwd), "env": env}
        code = _ask(server, {**request, "out": str(out), "err": str(err)}, timeout)
        texts = [one.read_text(encoding="utf-8") for one in (out, err)]
    return subprocess.CompletedProcess([module, *arguments], code, *texts)


def _ask(server: str, request: dict, timeout: float) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(server)
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = connection.makefile("r")
        child = int(answer.readline())
        try:
            return int(answer.readline())
        except TimeoutError as error:
            os.killpg(child, signal.SIGKILL)
            raise subprocess.TimeoutExpired([request["module"], *request["arguments"]], timeout) from error


def _environment() -> dict[str, str]:
    """The environment of the server: that of the tests without settings of the library."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AIGC_")}
    return clean | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def _at_start(env: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in env.items() if key.startswith(READ_AT_START) and key != "PYTEST"}


@functools.cache
def _server() -> str | None:
    """Start the server of this process of the tests; give the address of its socket."""
    if not hasattr(os, "fork") or sys.platform == "darwin":
        return None
    folder = tempfile.TemporaryDirectory(prefix="aigc-forks-")
    path = str(Path(folder.name, "socket"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.fork_server", path],
        cwd=ROOT,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def stop() -> None:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()
        folder.cleanup()

    atexit.register(stop)
    return path if process.stdout.readline() else None
