"""Robot Framework library for testing AIGC products.

`Library    AIGCLibrary` in a suite is all a tester writes. From Python, the same names are here:

- `AIGCLibrary`: the Robot Framework library class (`AIGCLibrary.library`)
- `Listener`: for `robot --listener AIGCLibrary.Listener` (`AIGCLibrary.listener`)
- `SLOReport`: for `--prerebotmodifier AIGCLibrary.SLOReport` (`AIGCLibrary.rf.slo_report`)
- `plugins`: the public door for plug-ins (`AIGCLibrary.plugins`)

Names are loaded when first used, so that importing a part of the package does not import Robot Framework.
"""

import gc
from importlib import import_module
from typing import Any

from AIGCLibrary._version import __version__

_HOMES = {
    "AIGCLibrary": "AIGCLibrary.library",
    "Listener": "AIGCLibrary.listener",
    "SLOReport": "AIGCLibrary.rf.slo_report",
}

__all__ = ["AIGCLibrary", "Listener", "SLOReport", "__version__"]


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first asked for."""
    if name in _HOMES:
        # Modules are not garbage: looking for some among them takes a third of the time of loading them.
        collects = gc.isenabled()
        gc.disable()
        try:
            return getattr(import_module(_HOMES[name]), name)
        finally:
            if collects:
                gc.enable()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
