"""Keywords that find and use targets."""

from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword
from robot.api.types import Secret

from AIGCLibrary.config import Heal
from AIGCLibrary.keywords.component import dotted, seconds
from AIGCLibrary.keywords.results import TargetLookup, TargetSums, TargetTiers, TierName
from AIGCLibrary.keywords.target_use import TargetUse
from AIGCLibrary.locators.model import TargetState, Tier
from AIGCLibrary.rf.expectation import negated


class TargetKeywords(TargetUse):
    """Keywords of the group Target."""

    @keyword(tags=("Target", "Setter"))
    def load_locators(self, path: Path) -> list[str]:
        """Reads a locator file, or all of a folder.

        Args:
            path: YAML file or folder. A file that is read again replaces what it said before.

        Returns:
            Names of the targets, for example `generate.prompt`.

        Raises:
            ConfigError: A file is wrong; the message holds file, line, and near matches.

        Example:
            ```robotframework
            Load Locators    resources/locators
            ```
        """
        return self.engine.locators.load(path)

    @keyword(tags=("Target", "Getter"))
    def locate_target(
        self,
        target: str,
        *,
        timeout: timedelta | None = None,
        state: TargetState = TargetState.VISIBLE,
        heal: Heal | None = None,
        **parameters: str,
    ) -> str:
        """Finds a target by the best tier of evidence and returns a selector for any Browser keyword.

        All tiers are searched in one call to the page. The first selector that matches exactly one element wins, gold
        before silver before bronze; several matches are never picked from.

        Args:
            target: Name in a locator file, for example `generate.prompt`.
            timeout: How long it may take; 2 seconds when neither the target nor the import says otherwise.
            state: What it must be.
            heal: What may happen when it is lost: `off`, `suggest` or `use`.
            **parameters: Values of a parametrised target, by name.

        Returns:
            A selector such as `[data-testid="prompt-input"]`.

        Raises:
            TargetError: Not found, ambiguous, or unknown; the message says what each tier matched.

        Example:
            ```robotframework
            ${prompt} =    Locate Target    generate.prompt
            Type Text    ${prompt}    a cat on the moon
            ```
        """
        return self.locate(target, state=state, timeout=seconds(timeout), heal=heal, parameters=parameters).selector

    @keyword(tags=("Target", "Setter"))
    def click_target(
        self, target: str, *, timeout: timedelta | None = None, heal: Heal | None = None, **parameters: str
    ) -> None:
        """Clicks a target.

        Args:
            target: Name in a locator file.
            timeout: How long it may take to find it.
            heal: What may happen when it is lost.
            **parameters: Values of a parametrised target, by name.

        Raises:
            TargetError: It cannot be found or clicked.

        Example:
            ```robotframework
            Click Target    generate.generate_button
            ```
        """
        self.use(
            "clicked", target, timeout, heal, lambda driver, selector: driver.click(selector), parameters=parameters
        )

    @keyword(tags=("Target", "Setter"))
    def fill_target(
        self,
        target: str,
        text: str | Secret | None = None,
        *,
        timeout: timedelta | None = None,
        heal: Heal | None = None,
        **parameters: str,
    ) -> None:
        """Replaces the text of a field.

        Args:
            target: Name in a locator file.
            text: The text; a Secret, or what a variable such as `${PASSWORD}` holds, stays out of all logs, and its
                target is never healed.
            timeout: How long it may take to find it.
            heal: What may happen when it is lost.
            **parameters: Values of a parametrised target, by name.

        Raises:
            TargetError: It cannot be found or filled.

        Example:
            ```robotframework
            Fill Target    generate.prompt    a cat on the moon
            Fill Target    login.password    ${PASSWORD}
            ```
        """
        if text is None:
            text = "".join(self.strays(target, parameters)[:1]) or None
        if text is None:
            raise TypeError("Keyword 'Fill Target' needs a text; write ${EMPTY} to empty the field.")
        plain = str(self.reveal(text))
        secret = isinstance(text, Secret) or self.engine.redactor.knows(plain)
        self.use(
            "filled",
            target,
            timeout,
            heal,
            lambda driver, selector: driver.fill(selector, plain, secret=secret),
            secret=secret,
            parameters=parameters,
        )

    @keyword(tags=("Target", "Setter"))
    def upload_to_target(
        self, target: str, *paths: Path, timeout: timedelta | None = None, heal: Heal | None = None
    ) -> None:
        """Chooses files in a file field, also in one that is hidden behind a button.

        Args:
            target: Name in a locator file.
            *paths: The files.
            timeout: How long it may take to find it.
            heal: What may happen when it is lost.

        Raises:
            TargetError: It cannot be found, or is no file field.
            FileError: A file does not exist.

        Example:
            ```robotframework
            Upload To Target    generate.reference_image    ${CURDIR}/moon.png
            ```
        """
        for path in paths:
            if not path.exists():
                from AIGCLibrary.files.inspector import local_file

                local_file(path)
        self.use(
            "given files",
            target,
            timeout,
            heal,
            lambda driver, selector: driver.upload(selector, paths),
            state=TargetState.ATTACHED,
        )

    @keyword(tags=("Target", "Wait"))
    def wait_for_target(
        self,
        target: str,
        state: TargetState = TargetState.VISIBLE,
        *,
        timeout: timedelta | None = None,
        **parameters: str,
    ) -> None:
        """Waits until a target has a state; notices it within milliseconds.

        Args:
            target: Name in a locator file.
            state: `visible`, `hidden`, `attached`, `detached`, `enabled` or `disabled`.
            timeout: How long it may take; 2 seconds when neither the target nor the import says otherwise.
            **parameters: Values of a parametrised target, by name.

        Raises:
            TargetError: It is not so in time.

        Example:
            ```robotframework
            Wait For Target    tasks.spinner    hidden    timeout=10 s
            ```
        """
        self.locate(target, state=state, timeout=seconds(timeout), heal=Heal.SUGGEST, parameters=parameters)

    @keyword(tags=("Target", "Getter", "Assertion"))
    def get_target_text(
        self,
        target: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        timeout: timedelta | None = None,
    ) -> str:
        """Returns the text of a target, or the value of a field, and optionally checks it.

        Args:
            target: Name in a locator file.
            assertion_operator: See `Assertions`.
            assertion_expected: What the text is compared with.
            message: Message of the failure, in place of the default.
            timeout: How long it may take to find it, and, where it is given, until the assertion holds.

        Returns:
            The text.

        Example:
            ```robotframework
            Get Target Text    tasks.first_status    ==    completed
            ```
        """
        denied = assertion_operator is not None and negated(assertion_operator.name, assertion_expected)

        def look() -> str:
            return str(
                self.use("read", target, timeout, None, lambda driver, selector: driver.text(selector), negated=denied)
            )

        label, budget = f"Text of target '{target}'", seconds(timeout) or 0.0
        return str(self.until(look, assertion_operator, assertion_expected, message, label, budget))

    @keyword(tags=("Target", "Getter", "Assertion"))
    def get_target_tier(
        self,
        target: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        timeout: timedelta | None = None,
    ) -> TierName:
        """Returns the tier of evidence that finds a target on this page, and optionally checks it.

        Args:
            target: Name in a locator file.
            assertion_operator: See `Assertions`.
            assertion_expected: What the tier is compared with.
            message: Message of the failure, in place of the default.
            timeout: How long it may take to find it.

        Returns:
            `gold`, `silver` or `bronze`.

        Example:
            ```robotframework
            Get Target Tier    generate.generate_button    ==    gold
            ```
        """
        located = self.locate(target, timeout=seconds(timeout), heal=Heal.SUGGEST)
        tier: TierName = (located.tier or Tier.BRONZE).value
        return self.verify(tier, assertion_operator, assertion_expected, message, f"Tier of target '{target}'")

    @keyword(tags=("Target", "Getter"))
    def get_target_history(self, target: str, *, limit: int = 50) -> list[TargetLookup]:
        """Returns how a target was found lately, over all runs, the newest first.

        Args:
            target: Name in a locator file.
            limit: How many searches at most.

        Returns:
            List of entries with `at` (seconds since 1970), `page`, `outcome` (`found`, `healed`, `missing`,
            `ambiguous` or `conflict`), `tier`, `selector`, `elapsed` (seconds), `run_id` and `test`.

        Example:
            ```robotframework
            ${history} =    Get Target History    generate.generate_button
            Should Be Equal    ${history}[0][tier]    gold
            ```
        """
        return dotted(self.engine.locators.history(target, limit))

    @keyword(tags=("Target", "Getter"))
    def get_targets_by_tier(self, tier: Tier) -> list[TargetSums]:
        """Returns the targets that a tier found when they were last looked for, over all runs.

        With `bronze` it lists the targets that only a bronze locator finds: a change of structure will lose them.

        Args:
            tier: `gold`, `silver` or `bronze`.

        Returns:
            List of entries with `target`, `page`, `selector`, `at` (seconds since 1970), `lookups`, `gold`, `silver`,
            `bronze` and `lost` (how many of the lookups each answered), `healed`, `conflicts`, and `cache_hit_rate`
            (share of the lookups in which the remembered selector won again; None where none was remembered).

        Example:
            ```robotframework
            ${weak} =    Get Targets By Tier    bronze
            Should Be Empty    ${weak}    Add a test id to each.
            ```
        """
        return dotted([tier_record.as_data() for tier_record in self.engine.locators.by_tier(tier)])

    @keyword(tags=("Target", "Getter"))
    def check_locators(self, *targets: str) -> list[TargetTiers]:
        """Judges all tiers of targets on the page as it is, in one call, and shows the table in the log.

        Args:
            *targets: Targets, or names of pages for all of theirs; without any, all targets of the pages of which more
                than half is found.

        Returns:
            List of entries with `target`, `gold`, `silver` and `bronze` (`unique`, `ambiguous`, `missing`, `conflict`,
            or `-` where the file has none), `winner` (the tier that finds it, or None) and `healthy`.

        Example:
            ```robotframework
            ${health} =    Check Locators    generate
            Should Be True    all(row.healthy for row in $health)
            ```
        """
        from AIGCLibrary.locators.health import as_html

        rows = self.engine.locators.check(*targets)
        self.log_html(as_html(rows, self.engine.language))
        return dotted(
            [
                {
                    "target": row.target,
                    **{tier.value: row.tiers[tier] for tier in Tier},
                    "winner": row.winner.value if row.winner else None,
                    "healthy": row.healthy,
                }
                for row in rows
            ]
        )

    @keyword(tags=("Target",))
    def suggest_locators(self, path: Path | None = None, *, page: str | None = None, explore: bool = False) -> str:
        """Writes a first locator file for the page that is open: its interactive elements with their best locators.

        It waits until the page has drawn itself. What needs a login or a dialog first is reached by your own keywords;
        `aigc locators suggest URL` does the same for a page that is open to all.

        Args:
            path: The file to write; a file that is there already is kept, and the keyword fails. Without it nothing
                is written.
            page: Name of the page; without it the last part of its address.
            explore: Open the tabs, dialogs and menus of the page as well. Nothing is clicked that submits, deletes or
                pays.

        Returns:
            The text of the file, for review: rename the targets, delete what no test needs.

        Raises:
            TargetError: Nothing on the page could be a target.
            ConfigError: The file is there already.

        Example:
            ```robotframework
            Suggest Locators    resources/locators/projects.yaml    page=projects
            ```
        """
        from AIGCLibrary.locators.starter import draft

        text = draft(self.engine.locators.driver, page, path, exploring=explore)
        self.log_html(f"<pre>{escape(text)}</pre>")
        return text

    @keyword(tags=("Target",))
    def save_healed_locators(self, path: Path) -> list[str]:
        """Writes what healing found into locator files, for review; comments and layout stay.

        Args:
            path: A file ending in `.patch` for one unified diff over all files (`git apply` takes it), else a folder
                for changed copies; the folder of the locator files changes them in place.

        Returns:
            The files written; none when nothing was healed.

        Example:
            ```robotframework
            *** Settings ***
            Suite Teardown    Save Healed Locators    ${OUTPUT_DIR}/healed.patch
            ```
        """
        return [str(file) for file in self.engine.locators.save_healed(path)]
