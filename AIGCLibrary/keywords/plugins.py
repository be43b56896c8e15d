"""Keywords that run plug-ins."""

from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from AIGCLibrary.config import ImportOptions
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import PluginError
from AIGCLibrary.keywords.component import Component, dotted
from AIGCLibrary.keywords.results import PluginHealth, PluginOutcome


class PluginKeywords(Component):
    """Keywords of the group Plugin; the plug-ins that are enabled are started with the library."""

    def __init__(self, engine: Engine, options: ImportOptions) -> None:
        super().__init__(engine, options)
        if engine.settings.plugins:
            engine.plugins.start()

    @keyword(tags=("Plugin",))
    def execute_plugin(self, name: str, **params: Any) -> PluginOutcome:
        """Runs a plug-in and returns its result.

        Args:
            name: Name of the plug-in, for example `async_task`; `Get Plugins` lists them.
            **params: What the plug-in needs.

        Returns:
            A result with `status`, `data`, `metrics` and `error`. What the plug-in prepared is also merged
            into the test data that later plug-ins of this test are given.

        Raises:
            PluginError: The plug-in is unknown or could not run.

        Example:
            ```robotframework
            ${result} =    Execute Plugin    async_task    task_id=${task}    sla={"timeout": 120}
            Should Be Equal    ${result.status}    completed
            ```
        """
        result = self.engine.plugins.execute(name, {key: self.reveal(value) for key, value in params.items()})
        return dotted({"status": result.status, "data": result.data, "metrics": result.metrics, "error": result.error})

    @keyword(tags=("Plugin", "Getter", "Assertion"))
    def get_plugins(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> list[str]:
        """Returns the names of all plug-ins, built-in and installed, and optionally checks them.

        Args:
            assertion_operator: See `Assertions`.
            assertion_expected: What the list is compared with.
            message: Message of the failure, in place of the default.

        Returns:
            List of names.

        Example:
            ```robotframework
            Get Plugins    contains    api_mixing
            ```
        """
        rows = self.engine.plugins.describe()
        return self.verify([row["name"] for row in rows], assertion_operator, assertion_expected, message, "Plugins")

    @keyword(tags=("Plugin",))
    def check_plugin_health(self, name: str) -> PluginHealth:
        """Asks a plug-in whether it can work; fails when it cannot.

        Args:
            name: Name of the plug-in.

        Returns:
            What the plug-in says of itself, with `status`.

        Raises:
            PluginError: The name is unknown, or the plug-in is not healthy; the message contains the reason.

        Example:
            ```robotframework
            Check Plugin Health    file_processing
            ```
        """
        health = self.engine.plugins.health(name)
        if health.get("status") != "healthy":
            reason = str(health.get("reason") or health).removesuffix(".")
            raise PluginError(f"Plugin '{name}' is {health.get('status')}: {reason}.", code="AIGC607")
        return dotted(health)
