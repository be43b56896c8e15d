"""Python beside a provider file, for what its YAML cannot say: `prepare`, `sign`, `read`.

```python
from AIGCLibrary.http.auth.model import UnsignedRequest
from AIGCLibrary.tasks.providers.hooks import HookApi, HookTask


def prepare(task: HookTask, api: HookApi) -> dict[str, object]:
    ticket = api.request("POST", "/tickets", json={"size": task["inputs"]["size"]})
    return {"ticket": ticket["body"]["no"]}  # the blank {ticket} of the requests that follow


def sign(request: UnsignedRequest) -> dict[str, str]:
    return {"X-Checksum": checksum(request.method, request.url, request.body)}  # headers that are added


def read(answer: dict[str, object]) -> object:
    return decoded(answer["body"])  # replaces the body
```

Each is optional. `sign` may return `{"headers": {…}, "query": {…}, "fields": {…}}` in place of headers; fields go into
the body. `aigc providers check` loads the file, calls `sign` on a small request and `read` on each sample of the
description; `prepare` needs the product, which `aigc providers try` asks.
"""

import importlib.util
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypedDict

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.auth.model import Credentials, Requester, UnsignedRequest
from AIGCLibrary.http.auth.signers import PerRequestSigner
from AIGCLibrary.http.response import Response

FUNCTIONS = {"prepare": 2, "sign": 1, "read": 1}
"""Functions of a hook, and how many arguments each takes."""
_PARTS = frozenset({"headers", "query", "fields"})
"""What `sign` may add to a request beside headers alone."""


class HookTask(TypedDict):
    """What `prepare` knows of a task."""

    kind: str
    key: str
    inputs: dict[str, Any]


class HookApi(Protocol):
    """Sends the requests of `prepare`, with the credentials of the provider."""

    def request(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Send a request and return its answer.

        Args:
            method: HTTP method.
            path: Path below the base URL, or a URL.
            **content: `json`, `data` (bytes or text) or `headers`.

        Returns:
            `{http: {status}, headers, body}`, as expressions see it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Hook:
    """The functions of a hook's file; None for those it does not define."""

    path: Path
    prepare: Callable[[HookTask, HookApi], Mapping[str, Any]] | None = None
    sign: Callable[[UnsignedRequest], Any] | None = None
    read: Callable[[dict[str, Any]], Any] | None = None


def load_hook(path: Path) -> Hook:
    """Load the file of a hook.

    Raises:
        ConfigError: It is missing, does not run, or defines none of the functions, or one with other arguments.
    """
    if not path.is_file():
        raise ConfigError(f"The hook '{path}' does not exist.")
    spec = importlib.util.spec_from_file_location(f"aigc_hook_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"The hook '{path}' is not a Python file: its name must end with .py.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ConfigError(f"The hook '{path}' does not run: {type(error).__name__}: {error}.") from error
    found = {name: getattr(module, name) for name in FUNCTIONS if callable(getattr(module, name, None))}
    if not found:
        raise ConfigError(f"The hook '{path}' defines none of the functions prepare, sign and read.")
    for name, function in found.items():
        if len(inspect.signature(function).parameters) != FUNCTIONS[name]:
            takes = "(task, api)" if name == "prepare" else "(request)" if name == "sign" else "(answer)"
            raise ConfigError(f"'{name}' of the hook '{path}' takes other arguments than {takes}.")
    return Hook(path, **found)


class HookSigner(PerRequestSigner):
    """Signs by the function `sign` of a hook."""

    def __init__(self, hook: Hook) -> None:
        self._hook = hook

    async def credentials(self, request: UnsignedRequest, http: Requester) -> Credentials:  # noqa: ARG002
        """Return what the function returns: headers, or `headers`, `query` and `fields` of the body.

        Raises:
            ConfigError: The function raises, or returns something else.
        """
        return signed(self._hook, request)


def signed(hook: Hook, request: UnsignedRequest) -> Credentials:
    """Return what a hook adds to a request.

    Raises:
        ConfigError: Its function raises, or returns something else than headers, or the parts that hold them.
    """
    found = called(hook, "sign", request)
    _as_json(hook, "sign", found)
    values = list(found.values()) if isinstance(found, Mapping) else [None]
    if values and all(isinstance(value, Mapping) for value in values) and _PARTS.issuperset(found):
        return Credentials(**{name: {str(key): value for key, value in part.items()} for name, part in found.items()})
    if not all(isinstance(value, str) for value in values):
        raise ConfigError(
            f"'sign' of the hook '{hook.path}' must return a dictionary of headers with texts, "
            "or one of the parts headers, query and fields."
        )
    return Credentials({str(name): value for name, value in found.items()})


def read_body(hook: Hook, answer: dict[str, Any]) -> Any:
    """Return what replaces the body of an answer.

    Args:
        hook: A hook with a function `read`.
        answer: `{http: {status}, headers, body}`, as expressions see it.

    Raises:
        ConfigError: Its function raises, or returns the whole answer.
    """
    body = called(hook, "read", answer)
    if body is answer:
        raise ConfigError(f"'read' of the hook '{hook.path}' returned the whole answer; it must return its body only.")
    return body


def understood(hook: Hook, answer: Response) -> Response:
    """Return an answer with what a hook's function `read` makes of it in the place of its body.

    Raises:
        ConfigError: Its function raises, or returns the whole answer, or what is no JSON.
    """
    return replace(answer, body=_as_json(hook, "read", read_body(hook, answer.envelope())).encode())


def readable(hook: Hook, answer: Response) -> Response | None:
    """Return an answer as `understood` does; None for one that the function is not made for, such as an error page."""
    try:
        return understood(hook, answer)
    except ConfigError:
        return None


def _as_json(hook: Hook, name: str, value: Any) -> str:
    """Return what a function has returned as JSON.

    Raises:
        ConfigError: It is something else.
    """
    try:
        return json.dumps(value)
    except Exception as error:  # what objects of a hook raise is theirs
        why = f"{type(error).__name__}: {error}"
        raise ConfigError(f"'{name}' of the hook '{hook.path}' must return plain data as in JSON: {why}.") from error


def called(hook: Hook, name: str, *arguments: Any) -> Any:
    """Return what a function of a hook returns.

    Raises:
        ConfigError: It raised; the message names the file, the function and the error.
    """
    try:
        return getattr(hook, name)(*arguments)
    except ConfigError:
        raise
    except (Exception, SystemExit) as error:
        raise ConfigError(f"'{name}' of the hook '{hook.path}' raised {type(error).__name__}: {error}.") from error
