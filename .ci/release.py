"""Checks a release: `python .ci/release.py [FOLDER]` builds it and tries it in empty environments.

Builds sdist and wheel, checks them with twine and check-wheel-contents, installs the wheel into an empty environment
and runs `aigc init` and `aigc demo` there, checks the types as a consumer's mypy sees them, and repeats the demo with
the oldest and the newest versions of Robot Framework, Browser, SQLAlchemy and aiohttp that pyproject.toml allows.
Prints a line for each step; ends with 1 when one failed. Needs only the standard library and a package index.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("build", "twine", "check-wheel-contents")
BOUNDED = ("robotframework", "robotframework-browser", "SQLAlchemy", "aiohttp")
CONSUMER = """\
from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.api import judge_counts, objective

status = judge_counts(objective("locator.gold_hit_rate", min=0.7, target=0.85), good=3, n=4)
verdict: str = status.verdict
reveal: str = Text("core.listed", before="a", part="b").render("zh")
"""
HOST = """\
from robotmcp.plugins.discovery import iter_entry_point_plugins

(plugin,) = (one for one in iter_entry_point_plugins() if one.get_metadata().name == "AIGCLibrary")
assert "wait for task" in plugin.get_keyword_library_map(), plugin
"""
WRONG = 'from AIGCLibrary.i18n import Text\n\nwrong: int = Text("core.listed").render("zh")\n'


class Steps:
    """Runs steps, reports each in a line, and remembers whether one failed."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def run(self, name: str, *command: object, cwd: Path, expect: int = 0) -> str:
        """Run a command; return what it printed."""
        began = time.monotonic()
        environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
        done = subprocess.run(  # noqa: S603 - commands of this file
            [str(word) for word in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
        good = done.returncode == expect
        print(f"{'ok  ' if good else 'FAIL'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        if not good:
            self.failed.append(name)
            print(done.stdout[-3000:], done.stderr[-3000:], sep="\n", flush=True)
        return done.stdout


def environment(folder: Path, steps: Steps, *packages: object) -> Path:
    """Make an empty virtual environment with some packages; return the folder of its programs."""
    steps.run(f"environment {folder.name}", sys.executable, "-m", "venv", folder, cwd=folder.parent)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    steps.run(f"install into {folder.name}", programs / "pip", "install", "-q", *packages, cwd=folder.parent)
    return programs


def oldest() -> list[str]:
    """Return the lowest versions that pyproject.toml allows of the packages whose range matters most."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = dict(re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", line).groups() for line in project["dependencies"])  # type: ignore[union-attr]
    return [f"{name}=={bounds[name]}" for name in BOUNDED]


def demo(steps: Steps, programs: Path, folder: Path) -> None:
    """Make a project and run its demo, in both languages."""
    for language in ("en", "zh-CN"):
        project = folder / f"project-{language}"
        steps.run(
            f"aigc init ({language}, {folder.name})",
            programs / "aigc",
            "init",
            project,
            "--language",
            language,
            cwd=folder,
        )
        out = steps.run(f"aigc demo ({language}, {folder.name})", programs / "aigc", "demo", cwd=project)
        print("    ", *(line.strip() for line in out.splitlines() if re.match(r"\s*(All|合计|全部) ", line)))


def main(folder: Path) -> int:
    """Run all steps below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = Steps()
    dist = folder / "dist"
    tools = environment(folder / "tools", steps, *TOOLS)
    steps.run("build sdist and wheel", tools / "python", "-m", "build", "--outdir", dist, ROOT, cwd=folder)
    wheels, files = sorted(dist.glob("*.whl")), sorted(dist.iterdir()) if dist.exists() else []
    print("    ", *(f"{file.name} {file.stat().st_size // 1024} kB" for file in files))
    if not wheels:
        return 1
    steps.run("twine check --strict", tools / "twine", "check", "--strict", *files, cwd=folder)
    steps.run("check-wheel-contents", tools / "check-wheel-contents", wheels[0], cwd=folder)

    newest = folder / "newest"
    programs = environment(newest, steps, wheels[0], "mypy")
    steps.run("pip check", programs / "pip", "check", cwd=folder)
    print("    ", *versions(steps, programs, folder))
    (folder / "consumer.py").write_text(CONSUMER, encoding="utf-8")
    (folder / "wrong.py").write_text(WRONG, encoding="utf-8")
    steps.run("consumer's mypy --strict", programs / "mypy", "--strict", "consumer.py", cwd=folder)
    steps.run("mypy finds a wrong type", programs / "mypy", "--strict", "wrong.py", cwd=folder, expect=1)
    steps.run("libdoc", programs / "python", "-m", "robot.libdoc", "AIGCLibrary", folder / "out.html", cwd=folder)
    steps.run(
        "libdoc zh-CN",
        programs / "python",
        "-m",
        "robot.libdoc",
        "AIGCLibrary::language=zh-CN",
        folder / "zh.html",
        cwd=folder,
    )
    steps.run("aigc doctor", programs / "aigc", "doctor", cwd=folder)
    demo(steps, programs, newest)

    host = environment(folder / "assistants", steps, f"{wheels[0]}[assistants]")
    steps.run("rf-mcp finds the keywords", host / "python", "-c", HOST, cwd=folder)

    old = environment(folder / "oldest", steps, wheels[0], *oldest())
    print("    ", *versions(steps, old, folder))
    demo(steps, old, folder / "oldest")
    print(f"{len(steps.failed)} failed: {', '.join(steps.failed)}" if steps.failed else "The release is ready.")
    return 1 if steps.failed else 0


def versions(steps: Steps, programs: Path, folder: Path) -> list[str]:
    """Return the installed versions of the packages whose range matters most."""
    listed = steps.run("versions", programs / "pip", "list", "--format", "freeze", cwd=folder).splitlines()
    return [line for line in listed if line.partition("==")[0].lower() in {name.lower() for name in BOUNDED}]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1]).resolve()))
    with tempfile.TemporaryDirectory() as made:
        sys.exit(main(Path(made)))
