"""What is shipped and what is asked for: every import is declared, every data file is in the wheel."""

import ast
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OWN = {"AIGCLibrary", "tests", "bootstrap", "sitegen"}
ELSEWHERE = ("tests/support/gradio_pages.py", "tests/world/apps/")
"""Programs for interpreters of other environments: of `tests.bench relocate_pairs` and of `test --world`."""


NOT_INSTALLED = {"robotmcp": "rf-mcp"}
"""Distributions of modules that the tests do without, since they pull in a whole server."""


def declared(*extras):
    lines = list(PROJECT["project"]["dependencies"])
    for extra in extras:
        lines += PROJECT["project"]["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported(folder):
    found = {}
    for path in (ROOT / folder).rglob("*.py"):
        if path.relative_to(ROOT).as_posix().startswith(ELSEWHERE):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for name in names:
                found.setdefault(name.split(".")[0], set()).add(str(path.relative_to(ROOT)))
    return {name: where for name, where in found.items() if name not in OWN and name not in sys.stdlib_module_names}


def undeclared(folder, *extras):
    known, homes = declared(*extras), packages_distributions()
    return {
        name: sorted(where)
        for name, where in imported(folder).items()
        if not {canonicalize_name(home) for home in homes.get(name, [NOT_INSTALLED.get(name, name)])} & known
    }


def test_every_import_of_the_package_is_declared():
    extras = [name for name in PROJECT["project"]["optional-dependencies"] if name not in ("dev", "bench")]
    assert undeclared("AIGCLibrary", *extras) == {}


def test_every_import_of_the_tests_is_declared():
    assert undeclared("tests", *PROJECT["project"]["optional-dependencies"]) == {}


def test_every_data_file_of_the_package_goes_into_the_wheel():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["AIGCLibrary"]
    left_out = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "AIGCLibrary").rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
        if not any(fnmatch(path.name, pattern.removeprefix("**/")) for pattern in patterns)
    ]
    assert left_out == []


def test_only_the_package_goes_into_the_wheel():
    assert PROJECT["tool"]["setuptools"]["packages"]["find"]["include"] == ["AIGCLibrary*"]


def test_the_command_of_the_wheel_exists():
    from AIGCLibrary.cli.main import main

    assert PROJECT["project"]["scripts"]["aigc"] == f"{main.__module__}:{main.__name__}"


def test_every_extra_that_an_error_recommends_exists():
    recommended = {
        node.args[1].value
        for path in (ROOT / "AIGCLibrary").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "missing_extra" and len(node.args) > 1
    }
    assert recommended <= set(PROJECT["project"]["optional-dependencies"])
