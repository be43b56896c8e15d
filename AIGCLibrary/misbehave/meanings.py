"""What the faults mean, in words."""

from functools import cache
from importlib import resources
from typing import Any


def meaning(fault: str, language: str) -> str:
    """Return what a fault means.

    Args:
        fault: Its name.
        language: `en` or `zh`.
    """
    return str(_texts()[fault][language])


@cache
def _texts() -> dict[str, Any]:
    import yaml

    source = resources.files("AIGCLibrary") / "locales" / "faults.yaml"
    found: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return found
