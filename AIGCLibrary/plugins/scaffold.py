"""Writes a new plug-in package that works at once: `aigc init --plugin NAME`."""

import re
from importlib import resources
from pathlib import Path

from AIGCLibrary.errors import ConfigError

_FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "init.py.txt": "src/{package}/__init__.py",
    "plugin.py.txt": "src/{package}/plugin.py",
    "test_plugin.py.txt": "tests/test_plugin.py",
    "example.robot.txt": "suites/example.robot",
}
_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_PLACEHOLDER = re.compile(r"\$\{(name|title|cls|package|distribution)\}")


def create_plugin(directory: Path, name: str) -> list[Path]:
    """Write a plug-in package: pyproject with its entry point, the plug-in, tests, a suite, a README.

    Args:
        directory: The folder for the package; made when missing. It must be empty.
        name: Name of the plug-in in lower case, for example `watermark` or `voice-check`.

    Returns:
        The files written.

    Raises:
        ConfigError: The name cannot be one, or the folder holds something already (AIGC610).

    Example:
        ```python
        create_plugin(Path("aigc-watermark"), "watermark")
        ```
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"'{name}' cannot be the name of a plug-in: use lower-case letters, digits, '-' and '_'.", code="AIGC610"
        )
    if directory.exists() and any(directory.iterdir()):
        raise ConfigError(f"'{directory}' is not empty; a new plug-in needs a folder of its own.", code="AIGC610")
    words = re.split(r"[-_]", name)
    values = {
        "name": "_".join(words),
        "title": " ".join(words).capitalize(),
        "cls": "".join(word.capitalize() for word in words) + "Plugin",
        "package": "aigc_" + "_".join(words),
        "distribution": "aigc-" + "-".join(words),
    }
    source = resources.files("AIGCLibrary.plugins") / "template"
    written = []
    for template, place in _FILES.items():
        path = directory / place.format(**values)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (source / template).read_text(encoding="utf-8")
        path.write_text(_PLACEHOLDER.sub(lambda found: values[found[1]], text), encoding="utf-8")
        written.append(path)
    return written
