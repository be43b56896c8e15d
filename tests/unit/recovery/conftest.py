"""An engine in a directory of its own."""

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine


@pytest.fixture
def engine(tmp_path, clock):
    made = Engine(Settings(language="en").identified({}), directory=tmp_path, clock=clock)
    yield made
    made.close()


@pytest.fixture
def first(engine):
    """Return the first suggestion for an error or a message."""

    def ask(failure, keyword="Click Target"):
        if isinstance(failure, Exception):
            engine.recovery.note(keyword, failure)
            failure = failure.message
        return engine.recovery.conclude("Suite.Test", True, failure)[0]

    return ask
