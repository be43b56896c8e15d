"""Environments: where the product runs, what it is reached with, what differs there, and whether it is protected."""

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from AIGCLibrary.config import YamlDocument, load_yaml
from AIGCLibrary.connection import Connection
from AIGCLibrary.data.errors import EnvironmentsError
from AIGCLibrary.errors import near_matches
from AIGCLibrary.i18n import Text

_VARIABLE = re.compile(r"%\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:=(?P<default>[^{}]*))?\}")
PLACES = ("environments.yaml", "resources/environments.yaml")
"""Where the file is looked for when no setting names it, from the directory robot was started in."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One place where the product runs.

    Args:
        name: What `Use Environment` calls it.
        connection: How it is reached.
        secrets: Values to mask everywhere.
        variables: Values for `${env.…}` and for template variables of the same name.
        templates: Values for the variables of single templates.
        protected: Nothing is written unless its name is said a second time.
        concurrency: Requests under way at once; None leaves it to the template.
        rate: Requests a second; None for no limit.
        ui_url: Address of the web pages.
        description: One sentence for people.
    """

    name: str
    connection: Connection
    secrets: tuple[str, ...] = field(default=(), repr=False)
    variables: Mapping[str, Any] = field(default_factory=dict)
    templates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    protected: bool = False
    concurrency: int | None = None
    rate: float | None = None
    ui_url: str | None = None
    description: str = ""

    def names(self) -> dict[str, Any]:
        """Give what `${env.…}` means in a template."""
        own = {"name": self.name, "base_url": self.connection.base_url, "ui_url": self.ui_url}
        return {**self.variables, **own}

    def for_template(self, template: str) -> dict[str, Any]:
        """Give the values this environment has for the variables of a template."""
        return {**self.variables, **self.templates.get(template, {})}

    def allow_writing(self, confirm: str | None, what: str) -> None:
        """Refuse to write to a protected environment unless it was named a second time.

        Raises:
            EnvironmentsError: It is protected (AIGC403).
        """
        if not self.protected or confirm == self.name:
            return
        said = f" (confirm='{confirm}')" if confirm else ""
        raise EnvironmentsError(
            f"Environment '{self.name}' is protected: {what} was refused{said}.",
            code="AIGC403",
            hint=Text("data.hint.protected", name=self.name),
            facts={"class": "protected", "environment": self.name},
        )


class Environments:
    """Knows the environments of a file.

    Args:
        path: The file; None looks at the usual places.
        directory: Where the usual places are looked for.
        environ: Environment variables.
    """

    def __init__(
        self, path: Path | None = None, directory: Path | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        base = directory or Path.cwd()
        self.path = path or next((base / place for place in PLACES if (base / place).is_file()), None)
        self._environ = environ
        self._document: YamlDocument | None = None

    @property
    def default(self) -> str | None:
        """The environment the file names as default."""
        return self._file().data.get("default") if self.path else None

    def names(self) -> list[str]:
        """Give the names that can be used."""
        if self.path is None:
            return []
        return _usable(self._file())

    def protected(self, name: str) -> bool:
        """Say whether an environment is protected, without working out its variables."""
        return bool(self._merged(name, {})[0].get("protected", False))

    def get(self, name: str, overrides: Mapping[str, Any] | None = None) -> Environment:
        """Give an environment with everything it inherits.

        Args:
            name: Its name.
            overrides: Keys of the file's format that differ this time, for example `base_url`.

        Raises:
            EnvironmentsError: There is none, it lacks a base URL, or a variable it needs is not set.
        """
        data, lines = self._merged(name, overrides or {})
        document = self._file() if self.path else None

        def fail(place: str, problem: str) -> EnvironmentsError:
            facts = {"environment": name}
            if document is None:
                return EnvironmentsError(f"Environment '{name}': {problem}", facts=facts)
            base = document.error(("environments", lines.get(place, name), place), problem, code="AIGC402")
            return EnvironmentsError(base.message, hint=base.hint, facts={**base.facts, **facts})

        return _build(name, data, fail, self._environ, self.path.parent if self.path else Path.cwd())

    def _merged(self, name: str, overrides: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Join an environment with those it extends; say for each key which of them wrote it."""
        if self.path is None:
            if overrides.get("base_url"):
                return dict(overrides), {}
            raise EnvironmentsError(
                f"There is no environment '{name}': no environments file was given, and none of "
                f"{', '.join(map(repr, PLACES))} exists.",
                hint=Text("data.hint.environments_file"),
                facts={"environment": name},
            )
        document = self._file()
        known: dict[str, Any] = document.data["environments"]
        if name not in known and overrides.get("base_url"):
            return dict(overrides), {}
        chain = self._chain(name, known, document)
        data: dict[str, Any] = {}
        writers: dict[str, str] = {}
        for one in reversed(chain):
            for key, value in (known[one] or {}).items():
                if key in ("extends", "abstract"):
                    continue
                both = isinstance(value, dict) and isinstance(data.get(key), dict) and key != "auth"
                data[key] = {**data[key], **value} if both else value
                writers[key] = one
        if (known[name] or {}).get("abstract"):
            raise EnvironmentsError(
                f"Environment '{name}' is abstract, only there to be extended. {near_matches(name, self.names())}",
                facts={"environment": name},
            )
        for key, value in overrides.items():
            both = isinstance(value, dict) and isinstance(data.get(key), dict) and key != "auth"
            data[key] = {**data[key], **value} if both else value
        return data, writers

    def _chain(self, name: str, known: Mapping[str, Any], document: YamlDocument) -> list[str]:
        chain: list[str] = []
        wanted: str | None = name
        while wanted is not None:
            if wanted not in known:
                if not chain:
                    raise EnvironmentsError(
                        f"There is no environment '{wanted}' in {self.path}. {near_matches(wanted, self.names())}",
                        facts={"environment": wanted, "file": str(self.path)},
                    )
                error = document.error(
                    ("environments", chain[-1], "extends"),
                    f"there is no environment '{wanted}'. {near_matches(wanted, known)}",
                    code="AIGC402",
                )
                raise EnvironmentsError(error.message, hint=error.hint, facts=error.facts)
            if wanted in chain:
                circle = " → ".join((*chain, wanted))
                error = document.error(
                    ("environments", wanted, "extends"),
                    f"environments extend each other in a circle: {circle}.",
                    code="AIGC402",
                )
                raise EnvironmentsError(error.message, hint=error.hint, facts=error.facts)
            chain.append(wanted)
            wanted = (known[wanted] or {}).get("extends")
        return chain

    def _file(self) -> YamlDocument:
        if self._document is None:
            assert self.path is not None  # noqa: S101 - asked by the callers
            document = load_yaml(self.path, schema="environments")
            _check_default(document)
            self._document = document
        return self._document


def _usable(document: YamlDocument) -> list[str]:
    return [name for name, data in document.data["environments"].items() if not (data or {}).get("abstract")]


def _check_default(document: YamlDocument) -> None:
    """Refuse a default that cannot be used, also when another environment is: the next run may need it."""
    default, known = document.data.get("default"), document.data["environments"]
    usable = _usable(document)
    if default is None or default in usable:
        return
    problem = f"environment '{default}' is abstract" if default in known else f"there is no environment '{default}'"
    error = document.error(("default",), f"{problem}. {near_matches(default, usable)}", code="AIGC402")
    raise EnvironmentsError(error.message, hint=error.hint, facts=error.facts)


Fail = Callable[[str, str], EnvironmentsError]


def _build(name: str, data: Mapping[str, Any], fail: Fail, environ: Mapping[str, str], directory: Path) -> Environment:
    def filled(place: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(place, item) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(place, item) for item in value]
        if not isinstance(value, str):
            return value
        return _VARIABLE.sub(lambda match: _variable(match, place, fail, environ), value)

    if not data.get("base_url"):
        raise fail("base_url", "it has no base_url.")
    auth = filled("auth", data.get("auth", {}))
    headers = filled("headers", data.get("headers", {})) | _auth_headers(auth)
    tls = data.get("tls", {})
    ca = filled("tls", tls["ca"]) if tls.get("ca") else None
    limits = data.get("limits", {})
    url = str(filled("base_url", data["base_url"]))
    if "://" not in url:
        raise fail("base_url", f"base_url '{url}' is no absolute URL; it starts with http:// or https://.")
    connection = Connection(
        base_url=url,
        headers=headers,
        verify=str(directory / ca) if ca else tls.get("verify", True),
        proxy=filled("proxy", data["proxy"]) if data.get("proxy") else None,
        alias=name,
    )
    return Environment(
        name=name,
        connection=connection,
        secrets=_secrets(auth),
        variables=filled("vars", data.get("vars", {})),
        templates=filled("templates", data.get("templates", {})),
        protected=data.get("protected", False),
        concurrency=limits.get("concurrency"),
        rate=limits.get("rate"),
        ui_url=filled("ui_url", data["ui_url"]) if data.get("ui_url") else None,
        description=data.get("description", ""),
    )


def _variable(match: "re.Match[str]", place: str, fail: Fail, environ: Mapping[str, str]) -> str:
    value: str | None = environ.get(match["name"], match["default"])
    if value is None:
        error = fail(place, f"environment variable '{match['name']}' is not set, and it has no default.")
        error.hint = Text("data.hint.variable", name=match["name"])  # the file is right, the environment is not
        raise error
    return value


def _auth_headers(auth: Mapping[str, Any]) -> dict[str, str]:
    if "bearer" in auth:
        return {"Authorization": f"Bearer {auth['bearer']}"}
    if "basic" in auth:
        pair = ":".join(auth["basic"])
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    return dict(auth.get("header", {}))


def _secrets(auth: Mapping[str, Any]) -> tuple[str, ...]:
    if "basic" in auth:
        return (str(auth["basic"][1]), _auth_headers(auth)["Authorization"].removeprefix("Basic "))
    return tuple(str(value) for value in ([auth["bearer"]] if "bearer" in auth else auth.get("header", {}).values()))
