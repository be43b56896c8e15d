"""Starting and stopping the real servers: each on a free port, ready when its address answers."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.world.builds import Build, WorldError, built

APPS = Path(__file__).parent / "apps"


@dataclass(frozen=True, slots=True)
class Part:
    """One process of a server.

    Args:
        command: Arguments behind the Python of its environment; `{port}`, `{redis}` and `{url}` are filled in.
        ready: Path that answers when it is ready; empty when nothing is waited for.
        environment: Variables, filled in likewise.
        program: It is a program of the system, not of the environment.
    """

    command: tuple[str, ...]
    ready: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    program: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """A product of somebody else.

    Args:
        build: What it is built from; None where its recorded answers are replayed.
        app: File in `apps` that it serves.
        suite: File in `suites` that tries it.
        parts: Its processes, in the order they start.
        files: Further files in `apps`, by the name that the server expects.
    """

    build: Build | None
    app: str
    suite: str
    parts: tuple[Part, ...]
    files: dict[str, str] = field(default_factory=dict)


_GRADIO = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_TEMP_DIR": "{folder}/files",
}
_PREFECT = {
    "PREFECT_HOME": "{folder}",
    "PREFECT_API_URL": "{url}/api",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
}
_REDIS = {"REDIS": "redis://127.0.0.1:{redis}/0", "FLOWER_UNAUTHENTICATED_API": "true"}


def _gradio(*packages: str) -> World:
    build = Build(packages[0].replace("==", "-"), (*packages, "pillow"), ("ffmpeg",))
    return World(build, "gradio_app.py", "gradio.robot", (Part(("{app}", "{port}"), "/config", _GRADIO),))


WORLDS = {
    # Gradio 5 does not run with the newest Hub client, which dropped a class that it imports.
    "gradio": (_gradio("gradio==6.31.0"), _gradio("gradio==5.49.1", "huggingface-hub<1", "pydantic<2.12")),
    "cog": (
        World(
            Build("cog-0.23.1", ("cog==0.23.1", "pillow")),
            "cog_app.py",
            "cog.robot",
            (
                Part(
                    ("-m", "cog.server.http", "--host", "127.0.0.1"),
                    "/health-check",
                    {"PORT": "{port}", "COG_PREDICT_TYPE_STUB": "cog_app.py:Predictor"},
                ),
            ),
            {".cog/openapi_schema.json": "cog_schema.json"},  # without it this release accepts any input
        ),
        World(
            Build("cog-0.9.9", ("cog==0.9.9", "pillow")),
            "cog_app.py",
            "cog.robot",
            (Part(("{folder}/cog_old.py", "--threads", "1"), "/health-check", {"PORT": "{port}"}),),
            {"cog.yaml": "cog.yaml", "cog_old.py": "cog_old.py"},
        ),
    ),
    "bentoml": (
        World(
            Build("bentoml-1.4.39", ("bentoml==1.4.39", "pillow"), ("ffmpeg",)),
            "bentoml_app.py",
            "bentoml.robot",
            (
                Part(
                    ("-m", "bentoml", "serve", "bentoml_app:Toy", "--host", "127.0.0.1", "--port", "{port}"),
                    "/readyz",
                    {"BENTOML_HOME": "{folder}", "BENTOML_DO_NOT_TRACK": "True"},
                ),
            ),
        ),
    ),
    "flower": (
        World(
            Build(
                "celery-5.7.0",
                ("celery==5.7.0", "flower==2.2.0", "sqlalchemy", "redis", "packaging"),
                ("redis-server",),
            ),
            "flower_app.py",
            "flower.robot",
            (
                Part(("redis-server", "--bind", "127.0.0.1", "--port", "{redis}", "--save", ""), program=True),
                Part(("-m", "celery", "-A", "flower_app", "worker", "-c", "1", "-E"), environment=_REDIS),
                Part(
                    ("-m", "celery", "-A", "flower_app", "flower", "--address=127.0.0.1", "--port={port}"),
                    "/healthcheck",
                    _REDIS,
                ),
            ),
        ),
    ),
    "prefect": (
        World(
            # This release imports a package that it does not declare, and an argument that newer FastAPI dropped.
            Build("prefect-3.5.0", ("prefect==3.5.0", "importlib-metadata", "fastapi<0.121")),
            "prefect_app.py",
            "prefect.robot",
            (
                Part(
                    ("-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", "{port}"),
                    "/api/health",
                    _PREFECT,
                ),
                Part(("{app}",), "/api/deployments/name/generate-video/api", _PREFECT),
            ),
        ),
    ),
}
"""The products by name, each with the versions that are tried."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs.

    Args:
        url: Its address.
        groups: Groups of its processes, for a suite that ends them as a crash would; none of one that is replayed.
    """

    url: str
    groups: tuple[int, ...] = ()


@contextmanager
def running(world: World, patience: float = 120) -> Iterator[Served]:
    """Run a server in a folder of its own; its processes end with the block.

    Args:
        world: What to run.
        patience: Seconds until it has to be ready.

    Yields:
        Its address and its processes.

    Raises:
        WorldError: It does not start; the end of its output is in the message.
    """
    python = built(world.build) if world.build else None
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="aigc-world-", ignore_cleanup_errors=True))
        )
        for target, source in {world.app: world.app, **world.files}.items():
            (folder / target).parent.mkdir(exist_ok=True)
            shutil.copy(APPS / source, folder / target)
        port, redis = _free_port(), _free_port()
        values = {"port": port, "redis": redis, "folder": folder, "app": folder / world.app}
        values["url"] = f"http://127.0.0.1:{port}"
        groups = [
            stack.enter_context(_process(part, python, folder, values, folder / f"output-{number}.txt", patience))
            for number, part in enumerate(world.parts)
        ]
        yield Served(str(values["url"]), tuple(groups))


@contextmanager
def _process(
    part: Part, python: Path | None, folder: Path, values: dict[str, object], output: Path, patience: float
) -> Iterator[int]:
    """Run one process, the first of its group, until the block ends; its children end with it."""
    command = [text.format(**values) for text in part.command]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIGC_", "PYTHON"))}
    environment |= {name: text.format(**values) for name, text in part.environment.items()}
    if python is not None:
        environment["PATH"] = f"{python.parent}{os.pathsep}{environment['PATH']}"
        command = command if part.program else [str(python), *command]
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            if part.ready:
                _await(process, f"{values['url']}{part.ready}", output, patience)
            yield process.pid
        finally:
            _end(process)


def _await(process: "subprocess.Popen[bytes]", url: str, output: Path, patience: float) -> None:
    """Wait until an address answers without an error."""
    until = time.monotonic() + patience
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while process.poll() is None and time.monotonic() < until:
        try:
            with opener.open(url, timeout=5) as answer:
                if b"STARTING" not in answer.read(4096):
                    return
        except OSError:
            pass
        time.sleep(0.3)
    last = "\n".join(output.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
    state = f"ended with {process.returncode}" if process.poll() is not None else f"is not ready after {patience:.0f} s"
    raise WorldError(f"The server for {url} {state}; its output ends with:\n{last}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its children, first politely."""
    for signal in (15, 9):
        try:
            os.killpg(process.pid, signal)
            process.wait(timeout=10)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
