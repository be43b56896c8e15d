"""Finds, starts, runs and ends the plug-ins of one engine; one that fails does not take the others along."""

import asyncio
import functools
import importlib.util
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from importlib.metadata import packages_distributions, version
from typing import TYPE_CHECKING, Any, TypeVar

from AIGCLibrary._version import __version__
from AIGCLibrary.errors import AIGCError, PluginError
from AIGCLibrary.events import MetricRecorded
from AIGCLibrary.plugins.base import API_VERSION, AIGCPlugin, PluginResult, ScenarioContext, Services
from AIGCLibrary.plugins.registry import Registry, import_object

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.plugins")
T = TypeVar("T")
Homes = Callable[[], Mapping[str, list[str]]]
"""Returns the distributions of each top-level package."""

BUILT_IN = {
    "async_task": "AIGCLibrary.tasks.plugin:AsyncTaskPlugin",
    "file_processing": "AIGCLibrary.files.plugin:FileProcessingPlugin",
    "api_mixing": "AIGCLibrary.data.plugin:APIMixingPlugin",
}
"""The capabilities, loaded when first used, through the same interface as any plug-in."""

SETUP_SECONDS = 30.0
HEALTH_SECONDS = 10.0
CLEANUP_SECONDS = 10.0
BLOCKED_SECONDS = 1.0
"""How much longer is waited for a plug-in that cannot even be cancelled."""


@dataclass(frozen=True, slots=True)
class PluginState:
    """What is known of a plug-in.

    Args:
        name: Its name.
        capabilities: What it can do.
        source: Where it comes from.
        state: `started`, `ready`, or `broken: <reason>`.
        version: Version of its package, where known.
    """

    name: str
    capabilities: tuple[str, ...]
    source: str
    state: str
    version: str | None = None

    @property
    def broken(self) -> bool:
        """It cannot be used."""
        return self.state.startswith("broken")


class PluginManager:
    """Runs plug-ins by name.

    Life cycle: made without arguments → `setup` once, before the first use → `execute` → `cleanup` once, at the end
    of the run, the last one started first. `setup`, `health_check` and `cleanup` have limited time.

    Args:
        runtime: Infrastructure of the process.
        services: What the plug-ins may use, as part of their context.
    """

    def __init__(self, runtime: "Runtime", services: Services) -> None:
        self._runtime = runtime
        self._services = services
        self._started: dict[str, AIGCPlugin] = {}
        self._broken: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._checked: set[str] = set()
        self._scope: tuple[str | None, str | None] = (None, None)
        self._context = ScenarioContext(services)
        self.registry: Registry[Any] = Registry("plugin", "aigclibrary.plugins")
        for name, path in BUILT_IN.items():
            self.registry.add(name, path)
        self._add_enabled()
        runtime.on_close(self.close)

    @property
    def context(self) -> ScenarioContext:
        """What the plug-ins of the running test share; a new test begins with no test data."""
        scope = self._runtime.store.scope
        if (scope.suite, scope.test) != self._scope:
            self._scope = (scope.suite, scope.test)
            self._context = ScenarioContext(self._services, suite=scope.suite, test=scope.test)
        return self._context

    def start(self) -> dict[str, dict[str, Any]]:
        """Set up the plug-ins that were enabled and ask them for their health; return the answers by name.

        One that is not healthy is reported as a warning; the run continues without it.
        """
        self._add_enabled()
        answers = {}
        for path in self._runtime.settings.plugins:
            if path in self._checked:
                continue
            self._checked.add(path)
            name = path if ":" not in path else self._named.get(path, path)
            answers[name] = self.health(name)
            if answers[name].get("status") != "healthy":
                log.warning("Plugin '%s' is not healthy: %s", name, answers[name].get("reason") or answers[name])
        return answers

    def get(self, name: str) -> AIGCPlugin:
        """Return a plug-in that is set up.

        Raises:
            PluginError: It is unknown, a package it needs is missing, or it could not be set up.
        """
        if name not in self._started:
            if name in self._broken:
                raise PluginError(f"Plugin '{name}' is broken: {self._broken[name]}", code="AIGC608")
            plugin = self._made(name)
            self._bounded(name, plugin.setup(), SETUP_SECONDS, "set up")
            self._started[name] = plugin
        return self._started[name]

    def execute(self, name: str, params: dict[str, Any]) -> PluginResult:
        """Run a plug-in and return its result.

        Raises:
            AIGCError: The plug-in failed with one of our errors.
            PluginError: It failed with any other, or gave something else than a `PluginResult`.
        """
        plugin = self.get(name)
        status = "error"
        try:
            result = _result(name, self._runtime.loop.run(plugin.execute(self.context, params)))
            status = result.status
        except AIGCError:
            raise
        except Exception as error:
            raise PluginError(
                f"Plugin '{name}' failed: {type(error).__name__}: {error}.", code="AIGC604", facts={"plugin": name}
            ) from error
        finally:
            labels = {"plugin": name, "status": status}
            now = self._runtime.clock.now()
            self._runtime.bus.emit(
                MetricRecorded(at=now, name="plugin.executed", value=float(status == "completed"), labels=labels)
            )
        return result

    def health(self, name: str) -> dict[str, Any]:
        """Ask a plug-in whether it can work; a failure is an answer, not an error.

        Raises:
            PluginError: There is no plug-in of this name.
        """
        if name not in self._broken:
            self.registry.get(name)
        try:
            answer: object = self._bounded(name, self.get(name).health_check(), HEALTH_SECONDS, "check its health")
        except Exception as error:  # noqa: BLE001 - any failure is the verdict
            return {"status": "unhealthy", "reason": getattr(error, "message", None) or str(error)}
        if not isinstance(answer, dict) or "status" not in answer:
            return {"status": "unhealthy", "reason": "health_check() returned no status"}
        return answer

    def states(self) -> list[PluginState]:
        """Return the state of all plug-ins, without setting one up."""
        homes = functools.cache(packages_distributions)  # it reads the records of all that is installed
        return [self._state(name, homes) for name in sorted({*self.registry.names(), *self._broken})]

    def describe(self) -> list[dict[str, Any]]:
        """List the plug-ins as plain data: name, capabilities, source, state."""
        return [
            {"name": state.name, "capabilities": list(state.capabilities), "source": state.source, "state": state.state}
            for state in self.states()
        ]

    def close(self) -> None:
        """Let every started plug-in clean up; one that fails or hangs does not keep the others from it."""
        for name, plugin in reversed(self._started.items()):
            try:
                self._bounded(name, plugin.cleanup(), CLEANUP_SECONDS, "clean up")
            except Exception as error:  # noqa: BLE001 - the others must be cleaned up too
                log.warning("%s", error)
        self._started.clear()

    def _add_enabled(self) -> None:
        """Add the enabled plug-ins given as `module:Class`; a later import may enable more."""
        for path in self._runtime.settings.plugins:
            if ":" in path and path not in self._named and path not in self._broken:
                self._add(path)

    def _add(self, path: str) -> None:
        """Make a plug-in given as `module:Class` known; a broken one is remembered with its reason."""
        try:
            cls = import_object(path)
            name = _name_of(cls)
            self.registry.add(name, cls, f"plugins={path}")
            self._named[path] = name
        except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code, one bad plug-in must not stop others
            self._broken[path] = getattr(error, "message", None) or f"{type(error).__name__}: {error}"
            log.warning("Plugin '%s' cannot be used: %s", path, self._broken[path])

    def _made(self, name: str) -> AIGCPlugin:
        item = self.registry.get(name)
        try:
            plugin = (import_object(item) if isinstance(item, str) else item)()
        except AIGCError:
            raise
        except (Exception, SystemExit) as error:
            raise PluginError(
                f"Plugin '{name}' cannot be created: {type(error).__name__}: {error}.", code="AIGC608"
            ) from error
        if not isinstance(plugin, AIGCPlugin):
            raise PluginError(f"Plugin '{name}' is not an AIGCPlugin but a {type(plugin).__name__}.", code="AIGC608")
        _check(plugin)
        return plugin

    def _bounded(self, name: str, work: Coroutine[Any, Any, T], seconds: float, what: str) -> T:
        try:
            return self._runtime.loop.run(asyncio.wait_for(work, seconds), within=seconds + BLOCKED_SECONDS)
        except AIGCError:
            raise
        except TimeoutError as error:
            blocked = "; it blocks the loop: it must await what takes long" if str(error) else ""
            if blocked:
                self._broken[name] = f"it blocked the loop while it should {what}"
            raise PluginError(
                f"Plugin '{name}' did not {what} within {seconds:g} s{blocked}.", code="AIGC609"
            ) from None
        except Exception as error:
            raise PluginError(
                f"Plugin '{name}' could not {what}: {type(error).__name__}: {error}.", code="AIGC609"
            ) from error

    def _state(self, name: str, homes: Homes) -> PluginState:
        if name in self._broken:
            return PluginState(name, (), f"plugins={name}", f"broken: {self._broken[name]}")
        try:
            plugin = self._started.get(name) or self._made(name)
        except AIGCError as error:
            return PluginState(name, (), self.registry.source(name), f"broken: {error.message}")
        state = "started" if name in self._started else "ready"
        return PluginState(name, tuple(plugin.capabilities), self.registry.source(name), state, _version(plugin, homes))


def _result(name: str, given: object) -> PluginResult:
    if not isinstance(given, PluginResult):
        returned = type(given).__name__
        raise PluginError(f"Plugin '{name}' returned a {returned} instead of a PluginResult.", code="AIGC604")
    return given


def _name_of(cls: Any) -> str:
    return cls.name if isinstance(cls.name, str) else cls().name


def _version(plugin: AIGCPlugin, homes: Homes) -> str | None:
    package = type(plugin).__module__.partition(".")[0]
    if package == __package__.partition(".")[0]:
        return __version__
    try:
        return version(homes()[package][0])
    except (KeyError, IndexError):
        return None


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
