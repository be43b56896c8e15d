"""What the library itself hears of the run: where it is, and which tests failed."""

from typing import Any

from AIGCLibrary.engine import Engine


class LibraryListener:
    """Listener that the library registers for itself.

    Args:
        engine: The services to tell.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def start_test(self, data: Any, _result: Any) -> None:
        """Note the running test."""
        self.engine.store.enter(data.parent.full_name, data.full_name)
