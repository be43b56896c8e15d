"""Who sends requests for preparing and removing: one set of limits for each product, shared by all."""

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.calls import Caller, CallLimits
from AIGCLibrary.data.environments import Environment
from AIGCLibrary.data.journal import Journal
from AIGCLibrary.data.model import Template
from AIGCLibrary.data.removal import Remover
from AIGCLibrary.events import Bus
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.redaction.redactor import Redactor

CONCURRENCY = 8


class Clients:
    """Builds callers and removers.

    Args:
        http: The HTTP client.
        journal: Receives what is removed.
        redactor: Masks secrets.
        bus: Receives events.
        clock: Time.
    """

    def __init__(self, http: HttpClient, journal: Journal, redactor: Redactor, bus: Bus, clock: Clock) -> None:
        self._http = http
        self._journal = journal
        self._redactor = redactor
        self._bus = bus
        self._clock = clock
        self._limits: dict[tuple[str, int, float | None], CallLimits] = {}

    def caller(
        self, connection: Connection, template: Template | None = None, environment: Environment | None = None
    ) -> Caller:
        """Return the caller for a product, within the limits of environment or template."""
        places = concurrency(template, environment)
        rate = (environment.rate if environment else None) or (template.defaults.rate if template else None)
        key = (connection.base_url, places, rate)
        if key not in self._limits:
            self._limits[key] = CallLimits(places, rate, self._clock)
        return Caller(self._http, connection, self._limits[key], self._clock)

    def remover(self, caller: Caller) -> Remover:
        """Return the remover for a product."""
        return Remover(caller, self._journal, self._redactor, self._bus, self._clock)


def concurrency(template: Template | None, environment: Environment | None) -> int:
    """Return how many requests may be under way at once: the environment knows best, then the template."""
    if environment and environment.concurrency:
        return environment.concurrency
    return template.defaults.concurrency if template else CONCURRENCY
