"""The data service: the one door to templates, environments, prepared data and its removal."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.data.cache import PreparedDataCache
from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.data.clients import Clients, concurrency
from AIGCLibrary.data.compare import Drift
from AIGCLibrary.data.drift import Drifts
from AIGCLibrary.data.environment_signers import CompileExpression, EnvironmentSigners
from AIGCLibrary.data.environments import Environment, Environments
from AIGCLibrary.data.inputs.trial import InputOutcome
from AIGCLibrary.data.inputs.trials import InputTrials
from AIGCLibrary.data.journal import Journal
from AIGCLibrary.data.options import LEFT_OUT, Scope
from AIGCLibrary.data.plan import Plan, make_plan
from AIGCLibrary.data.preparation import Preparer, Site
from AIGCLibrary.data.preparation_request import PreparationRequest, Prepared
from AIGCLibrary.data.removal_report import CleanUp
from AIGCLibrary.data.sweep import Sweeper
from AIGCLibrary.data.sync_plan import SyncResult
from AIGCLibrary.data.tasknode import TaskClient
from AIGCLibrary.data.variables import given, lay_out, situate

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.data")


class DataService:
    """Prepares test data from templates, and removes it.

    Args:
        runtime: The services.
        tasks: Returns the client of generation tasks.
        expression: Compiles an expression over an answer's envelope.

    Example:
        ```python
        prepared = engine.loop.run(engine.data.prepare("full_video_creation", {"episodes": 2}))
        prepared.data["script"]["id"]
        engine.data.clean_up("test")
        ```
    """

    def __init__(self, runtime: "Runtime", *, tasks: Callable[[], TaskClient], expression: CompileExpression) -> None:
        self._runtime = runtime
        http = runtime.http  # asked for first, so that it is closed after the clean-up below
        self._templates = TemplateCatalogue()
        self._environments = Environments(directory=runtime.directory)
        self._signers = EnvironmentSigners(expression, runtime.redactor.add, runtime.clock.now)
        self.journal = Journal(runtime.store, runtime.redactor, runtime.clock)
        self.clients = Clients(http, self.journal, runtime.redactor, runtime.bus, runtime.clock)
        self.current: Environment | None = None
        self._cache = PreparedDataCache()
        self._drifts = Drifts(runtime, self.clients)
        self._preparer = Preparer(runtime, self.journal, self.clients, self._cache, tasks)
        self._overrides: dict[str, Mapping[str, Any]] = {}
        self._confirmed: set[str] = set()
        self._closing = False
        runtime.on_close(self._close)

    @property
    def templates(self) -> TemplateCatalogue:
        """The templates, with the files of all imports so far."""
        self._templates.add_project_files(self._runtime.settings.templates)
        return self._templates

    @property
    def environments(self) -> Environments:
        """The environments, with the files of all imports so far."""
        self._environments.add(*self._runtime.settings.environments)
        return self._environments

    def use(self, name: str, overrides: Mapping[str, Any] | None = None, confirm: str | None = None) -> Environment:
        """Make an environment the one in use.

        Args:
            name: Its name in the environments file.
            overrides: Keys that differ this time, for example `{"base_url": …}`.
            confirm: Its name again, to allow writing to a protected one.

        Raises:
            EnvironmentsError: It is unknown or incomplete.
        """
        if overrides:
            self._overrides[name] = dict(overrides)
        environment = self.named(name)
        if confirm is not None:
            environment.allow_writing(confirm, "writing")
            self._confirmed.add(name)
        self.current = environment
        return environment

    def environment(self, name: str | None = None) -> Environment | None:
        """Return an environment by name; for None the one in use, or the one of the settings; None if there is none."""
        wanted = name or (self.current.name if self.current else self._runtime.environment)
        return None if wanted is None else self.named(wanted)

    def named(self, name: str) -> Environment:
        """Return an environment by name; its secrets are masked from now on."""
        environment = self.environments.get(name, self._overrides.get(name))
        self._runtime.redactor.add(*environment.secrets)
        return self._signers.signed(environment)

    def site(self, order: PreparationRequest) -> Site:
        """Find template, environment and connection of an order."""
        template = self.templates.get(order.template)
        environment = self.environment(order.environment) if order.session is None else None
        connection = environment.connection if environment else self._runtime.connections.get(order.session)
        return Site(template, environment, connection)

    async def prepare(self, template: str, variables: Mapping[str, Any] | None = None, **options: Any) -> Prepared:
        """Prepare data.

        Args:
            template: Name of the template.
            variables: Values for its variables.
            **options: See `PreparationRequest`: `count`, `environment`, `session`, `scope`, `on_failure`, `reuse_as`,
                `confirm`, `suite`, `test`.

        Returns:
            The data and what it took.

        Raises:
            TemplateError: The template is unknown or wrong, or a variable is.
            EnvironmentsError: The environment is unknown or protected.
            PreparationError: The product did not do what was asked; what was made before is removed again
                unless `on_failure` says `keep`.
        """
        order = PreparationRequest(template, dict(variables or {}), **options)
        site = self.site(order)
        if site.environment:
            self.allow_writing(site.environment, order.confirm, f"preparing '{template}'")
        return await self._preparer.prepare(order, site)

    async def adopt(self, template: str, variables: Mapping[str, Any] | None = None, **options: Any) -> Prepared:
        """Take what is there already under the names a template uses; creates, changes and removes nothing.

        Args:
            template: Name of the template.
            variables: Values for its variables; they name what is looked for.
            **options: `environment` or `session`, see `PreparationRequest`.

        Returns:
            The same data as `prepare` returns.

        Raises:
            TemplateError: The template is unknown or wrong, or a variable is.
            PreparationError: Something is missing or ambiguous (AIGC413).
        """
        order = PreparationRequest(template, dict(variables or {}), **options)
        return await self._preparer.adopt(order, self.site(order))

    async def check_input(
        self,
        template: str,
        field: str,
        value: Any = LEFT_OUT,
        *,
        expected: str = "bad_input",
        variables: Mapping[str, Any] | None = None,
        confirm: str | None = None,
        **options: Any,
    ) -> InputOutcome:
        """Send one input to the product and judge what it makes of it; everything is removed again at once.

        Args:
            template: Name of the template whose node takes the input.
            field: Node and place in its body, for example `script.settings.width`.
            value: The value; without one the field is left out.
            expected: Outcomes that are right, joined by `|`; see `OUTCOMES`.
            variables: Values for the variables of the template.
            confirm: Name of the environment again, when it is protected.
            **options: `environment` or `session`, `suite` and `test`, see `PreparationRequest`.

        Raises:
            InputError: The product did something else (AIGC419).
            PreparationError: What the node needs could not be prepared, or no clear answer came.
        """
        order = PreparationRequest(template, dict(variables or {}), **options)
        site = self.site(order)
        if site.environment:
            self.allow_writing(site.environment, confirm, f"trying inputs of '{template}'")
        return await InputTrials(self._preparer, self.clients).check(order, site, field, value, expected)

    def allow_writing(self, environment: Environment, confirm: str | None, what: str) -> None:
        """Refuse to write to a protected environment unless its name was said twice, now or when it was entered."""
        environment.allow_writing(environment.name if environment.name in self._confirmed else confirm, what)

    async def plan(self, template: str, variables: Mapping[str, Any] | None = None, **options: Any) -> Plan:
        """Return what `prepare` would do with the same arguments; sends nothing."""
        order = PreparationRequest(template, dict(variables or {}), **options)
        found = self.templates.get(template)
        environment = self.environment(order.environment) if order.session is None else None
        values = given(found, order.variables, environment)
        now = self._runtime.clock.now()
        situation = situate(found, values, environment, run_id=self._runtime.run_id, seed="plan", at=now)
        name = environment.name if environment else None
        history = await asyncio.to_thread(self.journal.durations, found.name, name)
        return make_plan(lay_out(situation), name or order.session or "", concurrency(found, environment), history)

    async def compare(
        self, first: str, second: str, template: str, variables: Mapping[str, Any] | None = None
    ) -> Drift:
        """Compare what two environments hold of a template's kinds of things; only reads.

        Args:
            first: Name of an environment.
            second: Name of another.
            template: Template whose nodes say with `sync` how their things are listed and matched.
            variables: Values for its variables.

        Raises:
            SyncError: Nothing can be compared, or a list could not be read.
        """
        found = self.templates.get(template)
        return await self._drifts.compare(found, self.named(first), self.named(second), variables or {})

    async def sync(
        self,
        source: str,
        target: str,
        template: str,
        variables: Mapping[str, Any] | None = None,
        *,
        dry_run: bool = True,
        confirm: str | None = None,
        overwrite: bool = False,
    ) -> SyncResult:
        """Bring one environment into line with another: creates what is missing, updates what differs.

        Args:
            source: Environment that is taken as right; only read.
            target: Environment that is changed.
            template: Template whose nodes say with `sync` what belongs together.
            variables: Values for its variables.
            dry_run: Only plan.
            confirm: Name of the target again, when it is protected.
            overwrite: The source also wins where both sides changed since the last time.

        Raises:
            EnvironmentsError: The target is protected.
            SyncError: A list could not be read.
        """
        found = self.templates.get(template)
        here, there = self.named(source), self.named(target)
        if not dry_run:
            self.allow_writing(there, confirm, f"synchronising it with '{source}'")
        return await self._drifts.sync(found, here, there, variables or {}, dry_run=dry_run, overwrite=overwrite)

    def clean_up(self, scope: str, *, test: str | None = None, suite: str | None = None) -> CleanUp:
        """Remove what was prepared in a scope; never raises, so that it may be called from a listener.

        Args:
            scope: `test`, `suite` or `run`; a run also ends what is left of its suites and tests, and of
                processes of the same run that died.
            test: Long name of the test that ended; all tests when not given.
            suite: Long name of the suite that ended; the running one when not given.

        Returns:
            What was removed and what was not.
        """
        report = CleanUp()
        try:
            ending = Scope(str(scope))
            works = self._cache.ending(ending, test, suite or self._runtime.store.scope.suite)
            if works:
                report += self._runtime.loop.run(self._preparer.remove(works))
            if ending is Scope.RUN and not self._closing:
                report += self._runtime.loop.run(self.sweeper().of_dead_processes(self._runtime.run_id))
        except Exception:
            log.warning("The clean-up of the %s failed.", scope, exc_info=True)
        for orphan in report.orphans:
            words = "Could not remove %s" if orphan.certain else "It is not certain whether this is gone: %s"
            log.warning(words, orphan)
        return report

    def sweeper(self) -> Sweeper:
        """Return the sweeper, which removes what earlier runs left."""
        return Sweeper(self.journal, self.clients, self._connect)

    def prepared(self, path: str | None = None) -> Any:
        """Return data prepared before, by JMESPath; see `PreparedDataCache.find`."""
        return self._cache.find(path)

    def load(self, path: str | Path) -> list[str]:
        """Make the templates of a file or folder known; return their names."""
        return self.templates.load(Path(path))

    def _connect(self, environment: str | None, base_url: str | None) -> Any:
        """Return the connection to where something was made; None when it is not known any more."""
        if environment is not None and environment in (*self.environments.names(), *self._overrides):
            return self.named(environment).connection
        candidates = [self.current.connection] if self.current else []
        if not candidates and self._runtime.environment:
            candidates = [self.named(self._runtime.environment).connection]
        return next((candidate for candidate in candidates if candidate.base_url == base_url), None)

    def _close(self) -> None:
        self._closing = True
        self.clean_up(Scope.RUN)
