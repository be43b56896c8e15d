"""Environments: where the product runs, what it is reached with, what differs there, and whether it is protected."""

import base64
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from AIGCLibrary.data.errors import EnvironmentsError
from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.i18n import Text
from AIGCLibrary.yaml import YamlDocument, load_yaml
from AIGCLibrary.yaml.imported import defined_twice
from AIGCLibrary.yaml.layers import Inheritance, Layer, Layered, Overlay

_VARIABLE = re.compile(r"%\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:=(?P<default>[^{}]*))?\}")
_overlay = Overlay(depth=1, removes=0, whole=frozenset({"auth"}))
"""Lays an environment over the one it extends: mappings are joined, except the way to sign in."""
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
        signing: Description of an authenticator, as `http.auth.build` reads it; empty where the headers are sufficient.
        error: Builds the error for a key of this environment, with its file and line.
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
    signing: Mapping[str, Any] = field(default_factory=dict, repr=False)
    error: "Callable[[str, str], ConfigError]" = field(
        default=lambda _place, problem: EnvironmentsError(problem), repr=False, compare=False
    )

    def names(self) -> dict[str, Any]:
        """Return what `${env.…}` means in a template."""
        own = {"name": self.name, "base_url": self.connection.base_url, "ui_url": self.ui_url}
        return {**self.variables, **own}

    def for_template(self, template: str) -> dict[str, Any]:
        """Return the values this environment has for the variables of a template."""
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
    """Knows the environments of one file or more.

    Args:
        paths: The files; without any, the usual places are looked at.
        directory: Where the usual places are looked for.
        environ: Environment variables.
    """

    def __init__(self, *paths: Path, directory: Path | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._directory = directory or Path.cwd()
        self._environ = environ
        self._paths: list[Path] = []
        self._documents: dict[Path, YamlDocument] = {}
        self.add(*paths)

    def add(self, *paths: Path) -> None:
        """Add files; each is read when it is first needed."""
        self._paths += [path for path in dict.fromkeys(paths) if path not in self._paths]

    @property
    def files(self) -> list[Path]:
        """The files that were named, else the first that exists in the usual places."""
        if self._paths:
            return list(self._paths)
        usual = (self._directory / place for place in PLACES)
        return [path for path in usual if path.is_file()][:1]

    @property
    def default(self) -> str | None:
        """The environment that the files name as default; None where they name none, or several."""
        return self.default_of(self.files)

    def default_of(self, paths: Iterable[Path]) -> str | None:
        """Return the environment that some of the files name as default, else all of them."""
        named = {name for path in paths if (name := self._document(path).data.get("default"))}
        named = named or {name for path in self.files if (name := self._document(path).data.get("default"))}
        return str(next(iter(named))) if len(named) == 1 else None

    def names(self) -> list[str]:
        """Return the names that can be used."""
        return list(dict.fromkeys(name for path in self.files for name in _usable(self._document(path))))

    def file_of(self, name: str) -> Path | None:
        """Return the file that defines an environment."""
        document = self._defining(name)
        return document.path if document else None

    def protected(self, name: str) -> bool:
        """Return whether an environment is protected, without working out its variables."""
        return bool(self._layered(name, {}).data.get("protected", False))

    def get(self, name: str, overrides: Mapping[str, Any] | None = None) -> Environment:
        """Return an environment with everything it inherits.

        Args:
            name: Its name.
            overrides: Keys of the file's format that differ this time, for example `base_url`.

        Raises:
            EnvironmentsError: There is none, it lacks a base URL, or a variable it needs is not set; or two files
                define it differently.
        """
        layered = self._layered(name, overrides or {})

        def fail(place: str, problem: str) -> ConfigError:
            if not layered.layers:
                return EnvironmentsError(f"Environment '{name}': {problem}", facts={"environment": name})
            error = layered.error((place,), problem)
            error.facts["environment"] = name
            return error

        directory = layered.layers[0].document.path.parent if layered.layers else Path.cwd()
        return _build(name, layered.data, fail, self._environ, directory)

    def _layered(self, name: str, overrides: Mapping[str, Any]) -> Layered:
        """Return an environment with those it extends and what differs this time; it has no layers without a file."""
        document = self._defining(name)
        if document is None:
            if overrides.get("base_url"):
                return Layered(dict(overrides), (), EnvironmentsError)
            raise self._unknown(name)
        layered = _inheritance(document).resolve(_layer(document, name))
        if layered.data.get("abstract"):
            raise EnvironmentsError(
                f"Environment '{name}' is abstract and can only be extended. {near_matches(name, self.names())}",
                facts={"environment": name},
            )
        return replace(layered, data=_overlay(layered.data, overrides))

    def _defining(self, name: str) -> YamlDocument | None:
        """Return the file that defines an environment; None where none does.

        Raises:
            EnvironmentsError: Two files define it differently.
        """
        found = [document for path in self.files if name in (document := self._document(path)).data["environments"]]
        for other in found[1:]:
            if _definition(other, name) != _definition(found[0], name):
                first, second = (_layer(yaml_document, name).where for yaml_document in (found[0], other))
                raise defined_twice("Environment", name, first, second, EnvironmentsError)
        return found[0] if found else None

    def _unknown(self, name: str) -> EnvironmentsError:
        if not self.files:
            return EnvironmentsError(
                f"There is no environment '{name}': no environments file is configured, and none of "
                f"{', '.join(map(repr, PLACES))} exists.",
                hint=Text("data.hint.environments_file"),
                facts={"environment": name},
            )
        files = ", ".join(str(path) for path in self.files)
        return EnvironmentsError(
            f"There is no environment '{name}' in {files}. {near_matches(name, self.names())}",
            facts={"environment": name, "file": files},
        )

    def _document(self, path: Path) -> YamlDocument:
        if path not in self._documents:
            document = load_yaml(path, schema="environments")
            _check_default(document)
            self._documents[path] = document
        return self._documents[path]


def _layer(document: YamlDocument, name: str) -> Layer:
    return Layer(name, document.data["environments"][name] or {}, document, ("environments", name))


def _inheritance(document: YamlDocument) -> Inheritance:
    """Return how the environments of one file build on each other."""
    known: Mapping[str, Any] = document.data["environments"]

    def find(name: str, _seen_from: Layer) -> Layer | None:
        return _layer(document, name) if name in known else None

    own = frozenset({"abstract"})
    return Inheritance(find, lambda: known, _overlay, own=own, raises=EnvironmentsError)


def _definition(document: YamlDocument, name: str) -> list[Any]:
    """Return what a file says of an environment and of those it extends."""
    known: Mapping[str, Any] = document.data["environments"]
    parts: list[Any] = []
    wanted: Any = name
    while wanted in known and len(parts) < len(known):
        parts.append(known[wanted])
        wanted = (known[wanted] or {}).get("extends")
    return parts


def _usable(document: YamlDocument) -> list[str]:
    return [name for name, data in document.data["environments"].items() if not (data or {}).get("abstract")]


def _check_default(document: YamlDocument) -> None:
    """Refuse a default that cannot be used, also when another environment is: the next run may need it."""
    default, known = document.data.get("default"), document.data["environments"]
    usable = _usable(document)
    if default is None or default in usable:
        return
    problem = f"environment '{default}' is abstract" if default in known else f"there is no environment '{default}'"
    raise document.error(("default",), f"{problem}. {near_matches(default, usable)}", kind=EnvironmentsError)


Fail = Callable[[str, str], ConfigError]


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
    signing = auth if "signer" in auth else {}
    auth = {} if signing else auth
    headers = filled("headers", data.get("headers", {})) | _auth_headers(auth)
    tls = data.get("tls", {})
    ca = filled("tls", tls["ca"]) if tls.get("ca") else None
    limits = data.get("limits", {})
    url = str(filled("base_url", data["base_url"]))
    if "://" not in url:
        raise fail("base_url", f"base_url '{url}' is not an absolute URL; it starts with http:// or https://.")
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
        signing=signing,
        error=fail,
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
