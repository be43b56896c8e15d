"""The limits one task is held to, from four places: defaults, provider, `Set Task SLA`, the keyword's argument."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Literal

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.units import UnitError, parse_duration

AUTO = "auto"


class Backoff(StrEnum):
    """How the pauses between retries of a failed request grow."""

    EXPONENTIAL = "exponential"
    LINEAR = "linear"
    FIXED = "fixed"


class OnTimeout(StrEnum):
    """What happens to the remote task when its time is over."""

    LEAVE = "leave"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class SLA:
    """The limits of one task. Times in seconds.

    Args:
        timeout: From submission to the end; `auto` predicts it from history, and says so.
        queue_timeout: Longest time in the queue.
        run_timeout: Longest time from the start of processing.
        stall_timeout: Longest time without any change of state, progress or queue position.
        warn_after: A warning is logged when it takes longer; `auto` is the 95th percentile of history, and the delay
            within which an end is seen.
        retry_times: How often a request that failed, or a task (`Retry Task`), is repeated.
        backoff: How the pauses between retries of failed requests grow.
        max_poll_interval: Longest pause between two requests.
        min_poll_interval: Shortest pause between two requests.
        outage: How long the API may answer nothing but errors before the wait gives up.
        on_timeout: `cancel` cancels the remote task when its time is over, so that it costs no more.
    """

    timeout: float | Literal["auto"] = 600.0
    queue_timeout: float | None = None
    run_timeout: float | None = None
    stall_timeout: float | None = None
    warn_after: float | Literal["auto"] | None = "auto"
    retry_times: int = 3
    backoff: Backoff = Backoff.EXPONENTIAL
    max_poll_interval: float = 30.0
    min_poll_interval: float = 0.9
    outage: float = 120.0
    on_timeout: OnTimeout = OnTimeout.LEAVE

    def changed(self, values: "Mapping[str, Any] | SLA | None", where: str = "sla") -> "SLA":
        """Return these limits with some of them changed.

        Args:
            values: Names and values as a tester writes them: `{"timeout": "2 min", "retry_times": 1}`.
            where: What to call the place they come from, in errors.

        Raises:
            ConfigError: A name is unknown or a value cannot be.
        """
        if values is None:
            return self
        if isinstance(values, SLA):
            return values
        names = [item.name for item in fields(self)]
        for name in values:
            if name not in names:
                raise ConfigError(f"The {where} has no limit '{name}'. {near_matches(str(name), names)}")
        return replace(self, **{name: _convert(name, value, where) for name, value in values.items()})

    def as_dict(self) -> dict[str, Any]:
        """Return the limits as JSON data."""
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}

    def pause(self, failures: int, first: float = 1.0) -> float:
        """Return the pause in seconds before the retry that follows so many failures in a row."""
        grown = {
            Backoff.EXPONENTIAL: first * 2.0 ** min(max(failures - 1, 0), 20),
            Backoff.LINEAR: first * max(failures, 1),
            Backoff.FIXED: first,
        }
        return min(grown[self.backoff], self.max_poll_interval)


def _convert(name: str, value: Any, where: str) -> Any:
    if name == "backoff":
        return _choice(Backoff, value, where, name)
    if name == "on_timeout":
        return _choice(OnTimeout, value, where, name)
    if name == "retry_times":
        try:
            count = int(value)
        except (TypeError, ValueError):
            count = -1
        if count < 0:
            raise ConfigError(f"The {where} has {name}='{value}'; expected a whole number of 0 or more.")
        return count
    if name in ("timeout", "warn_after") and str(value).lower() == AUTO:
        return AUTO
    if value is None or str(value).lower() in ("none", ""):
        if name in ("timeout", "max_poll_interval", "min_poll_interval", "outage"):
            raise ConfigError(f"The {where} has no {name}; every wait needs a limit, for example '10 min'.")
        return None
    try:
        return parse_duration(value)
    except UnitError as error:
        raise ConfigError(f"The {where} has {name}={error.message}") from None


def _choice(kind: type[StrEnum], value: Any, where: str, name: str) -> StrEnum:
    try:
        return kind(str(value).lower())
    except ValueError:
        raise ConfigError(f"The {where} has {name}='{value}'. {near_matches(str(value), list(kind))}") from None
