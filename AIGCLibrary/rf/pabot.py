"""Whether pabot runs this process, and the name of the run that all its processes share.

The processes of one launch have to agree on a name that no other launch has: neither one in another container, where
process ids and ports repeat, nor the next night's. They agree through the first of these that all of them can reach:

1. a file in the folder `pabot_results`, which pabot empties at each start and which every process writes into
2. the library pabot serves to its processes
3. the process that started them, with its start time
"""

import contextlib
import hashlib
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.config import RUN_ID_VARIABLES, Settings
from AIGCLibrary.process import started_at

RESULTS = "pabot_results"
"""Name of the folder that pabot makes for the outputs of its processes."""
MARKER = "aigc-run"
"""Name of the file in it that holds the id of the run."""

_ID_LENGTH = 12
_PATIENCE = 5.0  # seconds for another process to finish writing 12 characters


def uri() -> str | None:
    """Return the address of pabot's own library; None outside of pabot and before a suite runs."""
    return _variable("${PABOTLIBURI}")


def joined(settings: Settings, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings with the run id that pabot's processes share; one set by the user stays."""
    address = uri()
    given = {environ[name] for name in RUN_ID_VARIABLES if environ.get(name)}
    if address is None or settings.run_id in given:
        return settings
    return replace(settings, run_id=run_id(address, _variable("${OUTPUT DIR}")))


def run_id(address: str, output_dir: str | None) -> str:
    """Return the id of the run a pabot process belongs to; the first process chooses it.

    Args:
        address: Address of pabot's library.
        output_dir: Where this process writes its output.
    """
    folder = _results_folder(output_dir)
    if folder is not None:
        with contextlib.suppress(OSError):
            return agree_in(folder)
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        return _agree_at(address)
    started_by = f"{socket.gethostname()}:{os.getppid()}:{started_at(os.getppid())}:{address}"
    return f"pabot-{hashlib.sha256(started_by.encode()).hexdigest()[:_ID_LENGTH]}"


def agree_in(
    folder: Path, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> str:
    """Return the id that is in the folder; write one if this process is the first.

    Raises:
        OSError: The folder cannot be written, or another process began to write and did not finish within 5 s.
    """
    marker = folder / MARKER
    chosen = _new_id()
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        try:
            os.write(descriptor, chosen.encode())
        finally:
            os.close(descriptor)
        return chosen
    deadline = clock() + _PATIENCE
    while len(found := marker.read_text(encoding="ascii")) < len(chosen):
        if clock() > deadline:
            raise TimeoutError(f"'{marker}' holds no run id")
        sleep(0.01)
    return found


def _agree_at(address: str) -> str:
    from robot.libraries.Remote import Remote

    remote, me = Remote(address, timeout="5 s"), f"{socket.gethostname()}:{os.getpid()}"

    def ask(name: str, *values: str) -> str:
        return str(remote.run_keyword(name, list(values), {}) or "")

    ask("acquire_lock", "aigc", me)
    try:
        found = ask("get_parallel_value_for_key", "aigc_run")
        if not found:
            found = _new_id()
            ask("set_parallel_value_for_key", "aigc_run", found)
    finally:
        ask("release_lock", "aigc", me)
    return found


def _new_id() -> str:
    return f"pabot-{uuid4().hex[:_ID_LENGTH]}"


def _results_folder(output_dir: str | None) -> Path | None:
    if not output_dir:
        return None
    return next((parent for parent in Path(output_dir).parents if parent.name == RESULTS and parent.is_dir()), None)


def _variable(name: str) -> str | None:
    try:
        found = BuiltIn().get_variable_value(name)
    except RobotNotRunningError:
        return None
    return str(found) if found else None
