"""Keywords that explain failures and ask for help."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.keywords.component import Component, dotted


class RecoveryKeywords(Component):
    """Keywords of the group Recovery."""

    @keyword(tags=("Recovery", "Getter", "Assertion"))
    def get_fix_suggestions(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> list[str]:
        """Returns the suggestions for what has failed in this test so far, best first, and optionally checks them.

        Every failed test gets its suggestions in the log by itself; this keyword returns them to the test, for
        example in its teardown or after `Run Keyword And Ignore Error`.

        Args:
            assertion_operator: See `Assertions`.
            assertion_expected: What the list of lines is compared with.
            message: Message of the failure, in place of the default.

        Returns:
            List of lines `cause → fix (how far to trust it)`, in the language of the run.

        Example:
            ```robotframework
            Run Keyword And Ignore Error    Click Target    generate
            ${fixes} =    Get Fix Suggestions
            Log Many    @{fixes}
            ```
        """
        from AIGCLibrary.recovery.render import suggestions_html

        found = self.engine.recovery.suggestions(_test_message())
        if found:
            self.log_html(suggestions_html(found, self.engine.language))
        lines = [suggestion.line(self.engine.language) for suggestion in found]
        return self.verify(lines, assertion_operator, assertion_expected, message, "Suggestions")

    @keyword(tags=("Recovery",))
    def add_suggestion(self, text: str, *, cause: str | None = None) -> None:
        """Adds a suggestion of your own; it is shown first in the log if this test fails.

        Args:
            text: What to do.
            cause: Why it would fail: a sentence, or the name of a cause such as `environment.broken`.

        Example:
            ```robotframework
            Add Suggestion    Ask the render farm team to free a GPU.    cause=No GPU was free.
            ```
        """
        self.engine.recovery.add(text, cause)

    @keyword("Connect To MCP Server", tags=("Recovery",))
    def connect_to_mcp_server(
        self,
        alias: str,
        command_or_url: str,
        *,
        allow: list[str] | str = "",
        env: dict[str, str] | None = None,
        timeout: timedelta = timedelta(seconds=15),
    ) -> list[str]:
        """Connects to an MCP server, so that its tools can be called and failures be escalated to it.

        The server of a command inherits only HOME, PATH and a few other environment variables, and ends with the run.
        Needs the extra `mcp`: `pip install 'robotframework-aigclibrary[mcp]'`.

        Args:
            alias: Name for it.
            command_or_url: A command line for a server on standard input and output, else `http://…` or `https://…`.
            allow: Tools that may be called: names or patterns such as `browser_*`, a list or with commas. Tools
                that run any code must be named in full.
            env: More environment variables for the command.
            timeout: How long connecting may take.

        Returns:
            Names of the tools the server has.

        Raises:
            PluginError: The server does not answer in time, or ends (AIGC631).

        Example:
            ```robotframework
            Connect To MCP Server    page    npx @playwright/mcp@0.0.83 --cdp-endpoint http://127.0.0.1:9222
            ...    allow=browser_snapshot, browser_find
            ```
        """
        from AIGCLibrary.recovery.escalation.policy import McpServer

        names = allow if isinstance(allow, list) else [part.strip() for part in allow.split(",") if part.strip()]
        server = McpServer.parse(alias, command_or_url, tuple(names), self.reveal(env or {}))
        return self.engine.recovery.escalation.connect(server, timeout.total_seconds())

    @keyword("Call MCP Tool", tags=("Recovery",))
    def call_mcp_tool(
        self, tool: str, *, server: str | None = None, timeout: timedelta = timedelta(seconds=30), **arguments: Any
    ) -> Any:
        """Calls an allowed tool of an MCP server and returns what it answers.

        Args:
            tool: Name of the tool.
            server: Alias of the server; the one connected last otherwise.
            timeout: How long it may take.
            **arguments: Arguments of the tool.

        Returns:
            Its structured answer where there is one, else its text.

        Raises:
            PluginError: The tool is not allowed, failed, or did not answer in time (AIGC632, AIGC633).

        Example:
            ```robotframework
            ${page} =    Call MCP Tool    browser_snapshot    server=page
            Log    ${page}
            ```
        """
        revealed = {name: self.reveal(value) for name, value in arguments.items()}
        answer = self.engine.recovery.escalation.call(tool, revealed, server, timeout.total_seconds())
        return answer.text if answer.data is None else dotted(answer.data)

    @keyword(tags=("Recovery",))
    def escalate_failure(self, summary: str, *, server: str | None = None, tool: str | None = None) -> str:
        """Asks an MCP server or webhook about what has failed in this test; never fails.

        What is sent, with secrets masked, and the answer are in the log. The answer becomes a suggestion; a locator
        in it is checked on the page. Options are set in the config file: `options.recovery.escalation`.

        Args:
            summary: What the test was about, in a sentence.
            server: Alias of the server, or `webhook`; the configured one otherwise.
            tool: Its tool; the configured one, else the first allowed one.

        Returns:
            The answer as a line; an empty text when nobody could help.

        Example:
            ```robotframework
            [Teardown]    Run Keyword If Test Failed    Escalate Failure    The video could not be submitted
            ```
        """
        from AIGCLibrary.recovery.page import page_text
        from AIGCLibrary.recovery.render import suggestions_html

        answer = self.engine.recovery.escalate(summary, _test_message(), page_text(self.engine.driver), server, tool)
        if answer is None:
            return ""
        self.log_html(suggestions_html([answer], self.engine.language))
        return answer.line(self.engine.language)


def _test_message() -> str:
    """Return the message of the running test: known in its teardown, empty before."""
    try:
        return str(BuiltIn().get_variable_value("${TEST MESSAGE}", ""))
    except RobotNotRunningError:
        return ""
