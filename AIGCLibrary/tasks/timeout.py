"""The timeout of a wait, as a tester writes it: a time, `auto`, or nothing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.sla import AUTO
from AIGCLibrary.units import UnitError, parse_duration


@dataclass(frozen=True, slots=True)
class Timeout:
    """How long a wait may take.

    Args:
        seconds: The time; None: predicted from history (`auto`).
    """

    seconds: float | None

    @classmethod
    def parse(cls, value: Any) -> "Timeout | None":
        """Read a timeout; None stays None: the SLA of the task decides.

        Raises:
            ConfigError: It is no time, or less than 0.
        """
        if value is None or isinstance(value, cls):
            return value
        if str(value).lower() == AUTO:
            return cls(None)
        try:
            given = value.total_seconds() if isinstance(value, timedelta) else value
            seconds = parse_duration(str(given) if isinstance(given, bool) else given)
        except UnitError as error:
            raise ConfigError(f"timeout={error.message}", facts={"timeout": str(value)}) from None
        if not 0 <= seconds < float("inf"):
            raise ConfigError(f"timeout='{value}' is not a time: it is less than 0 s.", facts={"timeout": str(value)})
        return cls(seconds)
