"""Environments of real servers, built from the package index into a cache outside of the repository."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CACHE = "AIGC_WORLD"
"""Environment variable with the folder of the cache."""
_READY = "ready"
VERSIONS = Path(__file__).parent / "versions"
"""For each build the versions of all packages that it was tried with: `pip list --format freeze` in its environment."""


class WorldError(Exception):
    """A server cannot be built or started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Build:
    """A server to be built.

    Args:
        name: Folder in the cache; a new version is a new folder.
        packages: Requirements for pip.
        programs: Programs of the system that it needs.
    """

    name: str
    packages: tuple[str, ...]
    programs: tuple[str, ...] = ()


def cache_folder() -> Path:
    """Return the folder of the cache: `AIGC_WORLD`, else below the cache of this user."""
    chosen = os.environ.get(CACHE)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(chosen) if chosen else Path(home) / "aigclibrary" / "world"


def built(build: Build) -> Path:
    """Return the Python of a server's environment, built when it is not in the cache yet.

    Raises:
        WorldError: A program is missing, or pip fails; its last lines are in the message.
    """
    missing = [program for program in build.programs if shutil.which(program) is None]
    if missing:
        raise WorldError(f"{build.name} needs {', '.join(missing)} on the PATH; install it with the system's packages.")
    folder = cache_folder() / build.name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if (folder / _READY).is_file() and python.is_file():
        return python
    print(f"Building {build.name} in {folder} ({', '.join(build.packages)}) ...", flush=True)
    _done([sys.executable, "-m", "venv", "--clear", str(folder)], build.name)
    tried = VERSIONS / f"{build.name}.txt"
    pinned = ["-c", str(tried)] if tried.is_file() else []
    _done(
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *pinned, *build.packages], build.name
    )
    (folder / _READY).touch()
    return python


def _done(command: list[str], name: str) -> None:
    # Packages on the path of this process are none of the server's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-10:])
        raise WorldError(
            f"{name} cannot be built; '{' '.join(command[:4])} …' ended with {done.returncode}:\n{last}\n"
            "Check that the package index can be reached (pip config list), or set AIGC_WORLD to a folder with space."
        )
