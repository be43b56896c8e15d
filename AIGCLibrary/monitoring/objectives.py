"""Objectives: read from slo.yaml, checked for sense, in base units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from AIGCLibrary.monitoring.catalogue import MEASURED, MetricKind
from AIGCLibrary.monitoring.units import base_of, to_base
from AIGCLibrary.yaml import YamlDocument, load_yaml
from AIGCLibrary.yaml.imported import defined_twice


class Better(StrEnum):
    """Which way is good."""

    HIGHER = "higher"
    LOWER = "lower"


class Gate(StrEnum):
    """What fails `SLO Should Be Met` and `aigc slo check`."""

    BREACH = "breach"
    UNPROVEN = "unproven"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Objective:
    """What is demanded of a metric over many samples; values in base units (s, bytes, shares).

    Args:
        name: `<group>.<name>`.
        metric: Name of the samples.
        kind: How they are summed up; None when only the samples decide.
        unit: Unit for people: `%` is `1`, `ms` stays `ms`.
        least: Less is a breach.
        most: More is a breach.
        target: What is aimed at.
        better: Which way is good; inferred when not given.
        min_samples: Fewer are always unproven.
        confidence: Of the interval, 0 to 1.
        gate: What fails the gate.
        stops: Tests that would order more are skipped once the breach is proven.
        description: What it is for, in the user's words.
    """

    name: str
    metric: str
    kind: MetricKind | None
    unit: str
    least: float | None
    most: float | None
    target: float
    better: Better
    min_samples: int = 5
    confidence: float = 0.95
    gate: Gate = Gate.BREACH
    stops: bool = False
    description: str = ""

    @property
    def line(self) -> float:
        """The hard line on the side that matters."""
        line = self.least if self.better is Better.HIGHER else self.most
        return line if line is not None else self.target

    def allows(self, value: float) -> bool:
        """Return whether a value lies between the hard lines."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def reaches_target(self, value: float) -> bool:
        """Return whether a value is as good as the target."""
        return value >= self.target if self.better is Better.HIGHER else value <= self.target


@dataclass(frozen=True, slots=True)
class Objectives:
    """All objectives of a run, and how they are watched.

    Args:
        items: Objectives by name, in the order of the file.
        collect_every: Seconds between live collections.
        check_every: Seconds between checks while monitoring.
        budget_window: Seconds the error budget reaches back.
        source: The document they came from, as plain data: kept with the run, so that reports need no file.
        places: Where each objective is defined, `file, line n`.
    """

    items: Mapping[str, Objective]
    collect_every: float = 10.0
    check_every: float = 60.0
    budget_window: float = 7 * 86400.0
    source: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


@cache
def built_in() -> Objectives:
    """Return the objectives that hold unless a project gives its own."""
    with resources.as_file(resources.files("AIGCLibrary") / "defaults" / "slo.yaml") as path:
        return load_objectives(path)


def load_objectives(path: Path | str) -> Objectives:
    """Read a slo.yaml.

    Raises:
        ConfigError: It is missing, breaks the schema, or asks for what cannot be, each with its line.
    """
    return read_objectives(load_yaml(path, schema="slo"))


def joined(found: Sequence[Objectives]) -> Objectives:
    """Join the objectives of several files, of which suites name one each.

    Raises:
        ConfigError: Two files define an objective, or how the run is watched, differently.
    """
    if len(found) == 1:
        return found[0]
    items: dict[str, Objective] = {}
    places: dict[str, str] = {}
    source: dict[str, Any] = {"slo": {}}
    sources: dict[str, str] = {}
    for each in found:
        for name, objective in each.items.items():
            if name in items and items[name] != objective:
                raise defined_twice("Objective", name, places[name], each.places[name])
            items[name], places[name] = objective, each.places[name]
        file = next(iter(each.places.values())).partition(",")[0]
        for key, value in each.source.items():
            if key in ("slo", "defaults"):
                continue
            if key in source and source[key] != value:
                raise defined_twice("Section", key, sources[key], file)
            source[key], sources[key] = value, file
        for group, names in each.source["slo"].items():
            own = {name: {**(each.source.get("defaults") or {}), **settings} for name, settings in names.items()}
            source["slo"].setdefault(group, {}).update(own)
    document = YamlDocument(Path("slo.yaml"), source, {}, "slo.schema.json")
    return replace(read_objectives(document), places=places)


def from_data(data: Mapping[str, Any]) -> Objectives:
    """Build objectives from data kept with a run."""
    return read_objectives(YamlDocument(Path("slo.yaml"), dict(data), {}, "slo.schema.json"))


def read_objectives(document: YamlDocument) -> Objectives:
    """Build objectives from a document that fits the schema."""
    data = document.data
    defaults = data.get("defaults") or {}
    items = {}
    for group, names in data["slo"].items():
        for name, settings in names.items():
            objective = _objective(document, group, name, {**defaults, **settings})
            items[objective.name] = objective
    return Objectives(
        items=items,
        collect_every=to_base(data.get("collect_every", 10), "s"),
        check_every=to_base(data.get("check_every", 60), "s"),
        budget_window=to_base((data.get("budget") or {}).get("window", "7 d"), "s"),
        source=data,
        places={
            f"{group}.{name}": f"{document.path}, line {document.line(('slo', group, name))}"
            for group, names in data["slo"].items()
            for name in names
        },
    )


def _objective(document: YamlDocument, group: str, name: str, given: Mapping[str, Any]) -> Objective:
    place = ("slo", group, name)
    full_name = f"{group}.{name}"
    known = MEASURED.get(full_name)
    named = _units_named_by(given)
    unit = given.get("unit") or (known.unit if known else (named or ["1"])[0])
    stray = next((word for word in named if base_of(word) != base_of(unit)), None)
    if stray:
        raise document.error(place, f"'{full_name}' is measured in '{unit}', not in '{stray}'.")
    values = {key: to_base(given[key], unit) for key in ("min", "max", "target") if key in given}
    if known and base_of(unit) != base_of(known.unit):
        raise document.error(place, f"'{full_name}' is measured in '{known.unit}', not in '{unit}'.")
    least, most = values.get("min"), values.get("max")
    if known and known.unit == "1":
        for key, value in values.items():
            if not 0 <= value <= 1:
                raise document.error((*place, key), f"'{full_name}' is a share: {given[key]} is not within 0 to 1.")
    if least is not None and most is not None and least > most:
        raise document.error(place, f"min {given['min']} is more than max {given['max']}.")
    target = values.get("target", least if least is not None else most)
    assert target is not None  # noqa: S101 - the schema asks for min or max
    if (least is not None and target < least) or (most is not None and target > most):
        raise document.error((*place, "target"), f"target {given['target']} is not between min and max.")
    return Objective(
        name=full_name,
        metric=given.get("metric") or (known.name if known else full_name),
        kind=known.kind if known else None,
        unit=unit,
        least=least,
        most=most,
        target=target,
        better=_better(document, place, given, (least, most, target)),
        min_samples=int(given.get("min_samples", 5)),
        confidence=float(given.get("confidence", 0.95)),
        gate=Gate(given.get("gate", "breach")),
        stops=given.get("stop") == "proven",
        description=given.get("description", ""),
    )


def _better(
    document: YamlDocument,
    place: tuple[str, ...],
    given: Mapping[str, Any],
    values: tuple[float | None, float | None, float],
) -> Better:
    """Infer which way is good: up when there is only a minimum, towards the target when there are both lines."""
    if given.get("better"):
        return Better(given["better"])
    least, most, target = values
    if least is None or most is None:
        return Better.LOWER if least is None else Better.HIGHER
    if target - least == most - target:
        raise document.error(place, "with min, max and a target between them, set better to higher or lower.")
    return Better.HIGHER if most - target < target - least else Better.LOWER


def _units_named_by(given: Mapping[str, Any]) -> list[str]:
    texts = [given[key] for key in ("max", "min", "target") if isinstance(given.get(key), str)]
    return [word for text in texts if (word := text.strip().lstrip("-0123456789. "))]
