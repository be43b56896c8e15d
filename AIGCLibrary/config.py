"""The settings of one run: import arguments first, then environment variables, then the config file.

Where a setting may be given more than once, the nearest to the test wins:

    import argument  >  AIGC_* environment variable  >  config file (aigc.yaml)  >  default
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.yamlfile import YamlDocument, load_yaml, missing_file

__all__ = ["Heal", "Settings", "YamlDocument", "load_yaml"]


class Heal(StrEnum):
    """What may happen when a target is not found by any of its tiers."""

    OFF = "off"
    SUGGEST = "suggest"
    USE = "use"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set for a run.

    Args:
        locators: Locator files or folders.
        providers: Provider files or folders, beside the built-in presets.
        templates: Data template files or folders, beside the built-in ones.
        rules: Validation rule files or folders, beside the built-in ones.
        slo: SLO file; the built-in objectives when not given.
        environments: `environments.yaml`.
        environment: Name of the environment used from the start.
        language: `en`, `zh-CN`, or `auto`: as Robot's own `--language`, else the locale.
        heal: What may happen when a target is not found: `off`, `suggest` or `use`.
        store: SQLAlchemy URL of the store; SQLite at `results/aigc.db` when not given.
        plugins: Plug-ins to enable: names of entry points or `module:Class`.
        budget: What generation may cost in the whole run, by unit: `{"credits": 100, "USD": 5}`.
        redact: Regular expressions of values to mask in all output.
        run_id: Name of this run; shared by all processes that belong to it.
        timeout: Seconds one target may take to be located.
        retention: How long runs are kept whole in the store: `90 d`; `off` for ever. Older ones keep their sums.
        options: Sections of the config file for the areas, by area name.
    """

    locators: tuple[Path, ...] = ()
    providers: tuple[Path, ...] = ()
    templates: tuple[Path, ...] = ()
    rules: tuple[Path, ...] = ()
    slo: Path | None = None
    environments: Path | None = None
    environment: str | None = None
    language: str = "auto"
    heal: Heal = Heal.SUGGEST
    store: str | None = None
    plugins: tuple[str, ...] = ()
    budget: Mapping[str, float] = field(default_factory=dict)
    redact: tuple[str, ...] = ()
    run_id: str = ""
    timeout: float = 2.0
    retention: str = "90 d"
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        config: str | Path | None = None,
        arguments: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> "Settings":
        """Collect the settings from config file, environment variables and import arguments.

        Raises:
            ConfigError: A setting is unknown or has a value it cannot have.
        """
        found: dict[str, Any] = {}
        path = config or environ.get("AIGC_CONFIG")
        if path:
            document = load_yaml(path, schema="config")
            base = Path(path).resolve().parent
            for name in _FILES:
                if (named := (document.data or {}).get(name)) and not (base / named).is_file():
                    raise document.error((name,), missing_file(base / named).message)
            found |= {name: _from_file(name, value, base) for name, value in (document.data or {}).items()}
        found |= {name: environ[f"AIGC_{name.upper()}"] for name in _ENVIRONMENT if environ.get(f"AIGC_{name.upper()}")}
        found |= {name: value for name, value in (arguments or {}).items() if value is not None}
        return cls(**{name: _convert(name, value) for name, value in found.items()}).identified(environ)

    def identified(self, environ: Mapping[str, str]) -> "Settings":
        """Give the settings a run id; pabot's processes, which share a URI and a parent, get the same one."""
        if self.run_id:
            return self
        if environ.get("PABOTLIBURI"):
            return replace(self, run_id=f"pabot-{os.getppid()}-{environ['PABOTLIBURI'].rsplit(':', 1)[-1].strip('/')}")
        return replace(self, run_id=uuid4().hex[:12])

    def merged(self, later: "Settings") -> "Settings":
        """Take over what later settings say differently from the defaults; lists are joined."""
        default = Settings()
        changes: dict[str, Any] = {}
        for item in fields(self):
            mine, theirs = getattr(self, item.name), getattr(later, item.name)
            if item.name == "run_id" or theirs == getattr(default, item.name):
                continue
            if item.name == "language" and mine != "auto":
                continue  # the language of the run's reports is settled; a suite still speaks its own
            if isinstance(mine, tuple):
                changes[item.name] = mine + tuple(x for x in theirs if x not in mine)
            else:
                changes[item.name] = {**mine, **theirs} if isinstance(mine, Mapping) else theirs
        return replace(self, **changes)


_ENVIRONMENT = ("store", "run_id", "environment", "language", "heal", "slo", "retention", "budget")
_PATHS = ("locators", "providers", "templates", "rules")
_FILES = ("slo", "environments")


def _from_file(name: str, value: Any, base: Path) -> Any:
    """Take paths in the config file as relative to that file, so that a project can be moved as a whole."""
    if name in _PATHS:
        return tuple(base / path for path in _words(value))
    return base / value if name in _FILES else value


def _convert(name: str, value: Any) -> Any:
    if name in _PATHS:
        return tuple(Path(item) for item in _words(value))
    if name in ("plugins", "redact"):
        return tuple(str(item) for item in _words(value))
    if name in _FILES:
        return Path(value)
    if name == "budget":
        return _budget(value)
    if value is False and name in ("heal", "retention"):
        value = "off"  # YAML reads a bare off as false
    return _heal(value) if name == "heal" else value


def _heal(value: Any) -> Heal:
    try:
        return Heal(str(value).lower())
    except ValueError:
        raise ConfigError(f"heal='{value}' is not known. {near_matches(str(value), list(Heal))}") from None


def _budget(value: Any) -> dict[str, float]:
    """Read `100`, `5 USD, 100 credits` or `{USD: 5}`: amounts of what tasks may cost, by unit."""
    parts: Any = list(value.items()) if isinstance(value, Mapping) else None
    if parts is None:
        split = [str(part).split(maxsplit=1) for part in _words(value)]
        parts = [((rest or ["credits"])[0], amount) for amount, *rest in split]
    found: dict[str, float] = {}
    for name, amount in parts:
        unit = str(name).strip()
        try:
            found[unit] = float(amount)
        except (TypeError, ValueError):
            found[unit] = -1.0
        if found[unit] < 0:
            raise ConfigError(
                f"budget='{value}' is not known; expected amounts of 0 or more with a unit, such as "
                "'100 credits' or '5 USD, 100 credits'.",
                facts={"budget": str(value)},
            )
    return found


def _words(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if isinstance(value, list | tuple) else [value]
