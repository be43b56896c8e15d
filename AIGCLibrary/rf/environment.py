"""Environments as sessions of RequestsLibrary, so that its own keywords work on them too."""

import logging
from typing import Any

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.connection import Connection
from AIGCLibrary.data.environments import Environment
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.rf.sessions import RequestsSessions, library

log = logging.getLogger("aigc.data")

VARIABLE = "${AIGC_ENVIRONMENT}"
"""Robot variable that names the environment of a run, for example `--variable AIGC_ENVIRONMENT:staging`."""


def enter(engine: Engine, environment: Environment) -> None:
    """Make an environment the one that requests go to, and a session alias of it where RequestsLibrary is imported.

    Args:
        engine: The services.
        environment: The environment.
    """
    follow(engine)
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
        requests_library.create_session(
            environment.name,
            connection.base_url,
            headers=dict(connection.headers),
            verify=connection.verify,
            proxies={"http": connection.proxy, "https": connection.proxy} if connection.proxy else None,
            disable_warnings=connection.verify is False,
        )
    finally:
        BuiltIn().set_log_level(level)


def follow(engine: Engine) -> None:
    """Let session aliases that RequestsLibrary does not know mean environments."""
    if isinstance(engine.connections, RequestsSessions):
        engine.connections.environment = lambda name: _connection(engine, name)


def named_by_run(engine: Engine) -> str | None:
    """Give the environment named for the whole run: by the Robot variable, else by the settings."""
    try:
        named = BuiltIn().get_variable_value(VARIABLE)
    except RobotNotRunningError:
        named = None
    return str(named) if named else engine.settings.environment


def _connection(engine: Engine, name: str | None) -> Connection | None:
    if name is not None and name not in engine.data.environments.names():
        current = engine.data.current
        return current.connection if current is not None and current.name == name else None
    try:
        environment = engine.data.environment(name)
    except AIGCError:
        if name is not None:
            raise
        return None
    return environment.connection if environment else None
