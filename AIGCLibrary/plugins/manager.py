"""Finds, starts, runs and ends the plug-ins of one engine."""

import importlib.util
import logging
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import AIGCError, PluginError
from AIGCLibrary.plugins.base import API_VERSION, AIGCPlugin, PluginResult, ScenarioContext
from AIGCLibrary.plugins.registry import Registry, import_object

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine

log = logging.getLogger("aigc.plugins")

BUILT_IN = {
    "async_task": "AIGCLibrary.tasks.plugin:AsyncTaskPlugin",
    "file_processing": "AIGCLibrary.files.plugin:FileProcessingPlugin",
    "api_mixing": "AIGCLibrary.data.plugin:APIMixingPlugin",
}
"""The capabilities, loaded when first used, through the same door as anybody's."""


class PluginManager:
    """Runs plug-ins by name.

    Args:
        engine: Given to the plug-ins as part of their context.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._started: dict[str, AIGCPlugin] = {}
        self.registry: Registry[Any] = Registry("plugin", "aigclibrary.plugins")
        for name, path in BUILT_IN.items():
            self.registry.add(name, path)
        for path in engine.settings.plugins:
            if ":" in path:
                cls = import_object(path)
                self.registry.add(_name_of(cls), cls, f"plugins={path}")
        self.context = ScenarioContext(engine)
        engine.on_close(self.close)

    def get(self, name: str) -> AIGCPlugin:
        """Give a plug-in that is set up.

        Raises:
            PluginError: It is unknown, or a package it needs is missing.
        """
        if name not in self._started:
            item = self.registry.get(name)
            plugin: AIGCPlugin = (import_object(item) if isinstance(item, str) else item)()
            _check(plugin)
            self._engine.loop.run(plugin.setup())
            self._started[name] = plugin
        return self._started[name]

    def execute(self, name: str, params: dict[str, Any]) -> PluginResult:
        """Run a plug-in and give its result.

        Raises:
            AIGCError: The plug-in failed with one of our errors.
            PluginError: It failed with any other.
        """
        plugin = self.get(name)
        try:
            return self._engine.loop.run(plugin.execute(self.context, params))
        except AIGCError:
            raise
        except Exception as error:
            raise PluginError(
                f"Plugin '{name}' failed: {type(error).__name__}: {error}.", code="AIGC604", facts={"plugin": name}
            ) from error

    def health(self, name: str) -> dict[str, Any]:
        """Ask a plug-in whether it can work; a failure is an answer, not an error."""
        try:
            return self._engine.loop.run(self.get(name).health_check())
        except Exception as error:  # noqa: BLE001 - any failure is the verdict
            return {"status": "unhealthy", "reason": str(error)}

    def describe(self) -> list[dict[str, Any]]:
        """List the plug-ins: name, capabilities, source, state."""
        rows = []
        for name in self.registry.names():
            try:
                item = self.registry.get(name)
                plugin = self._started.get(name) or (import_object(item) if isinstance(item, str) else item)()
                state, capabilities = ("started" if name in self._started else "ready"), list(plugin.capabilities)
            except AIGCError as error:
                state, capabilities = f"broken: {error.message}", []
            rows.append(
                {"name": name, "capabilities": capabilities, "source": self.registry.source(name), "state": state}
            )
        return rows

    def close(self) -> None:
        """Let every started plug-in clean up; one that fails does not keep the others from it."""
        for name, plugin in reversed(self._started.items()):
            try:
                self._engine.loop.run(plugin.cleanup())
            except Exception:
                log.exception("Plugin '%s' did not clean up.", name)
        self._started.clear()


def _name_of(cls: Any) -> str:
    return cls.name if isinstance(cls.name, str) else cls().name


def _check(plugin: AIGCPlugin) -> None:
    if plugin.api_version != API_VERSION:
        raise PluginError(
            f"Plugin '{plugin.name}' is made for plug-in API {plugin.api_version}; this is {API_VERSION}.",
            code="AIGC605",
        )
    missing = [package for package in plugin.requires if importlib.util.find_spec(package) is None]
    if missing:
        raise PluginError(
            f"Plugin '{plugin.name}' needs {', '.join(missing)}, which is not installed.",
            code="AIGC606",
            hint=f"pip install {' '.join(missing)}",
        )
