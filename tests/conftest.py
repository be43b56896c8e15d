"""Fixtures for all tests: a studio in process, inner Robot runs, a fake clock."""

import asyncio
import os
import sys

import pytest
from hypothesis import HealthCheck, settings

from tests.support.clock import FakeClock
from tests.support.robot_run import run_robot

# Each of several processes would start a thread for each core, and they would spin while they wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says how busy the machine is.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.fixture(autouse=True)
def no_engine_left():
    """Close the engine of the process after each test: it takes the log of the whole library, and names the run."""
    yield
    if shared := sys.modules.get("AIGCLibrary.rf.shared"):
        shared.close()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def no_threads(monkeypatch):
    """Let work for threads be done at once, so that the fake clock stands still meanwhile."""

    async def at_once(function, *args, **kwargs):
        return function(*args, **kwargs)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


@pytest.fixture
def robot(tmp_path):
    """Run suite text: `robot(text, *options, env=…)`."""

    def run(text, *options, **settings):
        return run_robot(tmp_path, text, *options, **settings)

    return run


@pytest.fixture
async def transport():
    """The real transport."""
    from AIGCLibrary.http.network import NetworkTransport

    network = NetworkTransport()
    yield network
    await network.close()


@pytest.fixture(scope="module")
def studio():
    """A fast, well-behaved studio; its `url` is where it listens."""
    from AIGCLibrary.studio import StudioServer, StudioSettings

    with StudioServer(StudioSettings(seed=1, speed=60)) as server:
        yield server


LONGEST = (
    *("acceptance/test_front_door.py", "acceptance/locators/test_redesign.py", "acceptance/locators/test_healing.py"),
    *("acceptance/monitoring/test_pabot.py", "acceptance/monitoring/test_pages.py"),
    *("acceptance/recovery/test_on_a_page.py", "acceptance/tasks/test_parallel.py"),
    *("acceptance/locators/test_command_line.py", "acceptance/locators/test_targets.py"),
    *("acceptance/recovery/test_secrets.py", "acceptance/*/*.py", "acceptance/*.py"),
    *("unit/tasks/test_fuzz.py", "unit/test_docs.py", "unit/store/test_store.py", "unit/plugins/test_packages.py"),
    *("unit/plugins/test_manager.py", "unit/tasks/test_contracts.py", "unit/recovery/test_wording.py"),
    *("unit/files/test_passing_archives.py", "unit/files/test_quality.py", "unit/files/test_service.py"),
    *(
        "unit/files/test_visible_labels.py",
        "unit/locators/test_relocation_model.py",
        "unit/test_packaging.py",
        "unit/test_boundaries.py",
        "unit/test_translation.py",
        "unit/test_sentences.py",
    ),
)
"""Files that take longest, and those that wait for browsers and inner runs."""


def pytest_collection_modifyitems(items):
    """Put the longest files first, so that no process is left alone with one at the end."""
    places = {path: place_of(path) for path in {item.path for item in items}}
    items.sort(key=lambda item: places[item.path])


def place_of(path):
    return next((place for place, name in enumerate(LONGEST) if path.match(name)), len(LONGEST))
