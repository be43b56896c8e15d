"""The public door for plug-ins: what a third party derives from, receives and returns.

- `AIGCPlugin`: base class of a plug-in
- `ScenarioContext`: what a plug-in is given
- `PluginResult`: what it gives back
- `Registry`: named things of one sort: built-ins, entry points, YAML
- `API_VERSION`: raised when this door changes in a way that plug-ins notice

The built-in capabilities use exactly this door.
"""

from AIGCLibrary.plugins.base import API_VERSION, AIGCPlugin, PluginResult, ScenarioContext
from AIGCLibrary.plugins.registry import Registry

__all__ = ["API_VERSION", "AIGCPlugin", "PluginResult", "Registry", "ScenarioContext"]
