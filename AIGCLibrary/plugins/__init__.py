"""The public door for plug-ins: what a third party derives from, receives and returns.

- `AIGCPlugin`: base class of a plug-in
- `ScenarioContext`: what a plug-in is given
- `PluginResult`: what it gives back
- `Registry`: named things of one sort: built-ins, entry points, YAML
- `API_VERSION`: raised when this door changes in a way that plug-ins notice
- `RecoveryStrategy`, `Attempt`, `Level`, `Failure`, `Suggestion`, `Applicability`: for recovery strategies

| entry point group       | what an entry point names |
|-------------------------|---------------------------|
| `aigclibrary.plugins`   | a subclass of `AIGCPlugin` |
| `aigclibrary.recovery`  | a subclass of `RecoveryStrategy` |

Installed is not enabled: a package is loaded when its name is asked for, in `plugins=`, by `Execute Plugin`, or in
the strategy table. The built-in capabilities use exactly this door.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from AIGCLibrary.plugins.base import API_VERSION, AIGCPlugin, PluginResult, ScenarioContext
from AIGCLibrary.plugins.registry import Registry

if TYPE_CHECKING:
    from AIGCLibrary.recovery.failure import Failure as Failure
    from AIGCLibrary.recovery.model import Applicability as Applicability
    from AIGCLibrary.recovery.model import Suggestion as Suggestion
    from AIGCLibrary.recovery.strategy import Attempt as Attempt
    from AIGCLibrary.recovery.strategy import Level as Level
    from AIGCLibrary.recovery.strategy import RecoveryStrategy as RecoveryStrategy

_LATER = {
    "Applicability": "AIGCLibrary.recovery.model",
    "Attempt": "AIGCLibrary.recovery.strategy",
    "Failure": "AIGCLibrary.recovery.failure",
    "Level": "AIGCLibrary.recovery.strategy",
    "RecoveryStrategy": "AIGCLibrary.recovery.strategy",
    "Suggestion": "AIGCLibrary.recovery.model",
}
"""Names that are loaded when first used: recovery itself uses the registry of this package."""

__all__ = [
    "API_VERSION",
    "AIGCPlugin",
    "Applicability",
    "Attempt",
    "Failure",
    "Level",
    "PluginResult",
    "RecoveryStrategy",
    "Registry",
    "ScenarioContext",
    "Suggestion",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home when it is first asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
