"""Keywords that explain failures."""

from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.keywords.component import Component
from AIGCLibrary.recovery.render import suggestions_html


class RecoveryKeywords(Component):
    """Keywords of the group Recovery."""

    @keyword(tags=("Recovery", "Getter", "Assertion"))
    def get_fix_suggestions(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> Any:
        """Returns the suggestions for what has failed in this test so far, best first, and optionally checks them.

        Every failed test gets its suggestions in the log by itself; this keyword gives them to the test, for
        example in its teardown or after `Run Keyword And Ignore Error`.

        Args:
            assertion_operator: See `Assertions`.
            assertion_expected: What the list of lines is compared with.
            message: Own text for the failure.

        Returns:
            List of lines `cause → fix (how far to trust it)`, in the language of the run.

        Example:
            ```robotframework
            Run Keyword And Ignore Error    Click Target    generate
            ${fixes} =    Get Fix Suggestions
            Log Many    @{fixes}
            ```
        """
        found = self.engine.recovery.suggestions(_test_message())
        if found:
            self.log_html(suggestions_html(found, self.engine.language))
        lines = [one.line(self.engine.language) for one in found]
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


def _test_message() -> str:
    """Give the message of the running test: known in its teardown, empty before."""
    try:
        return str(BuiltIn().get_variable_value("${TEST MESSAGE}", ""))
    except RobotNotRunningError:
        return ""
