"""Environments as sessions of RequestsLibrary, so that its own keywords work on them too."""

import logging
from typing import TYPE_CHECKING, Any

from robot.libraries.BuiltIn import BuiltIn

from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.rf.sessions import RequestsSessions, library

if TYPE_CHECKING:
    from AIGCLibrary.data.environments import Environment

log = logging.getLogger("aigc.data")


def enter(engine: Engine, environment: "Environment") -> None:
    """Make an environment the one that requests go to, and a session alias of it where RequestsLibrary is imported.

    Args:
        engine: The services.
        environment: The environment.
    """
    if isinstance(engine.connections, RequestsSessions):
        engine.connections.default = environment.name
    requests_library: Any = library()
    if requests_library is None:
        log.info(
            "This suite does not import RequestsLibrary: AIGCLibrary's keywords use environment '%s', but "
            "'GET On Session    %s' needs 'Library    RequestsLibrary' in the settings.",
            environment.name,
            environment.name,
        )
        return
    connection = environment.connection
    # Create Session logs its headers; the environment's hold secrets.
    level = BuiltIn().set_log_level("NONE")
    try:
        session = requests_library.create_session(
            environment.name,
            connection.base_url,
            headers=dict(connection.headers),
            verify=connection.verify,
            proxies={"http": connection.proxy, "https": connection.proxy} if connection.proxy else None,
            disable_warnings=connection.verify is False,
        )
        from AIGCLibrary.rf.session_origin import stay_at_origin

        stay_at_origin(session)
        if connection.auth is not None:
            from AIGCLibrary.rf.session_auth import SessionAuth

            session.auth = SessionAuth(engine.loop, engine.http, connection, connection.auth)
    finally:
        BuiltIn().set_log_level(level)


def environment_connection(engine: Engine, name: str | None) -> Connection | None:
    """Return the connection of an environment; for None that of the one in use, else of the file's default."""
    data = engine.data
    wanted = name or (data.current.name if data.current else engine.environment)
    wanted = wanted or data.environments.default_of(engine.import_options.environments)
    if wanted is None:
        return None
    if data.current is not None and data.current.name == wanted:
        return data.current.connection
    return data.named(wanted).connection if wanted in data.environments.names() else None
