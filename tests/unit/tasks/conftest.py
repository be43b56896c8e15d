"""Fixture of the task tests: an engine with a scripted product, closed at the end."""

import asyncio

import pytest

from tests.unit.tasks.support import PLAIN, Bench


@pytest.fixture
def no_threads(monkeypatch):
    """Let work for threads be done at once, so that the fake clock stands still meanwhile."""

    async def at_once(function, *args, **kwargs):
        return function(*args, **kwargs)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


@pytest.fixture
async def bench(tmp_path, no_threads):
    """Make a bench: `bench(answer, provider)`."""
    made = []

    def make(answer, provider=PLAIN, settings=None):
        made.append(Bench(tmp_path, answer, provider, settings))
        return made[-1]

    yield make
    for one in made:
        await one.close()
