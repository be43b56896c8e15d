"""`aigc mcp`: a read-only MCP server over finished runs, so that an assistant can work on their failures."""

from typing import TYPE_CHECKING, Any

from AIGCLibrary._version import __version__
from AIGCLibrary.errors import AIGCError, missing_extra

if TYPE_CHECKING:
    from AIGCLibrary.recovery.bundle import RunBundle

INSTRUCTIONS = (
    "Results of Robot Framework runs with AIGCLibrary. Start with list_failures: failures are grouped by cause. "
    "get_failure_bundle holds all evidence of one test. Suggestions are 'certain', 'likely' or 'needs_values'; "
    "'verified' means that a locator matched exactly one visible element when the test failed, not that it is the "
    "right one. Nothing can be changed through this server; `aigc fixes --apply` applies the certain suggestions."
)


def make_server(bundle: "RunBundle") -> Any:
    """Build the server over a store.

    Raises:
        ConfigError: The extra `mcp` is not installed.
    """
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp_types import ToolAnnotations
    except ImportError as error:
        raise missing_extra("mcp", "mcp", "The MCP server") from error

    server = MCPServer("aigc", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    reading = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

    @server.tool(annotations=reading)
    def list_runs(limit: int = 20) -> dict[str, Any]:
        """List the runs in the store, the latest first."""
        return {"runs": bundle.runs(limit)}

    @server.tool(annotations=reading)
    def list_failures(run: str | None = None) -> dict[str, Any]:
        """List the failures of a run (the latest one by default), grouped by cause, with the best fix of each group."""
        return _answered(bundle.failures, run)

    @server.tool(annotations=reading)
    def get_failure_bundle(test: str, run: str | None = None) -> dict[str, Any]:
        """Return the evidence of a failed test: result, suggestions, targets, tasks, files, recoveries, escalations."""
        return _answered(bundle.failure, test, run)

    @server.tool(annotations=reading)
    def get_suggestions(run: str | None = None) -> dict[str, Any]:
        """Return all fix suggestions of a run with their edits (file, line, before, after)."""
        return _answered(bundle.suggestions, run)

    @server.tool(annotations=reading)
    def get_slo_status(run: str | None = None) -> dict[str, Any]:
        """Return the verdict on each SLO of a run."""
        return _answered(bundle.slo_status, run)

    @server.tool(annotations=reading)
    def get_locator_health(run: str | None = None) -> dict[str, Any]:
        """Return for each target which tier found it how often, and how often none did."""
        return _answered(bundle.locator_health, run)

    return server


def _answered(function: Any, *arguments: Any) -> dict[str, Any]:
    """Return the answer; an error of ours as text, since the SDK hides what tools raise."""
    try:
        return dict(function(*arguments))
    except AIGCError as error:
        return {"error": str(error)}
