"""Waits for what another thread or process does; how long that takes says only how busy the machine is."""

import time
from collections.abc import Callable

LONGEST = 120.0
"""Seconds after which something is taken to have gone wrong; nothing that works takes so long."""


def until(condition: Callable[[], object], seconds: float = LONGEST) -> None:
    """Wait until a condition is true.

    Args:
        condition: Asked again and again.
        seconds: Longest time; only a failing test waits for it.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not happen within {seconds:g} s"
        time.sleep(0.01)
