"""What an import of the library and a run that uses none of it may load: modules are counted, no time is."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {
    "aiohttp", "alembic", "anyio", "apprise", "av", "c2pa", "cryptography", "elementpath", "faker", "isal", "jinja2",
    "jmespath", "jsonschema_rs", "mcp", "multidict", "numpy", "opentelemetry", "PIL", "prometheus_client", "requests",
    "rich", "sqlalchemy", "sqlite3", "yarl", "Browser", "RequestsLibrary",
}  # fmt: skip
CAPABILITIES = ("data", "files", "locators", "monitoring", "plugins", "recovery", "studio", "tasks")
LIGHT = {
    "data.options",
    "data.errors",
    "files.options",
    "files.units",
    "files.work",
    "locators.element",
    "locators.errors",
    "locators.model",
}
"""Modules of the capabilities that the keywords import for the types of their arguments and for their errors."""

RUN = """
import json, sys
sys.argv = ["robot"]
from robot import run
code = run("suite.robot", output=None, log=None, report=None, stdout=sys.stderr, {options})
print(json.dumps({{"code": code, "modules": sorted(sys.modules)}}))
"""


def loaded(directory, program):
    """Run a Python program; give what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIGC_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=directory,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
        check=True,
    )
    return json.loads(done.stdout)


def heavy(modules):
    """Heavy packages, and modules of the capabilities that are not light, among the names of modules."""
    own = {name.removeprefix("AIGCLibrary.") for name in modules if name.startswith("AIGCLibrary.")}
    return sorted(HEAVY & {name.partition(".")[0] for name in modules}) + sorted(
        name for name in own - LIGHT if name.partition(".")[0] in CAPABILITIES and "." in name
    )


@pytest.mark.parametrize("name", ["AIGCLibrary.library", "AIGCLibrary.listener"])
def test_an_import_loads_nothing_heavy(tmp_path, name):
    assert heavy(loaded(tmp_path, f"import json, sys, {name}; print(json.dumps(sorted(sys.modules)))")) == []


def test_a_run_that_uses_no_keyword_loads_nothing_heavy_and_leaves_no_store(tmp_path):
    (tmp_path / "suite.robot").write_text(
        "*** Settings ***\nLibrary    AIGCLibrary\n*** Test Cases ***\nTrivial\n    Log    Nothing of ours.\n",
        encoding="utf-8",
    )
    found = loaded(tmp_path, RUN.format(options=""))
    assert found["code"] == 0
    assert "AIGCLibrary.library" in found["modules"]
    assert heavy(found["modules"]) == []
    assert list(tmp_path.rglob("*.db")) == []


@pytest.mark.parametrize(
    ("case", "body", "options"),
    [
        ("keyword", "Record Metric    warm_up    ${1}", ""),
        ("failure", "Fail    On purpose", ""),
        ("listener", "Log    Nothing of ours.", 'listener=["AIGCLibrary.Listener"]'),
    ],
)
def test_a_run_that_uses_the_library_or_fails_is_stored_from_its_beginning(tmp_path, case, body, options):
    (tmp_path / "suite.robot").write_text(
        "*** Settings ***\nLibrary    AIGCLibrary\n*** Test Cases ***\n"
        f"Before\n    Log    Nothing of ours.\n{case}\n    {body}\n",
        encoding="utf-8",
    )
    assert loaded(tmp_path, RUN.format(options=options))["code"] == (1 if case == "failure" else 0)
    with sqlite3.connect(tmp_path / "results" / "aigc.db") as store:
        rows = store.execute("SELECT test, status FROM test_result ORDER BY at").fetchall()
        runs = store.execute("SELECT name, status FROM run").fetchall()
    status = "FAIL" if case == "failure" else "PASS"
    assert rows == [("Suite.Before", "PASS"), (f"Suite.{case}", status)]
    assert runs == [("Suite", status)]
