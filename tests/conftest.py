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
