"""What keywords on targets share: finding one, doing something with it, and waiting until an assertion holds."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator

from AIGCLibrary.config import Heal
from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.errors import TargetError
from AIGCLibrary.keywords.component import Component, seconds
from AIGCLibrary.locators.errors import BrowserNotReadyError, UnknownTargetError, unusable_target
from AIGCLibrary.locators.model import Located, TargetState
from AIGCLibrary.rf.expectation import failure_expected, negated

TICK = 0.1
"""Seconds between two looks while an assertion does not hold yet."""


class TargetUse(Component):
    """Base of the keyword classes for targets."""

    def locate(
        self,
        target: str,
        *,
        state: TargetState = TargetState.VISIBLE,
        timeout: float | None = None,
        heal: Heal | None = None,
        purpose: str = "",
        secret: bool = False,
        negated: bool = False,
        parameters: Mapping[str, Any] | None = None,
    ) -> Located:
        """Find a target; a picture of the page goes into the log when it is not found."""
        try:
            with self.engine.awaiting_page(timeout or 0.0):
                return self.engine.locators.locate(
                    target,
                    state=state,
                    timeout=timeout,
                    heal=heal,
                    purpose=purpose,
                    secret=secret,
                    expected=negated or failure_expected(),
                    options=self.options,
                    parameters=parameters,
                )
        except (UnknownTargetError, BrowserNotReadyError):
            raise
        except TargetError:
            self.engine.locators.driver.screenshot()
            raise

    def use(
        self,
        verb: str,
        target: str,
        timeout: timedelta | None,
        heal: Heal | None,
        action: Callable[[BrowserDriver, str], Any],
        *,
        state: TargetState = TargetState.VISIBLE,
        secret: bool = False,
        negated: bool = False,
        parameters: Mapping[str, Any] | None = None,
    ) -> Any:
        """Find a target, do something with it, and return what came of it."""
        located = self.locate(
            target,
            state=state,
            timeout=seconds(timeout),
            heal=heal,
            purpose=verb,
            secret=secret,
            negated=negated,
            parameters=parameters,
        )
        try:
            return action(self.engine.locators.driver, located.selector)
        except AssertionError as error:
            self.engine.locators.driver.screenshot()
            raise unusable_target(located, verb, str(error)) from None

    def read(
        self,
        verb: str,
        target: str,
        timeout: timedelta | None,
        read: Callable[[BrowserDriver, str], Any],
        assertion: tuple[AssertionOperator | None, Any, str | None],
        label: str,
    ) -> Any:
        """Read something of a target until the assertion holds, or its time is over."""
        operator, expected, message = assertion
        denied = operator is not None and negated(operator.name, expected)

        def look() -> Any:
            return self.use(verb, target, timeout, None, read, negated=denied)

        return self.until(look, operator, expected, message, label, self.budget(timeout))

    def until(
        self,
        look: Callable[[], Any],
        operator: AssertionOperator | None,
        expected: Any,
        message: str | None,
        label: str,
        budget: float,
    ) -> Any:
        """Return what a look shows once the assertion holds; the last failure when its time is over."""
        clock = self.engine.page_clock
        end = clock.monotonic() + budget
        with self.engine.awaiting_page(budget):
            while True:
                value = look()
                try:
                    return self.verify(value, operator, expected, message, label)
                except AssertionError:
                    if clock.monotonic() >= end:
                        raise
                self.run(clock.sleep(TICK))

    def budget(self, timeout: timedelta | None) -> float:
        """Return the seconds that an assertion may take."""
        given = seconds(timeout)
        return self.options.timeout if given is None else given

    def strays(self, target: str, parameters: dict[str, Any]) -> list[str]:
        """Take out what is no parameter of the target: a text with `=` in it, which Robot took for a named argument."""
        known = self.engine.locators.catalogue.get(target.partition("(")[0]).parameters
        return [f"{name}={parameters.pop(name)}" for name in list(parameters) if name not in known]
