"""The demo product under test: a small AIGC video platform with a web UI, an API and a media generator.

    with StudioServer(StudioSettings(seed=1, speed=60)) as studio:
        requests.get(f"{studio.url}/api/v1/health")

It runs on loopback for the demo, the documentation and the tests; it is not meant to face a network.
Nothing here imports the rest of the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from AIGCLibrary.studio.app import create_app
    from AIGCLibrary.studio.server import StudioServer
    from AIGCLibrary.studio.settings import StudioSettings

__all__ = ["StudioServer", "StudioSettings", "create_app"]

_HOMES = {
    "StudioServer": "AIGCLibrary.studio.server",
    "StudioSettings": "AIGCLibrary.studio.settings",
    "create_app": "AIGCLibrary.studio.app",
}


def __getattr__(name: str) -> Any:
    """Import the public names when first used, so that importing the package stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
