"""The composition root: builds the services of one process when they are first used, and connects them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from AIGCLibrary.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    # A service is loaded when it is first used, so that importing the library stays cheap.
    from AIGCLibrary.data.service import DataService
    from AIGCLibrary.files.service import FileService
    from AIGCLibrary.locators.service import LocatorService
    from AIGCLibrary.monitoring.service import MonitoringService
    from AIGCLibrary.plugins.manager import PluginManager
    from AIGCLibrary.recovery.service import RecoveryService
    from AIGCLibrary.tasks.service import TaskService


T = TypeVar("T")


class service(cached_property[T]):  # noqa: N801 - a decorator
    """A service of the engine: built when it is first used; the first use of any of them begins the run's records."""

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...

    def __get__(self, instance: object, owner: type | None = None) -> Self | T:
        """Return the service; see `Runtime.begin`."""
        if isinstance(instance, Runtime):
            instance.begin()
        return super().__get__(instance, owner)


class Engine(Runtime):
    """The runtime with its services. What one service needs of another is connected here and nowhere else.

    Only `library`, `listener`, `keywords`, `rf` and `cli` know this class; services take a `Runtime` or less.

    Example:
        ```python
        engine = Engine(Settings(), connections=Connection("http://127.0.0.1:8000/api/v1"))
        task = engine.loop.run(engine.tasks.submit("image", {"prompt": "a cat"}))
        engine.close()
        ```
    """

    @service
    def plugins(self) -> PluginManager:
        """The plug-ins, built-in and enabled ones."""
        from AIGCLibrary.plugins.manager import PluginManager

        return PluginManager(self, self)

    @service
    def locators(self) -> LocatorService:
        """Finds UI targets."""
        from AIGCLibrary.locators.service import LocatorService

        return LocatorService(self)

    @service
    def tasks(self) -> TaskService:
        """Submits, tracks and waits for generation tasks."""
        from AIGCLibrary.tasks.service import TaskService

        return TaskService(self)

    @service
    def files(self) -> FileService:
        """Downloads and judges files."""
        from AIGCLibrary.files.service import FileService

        return FileService(self)

    @service
    def data(self) -> DataService:
        """Prepares and removes test data; knows the environments."""
        from AIGCLibrary.data.service import DataService

        return DataService(self, tasks=lambda: self.tasks, expression=_answer_expression)

    @service
    def monitoring(self) -> MonitoringService:
        """Turns events into samples, SLO verdicts and reports."""
        from AIGCLibrary.monitoring.service import MonitoringService

        return MonitoringService(self)

    @service
    def recovery(self) -> RecoveryService:
        """Explains failures and suggests fixes."""
        from AIGCLibrary.recovery.service import RecoveryService

        return RecoveryService(self, lend=self._lend, near=self._near)

    def _lend(self, name: str, tier: str, value: Any, selector: str, element: str) -> None:
        """Add a temporary selector to a target; the locators are not started before one is needed."""
        self.locators.temporary_selector(name, tier, value, selector, element)

    def _near(self, selector: str) -> list[dict[str, Any]]:
        """Return what is closest to a selector that matches nothing."""
        return self.locators.plain.near(selector)

    def started(self, service: str) -> bool:
        """Return whether a service has been used in this process, without starting it.

        Args:
            service: Name of the property, for example `tasks`.
        """
        return service in self.__dict__


def _answer_expression(text: str) -> Callable[[dict[str, Any]], Any]:
    """Compile an expression over an answer as provider files write it; the capability is loaded when one is."""
    from AIGCLibrary.tasks.providers.expressions import AnswerExpression

    return AnswerExpression(text)
