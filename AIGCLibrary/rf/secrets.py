"""Secrets that Robot knows, and how they are kept out of what Robot itself writes.

note_secrets     variables of type `Secret`, and those whose names announce one, are masked from now on
SecretListener   masks messages, arguments, values, metadata of any keyword before Robot writes them
mask_file        the last net, over output.xml and the debug file: names of keywords and conditions are written
                 before a listener hears of them
"""

import contextlib
import logging
import os
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from robot.api.types import Secret
from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import ConnectionSource
from AIGCLibrary.redaction.forms import form
from AIGCLibrary.redaction.names import is_secret_name
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rule import MASK
from AIGCLibrary.rf.sessions import RequestsSessions

log = logging.getLogger("aigc.secrets")

_ASSIGNED = re.compile(r"[$@&]\{(?P<name>[^{}\n]+)\}(?:\[(?P<item>[^\[\]\n]+)\])* = (?P<value>.+)", re.DOTALL)
_CUT = "..."
_BLOCK = 1_000_000
"""Characters of a file that are looked through at once."""
_PLAIN = re.compile(r"[$@&]\{[^{}]+\}")
_BASE = re.compile(r"[$@&]\{(?P<name>[^{}.]++)[^{}]*+\}")
_SETTERS = re.compile(
    r"(?:set|create)(?:(?:test|suite|global|task|local)variable|todictionary|dictionary|environmentvariable)"
)
"""Keywords that assign values to names: the first argument or every other one is a name."""
_LARGEST_ANSWER = 200_000


@lru_cache(maxsize=1000)
def _sets_values(keyword: str) -> bool:
    """Return whether a keyword assigns values to names."""
    return _SETTERS.fullmatch(keyword.lower().replace(" ", "").replace("_", "")) is not None


def note_secrets(engine: Engine) -> None:
    """Have the values of secret variables, of Robot and of the environment, masked from now on."""
    before = len(engine.redactor.findings)
    engine.redactor.add_named(os.environ)
    context = EXECUTION_CONTEXTS.current
    if context is None:
        return
    variables: dict[str, Any] = context.variables.as_dict()
    engine.redactor.add_named(variables)
    engine.redactor.add(*_wrapped(list(variables.values())))
    log_findings(engine, before)


def log_findings(engine: Engine, before: int) -> None:
    """Write one line that lists the names whose values are masked since `before` findings, and those that are not."""
    new = engine.redactor.findings[before:]
    if new:
        said = (
            f"{learned.name} ({'masked' if learned.masked else 'not masked'}: {learned.reason}, {learned.length})"
            for learned in new
        )
        log.info("Secrets by name: %s", ", ".join(said))


def mask_file(path: Path, mask: Callable[[str], str], may: Callable[[str], bool] = bool) -> bool:
    """Mask the lines of a text file that Robot has finished; returns whether anything was changed.

    Args:
        path: The file.
        mask: Masks one line.
        may: Says of many lines at once whether there may be anything to mask: most files are done with at once.
    """
    with path.open(encoding="utf-8", newline="", errors="surrogateescape") as file:
        while lines := file.readlines(_BLOCK):
            if may("".join(lines)) and any(mask(line) != line for line in lines):
                break
        else:
            return False
    clean = path.with_name(f"{path.name}.part")
    with (
        path.open(encoding="utf-8", newline="", errors="surrogateescape") as file,
        clean.open("w", encoding="utf-8", newline="", errors="surrogateescape") as target,
    ):
        target.writelines(mask(line) for line in file)
    clean.replace(path)
    return True


class SecretListener:
    """Masks secrets in what any keyword logs and is given, before Robot writes it.

    Arguments are masked in the results only: what a keyword does is not changed. The run's own listener hears all
    suites; while there is one, the listener of the library is not needed and does nothing.

    Args:
        redactor: Returns what knows the secrets; None: there is nothing to mask, or another listener does it.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(
        self, redactor: Callable[[], Redactor | None], sessions: Callable[[], ConnectionSource | None] = lambda: None
    ) -> None:
        self._redactor = redactor
        self._sessions = sessions
        # What a suite holds is seen again and again; what was learned since makes it a new question.
        self._seen = lru_cache(maxsize=10_000)(lambda redactor, text, _version: redactor.text(text))
        self._seen_args = lru_cache(maxsize=10_000)(_masked_args)
        self._waiting: tuple[str, ...] = ()

    def log_message(self, message: Any) -> None:
        """Mask a message before it is written; a variable with a telling name is remembered from here on."""
        redactor = self._redactor()
        if redactor is None:
            return
        text = message.message
        assigned = _ASSIGNED.match(text) if text[:1] in "$@&" else None
        if assigned and not assigned["value"].endswith(_CUT):
            redactor.add_named({assigned["item"] or assigned["name"]: assigned["value"]})
        if self._waiting:
            self._learn(self._waiting)
        masked = redactor.text(text)
        if masked != text:
            message.message = masked

    message = log_message

    def start_user_keyword(self, data: Any, implementation: Any, _result: Any) -> None:
        """Remember what is given to secret arguments, before the keyword can log it.

        Values by list, dictionary or default are known once the keyword's own variables are set: with its first step.
        """
        self._start()
        redactor = self._redactor()
        if redactor is None:
            return
        spec = implementation.args
        if data.args:
            for name, value in _given(data.args, tuple(spec.positional)):
                if is_secret_name(name):
                    redactor.add_named({name: _resolved(value)})
        names = [f"${{{name}}}" for name in (*spec.positional, *spec.named_only) if is_secret_name(name)]
        names += [f"@{{{spec.var_positional}}}"] if spec.var_positional and is_secret_name(spec.var_positional) else []
        names += [f"&{{{spec.var_named}}}"] if spec.var_named else []
        embedded = getattr(getattr(implementation, "embedded", None), "args", None) or spec.embedded
        names += [f"${{{name}}}" for name in embedded if is_secret_name(name)]
        self._waiting = tuple(names)

    def start_library_keyword(self, data: Any, implementation: Any, _result: Any) -> None:
        """Remember what a keyword is given for a secret name, as `token=…` or behind the name."""
        if self._waiting:
            self._start()
        args = data.args
        if not args:
            return
        pairs = _sets_values(implementation.name)
        redactor = self._redactor()
        if redactor is None:
            return
        before = ""
        for argument in args:
            if not isinstance(argument, str):
                before = ""
                continue
            name, equals, value = argument.partition("=")
            if equals and is_secret_name(name):
                redactor.add_named({name: _resolved(value)})
            elif pairs and before and is_secret_name(before):
                redactor.add_named({before: _resolved(argument)})
            before = argument.strip("\\$@&{}")

    def start_for_iteration(self, data: Any, _result: Any) -> None:
        """Remember the values of loop variables."""
        self._start()
        redactor = self._redactor()
        if redactor is not None:
            redactor.add_named(data.assign)
            redactor.add(*_wrapped(list(data.assign.values())))

    def _start(self, *_about: Any) -> None:
        """Remember the arguments of the user keyword whose first step starts."""
        if self._waiting:
            waiting, self._waiting = self._waiting, ()
            self._learn(waiting)

    start_for = start_while = start_group = start_if_branch = start_try_branch = start_var = start_return = _start

    def end_keyword(self, _data: Any, result: Any) -> None:
        """Mask arguments and the message of a keyword."""
        redactor = self._redactor()
        if redactor is None:
            return
        self._start()
        if result.assign:
            self._learn(result.assign)
        if result.name in _CHANGING and result.args:
            self._learn((str(result.args[0]),))
        if "Environment Variable" in str(result.name):
            redactor.add_named(os.environ)
        if result.owner == "RequestsLibrary" and str(result.name).startswith(("Create ", "Update ")):
            self._learn_sessions()
        if result.args:
            args = tuple(result.args)  # of a suite built by a program they may be a list, and hold anything
            try:
                masked = self._seen_args(redactor, args, redactor.version)
            except TypeError:
                masked = _masked_args(redactor, args, redactor.version)
            if masked is not None:
                result.args = masked
        if result.message:
            self._one(result, "message")

    def end_for(self, _data: Any, result: Any) -> None:
        """Mask the values of a loop."""
        self._texts(result, "values")

    end_return = end_error = end_for

    def end_for_iteration(self, _data: Any, result: Any) -> None:
        """Mask what the loop variables were in one turn."""
        for name, value in result.assign.items():
            masked = _placed(value, plain) if is_secret_name(plain := name.strip("$@&{}")) else self._text(value)
            if masked != value:
                result.assign[name] = masked

    def end_var(self, _data: Any, result: Any) -> None:
        """Mask the values of a variable; all of them when its name announces a secret."""
        self._learn((result.name,))
        if is_secret_name(name := result.name.strip("$@&{}")):
            result.value = tuple(
                text if text.startswith(("$", "%", "@", "&")) else _placed(text, name) for text in result.value
            )
        else:
            self._texts(result, "value")

    def end_test(self, _data: Any, result: Any) -> None:
        """Mask message, documentation, tags and metadata of a test."""
        self._about(result)
        tags = [self._text(tag) for tag in result.tags]
        if tags != list(result.tags):
            result.tags = tags

    def end_suite(self, _data: Any, result: Any) -> None:
        """Do the same for a suite."""
        self._about(result)

    def _about(self, result: Any) -> None:
        for name in ("message", "doc"):
            self._one(result, name)
        for name, value in list(result.metadata.items()):
            masked = self._text(value)
            if masked != value:
                result.metadata[name] = masked

    def _one(self, result: Any, name: str) -> None:
        text = getattr(result, name)
        masked = self._text(text) if text else text
        if masked != text:
            setattr(result, name, masked)

    def _texts(self, result: Any, name: str) -> None:
        given = getattr(result, name)
        masked = [self._text(argument) for argument in given]
        if masked != list(given):
            setattr(result, name, tuple(masked))

    def _text(self, value: Any) -> Any:
        redactor = self._redactor()
        return self._seen(redactor, value, redactor.version) if redactor and isinstance(value, str) else value

    def _learn_sessions(self) -> None:
        sessions = self._sessions()
        if isinstance(sessions, RequestsSessions):
            with contextlib.suppress(Exception):  # a session that cannot be read is reported by its keyword
                sessions.learn_all()

    def _learn(self, names: Any) -> None:
        """Remember the secrets in variables: those of secret names, items of dictionaries, fields of JSON answers."""
        redactor = self._redactor()
        if redactor is None:
            return
        for name in names:
            base = _BASE.match(name.strip())
            if base is None:
                continue
            value = _variable(f"${{{base['name'].partition(':')[0].strip()}}}")
            if isinstance(value, str) and not is_secret_name(base["name"]):
                redactor.add_json(value)
            elif _is_answer(value):
                redactor.add_json(value.text)
            else:
                redactor.add_named({base["name"]: value})
                redactor.add(*_wrapped([value]))


def _masked_args(redactor: Redactor, args: tuple[Any, ...], _version: int) -> tuple[Any, ...] | None:
    """Mask arguments; None when there is nothing to mask."""
    masked = tuple(redactor.text(argument) if isinstance(argument, str) else argument for argument in args)
    return None if masked == args else masked


_CHANGING = (
    "Set To Dictionary",
    "Set Test Variable",
    "Set Suite Variable",
    "Set Global Variable",
    "Set Local Variable",
)


def _is_answer(value: Any) -> bool:
    """Return whether a value is a small answer of requests whose body is JSON."""
    if type(value).__module__ != "requests.models" or type(value).__name__ != "Response":
        return False
    return "json" in str(value.headers.get("Content-Type", "")) and len(value.content or b"") <= _LARGEST_ANSWER


def _given(args: Any, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the arguments of a step as the suite has it, by name."""
    found = []
    for index, value in enumerate(argument for argument in args if isinstance(argument, str)):
        name, equals, rest = value.partition("=")
        if equals and name.isidentifier():
            found.append((name, rest))
        elif index < len(names):
            found.append((names[index], value))
    return found


def _variable(name: str) -> Any:
    """Return the value of a variable such as `${TOKEN}`; None for what is none, or an item of one."""
    context = EXECUTION_CONTEXTS.current
    if context is None or not _PLAIN.fullmatch(name):
        return None
    try:
        return context.variables[name]
    except Exception:  # noqa: BLE001 - it does not exist (yet)
        return None


def _resolved(value: str) -> Any:
    """Return what an argument with variables becomes; as it is where that might execute code of the suite."""
    if _PLAIN.fullmatch(value):
        return _variable(value)
    context = EXECUTION_CONTEXTS.current
    if context is None or "{" not in value or _CALLING.search(value):
        return value
    try:
        return context.variables.replace_scalar(value)
    except Exception:  # noqa: BLE001 - its keyword reports it
        return value


_CALLING = re.compile(r"[({]\s*\{|\{[^{}]*[(.]")
"""Within braces: Python, calls, and attributes, which may be properties."""


def _placed(value: str, name: str) -> str:
    """Mask the value of a secret name at its place, where a common word may be one."""
    return value if form(value, name) else MASK


def _wrapped(values: list[Any], depth: int = 3) -> list[str]:
    """Return the values of all `Secret` objects, also within lists and mappings."""
    found = []
    for value in values:
        if isinstance(value, Secret):
            found.append(str(value.value))
        elif depth and isinstance(value, Mapping) and len(value) <= _LARGEST:
            found += _wrapped(list(value.values()), depth - 1)
        elif depth and isinstance(value, list | tuple) and len(value) <= _LARGEST:
            found += _wrapped(list(value), depth - 1)
    return found


_LARGEST = 200
"""Collections larger than this are data, and are not searched for secrets."""
