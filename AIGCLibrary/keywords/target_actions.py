"""Keywords that act on targets and read their attributes and states, thin over those of the Browser library."""

from datetime import timedelta
from typing import Any, Literal

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from AIGCLibrary.config import Heal
from AIGCLibrary.keywords.target_use import TargetUse


class TargetActionKeywords(TargetUse):
    """Keywords of the group Target that use one element."""

    @keyword(tags=("Target", "Setter"))
    def hover_target(
        self, target: str, *, timeout: timedelta | None = None, heal: Heal | None = None, **parameters: str
    ) -> None:
        """Moves the mouse over a target.

        Args:
            target: Name in a locator file.
            timeout: How long it may take to find it.
            heal: What may happen when it is lost.
            **parameters: Values of a parametrised target, by name.

        Raises:
            TargetError: It cannot be found, or nothing can be moved over it.

        Example:
            ```robotframework
            Hover Target    library.first_item
            Click Target    library.first_download
            ```
        """
        self.use(
            "hovered", target, timeout, heal, lambda driver, selector: driver.hover(selector), parameters=parameters
        )

    @keyword(tags=("Target", "Setter"))
    def select_target(
        self,
        target: str,
        *options: str,
        by: Literal["label", "value", "index"] = "label",
        timeout: timedelta | None = None,
        heal: Heal | None = None,
    ) -> list[str]:
        """Chooses options of a list.

        Args:
            target: Name in a locator file.
            *options: The options; several where the list allows several, none to choose none.
            by: What `options` are: what people see, the values, or the places from 0.
            timeout: How long it may take to find it.
            heal: What may happen when it is lost.

        Returns:
            What is chosen now.

        Raises:
            TargetError: It cannot be found, is no list, or lacks the option.

        Example:
            ```robotframework
            Select Target    generate.resolution    1280x720
            ```
        """
        return list(
            self.use(
                "selected",
                target,
                timeout,
                heal,
                lambda driver, selector: driver.select(selector, by, options),
            )
        )

    @keyword(tags=("Target", "Setter"))
    def check_target(
        self,
        target: str,
        checked: bool = True,
        *,
        timeout: timedelta | None = None,
        heal: Heal | None = None,
        **parameters: str,
    ) -> None:
        """Switches a check box, radio button or switch on, or off.

        Args:
            target: Name in a locator file.
            checked: False to switch it off.
            timeout: How long it may take to find it.
            heal: What may happen when it is lost.
            **parameters: Values of a parametrised target, by name.

        Raises:
            TargetError: It cannot be found, or is nothing that can be switched.

        Example:
            ```robotframework
            Check Target    generate.high_quality
            Check Target    generate.watermark    ${False}
            ```
        """
        self.use(
            "checked",
            target,
            timeout,
            heal,
            lambda driver, selector: driver.check(selector, checked),
            parameters=parameters,
        )

    @keyword(tags=("Target", "Setter"))
    def press_keys_in_target(
        self,
        target: str,
        *keys: str,
        timeout: timedelta | None = None,
        heal: Heal | None = None,
    ) -> None:
        """Presses keys in a target, one after the other.

        Args:
            target: Name in a locator file.
            *keys: Keys as the Browser library takes them: `Enter`, `ArrowDown`, `Control+A`.
            timeout: How long it may take to find it.
            heal: What may happen when it is lost.

        Raises:
            TargetError: It cannot be found, or the key is unknown.

        Example:
            ```robotframework
            Press Keys In Target    generate.prompt    Control+A    Delete
            ```
        """
        self.use(
            "typed into",
            target,
            timeout,
            heal,
            lambda driver, selector: driver.press(selector, keys),
        )

    @keyword(tags=("Target", "Getter", "Assertion"))
    def get_target_attribute(
        self,
        target: str,
        attribute: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Returns an attribute of a target, and optionally waits until it is as expected.

        Args:
            target: Name in a locator file.
            attribute: Name of the attribute.
            assertion_operator: See `Assertions`.
            assertion_expected: What the attribute is compared with.
            message: Message of the failure, in place of the default.
            timeout: How long it may take to find it, and until the assertion holds.

        Returns:
            The value; None when the target lacks the attribute.

        Raises:
            TargetError: It cannot be found.
            AssertionError: The assertion does not hold in time.

        Example:
            ```robotframework
            ${id} =    Get Target Attribute    tasks.row(a cat)    data-task-id
            ```
        """
        return self.read(
            "read",
            target,
            timeout,
            lambda driver, selector: driver.attribute(selector, attribute),
            (assertion_operator, assertion_expected, message),
            f"Attribute '{attribute}' of target '{target}'",
        )

    @keyword(tags=("Target", "Getter", "Assertion"))
    def get_target_state(
        self,
        target: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        timeout: timedelta | None = None,
    ) -> list[str]:
        """Returns the states of a target, and optionally waits until they are as expected.

        Args:
            target: Name in a locator file.
            assertion_operator: See `Assertions`; `contains` asks for one of the states.
            assertion_expected: What the states are compared with.
            message: Message of the failure, in place of the default.
            timeout: How long it may take to find it, and until the assertion holds.

        Returns:
            The states as the Browser library names them: `attached`, `visible`, `enabled` or `disabled`, `checked` or
            `unchecked`, `editable` or `readonly`, `focused` or `defocused`, `stable`.

        Raises:
            TargetError: It cannot be found.
            AssertionError: The assertion does not hold in time.

        Example:
            ```robotframework
            Get Target State    generate.generate_button    contains    enabled
            ```
        """
        return list(
            self.read(
                "read",
                target,
                timeout,
                lambda driver, selector: driver.states(selector),
                (assertion_operator, assertion_expected, message),
                f"State of target '{target}'",
            )
        )

    @keyword(tags=("Target",))
    def take_target_screenshot(
        self, target: str, filename: str = "", *, timeout: timedelta | None = None, **parameters: str
    ) -> str:
        """Saves a picture of a target, and shows it in the log.

        Args:
            target: Name in a locator file.
            filename: File below the output folder, without an ending; `{index}` becomes a number. The name of the
                target when left out.
            timeout: How long it may take to find it.
            **parameters: Values of a parametrised target, by name.

        Returns:
            Path of the picture.

        Raises:
            TargetError: It cannot be found.

        Example:
            ```robotframework
            ${picture} =    Take Target Screenshot    studio.result
            Process File    ${picture}    rules=frame
            ```
        """
        name = filename or f"target-{target.replace('.', '-')}-{{index}}"
        return str(
            self.use(
                "photographed",
                target,
                timeout,
                None,
                lambda driver, selector: driver.picture(selector, name),
                parameters=parameters,
            )
        )
