"""Reads scenarios: `drop_body=30% times=2 for=video; black share=10%`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.misbehave.faults import FAULTS, Fault, FaultGroup, ValueKind
from AIGCLibrary.units import UnitError, parse_duration, parse_size

OPTIONS = ("times", "for", "order", "share", "seed", "retry_after")
SPAN = re.compile(r"(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A fault, and what it is done to.

    Args:
        fault: What happens.
        value: Of the fault: a status, seconds, a share, a span.
        times: How often it happens; None for always.
        only: Kinds of tasks (`video`), media types (`image/png`) or `data` for requests about no task; empty for all.
        order: Only to this order, counted from 1 for each kind; None for all.
        share: Part of the orders, 0 to 1.
        seed: Decides which part.
        retry_after: Seconds that answers with an error ask to wait; None for none.
        text: As it was written.
    """

    fault: Fault
    value: Any = None
    times: int | None = None
    only: tuple[str, ...] = ()
    order: int | None = None
    share: float = 1.0
    seed: str = ""
    retry_after: float | None = None
    text: str = field(default="", compare=False)

    def concerns(self, kind: str, media_type: str = "") -> bool:
        """Return whether it is done to tasks of this kind, or to files of this type."""
        main = media_type.partition("/")[0]
        timeless = self.fault.value is ValueKind.SPAN and self.value is not None and main == "image"
        if self.fault.media and media_type and (main not in self.fault.media or timeless):
            return False
        return not self.only or any(name and name in self.only for name in (kind, media_type, main))


def read_scenario(scenario: str | Mapping[str, Any]) -> tuple[Disturbance, ...]:
    """Read a scenario.

    Args:
        scenario: `FAULT[=VALUE] … [times=N] [for=KIND[,KIND]] [order=N] [share=30%] [seed=TEXT] [retry_after=7]`,
            several of them apart by `;` or line, the path of a file with such lines, or a mapping of these names.

    Raises:
        ConfigError: A name is unknown, or a value cannot be read.

    Example:
        ```python
        read_scenario("drop_body=30% times=2 for=video")
        ```
    """
    if isinstance(scenario, Mapping):
        return _disturbances([(str(name), value) for name, value in scenario.items()])
    text = scenario.strip()
    if "=" not in text and "\n" not in text and text.endswith((".txt", ".scenario")):
        try:
            text = Path(text).read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"The scenario '{scenario}' cannot be read: {error.strerror}.", code="AIGC705") from None
    lines = (re.sub(r"(^|\s)#.*", "", line) for line in re.split(r"[;\n]", text))
    pairs = [[part.partition("=")[::2] for part in line.split()] for line in lines]
    found = tuple(
        disturbance for line in pairs if line for disturbance in _disturbances([(n, v or None) for n, v in line])
    )
    if not found:
        raise _wrong("The scenario is empty")
    return found


def _disturbances(pairs: list[tuple[str, Any]]) -> tuple[Disturbance, ...]:
    options = {name: value for name, value in pairs if name in OPTIONS}
    named = [(name, value) for name, value in pairs if name not in OPTIONS]
    if not named:
        raise _wrong(f"'{_written(pairs)}' names no fault")
    return tuple(_disturbance(name, value, options, pairs) for name, value in named)


def _disturbance(name: str, raw: Any, options: Mapping[str, Any], pairs: list[tuple[str, Any]]) -> Disturbance:
    fault = FAULTS.get(name)
    if fault is None:
        known = [*(fault.name for fault in FAULTS.values() if fault.group is not FaultGroup.STUDIO), *OPTIONS]
        raise ConfigError(f"'{name}' is not a fault. {near_matches(name, known)}", code="AIGC705")
    if fault.group is FaultGroup.STUDIO:
        raise _wrong(f"'{name}' is a fault of the studio alone; it cannot be made from answers")
    flag = raw in (None, "", True)
    value = fault.default if flag else _value(fault, raw)
    times = _whole("times", options["times"]) if options.get("times") not in (None, "all") else None
    only = options.get("for") or ()
    return Disturbance(
        fault,
        value,
        fault.times if "times" not in options else times,
        tuple(part.strip() for part in (only.split(",") if isinstance(only, str) else map(str, only)) if part.strip()),
        None if options.get("order") is None else _whole("order", options["order"]),
        1.0 if options.get("share") is None else _share("share", options["share"]),
        str(options.get("seed") or ""),
        None if options.get("retry_after") is None else _seconds("retry_after", options["retry_after"]),
        _written(pairs),
    )


def _value(fault: Fault, raw: Any) -> Any:
    read = _READERS.get(fault.value)
    if read is None:
        raise _wrong(f"'{fault.name}' takes no value, not '{raw}'")
    return read(fault.name, raw)


def _whole(name: str, raw: Any, low: int = 1, high: int = 1_000_000) -> int:
    try:
        value = int(str(raw))
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise _wrong(f"'{name}' is '{raw}'; expected a whole number from {low} to {high}")
    return value


def _seconds(name: str, raw: Any) -> float:
    try:
        return parse_duration(raw)
    except UnitError:
        raise _wrong(f"'{name}' is '{raw}'; expected a time such as 60 or 2min") from None


def _share(name: str, raw: Any) -> float:
    text = str(raw).strip()
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise _wrong(f"'{name}' is '{raw}'; expected a number from 0 to 1, or a percentage")
    return value


def _amount(name: str, raw: Any) -> float | int:
    if str(raw).strip().endswith("%"):
        return _share(name, raw)
    try:
        return parse_size(raw)
    except UnitError:
        raise _wrong(f"'{name}' is '{raw}'; expected a size such as 20kB, or a percentage") from None


def _span(name: str, raw: Any) -> tuple[float, float]:
    match = SPAN.fullmatch(str(raw).strip())
    if match is None or float(match[1]) >= float(match[2]):
        raise _wrong(f"'{name}' is '{raw}'; expected START..END in seconds, such as 0.5..1.5")
    return float(match[1]), float(match[2])


def _within(low: int, high: int) -> Callable[[str, Any], int]:
    return lambda name, raw: _whole(name, raw, low, high)


_READERS: Mapping[ValueKind, Callable[[str, Any], Any]] = {
    ValueKind.STATUS: _within(400, 599),
    ValueKind.MOVED: _within(301, 308),
    ValueKind.SECONDS: _seconds,
    ValueKind.SHARE: _share,
    ValueKind.AMOUNT: _amount,
    ValueKind.BYTES: _within(-(10**9), 10**9),
    ValueKind.SPAN: _span,
    ValueKind.WORD: lambda _name, raw: str(raw),
}


def _wrong(what: str) -> ConfigError:
    return ConfigError(f"{what}.", code="AIGC705")


def _written(pairs: list[tuple[str, Any]]) -> str:
    return " ".join(name if value in (None, "", True) else f"{name}={value}" for name, value in pairs)
