"""How near two elements are: what the model that ranks near misses looks at, and its verdict."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Scored:
    """A near miss with its probability of being the lost target, 0 to 1."""

    candidate: Mapping[str, Any]
    probability: float


def rank(profile: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]]) -> list[Scored]:
    """Sort candidates, the most probable first."""
    scored = [Scored(one, round(1 / (1 + math.exp(-(float(one.get("rough", 0)) - 4.5))), 3)) for one in candidates]
    return sorted(scored, key=lambda one: -one.probability)


@cache
def _coefficients(name: str) -> dict[str, Any]:
    source = resources.files("AIGCLibrary.locators") / "models" / f"{name}.json"
    return dict(json.loads(source.read_text(encoding="utf-8")))
