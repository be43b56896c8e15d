"""The plug-in that prepares test data through the product's API."""

from typing import Any

from AIGCLibrary.data.options import Scope
from AIGCLibrary.errors import PluginError
from AIGCLibrary.plugins import AIGCPlugin, PluginResult, ScenarioContext

OPTIONS = ("count", "environment", "session", "scope", "on_failure", "reuse_as", "confirm")


class APIMixingPlugin(AIGCPlugin):
    """Prepares data from a template: independent parts in parallel, removed at the end of their scope.

    Params: `template`; `vars` (a mapping), or the variables themselves; and the options of Prepare Data.

    Example:
        ```robotframework
        ${result} =    Execute Plugin    api_mixing    template=full_video_creation    episodes=2
        Log    ${result.data.script.id} took ${result.metrics.api_calls} requests
        ```
    """

    name = "api_mixing"
    capabilities = ("data.prepare", "data.clean_up", "data.plan")

    async def execute(self, context: ScenarioContext, params: dict[str, Any]) -> PluginResult:
        """Prepare the data, and merge it into the test data of the scenario."""
        given = dict(params)
        template = given.pop("template", None)
        if not template:
            known = ", ".join(context.engine.data.templates.names())
            raise PluginError(
                f"Plugin 'api_mixing' needs the parameter 'template'; there are: {known}.", code="AIGC608"
            )
        options = {name: given.pop(name) for name in OPTIONS if name in given}
        options.setdefault("session", context.session)
        options["scope"] = Scope(str(options.get("scope", Scope.TEST)).lower())
        if "count" in options:
            options["count"] = int(options["count"])
        variables = {**(given.pop("vars", None) or {}), **given}
        prepared = await context.engine.data.prepare(
            str(template), variables, suite=context.suite, test=context.test, **options
        )
        merged = prepared.data if isinstance(prepared.data, dict) else {prepared.template: prepared.data}
        context.test_data.update(merged)
        work = prepared.work
        metrics = {"api_calls": work.api_calls, "elapsed": work.elapsed, "records": len(work.records)}
        return PluginResult("completed", merged, metrics)

    async def health_check(self) -> dict[str, Any]:
        """Report that it can work; whether a product is reachable is known only when one is named."""
        return {"status": "healthy"}
