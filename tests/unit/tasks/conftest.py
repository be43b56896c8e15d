"""Fixture of the task tests: an engine with a scripted product, closed at the end."""

import pytest

from tests.unit.tasks.support import PLAIN, Bench


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
