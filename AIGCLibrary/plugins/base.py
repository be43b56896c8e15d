"""The contract of a plug-in."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from AIGCLibrary.clock import Clock
from AIGCLibrary.events import Bus
from AIGCLibrary.loop import LoopThread

if TYPE_CHECKING:
    from AIGCLibrary.http.client import HttpClient
    from AIGCLibrary.store import Store

API_VERSION = 1


class Services(Protocol):
    """The services that a plug-in may use; the engine provides them.

    `tasks`, `files` and `data` are the services of these capabilities: `submit`, `wait`, `process`, `prepare` and more.
    """

    @property
    def tasks(self) -> Any:
        """Submits, tracks and waits for generation tasks."""

    @property
    def files(self) -> Any:
        """Downloads and validates files."""

    @property
    def data(self) -> Any:
        """Prepares and removes test data."""

    @property
    def http(self) -> "HttpClient":
        """HTTP client, for use on the loop."""

    @property
    def store(self) -> "Store":
        """What is remembered across tests and runs."""

    @property
    def bus(self) -> Bus:
        """Events of the run."""

    @property
    def loop(self) -> LoopThread:
        """The thread that runs coroutines."""

    @property
    def clock(self) -> Clock:
        """Time."""


@dataclass(slots=True)
class ScenarioContext:
    """What a plug-in is given: the data of the scenario so far, and the services of the engine.

    Args:
        engine: The services: tasks, files, data, store, bus, loop, http.
        test_data: Data prepared so far in this test, merged by the plug-ins; results go in here.
        session: Alias of the RequestsLibrary session to use; None for the environment's own.
        suite: Long name of the running suite.
        test: Long name of the running test.
    """

    engine: Services
    test_data: dict[str, Any] = field(default_factory=dict)
    session: str | None = None
    suite: str | None = None
    test: str | None = None


@dataclass(frozen=True, slots=True)
class PluginResult:
    """What a plug-in gives back.

    Args:
        status: `completed`, `failed`, `cancelled`, `timeout` …
        data: The outcome; JSON values where possible.
        metrics: Numbers worth keeping, for example `{"api_calls": 4}`.
        error: What went wrong, in one sentence.
    """

    status: str
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None

    @property
    def success(self) -> bool:
        """True when the status is `completed`."""
        return self.status == "completed"


class AIGCPlugin(ABC):
    """Base class of all plug-ins, built-in and third-party.

    Example:
        ```python
        class WatermarkPlugin(AIGCPlugin):
            name = "watermark"
            capabilities = ("watermark.read",)

            async def execute(self, context, params):
                return PluginResult("completed", {"text": read_watermark(params["path"])})
        ```
    """

    requires: Sequence[str] = ()
    """Import names of packages the plug-in needs; checked before it is used."""
    api_version = API_VERSION

    @property
    @abstractmethod
    def name(self) -> str:
        """Name used by `Execute Plugin`."""

    @property
    @abstractmethod
    def capabilities(self) -> Sequence[str]:
        """What it can do, for example `("task.wait", "task.submit")`."""

    @abstractmethod
    async def execute(self, context: ScenarioContext, params: dict[str, Any]) -> PluginResult:
        """Do the work; called on the loop thread."""

    async def setup(self) -> None:  # noqa: B027 - optional by design
        """Prepare; called once before the first use."""

    async def cleanup(self) -> None:  # noqa: B027 - optional by design
        """Release what `setup` took; called once at the end of the run."""

    async def health_check(self) -> dict[str, Any]:
        """Return whether the plug-in can work; at least `{"status": "healthy"}`."""
        return {"status": "healthy"}
