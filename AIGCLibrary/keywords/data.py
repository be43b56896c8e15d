"""Keywords that prepare test data through the product's API, and know its environments."""

from dataclasses import asdict
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword
from robot.api.types import Secret
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.data.errors import OrphanError, SyncError
from AIGCLibrary.data.options import LEFT_OUT, OnFailure, Scope
from AIGCLibrary.i18n import Text
from AIGCLibrary.keywords.component import Component, dotted
from AIGCLibrary.keywords.results import DataPlan, EnvironmentDrift, EnvironmentValues, InputAnswer, SyncSummary


class DataKeywords(Component):
    """Keywords of the group Data."""

    @keyword(tags=("Data",))
    def load_templates(self, path: str) -> int:
        """Loads data templates from a YAML file or a folder.

        A template of a name that is known already replaces the earlier one, and may extend it.

        Args:
            path: File or folder.

        Returns:
            How many templates were loaded.

        Raises:
            ConfigError: The path does not exist, or a file is no template; the message has the line.

        Example:
            ```robotframework
            Load Templates    ${CURDIR}/../resources/templates
            ```
        """
        return len(self.engine.data.load(path))

    @keyword(tags=("Data",))
    def plan_data(
        self,
        template: str,
        *,
        environment: str | None = None,
        session: str | None = None,
        **variables: Any,
    ) -> DataPlan:
        """Shows what `Prepare Data` would do with the same arguments, without sending a request.

        The log gets a picture of the graph.

        Args:
            template: Name of the template.
            environment: Environment to plan for; the one in use otherwise.
            session: Alias of a RequestsLibrary session instead of an environment.
            **variables: Values for the variables of the template.

        Returns:
            The plan: `requests`, `levels`, `seconds` (estimated from earlier runs; None without), and `nodes`, each
            with `name`, `request`, `count`, `level`, `needs`, `seconds` and `removed_by`.

        Raises:
            TemplateError: Template or variable is unknown or wrong.

        Example:
            ```robotframework
            ${plan} =    Plan Data    full_video_creation    episodes=3
            Should Be Equal As Integers    ${plan.requests}    12
            ```
        """
        from AIGCLibrary.data.drawing import plan_html

        given = {key: self.reveal(value) for key, value in variables.items()}
        plan = self.run(self.engine.data.plan(template, given, environment=environment, session=session))
        self.log_html(plan_html(plan, self.engine.language))
        return dotted(plan.as_dict())

    @keyword(tags=("Data",))
    def prepare_data(
        self,
        template: str,
        *,
        count: int = 1,
        environment: str | None = None,
        session: str | None = None,
        scope: Scope = Scope.TEST,
        on_failure: OnFailure | None = None,
        reuse_as: str | None = None,
        confirm: str | None = None,
        **variables: Any,
    ) -> dict[str, Any] | list[dict[str, Any]]:
        """Prepares test data from a template through the product's API.

        Independent parts are made in parallel. Everything is removed again when its scope ends, also after a
        failure. When a run dies and is started again with the same `AIGC_RUN_ID`, what exists already is used
        and nothing is made twice.

        Args:
            template: Name of the template, for example `full_video_creation`.
            count: How many copies to make.
            environment: Environment to make it in; the one in use otherwise.
            session: Alias of a RequestsLibrary session instead of an environment.
            scope: `test`, `suite` or `run`: when it is removed. In a suite setup, `test` means `suite`.
            on_failure: When something cannot be made: `rollback` removes at once what was made before, `keep`
                leaves it for a look at the product.
            reuse_as: The same name again in the same run returns the same data; missing parts are made.
            confirm: Name of the environment again, when it is protected.
            **variables: Values for the variables of the template.

        Returns:
            The data: each node's records with `id` and the fields of the product's answer, and the outputs of
            the template; a list of that when `count` is above 1.

        Raises:
            TemplateError: Template or variable is unknown or wrong.
            EnvironmentsError: The environment is unknown or protected.
            PreparationError: The product did not do what was asked; what was created before is reported and removed.

        Example:
            ```robotframework
            ${data} =    Prepare Data    full_video_creation    episodes=3    characters=2
            Log    ${data.script.id} has ${data.episode[0].title}
            ```
        """
        prepared = self.run(
            self.engine.data.prepare(
                template,
                {key: self.reveal(value) for key, value in variables.items()},
                count=count,
                environment=environment,
                session=session,
                on_failure=on_failure,
                reuse_as=reuse_as,
                confirm=confirm,
                **_lifetime(scope),
            )
        )
        return self._shown(prepared.data)

    @keyword(tags=("Data",))
    def adopt_data(
        self,
        template: str,
        *,
        environment: str | None = None,
        session: str | None = None,
        **variables: Any,
    ) -> dict[str, Any]:
        """Uses existing data under the names of a template, as if it had been prepared.

        Nothing is created or changed, and nothing of it is ever removed. A node is found by its `lookup` where that
        asks for the same each time, else in the list of its `sync` by the fields of `key`. Where the template makes
        up these fields, the things below the same parent are taken when there are exactly as many as wanted.

        Args:
            template: Name of the template, for example `full_video_creation`.
            environment: Environment to look in; the one in use otherwise.
            session: Alias of a RequestsLibrary session instead of an environment.
            **variables: Values for the variables of the template: they name what is looked for.

        Returns:
            The data, as `Prepare Data` returns it.

        Raises:
            TemplateError: Template or variable is unknown or wrong.
            PreparationError: Something is not there, or several things fit.

        Example:
            ```robotframework
            ${data} =    Adopt Data    full_video_creation    title=Pilot    episodes=3    characters=2
            Log    ${data.episode[0].id}
            ```
        """
        given = {key: self.reveal(value) for key, value in variables.items()}
        found = self.run(self.engine.data.adopt(template, given, environment=environment, session=session))
        return self._shown(found.data)

    @keyword(tags=("Data",))
    def check_data_input(
        self,
        template: str,
        field: str,
        value: Any = LEFT_OUT,
        *,
        expected: str = "bad_input",
        environment: str | None = None,
        session: str | None = None,
        confirm: str | None = None,
        **variables: Any,
    ) -> InputAnswer:
        """Sends one good or bad input to the product, and fails unless it is handled as expected.

        What the node needs is prepared, its body is sent with one value changed, and everything is removed again.
        `aigc data draft --negative` writes a table of such inputs from a template or an OpenAPI document.

        Outcomes: `accepted`, `unchanged` (accepted, and kept exactly as sent), `bad_input`, `not_found`, `conflict`,
        `quota`, `unauthorized`, `internal` (HTTP 5xx), and `operation` (accepted first, failed later).

        Args:
            template: Name of the template.
            field: Node and field of its body, for example `script.title` or `script.settings.width`.
            value: The value, sent as it is; without one the field is left out.
            expected: The outcome that is right, or several joined by `|`.
            environment: Environment to use; the one in use otherwise.
            session: Alias of a RequestsLibrary session instead of an environment.
            confirm: Name of the environment again, when it is protected.
            **variables: Values for the variables of the template.

        Returns:
            What the product did: `field`, `outcome`, `status` and `answer`.

        Raises:
            InputError: The product handled the input otherwise.
            PreparationError: What the node needs could not be prepared, or no clear answer came.

        Example:
            ```robotframework
            Check Data Input    character_creation    character.name    ${EMPTY}    expected=bad_input
            ```
        """
        suite, test = _place()
        found = self.run(
            self.engine.data.check_input(
                template,
                field,
                self.reveal(value),
                expected=expected,
                variables={key: self.reveal(value) for key, value in variables.items()},
                confirm=confirm,
                environment=environment,
                session=session,
                scope=Scope.TEST if test else Scope.SUITE,
                suite=suite,
                test=test,
            )
        )
        return self._shown(asdict(found))

    @keyword(tags=("Data", "Getter", "Assertion"))
    def get_prepared_data(
        self,
        path: str | None = None,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> Any:
        """Returns data that was prepared before, and optionally checks it.

        Args:
            path: JMESPath into the data prepared last, for example `script.id` or `episode[*].id`; starts with
                the name of a template to look into that one's, for example `full_video_creation.script.id`.
            assertion_operator: See `Assertions`.
            assertion_expected: What it is compared with.
            message: Message of the failure, in place of the default.

        Returns:
            What is at the path; all of it without a path.

        Raises:
            TemplateError: Nothing was prepared, or nothing is there.

        Example:
            ```robotframework
            Get Prepared Data    length(episode)    ==    ${3}
            ```
        """
        found = self._shown(self.engine.data.prepared(path))
        return self.verify(found, assertion_operator, assertion_expected, message, f"Prepared data '{path or ''}'")

    @keyword(tags=("Data",))
    def clean_up_data(self, scope: Scope = Scope.TEST) -> int:
        """Removes prepared data now instead of at the end of its scope.

        What is deepest is removed first, in parallel; failures are tried again, and what has gone already counts
        as removed.

        Args:
            scope: `test`, `suite` or `run`; `run` removes everything this process prepared.

        Returns:
            How many things were removed.

        Raises:
            OrphanError: Something is still there; the message lists it with the reasons.

        Example:
            ```robotframework
            Clean Up Data    scope=suite
            ```
        """
        suite, test = _place()
        report = self.engine.data.clean_up(scope, test=test, suite=suite)
        if report.orphans:
            reasons = "; ".join(map(str, report.orphans))
            total = report.removed + len(report.orphans)
            certain = all(orphan.certain for orphan in report.orphans)
            what = "could not be removed" if certain else "are not confirmed to be removed"
            raise OrphanError(
                f"{len(report.orphans)} of {total} things {what}: {reasons}.",
                hint=Text("data.hint.orphans", run=self.engine.run_id),
                facts={"orphans": [orphan.remote_id for orphan in report.orphans]},
            )
        return report.removed

    @keyword(tags=("Data",))
    def use_environment(
        self,
        name: str,
        *,
        base_url: str | None = None,
        token: Secret | str | None = None,
        confirm: str | None = None,
    ) -> EnvironmentValues:
        """Makes an environment the one that all requests go to.

        With RequestsLibrary imported it also becomes a session of that name: `GET On Session    staging    /health`.

        Args:
            name: Name in the environments file (`resources/environments.yaml`, or the import argument
                `environments`).
            base_url: Address that differs from the file this time; with it, no file is needed.
            token: Bearer token that differs from the file this time.
            confirm: Its name again, to allow writing to a protected environment.

        Returns:
            The environment: `name`, `base_url`, `ui_url`, `protected` and its variables.

        Raises:
            EnvironmentsError: It is unknown or incomplete.

        Example:
            ```robotframework
            ${environment} =    Use Environment    local    base_url=${STUDIO_URL}/api/v1
            New Page    ${environment.ui_url}
            ```
        """
        from AIGCLibrary.rf.environment import enter

        overrides: dict[str, Any] = {}
        if base_url:
            overrides["base_url"] = base_url
        if token is not None:
            overrides["auth"] = {"bearer": self.reveal(token)}
        environment = self.engine.data.use(name, overrides, confirm)
        enter(self.engine, environment)
        return self._shown({**environment.names(), "protected": environment.protected})

    @keyword(tags=("Data",))
    def compare_environments(self, first: str, second: str, template: str, **variables: Any) -> EnvironmentDrift:
        """Compares what two environments hold, and shows the differences as a table in the log.

        Nothing is changed. Things are matched by names that mean the same in both, never by ids.

        Args:
            first: Name of an environment.
            second: Name of another.
            template: Template whose nodes say, in `sync`, how their things are listed and matched.
            **variables: Values for the variables of the template.

        Returns:
            The drift: `count`, `compared`, and `differences`, each with `node`, `key`, `kind`, `field`, `first`
            and `second`.

        Raises:
            SyncError: The template says nothing of this, or a list could not be read.

        Example:
            ```robotframework
            ${drift} =    Compare Environments    dev    staging    full_video_creation
            Should Be Equal As Integers    ${drift.count}    0
            ```
        """
        from AIGCLibrary.data.tables import drift_html

        given = {key: self.reveal(value) for key, value in variables.items()}
        drift = self.run(self.engine.data.compare(first, second, template, given))
        self.log_html(drift_html(drift, self.engine.language))
        return self._shown(drift.as_dict())

    @keyword(tags=("Data",))
    def sync_environments(
        self,
        source: str,
        target: str,
        template: str,
        *,
        dry_run: bool = True,
        confirm: str | None = None,
        overwrite: bool = False,
        **variables: Any,
    ) -> SyncSummary:
        """Brings one environment into line with another: first a plan, with `dry_run=False` its steps.

        What only the target has is left alone. Where both sides changed since the last time, nothing is done
        and the conflict is shown.

        Args:
            source: Environment that is taken as right; it is only read.
            target: Environment that is changed.
            template: Template whose nodes say, in `sync`, what belongs together.
            dry_run: Only show what would be done.
            confirm: Name of the target again, when it is protected.
            overwrite: The source also wins where both sides changed.
            **variables: Values for the variables of the template.

        Returns:
            What was or would be done: `create`, `update`, `skip`, `conflict` and `failed` as numbers, and
            `actions`, each with `node`, `key`, `step`, `fields`, `changes` (old and new by field), `reason` and `done`.

        Raises:
            EnvironmentsError: The target is protected and was not named twice.
            SyncError: A list could not be read, or a step failed.

        Example:
            ```robotframework
            ${plan} =    Sync Environments    dev    staging    full_video_creation
            Log    ${plan}[create] new, ${plan}[update] changed
            Sync Environments    dev    staging    full_video_creation    dry_run=False
            ```
        """
        from AIGCLibrary.data.sync_plan import Step
        from AIGCLibrary.data.tables import sync_html

        given = {key: self.reveal(value) for key, value in variables.items()}
        work = self.engine.data.sync(
            source, target, template, given, dry_run=dry_run, confirm=confirm, overwrite=overwrite
        )
        result = self.run(work)
        self.log_html(sync_html(result, self.engine.language))
        failed = [action for action in result.actions if action.step is Step.FAILED]
        if failed:
            reasons = "; ".join(f"{action.node} '{action.key}' {action.reason}" for action in failed[:5])
            raise SyncError(f"{len(failed)} of {len(result.actions)} steps failed: {reasons}.", facts=result.as_dict())
        return self._shown(result.as_dict())

    def _shown(self, value: Any) -> Any:
        """Return data for a test: dotted, with known secrets as `Secret`, so that no log shows them."""
        return dotted(self._wrapped(value))

    def _wrapped(self, value: Any) -> Any:
        if isinstance(value, str):
            return Secret(value) if self.engine.redactor.knows(value) else value
        if isinstance(value, dict):
            return {key: self._wrapped(item) for key, item in value.items()}
        return [self._wrapped(item) for item in value] if isinstance(value, list | tuple) else value


def _lifetime(scope: Scope) -> dict[str, Any]:
    """Return when data that is prepared now is removed: the scope, and the running suite and test."""
    suite, test = _place()
    return {"scope": Scope.SUITE if scope is Scope.TEST and test is None else scope, "suite": suite, "test": test}


def _place() -> tuple[str | None, str | None]:
    """Return the long names of the running suite and test; None where there is none."""
    try:
        variables = BuiltIn().get_variables()
    except RobotNotRunningError:
        return None, None
    suite, test = variables.get("${SUITE_NAME}"), variables.get("${TEST_NAME}")
    return suite, f"{suite}.{test}" if test else None
