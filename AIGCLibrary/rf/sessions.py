"""RequestsLibrary's sessions as connections of the engine."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.i18n import Text

if TYPE_CHECKING:
    import requests


class RequestsSessions:
    """Finds the sessions made by `Create Session` and similar keywords in the running suite.

    Args:
        learn: Receives the headers of every session, which may hold secrets.
        environment: Returns the connection of an environment that has no session of its own.

    Attributes:
        default: Alias of the environment in use.
    """

    def __init__(
        self,
        learn: Callable[[Mapping[str, str]], None] = lambda _headers: None,
        environment: Callable[[str | None], Connection | None] = lambda _name: None,
    ) -> None:
        self.default: str | None = None
        self._environment = environment
        self._learn = learn
        self._learned: dict[str, requests.Session] = {}

    def get(self, alias: str | None) -> Connection:
        """Return the connection of an alias.

        None means: the session of the environment in use, else the only session there is.

        Raises:
            ConfigError: The session does not exist (AIGC401).
        """
        sessions = _sessions()
        name = alias or self.default or (next(iter(sessions)) if len(sessions) == 1 else None)
        if name not in sessions:
            environment = self._environment(name)
            if environment is not None:
                return environment
        if name is None:
            what = f"There are {len(sessions)} sessions" if sessions else "There is no session"
            raise ConfigError(f"{what}, and none was named.", code="AIGC401", hint=Text("core.hint.session"))
        if name not in sessions:
            raise ConfigError(
                f"There is no session '{name}'. {near_matches(name, sessions)}",
                code="AIGC401",
                hint=Text("core.hint.session"),
            )
        connection = _connection(name, sessions[name])
        self._learn(connection.headers)
        return connection

    def learn_all(self) -> None:
        """Report the headers of sessions that are new."""
        for name, session in _sessions().items():
            if self._learned.get(name) is not session:
                self._learned[name] = session
                self._learn(_connection(name, session).headers)


def library() -> object | None:
    """Return the RequestsLibrary instance of the running suite; None when it is not imported."""
    try:
        return BuiltIn().get_library_instance("RequestsLibrary")
    except (RuntimeError, RobotNotRunningError):
        return None


def _sessions() -> "dict[str, requests.Session]":
    cache = getattr(library(), "_cache", None)
    return {name: cache.get_connection(name) for name in cache._aliases} if cache is not None else {}  # noqa: SLF001


def _connection(name: str, session: "requests.Session") -> Connection:
    import requests

    from AIGCLibrary.rf.session_auth import SessionAuth

    base_url = str(getattr(session, "url", ""))
    own = session.auth if isinstance(session.auth, SessionAuth) else None
    # Preparing a request, without sending it, has requests itself work out headers, auth and cookies.
    request = requests.Request("GET", base_url, auth=(lambda same: same) if own else None)
    headers = dict(session.prepare_request(request).headers)
    for automatic in ("User-Agent", "Accept-Encoding", "Connection", "Accept"):
        if headers.get(automatic) == requests.utils.default_headers().get(automatic):
            headers.pop(automatic, None)
    return Connection(
        base_url=base_url,
        headers=headers,
        verify=session.verify if session.verify is not None else True,
        proxy=requests.utils.select_proxy(base_url, session.proxies),
        cert=tuple(session.cert) if isinstance(session.cert, list) else session.cert,
        alias=name,
        auth=own.authenticator if own else None,
    )
