"""Authenticators of environments: fetched and renewed tokens, signatures; by the one mechanism in `http`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from AIGCLibrary.data.environments import Environment
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.auth.build import AuthContext, authenticator
from AIGCLibrary.http.auth.model import Authenticator

CompileExpression = Callable[[str], Callable[[dict[str, Any]], Any]]
"""Compiles an expression over an answer's envelope `{http, headers, body}`."""


class EnvironmentSigners:
    """Builds the authenticator of an environment once, so that its token is fetched once.

    Args:
        expression: Compiles the expressions that find a token and its end in an answer.
        learn: Receives every secret and token, so that it is masked.
        now: Returns the time in seconds since 1970.
    """

    def __init__(self, expression: CompileExpression, learn: Callable[[str], None], now: Callable[[], float]) -> None:
        self._expression, self._learn, self._now = expression, learn, now
        self._made: dict[tuple[object, ...], Authenticator] = {}

    def signed(self, environment: Environment) -> Environment:
        """Return an environment whose connection authenticates its requests.

        Raises:
            EnvironmentsError: Its `auth` cannot be used: an expression, a time or a key of it is wrong (AIGC402).
        """
        base = environment.connection
        if not environment.signing:
            return environment
        key = (environment.name, repr(environment.signing), base.base_url, base.proxy, base.verify)
        if key not in self._made:
            owner = f"environment '{environment.name}'"
            context = AuthContext(owner, base, self._expression, self._learn, self._now)
            try:
                self._made[key] = authenticator(environment.signing, context)
            except KeyError as error:
                needed = f"signer '{environment.signing['signer']}' needs the key '{error.args[0]}'."
                raise environment.error("auth", needed) from None
            except (ConfigError, ValueError) as error:
                raise environment.error("auth", getattr(error, "message", f"{error}.")) from None
        return replace(environment, connection=replace(base, auth=self._made[key]))
