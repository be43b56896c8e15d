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


class Heal(StrEnum):
    """What may happen when a target is not found by any of its tiers."""

    OFF = "off"
    SUGGEST = "suggest"
    USE = "use"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What one import of the library sets for the suites that use it; passed down with the calls of its keywords.

    Args:
        heal: What may happen when a target is not found.
        timeout: Seconds one target may take to be located.
        language: Language of messages and hints; None for that of the run.
        environment: The environment used until another one is chosen; None for that of the run.
        environments: The environment files this import names.
        providers: The provider files this import names.
    """

    heal: Heal = Heal.SUGGEST
    timeout: float = 2.0
    language: str | None = None
    environment: str | None = None
    environments: tuple[Path, ...] = ()
    providers: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set for a run.

    A value never changes once it is set: later imports add files to the lists, and a second, different value of a
    setting that belongs to the run is an error (`extended`).

    Args:
        locators: Locator files or folders.
        providers: Provider files or folders, beside the built-in presets.
        templates: Data template files or folders, beside the built-in ones.
        rules: Validation rule files or folders, beside the built-in ones.
        slo: SLO files; the built-in objectives when there is none.
        environments: Environment files.
        environment: Name of the environment used from the start.
        language: `en`, `zh-CN`, or `auto`: as Robot's own `--language`, else the locale.
        heal: What may happen when a target is not found: `off`, `suggest` or `use`.
        store: SQLAlchemy URL of the store; SQLite at `results/aigc.db` when not given.
        plugins: Plug-ins to enable: names of entry points or `module:Class`.
        budget: What generation may cost in the whole run, by unit: `{"credits": 100, "USD": 5}`.
        redact: Regular expressions of values to mask in all output.
        run_id: Name of this run; shared by all processes that belong to it.
        timeout: Seconds one target may take to be located.
        tape: Record or replay what the product answers: `record:FOLDER`, `replay:FOLDER` or `auto:FOLDER`.
        retention: How long runs are kept whole in the store: `90 d`; `off` for ever. Older ones keep their sums.
        options: Sections of the config file for the areas, by area name.
        arguments: Names of the settings that are import arguments; these go before what a file or variable sets. None
            where the settings are those of a listener or command rather than of an import.
    """

    locators: tuple[Path, ...] = ()
    providers: tuple[Path, ...] = ()
    templates: tuple[Path, ...] = ()
    rules: tuple[Path, ...] = ()
    slo: tuple[Path, ...] = ()
    environments: tuple[Path, ...] = ()
    environment: str | None = None
    language: str = "auto"
    heal: Heal = Heal.SUGGEST
    store: str | None = None
    plugins: tuple[str, ...] = ()
    budget: Mapping[str, float] = field(default_factory=dict)
    redact: tuple[str, ...] = ()
    run_id: str = ""
    timeout: float = 2.0
    tape: str | None = None
    retention: str = "90 d"
    options: dict[str, Any] = field(default_factory=dict)
    arguments: frozenset[str] | None = None

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
            from AIGCLibrary.yaml import load_yaml, missing_file  # YAML is loaded where there is a file

            document = load_yaml(path, schema="config")
            base = Path(path).resolve().parent
            written = {name: value for name, value in (document.data or {}).items() if name != "version"}
            found |= {name: _from_file(name, value, base) for name, value in written.items()}
            for name in _FILES:
                for file in found.get(name, ()):
                    if not file.is_file():
                        raise document.error((name,), missing_file(file).message)
        found |= {name: environ[f"AIGC_{name.upper()}"] for name in _ENVIRONMENT if environ.get(f"AIGC_{name.upper()}")}
        given = {name: value for name, value in (arguments or {}).items() if value is not None}
        found |= given
        values = {name: _convert(name, value) for name, value in found.items()}
        settings = cls(**values, arguments=None if arguments is None else frozenset(given))
        return settings.identified(environ)

    def identified(self, environ: Mapping[str, str]) -> "Settings":
        """Return the settings with a run id: their own, that of the environment, else one no other launch has."""
        if self.run_id:
            return self
        given = next((environ[name] for name in RUN_ID_VARIABLES if environ.get(name)), None)
        return replace(self, run_id=given or uuid4().hex[:12])

    def of_import(self) -> ImportOptions:
        """Return what holds for the suites of the import that these settings came from."""
        return ImportOptions(
            heal=self.heal,
            timeout=self.timeout,
            language=None if self.language == "auto" else self.language,
            environment=self.environment,
            environments=self.environments,
            providers=self.providers,
        )

    def extended(self, later: "Settings") -> "Settings":
        """Add what a later import sets: files are appended, what was not set is taken over.

        Settings of the import itself (`ImportOptions`) and the id of the run stay as they are.

        Raises:
            ConfigError: The later import sets a different value for something that belongs to the whole run.
        """
        default = Settings()
        changes: dict[str, Any] = {}
        own, added = self.arguments or frozenset(), later.arguments or frozenset()
        for item in fields(self):
            name, mine, theirs = item.name, getattr(self, item.name), getattr(later, item.name)
            unset = getattr(default, name)
            if name in _OF_IMPORT or theirs == unset or (name == "language" and self.arguments is not None):
                continue
            if isinstance(mine, tuple):
                changes[name] = mine + tuple(x for x in theirs if x not in mine)
                continue
            rank, other = name in own, name in added
            if mine == unset or (other and not rank):
                changes[name] = theirs
            elif other == rank and name not in _SETTLED:
                changes[name] = _agreed(name, mine, theirs)
        imported = self.arguments is not None or later.arguments is not None
        return replace(self, **changes, arguments=own | added if imported else None)


def asked_language(config: str | Path | None, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the language that the environment or a config file asks for, so that errors of that file are in it."""
    path = config or environ.get("AIGC_CONFIG")
    if (language := environ.get("AIGC_LANGUAGE")) or not path:
        return language
    from AIGCLibrary.yaml import load_yaml

    try:
        data = load_yaml(path).data
    except ConfigError:
        return None
    return str(data.get("language") or "") or None if isinstance(data, dict) else None


RUN_ID_VARIABLES = ("AIGC_RUN_ID", "AIGC_RUN")
"""Environment variables that name the run, for launches on several machines that are one run."""
_OF_IMPORT = ("run_id", "heal", "timeout", "arguments")
_SETTLED = ("language", "environment")
"""The first import decides what the reports of the run use; each import still has its own, see `ImportOptions`. The
language is decided also by a first import that leaves it to Robot or the locale: one Chinese suite turns no run."""
_ENVIRONMENT = ("store", "run_id", "environment", "language", "heal", "slo", "retention", "budget", "tape")
_PATHS = ("locators", "providers", "templates", "rules")
_FILES = ("slo", "environments")


def _agreed(name: str, mine: Any, theirs: Any) -> Any:
    """Return what two imports set for the run; mappings are joined."""
    if isinstance(mine, Mapping):
        shared = {key: _agreed(f"{name}.{key}", mine[key], theirs[key]) for key in mine.keys() & theirs.keys()}
        return {**mine, **theirs, **shared}
    if mine == theirs:
        return mine
    where = f"AIGC_{name.upper()}" if name in _ENVIRONMENT else "AIGC_CONFIG"
    raise ConfigError(
        f"{name}='{theirs}' of this import differs from '{mine}', which an earlier import or the configuration of this "
        f"run set. It holds for the whole run: set it once, for example with {where}.",
        facts={"setting": name, "expected": str(mine), "found": str(theirs)},
    )


def _from_file(name: str, value: Any, base: Path) -> Any:
    """Take paths in the config file as relative to that file, so that a project can be moved as a whole."""
    return tuple(base / path for path in _words(value)) if name in (*_PATHS, *_FILES) else value


def _convert(name: str, value: Any) -> Any:
    if name in (*_PATHS, *_FILES):
        return tuple(Path(item) for item in _words(value))
    if name in ("plugins", "redact"):
        return tuple(str(item) for item in _words(value))
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
