"""What `robot --dryrun` can know of our keywords: names of targets, rules, templates and others, and their options.

Robot itself only compares the number of arguments. Whatever holds a variable is left out, and so is all of a kind once
a suite loads a file of that kind whose path is only known at run time.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from robot.libraries.BuiltIn import BuiltIn
from robot.utils import normalize

from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError, ConfigError, near_matches
from AIGCLibrary.rf.options import check_options

_VARIABLE = re.compile(r"[$@&%]\{")
_EXPECTED = frozenset(
    {"run keyword and expect error", "run keyword and ignore error", "run keyword and return status",
     "run keyword and warn on failure"}
)  # fmt: skip
"""Keywords of Robot around what may fail on purpose."""
_LOADERS = {
    "load_locators": "target", "load_templates": "template", "load_validation_rules": "rules",
    "load_providers": "provider", "load_slos": "slo",
}  # fmt: skip
_LOAD: dict[str, Callable[[Engine, Path], object]] = {
    "target": lambda engine, path: engine.locators.load(path),
    "template": lambda engine, path: engine.data.templates.load(path),
    "rules": lambda engine, path: engine.files.rules.load(path),
    "provider": lambda engine, path: engine.tasks.load_providers(path),
    "slo": lambda engine, path: engine.monitoring.load(path),
}
_NOWHERE = "sqlite:///:memory:"
_BY_ARGUMENT = {"target": "target", "targets": "target", "template": "template", "rules": "rules",
                "provider": "provider", "environment": "environment"}  # fmt: skip
_BY_KEYWORD = {
    ("sync_environments", "target"): "environment",
    ("sync_environments", "source"): "environment",
    ("get_slo_status", "name"): "slo",
    ("slo_should_be_met", "names"): "slo",
    ("use_environment", "name"): "environment",
    ("check_locators", "targets"): "page_or_target",
}


class DryRunCheck:
    """Checks the calls of our keywords in a dry run.

    Args:
        engine: Knows the names.
    """

    def __init__(self, engine: Engine) -> None:
        self._run = engine
        self._known: Engine | None = None
        self._read: dict[str, Path] = {}
        self._open: set[str] = set()
        self._reported: set[str] = set()
        self._expecting = 0

    @property
    def _engine(self) -> Engine:
        """An engine with the settings of the run as they are now, which keeps nothing: a dry run leaves no trace."""
        settings = replace(self._run.settings, store=_NOWHERE)
        if self._known is None or self._known.settings != settings:
            if self._known is not None:
                self._known.close()
            self._known = Engine(settings, directory=self._run.directory, redactor=self._run.redactor)
            for place, path in self._read.items():
                _LOAD[place.partition(" ")[0]](self._known, path)
        return self._known

    def start(self, implementation: Any) -> None:
        """Note a keyword of Robot around others that may fail on purpose."""
        self._expecting += _is_expecting(implementation)

    def end(self, data: Any, implementation: Any, result: Any) -> None:
        """Fail a call in the dry run that would fail in a run, with its place and what was meant."""
        if _is_expecting(implementation):
            self._expecting -= 1
        elif self._expecting or not result.not_run:
            return
        elif (method := _own(implementation)) is not None:
            problems = [*self._problems(method, implementation, data.args)]
            if problems:
                language = _instance(implementation).import_options.language or self._run.language
                result.status = "FAIL"
                result.message = self._engine.redactor.text("\n".join(error.text_in(language) for error in problems))

    def _problems(self, method: Callable[..., Any], implementation: Any, args: Sequence[Any]) -> Iterator[AIGCError]:
        yield from self._broken_files()
        values, named = _split(implementation.args, args)
        try:
            check_options(implementation.name, method, values, {})
        except AIGCError as error:
            yield error
        if kind := _LOADERS.get(method.__name__):
            yield from self._load(kind, [*values, *named.values()])
            return
        given = [*_placed(implementation.args, values), *named.items()]
        for argument, value in given:
            kind = _BY_KEYWORD.get((method.__name__, argument)) or _BY_ARGUMENT.get(argument, "")
            if kind and isinstance(value, str) and (problem := self._unknown(kind, value)):
                yield problem
        yield from self._parameters(implementation.args, dict(given), named)

    def _broken_files(self) -> Iterator[AIGCError]:
        """Yield once what is wrong with the files that the settings name, used by a call or not."""
        engine = self._engine
        for kind, read in _FILES.items():
            try:
                read(engine)
            except AIGCError as error:
                self._open.add(kind)
                if error.message not in self._reported:
                    self._reported.add(error.message)
                    yield error

    def _load(self, kind: str, values: Sequence[Any]) -> Iterator[AIGCError]:
        """Load what the suite would load, where the path is known before the run."""
        try:
            path = BuiltIn().replace_variables(values[0])
        except Exception:  # noqa: BLE001 - a variable of the run, or no path at all, which Robot reports itself
            self._open.add(kind)
            return
        if not Path(str(path)).exists():
            self._open.add(kind)  # a file that an earlier step may write
            return
        try:
            _LOAD[kind](self._engine, Path(str(path)))
            self._read[f"{kind} {path}"] = Path(str(path))
        except AIGCError as error:
            self._open.add(kind)
            yield error

    def _unknown(self, kind: str, value: str) -> AIGCError | None:
        """Return what is wrong with a name; None when it is known or can only be known at run time."""
        value = value.partition("(")[0].strip() if kind.endswith("target") else value
        if kind in self._open or not value or _VARIABLE.search(value):
            return None
        try:
            _CHECKS[kind](self._engine, value)
        except AIGCError as error:
            return error
        return None

    def _parameters(self, spec: Any, given: dict[str, Any], named: dict[str, Any]) -> Iterator[AIGCError]:
        """Yield what is wrong with the values of a parametrised target."""
        target = given.get("target")
        if spec.var_named != "parameters" or not isinstance(target, str) or _VARIABLE.search(target.partition("(")[0]):
            return
        values = {name: value for name, value in named.items() if name not in spec.named_only and name != "target"}
        if "text" in spec.positional_or_named and "text" not in given:
            return  # a text with `=` in it
        try:
            locators = self._engine.locators
            if locators.catalogue.names() and not self._unknown("target", target):
                locators.catalogue.bound(target, values, [*spec.named_only, *spec.positional_or_named])
        except AIGCError as error:
            if "target" not in self._open:
                yield error


def _target(engine: Engine, name: str) -> None:
    if engine.locators.catalogue.names():  # a project without any loads them in a way that is not known here
        engine.locators.catalogue.get(name)


def _environment(engine: Engine, name: str) -> None:
    names = engine.data.environments.names()
    if names and name not in names:  # its secrets and variables are needed by a run only
        raise ConfigError(f"There is no environment '{name}'. {near_matches(name, names)}")


def _page_or_target(engine: Engine, name: str) -> None:
    catalogue = engine.locators.catalogue
    if catalogue.names() and not any(target.startswith(f"{name}.") for target in catalogue.names()):
        catalogue.get(name)


def _rules(engine: Engine, name: str) -> None:
    if not name.lstrip().startswith("{") and (not name.endswith((".yaml", ".yml")) or Path(name).exists()):
        engine.files.rules.get(name)


def _slo(engine: Engine, name: str) -> None:
    names = list(engine.monitoring.objectives.items)
    if name not in names:
        raise ConfigError(f"There is no SLO '{name}'. {near_matches(name, names)}")


_CHECKS: dict[str, Callable[[Engine, str], object]] = {
    "target": _target,
    "page_or_target": _page_or_target,
    "rules": _rules,
    "slo": _slo,
    "template": lambda engine, name: engine.data.templates.get(name),
    "provider": lambda engine, name: engine.tasks.known_providers().entry(name),
    "environment": _environment,
}


_FILES: dict[str, Callable[[Engine], object]] = {
    "target": lambda engine: engine.locators.catalogue.names(),
    "template": lambda engine: engine.data.templates.names(),
    "rules": lambda engine: engine.files.rules.names(),
    "provider": lambda engine: engine.tasks.known_providers(),
    "slo": lambda engine: engine.monitoring.objectives.items,
    "environment": lambda engine: engine.data.environments.names(),
}
"""Reads the files of each kind that the settings name."""


def _is_expecting(implementation: Any) -> bool:
    return str(implementation.name).lower() in _EXPECTED


def _instance(implementation: Any) -> Any:
    return getattr(getattr(implementation, "owner", None), "instance", None)


def _own(implementation: Any) -> Callable[..., Any] | None:
    """Return the method behind a keyword of this library, under whatever name and in whatever language it is called."""
    instance = _instance(implementation)
    if type(instance).__module__ != "AIGCLibrary.library":
        return None
    wanted = normalize(implementation.name, ignore="_")
    return next((keyword for name, keyword in instance.keywords.items() if normalize(name, ignore="_") == wanted), None)


def _split(spec: Any, args: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Split what was written into values by position and by name, as Robot does."""
    values: list[Any] = []
    named: dict[str, Any] = {}
    known = {*spec.positional_or_named, *spec.named_only}
    for arg in args:
        name, equals, value = arg.partition("=") if isinstance(arg, str) else ("", "", "")
        if equals and (name in known or (spec.var_named and name.isidentifier())):
            named[name] = value
        else:
            values.append(arg)
    return values, named


def _placed(spec: Any, values: Sequence[Any]) -> list[tuple[str, Any]]:
    """Return values by position with the names of their arguments."""
    names = [*spec.positional_only, *spec.positional_or_named]
    more = [(spec.var_positional, value) for value in values[len(names) :]] if spec.var_positional else []
    return [*zip(names, values, strict=False), *more]
