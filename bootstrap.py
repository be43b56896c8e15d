#!/usr/bin/env python3
"""Makes this folder ready and runs it: `python bootstrap.py demo` or `python bootstrap.py test`.

Needs Python 3.11 or newer and nothing else. It creates `.venv`, installs the project with what the command needs,
provides a browser, and then hands over to `aigc demo` or to the checks in `tests/gates.py`. What is already there is
left as it is, so a second run starts at once. Everything after the command is handed on:

    python bootstrap.py demo --headed
    python bootstrap.py demo --broken
    python bootstrap.py demo --replay
    python bootstrap.py test --unit
    python bootstrap.py test --world gradio cog
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

MINIMUM = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "aigc-stamp.json"
INSTALL_LOG = VENV / "install.log"
COMMANDS = {
    "demo": ((), ("-m", "AIGCLibrary", "demo")),
    "test": (("dev",), ("-m", "tests.gates")),
}


class Stop(Exception):  # noqa: N818 - it is the end of the program, said in one sentence
    """Ends bootstrap with one sentence that tells what to do."""


def main(arguments: list[str]) -> int:
    """Prepare the folder and run the command; give its exit code."""
    if sys.version_info < MINIMUM:
        raise Stop(f"Python {sys.version.split()[0]} is too old. Install Python 3.11 or newer and run it with that.")
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    command, rest = arguments[0], arguments[1:]
    if command not in COMMANDS:
        raise Stop(f"'{command}' is not a command. Available: {', '.join(COMMANDS)}.")
    extras, module = COMMANDS[command]
    wants_help = "-h" in rest or "--help" in rest
    python = make_venv()
    install(python, extras)
    if not wants_help and "--replay" not in rest:
        run([python, "-m", "AIGCLibrary", "browser", "--install", "--quiet"])
    return run([python, *module, *rest])


def make_venv() -> str:
    """Create `.venv` where it is missing or does not work; give the path of its Python."""
    python = venv_python()
    if python.is_file() and works([str(python), "-c", f"import sys, pip; sys.exit(sys.version_info < {MINIMUM})"]):
        return str(python)
    say(f"Creating {VENV.relative_to(ROOT)} with Python {sys.version.split()[0]} ...")
    if not works([sys.executable, "-m", "venv", "--clear", str(VENV)]) and not make_without_ensurepip(python):
        raise Stop(
            "Python cannot create a virtual environment here. On Debian and Ubuntu: apt-get install python3-venv; "
            "elsewhere reinstall Python with its 'venv' and 'pip' parts."
        )
    return str(venv_python())


def make_without_ensurepip(python: Path) -> bool:
    """Create `.venv` on systems that ship Python without `ensurepip` but with pip."""
    return works([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)]) and works(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "pip"]
    )


def venv_python() -> Path:
    """Return the path of the Python of `.venv`, which differs on Windows."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(python: str, extras: tuple[str, ...]) -> None:
    """Install the project and the extras, unless the stamp says that nothing changed since."""
    state = fingerprint()
    done = read_stamp()
    if done.get("state") == state and set(extras) <= set(done.get("extras", [])):
        return
    wanted = sorted({*extras, *(done.get("extras", []) if done.get("state") == state else [])})
    target = f".[{','.join(wanted)}]" if wanted else "."
    say("Installing the project and what it needs (the first time about two minutes) ...")
    started = time.monotonic()
    base = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    if not follow([*base, "-e", target]):
        raise Stop(
            f"pip could not install the project; its last lines are above, all of them are in {INSTALL_LOG}. "
            "Check the network or the proxy (pip config list) and run this command again."
        )
    STAMP.write_text(json.dumps({"state": state, "extras": wanted}), encoding="utf-8")
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def follow(command: list[str]) -> bool:
    """Run pip with its output in a file, and show what it is at; show the end of the output when it fails."""
    count, current, shown = 0, "", time.monotonic()
    pipe = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
        "encoding": "utf-8",
        "errors": "replace",
    }
    with INSTALL_LOG.open("w", encoding="utf-8") as log:
        with subprocess.Popen(command, cwd=ROOT, **pipe) as process:
            for line in process.stdout or ():
                log.write(line)
                if line.startswith(("Collecting ", "Requirement already ")):
                    count += 1
                    current = line.split(" (from")[0].strip()
                elif line.startswith(("Installing collected", "Building", "Preparing")):
                    current = line.strip()
                if sys.stdout.isatty():
                    print(f"\r  {current[:76]:<76}", end="", flush=True)
                elif time.monotonic() - shown > 10:
                    shown = time.monotonic()
                    say(f"  {count} packages so far; {current[:70]}")
        if sys.stdout.isatty():
            print(f"\r{'':<78}\r", end="")
    if process.returncode:
        print("".join(INSTALL_LOG.read_text(encoding="utf-8").splitlines(keepends=True)[-15:]), file=sys.stderr)
    return process.returncode == 0


def fingerprint() -> str:
    """Describe all that decides what is installed; `.venv` is brought up to date when it changes."""
    facts = [str(ROOT), str(sys.version_info[:2])]
    facts += [(ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "setup.py")]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def read_stamp() -> dict:
    """Read what was installed last; nothing when it is unknown."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def works(command: list[str]) -> bool:
    """Say whether a command ends well, without showing its output."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def run(command: list[str]) -> int:
    """Run a command of the project in the foreground; Ctrl-C reaches it and not only us."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def say(text: str) -> None:
    """Tell what is going on."""
    print(text, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as reason:
        sys.exit(f"bootstrap: {reason}")
    except KeyboardInterrupt:
        sys.exit(130)
