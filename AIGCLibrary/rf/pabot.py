"""Whether pabot runs this process, and the name of the run that all its processes share."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.config import Settings


def uri() -> str | None:
    """Give the address of pabot's own library; None outside of pabot and before a suite runs."""
    try:
        found = BuiltIn().get_variable_value("${PABOTLIBURI}")
    except RobotNotRunningError:
        return None
    return str(found) if found else None


def joined(settings: Settings, environ: Mapping[str, str] = os.environ) -> Settings:
    """Give the settings the run id that pabot's processes share; one given by the user stays."""
    address = uri()
    if address is None or settings.run_id == environ.get("AIGC_RUN_ID") or settings.run_id.startswith("pabot-"):
        return settings
    return replace(settings, run_id=run_id(address, _pabot_pid(address)))


def run_id(address: str, pid: int) -> str:
    """Name the run of a pabot process."""
    return f"pabot-{pid}-{address.rsplit(':', 1)[-1].strip('/')}"


def _pabot_pid(address: str) -> int:
    """Find pabot's process: the parent; on Windows a launcher stands between, so its children agree on one number."""
    if os.name != "nt":
        return os.getppid()
    from robot.libraries.Remote import Remote

    def ask(name: str, *values: Any) -> Any:
        return Remote(address).run_keyword(name, list(values), {})

    try:
        ask("acquire_lock", "aigc", str(os.getpid()))
        known = ask("get_parallel_value_for_key", "aigc_run")
        if not known:
            ask("set_parallel_value_for_key", "aigc_run", os.getpid())
        ask("release_lock", "aigc", str(os.getpid()))
        return int(known or os.getpid())
    except (OSError, RuntimeError, ValueError):
        return os.getppid()
