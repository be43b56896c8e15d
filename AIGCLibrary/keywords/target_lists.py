"""Keywords for targets of which a page has several, and for what is new on a page."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from AIGCLibrary.keywords.target_use import TICK, TargetUse
from AIGCLibrary.locators.errors import TargetNotFoundError


class TargetListKeywords(TargetUse):
    """Keywords of the group Target that look at all elements of a target."""

    @keyword(tags=("Target", "Getter", "Assertion"))
    def get_target_count(
        self,
        target: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        timeout: timedelta | None = None,
    ) -> int:
        """Returns how many visible elements a target has, and optionally waits until there are as many as expected.

        The best of its selectors that matches anything counts. On another page, tab or dialog than the locator file
        declares, nothing is counted, and the keyword fails.

        Args:
            target: Name in a locator file.
            assertion_operator: See `Assertions`.
            assertion_expected: What the number is compared with.
            message: Message of the failure, in place of the default.
            timeout: How long it may take until the assertion holds.

        Returns:
            The number; 0 when there is none.

        Raises:
            TargetError: Another page is open.
            AssertionError: The assertion does not hold in time.

        Example:
            ```robotframework
            Get Target Count    tasks.rows    >=    3
            ```
        """
        return int(
            self.until(
                lambda: len(self.engine.locators.listed(target).items),
                assertion_operator,
                assertion_expected,
                message,
                f"Count of target '{target}'",
                self.budget(timeout),
            )
        )

    @keyword(tags=("Target", "Getter", "Assertion"))
    def get_target_texts(
        self,
        target: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        timeout: timedelta | None = None,
    ) -> list[str]:
        """Returns the texts of all visible elements of a target, and optionally waits until they are as expected.

        Args:
            target: Name in a locator file.
            assertion_operator: See `Assertions`; `contains` asks for one of the texts.
            assertion_expected: What the texts are compared with.
            message: Message of the failure, in place of the default.
            timeout: How long it may take until the assertion holds.

        Returns:
            The texts in the order of the page, of fields their values; an empty list when there is none.

        Raises:
            TargetError: Another page is open.
            AssertionError: The assertion does not hold in time.

        Example:
            ```robotframework
            ${titles} =    Get Target Texts    library.titles    contains    a cat on the moon
            ```
        """
        return list(
            self.until(
                lambda: [item.text for item in self.engine.locators.listed(target).items],
                assertion_operator,
                assertion_expected,
                message,
                f"Texts of target '{target}'",
                self.budget(timeout),
            )
        )

    @keyword(tags=("Target", "Getter"))
    def get_target_snapshot(self, target: str, **parameters: str) -> str:
        """Returns what the visible elements of a target say and show now, for `Wait For New Target`.

        Args:
            target: Name in a locator file; it need not be on the page yet.
            **parameters: Values of a parametrised target, by name.

        Returns:
            Text, link and picture of each, as one text.

        Raises:
            TargetError: Another page is open.

        Example:
            ```robotframework
            ${before} =    Get Target Snapshot    studio.result
            ```
        """
        return self.engine.locators.listed(target, parameters).snapshot()

    @keyword(tags=("Target", "Wait"))
    def wait_for_new_target(
        self, target: str, since: str, *, timeout: timedelta | None = None, **parameters: str
    ) -> str:
        """Waits until a target shows something that it did not show before: a new link, picture or text.

        Args:
            target: Name in a locator file.
            since: What `Get Target Snapshot` returned before the step that brings something new.
            timeout: How long it may take.
            **parameters: Values of a parametrised target, by name.

        Returns:
            Selector of the new element, the first where several are new.

        Raises:
            TargetError: Nothing new is shown in time, or another page is open.
            ConfigError: `since` is no snapshot.

        Example:
            ```robotframework
            ${before} =    Get Target Snapshot    studio.result
            Click Target    studio.generate
            ${new} =    Wait For New Target    studio.result    ${before}    timeout=2 min
            ```
        """
        from AIGCLibrary.locators.listing import fresh

        clock, budget = self.engine.page_clock, self.budget(timeout)
        end = clock.monotonic() + budget
        with self.engine.awaiting_page(budget):
            while True:
                found = self.engine.locators.listed(target, parameters)
                new = fresh(found.items, since)
                if new:
                    break
                if clock.monotonic() >= end:
                    self.engine.locators.driver.screenshot()
                    raise TargetNotFoundError(
                        f"Target '{target}' shows nothing new after {budget:g} s; visible elements, all as "
                        f"before: {len(found.items)}.",
                        facts={"target": target, "timeout": budget, "url": found.url},
                    )
                self.run(clock.sleep(TICK))
        return self.engine.locators.selector_of(target, found, new[0])
