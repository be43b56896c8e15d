"""The data service: finds template and environment, prepares, remembers what this process made, removes it."""

import hashlib
import json
import logging
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.connection import Connection
from AIGCLibrary.data.calls import Caller, Limits
from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.data.creation import Creator
from AIGCLibrary.data.environments import Environment, Environments
from AIGCLibrary.data.errors import ExpressionError, TemplateError
from AIGCLibrary.data.expand import Graph, expand
from AIGCLibrary.data.failure import NodeFailure
from AIGCLibrary.data.journal import Journal, Preparation
from AIGCLibrary.data.model import OnFailure, RecordState, Scope, Template
from AIGCLibrary.data.names import Situation
from AIGCLibrary.data.prepare import Tools, Worker
from AIGCLibrary.data.removal import CleanUp, Remover
from AIGCLibrary.data.tasknode import TaskRunner
from AIGCLibrary.data.work import Order, Prepared, gather_copies
from AIGCLibrary.errors import near_matches
from AIGCLibrary.events import MetricRecorded
from AIGCLibrary.i18n import Text

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine

log = logging.getLogger("aigc.data")


class DataService:
    """Prepares test data from templates, and removes it.

    Args:
        engine: The services.

    Example:
        ```python
        data = engine.loop.run(engine.data.prepare("full_video_creation", {"episodes": 2}))
        engine.data.clean_up("test")
        ```
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._http = engine.http  # made first, so that it is closed after the clean-up below
        self.templates = TemplateCatalogue(engine.settings.templates)
        self.environments = Environments(engine.settings.environments, engine.directory)
        self.journal = Journal(engine.store, engine.redactor, engine.clock)
        self.current: Environment | None = None
        self._overrides: dict[str, Mapping[str, Any]] = {}
        self._confirmed: set[str] = set()
        self._works: list[Preparation] = []
        self._latest: dict[str, Any] = {}
        self._ordinals: dict[str, int] = {}
        self._limits: dict[tuple[str, int, float | None], Limits] = {}
        engine.on_close(self._close)

    # --- environments ---------------------------------------------------------------------------------------

    def use(self, name: str, overrides: Mapping[str, Any] | None = None, confirm: str | None = None) -> Environment:
        """Make an environment the one in use.

        Args:
            name: Its name in the environments file.
            overrides: Keys that differ this time, for example `{"base_url": …}`.
            confirm: Its name once more, to allow writing to a protected one.

        Raises:
            EnvironmentsError: It is unknown or incomplete.
        """
        self._overrides[name] = dict(overrides or {})
        environment = self.named(name)
        if confirm is not None:
            environment.allow_writing(confirm, "writing")
            self._confirmed.add(name)
        self.current = environment
        return environment

    def environment(self, name: str | None = None) -> Environment | None:
        """Give an environment by name; for None the one in use, or the one of the settings; None if there is none."""
        wanted = name or (self.current.name if self.current else self._engine.settings.environment)
        return None if wanted is None else self.named(wanted)

    def named(self, name: str) -> Environment:
        """Give an environment by name; its secrets are masked from now on."""
        environment = self.environments.get(name, self._overrides.get(name))
        self._engine.redactor.add(*environment.secrets)
        return environment

    # --- preparing ------------------------------------------------------------------------------------------

    async def prepare(self, template: str, variables: Mapping[str, Any] | None = None, **options: Any) -> Prepared:
        """Prepare data.

        Args:
            template: Name of the template.
            variables: Values for its variables.
            **options: See `Order`: `count`, `environment`, `session`, `scope`, `on_failure`, `reuse_as`, `confirm`,
                `suite`, `test`.

        Returns:
            The data and what it took.

        Raises:
            TemplateError: The template is unknown or wrong, or a variable is.
            EnvironmentsError: The environment is unknown or protected.
            PreparationError: The product did not do what was asked; what was made before is removed again
                unless `on_failure` says `keep`.
        """
        order = Order(template, dict(variables or {}), **options)
        found = self.templates.get(template)
        environment = self.environment(order.environment) if order.session is None else None
        connection = environment.connection if environment else self._engine.connections.get(order.session)
        if environment:
            confirmed = environment.name if environment.name in self._confirmed else order.confirm
            environment.allow_writing(confirmed, f"preparing '{template}'")
        return await self._run(order, found, environment, connection)

    async def _run(
        self, order: Order, template: Template, environment: Environment | None, connection: Connection
    ) -> Prepared:
        given = self.given(template, order.variables, environment)
        work, known = self._begin(order, template, environment, connection, given)
        situation = self.situation(template, given, environment, seed=template.defaults.seed or work.id, at=work.at)
        graph = self.graph(situation)
        caller = self._caller(connection, template, environment)
        tools = Tools(
            Creator(caller, self.journal, self._engine.redactor),
            self.journal,
            TaskRunner(self._engine, order.session or (connection.alias if environment is None else None)),
            self._engine.bus,
            self._engine.clock,
        )
        await self.journal.begin(work)
        self._works.append(work)
        started = self._engine.clock.monotonic()
        try:
            workers = [
                Worker(work, graph, situation, tools, f"{copy}/" if order.count > 1 else "", known)
                for copy in range(order.count)
            ]
            copies = await gather_copies([worker.run() for worker in workers])
        except NodeFailure as failure:
            work.api_calls, work.elapsed = caller.sent, self._engine.clock.monotonic() - started
            raise await self._failed(work, template, order, caller, failure) from None
        work.api_calls, work.elapsed = caller.sent, self._engine.clock.monotonic() - started
        await self.journal.end(work, "done")
        self._measure(work)
        data = copies[0] if order.count == 1 else copies
        self._latest[template.name] = data
        log.info(
            "Prepared '%s'%s: %d records with %d requests in %.2f s.",
            template.name,
            f" in '{environment.name}'" if environment else "",
            len(work.records),
            work.api_calls,
            work.elapsed,
        )
        return Prepared(template.name, data, copies, work)

    def given(
        self, template: Template, variables: Mapping[str, Any], environment: Environment | None
    ) -> dict[str, Any]:
        """Join the values given for the variables of a template: keyword, then environment, then default.

        Raises:
            TemplateError: A variable is unknown (AIGC408), or one that must be given was not.
        """
        unknown = [name for name in variables if name not in template.variables]
        if unknown:
            raise TemplateError(
                f"Template '{template.name}' has no variable '{unknown[0]}'. "
                f"{near_matches(unknown[0], template.variables)}",
                code="AIGC408",
                hint=Text("data.hint.variables", template=template.name),
                facts={"template": template.name, "variable": unknown[0]},
            )
        from_environment = environment.for_template(template.name) if environment else {}
        given = {name: value for name, value in from_environment.items() if name in template.variables}
        given |= dict(variables)
        missing = sorted(template.required - given.keys())
        if missing:
            raise TemplateError(
                f"Template '{template.name}' needs {', '.join(map(repr, missing))}: there is no default.",
                code="AIGC408",
                hint=Text("data.hint.variables", template=template.name),
                facts={"template": template.name, "missing": missing},
            )
        return given

    def situation(
        self, template: Template, given: Mapping[str, Any], environment: Environment | None, *, seed: str, at: float
    ) -> Situation:
        """Work out the variables of a template for one preparation."""
        names = environment.names() if environment else {}
        run_id = self._engine.run_id
        values: dict[str, Any] = {}
        for name, value in template.variables.items():
            if name in given:
                values[name] = given[name]
                continue
            so_far = Situation(template, values, names, run_id, seed, at, template.defaults.locale)
            try:
                values[name] = value.render(so_far.names(f"vars/{name}"), so_far.functions(f"vars/{name}"))
            except ExpressionError as error:
                raise TemplateError(f"{template.source}: variable '{name}': {error}.", code="AIGC409") from None
        return Situation(template, values, names, run_id, seed, at, template.defaults.locale)

    def graph(self, situation: Situation) -> Graph:
        """Lay a template out with its variables."""
        names = situation.names("for_each")
        return expand(situation.template, dict(names.own()), situation.functions("for_each"))

    def _begin(
        self,
        order: Order,
        template: Template,
        environment: Environment | None,
        connection: Connection,
        given: Mapping[str, Any],
    ) -> tuple[Preparation, dict[str, Any]]:
        """Make a preparation, or take up the one of a run that ended before its clean-up."""
        suite = order.suite or self._engine.store.scope.suite
        test = order.test or self._engine.store.scope.test if order.scope is Scope.TEST else None
        where = environment.name if environment else connection.base_url
        call: list[Any] = [self._engine.run_id, where, template.name, str(order.scope), order.reuse_as]
        if order.reuse_as is None:
            call += [suite, test, order.count, self._engine.redactor.data(dict(given))]
            nth = json.dumps(call, default=str)
            self._ordinals[nth] = self._ordinals.get(nth, 0) + 1
            call.append(self._ordinals[nth])
        identity = hashlib.sha256(json.dumps(call, default=str).encode()).hexdigest()
        earlier = self.journal.unfinished(identity)
        if earlier is None:
            work = Preparation(
                uuid.uuid4().hex,
                identity,
                template.name,
                connection,
                environment.name if environment else None,
                order.scope,
                suite,
                test,
                self._engine.clock.now(),
                order.reuse_as,
            )
            return work, {}
        row, records = earlier
        log.info("Taking up '%s', of which %d records are known from before.", template.name, len(records))
        self._works = [one for one in self._works if one.id != row["id"]]
        work = Preparation(
            row["id"],
            identity,
            template.name,
            connection,
            environment.name if environment else None,
            order.scope,
            suite,
            test,
            row["at"],
            order.reuse_as,
            resumed=True,
        )
        known = {record.key: record for record in records}
        work.records |= known
        return work, known

    async def _failed(
        self, work: Preparation, template: Template, order: Order, caller: Caller, failure: NodeFailure
    ) -> Exception:
        made = [str(record) for record in work.records.values() if record.state is RecordState.CREATED]
        policy = order.on_failure or template.defaults.on_failure
        report = CleanUp()
        if policy is OnFailure.ROLLBACK:
            report = await self._remover(caller).remove(list(work.records.values()), template.name)
            self._works.remove(work)
        else:
            work.keep = True
        await self.journal.end(work, "kept" if work.keep else ("failed" if report.orphans else "removed"))
        self._measure(work)
        return failure.error(
            template.name,
            created=made,
            removed=report.removed,
            orphans=[f"{orphan.key} ({orphan.reason})" for orphan in report.orphans],
            kept=work.keep,
        )

    def _close(self) -> None:
        self.clean_up(Scope.RUN)

    # --- removing -------------------------------------------------------------------------------------------

    def clean_up(self, scope: str, *, test: str | None = None, suite: str | None = None) -> CleanUp:
        """Remove what was prepared in a scope; never raises, so that it may be called from a listener.

        Args:
            scope: `test`, `suite` or `run`; a run ends what its suites and tests left.
            test: Long name of the test that ended; all tests when not given.
            suite: Long name of the suite that ended; the running one when not given.

        Returns:
            What was removed and what was not.
        """
        suite = suite or self._engine.store.scope.suite
        works = [work for work in self._works if not work.keep and _belongs(work, Scope(str(scope)), test, suite)]
        if not works:
            return CleanUp()
        try:
            report = self._engine.loop.run(self.remove(works))
        except Exception:
            log.warning("The clean-up of the %s failed.", scope, exc_info=True)
            return CleanUp()
        for orphan in report.orphans:
            log.warning("Could not remove '%s' (%s): %s", orphan.key, orphan.remote_id, orphan.reason)
        return report

    async def remove(self, works: list[Preparation]) -> CleanUp:
        """Remove what some preparations made."""
        report = CleanUp()
        for work in works:
            caller = self._caller(work.connection)
            one = await self._remover(caller).remove(list(work.records.values()), work.template)
            await self.journal.end(work, "failed" if one.orphans else "removed")
            report += one
            if work in self._works:
                self._works.remove(work)
            self._latest.pop(work.template, None)
        if report.removed:
            log.info(
                "Removed %d records with %d requests in %.2f s%s.",
                report.removed,
                report.api_calls,
                report.elapsed,
                f"; {len(report.orphans)} could not be removed" if report.orphans else "",
            )
        return report

    # --- what is there --------------------------------------------------------------------------------------

    def prepared(self, path: str | None = None) -> Any:
        """Give data prepared before, by JMESPath: `script.id` of the latest, or `full_video_creation.script.id`.

        Raises:
            TemplateError: Nothing was prepared, or nothing is at that path (AIGC416).
        """
        return find_prepared(self._latest, path)

    def load(self, path: str | Path) -> list[str]:
        """Make the templates of a file or folder known; give their names."""
        return self.templates.load(Path(path))

    def _caller(
        self, connection: Connection, template: Template | None = None, environment: Environment | None = None
    ) -> Caller:
        defaults = template.defaults if template else None
        concurrency = (environment and environment.concurrency) or (defaults.concurrency if defaults else 8)
        rate = (environment and environment.rate) or (defaults.rate if defaults else None)
        key = (connection.base_url, concurrency, rate)
        if key not in self._limits:
            self._limits[key] = Limits(concurrency, rate, self._engine.clock)
        return Caller(self._http, connection, self._limits[key], self._engine.clock)

    def _remover(self, caller: Caller) -> Remover:
        engine = self._engine
        return Remover(caller, self.journal, engine.redactor, engine.bus, engine.clock)

    def _measure(self, work: Preparation) -> None:
        labels = {"template": work.template, "environment": work.environment or ""}
        now = self._engine.clock.now()
        for name, value, unit in (
            ("data.prepare_time", work.elapsed, "s"),
            ("data.api_calls", float(work.api_calls), "1"),
        ):
            self._engine.bus.emit(MetricRecorded(at=now, name=name, value=value, unit=unit, labels=labels))


def _belongs(work: Preparation, scope: Scope, test: str | None, suite: str | None) -> bool:
    if scope is Scope.RUN:
        return True
    if work.scope is not scope:
        return False
    if scope is Scope.TEST:
        return test is None or work.test in (None, test)
    return suite is None or work.suite in (None, suite)


def find_prepared(latest: Mapping[str, Any], path: str | None) -> Any:
    """Look up prepared data; see `DataService.prepared`."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    if not latest:
        raise TemplateError("No data was prepared yet, or it was removed again.", code="AIGC416")
    newest = list(latest.values())[-1]
    names = {**latest, **(newest if isinstance(newest, dict) else {})}
    if not path:
        return newest
    try:
        found = jmespath.search(path, names)
    except JMESPathError as error:
        raise TemplateError(f"'{path}' is no path into data: {str(error).splitlines()[0]}", code="AIGC416") from None
    if found is None:
        first = path.split(".")[0].split("[")[0]
        raise TemplateError(f"Prepared data has nothing at '{path}'. {near_matches(first, names)}", code="AIGC416")
    return found
